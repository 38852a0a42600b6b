"""Papers that are named beside a post: in its card, a picture's description, an article. Pure; shared by all adapters.

These are not its author's words, so they are read for papers and not kept: a paper stands in the post as a link.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from generator.finding.arxiv_id import FoundId
from generator.finding.arxiv_links import find_in_text

_DEPTH_MAX = 6
_TEXTS_MAX = 1_000


def papers_beside(*values: Any) -> list[str]:
    """Addresses of the papers that any text within JSON values names."""
    texts = islice(_texts(values, 0), _TEXTS_MAX)
    return [address_of(paper) for text in texts for paper in find_in_text(text)]


def address_of(paper: FoundId) -> str:
    """The address of a paper in the version that was named."""
    version = f"v{paper.version}" if paper.version else ""
    return f"https://arxiv.org/abs/{paper.id}{version}"


def _texts(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
        return
    parts = value.values() if isinstance(value, dict) else value
    if depth < _DEPTH_MAX and isinstance(value, dict | list | tuple):
        for part in parts:
            yield from _texts(part, depth + 1)
