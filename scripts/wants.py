"""Whether config.yaml wants what an extra does, as an exit status: `python -m scripts.wants cards | announce`.

Most copies do without these packages, so workflows install them only where the answer is yes. A configuration that
cannot be read wants nothing: the command after this one says what is wrong with it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from generator.fetch.configuration import load
from generator.model.errors import ConfigError


def wants(extra: str, config: Path) -> bool:
    """True if the configuration wants pictures of papers (`cards`) or names an apprise address (`announce`)."""
    try:
        settings = load(config)
    except ConfigError:
        return False
    return {"cards": settings.site.cards, "announce": settings.announce.apprise is not None}[extra]


if __name__ == "__main__":
    sys.exit(0 if wants(sys.argv[1], Path("config.yaml")) else 1)
