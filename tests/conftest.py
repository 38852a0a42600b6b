"""What every test may use, and the rule that none reaches the network: only loopback can be connected to."""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.trees import Trees

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"

_connect = socket.socket.connect
_connect_ex = socket.socket.connect_ex
_getaddrinfo = socket.getaddrinfo


class NetworkForbiddenError(AssertionError):
    """A test tried to reach something that is not on loopback."""


def _refuse_elsewhere(address: Any) -> None:
    if not isinstance(address, tuple):
        return  # a Unix socket
    host = str(address[0])
    if host == "localhost":
        return
    try:
        loopback = ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise NetworkForbiddenError(f"a test tried to connect to {address!r}; only loopback is allowed")


def _guarded_connect(self: socket.socket, address: Any) -> None:
    _refuse_elsewhere(address)
    _connect(self, address)


def _guarded_connect_ex(self: socket.socket, address: Any) -> int:
    _refuse_elsewhere(address)
    return _connect_ex(self, address)


def _guarded_getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
    name = host.decode() if isinstance(host, bytes) else host
    if name not in {None, "", "localhost"}:
        _refuse_elsewhere((name,))
    return _getaddrinfo(host, *args, **kwargs)


settings.register_profile("tests", deadline=None)  # what a busy machine takes says nothing about the code
settings.load_profile("tests")


def pytest_configure() -> None:
    # A shell that starts the tests in the background has Ctrl-C ignored, and what they start would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for name, guarded in (("connect", _guarded_connect), ("connect_ex", _guarded_connect_ex)):
        setattr(socket.socket, name, guarded)
    socket.getaddrinfo = _guarded_getaddrinfo
    for name in ("X_BEARER_TOKEN", "BLUESKY_HANDLE", "BLUESKY_APP_PASSWORD"):
        os.environ.pop(name, None)
    for name in [name for name in os.environ if name.startswith("ANNOUNCE_")]:
        del os.environ[name]


THOROUGH = (
    "e2e/", "rehearsal/", "test_announce", "test_bluesky_stream", "test_check", "test_cli", "test_commands_",
    "test_history", "test_hub", "test_import_formats", "test_look_up", "test_network_time",
    "test_nothing_read", "test_pages", "test_site_size", "test_sources_", "test_spending", "test_workflows",
)  # fmt: skip
"""Files whose tests start processes, servers or builds: left to `make test`, so that `make check` stays quick."""
_LONGEST = (
    "test_real_corpus", "test_races", "test_speed", "test_checkers", "test_bibliographies", "test_growth",
    "test_upgrade", "tools/", "rehearsal/", "e2e/", "browser/",
)  # fmt: skip
"""Whose tests take longest: they come first, so that at the end of a run no worker waits long for the other."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark them slow, and put the longest first."""
    for item in items:
        # The path alone: a test's own name may begin like a file's.
        file = item.nodeid.partition("::")[0]
        if any(part in file for part in THOROUGH) and not item.get_closest_marker("quick"):
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: next((at for at, part in enumerate(_LONGEST) if part in item.nodeid), len(_LONGEST)))


@pytest.fixture
def now() -> datetime:
    """A fixed time: 2026-11-20 12:00 UTC."""
    return NOW


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real answers, corpora and hostile input beside the project; only the project's own machines have them."""
    if not SHARED.is_dir():
        pytest.skip("the recorded answers and corpora (../shared) are not on this machine")
    return SHARED


@pytest.fixture(scope="session")
def trees(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Trees:
    """The built data trees, shared by all workers of the run."""
    root = tmp_path_factory.getbasetemp()
    folder = (root.parent if os.environ.get("PYTEST_XDIST_WORKER") else root) / "trees"
    folder.mkdir(exist_ok=True)
    return Trees(folder, lambda: request.getfixturevalue("shared"))
