"""`init`: a configuration that works at once, written from whatever people type, and data/ emptied only when told."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.commands.init import Wishes, render
from generator.fetch.configuration import load, read
from generator.model.errors import ConfigError
from tests.conftest import ROOT
from tests.e2e.run import Copy


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    made = Copy(tmp_path / "copy")
    (made.folder / "config.yaml").unlink()
    return made


def test_handles_become_one_tracker_and_one_person(copy: Copy) -> None:
    ran = copy.run(
        "init", "--x", "https://twitter.com/Ada_L?s=20",
        "--bluesky", "ada.example,ada.second.example", "--mastodon", "@ada@social.example",
        "--title", 'Ada: "papers" # and more', "--url", "https://ada.example/papers/", "--now", "2026-11-30T10:00:00Z",
    )  # fmt: skip
    assert ran.status == 0
    config = load(copy.folder / "config.yaml")
    (tracker,) = config.trackers
    wanted = {name: block for name in config.network_titles for _, block in config.wanted(name)}
    assert wanted["x"]["accounts"] == ("ada_l",)
    assert wanted["bluesky"]["accounts"] == ("ada.example", "ada.second.example")
    assert wanted["bluesky"]["follows_of"] == wanted["bluesky"]["accounts"]
    assert wanted["mastodon"]["follows_of"] == ("ada@social.example",)
    assert set(wanted) == {"x", "bluesky", "mastodon"}
    assert (tracker.id, tracker.title) == ("ada", "@ada.example")
    person = ("bluesky:ada.example", "bluesky:ada.second.example", "mastodon:ada@social.example", "x:ada_l")
    assert config.people == (person,)
    assert (config.site.title, config.site.url) == ('Ada: "papers" # and more', "https://ada.example/papers/")
    assert config.site.id == "tag:ada.example,2026-11-30"
    assert copy.run("build").status == 0


def test_trackers_of_somebody_else_go_and_not_without_a_yes(copy: Copy) -> None:
    (copy.folder / "trackers").mkdir()
    (copy.folder / "trackers/bea.yaml").write_text("title: Bea\n")
    (copy.folder / "trackers/README.md").write_text("who may write here\n")
    refused = copy.run("init", "--bluesky", "ada.example")
    assert "remove 1 file of trackers" in refused.err
    assert copy.run("init", "--bluesky", "ada.example", "--yes").status == 0
    assert [tracker.id for tracker in load(copy.folder / "config.yaml").trackers] == ["ada"]
    assert sorted(path.name for path in (copy.folder / "trackers").iterdir()) == ["README.md"]


def test_a_wrong_handle_is_refused_before_anything_is_written(copy: Copy) -> None:
    ran = copy.run("init", "--bluesky", "ada", "--yes")
    assert ran.status == 2
    assert "`ada` is no handle on Bluesky" in ran.err
    assert not (copy.folder / "config.yaml").exists()


def test_without_yes_nothing_is_lost(copy: Copy) -> None:
    copy.configure("trackers: []")
    copy.run("sample", "--papers", "2", "--posts", "3")
    before = copy.files(".")
    ran = copy.run("init", "--x", "ada")
    assert ran.status == 2
    assert "overwrite config.yaml and remove" in ran.err
    assert "--yes" in ran.err
    assert copy.files(".") == before


def test_with_yes_data_is_emptied_and_other_files_stay(copy: Copy) -> None:
    copy.configure("trackers: []")
    copy.run("sample", "--papers", "2", "--posts", "3")
    (copy.folder / "data" / ".gitkeep").touch()
    (copy.folder / "data" / "mine.txt").touch()
    (copy.folder / "data" / "announced").mkdir()
    (copy.folder / "data" / "announced" / "2026.jsonl").write_text('{"id":"*","on":{"slack":"2026-11-20"}}\n')
    ran = copy.run("init", "--x", "ada", "--yes", "--json")
    assert ran.status == 0
    assert ran.json["removed_files"] > 3
    assert sorted(copy.files("data")) == [".gitkeep", "mine.txt"]


def test_the_address_is_guessed_from_the_repository(copy: Copy) -> None:
    copy.run("init", "--x", "ada", env={"GITHUB_REPOSITORY": "Ada-L/Papers"})
    assert load(copy.folder / "config.yaml").site.url == "https://ada-l.github.io/Papers/"
    copy.run("init", "--x", "ada", "--yes", env={"GITHUB_REPOSITORY": "Ada-L/ada-l.github.io"})
    assert load(copy.folder / "config.yaml").site.url == "https://ada-l.github.io/"


def test_a_new_configuration_of_the_same_site_keeps_its_id(copy: Copy) -> None:
    for day, url in (("01", "https://ada.example/"), ("02", "https://ada.example/"), ("03", "https://b.example/")):
        assert copy.run("init", "--url", url, "--yes", "--now", f"2026-11-{day}T00:00:00Z").status == 0
        first = "tag:ada.example,2026-11-01" if url != "https://b.example/" else "tag:b.example,2026-11-03"
        assert load(copy.folder / "config.yaml").site.id == first


@pytest.mark.parametrize(
    ("accounts", "lists"),
    [({}, set()), ({"x": ["a"]}, {"hackernews"}), ({"bluesky": ["a.example"], "mastodon": ["a@b.example"]}, set())],
)
def test_every_network_stands_in_the_file_and_is_one_hash_away(accounts: dict[str, list[str]], lists: set[str]) -> None:
    text = render(Wishes(accounts=accounts, lists=frozenset(lists)))
    for network in ("bluesky", "mastodon", "x", "hackernews", "huggingface", "feeds"):
        is_on = network in lists or network in accounts
        (line,) = re.findall(rf"^    (?:# )?{network}: .*$", text, re.MULTILINE)
        assert line.startswith("    # ") is not is_on
        text = text.replace(line, line.replace("    # ", "    "))
    assert all(read(text.encode()).wanted(network) for network in read(b"{}").network_titles)


def test_a_no_is_answered_with_a_sentence(copy: Copy) -> None:
    (copy.folder / "config.yaml").write_text("site: {title: Mine}\n")
    terminal, end = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "generator", "init", "--bluesky", "ada.example"],
        cwd=copy.folder, stdin=end, stdout=subprocess.PIPE, stderr=end, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    os.write(terminal, b"n\n")
    out, _ = process.communicate(timeout=30)
    assert (process.returncode, out) == (1, b"nothing was changed\n")
    assert (copy.folder / "config.yaml").read_text() == "site: {title: Mine}\n"


def test_without_a_terminal_and_without_handles_it_reads_what_everybody_reads(copy: Copy) -> None:
    ran = copy.run("init")
    assert ran.status == 0
    config = load(copy.folder / "config.yaml")
    assert config.trackers[0].id == "papers"
    assert config.wanted("hackernews")
    assert config.wanted("huggingface")
    assert copy.run("init", "--no-hackernews", "--no-huggingface", "--yes").err.count("names no account yet") == 1


def test_in_a_terminal_it_asks(copy: Copy) -> None:
    primary, secondary = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "generator", "init"], cwd=copy.folder, stdin=secondary, stdout=secondary,
        stderr=secondary, env={**os.environ, "PYTHONPATH": str(ROOT)}, close_fds=True,
    )  # fmt: skip
    os.close(secondary)
    os.write(primary, b"ada\nada.example\n\n\nMy papers\nhttps://ada.example/\n")
    assert process.wait(30) == 0
    os.close(primary)
    config = load(copy.folder / "config.yaml")
    assert config.site.title == "My papers"
    assert config.wanted("bluesky")[0][1]["accounts"] == ("ada.example",)
    assert config.wanted("x") == ()


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=40))
def test_whatever_people_type_stays_inside_its_value(title: str, url: str, handle: str) -> None:
    text = render(Wishes(accounts={"x": [handle], "bluesky": ["ada.example"]}, title=title, url=url))
    try:
        config = read(text.encode("utf-8", "surrogatepass"))
    except ConfigError as error:
        told = [str(problem) for problem in error.problems]
        places = ("site.title", "site.url", "trackers[0].x.accounts", "trackers[0].title", "people[0]", "yaml:")
        assert all(any(place in each for place in places) for each in told)
        return
    assert config.site.title in {title, "Trending arXiv"}
    assert len(config.trackers) == 1
