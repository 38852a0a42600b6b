"""Slack: an incoming webhook. Rich text, whose words Slack takes as they are: no markup, no mention.

Sources, read 2026-11-25: docs.slack.dev, "Sending messages using incoming webhooks", "Rich text block" (50 blocks;
the fallback text is escaped with &amp; &lt; &gt;). Mattermost and Rocket.Chat take the fallback of such messages.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from generator.announce.target import Desk, Notice, Target
from generator.announce.words import defuse, fit

WEBHOOK = "ANNOUNCE_SLACK_WEBHOOK"
TITLE_MAX = 300
FALLBACK_MAX = 3000


def compose(_: Desk, notices: Sequence[Notice]) -> Any:
    """The webhook's JSON."""
    fallback = "\n".join(f"{fit(notice.title, TITLE_MAX)} {notice.url}" for notice in notices)
    return {
        "text": _escaped(fit(fallback, FALLBACK_MAX)),
        "blocks": [{"type": "rich_text", "elements": [_section(notice)]} for notice in notices],
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _section(notice: Notice) -> dict[str, Any]:
    if notice.authors:
        about = f"\n{fit(notice.authors, TITLE_MAX)}\n{notice.said_by}"
    else:
        about = f"\n{notice.said_by}"
    title = {"type": "link", "url": notice.url, "text": fit(notice.title, TITLE_MAX), "style": {"bold": True}}
    return {"type": "rich_text_section", "elements": [title, {"type": "text", "text": about}]}


def _escaped(text: str) -> str:
    lines = (defuse(line.rpartition(" ")[0]) + " " + line.rpartition(" ")[2] for line in text.split("\n"))
    return "\n".join(lines).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def deliver(desk: Desk, notices: Sequence[Notice]) -> None:
    """Post to the webhook."""
    content = json.dumps(compose(desk, notices)).encode()
    desk.client.send(desk.secret(WEBHOOK), content, secret_address=True)


TARGET = Target(name="slack", title="Slack", secrets=(WEBHOOK,), per_message=10, compose=compose, deliver=deliver)
