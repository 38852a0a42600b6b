"""Algolia's search of Hacker News: how it is asked, and the fields of its hits that stories and comments share."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.patience import Asker
from generator.fetch.adapter.source import FetchRequest
from generator.fetch.sources.hackernews.config import CONFIG
from generator.model.errors import FormatError
from generator.model.records import Account

NETWORK = CONFIG.name
PAGE = 1_000
"""Hits of an answer at most."""
STORIES_MAX = 50
"""Stories in one request: a longer address is refused by some servers on the way."""
ADDRESS = "https://news.ycombinator.com/item?id="
ID = re.compile(r"[0-9]{1,12}", re.ASCII)
_AUTHOR = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


def asker_of(request: FetchRequest) -> Asker:
    """Asks the search that the configuration names."""
    return Asker(request, request.settings["api"], limits="x-ratelimit-")


def search(asker: Asker, kind: str, stories: Sequence[str]) -> list[Mapping[str, Any]]:
    """Hits about some stories, the best first: the stories (`story`), or their comments (`comment`).

    Raises:
        FetchError: no usable answer.
        FormatError: an answer of another shape.
    """
    # A comma is AND; a list in brackets is OR.
    any_story = ",".join(f"story_{own_id}" for own_id in stories)
    answer = asker.get("search", {"tags": f"{kind},({any_story})", "hitsPerPage": str(PAGE)}, label="search")
    hits = wire.objects(answer.get("hits"))
    if hits != answer.get("hits"):
        raise FormatError("format changed: hits is no list of objects", url="search")
    return hits


def is_removed(hit: Mapping[str, Any]) -> bool:
    """Whether a story or comment is dead or deleted."""
    return hit.get("dead") is True or hit.get("deleted") is True


def account_of(hit: Mapping[str, Any], where: str) -> Account:
    """Who wrote it. Raises RecordError."""
    author = wire.required(hit, "author", _AUTHOR, where, kind="account")
    return Account(id=f"{NETWORK}:{author}", handle=author)


def time_of(hit: Mapping[str, Any]) -> datetime | None:
    """When it was posted; None if the hit does not say."""
    return wire.unix_time(hit.get("created_at_i")) or wire.time(hit.get("created_at"))


def own_id_of(post_id: str | None) -> str | None:
    """`hackernews:ID` -> ID, or None."""
    return wire.matching((post_id or "").removeprefix(f"{NETWORK}:"), ID)
