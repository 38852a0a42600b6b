"""Matrix: a notice in a room, through the client-server API of the account's home server.

Source, read 2026-11-25: spec.matrix.org v1.16, "PUT /rooms/{roomId}/send/{eventType}/{txnId}" (the same transaction
twice is one event), "m.notice", "m.mentions" (empty: nobody is called, whatever the text says).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from html import escape
from typing import Any
from urllib.parse import quote

from generator.announce.target import Desk, Notice, Target
from generator.announce.words import defuse, fit

TOKEN = "ANNOUNCE_MATRIX_TOKEN"  # noqa: S105 (the name of one)
TITLE_MAX = 300


def compose(_: Desk, notices: Sequence[Notice]) -> Any:
    """The event's content."""
    return {
        "msgtype": "m.notice",
        "body": "\n\n".join(map(_text, notices)),
        "format": "org.matrix.custom.html",
        "formatted_body": "".join(map(_html, notices)),
        "m.mentions": {},
    }


def _text(notice: Notice) -> str:
    title, authors = (defuse(fit(text, TITLE_MAX)) for text in (notice.title, notice.authors))
    return "\n".join(filter(None, (title, authors, notice.said_by, notice.url)))


def _html(notice: Notice) -> str:
    title, authors = (escape(defuse(fit(text, TITLE_MAX))) for text in (notice.title, notice.authors))
    lines = (f'<strong><a href="{escape(notice.url)}">{title}</a></strong>', authors, notice.said_by)
    return f"<p>{'<br>'.join(filter(None, lines))}</p>"


def deliver(desk: Desk, notices: Sequence[Notice]) -> None:
    """Put the event, named after the papers: the server takes the same one once."""
    token = desk.secret(TOKEN)
    digest = hashlib.sha256("\n".join(notice.paper_id for notice in notices).encode()).hexdigest()[:32]
    room = quote(desk.settings["room"], safe="")
    desk.client.send(
        f"{desk.settings['server']}/_matrix/client/v3/rooms/{room}/send/m.room.message/papers-{digest}",
        json.dumps(compose(desk, notices)).encode(),
        method="PUT",
        headers={"authorization": f"Bearer {token}"},
        repeatable=True,
    )


TARGET = Target(
    name="matrix",
    title="Matrix",
    secrets=(TOKEN,),
    per_message=10,
    compose=compose,
    deliver=deliver,
    repeatable=True,
)
