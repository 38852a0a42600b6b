r"""A paper as a BibTeX record: what a reader pastes into a bibliography.

arXiv's titles are LaTeX already, so they stay as they are where that is safe: math and accents are kept, characters
that would break a run of LaTeX outside of math are escaped, braces always balance, and commands that read, write or
define anything are shown instead of run. Names are Unicode (biber reads that; BibTeX as utf8): an accent that LaTeX
spells with a blank would be taken for a name of its own.
"""

from __future__ import annotations

import re
import unicodedata

from generator.finding import arxiv_id
from generator.model.authors import ET_AL, is_group, split_name
from generator.model.records import Paper
from generator.text.latex import to_name
from generator.text.plain import clean

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_MATH = re.compile(r"(?<!\\)\$(?:[^$\\]|\\.)+\$|\\\((?:[^\\]|\\[^()])*\\\)")
r"""`$...$` and `\(...\)`: linear, because no alternative can match where another one does."""

_TEXT_SPECIAL = re.compile(r"\\.|[&%#_~^$<>|]")
_MATH_SPECIAL = re.compile(r"\\.|[%#]")
_ESCAPES = {
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
}
"""The last three are other signs in TeX's own text fonts: `>` would be printed as an upside-down question mark."""

_RUNS = re.compile(
    r"\\(?=(?:input|include|includeonly|subfile|import|openin|openout|read|readline|write|immediate|special|catcode|"
    r"def|edef|gdef|xdef|let|futurelet|newcommand|renewcommand|providecommand|csname|expandafter|loop|repeat|"
    r"usepackage|RequirePackage|directlua|latelua|ShellEscape|verbatiminput|lstinputlisting|includegraphics|"
    r"end|begin\s*\{\s*(?:document|filecontents))(?![A-Za-z]))"
)
r"""Commands that have no business in a title: they read or write files, define, or end the document."""

_DOTLESS = re.compile(r"\\(['`^\"=~uv])\s*(?:\{\s*\\([ij])\s*\}|\\([ij])(?![A-Za-z])\s*)")
"""An accent over a dotless letter, as LaTeX once asked for: what reads the file knows the accent over the letter."""

_BRACE = re.compile("[{}]")
_SPECIAL = re.compile(r"[\\&%#_~^$<>|{}]")
"""Without any of these a text is no LaTeX."""
_COMMAND = re.compile(r"\\[A-Za-z]+|\\.")
_WORD = re.compile(r"[a-z0-9]+")
_TAKEN_APART = re.compile(r"\band\b", re.IGNORECASE)
"""BibTeX ends a name there."""

_COMMAS_OF_A_NAME = re.compile(r"[^,]+(?:,[^,]*[^,\s][^,]*){0,2}")
"""`First Last`, `Last, First` or `Last, Jr, First`; what has more commas BibTeX cannot read."""

_LATIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
_KEY_WORD_MAX = 40


def to_bibtex(paper: Paper) -> str:
    """The paper as one `@misc` record, as arXiv's own export has it, with the DOI of the published version if known.

    Args:
        paper: as stored; its id is taken as valid.

    Returns:
        Text that ends with a newline; every value is in balanced braces, one field a line.
    """
    year, month = submitted_month(paper)
    fields = [
        ("title", "{" + _latex(paper.title) + "}"),
        ("author", " and ".join(filter(None, map(_name, paper.authors)))),
        ("year", str(year)),
        ("month", _MONTHS[month - 1]),
        ("eprint", paper.id),
        ("archivePrefix", "arXiv"),
        ("primaryClass", _verbatim(paper.categories[0]) if paper.categories else ""),
        ("doi", _doi(paper.doi)),
        ("url", arxiv_id.abs_url(paper.id)),
    ]
    lines = [f"  {name} = {_braced(name, value)}" for name, value in fields if value]
    return f"@misc{{{bibtex_key(paper)},\n" + ",\n".join(lines) + "\n}\n"


def bibtex_key(paper: Paper) -> str:
    """The citation key: last name of the first author and the digits of the id.

    It is the same in every file and for every version of the paper, and no two papers share one.

    Returns:
        `a-z0-9` only, such as `example160202410`; without Latin letters in the name, `arxiv160202410`.
    """
    last = _last_name(paper.authors[0]) if paper.authors else ""
    return (last or "arxiv") + "".join(_WORD.findall(paper.id.lower()))


def _braced(name: str, value: str) -> str:
    """Month names are macros that styles expand; every other value is text."""
    return value if name == "month" else "{" + value + "}"


def submitted_month(paper: Paper) -> tuple[int, int]:
    """Year and month of version 1; where unknown, those of the id."""
    if paper.submitted_at is not None:
        return paper.submitted_at.year, paper.submitted_at.month
    return arxiv_id.month_of(paper.id)


def _latex(text: str) -> str:
    """Text that is LaTeX already -> the same with nothing in it that breaks a BibTeX file or a LaTeX run."""
    text = " ".join(_printable(text).split())
    if not _SPECIAL.search(text):  # as nearly all names
        return text
    text = _RUNS.sub(r"\\textbackslash{}", text)
    text = _DOTLESS.sub(lambda match: f"\\{match[1]}{{{match[2] or match[3]}}}", text)
    text = text.replace("^^", r"\textasciicircum{}\textasciicircum{}")
    pieces: list[str] = []
    at = 0
    for math in _MATH.finditer(text):
        pieces += [_TEXT_SPECIAL.sub(_escape, text[at : math.start()]), _MATH_SPECIAL.sub(_escape, math.group())]
        at = math.end()
    pieces.append(_TEXT_SPECIAL.sub(_escape, text[at:]))
    return _balanced("".join(pieces))


def _escape(match: re.Match[str]) -> str:
    """A special character escaped; one that is already stays."""
    char = match.group()
    if char.startswith("\\"):
        return char
    return _ESCAPES.get(char, "\\" + char)


def _balanced(text: str) -> str:
    r"""Braces as they are where they balance (BibTeX counts `\{` too), else without any; no backslash at the end."""
    depth = 0
    for brace in _BRACE.findall(text):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            break
    if depth != 0:
        text = text.replace("\\{", "(").replace("\\}", ")").replace("{", "").replace("}", "")
    trailing = len(text) - len(text.rstrip("\\"))
    return text + " " if trailing % 2 else text


def _name(author: str) -> str:
    if author == ET_AL:
        return "others"
    name = _latex(to_name(author))
    if not name:
        return ""
    if is_group(name) or _TAKEN_APART.search(name) or not _COMMAS_OF_A_NAME.fullmatch(name):
        return "{" + name + "}"
    parts = split_name(name)
    if parts.suffix and parts.first:
        return f"{parts.last}, {parts.suffix}, {parts.first}"
    return name


def _doi(doi: str | None) -> str:
    """The first one, verbatim: biblatex reads the field as it is, so that an escape would become part of it."""
    words = (doi or "").split()
    return _verbatim(words[0]) if words else ""


def _verbatim(text: str) -> str:
    return re.sub(r"[{}\\%\s]", "", _printable(text))


def _printable(text: str) -> str:
    if text.isascii() and text.isprintable():  # as nearly all are
        return text
    spaced = "".join(" " if unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} else char for char in text)
    return clean(spaced)


def _last_name(author: str) -> str:
    name = to_name(author)
    if is_group(name):
        words = [word for word in _words(name) if word not in {"the", "for", "on", "behalf", "of"}]
        return words[0] if words else ""
    return "".join(_words(split_name(name).last))[:_KEY_WORD_MAX]


def _words(text: str) -> list[str]:
    """Words of Latin letters and digits: accents folded, TeX commands and braces gone."""
    plain = _COMMAND.sub("", text).replace("{", "").replace("}", "").casefold().translate(_LATIN)
    folded = plain if plain.isascii() else _without_accents(plain)
    return [word[:_KEY_WORD_MAX] for word in _WORD.findall(folded)]


def _without_accents(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
