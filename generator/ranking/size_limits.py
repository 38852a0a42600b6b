"""How much of the site each tracker may take, where there are many: Pages publishes 1 GB. Pure.

Every tracker has eight lists with pages and three feeds each. With up to eight trackers nothing is shortened; beyond
that they share what eight would have, so that the site stays as large, whoever joins (docs/decisions, 16).
"""

from __future__ import annotations

FULL_FOR = 8
LIST_LIMIT = 1000
"""Papers in a list: nobody turns to page 51, and the archive has them all."""
HOT_LIMIT = 100
"""Papers in the hot list of a category or search: they stand in their trending list, too."""
POSTS_LIMIT = 6000
_LEAST_PAPERS = 40
_LEAST_POSTS = 240
_LEAST_ENTRIES = 15
_ENTRIES = 3000
"""In each kind of feed, over all trackers: fifty for sixty of them."""


def papers_in_list(trackers: int) -> int:
    """The most papers in a list of one of so many trackers."""
    return min(LIST_LIMIT, max(_LEAST_PAPERS, FULL_FOR * LIST_LIMIT // max(1, trackers)))


def posts_in_list(trackers: int) -> int:
    """The most posts on its page of posts."""
    return min(POSTS_LIMIT, max(_LEAST_POSTS, FULL_FOR * POSTS_LIMIT // max(1, trackers)))


def entries_in_feed(trackers: int, configured: int) -> int:
    """The most entries in one of its feeds, where the owner wants so many in each."""
    return min(configured, max(_LEAST_ENTRIES, _ENTRIES // max(1, trackers)))
