"""How dense the code of a package is: `python -m tests.density` prints it, tests/test_house.py holds the marks.

The figures are a thermometer. A change that raises one shall make the code plainer, not pad or split it.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_BRANCHES = (ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.comprehension, ast.Assert)
_LAYOUT = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
_VAGUE_NAMES = {
    "found", "known", "each", "one", "wanted", "shown", "own", "told", "said", "made", "given", "taken", "left", "kept",
    "named", "asked", "read", "it", "other", "those", "these",
}  # fmt: skip
"""Participles and pronouns: they do not say what a value is."""


@dataclass(frozen=True, slots=True)
class Density:
    """Figures of all modules below a folder."""

    code_lines: int
    """Lines that are neither blank nor comment nor docstring."""
    nodes_per_line: float
    """Nodes of the syntax tree per code line."""
    if_expressions: float
    """Per 1,000 code lines."""
    comprehensions: float
    """Per 1,000 code lines."""
    branches: float
    """Per function, the function itself counted as one: loops, conditions, handlers and operands of `and` and `or`."""
    vague_names: int


def measure(folder: Path) -> Density:
    code_lines = 0
    vague_names = 0
    nodes: list[ast.AST] = []
    for path in sorted(folder.rglob("*.py")):
        source = path.read_text("utf-8")
        tree = ast.parse(source)
        code_lines += len(_token_lines(source) - _docstring_lines(tree))
        nodes.extend(ast.walk(tree))
    for name in _bound_names(nodes):
        if name.strip("_") in _VAGUE_NAMES:
            vague_names += 1
    functions = [node for node in nodes if isinstance(node, _FUNCTIONS)]
    branches = sum(_branches(function) for function in functions)
    return Density(
        code_lines=code_lines,
        nodes_per_line=round(len(nodes) / code_lines, 2),
        if_expressions=round(1000 * _count(nodes, ast.IfExp) / code_lines, 1),
        comprehensions=round(1000 * _count(nodes, *_COMPREHENSIONS) / code_lines, 1),
        branches=round(branches / len(functions), 2),
        vague_names=vague_names,
    )


def _token_lines(source: str) -> set[int]:
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in _LAYOUT:
            lines.update(range(token.start[0], token.end[0] + 1))
    return lines


def _docstring_lines(tree: ast.Module) -> set[int]:
    """Lines of docstrings, including those that stand below a field."""
    lines: set[int] = set()
    for node in ast.walk(tree):
        if not isinstance(node, (ast.Module, ast.ClassDef, *_FUNCTIONS)):
            continue
        for statement in node.body:
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                lines.update(range(statement.lineno, (statement.end_lineno or 0) + 1))
    return lines


def _bound_names(nodes: list[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _branches(function: ast.AST) -> int:
    nodes = list(ast.walk(function))
    operators = [node for node in nodes if isinstance(node, ast.BoolOp)]
    return 1 + _count(nodes, *_BRANCHES) + sum(len(operator.values) - 1 for operator in operators)


def _count(nodes: list[ast.AST], *kinds: type[ast.AST]) -> int:
    return sum(isinstance(node, kinds) for node in nodes)


if __name__ == "__main__":
    for folder in (ROOT / "generator", *sorted((ROOT / "generator").iterdir())):
        if folder.is_dir() and list(folder.rglob("*.py")):
            sys.stdout.write(f"{folder.relative_to(ROOT)} {measure(folder)}\n")
