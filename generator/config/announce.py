"""The block `announce` of config.yaml: who is told of new top papers. Nothing by default; secrets never stand here."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from generator.config import values
from generator.config.kinds import Address, Block, BlueskyAccount, Line

MailHost = Annotated[str, AfterValidator(values.mail_host)]
MailAddress = Annotated[str, AfterValidator(values.mail_address)]
MatrixRoom = Annotated[str, AfterValidator(values.matrix_room)]


class TargetBlock(Block):
    """What is announced to one target, and how often."""

    window: Literal["day", "week", "month"] = "week"
    """Which top list is looked at: that of the last day, week or month."""
    min_votes: Annotated[int, Field(ge=1, le=10_000)] = 2
    """A paper is announced if at least this many people posted about it in that time; bots do not count."""
    max_per_run: Annotated[int, Field(ge=1, le=50)] = 3
    """At most this many papers in one run; the others wait for the next run."""
    every_days: Annotated[int, Field(ge=0, le=31)] = 0
    """Days from one announcement to the next, at least; 0: in every run."""
    tracker: str | None = Field(default=None, pattern=r"^[a-z0-9-]{1,64}$")
    """Id of a tracker: only its list."""


class SlackTarget(TargetBlock):
    """A channel of Slack, or of what takes the same webhooks. Secret: ANNOUNCE_SLACK_WEBHOOK, the whole address."""


class DiscordTarget(TargetBlock):
    """A channel of Discord. Secret: ANNOUNCE_DISCORD_WEBHOOK, the whole address."""


class MatrixTarget(TargetBlock):
    """A room of Matrix. Secret: ANNOUNCE_MATRIX_TOKEN."""

    server: Address
    """The home server of the account that speaks: https://matrix.example.org"""
    room: MatrixRoom
    """The room's id, in quotes: "!abc:example.org"; the account must have joined it."""


class MastodonTarget(TargetBlock):
    """An account on Mastodon or a server that speaks its API. Secret: ANNOUNCE_MASTODON_TOKEN."""

    server: Address
    """The account's server: https://mastodon.example.org"""
    visibility: Literal["public", "unlisted"] = "public"
    """`unlisted` keeps the posts out of the public timelines."""


class BlueskyTarget(TargetBlock):
    """An account on Bluesky. Secret: ANNOUNCE_BLUESKY_APP_PASSWORD."""

    account: BlueskyAccount
    """Its handle in full, such as name.bsky.social."""
    service: Address = "https://bsky.social"
    """Where the account logs in."""


class EmailTarget(TargetBlock):
    """A digest by e-mail. Secrets: ANNOUNCE_EMAIL_TO (addresses with commas), ANNOUNCE_SMTP_PASSWORD."""

    max_per_run: Annotated[int, Field(ge=1, le=50)] = 10
    """Papers in one digest at most."""
    every_days: Annotated[int, Field(ge=0, le=31)] = 7
    """Days from one digest to the next at least; 0: in every run that has news."""
    server: MailHost
    """Host name of the mail server (SMTP) that sends."""
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    """587 for STARTTLS, 465 for TLS from the first byte."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """How the connection is secured; `none` is accepted for this machine alone."""
    sender: MailAddress
    """Address that it comes from."""
    user: Line = ""
    """Name to log in with; the sender's address where missing. Without a password nobody logs in."""

    @model_validator(mode="after")
    def _secure(self) -> EmailTarget:
        if self.security == "none" and not values.is_loopback(f"smtp://{self.server}"):
            raise ValueError("security: none is accepted for a server on this machine alone: write starttls or tls")
        return self


class AppriseTarget(TargetBlock):
    """Any service that apprise knows. Secret: ANNOUNCE_APPRISE_URL, the whole address, such as ntfy://topic."""


class Announce(Block):
    """Who is told of new top papers, by the command `announce`: each paper once. `slack: {}` is enough for one."""

    slack: SlackTarget | None = None
    """A channel of Slack."""
    discord: DiscordTarget | None = None
    """A channel of Discord."""
    matrix: MatrixTarget | None = None
    """A room of Matrix."""
    mastodon: MastodonTarget | None = None
    """An account on Mastodon."""
    bluesky: BlueskyTarget | None = None
    """An account on Bluesky."""
    email: EmailTarget | None = None
    """A digest by e-mail."""
    apprise: AppriseTarget | None = None
    """Any other service, by an address that apprise understands; needs `trending-arxiv[announce]`."""

    def targets(self) -> dict[str, TargetBlock]:
        """Those that are switched on, by name."""
        targets = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: block for name, block in targets.items() if isinstance(block, TargetBlock)}
