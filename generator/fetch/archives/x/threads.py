"""Which posts hang together: by what they quote, answer or repost, in either direction. Pure.

Made for archives with millions of posts: two numbers a post in flat arrays, no object.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence


class Threads:
    """Pairs of (a post, the post that it points at), as numbers below 2 ** 63."""

    def __init__(self) -> None:
        self._posts = array("Q")
        self._targets = array("Q")

    def add(self, post: int, target: int) -> None:
        """Note that a post points at another."""
        self._posts.append(post)
        self._targets.append(target)

    def joined(self, seeds: Iterable[int]) -> set[int]:
        """The seeds, and all that is joined to one of them over any number of steps."""
        met = set(seeds)
        if not len(self._posts):
            return met
        by_post, by_target = _Index(self._posts), _Index(self._targets)
        open_ends = list(met)
        while open_ends:
            here = open_ends.pop()
            for there in (*by_post.partners(here, self._targets), *by_target.partners(here, self._posts)):
                if there not in met:
                    met.add(there)
                    open_ends.append(there)
        return met


class _Index:
    """Places of an array in the order of its values."""

    def __init__(self, values: array[int]) -> None:
        self._order = array("L", sorted(range(len(values)), key=values.__getitem__))
        self._values = array("Q", (values[place] for place in self._order))

    def partners(self, value: int, others: Sequence[int]) -> Iterator[int]:
        """What stands in the other array wherever this one has the value."""
        place = bisect_left(self._values, value)
        while place < len(self._values) and self._values[place] == value:
            yield others[self._order[place]]
            place += 1
