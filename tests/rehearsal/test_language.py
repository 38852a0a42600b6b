"""The interpreter itself: it reads expressions as GitHub does, and is loud about what it does not know."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.rehearsal.expressions import Closed, Status, UnsupportedError, condition, evaluate, insert
from tests.rehearsal.workflow import load

SOUND: Status = {"success": lambda: True, "failure": lambda: False, "cancelled": lambda: False, "always": lambda: True}
BROKEN: Status = {**SOUND, "success": lambda: False, "failure": lambda: True}
CONTEXTS: dict[str, Any] = {
    "github": Closed(event_name="schedule", event={"repository": {"default_branch": "main"}}),
    "needs": Closed(build={"result": "success", "outputs": {"verdict": "publish"}}),
    "secrets": {"X": "s3cret"},
    "inputs": {},
}


@pytest.mark.parametrize(
    ("text", "value"),
    [("contains(fromJSON('[1, 2]'), 2)", True), ("contains(fromJSON('[1, 2]'), 3)", False),
     ("needs.build.outputs.none != '1'", True), ("needs.build.outputs.none == '0'", True), ("'a' == 1", False),
     ("github.event_name != 'schedule' || needs.build.outputs.verdict == 'PUBLISH'", True),
     ("needs.build.outputs.none", None), ("needs.build.outputs.none == ''", True),
     ("inputs.accept == 'publish'", False),
     ("secrets.X != ''", True), ("secrets.Y != ''", False), ("!(true && false)", True), ("'it''s'", "it's"),
     ("github.event.repository.default_branch", "main"), ("'a' && 'b' || 'c'", "b"), ("'' && 'b' || 'c'", "c")],
)  # fmt: skip
def test_values_are_those_of_github(text: str, value: Any) -> None:
    assert evaluate(f"${{{{ {text} }}}}", CONTEXTS, SOUND) == value


def test_texts_are_filled_in() -> None:
    assert (
        insert("texts-${{ github.event_name }}-${{ secrets.Y }}-${{ true }}", CONTEXTS, SOUND) == "texts-schedule--true"
    )
    assert '"verdict": "publish"' in insert("${{ toJSON(needs) }}", CONTEXTS, SOUND)


@pytest.mark.parametrize(
    ("text", "sound", "broken"),
    [(None, True, False), ("needs.build.outputs.verdict == 'publish'", True, False),
     ("${{ !cancelled() }}", True, True), ("always()", True, True), ("failure()", False, True),
     ("failure() && secrets.Y", False, False)],
)  # fmt: skip
def test_a_condition_asks_for_success_unless_it_asks_for_something_else(
    text: str | None, sound: bool, broken: bool
) -> None:
    assert condition(text, CONTEXTS, SOUND) is sound
    assert condition(text, CONTEXTS, BROKEN) is broken


@pytest.mark.parametrize(
    "text",
    ["contains(github.event_name, 's')", "needs.biuld.result", "env.X", "github.events", "1 +", "fromJSON()",
     "contains('abc', 'b')",
     "format('{0}', 1)", "a b", "secrets['X']", "steps.a", "(true", "'open"],
)  # fmt: skip
def test_what_is_not_known_is_an_error(text: str) -> None:
    with pytest.raises(UnsupportedError):
        evaluate(text, CONTEXTS, SOUND)


@pytest.mark.parametrize(
    "change",
    ["    container: debian\n", "    steps: [{run: a, shell: pwsh}]\n", "    steps: [{run: a, uses: b}]\n",
     "    steps: [{name: none}]\n"],
)  # fmt: skip
def test_a_workflow_with_an_unknown_key_is_an_error(tmp_path: Path, change: str) -> None:
    head = "name: A\non: {push: {}}\npermissions: {}\njobs:\n  a:\n    name: A\n    permissions: {contents: read}\n"
    path = tmp_path / "a.yml"
    path.write_text(head + "    steps: [{run: a}]\n")
    assert load(path).jobs["a"].steps[0].run == "a"
    path.write_text(head + ("" if "steps" in change else "    steps: [{run: a}]\n") + change)
    with pytest.raises(UnsupportedError):
        load(path)
    path.write_text((head + "    steps: [{run: a}]\n").replace("permissions: {}", "permissions: {contents: write}"))
    with pytest.raises(UnsupportedError):
        load(path)
