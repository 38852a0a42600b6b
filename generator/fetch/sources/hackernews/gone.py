"""Which captured stories Hacker News still shows, through Algolia's search, without a key.

Sources, read 2026-11-23: stored third-party pages on hn.algolia.com/api (there is no official description) and recorded
answers. 50 stories are asked for at once by their tags (`story,(story_1,story_2,...)`: comma is AND, a list in brackets
OR). A story that the search leaves out is asked about alone (`/items/ID`): it is gone where that is 404, or answers
without a title or as dead or deleted; the search leaving it out is no proof.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from generator.fetch.adapter.patience import Asker
from generator.fetch.adapter.source import Checked, FetchRequest
from generator.fetch.sources.hackernews.comments import is_shown, search_comments
from generator.model.errors import FetchError, FormatError
from generator.model.records import Post

NETWORK = "hackernews"
STORIES_MAX = 50
"""Stories in one search: a longer address is refused by some servers on the way."""
COMMENTED_MAX = 10
"""Stories in one search for comments."""
_API = "https://hn.algolia.com/api/v1"
_ID = re.compile(r"[0-9]{1,12}", re.ASCII)
_NOT_FOUND = 404


def find_gone(request: FetchRequest, posts: Sequence[Post]) -> Iterator[Checked]:
    """Ask about captured stories. Raises FetchError, FormatError."""
    comments = [post for post in posts if post.kind == "reply"]
    stories = [post for post in posts if post.kind != "reply"]
    own_ids = [own_id for post in stories if _ID.fullmatch(own_id := post.id.removeprefix(f"{NETWORK}:"))]
    asker = Asker(request, str(request.settings.get("api") or _API), limits="x-ratelimit-")
    for start in range(0, len(own_ids), STORIES_MAX):
        batch = own_ids[start : start + STORIES_MAX]
        found = _found(asker, batch)
        for own_id in batch:
            is_there = _is_shown(found[own_id]) if own_id in found else _has_item(asker, own_id)
            yield Checked(f"{NETWORK}:{own_id}", is_there)
    yield from _about_comments(asker, comments)


def _about_comments(asker: Asker, posts: Sequence[Post]) -> Iterator[Checked]:
    """Comments are looked for among those of their stories; one that is not there is asked about alone."""
    by_story: dict[str, list[str]] = {}
    for post in posts:
        story = (post.of or "").removeprefix(f"{NETWORK}:")
        by_story.setdefault(story if _ID.fullmatch(story) else "", []).append(post.id.removeprefix(f"{NETWORK}:"))
    stories = [story for story in by_story if story]
    for start in range(0, len(stories), COMMENTED_MAX):
        batch = stories[start : start + COMMENTED_MAX]
        shown = {str(hit.get("objectID")) for hit in search_comments(asker, batch) if is_shown(hit)}
        for own_id in (own_id for story in batch for own_id in by_story[story]):
            yield Checked(f"{NETWORK}:{own_id}", own_id in shown or _has_item(asker, own_id, is_shown))
    for own_id in by_story.get("", ()):
        if _ID.fullmatch(own_id):
            yield Checked(f"{NETWORK}:{own_id}", _has_item(asker, own_id, is_shown))


def _found(asker: Asker, own_ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    tags = f"story,({','.join(f'story_{own_id}' for own_id in own_ids)})"
    answer = asker.get("search", {"tags": tags, "hitsPerPage": str(STORIES_MAX)}, label="search")
    hits = answer.get("hits")
    if not isinstance(hits, list) or not all(isinstance(hit, dict) for hit in hits):
        raise FormatError("format changed: hits is no list of objects", url="search")
    return {str(hit.get("objectID")): hit for hit in hits}


def _has_item(asker: Asker, own_id: str, is_shown_there: Callable[[Mapping[str, Any]], bool] | None = None) -> bool:
    try:
        return (is_shown_there or _is_shown)(asker.get(f"items/{own_id}", label="items"))
    except FormatError:
        raise
    except FetchError as error:
        if error.status != _NOT_FOUND:
            raise
        return False


def _is_shown(story: Mapping[str, Any]) -> bool:
    return isinstance(story.get("title"), str) and story.get("dead") is not True and story.get("deleted") is not True
