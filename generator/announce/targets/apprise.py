"""Any service that the library apprise knows, by one address: Teams, Telegram, ntfy, Zulip and some hundred others.

Source, read 2026-11-30: the README of caronc/apprise (2.3). It cannot name a message so that a service takes it once,
cannot keep `@everyone` from being read as a mention everywhere, and does not say whether a failed message was taken.
So each service that has a target of its own here keeps it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from generator.announce.target import Desk, Notice, Target
from generator.announce.words import defuse, fit
from generator.net import apprise_client

ADDRESS = "ANNOUNCE_APPRISE_URL"
LINE_MAX = 300


def compose(desk: Desk, notices: Sequence[Notice]) -> Any:
    """Title and body, in plain text."""
    parts = []
    for notice in notices:
        lines = [defuse(fit(notice.title, LINE_MAX)), defuse(fit(notice.authors, LINE_MAX)), notice.said_by, notice.url]
        parts.append("\n".join(line for line in lines if line))
    return {"title": defuse(fit(desk.site_title, LINE_MAX)), "body": "\n\n".join(parts)}


def deliver(desk: Desk, notices: Sequence[Notice]) -> None:
    """Send it through apprise."""
    message = compose(desk, notices)
    apprise_client.send(desk.secret(ADDRESS), message["title"], message["body"])


TARGET = Target(name="apprise", title="Apprise", secrets=(ADDRESS,), per_message=5, compose=compose, deliver=deliver)
