"""How much of the LaTeX of real titles and abstracts is converted, and how fast.

    python benchmarks/bench_math.py CORPUS      # a folder with math.txt, textlatex.txt and papers.jsonl

`math.txt` has one formula a line with its delimiters, most frequent first; `papers.jsonl` has papers as
docs/data-format.md has them, and gives each formula its weight (how often it stands in their titles and abstracts);
`textlatex.txt` has `### kind` lines and, under each, a count, a paper and a fragment of LaTeX outside of formulas,
tab-separated.

A formula is rendered if it becomes MathML: as a whole, or with a command that only its paper defines standing in it as
its source. Else all of its source is shown.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from math_core import LatexError, LatexToMathML

from generator.text.latex import to_feed_html, to_html, to_text
from generator.text.latex.dollar import find_formula
from generator.text.latex.math import is_safe, to_mathml

_DELIMITERS = (("$$", "$$"), ("$", "$"), ("\\(", "\\)"), ("\\[", "\\]"))
_OTHER = re.compile(r"\\\((.+?)\\\)|\\\[(.+?)\\\]", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Shares from 0 to 1: `whole` without, `rendered` with the formulas that are converted in part."""

    formulas: int
    uses: int
    whole: float
    rendered: float
    weighted_whole: float
    weighted_rendered: float
    reasons: tuple[tuple[str, int, str], ...]
    """Why formulas are not converted as a whole: reason, uses, example."""


def body(formula: str) -> str:
    """-> a formula without its delimiters."""
    for opener, closer in _DELIMITERS:
        if formula.startswith(opener) and formula.endswith(closer) and len(formula) >= len(opener) + len(closer):
            return formula[len(opener) : -len(closer)]
    return formula


def uses_in(text: str) -> Counter[str]:
    """-> formula without delimiters, white space folded -> how often it stands in a text."""
    found: Counter[str] = Counter(" ".join((m[1] or m[2]).split()) for m in _OTHER.finditer(text))
    at = text.find("$")
    while at >= 0:
        formula = find_formula(text, at) if text[at - 1 : at] != "\\" else None
        if formula:
            found[" ".join(text[formula[0] : formula[1]].split())] += 1
        at = text.find("$", formula[2] if formula else at + 1)
    return found


def texts(corpus: Path) -> list[tuple[str, str]]:
    """-> title and abstract of every paper."""
    with (corpus / "papers.jsonl").open(encoding="utf-8") as lines:
        return [(paper["title"], paper["abstract"]) for paper in map(json.loads, lines)]


def _reason(tex: str) -> str:
    if not is_safe(tex):
        return "too long, deep or unbalanced"
    try:
        LatexToMathML(fancy_error=False).convert_with_local_state(tex, displaystyle=False)
    except LatexError as error:
        return re.sub(r"^\d+(?:-\d+)?: ", "", str(error))
    return "empty or not inert"


def coverage(corpus: Path) -> Coverage:
    """Convert every formula of `math.txt`; weights are their uses in `papers.jsonl`."""
    formulas = [body(line) for line in (corpus / "math.txt").read_text(encoding="utf-8").splitlines()]
    weights: Counter[str] = Counter()
    for title, abstract in texts(corpus):
        weights += uses_in(title) + uses_in(abstract)
    weight = {tex: weights[" ".join(tex.split())] for tex in formulas}
    partly = {tex for tex in formulas if to_mathml(tex, strict=True) is None}
    failed = {tex for tex in partly if to_mathml(tex) is None}
    uses = sum(weight.values())
    reasons: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for tex in (tex for tex in formulas if tex in partly):
        reason = _reason(tex)
        reasons[reason] += max(1, weight[tex])
        examples.setdefault(reason, tex)
    return Coverage(
        formulas=len(formulas),
        uses=uses,
        whole=1 - len(partly) / len(formulas),
        rendered=1 - len(failed) / len(formulas),
        weighted_whole=1 - sum(weight[tex] for tex in partly) / uses,
        weighted_rendered=1 - sum(weight[tex] for tex in failed) / uses,
        reasons=tuple((reason, count, examples[reason]) for reason, count in reasons.most_common(15)),
    )


def text_coverage(corpus: Path) -> list[tuple[str, int, float]]:
    """-> kind of LaTeX outside of formulas, uses, share of them that is converted."""
    rows: list[tuple[str, int, int]] = []
    for line in (corpus / "textlatex.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("### "):
            rows.append((line[4:].split()[0], 0, 0))
        elif line.count("\t") >= 2:
            count, _, fragment = line.split("\t", 2)
            kind, total, good = rows[-1]
            # a command of the list of bare commands stands without what followed it
            shown = to_html(fragment + ("{https://a.example}{y}" if kind == "bare-cmd" else ""))
            rows[-1] = (kind, total + int(count), good + int(count) * ('class="tex"' not in shown))
    return [(kind, total, good / total) for kind, total, good in rows if total]


def timing(papers: list[tuple[str, str]]) -> dict[str, float]:
    """-> milliseconds a paper (title and abstract) of each way to set it, with cold caches for the first."""
    taken = {}
    for name, convert in (
        ("to_html, cold", to_html),
        ("to_html", to_html),
        ("to_feed_html", to_feed_html),
        ("to_text", to_text),
    ):
        start = time.process_time()
        for title, abstract in papers:
            convert(title)
            convert(abstract)
        taken[name] = (time.process_time() - start) / len(papers) * 1000
    return taken


def main() -> None:
    corpus = Path(sys.argv[1])
    papers = texts(corpus)
    for name, ms in timing(papers).items():
        print(f"{name:16} {ms:.3f} ms a paper ({len(papers)} papers)")
    sources: Counter[str] = Counter()
    for text in (text for paper in papers for text in paper):
        sources.update(re.findall(r'<code class="tex">([^<]*)</code>', to_html(text)))
    print(f"{sources.total()} pieces of source shown in them, such as {[tex for tex, _ in sources.most_common(8)]}")
    found = coverage(corpus)
    print(f"{found.formulas} formulas, {found.uses} uses")
    print(f"rendered as MathML: {found.weighted_rendered:.3%} of the uses, {found.rendered:.3%} of the formulas")
    print(f"as a whole:         {found.weighted_whole:.3%} of the uses, {found.whole:.3%} of the formulas")
    for reason, count, example in found.reasons:
        print(f"  {count:4} {reason:60.60} {example:.50}")
    for kind, total, share in text_coverage(corpus):
        print(f"{kind:16} {total:6} uses {share:8.3%}")


if __name__ == "__main__":
    main()
