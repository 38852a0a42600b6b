"""Which captured posts X still shows: `GET /tweets?ids=`, 100 ids a request, paid by the read and capped.

Sources, read 2026-11-23: docs.x.com, OpenAPI description 2.167 (`getPostsByIds`), "Response codes and errors" (partial
errors: a 200 names each id that it cannot give, and why), pricing (a post that is not given costs nothing; the same
post is charged once a UTC day).

A post is gone where X says so by its id: not found (deleted, or its account suspended or deleted), not authorised
(protected), or where it is given but withheld somewhere: the page is read everywhere. An id that is neither given nor
named, and any other reason, says nothing. A like has no id that X knows: the post that it likes is asked about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.source import Checked, FetchRequest
from generator.fetch.sources.x.api import IDS_MAX, XApi
from generator.fetch.sources.x.cost import budget_of, note_end
from generator.fetch.sources.x.posts import ID, NETWORK
from generator.model.records import Post

_GONE = re.compile(r"(?:.*/)?(?:resource-not-found|not-authorized-for-resource)")


def find_gone(request: FetchRequest, posts: Sequence[Post]) -> Iterator[Checked]:
    """Ask about captured posts until the reads run out. Raises FetchError, FormatError."""
    posts_by_id: dict[str, list[str]] = {}
    for post in posts:
        own_id = _asked_id(post)
        if own_id is not None:
            posts_by_id.setdefault(own_id, []).append(post.id)
    if not posts_by_id:
        return
    budget = budget_of(request)
    api = XApi(request, budget)
    waiting = list(posts_by_id)
    while waiting:
        size = min(IDS_MAX, budget.left)
        if size == 0:
            note_end(request, budget, f"{len(waiting)} posts are asked about")
            return
        batch, waiting = waiting[:size], waiting[size:]
        for own_id, is_there in _verdicts(api.by_ids(batch)).items():
            for post_id in posts_by_id.get(own_id, ()):
                yield Checked(post_id, is_there)


def _asked_id(post: Post) -> str | None:
    """The id to ask X about; None where X would not know it."""
    name = post.id
    if post.kind == "like" and post.of:
        name = post.of
    return wire.matching(name.removeprefix(f"{NETWORK}:"), ID)


def _verdicts(answer: Mapping[str, Any]) -> dict[str, bool]:
    """X's id -> whether the post is there, of every post that the answer says something about."""
    verdicts: dict[str, bool] = {}
    for error in wire.objects(answer.get("errors")):
        own_id = wire.matching(error.get("resource_id"), ID) or wire.matching(error.get("value"), ID)
        if own_id and wire.matching(error.get("type"), _GONE):
            verdicts[own_id] = False
    for post in wire.objects(answer.get("data")):
        if isinstance(post.get("id"), str):
            verdicts[post["id"]] = not isinstance(post.get("withheld"), dict)
    return verdicts
