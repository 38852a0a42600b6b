"""Which papers are about the same subject, by the words of titles and abstracts. Pure and deterministic.

tf-idf and cosine, as every search library has them, over an inverted index: a paper is compared with those alone that
share a rare word or a pair of words of its title, so that the work grows with the number of papers and not with its
square (docs/decisions/0008-similar-papers.md).
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, pairwise

from generator.model.records import Paper

SIMILAR_MAX = 5
"""Papers named for each."""
LEAST = 0.1
"""Cosine below which two papers are similar by accident only."""

_WORD = re.compile(r"[a-z][a-z0-9-]{2,29}")
_TITLE_CHARS = 1000
_ABSTRACT_CHARS = 2000
_RARE = 100
"""A term in more papers than this finds no candidates; it only counts in the comparison."""
_COMMON_SHARE = 10
"""A term in more than one of this many papers says nothing."""
_FINDING_TERMS = 16
"""The heaviest rare terms of a paper: these find its candidates."""
_CANDIDATES = 14
"""Number of candidates to compare: those that share the most terms."""
_COMPARED_TERMS = 40
"""The heaviest terms of a paper: these are compared."""

_Weights = dict[str, float]


def find_similar(papers: Iterable[Paper]) -> dict[str, tuple[str, ...]]:
    """Paper id -> ids of at most SIMILAR_MAX similar papers, the most similar first; papers without any are left out.

    Args:
        papers: the papers to compare; their order does not matter.
    """
    ordered = sorted(papers, key=lambda paper: paper.id)
    terms = [_terms(paper) for paper in ordered]
    frequency: Counter[str] = Counter()
    for counts in terms:
        frequency.update(counts.keys())
    weights, finding = _weigh(terms, frequency)
    index: defaultdict[str, list[int]] = defaultdict(list)
    for place, rare in enumerate(finding):
        for term in rare:
            index[term].append(place)
    similar: dict[str, tuple[str, ...]] = {}
    for place, paper in enumerate(ordered):
        candidates = []
        for candidate in _candidates(place, finding[place], index):
            candidates.append((candidate, weights[candidate]))
        closest = _closest(weights[place], candidates)
        if closest:
            similar[paper.id] = tuple([ordered[candidate].id for candidate in closest])
    return similar


def _terms(paper: Paper) -> Counter[str]:
    """Words with how often they stand there; those of the title count twice more, and so do pairs of them."""
    title = _WORD.findall(paper.title[:_TITLE_CHARS].lower())
    pairs = [f"{first} {second}" for first, second in pairwise(title)]
    return Counter(chain(title, title, pairs, _WORD.findall(paper.abstract[:_ABSTRACT_CHARS].lower())))


def _weigh(terms: Sequence[Counter[str]], frequency: Mapping[str, int]) -> tuple[list[_Weights], list[list[str]]]:
    """For each paper its vector, of length 1, and the terms that find others."""
    common = max(_RARE, len(terms) // _COMMON_SHARE)
    rarity = {term: math.log(len(terms) / count) for term, count in frequency.items() if 1 < count <= common}
    damped = [0.0, *(1 + math.log(count) for count in range(1, _TITLE_CHARS + _ABSTRACT_CHARS))]
    weights: list[_Weights] = []
    finding: list[list[str]] = []
    for counts in terms:
        heaviest = sorted([(-damped[count] * rarity[term], term) for term, count in counts.items() if term in rarity])
        del heaviest[_COMPARED_TERMS:]
        length = math.sqrt(math.fsum([weight * weight for weight, _ in heaviest])) or 1.0
        weights.append({term: -weight / length for weight, term in heaviest})
        finding.append([term for _, term in heaviest if frequency[term] <= _RARE][:_FINDING_TERMS])
    return weights, finding


def _candidates(place: int, rare: Iterable[str], index: Mapping[str, Sequence[int]]) -> list[int]:
    """Places of the papers that share the most rare terms with this one; those that share one where few share two."""
    shared = Counter(chain.from_iterable([index[term] for term in rare]))
    del shared[place]
    often = [(-times, candidate) for candidate, times in shared.items() if times > 1]
    if len(often) < SIMILAR_MAX:
        often = [(-times, candidate) for candidate, times in shared.items()]
    often.sort()
    return [candidate for _, candidate in often[:_CANDIDATES]]


def _closest(weights: _Weights, candidates: Iterable[tuple[int, _Weights]]) -> list[int]:
    """Places of the candidates by cosine; rounded, because the order of a sum must not decide who comes first."""
    terms = weights.keys()
    scored = []
    for candidate, theirs in candidates:
        cosine = round(math.fsum([weights[term] * theirs[term] for term in terms & theirs.keys()]), 6)
        if cosine >= LEAST:
            scored.append((-cosine, candidate))
    return [candidate for _, candidate in sorted(scored)[:SIMILAR_MAX]]
