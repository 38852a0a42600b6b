"""Discord: a webhook. One embed a paper; nobody can be mentioned, whatever a title says.

Sources, read 2026-11-25: docs.discord.com, "Webhook resource: Execute Webhook" (10 embeds), "Message resource: Embed
limits" (title 256, description 4,096, 6,000 characters over all), "Allowed mentions object" (`parse: []`: nobody).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from generator.announce.target import Desk, Notice, Target
from generator.announce.words import defuse, escape_markdown, fit

WEBHOOK = "ANNOUNCE_DISCORD_WEBHOOK"
TITLE_MAX = 256
ALL_MAX = 6000
PER_MESSAGE = 5


def compose(_: Desk, notices: Sequence[Notice]) -> Any:
    """The webhook's JSON."""
    return {"embeds": [_embed(notice) for notice in notices], "allowed_mentions": {"parse": []}}


def _embed(notice: Notice) -> dict[str, Any]:
    title = _inert(notice.title, TITLE_MAX)
    room = ALL_MAX // PER_MESSAGE - len(title) - len(notice.said_by) - 8
    lines = [_inert(notice.authors, 200), escape_markdown(notice.said_by)]
    lines.append(_inert(notice.abstract, room - sum(map(len, lines))))
    return {"title": title, "url": notice.url, "description": "\n".join(filter(None, lines))}


def _inert(text: str, limit: int) -> str:
    """Escaped, and within the limit with its escapes."""
    room = limit
    while len(escaped := escape_markdown(defuse(fit(text, room)))) > limit:
        room -= max(1, len(escaped) - limit)
    return escaped


def deliver(desk: Desk, notices: Sequence[Notice]) -> None:
    """Post to the webhook, and wait until Discord says that it stands there."""
    url = desk.secret(WEBHOOK)
    content = json.dumps(compose(desk, notices)).encode()
    desk.client.send(f"{url}{'&' if '?' in url else '?'}wait=true", content, secret_address=True)


TARGET = Target(
    name="discord",
    title="Discord",
    secrets=(WEBHOOK,),
    per_message=PER_MESSAGE,
    compose=compose,
    deliver=deliver,
)
