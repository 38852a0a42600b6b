"""Planned outputs become files: only what changed is rendered, only what differs is written, the rest goes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator.model.errors import BuildError
from generator.model.site import Output
from generator.render import write as outputs
from generator.render.fingerprint import looks_of
from generator.render.write import MARKER, Written, unchanged, write_outputs


class Plan:
    """A made-up site: path -> text; counts what is rendered."""

    def __init__(self, **pages: str) -> None:
        self.pages = {MARKER: "index", **{path.replace("__", "/"): text for path, text in pages.items()}}
        self.rendered: list[str] = []

    def outputs(self) -> list[Output]:
        def renderer(path: str) -> Callable[[str], bytes]:
            def render(text: str) -> bytes:
                self.rendered.append(path)
                return f"<p>{text}</p>".encode()

            return render

        return [Output(path, "page", lambda text=text: text, renderer(path)) for path, text in self.pages.items()]  # type: ignore[misc]


def write(plan: Plan, root: Path, *, fingerprint: bytes = b"1", full: bool = False, workers: int = 1) -> Written:
    return write_outputs(
        plan.outputs(), root / "site", manifest=root / "cache/m", fingerprint=fingerprint, full=full, workers=workers
    )


def site_of(root: Path) -> dict[str, str]:
    site = root / "site"
    return {path.relative_to(site).as_posix(): path.read_text() for path in site.rglob("*") if path.is_file()}


def test_what_did_not_change_is_neither_rendered_nor_written(tmp_path: Path) -> None:
    write(Plan(a="1", b__c="2"), tmp_path)
    again = Plan(a="1", b__c="3")
    written = write(again, tmp_path)
    assert again.rendered == ["b/c"]
    assert (written.total, written.rendered, written.written, written.removed) == (3, 1, 1, 0)
    assert site_of(tmp_path) == {MARKER: "<p>index</p>", "a": "<p>1</p>", "b/c": "<p>3</p>"}


def test_what_is_no_longer_planned_is_removed_with_its_empty_folder(tmp_path: Path) -> None:
    write(Plan(a="1", b__c="2"), tmp_path)
    assert write(Plan(a="1"), tmp_path).removed == 1
    assert not (tmp_path / "site/b").exists()


def test_a_changed_program_or_template_renders_everything_and_writes_only_what_differs(tmp_path: Path) -> None:
    write(Plan(a="1", b="2"), tmp_path)
    again = Plan(a="1", b="2")
    written = write(again, tmp_path, fingerprint=b"2")
    assert (written.rendered, written.written) == (3, 0)


@pytest.mark.parametrize("damage", ["", "<p>9</p>", None])
def test_a_file_that_somebody_touched_is_made_again(tmp_path: Path, damage: str | None) -> None:
    write(Plan(a="1"), tmp_path)
    touched = tmp_path / "site/a"
    if damage is None:
        touched.unlink()
    else:
        touched.write_text(damage)
        os.utime(touched, ns=(1, 1))
    write(Plan(a="1"), tmp_path)
    assert touched.read_text() == "<p>1</p>"


def test_a_lost_or_broken_manifest_costs_time_only(tmp_path: Path) -> None:
    write(Plan(a="1"), tmp_path)
    (tmp_path / "cache/m").write_bytes(b"\x93garbage")
    assert write(Plan(a="1"), tmp_path).written == 0


def test_a_folder_with_somebody_elses_files_is_refused_untouched(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/thesis.tex").write_text("years of work")
    with pytest.raises(BuildError, match=r"thesis\.tex"):
        write(Plan(a="1"), tmp_path)
    assert site_of(tmp_path) == {"thesis.tex": "years of work"}


def test_a_build_that_died_early_can_be_repeated(tmp_path: Path) -> None:
    dying = Plan(a="1")
    broken = [*dying.outputs()[1:], Output("z", "page", lambda: 1 / 0, lambda _: b""), dying.outputs()[0]]
    with pytest.raises(ZeroDivisionError):
        write_outputs(broken, tmp_path / "site", manifest=tmp_path / "cache/m", fingerprint=b"1")
    write(Plan(a="1"), tmp_path)
    assert site_of(tmp_path)["a"] == "<p>1</p>"


@pytest.mark.parametrize("path", ["../x", "a//b", "/etc/passwd", "a/../b", ""])
def test_no_output_leaves_the_site(tmp_path: Path, path: str) -> None:
    plan = Plan()
    plan.pages[path] = "x"
    with pytest.raises(BuildError):
        write(plan, tmp_path)


def test_two_outputs_with_one_address_are_an_error(tmp_path: Path) -> None:
    plan = Plan(a="1").outputs()
    with pytest.raises(BuildError, match="two pages claim"):
        write_outputs([*plan, plan[1]], tmp_path / "site", manifest=tmp_path / "m", fingerprint=b"")


def test_two_processes_write_the_same_site_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outputs, "_PARALLEL_FROM", 10)
    pages = {f"p{n}": str(n) for n in range(300)}
    write(Plan(**pages), tmp_path / "one")
    written = write(Plan(**pages), tmp_path / "two", workers=2)
    assert site_of(tmp_path / "one") == site_of(tmp_path / "two")
    assert written.written == 301


pages = st.dictionaries(st.sampled_from(["a", "b", "c__d", "c__e", "f"]), st.sampled_from("123"))


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(pages, min_size=1, max_size=4))
def test_an_incremental_build_equals_a_full_one(
    tmp_path_factory: pytest.TempPathFactory, history: list[dict[str, str]]
) -> None:
    root, fresh = tmp_path_factory.mktemp("incremental"), tmp_path_factory.mktemp("full")
    for plan in history:
        write(Plan(**plan), root)
    write(Plan(**history[-1]), fresh, full=True)
    assert site_of(root) == site_of(fresh)


def test_a_site_that_nobody_touched_is_known_to_be_finished(tmp_path: Path) -> None:
    site, manifest = tmp_path / "site", tmp_path / "m"
    write_outputs(Plan(a="1").outputs(), site, manifest=manifest, fingerprint=b"", inputs=b"in", summary=b"said")
    assert unchanged(site, manifest, b"in") == (2, b"said")
    assert unchanged(site, manifest, b"other inputs") is None
    (site / "stranger").write_text("x")
    assert unchanged(site, manifest, b"in") is None
    (site / "stranger").unlink()
    (site / "a").write_text("changed by hand")
    assert unchanged(site, manifest, b"in") is None


def test_the_look_of_a_folder_changes_with_any_of_its_files(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/a").write_text("1")
    before = looks_of(tmp_path, tmp_path / "missing")
    assert looks_of(tmp_path, tmp_path / "missing") == before
    (tmp_path / "deep/b").write_text("")
    assert looks_of(tmp_path, tmp_path / "missing") != before
