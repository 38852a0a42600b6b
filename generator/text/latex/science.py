r"""Quantities (siunitx) and chemical formulas (mhchem) -> LaTeX that the converter knows.

`\SI{35}{mK}`, `\qty{3e-2}{\micro\metre}`, `\num`, `\unit`, `\ang`, `\SIrange`, `\ce{SO4^2-}`, in and out of formulas.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_BRACED = r"\s*\{((?:[^{}]++|\{(?:[^{}]++|\{[^{}]*+\})*+\})*+)\}"
_ARGUMENT = r"\{(?P<argument>[^{}]*)\}"
_OPTIONS = r"\s*(?:\[[^\[\]]{0,200}\])?"
COMMANDS: dict[str, int] = {
    "SI": 2, "qty": 2, "num": 1, "si": 1, "ang": 1, "SIrange": 3, "qtyrange": 3, "numrange": 2, "SIlist": 2,
    "qtylist": 2, "numlist": 1, "unit": 1, "numproduct": 1, "qtyproduct": 2, "ce": 1, "cee": 1, "ch": 1,
}  # fmt: skip
"""Command -> how many arguments it takes."""
_COMMAND = re.compile(rf"\\(?P<name>{'|'.join(sorted(COMMANDS, key=len, reverse=True))})(?![a-zA-Z])")
_ARGUMENTS = {count: re.compile(_OPTIONS + _BRACED * count) for count in set(COMMANDS.values())}


def _table(rows: str) -> dict[str, str]:
    return dict(row.split("=") for row in rows.split())


_PREFIXES = _table(r"""
    femto=f pico=p nano=n micro={\mu} milli=m centi=c deci=d hecto=h kilo=k mega=M giga=G tera=T peta=P
""")
_UNITS = _table(r"""
    metre=m meter=m second=s gram=g kilogram=kg kelvin=K ampere=A mole=mol candela=cd hertz=Hz newton=N pascal=Pa
    joule=J watt=W coulomb=C volt=V ohm={\Omega} siemens=S farad=F tesla=T weber=Wb henry=H lumen=lm lux=lx
    becquerel=Bq gray=Gy sievert=Sv electronvolt=eV celsius={}^{\circ}C degreeCelsius={}^{\circ}C degree={}^{\circ}
    arcminute=' arcsecond='' percent=\% minute=min hour=h day=d year=yr litre=L liter=L bar=bar barn=b
    angstrom=\text{Å} parsec=pc astronomicalunit=au decibel=dB bit=bit byte=B clight=c dalton=Da tonne=t
    degC={}^{\circ}C solarmass=M_{\odot} solarluminosity=L_{\odot} electronmass=m_e planckbar={\hbar}
""")
"""Names of units; any other name stands for itself, as `\\GeV` does, and `\\uL` is a microlitre."""
_MICRO = re.compile(r"\Au(?=[A-Z]|[a-z]{1,3}\Z)")
_UNIT = re.compile(rf"\\(?P<name>[a-zA-Z]+)(?:{_ARGUMENT})?|(?P<join>[.~]|\\[,;:! ])|(?P<text>\\?[^\\.~\s])")
_POWERS_BEFORE = {"square": "2", "cubic": "3", "raiseto": "", "per": ""}
_POWERS_AFTER = {"squared": "2", "cubed": "3", "tothe": ""}
"""Empty: its argument."""
_NUMBER = re.compile(r"\s*(?P<head>[^eExX]*?)\s*(?:[eE]\s*(?P<power>[-+]?\d+)|x\s*(?P<rest>.+))?\s*", re.DOTALL)

_FORMULA = re.compile(
    r"\s*(?P<arrow><=>>?|<<=>|<-->|<->|-->|->|<-)(?P<above>(?:\[[^\[\]]*\]){0,2})\s*"
    r"|(?P<sign>[_^])(?:\{(?P<braced>[^{}]*)\}|(?P<bare>\d*[+-]|\d+|\S))"
    r"|(?<=[A-Za-z)\]}])(?P<count>\d+)"
    r"|(?<=[A-Za-z0-9)\]}])(?P<charge>[+-])(?=[\s\])},;]|$)"
    r"|\s*(?P<dot>[.*])\s*|(?P<space>\s+)|(?P<bond>[#])|(?P<other>(?<![\w)\]}.])\d+\.\d+|.)",
    re.DOTALL,
)
_ARROWS = {
    "->": r"\rightarrow", "<-": r"\leftarrow", "<->": r"\leftrightarrow", "-->": r"\rightarrow",
    "<-->": r"\leftrightarrow", "<=>": r"\rightleftharpoons", "<=>>": r"\rightleftharpoons",
    "<<=>": r"\rightleftharpoons",
}  # fmt: skip


def has_science(tex: str) -> bool:
    """Whether a formula may hold any of these commands."""
    return _COMMAND.search(tex) is not None


def spell_out(tex: str) -> str:
    """The formula with quantities and chemical formulas in plain LaTeX."""
    pieces: list[str] = []
    at = 0
    while command := _COMMAND.search(tex, at):
        spelled = spell_command(command["name"], tex, command.end())
        if spelled is None and command["name"] == "qty":
            # The physics package's brackets: `\qty(x)`
            pieces.append(tex[at : command.start()])
            at = command.end()
        elif spelled is None:
            pieces.append(tex[at : command.end()])
            at = command.end()
        else:
            latex, end = spelled
            pieces += [tex[at : command.start()], f"{{{latex}}}"]
            at = end
    pieces.append(tex[at:])
    return "".join(pieces)


def spell_command(name: str, source: str, at: int) -> tuple[str, int] | None:
    """(LaTeX of one command, where its arguments end); None without its arguments."""
    arguments = _ARGUMENTS[COMMANDS[name]].match(source, at)
    if arguments is None:
        return None
    return _SPELL[name](*arguments.groups()), arguments.end()


def _number(written: str) -> str:
    match = _NUMBER.fullmatch(written)
    if match is None:
        return written
    head = match["head"].replace("+-", r"\pm ").replace(r"\pm", r"\pm ")
    if match["rest"]:
        return rf"{head}\times {_number(match['rest'])}"
    if not match["power"]:
        return head
    power = f"10^{{{match['power'].removeprefix('+')}}}"
    if not head:
        return power
    return rf"{head}\times {power}"


class _Units:
    """A unit being put together, factor by factor."""

    def __init__(self) -> None:
        self.factors: list[str] = []
        self._letters = ""
        self._power = ""
        self._is_inverse = False

    def finish(self) -> None:
        """End the factor at hand."""
        if not self._letters:
            return
        exponent = self._power
        if self._is_inverse:
            exponent = f"-{self._power or 1}"
        factor = self._letters
        if exponent:
            factor += f"^{{{exponent}}}"
        self.factors.append(factor)
        self._letters, self._power, self._is_inverse = "", "", False

    def power(self, word: str, argument: str) -> None:
        r"""`\per`, or a power before or after its unit."""
        if word in _POWERS_AFTER:
            self._power = _POWERS_AFTER[word] or argument
            self.finish()
            return
        self.finish()
        if word == "per":
            self._is_inverse = True
        else:
            self._power = _POWERS_BEFORE[word] or argument

    def add(self, letters: str, *, is_prefixed: bool) -> None:
        """A prefix, a unit, or letters that stand for themselves."""
        if not is_prefixed:
            self.finish()
        self._letters += letters


def _unit(written: str) -> str:
    units = _Units()
    follows_prefix = False
    for match in _UNIT.finditer(written):
        name = match["name"]
        if name in _POWERS_BEFORE or name in _POWERS_AFTER:
            units.power(name, match["argument"] or "")
        elif name:
            units.add(_PREFIXES.get(name) or _UNITS.get(name) or _MICRO.sub(r"\\mu ", name), is_prefixed=follows_prefix)
            units.add(match["argument"] or "", is_prefixed=True)
        elif match["join"]:
            units.finish()
        else:
            units.add(match["text"], is_prefixed=True)
        follows_prefix = name in _PREFIXES
    units.finish()
    return r"\mathrm{" + r"\,".join(units.factors) + "}"


def _quantity(number: str, unit: str) -> str:
    return rf"{_number(number)}\,{_unit(unit)}"


def _list(numbers: str, unit: str = "") -> str:
    listed = r",\ ".join(map(_number, numbers.split(";")))
    if not unit:
        return listed
    return rf"{listed}\,{_unit(unit)}"


def _range(first: str, last: str, unit: str = "") -> str:
    numbers = rf"{_number(first)}\text{{–}}{_number(last)}"
    if not unit:
        return numbers
    return rf"{numbers}\,{_unit(unit)}"


def _angle(written: str) -> str:
    marks = zip(written.split(";"), (r"^{\circ}", "'", "''"), strict=False)
    return "".join(f"{_number(part)}{mark}" for part, mark in marks if part)


def _chemical(written: str) -> str:
    pieces = []
    for match in _FORMULA.finditer(written.replace("$", "")):
        if match["arrow"]:
            pieces.append(rf" {_ARROWS[match['arrow']]} ")
        elif match["sign"]:
            pieces.append(f"{match['sign']}{{{match['braced'] or match['bare'] or ''}}}")
        elif match["count"]:
            pieces.append(f"_{{{match['count']}}}")
        elif match["charge"]:
            pieces.append(f"^{{{match['charge']}}}")
        elif match["dot"]:
            pieces.append(r"\cdot ")
        elif match["space"]:
            pieces.append(r"\ ")
        elif match["bond"]:
            pieces.append(r"\equiv ")
        else:
            pieces.append(match["other"])
    return r"\mathrm{" + "".join(pieces) + "}"


_SPELL: dict[str, Callable[..., str]] = {
    "SI": _quantity, "qty": _quantity, "num": _number, "si": _unit, "ang": _angle, "SIrange": _range,
    "qtyrange": _range, "numrange": _range, "SIlist": _list, "qtylist": _list,
    "numlist": _list, "unit": _unit, "numproduct": _number, "qtyproduct": _quantity,
    "ce": _chemical, "cee": _chemical, "ch": _chemical,
}  # fmt: skip
