"""Mastodon, and servers that speak its API: one status a paper.

Sources, read 2026-11-25: docs.joinmastodon.org, "statuses" (POST /api/v1/statuses, Idempotency-Key), "instance"
(configuration.statuses: max_characters, and an address counts characters_reserved_per_url). Without an answer to the
second, 500 is the limit. The key is kept for an hour, and by some servers not at all, so nothing is sent again blindly.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from generator.announce.target import Desk, Notice, Target
from generator.announce.words import defuse, fit
from generator.model.errors import FetchError
from generator.net.http import get_json

TOKEN = "ANNOUNCE_MASTODON_TOKEN"  # noqa: S105 (the name of one)
MAX_CHARACTERS = 500
_URL_MIN = 23
_URL_LONGEST = 200
"""Mastodon counts any address as 23 characters; others count it whole, and a longer one would leave no room."""
_AUTHORS_MAX = 100
_LONGEST = 2000
"""Some servers allow a hundred thousand; nobody wants to read that."""


def compose(desk: Desk, notices: Sequence[Notice], limit: int = MAX_CHARACTERS) -> Any:
    """The status's JSON; one paper."""
    (notice,) = notices
    rest = "\n".join(filter(None, (defuse(fit(notice.authors, _AUTHORS_MAX)), notice.said_by)))
    address = notice.url if len(notice.url) <= _URL_LONGEST else notice.arxiv_url
    room = limit - len(rest) - max(len(address), _URL_MIN) - 4
    cut = min(room, len(notice.title))
    while len(title := defuse(fit(notice.title, cut))) > room:  # what makes it inert counts, too
        cut -= max(1, len(title) - room)
    return {
        "status": f"{title}\n{rest}\n\n{address}",
        "visibility": desk.settings["visibility"],
        "language": "en",
    }


def deliver(desk: Desk, notices: Sequence[Notice]) -> None:
    """Publish the status."""
    token = desk.secret(TOKEN)
    status = compose(desk, notices, _limit(desk))
    digest = hashlib.sha256(f"{desk.site_url} {notices[0].paper_id}".encode()).hexdigest()[:32]
    desk.client.send(
        f"{desk.settings['server']}/api/v1/statuses",
        json.dumps(status).encode(),
        headers={"authorization": f"Bearer {token}", "idempotency-key": digest},
    )


def _limit(desk: Desk) -> int:
    """Characters of a status, as the server has it."""
    for version in ("v2", "v1"):
        try:
            instance = get_json(desk.client, f"{desk.settings['server']}/api/{version}/instance", tries=1)
            limit = instance["configuration"]["statuses"]["max_characters"]
        except (FetchError, KeyError, TypeError):
            continue
        if isinstance(limit, int) and limit >= 200:  # noqa: PLR2004 (less leaves no room for a title)
            return min(limit, _LONGEST)
    return MAX_CHARACTERS


TARGET = Target(name="mastodon", title="Mastodon", secrets=(TOKEN,), per_message=1, compose=compose, deliver=deliver)
