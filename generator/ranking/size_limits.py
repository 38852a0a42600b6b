"""How much of the site each tracker may take, where there are many: Pages publishes 1 GB. Pure.

Every tracker has eight lists with pages and three feeds each. With up to eight trackers nothing is shortened; beyond
that they share what eight would have, so that the site stays as large, whoever joins (docs/decisions, 16).
"""

from __future__ import annotations

FULL_FOR = 8
RANKED_LIMIT = 1000
"""Papers in a ranked list: nobody turns to page 51, and 'newest' and the archive have them all."""
POSTS_LIMIT = 6000
_LEAST_PAPERS = 40
_LEAST_POSTS = 240
_LEAST_ENTRIES = 15
_ENTRIES = 3000
"""In each kind of feed, over all trackers: fifty for sixty of them."""


def papers_in_list(trackers: int) -> int:
    """The most papers in a ranked list of one of so many trackers."""
    return min(RANKED_LIMIT, max(_LEAST_PAPERS, FULL_FOR * RANKED_LIMIT // max(1, trackers)))


def papers_in_newest(trackers: int) -> int | None:
    """The most in its list by date: all of them, where few share."""
    return papers_in_list(trackers) if trackers > FULL_FOR else None


def posts_in_list(trackers: int) -> int:
    """The most posts on its page of posts."""
    return min(POSTS_LIMIT, max(_LEAST_POSTS, FULL_FOR * POSTS_LIMIT // max(1, trackers)))


def entries_in_feed(trackers: int, wanted: int) -> int:
    """The most entries in one of its feeds, where the owner wants so many in each."""
    return min(wanted, max(_LEAST_ENTRIES, _ENTRIES // max(1, trackers)))
