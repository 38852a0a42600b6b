"""One mail over SMTP: time-outs, an encrypted connection, and errors in our words, without addresses and secrets."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Literal

from generator.model.errors import FetchError

TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail is handed in."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    user: str
    password: str | None
    """None: nobody logs in."""

    @property
    def place(self) -> str:
        """For messages."""
        return f"smtp://{self.host}:{self.port}"


def send_mail(server: MailServer, mail: EmailMessage, recipients: Sequence[str]) -> int:
    """Hand in one mail; how many recipients the server refused while it took the mail for others.

    Raises:
        FetchError: nobody gets it (`refused`), or nobody knows.
    """
    handed_in = False
    try:
        connection = _connect(server)
        try:
            if server.password is not None:
                connection.login(server.user, server.password)
            handed_in = True  # from here on the mail may be out although no answer came
            return len(connection.send_message(mail, mail["From"], list(recipients)))
        finally:
            with suppress(smtplib.SMTPException, OSError):
                connection.quit()
    except (smtplib.SMTPException, OSError) as error:
        reason, certain = _explained(error, handed_in=handed_in)
        raise FetchError(reason, url=server.place, unsent=certain) from None


def _connect(server: MailServer) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.security == "tls":
        return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_S, context=context)
    connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S)
    if server.security == "starttls":
        try:
            connection.starttls(context=context)
        except BaseException:
            connection.close()
            raise
    return connection


def _explained(error: Exception, *, handed_in: bool) -> tuple[str, bool]:
    """(why in our words, whether the mail is certainly not out): the library's quote what was sent."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "it does not accept the user name or the secret ANNOUNCE_SMTP_PASSWORD", True
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "it refuses every recipient in ANNOUNCE_EMAIL_TO", True
    if isinstance(error, smtplib.SMTPResponseException):
        return f"it refuses the mail (SMTP {error.smtp_code})", True
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "it offers no such log-in or no encryption: see announce.email.security", True
    if isinstance(error, ssl.SSLError):
        return "no secure connection could be made: see announce.email.port and announce.email.security", not handed_in
    return "it cannot be reached, or the connection broke", not handed_in
