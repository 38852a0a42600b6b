"""Planned outputs become files: only what differs is written, the rest goes; an unchanged build does nothing."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator.model.errors import BuildError
from generator.model.site import Output, OutputGroup
from generator.render import write as outputs
from generator.render.fingerprint import looks_of
from generator.render.last_build import BuildCounts, remember, unchanged
from generator.render.processes import Meanwhile
from generator.render.write import MARKER, Written, write_outputs


def plan(**pages: str) -> list[Output]:
    """A made-up site: path (with `__` for `/`) -> text."""
    texts = {MARKER: "index", **{path.replace("__", "/"): text for path, text in pages.items()}}
    return [Output(path, partial(_render, text)) for path, text in texts.items()]


def _render(text: str) -> bytes:
    return f"<p>{text}</p>".encode()


def write(outputs: list[Output], root: Path, workers: int = 1) -> Written:
    return write_outputs(outputs, root / "site", workers=workers)


def site_of(root: Path) -> dict[str, str]:
    site = root / "site"
    return {path.relative_to(site).as_posix(): path.read_text() for path in site.rglob("*") if path.is_file()}


def test_only_what_differs_is_written(tmp_path: Path) -> None:
    write(plan(a="1", b__c="2"), tmp_path)
    untouched = (tmp_path / "site/a").stat()
    written = write(plan(a="1", b__c="3"), tmp_path)
    assert (written.total, written.rendered, written.written, written.removed) == (3, 3, 1, 0)
    assert site_of(tmp_path) == {MARKER: "<p>index</p>", "a": "<p>1</p>", "b/c": "<p>3</p>"}
    assert (tmp_path / "site/a").stat() == untouched


def test_what_is_no_longer_planned_is_removed_with_its_empty_folder(tmp_path: Path) -> None:
    write(plan(a="1", b__c="2"), tmp_path)
    assert write(plan(a="1"), tmp_path).removed == 1
    assert not (tmp_path / "site/b").exists()


@pytest.mark.parametrize("damage", ["", "<p>9</p>", None])
def test_a_file_that_somebody_touched_is_made_again(tmp_path: Path, damage: str | None) -> None:
    write(plan(a="1"), tmp_path)
    touched = tmp_path / "site/a"
    if damage is None:
        touched.unlink()
    else:
        touched.write_text(damage)
        os.utime(touched, ns=(1, 1))
    write(plan(a="1"), tmp_path)
    assert touched.read_text() == "<p>1</p>"


def test_a_folder_with_somebody_elses_files_is_refused_untouched(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/thesis.tex").write_text("years of work")
    with pytest.raises(BuildError, match=r"thesis\.tex"):
        write(plan(a="1"), tmp_path)
    assert site_of(tmp_path) == {"thesis.tex": "years of work"}


def test_a_first_build_that_ended_before_its_first_file_can_be_repeated(tmp_path: Path) -> None:
    """The disk was full, or it was killed: folders and a temporary file are nobody else's."""
    left = tmp_path / "site" / f"{MARKER}.123.part"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"")
    write(plan(a="1"), tmp_path)
    assert site_of(tmp_path)["a"] == "<p>1</p>"


def test_a_build_that_died_early_can_be_repeated(tmp_path: Path) -> None:
    outputs = plan(a="1")
    broken = [*outputs[1:], Output("z", lambda: bytes(1 // 0)), outputs[0]]
    with pytest.raises(ZeroDivisionError):
        write(broken, tmp_path)
    write(plan(a="1"), tmp_path)
    assert site_of(tmp_path)["a"] == "<p>1</p>"


@pytest.mark.parametrize("path", ["../x", "a//b", "/etc/passwd", "a/../b", ""])
def test_no_output_leaves_the_site(tmp_path: Path, path: str) -> None:
    with pytest.raises(BuildError):
        write([*plan(), Output(path, lambda: b"x")], tmp_path)


def test_two_outputs_with_one_address_are_an_error(tmp_path: Path) -> None:
    outputs = plan(a="1")
    with pytest.raises(BuildError, match="two pages claim"):
        write([*outputs, outputs[1]], tmp_path)


def test_two_processes_write_the_same_site_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outputs, "_PARALLEL_FROM", 10)
    pages = {f"p{n}": str(n) for n in range(300)}
    write(plan(**pages), tmp_path / "one")
    written = write(plan(**pages), tmp_path / "two", workers=2)
    assert site_of(tmp_path / "one") == site_of(tmp_path / "two")
    assert written.written == 301


@pytest.mark.parametrize("workers", [1, 2])
def test_files_that_are_made_together_are_written_and_removed_like_others(
    tmp_path: Path, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outputs, "_PARALLEL_FROM", 1)

    def write_group(*names: str) -> Written:
        group = OutputGroup("words/", lambda: iter([(name, name.encode()) for name in names]))
        return write_outputs([group, *plan(a="1")], tmp_path / "site", workers=workers)

    assert write_group("b", "c/d").total == 4
    assert site_of(tmp_path)["words/c/d"] == "c/d"
    written = write_group("b")
    assert (written.written, written.removed) == (0, 1)
    assert not (tmp_path / "site/words/c").exists()


@pytest.mark.parametrize("workers", [1, 2])
def test_what_another_process_works_out_is_the_same(workers: int) -> None:
    assert Meanwhile(lambda: {"a": (1, 2)}, workers).answer() == {"a": (1, 2)}


def test_a_process_that_was_ended_is_told() -> None:
    with pytest.raises(BuildError, match="run it again"):
        Meanwhile(lambda: os._exit(1), 2).answer()


pages = st.dictionaries(st.sampled_from(["a", "b", "c__d", "c__e", "f"]), st.sampled_from("123"))


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(pages, min_size=1, max_size=4))
def test_a_build_over_older_files_equals_one_into_an_empty_folder(
    tmp_path_factory: pytest.TempPathFactory, history: list[dict[str, str]]
) -> None:
    root, fresh = tmp_path_factory.mktemp("older"), tmp_path_factory.mktemp("empty")
    for texts in history:
        write(plan(**texts), root)
    write(plan(**history[-1]), fresh)
    assert site_of(root) == site_of(fresh)


COUNTS = BuildCounts(files=2, papers=1, posts=1, lists=1, problems=())


def test_a_site_that_nobody_touched_is_known_to_be_finished(tmp_path: Path) -> None:
    site, remembered = tmp_path / "site", tmp_path / "cache/last-build"
    assert unchanged(remembered, b"in", site) is None, "nothing is remembered"
    write(plan(a="1"), tmp_path)
    remember(remembered, b"in", site, COUNTS)
    assert unchanged(remembered, b"in", site) == COUNTS
    assert unchanged(remembered, b"other inputs", site) is None
    (site / "stranger").write_text("x")
    assert unchanged(remembered, b"in", site) is None
    (site / "stranger").unlink()
    assert unchanged(remembered, b"in", site) == COUNTS
    (site / "a").write_text("changed by hand")
    assert unchanged(remembered, b"in", site) is None
    remember(remembered, b"in", site, COUNTS)
    remembered.write_bytes(b"\x93garbage")
    assert unchanged(remembered, b"in", site) is None, "it costs time only"


def test_the_look_of_a_folder_changes_with_any_of_its_files(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/a").write_text("1")
    before = looks_of(tmp_path, tmp_path / "missing")
    assert looks_of(tmp_path, tmp_path / "missing") == before
    (tmp_path / "deep/b").write_text("")
    assert looks_of(tmp_path, tmp_path / "missing") != before
