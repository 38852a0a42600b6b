"""What lies in data/ that the program never leaves there: links, pipes and damage are refused or named by cause."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from generator.cli import cli
from generator.model.errors import BuildError, StoreError
from generator.storage.content import load_content
from generator.storage.store import Store
from tests.make import post
from tests.storage.test_store import make_tree

FILE = "posts/bluesky/2026/11/20.jsonl"
GONE = b'{"id":"bluesky:zed/1","gone_on":"2026-11-19"}'


@pytest.fixture
def data(tmp_path: Path) -> Path:
    Store(tmp_path / "data").save(make_tree())
    return tmp_path / "data"


@pytest.mark.parametrize("name", [FILE, "posts", "posts/bluesky", "gone.jsonl", "schema.json", "state/bluesky.json"])
def test_a_link_out_of_the_folder_is_refused_and_what_it_leads_to_is_left_alone(data: Path, name: str) -> None:
    outside = data.parent / "outside"
    (data / name).rename(outside)
    (data / name).symlink_to(outside)
    with pytest.raises(StoreError, match=rf"{name}: is a symbolic link out of "):
        Store(data).load()
    assert outside.exists()


@pytest.mark.parametrize("target", ["..", "../../../data", "/nowhere/at/all", "bluesky"])
def test_links_in_a_circle_and_to_nowhere_are_refused(data: Path, target: str) -> None:
    (data / "posts/more").symlink_to(target)
    (data / "posts/more.jsonl").symlink_to("more.jsonl")
    with pytest.raises(StoreError, match="posts/more"):
        Store(data).load()


def test_a_link_inside_the_folder_and_a_folder_that_is_a_link_itself_are_read(data: Path) -> None:
    (data / FILE).rename(data / "posts/kept")
    (data / FILE).symlink_to(data / "posts/kept")
    (data.parent / "link").symlink_to(data)
    store = Store(data.parent / "link")
    tree = store.load()
    assert "bluesky:ada/1" in tree.posts
    assert store.save(tree) == []


def test_nothing_is_written_through_a_link(data: Path) -> None:
    store = Store(data)
    tree = store.load()
    outside = data.parent / "outside"
    outside.mkdir()
    (data / "posts/mastodon").symlink_to(outside)
    tree.add_post(post("9", network="mastodon"))
    with pytest.raises(StoreError, match="is a symbolic link out of"):
        store.save(tree)
    (data / FILE).write_bytes(b"{\n")
    (data / "quarantine").symlink_to(outside)
    (data / "posts/mastodon").unlink()
    tree = store.load()
    with pytest.raises(StoreError, match="is a symbolic link out of"):
        store.quarantine(tree)
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("name", [FILE, "schema.json", "state/x.json", "posts/pipe"])
def test_a_pipe_is_no_file(data: Path, name: str) -> None:
    (data / name).unlink(missing_ok=True)
    os.mkfifo(data / name)
    with pytest.raises(StoreError, match=f"{name}: is no ordinary file"):
        Store(data).load()


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"<<<<<<< HEAD\n", "a conflict marker that git left"),
        (b"=======\n", "a conflict marker that git left"),
        (b">>>>>>> 1234abc (Update)\n", "a conflict marker that git left"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 7\n", "a pointer of Git LFS"),
        (b"\xef\xbb\xbf" + GONE + b"\n", "a byte order mark"),
        (GONE.decode().encode("utf-16"), "a byte order mark"),
        (b"\0" * 4096, "filled with zeros"),
        (GONE + b"\n" + GONE[:30], "cut off"),
        (b"", "the file is empty"),
    ],
)
def test_damage_is_named_by_its_cause(data: Path, content: bytes, cause: str) -> None:
    (data / "gone.jsonl").write_bytes(content)
    problems = Store(data).load().problems
    assert problems
    assert all(cause in problem.message for problem in problems)


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("papers/2611/000.jsonl", b'"version":1', b'"version":-3'),
        ("papers/2611/000.jsonl", b'"version":1', b'"version":0'),
        (FILE, b'"likes":', b'"likes":-'),
        ("pending.jsonl", b'"tries":0', b'"tries":-1'),
        ("gone.jsonl", b"2026-11-19", b"2026-13-19"),
        ("gone.jsonl", b"2026-11-19", b"yesterday"),
        (FILE, b'"posted_at":"2026', b'"posted_at":"9999'),
        (FILE, b'"seen_at":"2026', b'"seen_at":"0001'),
        ("papers/2611/000.jsonl", b'"fetched_at":"2026', b'"fetched_at":"9999'),
    ],
)
def test_an_impossible_value_is_damage(data: Path, name: str, before: bytes, after: bytes) -> None:
    content = (data / name).read_bytes()
    if before not in content:
        content = content.replace(b'"papers":', b'"counts":{"likes":1,"reposts":0,"replies":0,"quotes":0},"papers":')
    (data / name).write_bytes(content.replace(before, after))
    (problem,) = {problem.place for problem in Store(data).load().problems}
    assert problem.startswith(str(data / name))


@pytest.mark.parametrize("version", [b"-3", b"0", b'"1"', b"true", b"[]"])
def test_an_impossible_version_of_the_schema_is_refused(data: Path, version: bytes) -> None:
    (data / "schema.json").write_bytes(b'{"version":' + version + b"}")
    with pytest.raises(StoreError, match="unreadable"):
        Store(data).load()


def test_a_reading_that_breaks_off_names_its_file(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_path: Path) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "read_bytes", broken)
    with pytest.raises(StoreError, match=r"data/schema\.json: cannot read: Input/output error"):
        Store(data).load()


def test_init_removes_nothing_behind_a_link(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outside = data.parent / "outside"
    (data / "posts").rename(outside)
    (data / "posts").symlink_to(outside)
    monkeypatch.chdir(data.parent)
    done = CliRunner().invoke(cli, ["init", "--bluesky", "ada.example", "--yes"])
    assert done.exit_code == 1
    assert "is a symbolic link out of" in done.output
    assert list(outside.rglob("*.jsonl"))


def test_a_pipe_among_the_owners_pages_does_not_stop_a_build_for_ever(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "about.md")
    with pytest.raises(BuildError, match=r"about\.md: is no ordinary file"):
        load_content(tmp_path)


def test_the_owners_pages_have_a_slug_a_title_and_html_and_notes_belong_to_papers(tmp_path: Path) -> None:
    (tmp_path / "notes/hep-th").mkdir(parents=True)
    (tmp_path / "about.md").write_text("# Who we are\n\nA *group*.\n")
    (tmp_path / "how-to.md").write_text("Read.\n")
    (tmp_path / "notes/hep-th/9901001.md").write_text("An old one.\n")
    content = load_content(tmp_path)
    assert [(slug, title) for slug, title, _ in content.pages] == [("about", "Who we are"), ("how-to", "How to")]
    assert "<em>group</em>" in content.pages[0][2]
    assert "Who we are" not in content.pages[0][2]
    assert list(content.notes) == ["hep-th/9901001"]
    assert "An old one." in content.notes["hep-th/9901001"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("About Us.md", b"", "becomes the page's address"),
        ("about.md", b"\xff", "cannot be read as UTF-8 text"),
        ("notes/reading.md", b"", "notes are named after papers"),
    ],
)
def test_a_page_or_note_that_cannot_be_shown_is_named(tmp_path: Path, name: str, text: bytes, said: str) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / name).write_bytes(text)
    with pytest.raises(BuildError, match=said) as told:
        load_content(tmp_path)
    assert str(tmp_path / name) in str(told.value)
