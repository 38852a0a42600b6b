"""A digest by e-mail over SMTP: plain text and HTML of the same papers; recipients do not see each other.

RFC 5322 for the message, RFC 3834 for `Auto-Submitted`, RFC 2919 for `List-Id`. Whom it goes to is a secret, because
config.yaml is public.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from typing import Any
from urllib.parse import urlsplit

from generator.announce.target import Desk, Notice, Target
from generator.announce.words import fit, plain
from generator.config.values import mail_address
from generator.model.errors import FetchError
from generator.net.mail_client import MailServer, send_mail

TO = "ANNOUNCE_EMAIL_TO"
PASSWORD = "ANNOUNCE_SMTP_PASSWORD"  # noqa: S105 (the name of one)
_ABSTRACT_MAX = 400
_SUBJECT_MAX = 120


def compose(desk: Desk, notices: Sequence[Notice]) -> Any:
    """Subject, text and HTML."""
    site = plain(desk.site_title)
    count = "1 new paper" if len(notices) == 1 else f"{len(notices)} new papers"
    foot = f"From {site}: {desk.site_url}"
    text = "\n\n\n".join(map(_text, notices))
    html = "".join(map(_html, notices))
    return {
        "subject": fit(f"{site}: {count}", _SUBJECT_MAX),
        "text": f"{text}\n\n--\n{foot}\n",
        "html": f'<!doctype html><html lang="en"><body>{html}<hr><p>From <a href="{escape(desk.site_url)}">'
        f"{escape(site)}</a></p></body></html>",
    }


def _text(notice: Notice) -> str:
    lines = (notice.title, notice.authors, notice.said_by, notice.url)
    return "\n".join([*filter(None, lines), "", fit(notice.abstract, _ABSTRACT_MAX)]).rstrip()


def _html(notice: Notice) -> str:
    lines = map(escape, filter(None, (notice.authors, notice.said_by)))
    return (
        f'<h2 style="font-size:1.1em"><a href="{escape(notice.url)}">{escape(notice.title)}</a></h2>'
        f"<p>{'<br>'.join(lines)}</p><p>{escape(fit(notice.abstract, _ABSTRACT_MAX))}</p>"
    )


def deliver(desk: Desk, notices: Sequence[Notice]) -> None:
    """Hand in one mail for all recipients."""
    recipients = _recipients(desk.secret(TO))
    settings = desk.settings
    server = MailServer(
        host=settings["server"],
        port=settings["port"],
        security=settings["security"],
        user=settings["user"] or settings["sender"],
        password=desk.secrets.get(PASSWORD),
    )
    refused = send_mail(server, _mail(desk, notices), recipients)
    if refused:
        desk.warn(f"the mail server refused {refused} of {len(recipients)} recipients in {TO}")


def _mail(desk: Desk, notices: Sequence[Notice]) -> EmailMessage:
    words, sender = compose(desk, notices), desk.settings["sender"]
    digest = hashlib.sha256("\n".join(notice.paper_id for notice in notices).encode()).hexdigest()[:32]
    host = urlsplit(desk.site_url).hostname or "localhost"
    mail = EmailMessage()
    mail["From"] = mail["To"] = sender
    mail["Subject"] = words["subject"]
    mail["Date"] = format_datetime(desk.now)
    mail["Message-ID"] = f"<papers-{digest}@{host}>"
    mail["List-Id"] = f"<papers.{host}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(words["text"], cte="quoted-printable")
    mail.add_alternative(words["html"], subtype="html", cte="quoted-printable")
    return mail


def _recipients(text: str) -> list[str]:
    """The addresses, each once. Raises FetchError, which does not show them."""
    addresses = list(dict.fromkeys(address for address in re.split(r"[\s,;]+", text) if address))
    try:
        return [mail_address(address) for address in addresses]
    except ValueError:
        raise FetchError(f"{TO} holds something that is no e-mail address", unsent=True) from None


TARGET = Target(
    name="email",
    title="E-mail",
    secrets=(TO, PASSWORD),
    per_message=50,
    compose=compose,
    deliver=deliver,
)
