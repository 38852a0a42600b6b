"""The third half: what is at the top and was not told yet goes to whom the owner named. Nobody by default.

    data/ -> store -posts, papers-> assemble -lists-> choosing -notices-> a target -> data/announced

It reads `data/` as the build does and sends through http_client (and mail_client); the build cannot reach it. Adding a
target: its file here, a row in TARGETS, its block in `config/announce.py`, its name in docs/announce.md. `hub` is told
of feeds in place of papers, and is not one of them.

Each paper once: what was told is noted in `data/announced/`. Where a message cannot be named so that the service takes
it once, it is noted before it is sent, and the note is taken back only if the service certainly refused it: rather one
paper untold than one told twice.
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
