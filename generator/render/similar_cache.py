"""Similar papers from one build to the next: found anew when a title or an abstract changed, read otherwise."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from generator.model.records import Paper
from generator.ranking.similar import find_similar
from generator.render.fingerprint import program_fingerprint
from generator.storage.disk import write_file


class _Remembered(msgspec.Struct, frozen=True, array_like=True):
    """What the last build found, and in what."""

    key: bytes
    similar: dict[str, tuple[str, ...]]


def similar_papers(papers: Sequence[Paper], remembered: Path) -> Mapping[str, tuple[str, ...]]:
    """Paper id -> ids of similar papers, as `find_similar` has them.

    Args:
        papers: those to compare.
        remembered: a file of the cache; missing, damaged or of other papers, it is written anew.
    """
    key = _key(papers)
    try:
        known = msgspec.msgpack.decode(remembered.read_bytes(), type=_Remembered)
    except (OSError, msgspec.DecodeError):
        known = _Remembered(b"", {})
    if known.key == key:
        return known.similar
    similar = find_similar(papers)
    remembered.parent.mkdir(parents=True, exist_ok=True)
    write_file(remembered, msgspec.msgpack.encode(_Remembered(key, similar)))
    return similar


def _key(papers: Sequence[Paper]) -> bytes:
    """Of all that decides who is similar: the program, and every id, title and abstract."""
    digest = hashlib.blake2b(program_fingerprint(), digest_size=16)
    for paper in sorted(papers, key=lambda paper: paper.id):
        digest.update(msgspec.msgpack.encode((paper.id, paper.title, paper.abstract)))
    return digest.digest()
