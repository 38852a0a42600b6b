"""Which captured posts X still shows: `GET /tweets?ids=`, 100 ids a request, paid by the read and capped.

Sources, read 2026-11-23: docs.x.com, OpenAPI description 2.167 (`getPostsByIds`), "Response codes and errors" (partial
errors: a 200 names each id that it cannot give, and why), pricing (a post that is not given costs nothing; the same
post is charged once a UTC day).

A post is gone where X says so by its id: not found (deleted, or its account suspended or deleted), not authorised
(protected), or where it is given but withheld somewhere: the page is read everywhere. An id that is neither given nor
named, and any other reason, says nothing. A like has no id that X knows: the post that it likes is asked about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generator.fetch.adapter.source import Checked, FetchRequest
from generator.fetch.sources.x.api import IDS_MAX, XApi
from generator.fetch.sources.x.cost import budget_of, note_end
from generator.fetch.sources.x.posts import ID, NETWORK
from generator.model.records import Post

_GONE = frozenset({"resource-not-found", "not-authorized-for-resource"})
_NAMED = ("resource_id", "value")


def find_gone(request: FetchRequest, posts: Sequence[Post]) -> Iterator[Checked]:
    """Ask about captured posts until the reads run out. Raises FetchError, FormatError."""
    deciding: dict[str, list[str]] = {}
    for post in posts:
        if own_id := _asked_id(post):
            deciding.setdefault(own_id, []).append(post.id)
    if not deciding:
        return
    budget = budget_of(request)
    api = XApi(request, budget)
    waiting = list(deciding)
    while waiting:
        batch = waiting[: min(IDS_MAX, budget.left)]
        if not batch:
            note_end(request, budget, f"{len(waiting)} posts are asked about")
            return
        waiting = waiting[len(batch) :]
        for own_id, is_there in _verdicts(api.by_ids(batch)).items():
            for post_id in deciding.get(own_id, ()):
                yield Checked(post_id, is_there)


def _asked_id(post: Post) -> str | None:
    """The id to ask X about; None where X would not know it."""
    name = post.of if post.kind == "like" and post.of else post.id
    own_id = name.removeprefix(f"{NETWORK}:")
    return own_id if ID.fullmatch(own_id) else None


def _verdicts(answer: Mapping[str, Any]) -> dict[str, bool]:
    """X's id -> whether the post is there, of every post that the answer says something about."""
    errors = answer.get("errors")
    verdicts = {}
    for error in errors if isinstance(errors, list) else ():
        if isinstance(error, dict) and str(error.get("type", "")).rpartition("/")[2] in _GONE:
            values = (error.get(name) for name in _NAMED)
            own_id = next((value for value in values if isinstance(value, str) and ID.fullmatch(value)), None)
            if own_id:
                verdicts[own_id] = False
    for post in answer.get("data") or ():
        if isinstance(post, dict) and isinstance(post.get("id"), str):
            verdicts[post["id"]] = not isinstance(post.get("withheld"), dict)
    return verdicts
