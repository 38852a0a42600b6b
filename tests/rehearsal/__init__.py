"""The workflows, rehearsed: their own steps, read from the YAML, in clean clones, against a GitHub on loopback."""
