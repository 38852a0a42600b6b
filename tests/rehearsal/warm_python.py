"""A Python that has loaded the program already and forks for every call: what rounds of races need to be quick.

Usage: python -m tests.rehearsal.warm_python ROOT; writes its port. A call is: folder, number of arguments, arguments,
each on a line; the answer is the exit status on a line and what was printed. The code that runs is the same as without.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
from pathlib import Path

import generator.cli
import generator.commands.merge
import generator.config
import generator.fetch.intake
import generator.fetch.sources
import generator.storage.store

LOADED = (
    generator.cli,
    generator.commands.merge,
    generator.config,
    generator.fetch.intake,
    generator.fetch.sources,
    generator.storage.store,
    json,
    subprocess,
)


def serve(root: Path) -> None:
    """Answer calls until the end."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children need no burial
    server = socket.create_server(("127.0.0.1", 0))
    sys.stdout.write(f"{server.getsockname()[1]}\n")
    sys.stdout.flush()
    while True:
        connection, _ = server.accept()
        if os.fork() == 0:
            server.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _answer(connection, root)
            os._exit(0)
        connection.close()


def _answer(connection: socket.socket, root: Path) -> None:
    with connection, connection.makefile("rw", encoding="utf-8") as lines:
        os.chdir(lines.readline()[:-1])
        arguments = [lines.readline()[:-1] for _ in range(int(lines.readline()))]
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            status = _run(arguments, root)
        lines.write(f"{status}\n{said.getvalue()}")


def _run(arguments: list[str], root: Path) -> int:
    try:
        if arguments[0] == "-m":
            sys.argv = ["", *arguments[2:]]
            runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
        else:
            sys.argv = arguments
            runpy.run_path(str(root / arguments[0]), run_name="__main__")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
