"""Announces new top papers to the services that the owner names. Off by default.

    data/ -> storage -posts, papers-> make_site -lists-> choosing -notices-> a target -> data/announced

It reads `data/` as the build does, and sends through `net`. To add a target: its file in `targets/`, a row in TARGETS,
its block in `config/announce.py`, its name in docs/announce.md. `hub` is no target: it notifies of feeds, not papers.

Each paper is sent once. Sent papers are recorded in `data/announced/`. If a service cannot recognise a repeated
message, the record is written before the message is sent, and removed only if the service certainly refused it: a
paper that is not sent is better than a paper that is sent twice.
"""

from __future__ import annotations

from generator.announce.target import Desk, Notice, Target
from generator.announce.targets import apprise, bluesky, discord, email_digest, mastodon, matrix, slack

TARGETS: tuple[Target, ...] = (
    slack.TARGET,
    discord.TARGET,
    matrix.TARGET,
    mastodon.TARGET,
    bluesky.TARGET,
    email_digest.TARGET,
    apprise.TARGET,
)

__all__ = ["TARGETS", "Desk", "Notice", "Target"]
