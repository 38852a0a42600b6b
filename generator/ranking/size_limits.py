"""How much of the site each of many trackers may take: Pages publishes 1 GB. Pure.

Every tracker has eight lists with pages and three feeds each. With up to eight trackers nothing is shortened; beyond
that they share the room of eight, so that new trackers do not enlarge the site (docs/decisions, 16).
"""

from __future__ import annotations

FULL_FOR = 8
LIST_LIMIT = 1000
"""Papers in a list: nobody opens page 51, and the archive has all papers."""
HOT_LIMIT = 100
"""Papers in the hot list of a category or search: the trending list has them, too."""
POSTS_LIMIT = 6000
_LEAST_PAPERS = 40
_LEAST_POSTS = 240
_LEAST_ENTRIES = 15
_ENTRIES = 3000
"""Entries in each kind of feed, over all trackers: fifty for each of sixty trackers."""


def papers_in_list(trackers: int) -> int:
    """The most papers in a list of one tracker, by the number of trackers."""
    return min(LIST_LIMIT, max(_LEAST_PAPERS, FULL_FOR * LIST_LIMIT // max(1, trackers)))


def posts_in_list(trackers: int) -> int:
    """The most posts on the page of posts of one tracker."""
    return min(POSTS_LIMIT, max(_LEAST_POSTS, FULL_FOR * POSTS_LIMIT // max(1, trackers)))


def entries_in_feed(trackers: int, configured: int) -> int:
    """The most entries in a feed of one tracker; never more than configured."""
    return min(configured, max(_LEAST_ENTRIES, _ENTRIES // max(1, trackers)))
