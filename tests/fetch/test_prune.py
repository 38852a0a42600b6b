"""Posts that are gone are removed and stay away; what does not say so removes nothing."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from generator.fetch import prune
from generator.fetch.configuration import read
from generator.fetch.intake import take_posts
from generator.fetch.prune import PruneReport
from generator.fetch.prune_queue import PruneQueue
from generator.fetch.registry import SOURCES
from generator.model.errors import ConfigError
from generator.model.recheck import Checks
from generator.model.records import Account, NetworkState, Post
from generator.net.http import HttpClient
from generator.storage.checked import NAME, CheckedPosts
from generator.storage.store import Store, Tree
from tests.loopback import Answer, Loopback
from tests.make import NOON, post
from tests.pretend_bluesky import did
from tests.pretend_lookups import BlueskyLookup, XLookup
from tests.pretend_x import TOKEN, id_at
from tests.spec_server import SpecServer

HOUR = timedelta(hours=1)
CONFIG = """\
site: {{url: "https://pages.example/x/"}}
trackers: [{{id: example, x: {{accounts: [madeup]}}, bluesky: {{accounts: [ada.example.com]}}}}]
networks: {{x: {{api: "{x}/2", max_reads_per_run: {cap}}}, bluesky: {{api: "{bluesky}"}}}}
"""


def x_post(number: int, **fields: Any) -> Post:
    own_id = id_at(NOON, number)
    bare: dict[str, Any] = {"text": None, "account": Account(id="x:7"), "seen_at": NOON - 30 * HOUR}
    return post(network="x", id=f"x:{own_id}", url=f"https://x.com/i/status/{own_id}", **(bare | fields))


def sky_post(key: str, name: str = "ada", **fields: Any) -> Post:
    whose = Account(id=f"bluesky:{did(name)}", handle=f"{name}.example.com")
    url = f"https://bsky.app/profile/{did(name)}/post/{key}"
    given: dict[str, Any] = {"account": whose, "url": url, "seen_at": NOON - 200 * HOUR}
    return post(id=f"bluesky:{did(name)}/{key}", **(given | fields))


class Drill:
    """A data tree, a cache, and the two services."""

    def __init__(self, folder: Path) -> None:
        self.store_at = folder / "data"
        self.cache = folder / "cache"
        self.x, self.bluesky = XLookup(), BlueskyLookup()
        self.x_server, self.bluesky_server = SpecServer(None, self.x), SpecServer(None, self.bluesky)
        self.more = ""
        self.cap = 500
        self.secrets = {"X_BEARER_TOKEN": TOKEN}
        self.config = CONFIG

    def keep(self, posts: Iterable[Post], texts: Iterable[Post] = (), waiting: Iterable[Post] = ()) -> None:
        store = Store(self.store_at, self.cache)
        tree = store.load()
        for each in posts:
            tree.add_post(each)
        for each in waiting:
            before = tree.states.get(each.network, NetworkState())
            tree.states[each.network] = NetworkState(waiting=(*before.waiting, each))
        store.save(tree)
        store.save_texts({each.id: each for each in texts}, tree)

    def prune(self, now: datetime = NOON, **options: Any) -> PruneReport:
        text = self.config.format(x=self.x_server.url, bluesky=self.bluesky_server.url, cap=self.cap) + self.more
        client = HttpClient("tests")
        try:
            return prune.run(
                read(text.encode()),
                Store(self.store_at, self.cache),
                client_for=lambda _, seconds: client.limited(seconds),
                secrets=self.secrets,
                now=now,
                **options,
            )
        finally:
            client.close()

    @property
    def checks(self) -> Checks:
        """What is known of the posts that are stored."""
        with closing(CheckedPosts(self.cache)) as checked:
            return checked.of(self.tree.posts)

    @property
    def tree(self) -> Tree:
        return Store(self.store_at, self.cache).load()

    def bytes(self) -> dict[str, bytes]:
        return {
            str(path): path.read_bytes()
            for folder in (self.store_at, self.cache)
            for path in folder.rglob("*")
            if path.is_file()
        }


@pytest.fixture
def drill(tmp_path: Path) -> Iterator[Drill]:
    found = Drill(tmp_path)
    with found.x_server, found.bluesky_server:
        yield found


def own(found: Post) -> str:
    return found.id.partition(":")[2]


def test_what_is_gone_leaves_data_and_cache_and_only_id_and_date_are_remembered(drill: Drill) -> None:
    posts = [x_post(number) for number in range(5)] + [sky_post(f"key{number}") for number in range(5)]
    full = [x_post(number, text=f"the words of {number}!") for number in range(5)]
    drill.keep(posts, full)
    drill.x.deleted = {own(posts[1])}
    drill.bluesky.deleted = {"key3"}
    report = drill.prune()
    assert (report.gone, report.failed) == (2, [])
    assert drill.tree.posts.keys() == {each.id for each in posts} - {posts[1].id, posts[8].id}
    gone = (drill.store_at / "gone.jsonl").read_text()
    assert [json.loads(line) for line in gone.splitlines()] == [
        {"id": posts[8].id, "gone_on": "2026-11-20"},
        {"id": posts[1].id, "gone_on": "2026-11-20"},
    ]
    elsewhere = b"".join(content for path, content in drill.bytes().items() if not path.endswith("gone.jsonl"))
    assert not [trace for trace in (b"words of 1!", own(posts[1]).encode(), b"key3") if trace in elsewhere]
    assert b"words of 2!" in (drill.cache / "texts.jsonl").read_bytes()
    with closing(CheckedPosts(drill.cache)) as checked:
        assert checked.of(each.id for each in posts).checked_at.keys() == drill.tree.posts.keys()


def test_nothing_is_asked_or_written_again_before_it_is_due(drill: Drill) -> None:
    drill.keep([x_post(1), sky_post("a")])
    drill.prune()
    before = drill.bytes()
    report = drill.prune(NOON + 3 * HOUR)
    assert [(each.network, each.due, each.meter.requests) for each in report.networks] == [
        ("bluesky", 0, 0),
        ("x", 0, 0),
    ]
    assert (drill.bytes(), report.changed_files) == (before, 0)
    report = drill.prune(NOON + 19 * HOUR)
    assert [(each.network, each.due) for each in report.networks] == [("bluesky", 0), ("x", 1)]
    assert [each.due for each in drill.prune(NOON + 20 * HOUR, everything=True).networks] == [1, 1]


def test_a_lost_cache_costs_requests_only(drill: Drill) -> None:
    drill.keep([x_post(1), sky_post("a")])
    drill.prune()
    data = Store(drill.store_at).load()
    (drill.cache / NAME).write_bytes(b"{broken")
    assert [each.due for each in drill.prune(NOON + HOUR).networks] == [1, 1]
    assert drill.tree.posts == data.posts


def test_what_version_1_0_learnt_of_the_posts_is_taken_over(drill: Drill) -> None:
    drill.keep([sky_post("a"), sky_post("b"), sky_post("c")])
    old = Checks(checked_at={sky_post("a").id: NOON - 7 * HOUR}, missing_since={sky_post("b").id: NOON - 7 * HOUR})
    (drill.cache / "checked.json").write_bytes(msgspec.json.encode(old))
    assert drill.checks == old
    assert [each.due for each in drill.prune().networks] == [2]
    assert not (drill.cache / "checked.json").exists()
    assert drill.checks.checked_at[sky_post("a").id] == NOON - 7 * HOUR


def test_a_queue_has_the_posts_with_the_oldest_checks_of_every_kind_and_server() -> None:
    source = replace(next(each for each in SOURCES if each.name == "mastodon"), gone_max=2)
    queue = PruneQueue(source, NOON, everything=False)
    posts = []
    for server in ("one.example", "two.example"):
        for kind in ("post", "repost"):
            for number in range(7):
                own_id = f"mastodon:https://{server}/{kind}/{number}"
                seen_at = NOON - (200 + 3 * number % 7) * HOUR
                posts.append(post(id=own_id, network="mastodon", kind=kind, seen_at=seen_at))
    for part in (posts[:9], posts[9:20], posts[20:], [x_post(1)]):
        queue.add(part, Checks())
    expected = sorted((each for each in posts if each.seen_at <= NOON - 205 * HOUR), key=recheck_order)
    assert [each.id for each in queue.posts()] == [each.id for each in expected]
    assert len(expected) == 8
    assert (queue.captured, queue.due, queue.overdue) == (28, 28, 28)


def recheck_order(post: Post) -> tuple[datetime, str]:
    return post.seen_at, post.id


def test_reposts_and_likes_go_with_what_they_show_and_quotes_keep_their_words(drill: Drill) -> None:
    gone = sky_post("gone", text="about 2611.00001")
    drill.keep(
        [
            gone,
            sky_post("repost", "bo", kind="repost", of=gone.id, text=None),
            sky_post("quote", "cy", kind="quote", of=gone.id, text="see this"),
            sky_post("reply", "di", kind="reply", of=gone.id, text="and this"),
        ]
    )
    drill.bluesky.deleted = {"gone"}
    assert drill.prune().gone == 2
    left = sorted(drill.tree.posts.values(), key=lambda each: each.id)
    assert [(each.kind, each.of, each.text, each.papers) for each in left] == [
        ("quote", None, "see this", ("2611.00001",)),
        ("reply", None, "and this", ("2611.00001",)),
    ]
    stored = b"".join(content for path, content in drill.bytes().items() if not path.endswith("gone.jsonl"))
    assert gone.id.encode() not in stored


def test_what_waits_for_a_gone_post_waits_no_longer(drill: Drill) -> None:
    gone = x_post(1)
    waiting = x_post(2, kind="reply", of=gone.id, papers=())
    drill.keep([gone], [x_post(1, text="words"), x_post(2, text="an answer", of=gone.id)], [waiting])
    drill.x.deleted = {own(gone)}
    drill.prune()
    assert drill.tree.states["x"].waiting == ()
    assert b"an answer" not in b"".join(drill.bytes().values())


def test_gone_posts_stay_away_whoever_brings_them_back(drill: Drill) -> None:
    gone = sky_post("gone")
    repost = sky_post("repost", "bo", kind="repost", of=gone.id)
    drill.keep([gone])
    drill.bluesky.deleted = {"gone"}
    drill.prune()
    tree = drill.tree
    taken = take_posts(tree, [gone, repost], now=NOON)  # as a fetch or an import
    assert (taken.new, taken.left_out, tree.posts, taken.texts) == (0, 2, {}, {})
    other = Tree()
    other.add_post(gone)
    other.add_post(repost)
    here, there = drill.tree, drill.tree
    here.union(other)  # as a merge, in either order
    other.union(there)
    assert here.posts == other.posts == {}
    assert here.gone == other.gone


def test_a_network_that_fails_keeps_its_posts_and_stops_nobody(drill: Drill) -> None:
    drill.keep([x_post(number) for number in range(3)] + [sky_post("a"), sky_post("b")])
    drill.bluesky.down = True
    drill.x.deleted = {id_at(NOON, 1)}
    report = drill.prune()
    assert report.failed == ["bluesky"]
    assert len(drill.tree.posts) == 4
    drill.bluesky.down = False
    drill.bluesky.deleted = {"a"}
    assert drill.prune(NOON + 24 * HOUR).gone == 1


@pytest.mark.parametrize(("asked", "gone", "removed"), [(40, 21, 0), (43, 21, 21), (20, 20, 20), (30, 30, 0)])
def test_that_most_posts_vanish_at_once_is_not_believed(drill: Drill, asked: int, gone: int, removed: int) -> None:
    posts = [x_post(number) for number in range(asked)]
    drill.keep(posts)
    drill.x.deleted = {own(each) for each in posts[:gone]}
    report = drill.prune()
    assert len(drill.tree.posts) == asked - removed
    assert report.networks[0].doubted == gone - removed
    assert report.failed == (["x"] if removed == 0 else [])


def test_it_is_believed_where_the_owner_says_so_or_the_network_a_day_later(drill: Drill) -> None:
    posts = [x_post(number) for number in range(30)]
    drill.keep(posts)
    drill.x.deleted = {own(each) for each in posts[:25]}
    assert drill.prune(only="x").gone == 0
    assert drill.prune(NOON + 5 * HOUR, only="x").gone == 0
    report = drill.prune(NOON + 21 * HOUR, only="x")
    assert (report.gone, report.failed, len(drill.tree.posts)) == (25, [], 5)
    assert not drill.checks.missing_since
    drill.keep(x_post(number) for number in range(100, 130))
    drill.x.deleted = {id_at(NOON, number) for number in range(100, 130)}
    assert drill.prune(NOON + 50 * HOUR, believe=True).gone == 30


def test_what_the_cap_leaves_is_asked_about_next_and_nobody_starves(drill: Drill) -> None:
    drill.cap = 40
    drill.keep(x_post(number) for number in range(100))
    asked: set[str] = set()
    for run in range(3):
        report = drill.prune(NOON + run * HOUR)
        assert report.networks[0].meter.reads.get("posts", 0) <= 40
        asked |= {own_id for ids in drill.x.asked for own_id in ids}
        assert report.networks[0].overdue == max(0, 100 - 40 * (run + 1))
    assert len(asked) == 100


def test_muted_accounts_leave_the_data_and_stay_muted_under_another_handle(drill: Drill) -> None:
    x = x_post(1, account=Account(id="x:9"))
    drill.keep(
        [
            sky_post("a", "spammer"),
            sky_post("b"),
            sky_post("r", "bo", kind="repost", of=sky_post("a", "spammer").id),
            x,
        ],
        [x_post(1, account=Account(id="x:9", handle="Loud"), text="loud words")],
    )
    drill.more = "filters: {mute_accounts: ['bluesky:spammer.example.com', 'x:@loud']}\n"
    report = drill.prune()
    assert report.muted == 3
    assert drill.tree.posts.keys() == {sky_post("b").id}
    assert b"loud words" not in b"".join(drill.bytes().values())
    assert drill.tree.states["x"].accounts == {"loud": "x:9"}
    assert drill.tree.states["bluesky"].accounts == {"spammer.example.com": f"bluesky:{did('spammer')}"}


def test_the_owner_removes_a_post_by_id_or_address_and_nobody_is_asked(drill: Drill) -> None:
    posts = [
        sky_post("a"),
        sky_post("b"),
        sky_post("c", "bo", kind="repost", of=sky_post("a").id, url=sky_post("a").url),
    ]
    drill.keep(posts)
    report = drill.prune(named=(posts[0].url,))
    assert (report.named, list(drill.tree.posts), drill.bluesky.asked) == (2, [posts[1].id], [])
    assert drill.prune(named=(posts[1].id,)).named == 1
    assert drill.prune(named=(posts[1].id,)).named == 0
    with pytest.raises(ConfigError, match="no id or address of a captured post"):
        drill.prune(named=("https://bsky.app/never-seen",))


def test_only_one_network_is_asked_where_told(drill: Drill) -> None:
    drill.keep([x_post(1), sky_post("a")])
    assert [each.network for each in drill.prune(only="bluesky").networks] == ["bluesky"]
    assert drill.x.asked == []


def test_without_a_token_x_is_no_failure_and_its_posts_stay(drill: Drill) -> None:
    drill.keep([x_post(1), sky_post("a")])
    drill.secrets = {}
    report = drill.prune()
    assert report.failed == []
    assert "X_BEARER_TOKEN" in report.networks[1].warnings[0]
    assert len(drill.tree.posts) == 2


def test_a_run_that_is_killed_between_asking_and_writing_ends_the_same_the_next_time(
    drill: Drill, monkeypatch: pytest.MonkeyPatch
) -> None:
    drill.keep([x_post(number) for number in range(3)])
    drill.x.deleted = {id_at(NOON, 1)}
    before = kept(drill)
    with monkeypatch.context() as broken:
        broken.setattr(Store, "save", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            drill.prune()
    assert kept(drill) == before
    assert drill.prune().gone == 1


def test_no_answer_at_all_is_no_deletion(drill: Drill) -> None:
    drill.keep([x_post(1), sky_post("a")])
    with Loopback([Answer(200, b"")]) as empty:
        drill.config = drill.config.replace("{x}", empty.url).replace("{bluesky}", empty.url)
        report = drill.prune()
    assert report.failed == ["bluesky", "x"]
    assert len(drill.tree.posts) == 2


def kill_at(patch: pytest.MonkeyPatch, number: int) -> list[str]:
    """End the run at its system call of this number (from 0), as SIGKILL would; the calls that were made."""
    made: list[str] = []
    for name in ("open", "write", "fsync", "replace", "unlink", "rmdir", "mkdir"):
        real = getattr(os, name)

        def call(*args: Any, real: Any = real, name: str = name, **kwargs: Any) -> Any:
            if len(made) >= number:
                raise KilledError
            made.append(name)
            return real(*args, **kwargs)

        patch.setattr(os, name, call)
    return made


class KilledError(BaseException):
    """The process has ended: what it would still do is not done."""


def to_be_pruned(folder: Path) -> Drill:
    """One post is gone, one account is muted, one post is named, and a repost waits for what is gone."""
    drill = Drill(folder)
    posts = [sky_post("gone"), sky_post("stays"), sky_post("named"), sky_post("muted", "bob", seen_at=NOON)]
    repost = sky_post("echo", "cy", kind="repost", of=posts[0].id, seen_at=NOON)
    waiting = [
        sky_post("waits", "cy", kind="repost", of=posts[2].id),
        sky_post("more", "cy", kind="quote", of=posts[0].id),
    ]
    drill.keep([*posts, repost, x_post(1)], [x_post(1, text="its words")], waiting)
    drill.bluesky.deleted = {"gone"}
    drill.x.deleted = {own(x_post(1))}
    drill.more = "filters: {mute_accounts: ['bluesky:bob.example.com']}\n"
    return drill


NAMED = sky_post("named")


def kept(drill: Drill) -> dict[str, bytes]:
    """The files; of the databases what they say, because their bytes tell how they came about."""
    files = {path.removeprefix(str(drill.store_at.parent)): body for path, body in drill.bytes().items()}
    said = {path: body for path, body in files.items() if not path.endswith(".sqlite")}
    return said | {"/cache/checked": repr(drill.checks).encode()}


@pytest.mark.slow
@pytest.mark.parametrize("named", [(), (NAMED.id,), (NAMED.url,)])
def test_a_prune_that_is_killed_at_any_call_ends_the_next_time_with_the_same_bytes(
    tmp_path: Path, named: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = to_be_pruned(tmp_path / "whole")
    with whole.x_server, whole.bluesky_server:
        whole.prune(named=named)
    wanted = kept(whole)
    number = 0
    while True:
        drill = to_be_pruned(tmp_path / str(number))
        with drill.x_server, drill.bluesky_server:
            with monkeypatch.context() as patch:
                made = kill_at(patch, number)
                with contextlib.suppress(KilledError):
                    drill.prune(named=named)
                ended = len(made) < number
            with contextlib.suppress(ConfigError):  # An address names nothing once its post is known to be gone.
                drill.prune(named=named)
        # After an address that is known no more the cache is left to the next prune.
        shown = ("/data",) if named == (NAMED.url,) else ("/data", "/cache")
        left = {path: body for path, body in kept(drill).items() if path.startswith(shown)}
        assert left == {path: body for path, body in wanted.items() if path.startswith(shown)}, f"call {number}"
        if ended:
            break
        number += 1
    assert number > 10
