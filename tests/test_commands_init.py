"""`init`: a configuration that works at once, written from whatever people type, and data/ emptied only when told."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.commands.init import render
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
        "init", "--x", "@Ada_L", "--bluesky", "ada.example,ada.second.example", "--mastodon", "@ada@social.example",
        "--title", 'Ada: "papers" # and more', "--url", "https://ada.example/papers/",
    )  # fmt: skip
    assert ran.status == 0
    config = load(copy.folder / "config.yaml")
    (tracker,) = config.trackers
    wanted = {name: block for name in config.network_titles for _, block in config.wanted(name)}
    assert wanted["x"]["accounts"] == ("ada_l",)
    assert wanted["bluesky"]["accounts"] == ("ada.example", "ada.second.example")
    assert wanted["bluesky"]["follows_of"] == wanted["bluesky"]["accounts"]
    assert "mastodon" in wanted
    assert tracker.id == "ada"
    assert config.people == (("bluesky:ada.example", "mastodon:ada@social.example", "x:ada_l"),)
    assert (config.site.title, config.site.url) == ('Ada: "papers" # and more', "https://ada.example/papers/")
    assert (copy.folder / "config.yaml").read_text("utf-8").count("#") > 10
    assert copy.run("build").status == 0


def test_trackers_of_somebody_else_go_and_not_without_a_yes(copy: Copy) -> None:
    (copy.folder / "trackers").mkdir()
    (copy.folder / "trackers/bea.yaml").write_text("title: Bea\n")
    (copy.folder / "trackers/README.md").write_text("who may write here\n")
    refused = copy.run("init", "--bluesky", "ada.example")
    assert "remove 1 files of trackers" in refused.err
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


def test_without_a_terminal_and_without_handles_it_writes_one_to_fill_in(copy: Copy) -> None:
    ran = copy.run("init")
    assert ran.status == 0
    assert "names no account yet" in ran.err
    assert load(copy.folder / "config.yaml").trackers[0].id == "papers"


def test_in_a_terminal_it_asks(copy: Copy) -> None:
    primary, secondary = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "generator", "init"], cwd=copy.folder, stdin=secondary, stdout=secondary,
        stderr=secondary, env={**os.environ, "PYTHONPATH": str(ROOT)}, close_fds=True,
    )  # fmt: skip
    os.close(secondary)
    os.write(primary, b"\nada.example\n\nMy papers\nhttps://ada.example/\n")
    assert process.wait(30) == 0
    os.close(primary)
    config = load(copy.folder / "config.yaml")
    assert config.site.title == "My papers"
    assert config.wanted("bluesky")[0][1]["accounts"] == ("ada.example",)
    assert config.wanted("x") == ()


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=40))
def test_whatever_people_type_stays_inside_its_value(title: str, url: str, handle: str) -> None:
    text = render({"x": [handle], "bluesky": ["ada.example"]}, title, url)
    try:
        config = read(text.encode("utf-8", "surrogatepass"))
    except ConfigError as error:
        told = [str(problem) for problem in error.problems]
        places = ("site.title", "site.url", "trackers[0].x.accounts", "trackers[0].title", "people[0]", "yaml:")
        assert all(any(place in each for place in places) for each in told)
        return
    assert config.site.title in {title, "Trending arXiv"}
    assert len(config.trackers) == 1
