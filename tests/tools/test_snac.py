"""Mastodon's adapter against a real fediverse server: snac2, which speaks Mastodon's API, on loopback.

Two accounts are made, they post, answer, boost and delete through the server's own API, as an app would; then the
program fetches and builds. scripts/install_snac.sh installs the server.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.e2e.run import Copy
from tests.fetch.test_arxiv_api import entry, feed
from tests.loopback import Loopback, Reply, Request, as_xml

pytestmark = pytest.mark.tools

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
CONFIG = """\
site: {{title: Made up, url: "https://pages.example/made-up/"}}
trackers:
  - id: example
    title: Made up
    mastodon: {{accounts: ["{server}/@alice", "{server}/@bob"], tags: ["{server}/tags/arxiv"]}}
people: [["mastodon:{server}/@bob", "bluesky:bob.example"]]
networks:
  arxiv: {{api: "{arxiv}/api/query", spacing_s: 0}}
"""


def snac() -> str:
    """The program; without it the test skips, or fails in CI where it can be installed."""
    found = shutil.which("snac")
    if found is None:
        reason = "snac is not installed (scripts/install_snac.sh, as root on Debian)"
        release = Path("/etc/os-release")
        is_debian = release.is_file() and "\nID=debian\n" in f"\n{release.read_text()}"
        if os.environ.get("CI") == "true" and is_debian and os.geteuid() == 0:
            pytest.fail(reason)
        pytest.skip(reason)
    return str(found)


def ask(url: str, form: dict[str, str] | None = None, *, auth: str = "") -> tuple[str, str]:
    """One request without redirects -> (Location, body)."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: Any) -> None:
            return None

    data = urlencode(form).encode() if form is not None else None
    headers = {"Authorization": auth} if auth else {}
    request = urllib.request.Request(url, data, headers)  # noqa: S310 (loopback)
    try:
        with urllib.request.build_opener(Stay).open(request, timeout=20) as answer:
            return "", answer.read().decode()
    except urllib.error.HTTPError as error:
        if error.status is not None and 300 <= error.status < 400:
            return error.headers.get("Location", ""), error.read().decode()
        raise AssertionError(f"{url}: {error.status} {error.read()[:300]!r}") from None


@dataclass
class Snac:
    """A running server with the accounts alice and bob."""

    url: str
    passwords: dict[str, str]

    def log_in(self, user: str) -> User:
        """The OAuth flow of an app, to a token."""
        app = json.loads(
            ask(f"{self.url}/api/v1/apps", {"client_name": "t", "redirect_uris": OUT_OF_BAND, "scopes": "read write"})[
                1
            ]
        )
        ids = {"client_id": app["client_id"], "redirect_uri": OUT_OF_BAND}
        query = urlencode({**ids, "response_type": "code", "scope": "read write"})
        _, page = ask(f"{self.url}/oauth/authorize?{query}")
        form = dict(re.findall(r'name="([^"]+)"\s+value="([^"]*)"', page))
        action = re.search(r'action="([^"]+)"', page)
        assert action is not None
        where = action[1] if action[1].startswith("http") else self.url + action[1]
        location, body = ask(where, {**form, "login": user, "passwd": self.passwords[user]})
        code = re.search(r"code=([\w-]+)", location) or re.search(r"\b([0-9a-f]{32})\b", body)
        assert code is not None
        secrets = {**ids, "client_secret": app["client_secret"], "code": code[1], "grant_type": "authorization_code"}
        token = json.loads(ask(f"{self.url}/oauth/token", secrets)[1])["access_token"]
        return User(self.url, user, self.passwords[user], token)


@dataclass
class User:
    """Somebody's app."""

    url: str
    name: str
    password: str
    token: str

    def post(self, text: str, **form: str) -> dict[str, Any]:
        """Publish a status."""
        made: dict[str, Any] = json.loads(
            self._ask("api/v1/statuses", {"status": text, "visibility": "public", **form})
        )
        return made

    def follow(self, user: str) -> None:
        """Follow an account."""
        found = json.loads(self._ask(f"api/v1/accounts/lookup?acct={user}", None))
        self._ask(f"api/v1/accounts/{found['id']}/follow", {})

    def boost(self, own_id: str) -> None:
        """Boost a status of somebody followed, once it was delivered: snac does that in the background."""
        until = time.monotonic() + 90
        while True:
            try:
                self._ask(f"api/v1/statuses/{own_id}/reblog", {})
            except AssertionError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.5)
            else:
                return

    def delete(self, uri: str) -> None:
        """Delete a status: by the server's own form, because its API has no way to."""
        secret = b64encode(f"{self.name}:{self.password}".encode()).decode()
        ask(f"{self.url}/{self.name}/admin/action", {"id": uri, "action": "Delete"}, auth=f"Basic {secret}")

    def _ask(self, path: str, form: dict[str, str] | None) -> str:
        return ask(f"{self.url}/{path}", form, auth=f"Bearer {self.token}")[1]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Snac]:
    """The server, its data in a folder of its own."""
    program, base = snac(), tmp_path / "snac"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(*arguments: str, typed: str = "") -> str:
        done = subprocess.run(
            [program, *arguments], input=typed, capture_output=True, text=True, timeout=60, check=True
        )
        return done.stdout + done.stderr

    run("init", str(base), typed=f"127.0.0.1\n{port}\nlocalhost:{port}\n\n\n")
    settings = json.loads((base / "server.json").read_text())
    (base / "server.json").write_text(json.dumps({**settings, "protocol": "http"}))
    passwords = {}
    for user in ("alice", "bob"):
        said = re.search(r"password is (\S+)", run("adduser", str(base), user, typed="\n\n\n"))
        assert said is not None
        passwords[user] = said[1]
    with (tmp_path / "snac.log").open("wb") as log:
        running = subprocess.Popen([program, "httpd", str(base)], stdout=log, stderr=log)
        try:
            _wait_for(port)
            yield Snac(f"http://localhost:{port}", passwords)
        finally:
            running.terminate()
            running.wait(20)


def _wait_for(port: int) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("snac does not listen")


def _arxiv(request: Request) -> Reply:
    ids = request.query["id_list"].split(",")
    return as_xml(feed(*(entry(f"{paper_id}v1", f"The made-up paper {paper_id}") for paper_id in ids)))


def _stored(copy: Copy) -> dict[str, dict[str, Any]]:
    lines = [line for name, data in copy.files("data/posts").items() for line in data.decode().splitlines()]
    return {post["id"]: post for post in map(json.loads, lines)}


def test_what_people_did_on_a_real_server_is_fetched_and_shown(server: Snac, tmp_path: Path) -> None:
    alice, bob = server.log_in("alice"), server.log_in("bob")
    bob.follow("alice")
    time.sleep(2)  # the server tells alice in the background
    first = alice.post("I like https://arxiv.org/abs/2611.01234 #arxiv")
    reply = alice.post("and its second part", in_reply_to_id=first["id"])
    alice.post("for friends https://arxiv.org/abs/2611.00005", visibility="private")
    mistake = bob.post("oops https://arxiv.org/abs/2611.00006")
    second = bob.post("arXiv:2611.00042 & more")
    bob.boost(first["id"])
    bob.delete(mistake["uri"])
    with Loopback(_arxiv) as arxiv:
        copy = Copy(tmp_path / "copy", CONFIG.format(server=server.url, arxiv=arxiv.url))
        fetched = copy.run("fetch")
        again = copy.run("fetch")
        built = copy.run("build")
    assert fetched.status == 0, fetched.err
    posts = _stored(copy)
    kinds = {(post["kind"], post["account"]["handle"].partition("@")[0]): post for post in posts.values()}
    assert set(kinds) == {("post", "alice"), ("reply", "alice"), ("repost", "bob"), ("post", "bob")}
    assert kinds["reply", "alice"]["of"] == kinds["repost", "bob"]["of"] == f"mastodon:{first['uri']}"
    assert kinds["reply", "alice"]["id"] == f"mastodon:{reply['uri']}"
    assert kinds["reply", "alice"]["papers"] == ["2611.01234"]
    assert kinds["post", "alice"]["text"] == "I like https://arxiv.org/abs/2611.01234 #arxiv"
    assert kinds["post", "alice"]["links"] == ["https://arxiv.org/abs/2611.01234"]
    assert kinds["post", "bob"]["text"] == "arXiv:2611.00042 & more"
    assert {paper for post in posts.values() for paper in post["papers"]} == {"2611.01234", "2611.00042"}
    assert (again.status, built.status) == (0, 0), again.err + built.err
    assert _stored(copy) == posts
    shown = copy.page("abs/2611.01234").text_content()
    assert "The made-up paper 2611.01234" in shown
    assert "and its second part" in shown
    assert "arXiv:2611.00042 & more" in copy.page("posts").text_content()
    bob.delete(second["uri"])  # of alice's posts the server keeps showing bob's copies
    pruned = copy.run("prune", "--all")
    assert pruned.status == 0, pruned.err
    assert posts.keys() - _stored(copy).keys() == {f"mastodon:{second['uri']}"}


def test_the_public_feed_of_a_real_server_gives_the_same_posts(server: Snac, tmp_path: Path) -> None:
    """As where the API is closed: the ids are those of the API, so nothing is there twice."""
    from datetime import UTC, datetime

    from generator.fetch.adapter.source import Record
    from generator.fetch.sources.mastodon import source as mastodon
    from generator.fetch.sources.mastodon.api import Api
    from generator.fetch.sources.mastodon.posts import Seen
    from generator.fetch.sources.mastodon.streams import Mark, Reading, Stream
    from generator.fetch.sources.mastodon.threads import Threads
    from generator.net.http import HttpClient
    from tests.fetch.test_sources_mastodon import Run

    server.log_in("alice").post("I like https://arxiv.org/abs/2611.01234")
    run = Run(HttpClient("tests"), {"accounts": [f"{server.url}/@alice"]}, now=datetime.now(UTC))
    assert run.error is None
    name = f"alice@{server.url.removeprefix('http://')}"
    api = Api(run.request, server.url, None)
    seen = Seen(domain="", own=frozenset({f"mastodon:{name}"}))
    stream = Stream(name="s", path="", trackers=("mine",), seen=seen, account=name, feed_url=f"{server.url}/alice.rss")
    reading = Reading(api, stream, Mark(), Threads(api), run.request.now)
    by_feed = {
        post.id: post
        for event in reading.feed()
        if isinstance(event, Record)
        for post in mastodon.SOURCE.parse(event, run.request.now)
    }
    assert by_feed.keys() == run.posts.keys() != set()
    for own_id, post in run.posts.items():
        assert (by_feed[own_id].text, by_feed[own_id].links) == (post.text, post.links)
        assert by_feed[own_id].account.id == post.account.id
