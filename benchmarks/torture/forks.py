"""Commands in processes that fork from one that has loaded the program: a disturbed run takes a tenth of a second.

forks = Forks(shim, processes=2)
status, said = forks.run(folder, ("build", "--full"), {"TORTURE_AT": "7"})
forks.close()
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import queue
import subprocess
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

import generator.cli

_ROOT = Path(__file__).resolve().parents[2]
_LOADED = (
    "generator.commands.build",
    "generator.commands.fetch",
    "generator.commands.import_records",
    "generator.commands.merge",
    "generator.commands.prune",
    "generator.fetch.configuration",
    "generator.fetch.prune",
    "generator.fetch.run",
    "generator.net.http.transport",
    "generator.render.full_build",
)


class Forks:
    """Processes that run one command after the other, each in a fork of itself. Threads may share it."""

    def __init__(self, shim: Path, processes: int) -> None:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "TORTURE_"))}
        self._idle: queue.SimpleQueue[subprocess.Popen[str]] = queue.SimpleQueue()
        self._processes = []
        for _ in range(processes):
            process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.torture.forks"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env={**inherited, "PYTHONPATH": str(_ROOT), "LD_PRELOAD": str(shim)},
            )
            self._processes.append(process)
            self._idle.put(process)

    def run(self, folder: Path, arguments: Sequence[str], env: Mapping[str, str]) -> tuple[int, str]:
        """Run `trending-arxiv ARGUMENTS` in a folder.

        Returns:
            The exit status (negative: the signal that ended it), and what it printed.
        """
        request = json.dumps({"folder": str(folder), "arguments": arguments, "env": dict(env)})
        process = self._idle.get()
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the process has no pipes")
        print(request, file=process.stdin, flush=True)
        status = int(process.stdout.readline())
        self._idle.put(process)
        return status, (folder / ".said").read_text("utf-8", errors="replace")

    def close(self) -> None:
        """End the processes."""
        for process in self._processes:
            process.communicate()


def _serve() -> None:
    for name in _LOADED:
        importlib.import_module(name)
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if not child:
            _run(request["folder"], request["arguments"], request["env"])
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _run(folder: str, arguments: Sequence[str], env: Mapping[str, str]) -> None:
    """In the fork: run the command, and end."""
    os.chdir(folder)
    said = os.open(".said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(said, 1)
    os.dup2(said, 2)
    os.environ.update(env)
    shim = ctypes.CDLL(None)
    shim.torture_begin()
    sys.argv = ["trending-arxiv", *arguments]
    status = 0
    try:
        generator.cli.main()
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    except BaseException:  # noqa: BLE001 (as the interpreter does at the end)
        traceback.print_exc()
        status = 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        shim.torture_tell()
        os._exit(status)


if __name__ == "__main__":
    _serve()
