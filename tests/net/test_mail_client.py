"""Digests by e-mail, handed in to a real mail server on loopback: encrypted, with a log-in, each paper once."""

from __future__ import annotations

import socket
import ssl
import subprocess
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.announcing import HOSTILE, announce, data
from tests.announcing import config as config_for

PASSWORD = "canaryOfMail"
SECRETS = {"ANNOUNCE_EMAIL_TO": "ada@example.org, bo@example.org", "ANNOUNCE_SMTP_PASSWORD": PASSWORD}


class Inbox:
    """Takes mail for everybody but `nobody@...`; what it does at the end of a mail can be changed."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], EmailMessage]] = []
        self.answer = "250 taken"

    async def handle_RCPT(self, _s: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if address.startswith("nobody@"):
            return "550 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        if self.answer == "gone":
            server.transport.abort()
        elif self.answer.startswith("250"):
            self.mails.append((envelope.rcpt_tos, mail))
        return self.answer


def _logs_in(server: Any, session: Any, envelope: Any, mechanism: str, login: Any) -> AuthResult:
    given = isinstance(login, LoginPassword) and (login.login, login.password)
    return AuthResult(success=given == (b"papers@example.org", PASSWORD.encode()), handled=False)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of localhost that nobody knows, and its key."""
    folder = tmp_path_factory.mktemp("certificate")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key),
         "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key


class Mail:
    """A mail server and a copy that announces through it."""

    def __init__(self, folder: Path, certificate: tuple[Path, Path] | None, *, tls_first: bool = False) -> None:
        self.inbox, self.folder = Inbox(), folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        context = None
        if certificate:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(*map(str, certificate))
        options: dict[str, Any] = {"authenticator": _logs_in, "auth_require_tls": bool(certificate) and not tls_first}
        if tls_first:
            options["ssl_context"] = context
        elif context:
            options |= {"tls_context": context, "require_starttls": True}
        self.controller = Controller(self.inbox, hostname="127.0.0.1", port=self.port, **options)
        self.security = "tls" if tls_first else "starttls"

    def __enter__(self) -> Self:
        self.controller.start()
        self.tell({}, first=True)
        return self

    def __exit__(self, *_: object) -> None:
        self.controller.stop()

    def tell(self, secrets: dict[str, str], *, first: bool = False, **block: Any) -> Any:
        """One run."""
        if first:
            data(self.folder)
        text = config_for("http://127.0.0.1:1", "email", every_days=0, **{
            "server": "localhost", "port": self.port, "security": self.security, **block
        })  # fmt: skip
        return announce(self.folder, text, secrets)["email"]


@pytest.fixture
def mail(tmp_path: Path, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Mail]:
    """With STARTTLS and a log-in, its certificate known to this machine."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with Mail(tmp_path / "data", certificate) as found:
        yield found


def test_a_digest_arrives_once_at_everybody_who_do_not_see_each_other(mail: Mail) -> None:
    data(mail.folder, ("2611.00001", 3), ("2611.00002", 2), title=f"Of {HOSTILE}"[:300])
    assert mail.tell(SECRETS).sent == ["2611.00001", "2611.00002"]
    assert mail.tell(SECRETS).sent == []
    ((recipients, got),) = mail.inbox.mails
    assert recipients == ["ada@example.org", "bo@example.org"]
    assert "ada@example.org" not in str(got)
    assert (got["From"], got["To"], got["Subject"]) == (
        "papers@example.org",
        "papers@example.org",
        "Made up: 2 new papers",
    )
    assert got["Auto-Submitted"] == "auto-generated"
    text, page = (part.get_content() for part in got.iter_parts())
    for number in (1, 2):
        assert f"https://pages.example/made-up/abs/2611.0000{number}/" in text
        assert f'href="https://pages.example/made-up/abs/2611.0000{number}/"' in page
    assert "3 people posted about it this week" in text
    assert "<script" not in page


def test_a_recipient_that_is_refused_is_told_without_its_address(mail: Mail) -> None:
    data(mail.folder, ("2611.00001", 3))
    told = mail.tell({**SECRETS, "ANNOUNCE_EMAIL_TO": "nobody@example.org bo@example.org"})
    assert told.sent == ["2611.00001"]
    assert told.warnings == ["the mail server refused 1 of 2 recipients in ANNOUNCE_EMAIL_TO"]


@pytest.mark.parametrize(
    ("secrets", "said"),
    [
        ({"ANNOUNCE_SMTP_PASSWORD": "wrong"}, "ANNOUNCE_SMTP_PASSWORD"),
        ({"ANNOUNCE_EMAIL_TO": "nobody@example.org"}, "refuses every recipient"),
        ({"ANNOUNCE_EMAIL_TO": "Ada <ada@example.org>"}, "no e-mail address"),
    ],
)
def test_what_is_refused_is_said_in_the_next_run(mail: Mail, secrets: dict[str, str], said: str) -> None:
    data(mail.folder, ("2611.00001", 3))
    told = mail.tell({**SECRETS, **secrets})
    assert said in str(told.failure)
    assert "canary" not in str(told) + str(told.failure)
    assert "@" not in str(told.failure)
    assert mail.tell(SECRETS).sent == ["2611.00001"]


def test_a_mail_that_is_refused_is_tried_again_and_one_of_which_nobody_knows_is_not(mail: Mail) -> None:
    data(mail.folder, ("2611.00001", 3))
    mail.inbox.answer = "554 no room"
    assert "SMTP 554" in str(mail.tell(SECRETS).failure)
    mail.inbox.answer = "gone"
    told = mail.tell(SECRETS)
    assert told.doubtful == ["2611.00001"], told.failure
    mail.inbox.answer = "250 taken"
    assert mail.tell(SECRETS).sent == []


def test_tls_from_the_first_byte(
    tmp_path: Path, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with Mail(tmp_path / "data", certificate, tls_first=True) as mail:
        data(mail.folder, ("2611.00001", 3))
        assert mail.tell({"ANNOUNCE_EMAIL_TO": "ada@example.org"}).sent == ["2611.00001"]


def test_no_password_and_no_word_goes_to_a_server_that_is_not_encrypted_or_not_known(
    tmp_path: Path, certificate: tuple[Path, Path]
) -> None:
    for number, shown in enumerate((certificate, None)):
        with Mail(tmp_path / f"data{number}", shown) as mail:
            data(mail.folder, ("2611.00001", 3))
            told = mail.tell(SECRETS)
            assert told.failure
            assert told.doubtful == []
            assert mail.inbox.mails == []


def test_a_server_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    mail = Mail(tmp_path / "data", None)
    mail.tell({}, first=True)
    data(mail.folder, ("2611.00001", 3))
    told = mail.tell(SECRETS)
    assert told.failure == f"smtp://localhost:{mail.port}: it cannot be reached, or the connection broke"
    assert told.doubtful == []
