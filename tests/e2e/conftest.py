"""What a reader of the documents has in front of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.documents import cloned, template
from tests.e2e.reader import Reader
from tests.rehearsal.networks import Networks


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This repository, bare, as somebody would clone it."""
    return template(tmp_path_factory.mktemp("repository"))


@pytest.fixture
def reader(repository: Path, tmp_path: Path) -> Reader:
    """In a fresh clone, at home in `~/papers`."""
    found = Reader(tmp_path / "home", cloned(repository, tmp_path / "clone"))
    (found.home / "papers").symlink_to(found.folder)
    return found


@pytest.fixture
def networks() -> Iterator[Networks]:
    """The services on loopback, with one post about one paper."""
    with Networks() as found:
        found.post()
        yield found
