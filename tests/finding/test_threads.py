"""What hangs together, in either direction, over any number of steps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from generator.fetch.archives.x.threads import Threads

NUMBERS = st.integers(0, 12) | st.just(2**63 - 1)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=20), st.sets(NUMBERS, max_size=3))
def test_it_is_the_closure_of_the_pairs(pairs: list[tuple[int, int]], seeds: set[int]) -> None:
    threads = Threads()
    for post, target in pairs:
        threads.add(post, target)
    met = set(seeds)
    while more := {b for a, b in pairs if a in met} | {a for a, b in pairs if b in met}:
        if more <= met:
            break
        met |= more
    assert threads.joined(seeds) == met


def test_a_thread_of_many_posts_is_found_from_its_middle() -> None:
    threads = Threads()
    for number in range(50_000):
        threads.add(number + 1, number)
    assert len(threads.joined([25_000])) == 50_001
