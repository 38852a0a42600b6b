"""How many machines divide what there is to read, for the matrix of the workflow Update: `fetch.shards` of config.yaml.

Tells `shards` (`[1, 2, 3]`) and `total`. A configuration that cannot be read is told here, once, with file, line and
column, before any machine is lent for it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from generator.commands.console import Console
from generator.config import load
from generator.model.errors import ConfigError
from scripts.actions import set_output

WRONG_CONFIG = 2


def main(path: Path = Path("config.yaml")) -> int:
    """Tell the later jobs."""
    try:
        total = load(path).fetch.shards
    except ConfigError as error:
        Console().failed(error, error.problems)
        set_output("status", str(WRONG_CONFIG))
        return WRONG_CONFIG
    set_output("shards", json.dumps(list(range(1, total + 1))))
    set_output("total", str(total))
    return 0


if __name__ == "__main__":
    sys.exit(main())
