"""`sample`, `merge` and `status`: what they write, and what they leave alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import msgspec
import pytest

from generator.model.records import NetworkState
from generator.model.tree import Tree
from generator.storage.store import Store
from tests import make
from tests.e2e.run import Copy

NOW = ("--now", "2026-11-20T12:00:00Z")


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path / "copy")


def save(folder: Path, tree: Tree) -> Path:
    Store(folder).save(tree)
    return folder


def tree_of(*records: object, state: NetworkState | None = None) -> Tree:
    tree = Tree()
    for record in records:
        tree.add_post(record) if isinstance(record, type(make.post())) else tree.add_paper(record)  # type: ignore[arg-type]
    if state:
        tree.states["bluesky"] = state
    return tree


# sample


def test_the_sample_is_the_same_every_time_and_replaces_itself(copy: Copy) -> None:
    now = ("--now", "2026-11-20T12:00:00Z")
    first = copy.run("sample", "--papers", "20", "--posts", "30", "--json", *now)
    assert first.status == 0
    before = copy.files("data")
    assert copy.run("sample", "--papers", "20", "--posts", "30", "--json", *now).json["changed_files"] == 0
    assert copy.run("sample", "--papers", "5", "--posts", "6", *now).status == 0
    assert copy.files("data") != before
    assert copy.run("sample", "--papers", "20", "--posts", "30", *now).status == 0
    assert copy.files("data") == before


def test_the_sample_never_touches_what_was_really_captured(copy: Copy) -> None:
    save(copy.folder / "data", tree_of(make.post(), make.paper()))
    before = copy.files("data")
    ran = copy.run("sample")
    assert ran.status == 1
    assert "holds captured data" in ran.err
    assert copy.files("data") == before


def test_the_sample_says_whose_pages_will_be_missing(copy: Copy) -> None:
    assert "machine-learning, mathematics, physics" in copy.run("sample").err


# merge


def test_a_union_is_the_same_in_either_order(copy: Copy) -> None:
    save(copy.folder / "a", tree_of(make.post("1"), make.paper(), make.post("3", text=None)))
    save(copy.folder / "b", tree_of(make.post("2", who="bo"), make.paper("2611.00002"), make.post("3")))
    one = copy.run("merge", "a", "b", "--data", "ab", "--json")
    copy.run("merge", "b", "a", "--data", "ba")
    assert (one.json["new_posts"], one.json["new_papers"]) == (3, 2)
    assert copy.files("ab") == copy.files("ba")
    assert copy.run("merge", "a", "--data", "ab", "--json").json["changed_files"] == 0


def test_a_tree_that_kept_posts_of_x_in_full_is_joined_by_their_ids_alone(copy: Copy) -> None:
    tweet = make.post(network="x", id="x:123", text="secretly funny", url="https://x.com/ada/status/123")
    save(copy.folder / "a", tree_of(tweet))
    save(copy.folder / "b", tree_of())
    copy.run("merge", "a", "b", "--data", "ab")
    stored = b"".join(copy.files("ab").values())
    assert b"x:123" in stored
    assert b"secretly funny" not in stored
    assert b"ada" not in stored.replace(b'"x:ada"', b"")
    assert b"secretly funny" in b"".join(copy.files(".cache").values())
    copy.configure("networks: {x: {keep: full}}")
    copy.run("merge", "a", "b", "--data", "full")
    assert b"secretly funny" in b"".join(copy.files("full").values())


def test_check_names_what_a_post_of_x_may_not_keep_in_public_and_moves_it_to_the_cache(copy: Copy) -> None:
    save(copy.folder / "data", tree_of(make.post(network="x", id="x:123", text="secretly funny"), make.paper()))
    copy.configure("networks: {x: {keep: full}}")
    assert copy.run("check").status == 0
    copy.configure("networks: {x: {keep: ids}}")
    told = copy.run("check")
    assert told.status == 1
    assert "data/posts/x/2026/11/20.jsonl:1: 'x:123': more of it stands here than networks.x.keep allows" in told.out
    assert copy.run("check", "--fix").status == 0
    assert b"secretly funny" not in b"".join(copy.files("data").values())
    assert b"secretly funny" in b"".join(copy.files(".cache").values())
    assert copy.run("check").status == 0


def test_what_waited_on_one_side_is_taken_once_the_other_brings_its_original(copy: Copy) -> None:
    original = make.post("1")
    quote = make.post("2", who="bo", kind="quote", of=original.id, papers=(), text=None)
    save(copy.folder / "a", tree_of(state=NetworkState(waiting=(quote,))))
    save(copy.folder / "b", tree_of(original))
    copy.run("merge", "a", "b")
    merged = Store(copy.folder / "data").load()
    assert sorted(merged.posts) == sorted([original.id, quote.id])
    assert merged.states["bluesky"].waiting == ()


@pytest.mark.parametrize("with_config", [True, False])
def test_what_waited_with_its_words_in_the_cache_leaves_them_there_where_the_network_wants_that(
    copy: Copy, with_config: bool
) -> None:
    original = make.post("1", network="x", text=None)
    reply = make.post("2", network="x", kind="reply", of=original.id, papers=(), text=None)
    here = copy.folder / "data"
    tree = Tree()
    tree.states["x"] = NetworkState(waiting=(reply,))
    save(here, tree)
    words = msgspec.structs.replace(reply, text="made-up words")
    (copy.folder / ".cache").mkdir(exist_ok=True)
    (copy.folder / ".cache" / "texts.jsonl").write_bytes(msgspec.json.encode(words) + b"\n")
    save(copy.folder / "b", tree_of(original))
    if not with_config:
        (copy.folder / "config.yaml").unlink()
    assert copy.run("merge", "b").status == 0
    assert Store(here).load().posts[reply.id].papers == original.papers
    assert not [name for name, content in copy.files("data").items() if b"made-up words" in content]
    assert b"made-up words" in (copy.folder / ".cache" / "texts.jsonl").read_bytes()


def test_what_is_no_data_tree_is_refused_before_anything_is_written(copy: Copy) -> None:
    save(copy.folder / "a", tree_of(make.post()))
    (copy.folder / "photos").mkdir()
    ran = copy.run("merge", "a", "photos", "nowhere")
    assert ran.status == 2
    assert ran.err.splitlines() == [
        "photos: is no data tree: name a folder that has posts/ or papers/",
        "nowhere: is no data tree: name a folder that has posts/ or papers/",
    ]
    assert not copy.files("data")


# status


def test_status_tells_networks_failures_limits_and_cost(copy: Copy) -> None:
    state = NetworkState(last_success_at=make.NOON, failing_since=make.NOON, failure="the service is ill")
    save(copy.folder / "data", tree_of(make.post(), make.paper(), state=state))
    ran_x = {"new": 3, "requests": 7, "cost_usd": 0.035, "limits": {"tweets": "298 of 300\x1b[2J"}}
    ran_x["unread_hosts"] = {"new-mirror.example": 4}
    (copy.folder / ".cache").mkdir()
    (copy.folder / ".cache" / "last-run.json").write_text(
        json.dumps({"at": "2026-11-20T12:00:00Z", "networks": {"x": ran_x}})
    )
    ran = copy.run("status")
    assert ran.status == 0
    assert "data: 1 post about 1 paper" in ran.out
    assert "failing since 2026-11-20T12:00:00Z: the service is ill" in ran.out
    assert "last run: 3 new, 7 requests, about $0.035" in ran.out
    assert "limit tweets: 298 of 300\\x1b[2J" in ran.out
    assert "4 links to new-mirror.example;" in ran.out
    summary = copy.run("status", "--json").json
    assert summary["networks"]["bluesky"]["posts"] == 1
    assert summary["networks"]["x"]["last_run"]["cost_usd"] == 0.035


def test_what_runs_asked_for_changes_no_byte_of_the_site(copy: Copy) -> None:
    save(copy.folder / "data", tree_of(make.post(), make.paper(), state=NetworkState(last_success_at=make.NOON)))
    assert copy.run("build").status == 0
    before = copy.files("site")
    for name in ("last-run.json", "last-prune.json"):
        summary = {
            "at": "2026-11-20T12:00:00Z",
            "networks": {"bluesky": {"new": 3, "requests": 1234, "cost_usd": 1.25}},
        }
        (copy.folder / ".cache" / name).write_text(json.dumps(summary))
    assert copy.run("build", "--full").status == 0
    assert copy.files("site") == before


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"networks": 5}', '{"networks": {"x": 5, "bluesky": {"limits": 5, "cost_usd": "x"}}}']
)
def test_status_survives_a_broken_cache_and_an_empty_copy(copy: Copy, content: str) -> None:
    assert "no network was read yet" in copy.run("status").out
    (copy.folder / ".cache").mkdir()
    (copy.folder / ".cache" / "last-run.json").write_text(content)
    assert copy.run("status").status == 0
    assert copy.run("build").status == 0


def test_status_names_damaged_lines(copy: Copy) -> None:
    save(copy.folder / "data", tree_of(make.post()))
    path = next((copy.folder / "data" / "posts").rglob("*.jsonl"))
    path.write_bytes(path.read_bytes() + b"{torn\n")
    ran = copy.run("status")
    assert f"{path.relative_to(copy.folder)}:2: damaged line" in ran.err


# build


def test_an_empty_copy_builds_an_honest_empty_site(copy: Copy) -> None:
    ran = copy.run("build", "--json")
    assert ran.status == 0
    assert (ran.json["papers"], ran.json["posts"]) == (0, 0)
    assert b"made up for the sample" not in (copy.folder / "site" / "index.html").read_bytes()


def test_a_second_build_writes_nothing_and_gives_the_same_bytes_as_a_full_one(copy: Copy) -> None:
    copy.run("sample", "--papers", "8", "--posts", "20")
    assert copy.run("build", "--json", fresh=True).json["written"] > 50
    before = copy.files("site")
    second = copy.run("build", "--json", fresh=True)
    assert (second.json["written"], second.json["rendered"]) == (0, 0)
    assert second.json["unchanged"] == second.json["files"]
    full = copy.run("build", "--full", "--json", fresh=True)
    assert full.json["rendered"] == full.json["files"]
    assert copy.files("site") == before


def test_the_site_of_a_stranger_is_not_touched(copy: Copy) -> None:
    (copy.folder / "site").mkdir()
    (copy.folder / "site" / "index.html").write_text("somebody else's")
    ran = copy.run("build")
    assert ran.status == 1
    assert copy.files("site") == {"index.html": b"somebody else's"}


def test_damaged_lines_do_not_keep_the_site_from_being_built(copy: Copy) -> None:
    save(copy.folder / "data", tree_of(make.post(), make.paper()))
    path = next((copy.folder / "data" / "posts").rglob("*.jsonl"))
    damaged = path.read_bytes() + msgspec.json.encode(make.post("2"))[:40] + b"\n"
    path.write_bytes(damaged)
    ran = copy.run("build", "--json")
    assert ran.status == 0
    assert len(ran.json["warnings"]) == 1
    assert path.read_bytes() == damaged
    shutil.rmtree(copy.folder / "site")


# prune


def test_where_only_a_secret_is_missing_prune_asks_for_no_money(copy: Copy) -> None:
    save(copy.folder / "data", tree_of(make.post("1", network="x", hours=24 * 90), make.paper()))
    ran = copy.run("prune", *NOW)
    assert "could not be asked about in time\n" in ran.err
    assert "raise networks.x" not in ran.err
