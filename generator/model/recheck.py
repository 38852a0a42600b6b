"""Which captured posts are due to be asked about again, and when an answer is believed. Pure.

Every post that is shown is asked about within 7 days; on X within 24 hours in its first week, and more seldom the older
it is (`promised`). A post is due some time before that, because scheduled runs come every few hours and late. Having
been seen by a fetch counts as the first time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from generator.model.records import Post

PROMISED = timedelta(days=7)
PROMISED_ON_X = ((timedelta(days=7), timedelta(days=1)), (timedelta(days=30), timedelta(days=7)))
"""(younger than this, asked about within that); the youngest first."""
PROMISED_OLD_ON_X = timedelta(days=30)


def promised(post: Post, now: datetime) -> timedelta:
    """Within what time the post is asked about.

    X is paid by the read. Its developer policy asks for removal as soon as reasonably possible, and within 24 hours of
    a request; a request is served at once (`prune POST`, `mute_accounts`). Most posts that are deleted are so in their
    first days, so old ones are asked about less often: $0.11 in a post's first year in place of $1.80.
    """
    if post.network != "x":
        return PROMISED
    age = now - post.posted_at
    return next((within for younger, within in PROMISED_ON_X if age <= younger), PROMISED_OLD_ON_X)


def _slack(promise: timedelta) -> timedelta:
    """How much earlier a post is due, because runs come every few hours and late."""
    return min(timedelta(days=1), promise / 2)


MASS_FROM = 20
MASS_SHARE = 0.5
"""More posts than this, and a larger share of those asked about than that, do not vanish at once from one network."""
BELIEVED_AFTER = timedelta(hours=20)
"""Unless the network still says so a day later."""
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class Checks:
    """What earlier runs learnt. Losing it costs requests only."""

    checked_at: dict[str, datetime] = field(default_factory=dict)
    """When a network last said that the post is there, by id."""
    missing_since: dict[str, datetime] = field(default_factory=dict)
    """When a network first said that it is not, where that was not believed, by id."""

    def last(self, post: Post, now: datetime) -> datetime:
        """When the post was last known to be there; never, where that is said of a time to come (a clock was wrong)."""
        moments = (self.checked_at.get(post.id, _NEVER), post.seen_at)
        return max((at for at in moments if at <= now), default=_NEVER)

    def note(self, answers: Mapping[str, bool], now: datetime) -> None:
        """Remember what a network said; those removed are forgotten by `keep`."""
        for post_id, is_there in answers.items():
            if is_there:
                self.checked_at[post_id] = now
                self.missing_since.pop(post_id, None)
            else:
                self.missing_since[post_id] = min(now, self.missing_since.get(post_id, now))

    def keep(self, ids: Collection[str]) -> None:
        """Forget everything about posts that are not captured any more."""
        self.checked_at = {post_id: at for post_id, at in self.checked_at.items() if post_id in ids}
        self.missing_since = {post_id: at for post_id, at in self.missing_since.items() if post_id in ids}


def due(posts: Iterable[Post], checks: Checks, now: datetime, *, everything: bool = False) -> list[Post]:
    """The posts to ask about in this run, those first that nobody asked about for longest."""
    due_posts = [
        post
        for post in posts
        if everything or now - checks.last(post, now) >= promised(post, now) - _slack(promised(post, now))
    ]
    return sorted(due_posts, key=lambda post: (checks.last(post, now), post.id))


def overdue(posts: Iterable[Post], checks: Checks, now: datetime) -> int:
    """How many posts nobody knows to be there within the time that is promised."""
    return sum(now - checks.last(post, now) > promised(post, now) for post in posts)


def believed(answers: Mapping[str, bool], checks: Checks, now: datetime) -> set[str]:
    """The posts to remove, of those that one network says are gone.

    A network that says of most of what it was asked that it vanished is more likely broken, or asked with a token that
    lost its rights. It is believed where it said so a day ago as well (`checks`, as they were before this answer).
    """
    gone = {post_id for post_id, is_there in answers.items() if not is_there}
    if len(gone) <= MASS_FROM or len(gone) <= MASS_SHARE * len(answers):
        return gone
    return {post_id for post_id in gone if now - checks.missing_since.get(post_id, now) >= BELIEVED_AFTER}


def with_echoes(gone: Collection[str], posts: Mapping[str, Post]) -> set[str]:
    """Gone posts and everything that only shows them: their reposts and likes, and likes of those, and so on."""
    echoes: dict[str, list[str]] = {}
    for post in posts.values():
        if post.kind in {"repost", "like"} and post.of is not None:
            echoes.setdefault(post.of, []).append(post.id)
    reached: set[str] = set()
    to_see = list(gone)
    while to_see:
        post_id = to_see.pop()
        if post_id not in reached:
            reached.add(post_id)
            to_see.extend(echoes.get(post_id, ()))
    return reached
