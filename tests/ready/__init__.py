"""A Python that has loaded the program already and forks for each call: the same code in a process of its own, at once.

`Ready` is what tests have: `run` a command, or give shells and workflows `command` in place of a Python. All of a call
is as it would be with a fresh Python: arguments, environment, folder, standard streams, signals and exit status. Where
the folder has another `generator` than ours, a fresh Python is started in its place. What is lost is a new seed for the
order of sets in every process: tests/render/test_hash_seeds.py builds with several.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tempfile
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BASE_PYTHON = str(getattr(sys, "_base_executable", sys.executable))
PACKAGES = sysconfig.get_paths()["purelib"]
"""For the PYTHONPATH of BASE_PYTHON, which has none of its own."""


@cache
def command() -> tuple[str, ...]:
    """What stands for `python`, with our locked packages where PYTHONPATH has PACKAGES; the server ends with us."""
    here, folder = Path(__file__).parent, Path(tempfile.mkdtemp(prefix="ready-"))
    where = folder / "socket"
    server = subprocess.Popen(
        [BASE_PYTHON, "-B", str(here / "server.py"), str(where), str(ROOT)], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": f"{ROOT}:{PACKAGES}"}, start_new_session=True,
    )  # fmt: skip
    assert server.stdout is not None
    assert server.stdout.readline() == b"ready\n", "the Python that is to be ready ended"
    _running.append(server)
    return BASE_PYTHON, "-I", "-S", str(here / "client.py"), str(where), BASE_PYTHON


_running: list[subprocess.Popen[bytes]] = []
"""Kept, because its standard input ends with it: then the server does, too."""
