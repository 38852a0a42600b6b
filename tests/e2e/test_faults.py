"""Network x fault, through the real command: every kind of wrong answer ends in kept data, a named reason and exit 3.

All networks and arXiv give the same wrong answer in one run, so each row is seven. The runs share one folder: whatever
was wrong, posts, papers and cursors stay as they were, and the sound run at the end has the bytes of one that never saw
a fault. Time passes only on the program's clock (`hasty`), so that a silent server costs the test nothing.
"""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from generator.fetch.adapter.patience import NEXT
from tests.e2e.run import Copy, files_below
from tests.e2e.warm import Outcome, Warm
from tests.e2e.world import NETWORKS, NOW, SECRETS, World, without_cost
from tests.fetch.test_sources_feeds import item, rss
from tests.loopback import Answer, Loopback, Raw, Reply, Request, as_json, as_xml
from tests.one_run import faults

EARLIER = "2026-11-20T11:58:00Z"
LONGEST_S = 120.0
HASTE_S = 0.15
"""Of the test's time, for what is 20 s of the program's."""
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

STATUSES = (400, 401, 402, 403, 404, 410, 451, 500, 502, 504, 520)
Fault = Reply | Callable[[Request], Reply]


def drip() -> Iterator[bytes | float]:
    """A byte now and then, for longer than anybody waits."""
    for _ in range(60):
        yield b" "
        yield 0.05


SHAPES: dict[str, Fault] = {
    "a page for people": Answer(200, b"<!doctype html><title>Log in</title>", {"Content-Type": "text/html"}),
    "no JSON and no XML": Answer(200, b"it works", {"Content-Type": "text/plain"}),
    "XML of another kind": as_xml("<?xml version='1.0'?><opml version='2.0'><body><outline text='a'/></body></opml>"),
    "null": as_json(None),
    "a number": as_json(42),
    "a text": as_json("[]"),
    "an empty object": as_json({}),
    "an error that says 200": as_json({"error": "InternalServerError", "message": "made up"}),
    "other names": as_json({"results": [], "elements": [], "next": None}),
    "lists that are objects": as_json({"data": {}, "feed": {}, "hits": {}, "posts": {}, "meta": {}}),
    "lists of texts": as_json({"data": ["a"], "feed": ["a"], "hits": ["a"], "meta": {"result_count": 1}}),
    "lists of lists": as_json([["a"], ["b"]]),
    "rows without what names them": as_json({
        "data": [{"text": "a"}], "feed": [{"item": {}}], "hits": [{"title": "a"}], "meta": {"result_count": 1},
    }),
    "rows one level down": as_json({name: {"data": [{"id": "1"}]} for name in ("data", "feed", "hits", "posts")}),
}  # fmt: skip
"""Another shape than a service describes: never 0 posts."""
SHAPE_WORDS = (
    "format changed", "it answers with a page of HTML", "it is no feed", "it is a page of HTML", "it is JSON but no",
    "answer is JSON",
)  # fmt: skip
SILENT: dict[str, Fault] = {
    "silent": Raw(30.0),
    "headers that never end": Raw(b"HTTP/1.1 200 OK\r\n", *(part for _ in range(40) for part in (b"X: y\r\n", 0.05))),
    "a body that drips": Raw(OK, b"\r\n", *drip()),
    "a body that stops": Raw(OK, b"Content-Length: 900\r\n\r\n{", 30.0),
}  # fmt: skip
"""Nothing usable for ever."""
FAULTS: dict[str, Fault] = {
    "closed at once": Raw(),
    "a body that is cut": Raw(OK, b'Content-Length: 900\r\n\r\n{"data": ['),
    "too much of it": Raw(OK, b"Content-Length: 99999999\r\n\r\n{"),
    "a chunk of no size": Raw(OK, b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n"),
    "compressed, says the header": Raw(OK, b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}"),
    "no HTTP": Raw(b"SSH-2.0-made_up\r\n"),
    "empty": Answer(200, b""),
    "no content": Answer(204),
    "another place": Answer(302, b"", {"Location": "http://169.254.169.254/latest/"}),
    "in a circle": lambda request: Answer(302, b"", {"Location": request.target}),
    "to a file": Answer(302, b"", {"Location": "file:///etc/passwd"}),
    "not modified, unasked": Answer(304),
    "asked too much": Answer(429, b"", {"Retry-After": "3600"}),
    "asked too much, for now": Answer(429, b"", {"Retry-After": "50"}),
    "asked too much, no word for how long": Answer(429),
    **{f"HTTP {status}": Answer(status, b"made up") for status in STATUSES},
    "down for a while": Answer(503, b"", {"Retry-After": "7200"}),
    "down for a moment, for ever": Answer(503, b"", {"Retry-After": "20"}),
}  # fmt: skip
SOUND = {
    # it was asked: what the feed is recognised by is sent with the question
    ("feeds", "not modified, unasked"), ("feeds", "http-304_without_request"),
}  # fmt: skip
"""What is no fault at that network."""


@dataclass
class Run:
    """A folder after a sound run, with news that nobody could bring so far."""

    world: World
    folder: Path
    wanted: dict[str, bytes]
    """What a sound run ends with."""

    def fetch(self, fault: Fault | None, *, silent: bool = False) -> Outcome:
        def gate(_name: str, request: Request) -> Reply | None:
            return fault(request) if callable(fault) else fault

        self.world.gate = gate
        self.forget_waits()
        arguments = ("fetch", "--json", "--now", NOW)
        return Warm.start(self.folder, *arguments, env=SECRETS, hasty=HASTE_S if silent else 20.0).wait()

    def forget_waits(self) -> None:
        """As if the time that services asked for had passed: what was asked of one run is not the next one's."""
        for path in (self.folder / "data/state").glob("*.json"):
            state = json.loads(path.read_bytes())
            state.pop("not_before", None)
            path.write_text(json.dumps(state))

    def kept(self) -> dict[str, Any]:
        """Posts and papers by their path, and what is remembered of every stream."""
        kept: dict[str, Any] = {}
        for path, body in files_below(self.folder / "data").items():
            if not path.startswith("state/"):
                kept |= {path: body} if path != "schema.json" else {}
                continue
            state = json.loads(body)
            streams = [*state["cursors"].items(), *state["accounts"].items()]
            kept |= {f"{path} {name}": what for name, what in streams if name.partition("/")[0] != NEXT}
        return kept


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Path]]:
    """Everybody's posts of the morning are captured, arXiv was too busy to tell of their papers, and there is news."""
    folder = tmp_path_factory.mktemp("faults")
    with World(*NETWORKS) as world:
        Copy(folder, world.config())
        world.gate = lambda name, _request: Answer(503, b"", {"Retry-After": "9999"}) if name == "arxiv" else None
        begun = Warm.start(folder, "fetch", "--now", EARLIER, env=SECRETS).wait()
        assert begun.ran.status == 3, begun.ran.err
        world.tell()
        yield world, folder


@pytest.fixture
def later(world: tuple[World, Path], tmp_path: Path) -> Run:
    """Runs that go on."""
    return begin(world[0], world[1], tmp_path)


@pytest.fixture
def first(world: tuple[World, Path], tmp_path: Path) -> Run:
    """Runs that begin from nothing."""
    Copy(tmp_path / "nothing", world[0].config())
    return begin(world[0], tmp_path / "nothing", tmp_path)


def begin(world: World, start: Path, folder: Path) -> Run:
    for name in ("undisturbed", "disturbed"):
        shutil.copytree(start, folder / name)
    undisturbed = Run(world, folder / "undisturbed", {})
    done = undisturbed.fetch(None)
    assert done.ran.status == 0, done.ran.err
    return Run(world, folder / "disturbed", files_below(folder / "undisturbed/data"))


def wrong_with(outcome: Outcome, name: str, *, asks_arxiv: bool = True) -> list[str]:
    """What is wrong with how a run took an answer that is wrong everywhere."""
    ran = outcome.ran
    if "Traceback" in ran.err or ran.status != 3:
        return [f"exit {ran.status}: {ran.err[-600:]}"]
    said, wrong = ran.json, []
    failures = {network: report["failure"] for network, report in said["networks"].items()}
    failures |= {"arxiv": said["arxiv"]["refused"]} if asks_arxiv else {}
    for network, failure in failures.items():
        if not failure and (network, name) not in SOUND:
            wrong.append(f"{network}: no failure: {said['networks'].get(network, said['arxiv'])}")
        if name in SHAPES and not any(words in str(failure) for words in SHAPE_WORDS):
            wrong.append(f"{network}: another shape is called {failure!r}")
    for network, report in said["networks"].items():
        if report["new"] or report["changed"]:
            wrong.append(f"{network}: took {report['new']} new and {report['changed']} changed posts of it")
    late = {thread: seconds for thread, seconds in outcome.waited_s.items() if seconds > LONGEST_S}
    return [*wrong, *(f"{thread} waited {seconds:.0f} s" for thread, seconds in late.items())]


def check(run: Run, faults: Mapping[str, Fault], *, asks_arxiv: bool = True) -> None:
    """All of them one after the other in a folder of their own, then a sound run."""
    before, wrong = run.kept(), list[str]()
    for name, fault in faults.items():
        found = wrong_with(run.fetch(fault, silent=name in SILENT), name, asks_arxiv=asks_arxiv)
        after = run.kept()
        found += [f"{path} is another" for path in after if after[path] != before.get(path)]
        found += [f"{path} is gone" for path in before.keys() - after.keys()]
        wrong += [f"{name}: {one}" for one in found]
        before = after
    assert not wrong, "\n".join(wrong)
    sound = run.fetch(None)
    assert sound.ran.status == 0, sound.ran.err
    left = files_below(run.folder / "data")
    assert left.keys() == run.wanted.keys()
    assert [path for path in left if without_cost(left[path]) != without_cost(run.wanted[path])] == []


def test_every_fault_at_every_network_ends_in_kept_data_a_named_reason_and_exit_3(later: Run) -> None:
    check(later, SILENT | FAULTS)


def test_another_shape_is_an_error_at_every_network_and_never_no_posts(later: Run) -> None:
    check(later, SHAPES)


def test_faults_of_a_first_run_leave_nothing_behind(first: Run) -> None:
    """Then names are looked up: other questions than those of a later run."""
    chosen = ("silent", "a body that is cut", "HTTP 402", "HTTP 404", "asked too much", "down for a while")
    check(first, {**SHAPES, **{name: (SILENT | FAULTS)[name] for name in chosen}}, asks_arxiv=False)


@pytest.mark.parametrize("part", range(3))
def test_every_recorded_fault_at_every_network(later: Run, shared: Path, part: int) -> None:
    rows = {row["id"]: Raw((shared / "corpora" / row["file"]).read_bytes()) for row in faults(shared / "corpora")}
    assert len(rows) > 100
    check(later, {name: rows[name] for name in sorted(rows)[part::3]})


def test_many_silent_hosts_cost_a_network_what_one_of_them_costs(tmp_path: Path) -> None:
    """30 hosts of feeds and 20 instances that accept and say nothing, and one blog that is well."""
    with ExitStack() as stack:
        dead = []
        for number in range(50):
            silent = stack.enter_context(socket.create_server((f"127.0.0.{number + 2}", 0)))
            dead.append("http://{}:{}".format(*silent.getsockname()))
        well = stack.enter_context(Loopback({"/feed.xml": as_xml(rss(item(1)))}))
        feeds = [f"{url}/feed.xml" for url in (*dead[:30], well.url)]
        accounts = [f"{url}/@ann" for url in dead[30:]]
        config = {
            "site": {"url": "https://pages.example/made-up/"},
            "trackers": [{"id": "mine", "feeds": feeds, "mastodon": {"accounts": accounts}}],
            "networks": {"arxiv": {"api": f"{well.url}/api/query", "spacing_s": 0}},
        }
        Copy(tmp_path, json.dumps(config))
        outcome = Warm.start(tmp_path, "fetch", "--json", "--now", NOW, hasty=HASTE_S).wait()
    said = outcome.ran.json
    assert outcome.ran.status == 3
    assert (said["networks"]["feeds"]["failure"], said["networks"]["feeds"]["new"]) == (None, 1)
    assert "none of the 20 instances could be read" in said["networks"]["mastodon"]["failure"]
    told = " ".join([*said["networks"]["feeds"]["warnings"], *said["networks"]["mastodon"]["warnings"]])
    assert [url for url in dead if url not in told] == []
    readers = {name: seconds for name, seconds in outcome.waited_s.items() if name.startswith(("feeds", "mastodon"))}
    assert 35 < max(readers.values()) < 120  # one after the other they would take 1,200


@pytest.mark.parametrize("command", ["fetch", "prune"])
def test_the_next_run_asks_nobody_before_the_time_that_all_of_them_asked_for(later: Run, command: str) -> None:
    """For an hour, and on three runs; then everybody is asked, and the data is that of an undisturbed run."""
    world, folder = later.world, later.folder
    arguments = ("--all",) if command == "prune" else ()

    def run(now: str) -> Outcome:
        world.asked.clear()
        return Warm.start(folder, command, "--json", "--now", now, *arguments, env=SECRETS, hasty=20.0).wait()

    later.forget_waits()
    world.gate = lambda _name, _request: Answer(429, b"", {"Retry-After": "3600"})
    first = run(NOW)
    assert first.ran.status == 3
    networks = set(world.asked)
    world.gate = lambda _name, _request: None
    for now in ("2026-11-20T12:01:00Z", "2026-11-20T12:55:00Z"):
        held = run(now)
        assert (held.ran.status, world.asked) == (3, [])
        assert "Traceback" not in held.ran.err
    said = Warm.start(folder, "status", "--now", NOW).wait().ran.out
    assert said.count("asked to be left alone until 2026-11-20T13:00:0") >= len(networks)
    last = run("2026-11-20T13:00:05Z")
    assert networks <= set(world.asked)
    assert command == "prune" or last.ran.status == 0  # the pretended services are no good at saying what is gone
    assert not any(b"not_before" in body for body in files_below(folder / "data/state").values())


def test_cursors_of_another_shape_are_as_if_they_had_never_been(later: Run) -> None:
    assert later.fetch(None).ran.status == 0
    posts = {path: body for path, body in later.kept().items() if path.startswith("posts/")}
    for odd in (7, "made up", ["made up", 7], {"newest": {}, "trackers": 7, "digest": []}, True):
        for path in (later.folder / "data/state").glob("*.json"):
            state = json.loads(path.read_bytes())
            path.write_text(json.dumps({**state, "cursors": dict.fromkeys([*state["cursors"], NEXT], odd)}))
        ran = later.fetch(None).ran
        assert ran.status == 0, (odd, ran.err)
        assert {path: body for path, body in later.kept().items() if path.startswith("posts/")} == posts
