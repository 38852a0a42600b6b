"""A real Bluesky network for tests: PostgreSQL, identities, accounts and the AppView, on loopback, in one folder.

Its people act through the network's own API, as their apps do. scripts/install_bluesky_network.sh installs it;
`bluesky/network.cjs` is the part that runs in node.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

INSTALLED = ROOT / ".tools/bluesky"
SCRIPT = ROOT / "tests/tools/bluesky/network.cjs"
START_S = 120.0
NODE_LOG = "node.log"
UNPRIVILEGED = "postgres"
"""PostgreSQL refuses to run as root; Debian's package brings this account."""


@dataclass(frozen=True, slots=True)
class Ref:
    """A record, as others point at it."""

    uri: str
    cid: str

    @property
    def post_id(self) -> str:
        """As the program names it."""
        did, _, key = self.uri.removeprefix("at://").split("/")
        return f"bluesky:{did}/{key}"

    @property
    def strong(self) -> dict[str, str]:
        return {"uri": self.uri, "cid": self.cid}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account, and the app that they use."""

    pds: str
    did: str
    handle: str
    token: str

    def ask(self, method: str, body: dict[str, Any] | None = None) -> Any:
        """Call a procedure as this person."""
        return call(self.pds, method, body or {}, token=self.token)

    def put(self, collection: str, record: dict[str, Any], **more: str) -> Ref:
        """Write a record of their own."""
        value = {"$type": collection, "createdAt": _stamp(), **record}
        made = self.ask(
            "com.atproto.repo.putRecord" if "rkey" in more else "com.atproto.repo.createRecord",
            {"repo": self.did, "collection": collection, "record": value, **more},
        )
        return Ref(made["uri"], made["cid"])

    def post(self, text: str, **more: Any) -> Ref:
        return self.put("app.bsky.feed.post", {"text": text, "langs": ["en"], **more})

    def reply(self, text: str, to: Ref) -> Ref:
        return self.post(text, reply={"root": to.strong, "parent": to.strong})

    def repost(self, of: Ref) -> Ref:
        return self.put("app.bsky.feed.repost", {"subject": of.strong})

    def like(self, of: Ref) -> Ref:
        return self.put("app.bsky.feed.like", {"subject": of.strong})

    def follow(self, whom: Person) -> Ref:
        return self.put("app.bsky.graph.follow", {"subject": whom.did})

    def delete(self, what: Ref) -> None:
        _, collection, key = what.uri.removeprefix("at://").split("/")
        self.ask("com.atproto.repo.deleteRecord", {"repo": self.did, "collection": collection, "rkey": key})


class Network:
    """The running network."""

    def __init__(self, node: subprocess.Popen[str], log: Path) -> None:
        self._node = node
        self._log = log
        places = self._answer()
        self.pds: str = places["pds"]
        self.appview: str = places["appview"].replace("localhost", "127.0.0.1")

    def join(self, name: str) -> Person:
        """Open an account."""
        form = {"handle": f"{name}.test", "email": f"{name}@pages.example", "password": "made-up-password"}
        made = call(self.pds, "com.atproto.server.createAccount", form)
        return Person(self.pds, made["did"], form["handle"], made["accessJwt"])

    def settle(self) -> None:
        """Wait until the AppView knows everything that was done so far."""
        self._command("settle")

    def serve_feed(self, name: str, *posts: Ref) -> str:
        """The DID of a service that answers for the custom feed NAME with these posts."""
        return str(self._command("feed", name, *(post.uri for post in posts))["did"])

    def _command(self, *words: str) -> Any:
        assert self._node.stdin is not None
        self._node.stdin.write(" ".join(words) + "\n")
        self._node.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self._node.stdout is not None
        line = self._node.stdout.readline()
        assert line, f"the Bluesky network ended: {self._log.read_text(errors='replace')[-2000:]}"
        return json.loads(line)


def call(server: str, method: str, body: dict[str, Any], *, token: str = "") -> Any:
    """A procedure of the protocol; raises AssertionError with what the server says."""
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    request = urllib.request.Request(f"{server}/xrpc/{method}", json.dumps(body).encode(), headers)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 (loopback)
            return json.loads(answer.read() or b"{}")
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{method}: {error.status} {error.read()[:300]!r}") from None


def link(text: str, shown: str, url: str) -> dict[str, Any]:
    """A post's text with a link on a part of it, as apps write it: places count bytes."""
    start = text.encode().index(shown.encode())
    feature = {"$type": "app.bsky.richtext.facet#link", "uri": url}
    return {"facets": [{"index": {"byteStart": start, "byteEnd": start + len(shown.encode())}, "features": [feature]}]}


def card(url: str) -> dict[str, Any]:
    """A link card."""
    return {"$type": "app.bsky.embed.external", "external": {"uri": url, "title": "Made up", "description": ""}}


@contextmanager
def running() -> Iterator[Network]:
    """Start all of it in a folder that goes when it ends."""
    programs = _postgres()
    if programs is None or not (INSTALLED / ".ready").is_file():
        missing("the Bluesky network is not installed (scripts/install_bluesky_network.sh)")
        raise AssertionError
    folder = Path(tempfile.mkdtemp(prefix="bluesky-"))
    try:
        with _postgres_in(folder, programs) as database, _node_in(folder, database) as node:
            yield Network(node, folder / NODE_LOG)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def missing(reason: str) -> None:
    """Skip, or fail in CI."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def _postgres() -> Path | None:
    """The folder of its programs: Debian keeps them out of the path."""
    found = shutil.which("initdb")
    places = [Path(found).parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "initdb").is_file() and (place / "postgres").is_file()), None)


@contextmanager
def _postgres_in(folder: Path, programs: Path) -> Iterator[str]:
    """A cluster of its own, of nobody else's data, on a free port -> its address."""
    user = UNPRIVILEGED if os.geteuid() == 0 else None
    if user is not None:
        shutil.chown(folder, user)
    cluster, port = folder / "cluster", _free_port()

    def options() -> dict[str, Any]:
        return {"cwd": folder, "user": user, "extra_groups": [] if user else None, "stdin": subprocess.DEVNULL}

    subprocess.run(
        [programs / "initdb", "-D", cluster, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync"],
        check=True, capture_output=True, timeout=START_S, **options(),
    )  # fmt: skip
    settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off", "jit": "off"}
    command = [str(programs / "postgres"), "-D", str(cluster), "-p", str(port)]
    command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with (folder / "postgres.log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, **options())
        try:
            _wait_for(port)
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            server.terminate()
            server.wait(START_S)


@contextmanager
def _node_in(folder: Path, database: str) -> Iterator[subprocess.Popen[str]]:
    """The network's own part. It ends with its input."""
    environment = {
        **os.environ,
        "NODE_PATH": str(INSTALLED / "node_modules"),
        "NODE_NO_WARNINGS": "1",
        "TMPDIR": str(folder),
        "DB_POSTGRES_URL": database,
    }
    with (folder / NODE_LOG).open("wb") as log:
        node = subprocess.Popen(
            ["node", SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, env=environment
        )
        try:
            yield node
        finally:
            if node.stdin is not None:
                node.stdin.close()
            try:
                node.wait(START_S)
            except subprocess.TimeoutExpired:
                node.kill()
                node.wait()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_for(port: int) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("PostgreSQL does not listen")


def _stamp() -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"
