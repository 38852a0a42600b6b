"""The Python that is ready: `server.py SOCKET ROOT`; says "ready", forks for each call, ends with its standard input.

A fork returns from `Server.next_call` and goes on as `python ARGUMENT...` would; it dies with the client that called.
"""

from __future__ import annotations

import atexit
import gc
import importlib.util
import io
import logging
import marshal
import os
import pkgutil
import runpy
import selectors
import signal
import socket
import sys
import threading
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

UNFIT = b"unfit"
LIBRARIES = ("rich.progress", "rich.table", "lxml.html", "feedgen.feed", "PIL.Image")
"""What the program loads late."""


@dataclass(frozen=True)
class Call:
    """What a client asks for."""

    folder: str
    environment: list[tuple[bytes, bytes]]
    arguments: list[str]
    streams: list[int]

    def python_path(self) -> list[str]:
        """Where modules are looked for before the library."""
        given = dict(self.environment).get(b"PYTHONPATH", b"").decode()
        firsts = {"-m": self.folder, "-c": ""}
        first = firsts.get(self.arguments[0], str(Path(self.folder, self.arguments[0]).parent))
        return [first, *(part or self.folder for part in given.split(":") if given)]

    def program(self) -> Path | None:
        """The folder that a `generator` would be found in."""
        places = (Path(self.folder, each) for each in self.python_path())
        return next((place for place in places if (place / "generator/__init__.py").is_file()), None)


class Server:
    """Listens until a fork has something to do."""

    def __init__(self, where: str, root: Path) -> None:
        self._where = Path(where)
        self._root = root
        self._ours = _source(root)
        self._running: dict[int, socket.socket] = {}
        self._library = [path for path in sys.path[1:] if path not in os.environ["PYTHONPATH"].split(":")]
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(where)
        self._listening.listen(64)
        self._wake, wake = os.pipe()
        os.set_blocking(wake, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake)
        self._selector = selectors.DefaultSelector()
        for each in (self._listening, self._wake, 0):
            self._selector.register(each, selectors.EVENT_READ)

    def next_call(self) -> Call:
        """Only a fork returns."""
        while True:
            for key, _ in self._selector.select():
                if key.fd == 0:
                    self._end()
                elif key.fd == self._wake:
                    os.read(self._wake, 4096)
                    self._bury()
                elif key.fileobj is self._listening:
                    if call := self._accept():
                        return call
                elif key.data in self._running:  # the client is gone
                    os.kill(key.data, signal.SIGKILL)

    def _accept(self) -> Call | None:
        client, _ = self._listening.accept()
        size, streams, *_ = socket.recv_fds(client, 4, 3)
        told = client.recv(int.from_bytes(size, "big"), socket.MSG_WAITALL)
        folder, environment, arguments = marshal.loads(told)  # noqa: S302 (from our own client)
        call = Call(folder, environment, arguments, streams)
        pid = os.fork() if self._fit(call) else -1
        if pid == 0:
            self._let_go(client)
            return call
        for stream in streams:
            os.close(stream)
        if pid == -1:
            client.sendall(UNFIT)
            client.close()
        else:
            self._running[pid] = client
            self._selector.register(client, selectors.EVENT_READ, pid)
        return None

    def _fit(self, call: Call) -> bool:
        """Whether the modules that are loaded are those that the call would load, if it loads them."""
        if not call.arguments or not call.arguments[0].endswith(("-m", "-c", ".py")):
            return False
        there = call.program()
        return there in {None, self._root} or _source(there) == self._ours

    def _let_go(self, client: socket.socket) -> None:
        """In the fork: of everything that is the server's."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._selector.close()
        for each in (client, self._listening, *self._running.values()):
            each.close()
        sys.path[:] = self._library

    def _bury(self) -> None:
        while self._running:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            client = self._running.pop(pid)
            self._selector.unregister(client)
            with client, suppress(ConnectionError):  # it may be gone itself
                client.send(str(os.waitstatus_to_exitcode(status)).encode(), socket.MSG_NOSIGNAL)

    def _end(self) -> NoReturn:
        for pid in self._running:
            os.kill(pid, signal.SIGKILL)
        self._where.unlink()
        self._where.parent.rmdir()
        os._exit(0)


def _source(root: Path) -> dict[str, bytes]:
    """Every file of the program by path."""
    found = {}
    for folder, folders, names in os.walk(root / "generator"):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in names:
            path = Path(folder, name)
            found[str(path.relative_to(root))] = path.read_bytes()
    return found


def become(call: Call) -> None:
    """In the fork: be a Python that was started so."""
    for number, stream in enumerate(call.streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)), "utf-8")
    sys.stdout = _written(1, "strict", by_line=os.isatty(1))
    sys.stderr = _written(2, "backslashreplace", by_line=True)
    os.chdir(call.folder)
    os.environb.clear()
    os.environb.update(call.environment)
    time.tzset()
    sys.path[:0] = call.python_path()
    importlib.invalidate_caches()
    if call.program() is None:
        for name in [name for name in sys.modules if name.partition(".")[0] == "generator"]:
            del sys.modules[name]
    with_customs()
    _run(call.arguments)


def _written(number: int, errors: str, *, by_line: bool) -> io.TextIOWrapper:
    raw = io.FileIO(number, "w", closefd=False)
    return io.TextIOWrapper(io.BufferedWriter(raw), "utf-8", errors, line_buffering=by_line)


def with_customs() -> None:
    """A `sitecustomize` of the caller's, as every Python loads it."""
    sys.modules.pop("sitecustomize", None)
    if importlib.util.find_spec("sitecustomize"):
        importlib.import_module("sitecustomize")


def _run(arguments: list[str]) -> None:
    kind, rest = arguments[0], arguments[1:]
    if kind == "-m":
        sys.argv = ["-m", *rest[1:]]
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    elif kind == "-c":
        sys.argv = ["-c", *rest[1:]]
        exec(rest[0], {"__name__": "__main__"})  # noqa: S102 (it is what `python -c` does)
    else:
        sys.argv = arguments
        runpy.run_path(kind, run_name="__main__")


def status_of(call: Call) -> int:
    """Do what was called for -> how a Python that did it would exit."""
    try:
        become(call)
    except SystemExit as ended:
        if isinstance(ended.code, int) or ended.code is None:
            return ended.code or 0
        sys.stderr.write(f"{ended.code}\n")
        return 1
    except BaseException:  # noqa: BLE001 (as the interpreter does)
        traceback.print_exc()
        return 1
    return 0


def end(status: int) -> NoReturn:
    """What the interpreter does at its end, but for taking all modules apart."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
    except OSError as error:
        sys.stderr.write(f"Exception ignored in: {sys.stdout!r}\n{type(error).__name__}: {error}\n")
        status = 120
    os._exit(status & 0xFF)


def _load(root: Path) -> None:
    import generator

    for found in pkgutil.walk_packages(generator.__path__, "generator."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
    for name in LIBRARIES:
        importlib.import_module(name)
    assert Path(generator.__file__).parent == root / "generator"
    assert not logging.getLogger().handlers
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _load(Path(sys.argv[2]))
    server = Server(sys.argv[1], Path(sys.argv[2]))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    end(status_of(server.next_call()))
