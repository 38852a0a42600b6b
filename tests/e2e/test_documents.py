"""README and every document, followed to the letter: each block is run or validated here, or says why it is not.

Whoever adds a block to a document adds it to one of the tables below, or `test_no_block_is_left_out` fails.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
import msgspec
import pytest
import yaml

from generator.cli import cli
from generator.commands import COMMANDS
from generator.fetch.configuration import load, read
from generator.model.records import Announced, Paper, Post
from tests import x_archives
from tests.conftest import ROOT
from tests.documents import DOCUMENTS, Block, blocks, inline
from tests.e2e.reader import Reader
from tests.rehearsal.networks import Networks

pytestmark = pytest.mark.slow
BLOCKS = [block for document in DOCUMENTS for block in blocks(document)]

RUN = (  # by this file, test_elsewhere.py or test_operations.py, in a fresh clone
    "README.md: make site",
    "docs/announce.md: trending-arxiv announce --dry-run",
    "docs/elsewhere.md: python3 -m venv .venv",
    "docs/elsewhere.md: 17 */3 * * *",
    "docs/elsewhere.md: 47 5 * * *",
    "docs/elsewhere.md: podman build",
    "docs/import.md: trending-arxiv import",
    "docs/operations.md: .venv/bin/python -m scripts.care archive 2027",
    "docs/operations.md: .venv/bin/python -m scripts.care bring-back",
    "docs/operations.md: .venv/bin/python -m scripts.care move data",
    "docs/operations.md: .venv/bin/python -m scripts.care move-back",
    "docs/operations.md: git log --oneline -- data",
    "docs/operations.md: find data/posts",
    "CONTRIBUTING.md: make check",
)
SHOWN = {  # not run, and why
    "README.md: fetch:  X, Bluesky": "a picture of what flows where",
    'docs/adding-a-source.md: """': "tests/fetch/test_adding_a_source.py follows it word for word",
    "docs/adding-a-source.md: sed -i": "tests/fetch/test_adding_a_source.py runs it",
    "docs/adding-a-source.md: trending-arxiv fetch": "tests/fetch/test_adding_a_source.py runs it",
    "docs/architecture.md: sources -records-> parse": "a picture of what flows where",
    "docs/architecture.md: cli -> commands": "the layers; import-linter has them",
    "docs/data-format.md: data/posts/<network>": "the layout; tests/storage/test_store.py has it",
    "docs/ranking.md: score(paper)": "the formula; tests/ranking/test_rank.py has it",
    "docs/scale.md: pip install": "it asks a package registry",
    "docs/scale.md: trending-arxiv import": "tests/fetch/test_import_engine.py does it with smaller files",
    "docs/theming.md: :root { --link": "tests/render/test_theme_files.py lays it over the style",
    "docs/theming.md: {% extends": "tests/render/test_theme_files.py renders it",
    "docs/groups.md: *                        @group-owner": "GitHub's CODEOWNERS: only GitHub reads it",
}
NOT_TYPED = {  # lines of blocks that are run, and why they are not
    "make test": "it is what runs this test",
    "make check": "it is what runs before this test; its recipe is read without being run",
}


def listed(block: Block, names: Any) -> bool:
    return any(block.name.startswith(name) for name in names)


def find(name: str) -> Block:
    (block,) = [block for block in BLOCKS if block.name.startswith(name)]
    return block


# --- nothing is left out


def test_no_block_is_left_out() -> None:
    unknown = [
        f"{block.document}:{block.line}: {block.language}: {block.name}"
        for block in BLOCKS
        if block.language not in {"json", "yaml"} and not listed(block, RUN) and not listed(block, SHOWN)
    ]
    assert unknown == [], "run these in tests/e2e/test_documents.py, or say there why not"
    names = [block.name for block in BLOCKS]
    gone = [name for name in (*RUN, *SHOWN) if not any(found.startswith(name) for found in names)]
    assert gone == [], "these stand in no document any more"


def _tracker(block: Block, folder: Path) -> None:
    (folder / "trackers").mkdir()
    (folder / "config.yaml").write_text("site: {title: Made up}\n")
    (folder / "trackers/ada.yaml").write_text(block.text)
    assert [tracker.id for tracker in load(folder / "config.yaml").trackers] == ["ada"]


def _line_of_a_workflow(block: Block, folder: Path) -> None:
    """The line is put beside the others, as the document says; the workflow stays sound."""
    text = (ROOT / ".github/workflows/update.yml").read_text("utf-8")
    beside = next(line for line in text.splitlines(keepends=True) if " BLUESKY_APP_PASSWORD: ${{" in line)
    changed = yaml.safe_load(text.replace(beside, beside + block.text))
    (name,) = yaml.safe_load(block.text)
    with_it = [step["name"] for step in changed["jobs"]["fetch"]["steps"] if name in step.get("env", {})]
    assert with_it == ["Fetch", "Prune"]


def _network_of_the_document(block: Block, _folder: Path) -> None:
    """tests/fetch/test_adding_a_source.py fetches with it, once the document's network is there."""
    assert set(yaml.safe_load(block.text)) == {"trackers", "networks"}


YAML: dict[str, Callable[[Block, Path], None]] = {
    "docs/adding-a-source.md: trackers:": _network_of_the_document,
    "docs/groups.md: # yaml-language-server": _tracker,
    "docs/operations.md: MASTODON_TOKEN_": _line_of_a_workflow,
}
"""What is no part of config.yaml."""


@pytest.mark.parametrize("block", [each for each in BLOCKS if each.language == "yaml"], ids=lambda block: block.name)
def test_snippets_of_yaml_are_taken(block: Block, tmp_path: Path) -> None:
    special = next((test for name, test in YAML.items() if block.name.startswith(name)), None)
    if special:
        special(block, tmp_path)
    else:
        read(block.text.encode(), block.document)


@pytest.mark.parametrize("block", [each for each in BLOCKS if each.language == "json"], ids=lambda block: block.name)
def test_examples_of_json_are_what_they_say(block: Block) -> None:
    value = json.loads(block.text)
    if block.document == "docs/data-format.md":
        noun = Post if "network" in value else Announced if "on" in value else Paper
        whole = json.dumps(value).replace('"fetched_at": "..."', '"fetched_at": "2026-11-20T08:00:00Z"')
        found = msgspec.json.decode(whole, type=noun)
        assert set(value) <= set(found.__struct_fields__), "a key that is none would be passed over"


# --- commands within sentences


def _options(command: click.Command) -> set[str]:
    return {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}


def test_commands_within_sentences_are_commands_with_options_that_they_have() -> None:
    wrong = []
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for document in DOCUMENTS:
        for text in inline(document):
            words = text.split()
            if words[0] == "make" and len(words) > 1 and words[1] not in targets:
                wrong.append(f"{document}: {text}")
            if words[:3] == ["python", "-m", "generator"] or words[0].endswith("trending-arxiv"):
                rest = words[3:] if words[0] == "python" else words[1:]
                wrong += [f"{document}: {text}"] if rest and not _is_command(rest) else []
            if words[0].startswith("scripts/") and not (ROOT / words[0].partition("*")[0]).exists():
                wrong.append(f"{document}: {text}")
    assert wrong == []


def _is_command(words: list[str]) -> bool:
    if words == ["--help"]:
        return True
    if words[0] not in COMMANDS:
        return False
    command = cli.get_command(click.Context(cli), words[0])
    assert command is not None
    asked = {word.partition("=")[0] for word in words[1:] if word.startswith("-")}
    return asked <= _options(command) | {"--help"}


def test_every_command_answers_as_the_readme_says() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        assert command.get_help(click.Context(command, info_name=name)).startswith("Usage:")
    assert "`--help` of each tells the rest" in readme


# --- blocks of commands


def test_the_readme_leads_from_an_empty_folder_to_a_page(reader: Reader, capsys: pytest.CaptureFixture[str]) -> None:
    """`make site` in a fresh clone answers; packages are there already, and the time of the rest is reported."""
    commands = [line.partition("#")[0].strip() for line in find("README.md: make site").text.splitlines()]
    assert commands == ["make site", "make test"]
    reader.has_packages()
    port = _free_port()
    began = time.monotonic()
    page = _serve(reader, commands[0], port)
    seconds = time.monotonic() - began
    with capsys.disabled():
        sys.stdout.write(f"\nfrom `make site` in a fresh clone to its page: {seconds:.1f} s, packages not counted\n")
    assert b'class="paper"' in page, "a fresh clone shows the made-up sample"
    assert seconds < 120


def _serve(reader: Reader, command: str, port: int) -> bytes:
    """Type the command, wait for the page, and end it with Ctrl-C as a reader would."""
    environment = {**reader.environment(), "PORT": str(port), "FRESH_PYTHON": "1"}
    with (reader.home / "serve.log").open("wb") as log:
        running = subprocess.Popen(
            shlex.split(command), cwd=reader.folder, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            for _ in range(600):
                assert running.poll() is None, (reader.home / "serve.log").read_text()
                with (
                    suppress(urllib.error.URLError, ConnectionError),
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as answer,
                ):
                    assert answer.status == 200
                    return bytes(answer.read())
                time.sleep(0.2)
        finally:
            os.killpg(running.pid, signal.SIGINT)
            try:
                running.wait(60)
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(running.pid, signal.SIGKILL)
    raise AssertionError("the page does not answer")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_the_commands_for_contributors_are_there(reader: Reader) -> None:
    commands = [line.partition("#")[0].strip() for line in find("CONTRIBUTING.md: make check").text.splitlines()]
    assert [command for command in commands if command not in NOT_TYPED] == [
        "make site"
    ]  # which the README's test runs
    reader.has_packages()
    for command in commands:
        assert reader.type(f"{command} --dry-run")
    assert "make test" in (ROOT / ".ci/run").read_text()


def test_an_archive_of_x_is_imported_as_the_document_says(reader: Reader, networks: Networks) -> None:
    text = find("docs/import.md: trending-arxiv import twitter").text
    x_archives.write_zip(reader.folder / text.split()[-1], x_archives.files(x_archives.about(1, "2611.00001")))
    (reader.folder / "config.yaml").write_text(
        f"site: {{title: Made up}}\ntrackers: [{{id: ada, x: {{accounts: [ada_made_up]}}}}]\n{networks.settings()}"
    )
    assert "1 new" in reader.type(text)
    assert list((reader.folder / "data/posts/x").rglob("*.jsonl"))


def test_announcements_are_looked_at_as_the_document_says(reader: Reader) -> None:
    config = find("docs/announce.md: announce:").text
    reader.type("trending-arxiv init --yes --bluesky ada.example.com")
    with (reader.folder / "config.yaml").open("a", encoding="utf-8") as file:
        file.write(config)
    reader.type("trending-arxiv sample --papers 9 --posts 60 --data data")
    newest = max(
        str(json.loads(line)["posted_at"])
        for path in (reader.folder / "data/posts").rglob("*.jsonl")
        for line in path.read_text("utf-8").splitlines()
    )
    said = reader.type(f"{find('docs/announce.md: trending-arxiv').text.strip()} --now {newest}")
    for name in ("slack", "discord", "matrix", "mastodon", "bluesky", "email"):
        assert f"{name}: first run" in said
    assert not (reader.folder / "data/announced").exists()
