"""Whether config.yaml wants pictures of papers (site.cards), as an exit status: `python -m scripts.wants_cards`.

What draws them is a package that most copies do without, so workflows install it only where the answer is yes. A
configuration that cannot be read wants nothing here: the command after this one says what is wrong with it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from generator.fetch.configuration import load
from generator.model.errors import ConfigError


def wants_cards(config: Path) -> bool:
    """True if the site is to have a picture for each paper of its first pages."""
    try:
        return load(config).site.cards
    except ConfigError:
        return False


if __name__ == "__main__":
    sys.exit(0 if wants_cards(Path("config.yaml")) else 1)
