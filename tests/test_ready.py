"""The Python that is ready does what a fresh one does."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.ready import BASE_PYTHON, PACKAGES, ROOT, command

pytestmark = pytest.mark.slow
LOADED = "import sys; print(len([name for name in sys.modules if name.startswith('generator.')]) > 100)"
"""Says whether the program was loaded before the first line."""


def both(folder: Path, *arguments: str, stdin: str = "", path: str = f"{ROOT}:{PACKAGES}") -> tuple[object, object]:
    """(status, out, err) of the ready Python and of a fresh one."""

    def ran(python: Sequence[str]) -> tuple[int, str, str]:
        done = subprocess.run(
            [*python, *arguments], cwd=folder, input=stdin, capture_output=True, text=True, timeout=60, check=False,
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": path, "LANG": "C.UTF-8", "SAID": "ünd", "TZ": "Asia/Tokyo"},
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr

    return ran(command()), ran((BASE_PYTHON,))


@pytest.mark.parametrize(
    "code",
    [
        "import sys; print(sys.argv, sys.stdin.read().upper(), flush=True); print('ö', file=sys.stderr)",
        "import os, sys; print(os.getcwd(), os.environ['SAID'], sorted(os.environ), sys.path[0])",
        "import time; print(time.strftime('%H', time.gmtime(0)), time.strftime('%H', time.localtime(0)))",
        "raise SystemExit(300)",
        "raise SystemExit('a sentence')",
        "import os; os.kill(os.getpid(), 9)",
        "import atexit; atexit.register(print, 'at the end'); print('first')",
        "import threading, time; threading.Thread(target=lambda: (time.sleep(0.2), print('later'))).start()",
        "import os; print('nowhere'); os.close(1)",
        "import tests.make, generator; print(generator.__file__)",
        "import nowhere",
    ],
)
def test_it_ends_and_says_as_a_fresh_one(code: str, tmp_path: Path) -> None:
    ready, fresh = both(tmp_path, "-c", code, "an argument", "--ö", stdin="häh")
    if "nowhere" in code:  # of what failed, the last line
        ready, fresh = ((*each[:2], each[2].splitlines()[-1]) for each in (ready, fresh))  # type: ignore[index]
    assert ready == fresh


def test_modules_and_scripts_of_the_folder_are_found_first(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("import sys\nprint(__name__, sys.argv)\n")
    (tmp_path / "below").mkdir()
    (tmp_path / "below/other.py").write_text("import sys, beside\nprint(__name__, sys.argv, beside.__name__)\n")
    (tmp_path / "below/beside.py").touch()
    (tmp_path / "sitecustomize.py").write_text("print('custom')\n")
    for arguments in (("-m", "mine", "a"), ("below/other.py", "-b")):
        ready, fresh = both(tmp_path, *arguments, path=f"{tmp_path}:{ROOT}:{PACKAGES}")
        assert ready == fresh
        assert "custom\n__main__" in str(ready).replace("\\n", "\n")


def test_the_program_is_loaded_where_it_is_ours_and_another_one_gets_a_fresh_python(tmp_path: Path) -> None:
    assert both(tmp_path, "-c", LOADED) == ((0, "True\n", ""), (0, "False\n", ""))
    shutil.copytree(ROOT / "generator", tmp_path / "generator")
    assert both(tmp_path, "-c", LOADED, path=PACKAGES)[0] == (0, "True\n", "")
    with (tmp_path / "generator/model/handles.py").open("a") as file:
        file.write("# changed\n")
    assert both(tmp_path, "-c", LOADED, path=PACKAGES)[0] == (0, "False\n", "")


def test_where_the_program_cannot_be_found_it_is_not_there(tmp_path: Path) -> None:
    code = "import importlib.util, sys; print(importlib.util.find_spec('generator.cli'), 'generator' in sys.modules)"
    ready, fresh = both(tmp_path, "-c", code, path=PACKAGES)
    assert ready == fresh


def test_the_server_ends_with_who_started_it_and_leaves_nothing(tmp_path: Path) -> None:
    code = "from tests.ready import command; print(command()[-2])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    where = Path(done.stdout.strip())
    assert where.is_relative_to(tmp_path)
    until = time.monotonic() + 30
    while where.parent.exists():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_what_runs_ends_with_who_called(how: signal.Signals, tmp_path: Path) -> None:
    code = "import pathlib, time; pathlib.Path('begun').touch(); time.sleep(3); pathlib.Path('ended').touch()"
    with subprocess.Popen([*command(), "-c", code], cwd=tmp_path, stderr=subprocess.DEVNULL) as running:
        while not (tmp_path / "begun").exists():
            time.sleep(0.01)
        running.send_signal(how)
        assert running.wait(30) != 0
    time.sleep(3.5)
    assert not (tmp_path / "ended").exists()
