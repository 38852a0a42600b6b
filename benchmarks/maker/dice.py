"""Chance for the sample: the same seed gives the same choices on every version of Python. Pure."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import TypeVar

_T = TypeVar("_T")


class Dice:
    """Choices from `Random.random`, whose numbers Python promises never to change."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed).random

    def pick(self, choices: Sequence[_T]) -> _T:
        """One of them."""
        return choices[int(self.random() * len(choices))]

    def between(self, low: int, high: int) -> int:
        """An integer, both ends included."""
        return low + int(self.random() * (high - low + 1))

    def some(self, choices: Sequence[_T], count: int) -> list[_T]:
        """So many different ones of them, at most all."""
        left = list(choices)
        return [left.pop(int(self.random() * len(left))) for _ in range(min(count, len(left)))]

    def shuffled(self, choices: Sequence[_T]) -> list[_T]:
        """All of them in another order."""
        keys = [(self.random(), place) for place in range(len(choices))]
        return [choices[place] for _, place in sorted(keys)]

    def waiting(self, mean: float) -> float:
        """A time that is exponentially distributed."""
        return -mean * math.log(1.0 - self.random())
