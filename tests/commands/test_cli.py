"""The command line as its users meet it: real processes, their exit status, and what they print where."""

from __future__ import annotations

import json
import os
import pty
import re
import shlex
import signal
import subprocess
import sys
import time
import unicodedata
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from generator.cli import cli
from generator.commands import COMMANDS
from generator.commands.console import Console, one_line, printable
from generator.model.errors import ConfigError, Problem, StoreError
from tests.conftest import ROOT
from tests.e2e.run import MINIMAL, Copy
from tests.make import post

WAIT = "import sys; sys.stdin.read(1)"
HEAVY = ("pydantic", "msgspec", "jinja2", "lxml", "requests", "rich", "feedgen", "yaml", "math_core", "nh3")


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path / "copy")


def modules_after(code: str) -> set[str]:
    """What is loaded after some code ran in a fresh Python."""
    printed = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(*sorted(sys.modules))"],
        capture_output=True, text=True, check=True, cwd=ROOT,
    ).stdout  # fmt: skip
    return set(printed.splitlines()[-1].split())


def test_importing_the_command_line_loads_nothing_heavy() -> None:
    loaded = modules_after("import generator.cli")
    assert loaded.isdisjoint(HEAVY)
    assert not any(name.startswith("generator.commands.") for name in loaded)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_every_command_loads_nothing_heavy(name: str) -> None:
    code = f"from generator.cli import cli\ntry:\n    cli.main(['{name}', '--help'])\nexcept SystemExit:\n    pass"
    assert modules_after(code).isdisjoint(HEAVY)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_takes_the_common_options(name: str) -> None:
    shown = CliRunner().invoke(cli, [name, "--help"])
    assert shown.exit_code == 0
    for option in ("--config", "--data", "--site", "--templates", "--cache", "--now", "-q", "-v", "--json"):
        assert option in shown.output


def test_the_group_lists_every_command_without_loading_one() -> None:
    shown = CliRunner().invoke(cli, ["--help"]).output
    assert all(f"  {name} " in shown and summary in shown for name, summary in COMMANDS.items())
    assert sorted(cli.list_commands(click.Context(cli))) == sorted(COMMANDS)


def test_a_misspelt_command_names_the_nearest() -> None:
    ran = CliRunner().invoke(cli, ["biuld"])
    assert ran.exit_code == 2
    assert "Did you mean 'build'?" in ran.output


@pytest.mark.parametrize(
    "arguments",
    [("build", "--now", "yesterday"), ("build", "--now", "2026-11-20T08:00:00"), ("build", "-q", "-v"), ("build", "-z"),
     ("fetch", "--only", "myspace"), ("merge",), ("import",), ("sample", "--papers", "-1")],
)  # fmt: skip
def test_wrong_usage_ends_with_2(copy: Copy, arguments: tuple[str, ...]) -> None:
    ran = copy.run(*arguments)
    assert ran.status == 2
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("fetch", "--since", "yesterday"), "'yesterday' is no day such as 2026-11-20"),
        (("fetch", "--since", "2026-13-40"), "'2026-13-40' is no day such as 2026-11-20"),
        (("serve", "--port", "web"), "'web' is not a valid port."),
        (("import", "config.yaml"), "nothing was imported: 1 line, and none could be read"),
    ],
)
def test_a_wrong_command_is_told_in_plain_words(copy: Copy, arguments: tuple[str, ...], said: str) -> None:
    copy.configure("site: {title: a}\n")
    assert said in copy.run(*arguments).err


def test_what_is_wrong_with_a_folder_that_is_named_twice_is_said_once(copy: Copy) -> None:
    assert copy.run("merge", "nowhere", "nowhere").err.count("is no data tree") == 1


def test_wrong_configuration_ends_with_2_and_tells_everything_one_a_line(copy: Copy) -> None:
    copy.configure("site: {titel: a}\ntrackers: [{id: A}]\n")
    ran = copy.run("build")
    assert ran.status == 2
    assert ran.err.splitlines()[0].startswith("config.yaml:1:8: site.titel: is no key here")
    assert ran.err.splitlines()[1].startswith("config.yaml:2:13: trackers[0].id: `A`")
    assert ran.out == ""


def test_the_key_for_shards_of_older_copies_is_accepted_and_said_to_do_nothing(copy: Copy) -> None:
    copy.configure(MINIMAL + "fetch: {shards: 4}\n")
    checked = copy.run("check")
    assert (checked.status, checked.err.count("fetch.shards does nothing")) == (0, 1)
    copy.configure(MINIMAL)
    assert "shards" not in copy.run("check").err


def test_a_missing_configuration_says_what_to_run(copy: Copy) -> None:
    (copy.folder / "config.yaml").unlink()
    ran = copy.run("build")
    assert (ran.status, ran.err) == (2, "config.yaml: is missing: `trending-arxiv init` writes one\n")


def test_with_json_standard_output_is_one_object_also_for_failures(copy: Copy) -> None:
    built = copy.run("build", "--json")
    assert built.json["ok"] is True
    assert built.json["papers"] == 0
    assert built.out.count("\n") == 1
    copy.configure("nonsense: true")
    failed = copy.run("build", "--json")
    assert failed.status == 2
    assert failed.json["ok"] is False
    assert "nonsense" in failed.json["errors"][0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("build", "--json", "--now", "noon"), "is no time such as"),
        (("build", "--nonsense", "--json"), "No such option"),
        (("import", "--json"), "Missing argument"),
        (("bild", "--json"), "Did you mean 'build'?"),
        (("--json",), "Commands:"),
    ],
)
def test_with_json_wrong_usage_is_one_object_too(copy: Copy, arguments: tuple[str, ...], said: str) -> None:
    ran = copy.run(*arguments)
    assert (ran.status, ran.json["ok"]) == (2, False)
    [error] = ran.json["errors"]
    assert said in error
    assert said in ran.err


def test_the_common_options_may_stand_before_the_command(copy: Copy) -> None:
    (copy.folder / "other.yaml").write_text(MINIMAL, "utf-8")
    (copy.folder / "config.yaml").unlink()
    before = copy.run("--json", "--config", "other.yaml", "--site=before", "build", "--full")
    assert before.json["ok"] is True
    assert copy.run("-q", "--config", "nowhere.yaml", "build", "--config", "other.yaml", "--site", "after").status == 0
    assert copy.files("before") == copy.files("after")
    assert "No such option" in copy.run("-q", "--full", "build").err


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "1979-12-31T23:59:59Z", "9999-12-31T23:59:59Z"])
def test_a_time_that_no_post_can_have_is_wrong_usage(copy: Copy, moment: str) -> None:
    ran = copy.run("build", "--now", moment)
    assert ran.status == 2
    assert "is not between 1980 and 2199" in ran.err


def test_data_of_a_newer_version_ends_with_1_and_is_not_touched(copy: Copy) -> None:
    schema = copy.folder / "data" / "schema.json"
    schema.parent.mkdir(exist_ok=True)
    schema.write_text('{"version":99}\n')
    for arguments in (("build",), ("status",), ("fetch",), ("merge", "data")):
        ran = copy.run(*arguments)
        assert ran.status == 1, arguments
        assert "newer version" in ran.err
        assert "Traceback" not in ran.err
    assert schema.read_text() == '{"version":99}\n'


def test_a_folder_that_cannot_be_written_is_told_without_a_traceback(copy: Copy) -> None:
    (copy.folder / "blocked").write_text("a file stands where a folder is needed")
    ran = copy.run("sample", "--data", "blocked/data")
    assert ran.status == 1
    assert "blocked" in ran.err
    assert "Traceback" not in ran.err


def test_a_reader_that_goes_away_is_no_error(copy: Copy) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", f"{WAIT}\nfrom generator.cli import main\nsys.argv[1:] = ['status']\nmain()"],
        cwd=copy.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    process.stdin.write(b"x")
    process.stdin.close()
    errors = process.stderr.read()
    assert process.wait(30) == 141
    assert errors == b""


@pytest.mark.parametrize("arguments", ["status >&-", "status --json >&-", "nonsense 2>&-", "import --offline - <&-"])
def test_a_stream_that_is_closed_from_the_start_is_no_reason_to_fail(copy: Copy, arguments: str) -> None:
    done = subprocess.run(
        ["sh", "-c", f"{shlex.quote(sys.executable)} -m generator {arguments}"],
        cwd=copy.folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == (2 if "nonsense" in arguments else 0), done.stderr
    assert "Traceback" not in done.stderr


def test_ctrl_c_ends_without_a_traceback(copy: Copy) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "generator", "import", "-"],
        cwd=copy.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Traceback" not in errors
    assert b"stopped" in errors


HOSTILE = "::set-env name=PATH::/x\n  ::add-mask::e\n##[command]x\x1b[31mred\x9b2J\u202eevil\u2028\x00\r::warning::x"


def test_no_text_reaches_a_log_as_a_command_or_a_terminal_as_an_escape() -> None:
    safe = printable(HOSTILE)
    assert "\n" in safe
    for line in safe.splitlines():
        assert not line.lstrip().startswith("::")
        assert "##[" not in line
        assert line.isprintable()
    assert "\n" not in one_line(HOSTILE)


def test_every_known_injection_into_a_log_is_harmless(shared: Path) -> None:
    rows = (shared / "corpora" / "actions" / "injection.jsonl").read_text("utf-8").splitlines()
    texts = [str(row["value"]) for row in map(json.loads, rows) if "value" in row]
    assert len(texts) > 50
    for text in texts:
        for line in f"{one_line(text)}\n{printable(text)}".split("\n"):
            assert not line.lstrip().startswith("::")
            assert "##[" not in line
            assert not any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in line)
            assert not any(unicodedata.bidirectional(character) in {"RLO", "LRO", "RLE", "LRE"} for character in line)


def test_on_actions_a_warning_is_an_annotation_with_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    voice = Console(on_actions=True)
    voice.warn("50% of\n::error::it", "data/a,b.jsonl:12")
    voice.warn("no place: just text", "https://social.example/x")
    voice.failed(ConfigError([]), [Problem("config.yaml:1:2", "wrong")])
    assert capsys.readouterr().err.splitlines() == [
        "::warning file=data/a%2Cb.jsonl,line=12::data/a,b.jsonl:12: 50%25 of ::error::it",
        "::warning::https://social.example/x: no place: just text",
        "::error file=config.yaml,line=1,col=2::config.yaml:1:2: wrong",
    ]


def test_elsewhere_a_warning_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    voice = Console(on_actions=False)
    voice.warn("odd", "config.yaml:3")
    voice.warn("odder")
    voice.failed(StoreError("data: broken"))
    assert capsys.readouterr().err.splitlines() == ["config.yaml:3: odd", "warning: odder", "error: data: broken"]
    assert voice.warnings == ["config.yaml:3: odd", "odder"]


def test_quiet_says_only_what_is_wrong(copy: Copy) -> None:
    ran = copy.run("build", "-q")
    assert (ran.status, ran.out) == (0, "")


def test_progress_is_silent_below_a_second_and_plain_lines_in_a_pipe(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr("generator.commands.console.time.monotonic", lambda: clock[0])
    with Console().progress("build") as tick:
        for seconds in (0.2, 0.9, 5.0, 21.0, 22.0, 45.0):
            clock[0] = seconds
            tick(int(seconds * 50), 3000)
    assert capsys.readouterr().err.splitlines() == ["build: 1,050 of 3,000", "build: 2,250 of 3,000"]


def test_in_a_terminal_work_has_a_bar_or_says_that_it_goes_on(copy: Copy) -> None:
    code = """
import sys, time
from generator.commands.console import Console
voice = Console()
with voice.waiting("asking"):
    time.sleep(0.3)
with voice.progress("build") as tick:
    time.sleep(1.1)
    tick(30, 100)
    time.sleep(0.3)
    tick(100, 100)
print("done")
"""
    primary, secondary = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=copy.folder, stdin=secondary, stdout=subprocess.PIPE, stderr=secondary,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "80"},
    )  # fmt: skip
    os.close(secondary)
    out, _ = process.communicate(timeout=30)
    shown = os.read(primary, 65536).decode("utf-8", "replace")
    os.close(primary)
    assert out == b"done\n"
    assert "asking ..." in shown
    assert "30%" in shown


def test_a_log_says_every_while_how_far_the_work_is(capsys: pytest.CaptureFixture[str]) -> None:
    shown = ""
    with Console().waiting("asking the networks", every_s=0.01) as tell:
        tell("Bluesky 214 of 300 accounts")
        until = time.monotonic() + 20
        while "asking the networks: Bluesky 214 of 300 accounts\n" not in shown and time.monotonic() < until:
            shown += capsys.readouterr().err
    assert "asking the networks: Bluesky 214 of 300 accounts\n" in shown
    with Console(verbosity=-1).waiting("asking", every_s=0.01) as tell:
        tell("1 of 2")
    assert capsys.readouterr().err == ""


def test_a_terminal_that_knows_only_ascii_is_no_reason_to_fail(copy: Copy) -> None:
    (copy.folder / "d\u00e4ta").mkdir()
    ran = copy.run("status", "--data", "d\u00e4ta", env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert ran.status == 0
    assert "d\u00e4ta: 0 posts" in ran.out


def test_a_title_that_is_a_workflow_command_stays_a_title(copy: Copy) -> None:
    line = post(text="x", papers=("::set-env name=A::b",))
    (copy.folder / "hostile.jsonl").write_text(
        json.dumps({"id": line.id, "network": "bluesky", "kind": "::stop-commands::x"}) + "\n"
        + json.dumps({"title": "t", "id": "\n::error::pwn"}) + "\n"
    )  # fmt: skip
    ran = copy.run("import", "hostile.jsonl", "--offline", env={"GITHUB_ACTIONS": "true"})
    assert ran.status == 1
    for line_out in (ran.out + ran.err).splitlines():
        assert not line_out.startswith("::") or line_out.startswith(
            ("::warning file=hostile.jsonl,line=", "::error::nothing")
        )


def test_a_folder_that_is_not_there_is_an_error_and_nothing_is_replaced(tmp_path: Path) -> None:
    copy = Copy(tmp_path / "copy")
    copy.run("sample", "--now", "2026-11-20T12:00:00Z")
    assert copy.run("build").status == 0
    before = copy.files(".")
    for arguments, said in (
        (("build", "--data", "dat"), "dat: --data names a folder that does not exist; did you mean data?"),
        (("status", "--data=dat"), "dat: --data names"),
        (("--data", "dat", "prune"), "dat: --data names"),
        (("announce", "--cache", "nowhere/x", "--data", "dat"), "dat: --data names"),
        (("check", "--site", "sit"), "sit: --site names a folder that does not exist; did you mean site?"),
        (("build", "--templates", "mine"), "mine: --templates names a folder that does not exist: see how"),
    ):
        ran = copy.run(*arguments)
        assert (ran.status, said in ran.err) == (2, True), ran.err
        assert copy.files(".") == before


def test_a_folder_that_the_command_makes_may_be_missing(tmp_path: Path) -> None:
    copy = Copy(tmp_path / "copy")
    assert copy.run("sample", "--data", "new", "--now", "2026-11-20T12:00:00Z").status == 0
    assert copy.run("build", "--data", "new", "--site", "page", "--cache", "kept").status == 0
    assert copy.files("page")


def test_outside_of_its_environment_it_says_how_to_get_in(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-S", "-m", "generator", "status"],
        cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False, env={"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert ran.returncode == 1
    assert re.fullmatch(r"The package \w+ is missing in \S+: run `make setup`, then \S+\n", ran.stderr)
