"""Bluesky: one post a paper, its arXiv id a link (a facet, counted in bytes), and a card that leads to our page.

Sources, read 2026-11-25: the lexicons com.atproto.server.createSession, com.atproto.repo.createRecord and getRecord,
app.bsky.feed.post (300 graphemes, 3,000 bytes), app.bsky.richtext.facet, app.bsky.embed.external. What is not named by
a facet is text: a title can neither mention nor link. The key of a post's record follows from the paper, and the
account is asked for it first: so a paper stands there once even where an answer was lost.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from generator.announce.target import Desk, Notice, Target
from generator.announce.words import fit, fit_bytes
from generator.finding import arxiv_id
from generator.model.errors import FetchError, FormatError
from generator.net.http import get_json

PASSWORD = "ANNOUNCE_BLUESKY_APP_PASSWORD"  # noqa: S105 (the name of one)
GRAPHEMES_MAX = 300
BYTES_MAX = 3000
POST = "app.bsky.feed.post"
_AUTHORS_MAX = 80
_CARD_MAX = 300
_TID = "234567abcdefghijklmnopqrstuvwxyz"
_MONTH_US = 28 * 86_400 * 1_000_000


def compose(desk: Desk, notices: Sequence[Notice]) -> Any:
    """The record; one paper."""
    (notice,) = notices
    link = f"arXiv:{notice.paper_id}"
    rest = "\n".join(filter(None, (fit(notice.authors, _AUTHORS_MAX), f"{notice.said_by} · ")))
    title = fit(notice.title, GRAPHEMES_MAX - len(rest) - len(link) - 1)
    title = fit_bytes(title, BYTES_MAX - len(rest.encode()) - len(link) - 1)
    before = f"{title}\n{rest}"
    start = len(before.encode())
    return {
        "$type": POST,
        "text": before + link,
        "facets": [
            {
                "index": {"byteStart": start, "byteEnd": start + len(link.encode())},
                "features": [{"$type": "app.bsky.richtext.facet#link", "uri": notice.arxiv_url}],
            }
        ],
        "embed": {
            "$type": "app.bsky.embed.external",
            "external": {
                "uri": notice.url,
                "title": fit(notice.title, _CARD_MAX),
                "description": fit(notice.abstract, _CARD_MAX),
            },
        },
        "langs": ["en"],
        "createdAt": desk.now.isoformat().replace("+00:00", "Z"),
    }


def deliver(desk: Desk, notices: Sequence[Notice]) -> None:
    """Log in, see whether the paper stands there already, post it where it does not."""
    service, password = desk.settings["service"], desk.secret(PASSWORD)
    login = {"identifier": desk.settings["account"], "password": password}
    session = _send(desk, f"{service}/xrpc/com.atproto.server.createSession", login, {})
    did, token = (session.get(name) if isinstance(session, dict) else None for name in ("did", "accessJwt"))
    if not isinstance(did, str) or not isinstance(token, str):
        raise FormatError("format changed: createSession gives no did or accessJwt", url=service, unsent=True)
    record = {"repo": did, "collection": POST, "rkey": record_key(notices[0].paper_id)}
    if _stands(desk, service, record):
        return
    content = {**record, "validate": True, "record": compose(desk, notices)}
    _send(desk, f"{service}/xrpc/com.atproto.repo.createRecord", content, {"authorization": f"Bearer {token}"})


def record_key(paper_id: str) -> str:
    """A TID (13 letters, https://atproto.com/specs/tid) in the paper's own month, the same for ever."""
    year, month = arxiv_id.month_of(paper_id)
    number = int.from_bytes(hashlib.sha256(paper_id.encode()).digest()[:8], "big")
    microseconds = int(datetime(year, month, 1, tzinfo=UTC).timestamp()) * 1_000_000 + number % _MONTH_US
    tid = (microseconds << 10) | (number & 0x3FF)
    return "".join(_TID[(tid >> (5 * place)) & 31] for place in range(12, -1, -1))


def _stands(desk: Desk, service: str, record: Mapping[str, str]) -> bool:
    try:
        get_json(desk.client, f"{service}/xrpc/com.atproto.repo.getRecord", params=record)
    except FetchError as error:
        if error.status in {400, 404}:  # RecordNotFound
            return False
        raise
    return True


def _send(desk: Desk, url: str, content: Mapping[str, Any], headers: Mapping[str, str]) -> Any:
    answer = desk.client.send(url, json.dumps(content).encode(), headers=headers, repeatable=not headers)
    try:
        return json.loads(answer.body)
    except ValueError:
        raise FormatError("format changed: the answer is no JSON", url=url) from None


TARGET = Target(
    name="bluesky",
    title="Bluesky",
    secrets=(PASSWORD,),
    per_message=1,
    compose=compose,
    deliver=deliver,
    repeatable=True,
)
