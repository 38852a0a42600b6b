"""Which captured stories and comments Hacker News still shows, through Algolia's search, without a key.

Sources: as in `source`. 50 stories are asked for at once by their tags. A story that the search leaves out is asked
about alone (`/items/ID`): it is gone where that is 404, or answers without a title or as dead or deleted; the search
leaving it out is no proof. Comments are looked for among those of their stories, then alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from generator.fetch.adapter.patience import Asker, batches
from generator.fetch.adapter.source import Checked, FetchRequest
from generator.fetch.sources.hackernews import search as algolia
from generator.fetch.sources.hackernews.comments import has_words
from generator.model.errors import FetchError
from generator.model.records import Post

COMMENTED_MAX = 10
"""Stories in one search for comments."""
_NOT_FOUND = 404


def find_gone(request: FetchRequest, posts: Sequence[Post]) -> Iterator[Checked]:
    """Ask about captured stories, then about comments. Raises FetchError, FormatError."""
    asker = algolia.asker_of(request)
    stories: list[str] = []
    comments: dict[str, list[str]] = {}
    for post in posts:
        own_id = algolia.own_id_of(post.id)
        if own_id is None:
            continue
        if post.kind == "reply":
            comments.setdefault(algolia.own_id_of(post.of) or "", []).append(own_id)
        else:
            stories.append(own_id)
    for batch in batches(stories, algolia.STORIES_MAX):
        yield from _check(asker, batch, algolia.search(asker, "story", batch), has_title)
    without_story = comments.pop("", [])
    for batch in batches(comments, COMMENTED_MAX):
        own_ids = [own_id for story in batch for own_id in comments[story]]
        yield from _check(asker, own_ids, algolia.search(asker, "comment", batch), has_words)
    yield from _check(asker, without_story, [], has_words)


def _check(
    asker: Asker, own_ids: list[str], hits: list[Mapping[str, Any]], is_shown: Callable[[Mapping[str, Any]], bool]
) -> Iterator[Checked]:
    """Look each id up among the hits; ask for one that is not there by itself."""
    hits_by_id = {hit.get("objectID"): hit for hit in hits}
    for own_id in own_ids:
        hit = hits_by_id.get(own_id)
        is_there = _has_item(asker, own_id, is_shown) if hit is None else is_shown(hit)
        yield Checked(f"{algolia.NETWORK}:{own_id}", is_there)


def _has_item(asker: Asker, own_id: str, is_shown: Callable[[Mapping[str, Any]], bool]) -> bool:
    try:
        return is_shown(asker.get(f"items/{own_id}", label="items"))
    except FetchError as error:
        if error.status != _NOT_FOUND:
            raise
        return False


def has_title(story: Mapping[str, Any]) -> bool:
    """Whether a story is still there."""
    return isinstance(story.get("title"), str) and not algolia.is_removed(story)
