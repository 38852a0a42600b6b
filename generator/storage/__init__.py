"""data/ and .cache/ on disk: canonical, atomic, written only where the content changed."""
