"""trackers/*.yaml: one tracker a file, read as rows of `trackers:`, and every mistake told with its file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.commands.console import Console
from generator.config import Config
from generator.fetch.configuration import load
from generator.model.errors import ConfigError

OWN = 'site: {title: A group, url: "https://group.example/"}\n'


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in {"config.yaml": OWN, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder / "config.yaml"


def refused(folder: Path, files: dict[str, str]) -> list[str]:
    path = write(folder, files)
    with pytest.raises(ConfigError) as caught:
        load(path)
    return [str(problem).replace(f"{folder}/", "") for problem in caught.value.problems]


def accepted(folder: Path, files: dict[str, str]) -> Config:
    return load(write(folder, files))


def test_files_come_after_config_yamls_own_in_the_order_of_their_names(tmp_path: Path) -> None:
    config = accepted(
        tmp_path,
        {
            "config.yaml": OWN + "trackers: [{id: zoe}, {id: mia}]\n",
            "trackers/carl.yaml": "title: Carl reads\nbluesky: {accounts: [carl.example.com]}\nid: carl\n",
            "trackers/bea.yaml": "hackernews:\n",
            "trackers/README.md": "who may write here",
            "trackers/.hidden.yaml": "no: tracker",
        },
    )
    assert [tracker.id for tracker in config.trackers] == ["zoe", "mia", "bea", "carl"]
    assert [tracker.title for tracker in config.trackers] == ["zoe", "mia", "bea", "Carl reads"]
    assert config.wanted("bluesky")[0][0] == "carl"
    assert config.wanted("hackernews")[0][0] == "bea"


def test_a_file_says_the_same_as_a_row(tmp_path: Path) -> None:
    row = "title: T\nabout: A\nx: {accounts: [a]}\nfilters: {mute_words: [b]}\n"
    as_file = accepted(tmp_path / "one", {"trackers/ada.yaml": row})
    as_row = accepted(
        tmp_path / "two",
        {"config.yaml": OWN + "trackers:\n  - id: ada\n    " + row.replace("\n", "\n    ").rstrip() + "\n"},
    )
    assert as_file == as_row
    assert as_file.model_dump_json() == as_row.model_dump_json()  # what the build's fingerprint is made of


def test_everything_wrong_in_all_files_is_told_at_once_with_file_line_and_column(tmp_path: Path) -> None:
    assert refused(
        tmp_path,
        {
            "config.yaml": "site: {titel: A group}\ntrackers: [{id: zoe}]\n",
            "trackers/ada.yaml": "title: Ada\nbluesky:\n  acounts: [ada.example.com]\n",
            "trackers/bea.yaml": "mastodon:\n  accounts:\n    - bea\n    - '@bea@social.example'\nx: {lists: [12]}\n",
            "trackers/zoe.yaml": "title: [a\n",
        },
    ) == [
        "config.yaml:1:8: site.titel: is no key here; did you mean `title`?",
        "trackers/ada.yaml:3:3: bluesky.acounts: is no key here; did you mean `accounts`?",
        "trackers/bea.yaml:3:7: mastodon.accounts[0]: `bea` is no account on Mastodon: write @user@host",
        'trackers/bea.yaml:5:13: x.lists[0]: YAML reads 12 as a number; a text is wanted: quote it, as "12"',
        "trackers/zoe.yaml:1:8: opens a bracket that nothing closes",
        "trackers/zoe.yaml:1:1: id: `zoe` is the id of trackers[0] of config.yaml too: change one",
    ]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"config.yaml": OWN + "trackers: [{id: ada}]\n", "trackers/ada.yaml": "title: A"},
         "trackers/ada.yaml:1:1: id: `ada` is the id of trackers[0] of config.yaml too"),
        ({"trackers/ada.yaml": "title: A\nid: bea\n"}, "trackers/ada.yaml:2:1: id: is not the file's name"),
        ({"trackers/Ada Ex.yaml": "title: A"}, "trackers/Ada Ex.yaml:1:1: `Ada Ex.yaml`: the name becomes"),
        ({"trackers/ada.yml": "title: A"}, "trackers/ada.yml: is not read: rename it to ada.yaml"),
        ({"trackers/group/ada.yaml": "title: A"}, "trackers/group/ada.yaml: is not read: put it into trackers/ itself"),
        ({"trackers/ada.yaml": ""}, "trackers/ada.yaml:1:1: is empty"),
        ({"trackers/ada.yaml": "# nothing yet\n"}, "trackers/ada.yaml:1:1: is empty"),
        ({"trackers/ada.yaml": "- id: ada\n"}, "trackers/ada.yaml:1:1: is a list; a file holds one tracker"),
        ({"trackers/ada.yaml": "words"}, "trackers/ada.yaml:1:1: must be keys of one tracker"),
        ({"trackers/ada.yaml": "networks: {x: {max_reads_per_run: 9}}"}, "trackers/ada.yaml:1:1: networks: is no key"),
        ({"trackers/ada.yaml": f"x: {{token: {'A' * 42}}}"}, "trackers/ada.yaml:1:5: x.token: looks"),
        ({"trackers/ada.yaml": "title: \xa4\x80"}, "trackers/ada.yaml:1:1: has the character 128"),
        ({"config.yaml": "", "trackers/ada.yaml": "titel: A"}, "trackers/ada.yaml:1:1: titel: is no key here"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_where_it_stands(tmp_path: Path, files: dict[str, str], said: str) -> None:
    found = refused(tmp_path, files)
    assert any(each.startswith(said) for each in found), found
    assert not any("trackers[1]" in each for each in found)


def test_a_file_that_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("bluesky: {accounts: [s3cret]}")
    write(tmp_path, {"trackers/bea.yaml": "title: Bea"})
    (tmp_path / "trackers/ada.yaml").symlink_to(tmp_path / "secret")
    found = refused(tmp_path, {})
    assert found == ["trackers/ada.yaml: is a link or no file: put the tracker itself there"]


def test_a_search_may_name_a_tracker_of_a_file(tmp_path: Path) -> None:
    search = "feeds: {searches: [{id: s, tracker: adda}]}\n"
    files = {"config.yaml": OWN + search, "trackers/ada.yaml": "title: Ada"}
    assert "did you mean `ada`?" in refused(tmp_path, files)[0]
    files["config.yaml"] = files["config.yaml"].replace("adda", "ada")
    assert accepted(tmp_path, files).feeds.searches[0].tracker == "ada"


def test_a_files_name_is_no_workflow_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hostile = {"trackers/a\n::error::no,%0A@all.yaml": "title: A", "trackers/b::warning file=c.yaml": "titel: B"}
    path = write(tmp_path, hostile)
    with pytest.raises(ConfigError) as caught:
        load(path)
    for problem in caught.value.problems:
        Console(on_actions=True).found(problem)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == len(hostile)
    assert all(line.startswith(("::error::", "::error file=")) and "becomes an address" in line for line in lines)
