"""Letters without their case and accents, for comparing. Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")


def fold(text: str) -> str:
    """Lower case without accents and typographic forms: `Poincaré` -> `poincare`, `ﬁne` -> `fine`."""
    if not text.isascii():
        # Only the runs beyond ASCII are looked at letter by letter: a third of the time for names with one accent.
        text = _BEYOND_ASCII.sub(lambda run: _fold_run(run[0]), text)
    return text.lower()


@lru_cache(maxsize=4096)
def _fold_run(run: str) -> str:
    decomposed = unicodedata.normalize("NFKD", run).casefold()
    return "".join(char for char in decomposed if not unicodedata.combining(char))
