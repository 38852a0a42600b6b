"""`serve`: the site on loopback as a browser asks for it, built again after a change; the sample in an empty copy."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from html import unescape
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from generator.commands.console import Console
from generator.commands.live_server import LiveServer, content_type, find_file
from generator.commands.options import Options
from generator.commands.serve import _Work
from generator.commands.watching import look_at
from tests.conftest import ROOT
from tests.e2e.run import Copy

BASE = "/made-up/"


@contextmanager
def serving(copy: Copy, *arguments: str) -> Iterator[str]:
    """Run `serve` on a free port; its address, once it answers."""
    log = copy.folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "generator", "serve", "--port", "0", *arguments],
            cwd=copy.folder, stdout=out, stderr=subprocess.STDOUT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    try:
        yield wait_for(lambda: re.search(r"http://127\.0\.0\.1:\d+/", log.read_text()))[0]
    finally:
        process.send_signal(signal.SIGINT)
        try:
            assert process.wait(60) == 0
            assert "Traceback" not in log.read_text()
        finally:
            process.kill()


def wait_for(ask: Any, seconds: float = 120) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = ask()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError("it never happened")


def get(url: str) -> tuple[int, Message, bytes]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 (loopback)
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    root = tmp_path / "site"
    for name, content in {
        "index.html": b"<html><head></head><body>home</body></html>", "404.html": b"<body>not here</body>",
        "abs/hep-th/9901001/index.html": b"paper", "feed.xml": b"<rss/>", "made-up/index.html": b"a page of that name",
        "a b/x.json": b"{}", "static/app.js": b"1",
    }.items():  # fmt: skip
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    (tmp_path / "secret.txt").write_text("outside")
    return root


@pytest.fixture
def server(site: Path) -> Iterator[LiveServer]:
    running = LiveServer(0, site, BASE)
    threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield running
    running.close()


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/", "index.html"), ("/?q=1#x", "index.html"), ("/abs/hep-th/9901001/", "abs/hep-th/9901001/index.html"),
        ("/abs/hep-th/9901001", "abs/hep-th/9901001/index.html"), ("/made-up/feed.xml", "feed.xml"),
        ("/made-up/", "made-up/index.html"), ("/made-up/abs/hep-th/9901001/", "abs/hep-th/9901001/index.html"),
        ("/a%20b/x.json", "a b/x.json"), ("/nowhere", None), ("/../secret.txt", None), ("/%2e%2e/secret.txt", None),
        ("//etc/passwd", None), ("/made-up/../../secret.txt", None), ("/%00", None), ("/..%5csecret.txt", None),
        (f"/{'a' * 9000}", None),
    ],
)  # fmt: skip
def test_an_address_names_a_file_of_the_site_or_nothing(site: Path, path: str, found: str | None) -> None:
    assert find_file(site, BASE, path) == (site / found if found else None)


def test_a_link_out_of_the_site_is_not_followed(site: Path, tmp_path: Path) -> None:
    (site / "leak.txt").symlink_to(tmp_path / "secret.txt")
    assert find_file(site, BASE, "/leak.txt") is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("feed.xml", "application/rss+xml; charset=utf-8"), ("atom.xml", "application/atom+xml; charset=utf-8"),
        ("feed.json", "application/feed+json; charset=utf-8"), ("api/v1/x.json", "application/json; charset=utf-8"),
        ("manifest.webmanifest", "application/manifest+json; charset=utf-8"), ("x", "application/octet-stream"),
        ("index.html", "text/html; charset=utf-8"), ("a.svg", "image/svg+xml"),
        ("sitemap.xml", "application/xml; charset=utf-8"),
    ],
)  # fmt: skip
def test_every_file_is_called_what_it_is(name: str, kind: str) -> None:
    assert content_type(Path(name)) == kind


def test_pages_get_the_script_and_files_stay_as_they_are(server: LiveServer, site: Path) -> None:
    status, headers, page = get(server.address)
    assert status == 200
    assert headers["Cache-Control"] == "no-store"
    assert page.count(b"/__live/reload.js") == 1
    assert b"__live" not in (site / "index.html").read_bytes()
    assert get(server.address + "static/app.js")[2] == b"1"
    assert b"EventSource" in get(server.address + "__live/reload.js")[2]


def test_what_is_missing_is_the_sites_own_page(server: LiveServer, site: Path) -> None:
    status, headers, page = get(server.address + "nowhere/")
    assert (status, headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert b"not here" in page
    (site / "404.html").unlink()
    assert get(server.address + "nowhere/")[0] == 404


def test_head_sends_no_body_and_other_methods_are_refused(server: LiveServer) -> None:
    connection = HTTPConnection("127.0.0.1", server.server_address[1], timeout=5)
    connection.request("HEAD", "/")
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (200, b"")
    connection.request("POST", "/", body=b"")
    assert connection.getresponse().status == 501
    connection.close()


def test_open_pages_are_told_when_the_site_was_built(server: LiveServer, site: Path) -> None:
    with socket.create_connection(("127.0.0.1", server.server_address[1]), timeout=5) as browser:
        browser.sendall(b"GET /__live/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"text/event-stream" in browser.recv(4096)
        server.show(site, BASE)
        assert b"event: built" in browser.recv(4096)


def test_a_page_that_was_loaded_before_the_last_build_is_told_at_once(server: LiveServer, site: Path) -> None:
    page = get(server.address)[2].decode()
    server.show(site, BASE)
    script = re.search(r'src="(/__live/[^"]*)"', page)
    assert script
    events = re.search(r'EventSource\("([^"]*)"', get(server.address + script[1][1:])[2].decode())
    assert events
    with socket.create_connection(("127.0.0.1", server.server_address[1]), timeout=5) as browser:
        browser.sendall(f"GET {events[1]} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        received = b""
        while b"event: built" not in received:
            received += browser.recv(4096)


def test_the_policy_of_a_real_page_lets_the_script_in(tmp_path: Path) -> None:
    copy = Copy(tmp_path / "copy")
    with serving(copy) as url:
        pages = [get(url)[2].decode(), get(f"{url}404.html")[2].decode()]
    for page in pages:
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
        assert policy
        stated = [part.split() for part in unescape(policy[1]).split(";")]
        allowed = {name: sources for name, *sources in stated}
        assert len(allowed) == len(stated), "of a directive that is stated twice browsers follow the first"
        assert "'self'" in allowed["script-src"]
        assert "'self'" in allowed["connect-src"]
        for script in re.findall(r"<script(?: type=\"module\")?>(.*?)</script>", page, re.DOTALL):
            digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in allowed["script-src"], "what stands in the page still runs"


def test_an_empty_copy_shows_the_sample_and_says_so(tmp_path: Path) -> None:
    copy = Copy(tmp_path / "copy")
    with serving(copy) as url:
        page = get(url)[2].decode()
        assert "Everything on this page is made up" in page
        assert page.count('class="paper"') >= 10
        assert get(f"{url}t/physics/")[0] == 200
        assert get(f"{url}made-up/feed.xml")[1]["Content-Type"] == "application/rss+xml; charset=utf-8"
    assert "data is empty: showing a made-up sample" in (copy.folder / "log").read_text()
    assert not copy.files("data")
    assert not copy.files("site")


def test_a_change_is_built_and_a_mistake_is_told_and_survived(tmp_path: Path) -> None:
    copy = Copy(tmp_path / "copy")
    copy.run("sample", "--papers", "4", "--posts", "6")
    config = (copy.folder / "config.yaml").read_text()
    with serving(copy) as url:
        assert "Made up" in get(url)[2].decode()
        copy.configure("site: {titel: x}")
        wait_for(lambda: "is no key here" in (copy.folder / "log").read_text())
        assert "Made up" in get(url)[2].decode()
        copy.configure(config.replace("Made up", "Changed name"))
        wait_for(lambda: "Changed name" in get(url)[2].decode())


def test_what_changes_while_a_build_runs_is_built_next(
    tmp_path: Path, server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = Copy(tmp_path / "copy")
    copy.run("sample", "--papers", "2", "--posts", "2")

    saved = itertools.count(1)

    class Edited(_Work):
        def build(self) -> None:
            super().build()
            copy.configure(f"site: {{title: Saved {next(saved)}}}")  # as somebody who saves before it is through

    options = Options(
        config_path=copy.folder / "config.yaml", data=copy.folder / "data", site=copy.folder / "site",
        templates=ROOT / "templates", cache=copy.folder / ".cache", given_now=None, console=Console(verbosity=-1),
    )  # fmt: skip
    work = Edited(options)
    seen = work.seen()
    work.build()
    looks = iter((None, None))  # the first build is of what was saved in the one before, the second as well
    monkeypatch.setattr("generator.commands.serve.time.sleep", lambda _: next(looks))
    with pytest.raises(StopIteration):
        work.watch(server, seen)
    assert "Saved 2" in (copy.folder / "site/index.html").read_text("utf-8")


def test_a_page_elsewhere_that_made_its_name_lead_here_reads_nothing(server: LiveServer) -> None:
    for host, status in (("evil.example", 421), ("127.0.0.1.evil.example:80", 421), ("localhost:8000", 200)):
        client = HTTPConnection("127.0.0.1", server.server_address[1], timeout=10)
        client.request("GET", "/", headers={"Host": host})
        answer = client.getresponse()
        assert (answer.status, b"home" in answer.read()) == (status, status == 200)
        client.close()


def test_with_json_a_mistake_later_is_told_and_no_second_object(tmp_path: Path) -> None:
    copy = Copy(tmp_path / "copy")
    copy.run("sample", "--papers", "2", "--posts", "2")
    with serving(copy, "--json"):
        copy.configure("site: {titel: x}")
        wait_for(lambda: "is no key here" in (copy.folder / "log").read_text())
    assert sum(line.startswith("{") for line in (copy.folder / "log").read_text().splitlines()) == 1


def test_a_taken_port_is_told_with_a_remedy(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = Copy(tmp_path / "copy").run("serve", "--port", str(taken.getsockname()[1]))
    assert ran.status == 1
    assert "taken: stop the other program, or use --port NUMBER" in ran.err


def test_with_json_the_address_is_in_the_object(tmp_path: Path) -> None:
    copy = Copy(tmp_path / "copy")
    with serving(copy, "--json"):
        line = next(line for line in (copy.folder / "log").read_text().splitlines() if line.startswith("{"))
        assert json.loads(line)["sample"] is True


def test_changes_are_seen_and_what_is_hidden_or_temporary_is_not(tmp_path: Path) -> None:
    (tmp_path / "data" / "posts").mkdir(parents=True)
    watched = (tmp_path / "data", tmp_path / "config.yaml", tmp_path / "missing")
    before = look_at(watched)
    for name in ("data/.hidden", "data/x.jsonl.part", "data/x~"):
        (tmp_path / name).touch()
    assert look_at(watched) == before
    (tmp_path / "data" / "posts" / "x.jsonl").write_text("a")
    one = look_at(watched)
    assert one != before
    (tmp_path / "data" / "posts" / "x.jsonl").write_text("ab")
    (tmp_path / "config.yaml").touch()
    assert len(look_at(watched)) == 2
    assert look_at(watched) != one
