"""The commands, one file each. Adding one: its file with a `command`, a row here."""

COMMANDS: dict[str, str] = {
    "init": "Write a config.yaml for your accounts.",
    "update": "Fetch, then build.",
    "fetch": "Ask every network for new posts, then arXiv for their papers.",
    "build": "Make the site from data/.",
    "serve": "Show the site on this machine, and again after every change.",
    "import": "Take in posts or papers from JSON Lines.",
    "merge": "Join other data trees into data/.",
    "announce": "Tell whom you named of new top papers, each once.",
    "prune": "Remove posts that are gone at their network.",
    "check": "Find what is wrong in configuration, data and site.",
    "status": "Say what the last run did, and what it cost.",
    "sample": "Write a made-up data tree.",
}
"""Name -> what `--help` of the whole program says about it, so that none is loaded for that."""

MODULES: dict[str, str] = {"import": "import_records"}
"""Files that cannot be called like their command."""
