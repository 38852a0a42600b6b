"""A prune reads the files that it needs: the bytes are those of a removal from the whole tree."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from generator.fetch import prune
from generator.fetch.adapter.source import Checked, FetchRequest
from generator.fetch.configuration import read
from generator.fetch.registry import SOURCES
from generator.model import recheck
from generator.model.recheck import Checks
from generator.model.records import Account, NetworkState, Post
from generator.net.http import Client
from generator.storage import partial
from generator.storage.checked import CheckedPosts
from generator.storage.store import Store, Tree
from tests.fetch.test_partial import past, stored
from tests.make import NOON, post

NETWORK = "bluesky"
WAITING = 5


class Network:
    """Bluesky, where some posts are gone, and some are not spoken of."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.gone: set[str] = set()
        self.unspoken: set[str] = set()
        self.asked: list[str] = []
        source = next(source for source in SOURCES if source.name == NETWORK)
        monkeypatch.setattr(prune, "SOURCES", (replace(source, find_gone=self._find_gone),))
        monkeypatch.setattr(prune, "note_waits", lambda *_: None)
        monkeypatch.setattr("generator.fetch.request.hold", lambda *_: None)

    def _find_gone(self, _: FetchRequest, posts: Sequence[Post]) -> Iterator[Checked]:
        self.asked = [post.id for post in posts]
        for post_id in self.asked:
            if post_id not in self.unspoken:
                yield Checked(post_id, post_id not in self.gone)


def tree_of(dice: random.Random) -> tuple[Tree, dict[str, Post]]:
    """Stored posts, some that wait for one of them, and their texts in full."""
    posts = [msgspec.structs.replace(each, papers=("2605.00001",)) for each in past(dice, 80)]
    handled = [
        msgspec.structs.replace(each, account=Account(id=each.account.id, handle=f"{each.account.id[-1]}.example"))
        for each in posts
    ]
    waiting = [
        post(f"w{number}", kind=dice.choice(["repost", "quote"]), of=dice.choice(posts).id, papers=(), text=None)
        for number in range(WAITING)
    ]
    tree = Tree(posts={each.id: each for each in handled})
    tree.states[NETWORK] = NetworkState(waiting=tuple(waiting))
    return tree, {each.id: each for each in dice.sample(handled, 10)}


def removed_as_a_whole(folder: Path, ids: set[str]) -> None:
    """Remove posts as a program does it that holds all of the tree."""
    store = Store(folder / "data", folder / "cache")
    tree = store.load()
    waiting = {each.id: each for state in tree.states.values() for each in state.waiting}
    tree.remove_posts(recheck.with_echoes(ids, {**waiting, **tree.posts}), f"{NOON:%Y-%m-%d}")
    store.save(tree)
    store.save_texts(store.load_texts(), tree)


def remember(folder: Path, checks: Checks) -> None:
    with closing(CheckedPosts(folder / "cache")) as checked:
        checked.update(checks)
        checked.save()


@pytest.mark.parametrize("files_at_once", [1, 64])
@pytest.mark.parametrize("seed", range(8))
def test_a_prune_writes_what_a_removal_from_the_whole_tree_writes(
    seed: int, files_at_once: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(seed)  # noqa: S311 (no secret)
    monkeypatch.setattr(partial, "_FILES_AT_ONCE", files_at_once)
    network = Network(monkeypatch)
    tree, texts = tree_of(dice)
    for name in ("part", "whole"):
        store = Store(tmp_path / name / "data", tmp_path / name / "cache")
        store.save(tree)
        store.save_texts(texts, tree)
    posts = tree.posts
    network.gone = set(dice.sample(sorted(posts), 9))
    network.unspoken = set(dice.sample(sorted(posts), 9))
    muted = dice.choice(["bluesky:a.example", "b.example", "@C.example"])
    named = posts[dice.choice(sorted(posts))]
    config = read(f"trackers: [{{id: example}}]\nfilters: {{mute_accounts: ['{muted}']}}".encode())
    checks = Checks(checked_at={post_id: NOON - timedelta(days=dice.randrange(9)) for post_id in posts})
    remember(tmp_path / "part", checks)

    def run(**options: Any) -> prune.PruneReport:
        store = Store(tmp_path / "part/data", tmp_path / "part/cache")
        return prune.run(
            config, store, client_for=lambda *_: cast("Client", None), secrets={}, now=NOON, believe=True, **options
        )

    named_report = run(named=[named.id])
    letter = muted.lower().removesuffix(".example")[-1]
    muted_ids = {each.id for each in posts.values() if each.account.id == f"bluesky:{letter}"}
    removed_as_a_whole(tmp_path / "whole", {named.id, *muted_ids})
    before = Store(tmp_path / "whole/data").load().posts
    assert named_report.muted + named_report.named == len(posts) - len(before)

    report = run()
    due = recheck.due(before.values(), checks, NOON)
    assert network.asked == [each.id for each in due]
    answered = {each.id for each in due} - network.unspoken
    removed_as_a_whole(tmp_path / "whole", answered & network.gone)
    after = Store(tmp_path / "whole/data").load().posts
    part_files, whole_files = stored(tmp_path / "part"), stored(tmp_path / "whole")
    states = [msgspec.json.decode(files.pop("state/bluesky.json")) for files in (part_files, whole_files)]
    assert part_files == whole_files
    assert states[0]["waiting"] == states[1]["waiting"]
    assert list(states[0]["accounts"].values()) == [f"bluesky:{letter}"]
    cached = [Store(tmp_path / name / "data", tmp_path / name / "cache").load_texts() for name in ("part", "whole")]
    assert cached[0] == cached[1]
    assert report.gone == len(before) - len(after)
    checks.note({post_id: post_id not in network.gone for post_id in answered}, NOON)
    assert [each.due for each in report.networks] == [len(due)]
    assert [each.overdue for each in report.networks] == [recheck.overdue(after.values(), checks, NOON)]
    with closing(CheckedPosts(tmp_path / "part/cache")) as checked:
        expected = {post_id: at for post_id, at in checks.checked_at.items() if post_id in after}
        assert checked.of(posts).checked_at == expected


def test_a_prune_holds_the_posts_of_some_files_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network(monkeypatch)
    monkeypatch.setattr(partial, "_FILES_AT_ONCE", 3)
    posts = [post(f"{day}-{number}", hours=24 * (10 + day)) for day in range(60) for number in range(5)]
    store = Store(tmp_path / "data", tmp_path / "cache")
    store.save(Tree(posts={each.id: each for each in posts}))
    network.gone = {each.id for each in posts if each.id.endswith("-0")}
    held = []
    real = Store.save

    def counted(store: Store, tree: Tree) -> list[Path]:
        held.append(len(tree.posts))
        return real(store, tree)

    monkeypatch.setattr(Store, "save", counted)
    config = read(b"trackers: [{id: example}]")
    report = prune.run(
        config, store, client_for=lambda *_: cast("Client", None), secrets={}, now=NOON, believe=True, everything=True
    )
    assert report.gone == 60
    assert max(held) == 3 * 4
    assert len(Store(tmp_path / "data").load().posts) == 240
