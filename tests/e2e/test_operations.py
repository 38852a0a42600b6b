"""docs/operations.md, followed in a terminal: old years, data on a branch, the restore drill, and leaving."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from benchmarks.maker import write_tree
from generator.model.records import Paper, Post
from generator.storage.store import Store
from tests import make
from tests.e2e.reader import Reader
from tests.e2e.test_documents import find
from tests.e2e.test_elsewhere import settle
from tests.rehearsal.github import git
from tests.rehearsal.networks import Networks

pytestmark = pytest.mark.slow

CARE = "docs/operations.md: .venv/bin/python -m scripts.care"
DRILL = 30
"""How many commits back every state must be there again."""


def commit(reader: Reader, subject: str) -> str:
    """Commit and push what is in the clone; the commit."""
    git("add", "--all", cwd=reader.folder)
    git("commit", "--quiet", "--message", subject, cwd=reader.folder)
    git("push", "--quiet", "origin", "main", cwd=reader.folder)
    return git("rev-parse", "HEAD", cwd=reader.folder)


def blobs(reader: Reader, tree: str) -> dict[str, str]:
    """Path -> blob, of a tree on the remote."""
    lines = git("ls-tree", "-r", tree, cwd=reader.folder.parent / "papers.git").splitlines()
    return {line.partition("\t")[2]: line.split()[2] for line in lines}


def test_old_years_are_archived_and_brought_back_as_the_document_says(reader: Reader) -> None:
    reader.has_packages()
    this_year = datetime.now(UTC).year
    reader.type(f"trending-arxiv sample --papers 5 --posts 12 --data data --now {this_year - 1}-06-01T00:00:00Z")
    new_year = datetime(this_year, 3, 1, tzinfo=UTC)
    write_tree(reader.folder / ".cache/new", papers=5, posts=9, seed=7, now=new_year)
    reader.type("trending-arxiv merge .cache/new")
    commit(reader, "Two years")
    whole = blobs(reader, "main:data")
    archive = find(f"{CARE} archive").text.replace("2027", str(this_year))
    said = reader.type(archive)
    assert "is on the branch [`archive`]" in said, said
    left, archived = blobs(reader, "main:data"), blobs(reader, "archive")
    assert any(path.startswith("posts/") for path in left)
    assert not any(f"/{this_year - 1}/" in path for path in left)
    pending = {"pending.jsonl"}  # of which each side has its lines
    assert {**archived, **left}.items() - whole.items() <= {("pending.jsonl", left.get("pending.jsonl"))}
    assert whole.keys() - pending == (archived.keys() | left.keys()) - pending
    assert "Nothing to do" in reader.type(archive)
    (reader.folder / "content/mine.md").write_text("# Mine\n")
    with pytest.raises(AssertionError, match="do this in a fresh clone"):
        reader.type(find(f"{CARE} bring-back").text)
    commit(reader, "Mine")
    reader.type(find(f"{CARE} bring-back").text)
    assert blobs(reader, "main:data") == whole


def test_a_clone_reads_and_writes_data_that_is_on_a_branch(reader: Reader, networks: Networks) -> None:
    reader.has_packages()
    settle(reader, networks)
    reader.type("docs/elsewhere/update.sh true")
    before = blobs(reader, "main:data")
    other = reader.folder.parent / "other"  # a clone of somebody else, who pulls now and then
    git("clone", "--quiet", str(reader.folder.parent / "papers.git"), str(other), cwd=reader.folder)
    reader.type(find(f"{CARE} move data").text)
    assert blobs(reader, "data") == before
    assert not any(path.startswith("data/") for path in blobs(reader, "main"))
    networks.post()
    said = reader.type("docs/elsewhere/update.sh true")
    assert "committed to data: 1 paper, 1 post (bluesky 1)" in said
    assert (reader.folder / "site/abs/2611.00002/index.html").exists()
    reader.type("scripts/take_data.sh && trending-arxiv check")
    reader.type(f"cd {other} && git pull --quiet && scripts/take_data.sh")
    kept = blobs(reader, "data")
    for clone in (reader.folder, other):
        assert Store(clone / "data").load().posts.keys() == Store(reader.folder / "data").load().posts.keys()
        assert git("status", "--porcelain", cwd=clone) == "", "nothing is there to add beside the code"
    reader.type(find(f"{CARE} move-back").text)
    assert blobs(reader, "main:data") == kept
    assert ".data-branch" not in blobs(reader, "main")
    reader.type(f"cd {other} && git pull --quiet")
    for clone in (reader.folder, other):
        assert git("status", "--porcelain", cwd=clone) == ""
        assert set(git("ls-files", "data", cwd=clone).splitlines()) == {f"data/{path}" for path in kept}


def history(reader: Reader) -> list[str]:
    """Commits of a page that lives: posts come, are counted again and go, files appear and vanish."""
    dice, store, commits = random.Random(4), Store(reader.folder / "data"), []  # noqa: S311
    tree = store.load()
    at = datetime(2026, 11, 1, tzinfo=UTC)
    for number in range(DRILL + 3):
        for each in range(dice.choice((1, 1, 3))):
            post = make.post(f"{number}n{each}", posted_at=at, seen_at=at, papers=(f"2611.{number + 1:05}",))
            tree.add_post(post)
        tree.add_paper(make.paper(f"2611.{number + 1:05}"))
        if number % 7 == 5:
            tree.remove_posts([dice.choice(sorted(tree.posts))], "2026-11-20")
        at += timedelta(hours=dice.choice((3, 30)))
        store.save(tree)
        commits.append(commit(reader, f"Run {number}"))
    return commits


def test_any_of_the_last_thirty_commits_is_restored_but_for_what_was_removed_since(reader: Reader) -> None:
    reader.has_packages()
    commits = history(reader)
    gone = set(Store(reader.folder / "data").load().gone)
    assert len(gone) > 2
    text = find("docs/operations.md: git log --oneline").text
    for commit_ in reversed(commits[-DRILL:-1]):
        said = reader.type(text.replace("COMMIT", commit_[:7]))
        assert commit_[:7] in said
        restored = Store(reader.folder / "data").load()
        assert restored.problems == []
        assert gone <= set(restored.gone), "what was removed stays removed"
        was, now = blobs(reader, f"{commit_}:data"), blobs(reader, "main:data")
        touched = {path for path in was.keys() | now.keys() if was.get(path) != now.get(path)} - {"gone.jsonl"}
        there = {post for path in touched for post in posts_of(reader, commit_, path)}
        assert touched == {path for path in was if gone & posts_of(reader, commit_, path)}
        assert set(restored.posts) & there == there - gone
    reader.type("trending-arxiv check")
    reader.type(text.replace("COMMIT", commits[-1][:7]))
    assert blobs(reader, "main:data") == blobs(reader, f"{commits[-1]}:data"), "a restoring is undone by another"


def posts_of(reader: Reader, commit_: str, path: str) -> set[str]:
    """Ids of the posts of a file as a commit has it."""
    if not path.startswith("posts/"):
        return set()
    lines = git("show", f"{commit_}:data/{path}", cwd=reader.folder).splitlines()
    return {str(json.loads(line)["id"]) for line in lines}


def test_who_leaves_has_everything_in_two_files_or_one_folder(reader: Reader, tmp_path: Path) -> None:
    reader.type("trending-arxiv sample --papers 9 --posts 40 --data data")
    here = Store(reader.folder / "data").load()
    reader.type(find("docs/operations.md: find data/posts").text)
    posts = msgspec.json.Decoder(Post).decode_lines((reader.folder / "posts.jsonl").read_bytes())
    papers = msgspec.json.Decoder(Paper).decode_lines((reader.folder / "papers.jsonl").read_bytes())
    assert {post.id: post for post in posts} == here.posts
    assert {paper.id: paper for paper in papers} == here.papers
    reader.type(
        f"trending-arxiv import --offline papers.jsonl posts.jsonl --data {tmp_path}/other --cache {tmp_path}/c"
    )
    other = Store(tmp_path / "other").load()
    assert (other.posts.keys(), other.papers) == (here.posts.keys(), here.papers)
    reader.type(f"trending-arxiv merge data --data {tmp_path}/whole --cache {tmp_path}/c")
    whole = Store(tmp_path / "whole").load()
    assert (whole.posts.keys(), whole.papers, whole.states) == (here.posts.keys(), here.papers, here.states)
    assert (whole.pending, whole.gone, whole.announced) == (here.pending, here.gone, here.announced)
