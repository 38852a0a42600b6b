"""One writer at a time: who comes second waits, reads what the first wrote, and is told who holds the folder."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from generator.cli import cli
from generator.model.errors import StoreError
from generator.storage import disk, lock
from generator.storage.lock import only_writer
from tests.e2e.run import Copy, files_below

HOLDER = """
import sys, time
from pathlib import Path
from generator.storage.lock import only_writer
with only_writer(Path(sys.argv[1]), "`fetch` (process 7)", print, 0):
    print("held", flush=True)
    sys.stdin.read()
"""


def hold(folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


def test_a_folder_that_is_held_is_waited_for_and_its_holder_named(tmp_path: Path) -> None:
    holder = hold(tmp_path)
    names: list[str] = []
    with (
        pytest.raises(StoreError, match=r"`fetch` \(process 7\) is still writing here"),
        only_writer(tmp_path, "me", names.append, wait_s=0),
    ):
        pytest.fail("two writers")
    assert names == []

    def end(name: str) -> None:
        names.append(name)
        holder.communicate("")

    with only_writer(tmp_path, "me", end, wait_s=60):
        assert names == ["`fetch` (process 7)"]
        assert (tmp_path / lock.NAME).read_text() == "me"
    assert list(tmp_path.iterdir()) == []


def test_a_killed_holder_holds_nothing(tmp_path: Path) -> None:
    holder = hold(tmp_path / "new/data")
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    assert (tmp_path / "new/data" / lock.NAME).exists()
    with only_writer(tmp_path / "new/data", "me", pytest.fail, wait_s=0):
        pass
    assert list((tmp_path / "new/data").iterdir()) == []


def test_a_lock_that_was_removed_while_it_was_waited_for_is_no_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last holder removes its file between our open and our lock: a third would lock a new one beside us."""
    real, calls = fcntl.flock, list[int]()

    def flock(descriptor: int, how: int) -> None:
        if not calls:
            (tmp_path / lock.NAME).unlink()
        calls.append(descriptor)
        real(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", flock)
    with only_writer(tmp_path, "me", lambda _: None, wait_s=5):
        assert (tmp_path / lock.NAME).read_text() == "me"


@pytest.mark.parametrize("kind", ["link", "no rights"])
def test_what_cannot_be_locked_is_named(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if kind == "link":
        (tmp_path / lock.NAME).symlink_to(tmp_path / "elsewhere")
    else:
        monkeypatch.setattr(fcntl, "flock", lambda *_: (_ for _ in ()).throw(OSError(37, "No locks available")))
    with pytest.raises(StoreError, match=r"\.lock: cannot be locked: "), only_writer(tmp_path, "me", print, 0):
        pytest.fail("locked")
    assert not (tmp_path / "elsewhere").exists()


def test_temporary_files_of_others_stay_until_they_end(tmp_path: Path) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    for process in (ended.pid, os.getppid(), 1, 2**70):
        (tmp_path / f"texts.jsonl.{process}{disk.SUFFIX}").touch()
    (tmp_path / f"texts.jsonl{disk.SUFFIX}").touch()
    disk.sweep_abandoned(tmp_path)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {f"texts.jsonl.{process}{disk.SUFFIX}" for process in (os.getppid(), 1)}


def test_two_writers_of_one_file_have_temporary_names_of_their_own(tmp_path: Path) -> None:
    code = "import sys; from generator.storage import disk; print(disk._part_of(sys.argv[1]))"
    target = tmp_path / "page.html"
    other = subprocess.run([sys.executable, "-c", code, str(target)], capture_output=True, text=True, check=True)
    names = {other.stdout.strip(), disk._part_of(target)}
    assert len(names) == 2
    assert all(name.startswith(f"{target}.") and name.endswith(disk.SUFFIX) for name in names)


@pytest.mark.parametrize("files", [1, disk._SYNC_ALL_FROM])
def test_files_and_new_folders_are_on_the_disk_before_they_take_their_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: int
) -> None:
    calls: list[tuple[str, str]] = []
    real_fsync, real_replace = os.fsync, os.replace

    def fsync(descriptor: int) -> None:
        calls.append(("fsync", Path(f"/proc/self/fd/{descriptor}").readlink().name))
        real_fsync(descriptor)

    def replace(part: str, path: str) -> None:
        calls.append(("replace", Path(path).name))
        real_replace(part, path)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    monkeypatch.setattr(os, "sync", lambda: calls.append(("sync", "")))
    disk.write_files({tmp_path / "a/b" / str(number): b"text" for number in range(files)})
    moved = [("replace", str(number)) for number in range(files)]
    if files == 1:
        new = [("fsync", tmp_path.name), ("fsync", "a")]
        assert calls == [*new, ("fsync", f"0.{os.getpid()}.part"), *moved, ("fsync", "b")]
    else:
        assert calls == [("sync", ""), *moved, ("sync", "")]


@pytest.mark.parametrize(
    ("command", "folder"),
    [
        ("fetch", "data"),
        ("update", "data"),
        ("import posts.jsonl --offline", "data"),
        ("merge other", "data"),
        ("prune", "data"),
        ("check --fix", "data"),
        ("sample", "data"),
        ("init --bluesky ada.example --yes", "data"),
        ("announce", "data"),
        ("build", "site"),
    ],
)
def test_every_command_that_writes_waits_for_the_one_that_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, folder: str
) -> None:
    Copy(tmp_path)
    (tmp_path / "other/posts").mkdir(parents=True)
    (tmp_path / "posts.jsonl").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(lock, "WAIT_S", 0)
    before = files_below(tmp_path)
    with only_writer(tmp_path / folder, "`fetch` (process 7)", print, 0):
        done = CliRunner().invoke(cli, command.split())
    assert "`fetch` (process 7) is still writing here" in done.output
    assert done.exit_code == 1
    assert files_below(tmp_path) == before


@pytest.mark.parametrize("command", ["check", "announce --dry-run", "status"])
def test_a_command_that_only_reads_waits_for_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    Copy(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(lock, "WAIT_S", 0)
    with only_writer(tmp_path / "data", "`fetch` (process 7)", print, 0):
        done = CliRunner().invoke(cli, command.split())
    assert done.exit_code == 0, done.output


def test_a_wait_tells_once_who_is_waited_for_and_a_holder_without_a_name_is_another_command(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path / lock.NAME, os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    names: list[str] = []
    with (
        pytest.raises(StoreError, match=r"another command is still writing here"),
        only_writer(tmp_path, "me", names.append, wait_s=0.25),
    ):
        pytest.fail("two writers")
    assert names == ["another command"]
    os.close(descriptor)


def test_a_lock_that_is_another_file_by_now_is_no_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = fcntl.flock, list[int]()

    def flock(descriptor: int, how: int) -> None:
        if not calls:
            (tmp_path / lock.NAME).unlink()
            (tmp_path / lock.NAME).touch()
        calls.append(descriptor)
        real(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", flock)
    with only_writer(tmp_path, "me", lambda _: None, wait_s=5):
        assert (tmp_path / lock.NAME).read_text() == "me"
    assert len(calls) == 2


@pytest.mark.parametrize(("kept", "left"), [("", ["root"]), ("root/a/other", ["root", "root/a", "root/a/other"])])
def test_a_removed_file_takes_its_empty_folders_along_but_never_the_root(
    tmp_path: Path, kept: str, left: list[str]
) -> None:
    disk.write_files({tmp_path / "root/a/b/file": b"text"})
    if kept:
        (tmp_path / kept).touch()
    disk.remove_files([tmp_path / "root/a/b/file", tmp_path / "root/missing"], tmp_path / "root")
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")) == left


def test_a_file_outside_the_root_leaves_its_folder(tmp_path: Path) -> None:
    disk.write_files({tmp_path / "elsewhere/file": b"text"})
    disk.remove_files([tmp_path / "elsewhere/file"], tmp_path / "root")
    assert [path.name for path in tmp_path.iterdir()] == ["elsewhere"]


def test_a_process_of_somebody_else_is_running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_process: int, _signal: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", refuse)
    (tmp_path / "texts.jsonl.17.part").touch()
    disk.sweep_abandoned(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["texts.jsonl.17.part"]
