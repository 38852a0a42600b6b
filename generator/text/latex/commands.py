r"""What the commands of LaTeX's text mode do: accents, styles, links, citations, environments, stray math.

A command that nobody but its paper knows (`\ours`) is shown as its source.
"""

from __future__ import annotations

import re
import unicodedata

from generator.text.latex.math import to_mathml
from generator.text.latex.plain import to_plain
from generator.text.latex.science import COMMANDS, spell_command
from generator.text.latex.symbols import (
    ACCENTS,
    CITATIONS,
    DROPPED,
    LETTERS,
    LIST_ENVIRONMENTS,
    MATH_ARGUMENTS,
    MATH_ENVIRONMENTS,
    REFERENCES,
    STYLES,
    SWITCHES,
    SYMBOLS,
)
from generator.text.latex.text import NESTED, SCRIPTS, Medium, TextSetting, clean_url

_WINDOW = 4000
"""Characters within which an environment must end."""

_PLAIN = re.compile(r"[\\${}~`]|''|--|[_^]\{|https?://")
_SPACE = re.compile(r"\s*")
_BEFORE_A_WORD = frozenset(["", *"µ£€“‘«"])
"""What swallows the space after its command."""
_BRACE = re.compile(r"\s*\{")
_AFTER_LETTER = re.compile(r"\{\}|\s+")
_AFTER_ANGSTROM = re.compile(r"\{\}|\s+(?=ngstr)")
_GROUP = re.compile(r"\s*\{(" + NESTED + r")\}")
_ARGUMENT = r"(?:\s*(?:\{" + NESTED + r"\}|\\[a-zA-Z]+|[A-Za-z0-9]))"
_TAILS = (
    re.compile(r"(?:\{" + NESTED + r"\}){0,2}" + SCRIPTS),
    re.compile(_ARGUMENT + SCRIPTS),
    re.compile(_ARGUMENT + "{2}" + SCRIPTS),
)
_ACCENTED = re.compile(
    r"\s?(?:\{\s*(?:\\(?P<dotless>[ij])(?![a-zA-Z])\s*(?:\{\})?|(?P<letter>[^\W\d_]))\}"
    r"|\\(?P<bare_dotless>[ij])(?![a-zA-Z])(?:\s+|\{\})?|(?P<bare>[^\W\d_]))",
)
_SOURCE_ARGUMENTS = re.compile(r"(?:\[[^\[\]{}]{0,40}\])?(?:\{[^{}$\\]{0,40}\}){0,4}")
_SPLIT_GREEK = re.compile(r"\{([a-z]{1,9})\}")
_OPTION = re.compile(r"\s*\[[^\[\]{}]{0,80}\]")
_ENVIRONMENT = re.compile(r"\s*\{([a-zA-Z]+\*?)\}")
_VERBATIM = re.compile(r"([^\sa-zA-Z*])(.{0,200}?)\1")
_ESCAPED_QUOTE = re.compile(r'([^"\\{}$]{1,80})\\"(?![A-Za-z{\\])')


class Setting(TextSetting):
    """Text with its commands."""

    def _command(self, match: re.Match[str]) -> None:
        name = match[0][1:]
        if name.endswith("*") and name not in DROPPED:
            name = name[:-1]
            self._at -= 1
        if name in ACCENTS and self._accent(name):
            return
        if name in {"~", "^"} and self._source.startswith("{}", self._at):
            # The sign itself
            self._at += 2
            self._put(name)
        elif name in LETTERS:
            self._letter(name)
        elif name in STYLES and (group := _BRACE.match(self._source, self._at)):
            self._at = group.end()
            self._push(STYLES[name], f"\\{name}{{")
        elif name in SWITCHES:
            self._switch(name)
        elif name in SYMBOLS:
            self._symbol(name)
        elif not self._special(name, match.start()):
            self._put(self._split_greek(name) or self._math_command(name) or self._unknown(name))

    def _special(self, name: str, start: int) -> bool:
        """Commands with a rule of their own."""
        if name in {"(", "["}:
            return self._delimited(name, start)
        if name in {"url", "href", "path", "nolinkurl"}:
            return self._address(name)
        if name in {"begin", "end"}:
            return self._environment(name, start)
        if name == "verb":
            return self._verbatim()
        if name in COMMANDS:
            return self._science(name, start)
        has_argument = (
            name in CITATIONS or name in REFERENCES or name in DROPPED or name in {"textcolor", "footnotemark"}
        )
        return has_argument and self._argument(name)

    def _verbatim(self) -> bool:
        verbatim = _VERBATIM.match(self._source, self._at)
        if verbatim is None:
            return False
        self._at = verbatim.end()
        self._put(self._medium.style("code", self._medium.text(verbatim[2])))
        return True

    def _science(self, name: str, start: int) -> bool:
        """A quantity or a chemical formula."""
        spelled = spell_command(name, self._source, self._at)
        if spelled is None:
            return False
        self._at = spelled[1]
        source = self._source[start : self._at]
        self._put(self._fragment(source) or self._medium.source(source))
        return True

    def _argument(self, name: str) -> bool:
        """Commands whose argument is no prose: keys, labels, colours."""
        at = self._at
        while option := _OPTION.match(self._source, at):
            at = option.end()
        group = _GROUP.match(self._source, at)
        if group is None:
            return False
        self._at = group.end()
        body = group[1].strip()
        if name in CITATIONS:
            self._put(self._medium.text("[" + ", ".join(key.strip() for key in body.split(",")) + "]"))
        elif name in REFERENCES:
            self._put(self._medium.text(f"({body})" if name == "eqref" else body))
        elif name == "textcolor" and (brace := _BRACE.match(self._source, self._at)):
            self._at = brace.end()
            self._push("", "{")
        return True  # a label prints nothing

    def _delimited(self, name: str, start: int) -> bool:
        r"""`\(...\)` and `\[...\]`."""
        closer = {"(": "\\)", "[": "\\]"}[name]
        stop = self._source.find(closer, self._at, self._at + _WINDOW)
        if stop < 0 or not self._source[self._at : stop].strip():
            return False
        tex, self._at = self._source[self._at : stop], stop + 2
        self._formula(tex, start, display=name == "[")
        return True

    def _environment(self, name: str, start: int) -> bool:
        match = _ENVIRONMENT.match(self._source, self._at)
        if match is None:
            return False
        environment = match[1]
        if name == "begin" and environment in MATH_ENVIRONMENTS:
            end = f"\\end{{{environment}}}"
            stop = self._source.find(end, self._at, self._at + _WINDOW)
            if stop >= 0:
                self._at = stop + len(end)
                self._formula(self._source[start : self._at], start, display=True)
                return True
        self._at = match.end()
        if environment in LIST_ENVIRONMENTS:
            self._put(self._medium.text(" "))
        else:
            self._put(self._medium.source(self._source[start : self._at]))
        return True

    def _address(self, name: str) -> bool:
        first = _GROUP.match(self._source, self._at)
        if first is None:
            return False
        self._at = first.end()
        target = label = first[1]
        if name == "href" and (second := _GROUP.match(self._source, self._at)):
            self._at = second.end()
            label = second[1]
        if clean_url(target) is None and clean_url(label):
            # Written the wrong way round.
            target, label = label, target
        url = clean_url(target)
        address_as_label = clean_url(label)
        if address_as_label:
            inner = self._medium.text(address_as_label)
        else:
            inner = Setting(label, self._medium, linked=True).run()
        if url:
            inner = self._link(url, inner)
        self._put(inner)
        return True

    def _accent(self, name: str) -> bool:
        if name == '"' and self._escaped_quotes():
            return True
        match = _ACCENTED.match(self._source, self._at)
        if match is None or (name.isalpha() and self._source[self._at : self._at + 1].isalpha()):
            return False
        base = match["letter"] or match["bare"] or match["dotless"] or match["bare_dotless"]
        word_ends = not self._source[match.end() : match.end() + 1].isalpha()
        if (
            name == "'"
            and base in "st"
            and word_ends
            and match["bare"]
            and self._source[self._at - 3 : self._at - 2].islower()
        ):
            self._put("’")  # an escaped apostrophe: it\'s
            return True
        letter = unicodedata.normalize("NFC", base + ACCENTS[name])
        if len(letter) > 1:
            return False
        self._at = match.end()
        self._put(letter)
        return True

    def _escaped_quotes(self) -> bool:
        r"""`\"word\"` from a string of a programming language, not an accent."""
        before = self._source[max(self._at - 3, 0) : self._at - 2]
        match = _ESCAPED_QUOTE.match(self._source, self._at)
        if before.isalnum() or match is None:
            return False
        self._put(self._medium.text(f"“{match[1]}”"))
        self._at = match.end()
        return True

    def _letter(self, name: str) -> None:
        if name == "AA":
            self._skip(_AFTER_ANGSTROM)
        else:
            self._skip(_AFTER_LETTER)
        self._put(LETTERS[name])

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self._source, self._at)
        if match is not None:
            self._at = match.end()

    def _switch(self, name: str) -> None:
        frame = self._frames[-1]
        brace = self._source[self._at : self._at + 1] == "{"
        self._skip(_SPACE)
        if brace and not (frame.kind == "group" and frame.start == self._at - len(name) - 1):
            self._at += 1
            self._push(SWITCHES[name], f"\\{name}{{")  # \it{x}, meant as \textit{x}
        elif SWITCHES[name]:
            frame.switches.append((len(frame.parts), SWITCHES[name]))

    def _symbol(self, name: str) -> None:
        if self._source.startswith("{}", self._at):
            self._at += 2
        elif name.isalpha() and SYMBOLS[name] in _BEFORE_A_WORD:
            self._skip(_SPACE)
        self._put(self._medium.text(SYMBOLS[name]))

    def _math_command(self, name: str) -> str | None:
        r"""`\phi^4` or `\times` outside of a formula: a formula where it has scripts or arguments, else a character."""
        if not name.isalpha():
            return None
        match = _TAILS[MATH_ARGUMENTS.get(name, 0)].match(self._source, self._at)
        if match and match[0]:
            markup = self._fragment(f"\\{name}{match[0]}")
            if markup is not None:
                self._at = match.end()
                return markup
        if to_mathml(f"\\{name}", strict=True) is None:
            return None
        if self._source.startswith("{}", self._at):
            self._at += 2
        return self._medium.text(to_plain(f"\\{name}"))

    def _split_greek(self, name: str) -> str | None:
        r"""`\k{appa}`: arXiv's own listings give `\kappa` so, taking `\k` for an accent."""
        if name not in ACCENTS:
            return None
        match = _SPLIT_GREEK.match(self._source, self._at)
        if match is None or to_mathml(f"\\{name}{match[1]}", strict=True) is None:
            return None
        self._at = match.end()
        return self._medium.text(to_plain(f"\\{name}{match[1]}"))

    def _unknown(self, name: str) -> str:
        start = self._at
        if name.isalpha():
            self._skip(_SOURCE_ARGUMENTS)
        arguments = self._source[start : self._at]
        return self._medium.source(f"\\{name}{arguments}")


def set_text(text: str, medium: Medium) -> str:
    """Set a title or an abstract in a medium; never an error, nothing dropped that prints."""
    if not _PLAIN.search(text):
        return medium.text(text)
    return Setting(text, medium).run()
