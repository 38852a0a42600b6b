r"""Tables of LaTeX's text mode: accents, letters, symbols, spaces, and the commands with an argument."""

from __future__ import annotations


def _names(names: str) -> frozenset[str]:
    return frozenset(names.split())


ACCENTS = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    "~": "\u0303",
    "=": "\u0304",
    "u": "\u0306",
    ".": "\u0307",
    '"': "\u0308",
    "r": "\u030a",
    "H": "\u030b",
    "v": "\u030c",
    "d": "\u0323",
    "c": "\u0327",
    "k": "\u0328",
    "b": "\u0331",
}
"""Accent command -> the combining character that follows its letter."""

LETTERS = {
    "aa": "å",
    "AA": "Å",
    "ae": "æ",
    "AE": "Æ",
    "oe": "œ",
    "OE": "Œ",
    "o": "ø",
    "O": "Ø",
    "l": "ł",
    "L": "Ł",
    "ss": "ß",
    "i": "ı",
    "j": "ȷ",
    "dh": "ð",
    "th": "þ",
    "dj": "đ",
    "ng": "ŋ",
}
"""Letters that swallow the space after them: `Nordstr\\o m`."""

SYMBOLS = {
    "%": "%",
    "&": "&",
    "_": "_",
    "#": "#",
    "$": "$",
    "{": "{",
    "}": "}",
    "@": "",
    "-": "",
    "/": "",
    "!": "",
    ",": "\u202f",
    ";": " ",
    ":": " ",
    ">": " ",
    " ": " ",
    "\n": " ",
    "\t": " ",
    "\\": " ",
    "S": "§",
    "P": "¶",
    "dag": "†",
    "ddag": "‡",
    "dots": "…",
    "ldots": "…",
    "textellipsis": "…",
    "copyright": "©",
    "textcopyright": "©",
    "textregistered": "®",
    "texttrademark": "™",
    "pounds": "£",
    "textsterling": "£",
    "textdegree": "°",
    "degree": "°",
    "deg": "°",
    "degr": "°",
    "celsius": "°C",
    "textcelsius": "℃",
    "textmu": "µ",
    "micron": "µm",
    "mum": "µm",
    "textohm": "Ω",
    "arcmin": "′",
    "arcsec": "″",
    "texteuro": "€",
    "euro": "€",
    "EUR": "€",
    "textperthousand": "‰",
    "textapprox": "≈",
    "textless": "<",
    "textgreater": ">",
    "textbar": "|",
    "textbackslash": "\\",
    "textasciitilde": "~",
    "textasciicircum": "^",
    "textunderscore": "_",
    "textbraceleft": "{",
    "textbraceright": "}",
    "textquoteleft": "‘",
    "textquoteright": "’",
    "textquotedblleft": "“",
    "textquotedblright": "”",
    "lq": "‘",
    "rq": "’",
    "guillemotleft": "«",
    "guillemotright": "»",
    "textendash": "–",
    "textemdash": "—",
    "textbullet": "•",
    "item": "•",
    "textperiodcentered": "·",
    "slash": "/",
    "TeX": "TeX",
    "LaTeX": "LaTeX",
    "eg": "e.g.",
    "ie": "i.e.",
    "etal": "et al.",
    "Kahler": "Kähler",
    "kahler": "Kähler",
    "Poincare": "Poincaré",
    "msun": "M⊙",
    "Msun": "M⊙",
    "rsun": "R⊙",
    "kms": "km/s",
    "quad": " ",
    "qquad": " ",
    "thinspace": "\u202f",
    "newline": " ",
    "linebreak": " ",
    "par": " ",
    "hfill": " ",
    "break": " ",
    "space": " ",
    "xspace": "",
    "noindent": "",
    "protect": "",
    "relax": "",
    "smallskip": "",
    "medskip": " ",
    "bigskip": " ",
    "allowbreak": "",
    "small": "",
    "footnotesize": "",
    "scriptsize": "",
    "tiny": "",
    "large": "",
    "Large": "",
    "normalsize": "",
    "rm": "",
    "boldmath": "",
    "unboldmath": "",
}
"""Command of text mode without an argument -> its replacement."""

STYLES = {
    "emph": "em",
    "textit": "em",
    "textsl": "em",
    "textbf": "strong",
    "texttt": "code",
    "textsc": "sc",
    "underline": "u",
    "uline": "u",
    "ul": "u",
    "sout": "s",
    "textsuperscript": "sup",
    "textsubscript": "sub",
    "textrm": "",
    "textsf": "",
    "textup": "",
    "textnormal": "",
    "text": "",
    "mbox": "",
    "hbox": "",
    "uppercase": "",
    "textquote": "",
    "enquote": "quote",
    "footnote": "note",
    "thanks": "note",
    "gls": "",
    "ac": "",
    "acs": "",
}
"""Command with one argument -> how the argument is set; empty: as it is."""

SWITCHES = {
    "it": "em", "em": "em", "sl": "em", "itshape": "em", "bf": "strong",
    "bfseries": "strong", "tt": "code", "sc": "sc", "sf": "",
}  # fmt: skip
"""Old font switch: holds to the end of its group."""

MATH_SWITCHES = ("cal", "mit", "Bbb", "frak", "goth", "scr")
"""Font switches that only exist in formulas: `{\\cal N}=4`."""

MATH_ARGUMENTS = dict.fromkeys(
    _names(
        "sqrt bar tilde hat vec overline mathcal mathbb mathrm mathbf mathfrak mathscr mathsf dot ddot widetilde "
        "widehat check breve boldsymbol bm operatorname cal mit Bbb frak goth scr",
    ),
    1,
) | dict.fromkeys(("frac", "tfrac", "dfrac", "binom"), 2)
"""Commands of formulas that are met outside of them -> how many arguments they take."""

CITATIONS = _names(
    "cite citep citet citealp citealt citeauthor citeyear parencite textcite autocite onlinecite Cite Citet Citep",
)
REFERENCES = _names(
    "ref eqref autoref cref Cref",
)
DROPPED = _names(
    "label vspace hspace vskip hskip color bibliography bibliographystyle pagestyle thispagestyle setcounter "
    "index hypersetup phantomsection vspace* hspace*",
)
"""Commands that print nothing: they go with their argument."""

MATH_ENVIRONMENTS = _names(
    "equation equation* displaymath math align align* flalign flalign* alignat alignat* gather gather* multline "
    "multline* eqnarray eqnarray* split aligned gathered array matrix pmatrix bmatrix vmatrix Vmatrix Bmatrix "
    "smallmatrix cases dcases subarray",
)
LIST_ENVIRONMENTS = _names(
    "itemize enumerate description center quote quotation abstract document flushleft flushright small",
)

SUPERSCRIPTS = str.maketrans(
    "0123456789+-−=()nixyabcdefghjklmoprstuvwzTNMABDEGHIJKLOPRUVWβγδθφχ",
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱˣʸᵃᵇᶜᵈᵉᶠᵍʰʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷᶻᵀᴺᴹᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴼᴾᴿᵁⱽᵂᵝᵞᵟᶿᵠᵡ",
)
SUBSCRIPTS = str.maketrans("0123456789+-−=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ")
