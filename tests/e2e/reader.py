"""Somebody who reads a document and types what it says: in a fresh clone, with networks on loopback and no others.

The one thing that is left out is the installation of packages: `pip install` checks that its lock file is there, and
the machine's own packages are used, by the Python that is ready (tests/ready) unless FRESH_PYTHON is set. Programs that
need an account elsewhere (rsync to a host, aws, npx) are stand-ins that note how they were called.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tests.ready import BASE_PYTHON, PACKAGES, command
from tests.rehearsal.github import QUIET_GIT

_PYTHON = """\
#!/usr/bin/env bash
# a Python of the machine with the locked packages; it installs nothing and reaches nothing but loopback
if [ "${{1:-}} ${{2:-}}" = "-m venv" ]; then
  mkdir -p "$3/bin"
  cp "$0" "$3/bin/python"
  exit
fi
if [ "${{1:-}} ${{2:-}} ${{3:-}}" = "-m pip install" ]; then
  while [ $# -gt 0 ]; do
    if [ "$1" = -r ]; then test -s "$2"; fi
    shift
  done
  exit
fi
export PYTHONPATH="${{PYTHONPATH:-}}:{guard}:{packages}"
if [ -n "${{FRESH_PYTHON:-}}" ]; then exec {fresh} "$@"; fi
exec {ready} "$@"
"""
_GUARD = """\
import socket
_real = socket.getaddrinfo
def getaddrinfo(host, *args, **kwargs):
    if host not in (None, "", "localhost", "127.0.0.1", "::1"):
        raise socket.gaierror(-2, "only loopback is there in tests")
    return _real(host, *args, **kwargs)
socket.getaddrinfo = getaddrinfo
"""
_STAND_IN = """\
#!/usr/bin/env bash
printf '%s' "${{0##*/}}" >>{called}
printf ' %s' "$@" >>{called}
echo >>{called}
"""


@dataclass
class Reader:
    """Types into a shell in `folder`. `env` is what they have exported."""

    home: Path
    folder: Path
    env: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.bin, guard = self.home / "bin", self.home / "guard"
        self.bin.mkdir(parents=True)
        guard.mkdir()
        (guard / "sitecustomize.py").write_text(_GUARD)
        ready, fresh = shlex.join(command()), BASE_PYTHON
        shim = _PYTHON.format(guard=guard, packages=PACKAGES, ready=ready, fresh=fresh)
        for name in ("python", "python3"):
            self._program(name, shim)
        self._program("trending-arxiv", f'#!/usr/bin/env bash\nexec "{self.bin}/python" -m generator "$@"\n')

    def stand_in(self, *names: str) -> None:
        """Programs that note their call and do nothing."""
        for name in names:
            self._program(name, _STAND_IN.format(called=self.home / "called"))

    @property
    def called(self) -> list[str]:
        """How the stand-ins were called."""
        path = self.home / "called"
        return path.read_text().splitlines() if path.exists() else []

    def has_packages(self) -> None:
        """As after `make setup`: the environment of this suite, without leave to change it."""
        venv = self.folder / ".venv"
        (venv / "bin").mkdir(parents=True)
        for name in ("python", "trending-arxiv"):
            (venv / "bin" / name).symlink_to(self.bin / name)
        (venv / ".ready").touch()

    def type(self, text: str, *, timeout: float = 240) -> str:
        """Run it as one script that ends at the first failure -> what it said. Raises AssertionError."""
        done = subprocess.run(
            ["bash", "-eu", "-o", "pipefail", "-c", text], cwd=self.folder, capture_output=True, text=True,
            timeout=timeout, check=False, env=self.environment(),
        )  # fmt: skip
        assert done.returncode == 0, f"{text}\n-> {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def environment(self) -> dict[str, str]:
        """What the shell has."""
        return {
            "PATH": f"{self.bin}:{os.environ['PATH']}",
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "RETRY_S": "0.05",
            "PYTHONDONTWRITEBYTECODE": "1",
            **QUIET_GIT,
            **self.env,
        }

    def _program(self, name: str, text: str) -> None:
        path = self.bin / name
        path.write_text(text)
        path.chmod(0o755)
