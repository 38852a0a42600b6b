"""An upgrade writes the address that stands in the ids of a copy's feed entries into its configuration, and no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.fetch.configuration import read
from scripts.keep_ids import with_ids_at
from scripts.upgrade import with_ids_kept
from scripts.upstream import git

SITE = "site:\n  title: Made up   # url: no\n  url: https://ada.example/papers   # where it is\n"
AT = 'ids_at: "https://ada.example/papers"'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (SITE, f"{SITE}\nfeeds:\n  {AT}\n"),
        (f"{SITE}feeds:\n  entries: 30\n", f"{SITE}feeds:\n  {AT}\n  entries: 30\n"),
        (f"{SITE}feeds: # a\n    # b\n    hub: null\n", f"{SITE}feeds: # a\n    # b\n    {AT}\n    hub: null\n"),
        (f"feeds: {{entries: 30}}\n{SITE}", f"feeds: {{{AT}, entries: 30}}\n{SITE}"),
        (f"feeds: {{}}\n{SITE}", f"feeds: {{{AT}}}\n{SITE}"),
        (f"feeds:\n{SITE}", f"feeds:\n  {AT}\n{SITE}"),
        ('site: {title: M, url: "https://ada.example/papers"}\n', None),
        ("site:\n  title: Made up\nnetworks:\n  x: {api: http://127.0.0.1:1/}\n", "unchanged"),
        (f"{SITE}feeds:\n  ids_at: https://first.example/\n", "unchanged"),
    ],
)  # fmt: skip
def test_the_address_is_written_once_where_it_belongs(before: str, after: str | None) -> None:
    found = with_ids_at(before)
    assert found == (before if after == "unchanged" else after or f"{before.rstrip()}\n\nfeeds:\n  {AT}\n")
    config = read(found.encode())
    if "ada.example" in found and "first.example" not in found:
        assert config.feeds.ids_at == config.site.url == "https://ada.example/papers/"


@pytest.mark.parametrize(("knew_before", "is_written"), [(False, True), (True, False)])
def test_only_what_started_before_the_key_was_there_gets_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, knew_before: bool, is_written: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    git("init", "--quiet")
    (tmp_path / "docs").mkdir()
    trees = []
    for schema in ('{"ids_at": {}}' if knew_before else "{}", '{"ids_at": {}}'):
        (tmp_path / "docs/config.schema.json").write_text(schema)
        (tmp_path / "config.yaml").write_text(SITE)
        git("add", "--all")
        trees.append(git("write-tree"))
    before, after = trees
    assert (AT in git("show", f"{with_ids_kept(after, before)}:config.yaml")) == is_written
