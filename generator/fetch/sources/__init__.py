"""The networks we read, one folder each. To add one, add its folder and its name here (docs/adding-a-source.md).

A folder holds `config` (what config.yaml can say: `CONFIG`) and `source` (fetch and parse: `SOURCE`).
`generator.fetch.registry` and `generator.fetch.configuration` read them.
"""

NETWORKS = ("x", "bluesky", "mastodon", "hackernews", "huggingface", "feeds")
"""In the order in which pages name them."""
