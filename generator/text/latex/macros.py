r"""What authors write in formulas beyond standard LaTeX, and what to read it as.

arXiv gives abstracts as their authors typed them, so formulas use macros that only the paper defines. Here are those
with one usual meaning (journal styles such as AASTeX and REVTeX, AMS-TeX, harvmac, common preambles), found by counting
the commands of real abstracts. A macro with several usual meanings (`\x`, `\del`, `\F`) is left out: a wrong symbol is
worse than a visible source.
"""

from __future__ import annotations

import string

_NOTHING = (
    "noindent allowbreak break linebreak small footnotesize scriptsize tiny large Large normalsize boldmath unboldmath "
    "hfill mit medskip displaylimits xspace relax"
)

_OPERATORS = (
    "tr Tr diag rank sgn sign vol Aut End Hom Irr Map ad Prob argmax argmin Var Cov trace Vect Lie Lin Bin Span Pic Cl "
    "Gr sech Res"
)

_UPRIGHT = "U SU SO SL GL Sp USp SUSY QED QCD AdS CFT CNOT SM NP KdV PPAD"
"""In formulas any unknown name of two letters or more stands so (`names`); these also outside of them."""

_UNITS = "kpc Mpc Gyr dex km cm mm nm kg Hz keV MeV GeV TeV eV"

_GREEK_SHORT = {
    "a": "alpha",
    "al": "alpha",
    "eps": "epsilon",
    "ep": "epsilon",
    "veps": "varepsilon",
    "vep": "varepsilon",
    "ve": "varepsilon",
    "lam": "lambda",
    "lamda": "lambda",
    "om": "omega",
    "Omg": "Omega",
    "sigx": "sigma_x",
    "gam": "gamma",
    "Ga": "Gamma",
    "ka": "kappa",
    "vp": "varphi",
    "vph": "varphi",
    "vf": "varphi",
    "ph": "phi",
    "th": "theta",
    "zet": "zeta",
    "tet": "theta",
    "pa": "partial",
    "ot": "otimes",
    "tens": "otimes",
    "op": "oplus",
    "ap": "approx",
    "ra": "rightarrow",
    "rar": "rightarrow",
    "GAMMA": "Gamma",
    "PHI": "Phi",
}

_PLAIN = {
    # text in formulas
    "mbox": r"\text{#1}",
    "hbox": r"\text{#1}",
    "textnormal": r"\text{#1}",
    "textup": r"\text{#1}",
    "textsl": r"\textit{#1}",
    "textsubscript": r"_{\text{#1}}",
    "textsuperscript": r"^{\text{#1}}",
    "uppercase": "#1",
    "rom": r"\mathrm{#1}",
    "roman": r"\mathrm{#1}",
    "ensuremath": "{#1}",
    "smash": "{#1}",
    "pmb": r"\boldsymbol{#1}",
    "mbf": r"\mathbf{#1}",
    "mathds": r"\mathbb{#1}",
    "mathbbm": r"\mathbb{#1}",
    "mathpzc": r"\mathcal{#1}",
    "Cal": r"\mathcal{#1}",
    # accents and brackets
    "wt": r"\widetilde{#1}",
    "wh": r"\widehat{#1}",
    "ov": r"\overline{#1}",
    "ti": r"\tilde{#1}",
    "Tilde": r"\tilde{#1}",
    "Hat": r"\hat{#1}",
    "Bar": r"\bar{#1}",
    "Vec": r"\vec{#1}",
    "und": r"\underline{#1}",
    "abs": r"\lvert #1\rvert",
    "norm": r"\lVert #1\rVert",
    "expval": r"\langle #1\rangle",
    "ceil": r"\lceil #1\rceil",
    "floor": r"\lfloor #1\rfloor",
    "nicefrac": "{#1/#2}",
    "sfrac": "{#1/#2}",
    "case": r"\frac{#1}{#2}",
    "fraction": r"\frac{#1}{#2}",
    # relations and symbols
    "lsim": r"\lesssim",
    "gsim": r"\gtrsim",
    "ltwid": r"\lesssim",
    "half": r"\tfrac{1}{2}",
    "onehalf": r"\tfrac{1}{2}",
    "slash": "/",
    "dotsc": r"\ldots",
    "semiprod": r"\ltimes",
    "textgreater": ">",
    "textless": "<",
    "percent": r"\%",
    "thinspace": r"\,",
    # sets
    "C": r"\mathbb{C}",
    "Q": r"\mathbb{Q}",
    "E": r"\mathbb{E}",
    "RP": r"\mathbb{RP}",
    "CP": r"\mathbb{CP}",
    "Zint": r"\mathbb{Z}",
    "Zop": r"\mathbb{Z}",
    "Zmath": r"\mathbb{Z}",
    "Integer": r"\mathbb{Z}",
    "integer": r"\mathbb{Z}",
    "Real": r"\mathbb{R}",
    "reals": r"\mathbb{R}",
    "real": r"\mathbb{R}",
    "re": r"\mathbb{R}",
    "Complex": r"\mathbb{C}",
    "bbbr": r"\mathbb{R}",
    "bbz": r"\mathbb{Z}",
    "scri": r"\mathscr{I}",
    "exscri": r"\mathscr{I}",
    "bigO": r"\mathcal{O}",
    "bigo": r"\mathcal{O}",
    "tildeO": r"\tilde{O}",
    "Sn": "S_n",
    "Rl": r"\mathbb{R}",
    "BZ": r"\mathbb{Z}",
    "caO": r"\mathcal{O}",
    "su": r"\mathfrak{su}",
    "gl": r"\mathfrak{gl}",
    "arcos": r"\arccos",
    "psiprime": r"\psi'",
    "perm": r"\operatorname{perm}",
    # astronomy and particle physics
    "msun": r"M_\odot",
    "Msun": r"M_\odot",
    "rsun": r"R_\odot",
    "sun": r"\odot",
    "Earth": r"\oplus",
    "kms": r"\,\mathrm{km\,s^{-1}}",
    "farcs": r".\!\!^{\prime\prime}",
    "degr": r"^{\circ}",
    "micron": r"\,\mathrm{\mu m}",
    "microm": r"\,\mathrm{\mu m}",
    "mdot": r"\dot{M}",
    "teff": r"T_{\mathrm{eff}}",
    "lgg": r"\log g",
    "feh": r"[\mathrm{Fe/H}]",
    "FeH": r"[\mathrm{Fe/H}]",
    "ion": r"\mathrm{#1}\,\mathrm{#2}",
    "kpc": r"\,\mathrm{kpc}",
    "tev": r"\,\mathrm{TeV}",
    "ev": r"\,\mathrm{eV}",
    "db": r"\,\mathrm{dB}",
    "snr": r"\mathrm{SNR}",
    "ohm": r"\Omega",
    "kelvin": r"\mathrm{K}",
    "meter": r"\mathrm{m}",
    "per": "/",
    "jpsi": r"J/\psi",
    "epem": r"e^{+}e^{-}",
    "pipi": r"\pi\pi",
    "pip": r"\pi^{+}",
    "pim": r"\pi^{-}",
    "piz": r"\pi^{0}",
    "pt": r"p_{\mathrm{T}}",
    "kF": r"k_{\mathrm{F}}",
    "mpl": r"M_{\mathrm{Pl}}",
    "Nf": "N_f",
    "nf": "n_f",
    "Np": "N_p",
    "dd": r"\mathrm{d}",
    "dv": r"\frac{\mathrm{d}#1}{\mathrm{d}#2}",
    "pdv": r"\frac{\partial #1}{\partial #2}",
    "ii": r"\mathrm{i}",
    "upmu": r"\mu",
    "upxi": r"\xi",
}


def _macros() -> dict[str, str]:
    """-> name (without backslash) -> definition, as the converter takes them."""
    macros = dict.fromkeys(_NOTHING.split(), "")
    macros |= {name: rf"\operatorname{{{name}}}" for name in _OPERATORS.split()}
    macros |= {name: rf"\mathrm{{{name}}}" for name in _UPRIGHT.split()}
    macros |= {name: rf"\,\mathrm{{{name}}}" for name in _UNITS.split()}
    macros |= {name: "\\" + meaning for name, meaning in _GREEK_SHORT.items()}
    for letter in string.ascii_uppercase:
        macros |= dict.fromkeys(
            (f"c{letter}", f"cal{letter}", f"Cal{letter}", f"{letter}cal"), rf"\mathcal{{{letter}}}"
        )
        macros |= {f"b{letter}": rf"\mathbf{{{letter}}}", f"bf{letter}": rf"\mathbf{{{letter}}}"}
        macros[f"bf{letter.lower()}"] = rf"\mathbf{{{letter.lower()}}}"
        macros |= dict.fromkeys((f"bb{letter}", f"Bbb{letter}"), rf"\mathbb{{{letter}}}")
    for letter in "ABDEFGHIJKLMNOQRTUVWXZ":  # harvmac's \CN = 4; \CC, \CP, \CS and \CY mean other things
        macros[f"C{letter}"] = rf"\mathcal{{{letter}}}"
    for letter in "ABDFGJKMTVWXY":  # the font is a guess, the letter is not
        macros[letter] = rf"\mathcal{{{letter}}}"
    for letter in "RCZNQPTKH":  # \IR and \RR: the poor man's blackboard bold
        macros |= dict.fromkeys((f"I{letter}", letter * 2), rf"\mathbb{{{letter}}}")
    return macros | _PLAIN


MACROS = _macros()
