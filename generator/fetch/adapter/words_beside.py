"""Papers that are named beside a post: in its card, a picture's description, an article. Pure; shared by all adapters.

These are not its author's words, so they are read for papers and not kept: a paper stands in the post as a link.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generator.finding.arxiv_links import find_in_text

_DEPTH_MAX = 6
_STRINGS_MAX = 1_000


def papers_beside(*values: Any) -> list[str]:
    """Addresses of the papers that any text within JSON values names."""
    links = []
    for number, text in enumerate(_strings(values, 0)):
        if number == _STRINGS_MAX:
            break
        for paper in find_in_text(text):
            version = f"v{paper.version}" if paper.version else ""
            links.append(f"https://arxiv.org/abs/{paper.id}{version}")
    return links


def _strings(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth < _DEPTH_MAX and isinstance(value, dict | list | tuple):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part, depth + 1)
