"""Changes the program one place at a time, and counts the changes that the tests notice.

Run: `python -m benchmarks.mutants [--each 20] [--only merge ...] [--seed 15]`. A mutant is killed if a test fails or
takes far too long. A sample of each module's mutants is tried; the survivors are printed with their place.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).resolve().parents[1]
QUICK = "not slow and not browser and not tools"
LONGEST_S = 180
_COPIED = ("generator", "tests", "benchmarks", "scripts", "templates", "docs", "pyproject.toml", "README.md")

MODULES: dict[str, tuple[str, ...]] = {
    "finding/arxiv_id.py": ("arxiv_id", "arxiv_links"),
    "finding/arxiv_links.py": ("arxiv_id", "arxiv_links", "mentions"),
    "finding/code_and_venue.py": ("code_and_venue",),
    "finding/folding.py": ("words", "comments"),
    "finding/link_patterns.py": ("arxiv_links", "mentions"),
    "finding/mentions.py": ("mentions", "threads"),
    "finding/own_words.py": ("comments", "prose", "post_text"),
    "finding/shorteners.py": ("shorteners", "resolve"),
    "finding/text_forms.py": ("arxiv_links",),
    "finding/wrappers.py": ("arxiv_links",),
    "model/merge.py": ("merge",),
    "model/tree.py": ("tree", "merge", "store"),
    "storage/checked.py": ("cache",),
    "storage/content.py": ("data_files",),
    "storage/data_files.py": ("data_files", "store"),
    "storage/database.py": ("cache",),
    "storage/disk.py": ("lock", "store"),
    "storage/index.py": ("cache", "partial"),
    "storage/lock.py": ("lock",),
    "storage/partial.py": ("partial",),
    "storage/places.py": ("store", "data_files", "cache", "partial"),
    "storage/run_reports.py": ("cache",),
    "storage/store.py": ("store", "data_files", "partial"),
    "net/http/addresses.py": ("http_parts", "http_client"),
    "net/http/allowance.py": (
        "http_parts",
        "network_time",
    ),
    "net/http/body.py": ("http_parts", "http_client"),
    "net/http/client.py": ("http_parts", "http_client"),
    "net/http/connections.py": ("http_parts", "http_client"),
    "net/http/interface.py": ("http_parts", "http_client"),
    "net/http/service.py": ("http_parts", "http_client"),
    "net/http/transport.py": ("http_parts", "http_client"),
    "net/http/waiting.py": ("http_parts", "http_client"),
    "net/websocket.py": ("http_parts",),
    "net/mail_client.py": ("mail_client",),
}
"""Module of the program -> the test modules that are to notice."""

EQUIVALENT = frozenset({
    # what was followed already is followed again, to the same end
    "finding/mentions.py: if start in papers: continue -> if False: continue",
})  # fmt: skip
"""Mutants that no test can tell from the program, as `module: old -> new`."""

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_CALCULATED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.BitOr: ast.BitAnd,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one module."""

    module: str
    line: int
    before: str
    after: str
    source: str

    @property
    def name(self) -> str:
        return f"{self.module}: {self.before} -> {self.after}"


def mutants_of(module: str) -> list[Mutant]:
    """Every mutant of a module."""
    tree = ast.parse((ROOT / "generator" / module).read_text("utf-8"))
    found = []
    spared = _annotations(tree)
    for index, node in enumerate(ast.walk(tree)):
        if index in spared:
            continue
        for change in range(len(list(_changes(node)))):
            mutated = copy.deepcopy(tree)
            twin = list(ast.walk(mutated))[index]
            before = ast.unparse(twin)
            list(_changes(twin))[change]()
            after = ast.unparse(twin)
            source = ast.unparse(ast.fix_missing_locations(mutated))
            if before != after:
                found.append(Mutant(module, getattr(node, "lineno", 0), _short(before), _short(after), source))
    return found


def _annotations(tree: ast.Module) -> set[int]:
    """The numbers of the nodes that change nothing: annotations, decorators, and how often to split for one part."""
    idle: list[ast.AST] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            idle += node.decorator_list
        if isinstance(node, ast.FunctionDef) and node.returns:
            idle.append(node.returns)
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation:
            idle.append(node.annotation)
        if isinstance(node, ast.keyword) and node.arg == "maxsplit":
            idle.append(node.value)
    inside = {id(part) for node in idle for part in ast.walk(node)}
    return {index for index, node in enumerate(ast.walk(tree)) if id(node) in inside}


def _changes(node: ast.AST) -> Iterator[Change]:  # noqa: C901 (one case a kind of change)
    match node:
        case ast.Compare(ops=[operator]) if type(operator) in _COMPARED:
            yield Change(node, "ops", [_COMPARED[type(operator)]()])
        case ast.BoolOp():
            yield Change(node, "op", ast.Or() if isinstance(node.op, ast.And) else ast.And())
        case ast.BinOp(op=operator) if type(operator) in _CALCULATED:
            yield Change(node, "op", _CALCULATED[type(operator)]())
        case ast.UnaryOp(op=ast.Not()):
            yield Change(node, "op", ast.UAdd())
        case ast.Constant(value=bool(value)):
            yield Change(node, "value", not value)
        case ast.Constant(value=int(value)):
            yield Change(node, "value", value + 1)
        case ast.If() | ast.While():
            yield Change(node, "test", ast.Constant(value=False))
        case ast.Return(value=value) if value is not None:
            yield Change(node, "value", ast.Constant(value=None))
        case ast.FunctionDef() | ast.With() | ast.For() | ast.Try():
            yield from _without_statements(node.body)
    for name in ("body", "orelse", "finalbody"):
        block = getattr(node, name, None)
        if isinstance(node, ast.If | ast.Try | ast.ExceptHandler) and isinstance(block, list):
            yield from _without_statements(block)


def _without_statements(block: list[ast.stmt]) -> Iterator[Change]:
    for index, statement in enumerate(block):
        match statement:
            case ast.Expr(value=ast.Call()) | ast.Raise() | ast.Assign() | ast.AugAssign():
                if isinstance(statement, ast.Assign) and not isinstance(
                    statement.targets[0], ast.Attribute | ast.Subscript
                ):
                    continue
                yield Change(block, index, ast.Pass())
            case ast.Continue():
                yield Change(block, index, ast.Break())
            case ast.Break():
                yield Change(block, index, ast.Continue())


@dataclass(frozen=True, slots=True)
class Change:
    """Something to be put in place of a part of the tree."""

    where: ast.AST | list[ast.stmt]
    part: str | int
    new: object

    def __call__(self) -> None:
        if isinstance(self.where, list):
            self.where[int(self.part)] = self.new  # type: ignore[call-overload]
        else:
            setattr(self.where, str(self.part), self.new)


def survives(mutant: Mutant, folder: Path) -> bool:
    """Whether the tests of its module pass with it, in a copy of the repository."""
    path = folder / "generator" / mutant.module
    original = path.read_text("utf-8")
    path.write_text(mutant.source, "utf-8")
    tests: list[str] = []
    for name in MODULES[mutant.module]:
        tests += map(str, folder.glob(f"tests/**/test_{name}.py"))
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-m", QUICK, *tests]
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, timeout=LONGEST_S, check=False,
            env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return False
    finally:
        path.write_text(original, "utf-8")
    # 4: the mutant cannot be imported. 5: there is no test at all.
    if done.returncode not in {0, 1, 2, 4}:
        raise RuntimeError(f"{mutant.module}: pytest ends with {done.returncode}: {done.stdout[-500:]!r}")
    return done.returncode == 0


def main() -> int:
    """Try a sample of every module's mutants."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--each", type=int, default=20, help="so many of each module")
    parser.add_argument("--only", nargs="*", default=[], help="modules whose path has one of these words")
    parser.add_argument("--seed", type=int, default=15)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    dice = random.Random(given.seed)
    tried = killed = 0
    with tempfile.TemporaryDirectory() as temporary:
        folders: SimpleQueue[Path] = SimpleQueue()
        for number in range(given.jobs):
            folders.put(_copy(Path(temporary) / str(number)))

        def attempt(mutant: Mutant) -> bool:
            folder = folders.get()
            try:
                return survives(mutant, folder)
            finally:
                folders.put(folder)

        for module in MODULES:
            if given.only and not any(word in module for word in given.only):
                continue
            every = [mutant for mutant in mutants_of(module) if mutant.name not in EQUIVALENT]
            chosen = dice.sample(every, min(given.each, len(every)))
            with ThreadPoolExecutor(given.jobs) as pool:
                alive = [mutant for mutant, left in zip(chosen, pool.map(attempt, chosen), strict=True) if left]
            tried, killed = tried + len(chosen), killed + len(chosen) - len(alive)
            print(f"{module}: {len(chosen) - len(alive)} of {len(chosen)} killed, of {len(every)}", flush=True)
            for mutant in alive:
                print(f"  line {mutant.line}: {mutant.before} -> {mutant.after}", flush=True)
    print(f"{killed} of {tried} killed ({killed / max(1, tried):.0%})")
    return 0 if killed >= 0.9 * tried else 1


def _copy(folder: Path) -> Path:
    for name in _COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 100 else line[:99] + "…"


if __name__ == "__main__":
    sys.exit(main())
