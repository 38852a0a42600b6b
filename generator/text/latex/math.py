r"""One formula of LaTeX -> MathML, in bounded time and without a crash, or None where it cannot be.

The converter (math-core 0.9) is fast and right on ordinary formulas, but text from arXiv is hostile: its time doubles
with each opening bracket that is not closed, and a few thousand nested levels end the process. So every formula is
measured first (`is_safe`). A formula that it refuses is tried again in standard LaTeX (`_normalise`), and then with
the commands that only the paper defines standing as their own source inside the formula.
"""

from __future__ import annotations

import re
from functools import lru_cache

from math_core import LatexError, LatexToMathML

from generator.text.latex.macros import MACROS
from generator.text.latex.markup import finish, unknown_commands
from generator.text.latex.names import spell_names
from generator.text.latex.science import has_science, spell_out

MAX_LENGTH = 1000
"""Characters of TeX. The longest formula among 28,000 real ones has 397."""
MAX_DEPTH = 30
"""Levels of braces, environments and \\left."""
MAX_UNMATCHED = 6
"""Opening brackets without their closing one: each doubles the converter's time."""

_strict = LatexToMathML(macros=MACROS, fancy_error=False, allow_unreliable_rendering=True, annotation=True)
_lenient = LatexToMathML(
    macros=MACROS,
    fancy_error=False,
    allow_unreliable_rendering=True,
    annotation=True,
    ignore_unknown_commands=True,
)

_OPENERS = (
    "langle|lang|lfloor|lceil|lvert|lVert|lgroup|lbrack|lbrace|lBrace|llbracket|lmoustache|lparen|ulcorner|llcorner"
)
_CLOSERS = (
    "rangle|rang|rfloor|rceil|rvert|rVert|rgroup|rbrack|rbrace|rBrace|rrbracket|rmoustache|rparen|urcorner|lrcorner"
)
_BRACKET = re.compile(
    rf"(?P<open>[(\[⟨⌊⌈⟦⦃⟮⟬]|\\\{{|\\(?:{_OPENERS})(?![a-zA-Z]))"
    rf"|(?P<close>[)\]⟩⌋⌉⟧⦄⟯⟭]|\\\}}|\\(?:{_CLOSERS})(?![a-zA-Z]))"
    r"|(?P<enter>\{|\\begin(?![a-zA-Z])|\\left(?![a-zA-Z])\s*(?:\\[a-zA-Z]+|\\.|[^{}])?)"
    r"|(?P<leave>\}|\\end(?![a-zA-Z])|\\right(?![a-zA-Z])\s*(?:\\[a-zA-Z]+|\\.|[^{}])?)"
    r"|(?P<implicit>\\(?:pmod|ket|braket|Braket|Bra|Ket|binom|[td]binom|choose|brack|brace)(?![a-zA-Z]))"
    r"|\\.",
    re.DOTALL,
)
_CHAIN = re.compile(r"(?:\\[a-zA-Z]+\s*+){20}")
# Definitions would make one formula mean another thing (and loop); no abstract needs them.
_DEFINES = re.compile(
    r"\\(?:[egx]?def|let|futurelet|(?:re|provide)?(?:new)?command\*?|newcommand|renewcommand|providecommand|global|long"
    r"|DeclareMathOperator|newenvironment|catcode|csname|expandafter)(?![a-zA-Z])",
)


def is_safe(tex: str) -> bool:
    """Say whether the converter may be given `tex`: short, shallow, brackets (nearly) in pairs, no definitions."""
    if len(tex) > MAX_LENGTH:
        return False
    if "\\" in tex and (_DEFINES.search(tex) or _CHAIN.search(tex)):
        return False
    return _is_flat(tex)


def _is_flat(tex: str) -> bool:
    """Nesting and unmatched openers within bounds. A bracket closes only one opened in the same group."""
    frames = [0]
    unmatched = 0
    for match in _BRACKET.finditer(tex):
        kind = match.lastgroup
        if kind == "open":
            frames[-1] += 1
        elif kind == "close":
            frames[-1] -= frames[-1] > 0
        elif kind == "implicit":
            unmatched += 1
        elif kind == "enter":
            frames.append(0)
            if len(frames) > MAX_DEPTH:
                return False
        elif kind == "leave" and len(frames) > 1:
            unmatched += frames.pop()
    return unmatched + sum(frames) <= MAX_UNMATCHED


_GROUP = r"\{((?:[^{}]++|\{(?:[^{}]++|\{[^{}]*+\})*+\})*+)\}"
_LENGTH = r"\s*=?\s*[-+]?[0-9.]*\s*(?:em|ex|pt|mu|cm|mm|in|px|pc|sp|bp)?(?:\s*(?:plus|minus)\s*[-+]?[0-9.]+\s*\w\w)*"

# Always applied: what places things outside of their box, numbers equations or makes anchors.
_LAYOUT: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\\(?:text)?color(?:\[[^\]]*\])?\s*" + _GROUP), ""),
    (re.compile(r"\\(?:label|require|vspace\*?|ref|eqref|cite[a-z]*|hypertarget|pagebreak|raisebox)\s*" + _GROUP), ""),
    (re.compile(r"\\hspace\*?\s*" + _GROUP), r"\\;"),
    (re.compile(r"\\(?:m?kern|[mhv]skip|raise|lower)(?![a-zA-Z])" + _LENGTH), ""),
    (re.compile(r"\\rule\s*(?:\[[^\]]*\])?\s*" + _GROUP + r"\s*" + _GROUP), ""),
    (re.compile(r"\\(?:nonumber|notag)(?![a-zA-Z])"), ""),
    (re.compile(r"\\tag\*?\s*" + _GROUP), r"\\qquad(\\text{\1})"),
    (re.compile(r"(\\\\)\*?\s*\[[^\]]*\]"), r"\1"),
    (re.compile(r"\\(begin|end)\s*\{(?:align|flalign|eqnarray|alignat|split)\*?\}(?:\{\d+\})?"), r"\\\1{aligned}"),
    (re.compile(r"\\(begin|end)\s*\{(?:gather|multline)\*?\}"), r"\\\1{gathered}"),
    (re.compile(r"\\(?:begin|end)\s*\{(?:equation|displaymath|math|subequations)\*?\}"), ""),
    (re.compile(r"\\(begin|end)\s*\{smallmatrix\}"), r"\\\1{matrix}"),
)
_PERCENT = re.compile(r"(?<!\\)((?:\\\\)*)%")
_NEEDS_LAYOUT = re.compile(
    r"\\(?:textcolor|color|label|require|[a-z]?space|eq?ref|ref|cite|hyper|pagebreak|raise|m?kern|[mhv]skip|lower|rule|no(?:tag|number)"
    r"|tag|begin|\\\*?\s*\[)",
)

_TEXT_COMMAND = re.compile(r"\\(?:text(?:rm|bf|it|tt|sf|sc|normal|up)?|mbox|hbox|emph)\s*" + _GROUP)
_NONSTANDARD: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"&lt;"), "<"),
    (re.compile(r"&gt;"), ">"),
    (re.compile(r"&amp;"), r"\\&"),
    (re.compile(r"\\unicode\s*(?:\[[^\]]*\])?\s*\{\s*x([0-9a-fA-F]{2,5})\s*\}"), r"\\unicode{\1}"),
    (
        re.compile(r"\\[/\-@]|\\(?:tiny|scriptsize|footnotesize|small|normalsize|large|Large|boldmath)(?![a-zA-Z])\s*"),
        "",
    ),
    (re.compile(r"(?<!\\)(#)"), r"\\\1"),
    (re.compile(r"\\(?:sl|em|itshape)(?![a-zA-Z])"), r"\\it"),
    (re.compile(r"\\(?:sc|rmfamily)(?![a-zA-Z])"), r"\\rm"),
    (re.compile(r"\\bfseries(?![a-zA-Z])"), r"\\bf"),
    (re.compile(r"\\root\s*(" + r"\{[^{}]*\}|[^\s{}\\])" + r"\s*\\of\s*(" + r"\{[^{}]*\}|[^\s{}])"), r"\\sqrt[\1]{\2}"),
    (re.compile(r"\\sp(?![a-zA-Z])"), "^"),
    (re.compile(r"\\sb(?![a-zA-Z])"), "_"),
    (re.compile(r"(\\(?:left|right|middle))\s*<"), r"\1\\langle "),
    (re.compile(r"(\\(?:left|right|middle))\s*>"), r"\1\\rangle "),
    (re.compile(r"([_^])\s*\\(rm|bf|it|cal|tt|sf|sl|em)\s*" + _GROUP), r"\1{\\\2 \3}"),
    (re.compile(r"([_^])\s*\\(rm|bf|it|cal|tt|sf|sl|em)\s+(\\[a-zA-Z]+|[a-zA-Z0-9]+)"), r"\1{\\\2 \3}"),
    (re.compile(r"([_^])\s*\\(rm|bf|it|cal|tt|sf|sl|em)(?![a-zA-Z])\s*"), r"\1"),
    (re.compile(r"\\operatorname\*?\s*\{(\\[a-zA-Z]+\s*(?:\{[^{}]*\}|\w))\}"), r"\\mathop{\1}"),
    (re.compile(r"(?<=\})\s*\\(?:no)?limits(?![a-zA-Z])"), ""),
    (re.compile(r"\\not\s*(?:\\[!,]\s*)+"), r"\\not "),
    (re.compile(r"\\substack\s*" + _GROUP), r"\\begin{subarray}{c}\1\\end{subarray}"),
    (re.compile(r"\\buildrel\s*(.{1,60}?)\\over\s*(\\[a-zA-Z]+|.)"), r"\\overset{\1}{\2}"),
    (re.compile(r"\\(AA|aa|AE|ae|OE|oe|ss|textdegree|pounds)(?:\{\})?(?![a-zA-Z])"), r"\\text{\\\1}"),
    (re.compile(r"\\r\s*\{([Aa])\}"), r"\\mathring{\1}"),
    (re.compile(r"""\\(["'`])\s*\{?([a-zA-Z])\}?"""), r"\\text{\\\1\2}"),
    (re.compile(r"\*\*"), "*{}*"),
    (re.compile(r"\\(?:href|url)\s*" + _GROUP + r"\s*" + _GROUP), r"\\text{\2}"),
    (re.compile(r"\\displaylines\s*" + _GROUP), r"\\begin{gathered}\1\\end{gathered}"),
    (re.compile(r"\\cr(?![a-zA-Z])"), r"\\\\"),
)
_UNICODE = re.compile(r"\\unicode\{([0-9a-fA-F]{2,5})\}")
_PAIRED_LA = re.compile(r"\\la(?![a-zA-Z])(.*?)\\ra(?![a-zA-Z])", re.DOTALL)
_LA = re.compile(r"\\la(?![a-zA-Z])")
_GA = re.compile(r"\\ga(?![a-zA-Z])")


def _split_text(match: re.Match[str]) -> str:
    r"""`\mbox{a $x$ b}` -> `\text{a }x\text{ b}`; a font switch inside makes it a formula."""
    body = match[1]
    if "$" in body:
        pieces = []
        for number, part in enumerate(body.split("$")):
            is_text = number % 2 == 0 and part
            pieces.append(rf"\text{{{part}}}" if is_text else f"{{{part}}}")
        return "{" + "".join(pieces) + "}"
    if re.search(r"\\(?:rm|bf|it|cal|tt|sf|sl|em|sc|elevenmsb|math[a-z]+)(?![a-zA-Z])", body):
        return "{" + body.replace(" ", r"\ ") + "}"
    body = re.sub(r"\\(?:underline|uline)\s*\{([^{}]*)\}", r"\1", body)
    if re.search(r"(?<!\\)[_^#&%]", body):
        body = re.sub(r"(?<!\\)([_#&%])", r"\\\1", body).replace("^", r"\textasciicircum ")
    return match[0].replace(match[1], body)


def _character(match: re.Match[str]) -> str:
    point = int(match[1], 16)
    if point not in range(0xA0, 0xD800):
        return ""
    return rf"\text{{{chr(point)}}}"


def _normalise(tex: str) -> str:
    """Nonstandard LaTeX -> what the converter knows. Meaning stays."""
    for pattern, replacement in _NONSTANDARD:
        tex = pattern.sub(replacement, tex)
    tex = _UNICODE.sub(_character, tex)
    tex = _PAIRED_LA.sub(r"\\langle \1\\rangle ", tex)
    tex = _LA.sub(r"\\lesssim ", tex)
    tex = _GA.sub(r"\\gtrsim ", tex)
    return _TEXT_COMMAND.sub(_split_text, tex)


# Text accents and letters that old papers redefine (`\\L` for a Lagrangian): shown as they are.
_TEXT_ONLY = re.compile(r"\\([LlHcrubdtvkjioO])(?![a-zA-Z])")
_BODY_COMMAND = re.compile(r"\\([a-zA-Z]{3,})")


def _expose(tex: str) -> str:
    """Commands that end even a lenient conversion -> their own source, as text."""
    tex = _TEXT_ONLY.sub(r"\\texttt{\\textbackslash \1}", tex)
    return re.sub(
        r"(\\text\s*)" + _GROUP,
        lambda m: m[1] + "{" + _BODY_COMMAND.sub(r"\\textbackslash{}\1", m[2]) + "}",
        tex,
    )


def _trim(tex: str) -> str:
    """Without outer white space; but a control space at the end stays whole."""
    tex = tex.strip()
    if tex.endswith("\\") and not tex.endswith("\\\\"):
        return tex + " "
    return tex


def _attempt(converter: LatexToMathML, tex: str, *, display: bool) -> str | None:
    try:
        return converter.convert_with_local_state(tex, displaystyle=display)
    except LatexError:
        return None


def _in_one_box(tex: str) -> str:
    """The formula with quantities spelled out, and without commands that place things outside of its box."""
    if "%" in tex:
        # To the converter a bare % starts a comment.
        tex = _PERCENT.sub(r"\1\\%", tex)
    if has_science(tex):
        tex = spell_out(tex)
    if _NEEDS_LAYOUT.search(tex):
        for pattern, replacement in _LAYOUT:
            tex = pattern.sub(replacement, tex)
    return tex


@lru_cache(maxsize=8192)
def to_mathml(tex: str, *, display: bool = False, strict: bool = False) -> str | None:
    r"""Convert one formula.

    Args:
        tex: the formula without its delimiters.
        display: a formula of its own line.
        strict: refuse a formula with a command that nobody but its paper knows, instead of showing the command's
            source (`<mtext class="tex">\foo</mtext>`) inside the formula.

    Returns:
        A well-formed `<math>` element with the TeX as annotation, without ids, links or wide spaces;
        None where the formula cannot be converted or is too large.
    """
    tex = _trim(tex)
    if not tex or not is_safe(tex):
        return None
    plain = _in_one_box(tex)
    markup = _attempt(_strict, plain, display=display)
    if markup is None:
        plain = _normalise(plain)
        if not is_safe(plain):
            return None
        markup = _attempt(_strict, plain, display=display)
    if markup is None and not strict:
        markup = _attempt(_lenient, plain, display=display) or _attempt(_lenient, _expose(plain), display=display)
        spelt_out = spell_names(plain, unknown_commands(markup or ""))
        if spelt_out != plain and is_safe(spelt_out):
            markup = (
                _attempt(_strict, spelt_out, display=display)
                or _attempt(_lenient, spelt_out, display=display)
                or markup
            )
    if markup is None:
        return None
    return finish(markup, tex)
