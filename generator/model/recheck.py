"""Which captured posts to check for deletion, and when to believe that they are gone. Pure.

Every published post is checked within 7 days; on X within 24 hours in its first week, and less often as it gets older
(`promised`). A post is due somewhat earlier, because scheduled runs start every few hours and late. The fetch of a post
counts as its first check.
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
    """The longest time between two checks of the post.

    X charges for every read. Its developer policy wants deleted posts removed as soon as reasonably possible, and
    within 24 hours of a request; requests take effect at once (`prune POST`, `mute_accounts`). We assume that an author
    deletes a new post more often than an old one, so older posts are checked less often: $0.11 in a post's first year
    instead of $1.80.
    """
    if post.network != "x":
        return PROMISED
    age = now - post.posted_at
    for max_age, interval in PROMISED_ON_X:
        if age <= max_age:
            return interval
    return PROMISED_OLD_ON_X


MASS_FROM = 20
MASS_SHARE = 0.5
"""A network that reports more than MASS_FROM posts, and more than MASS_SHARE of the asked ones, as gone is doubted."""
BELIEVED_AFTER = timedelta(hours=20)
"""A doubted report is believed if the network repeats it after this time."""
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class Checks:
    """Results of earlier runs. Losing them costs requests only."""

    checked_at: dict[str, datetime] = field(default_factory=dict)
    """Post id -> when the network last confirmed the post."""
    missing_since: dict[str, datetime] = field(default_factory=dict)
    """Post id -> when the network first reported it as gone, if that report was doubted."""

    def last(self, post: Post, now: datetime) -> datetime:
        """Time of the last check or fetch. Times in the future are ignored: a clock was wrong."""
        moments = (self.checked_at.get(post.id, _NEVER), post.seen_at)
        return max((at for at in moments if at <= now), default=_NEVER)

    def note(self, answers: Mapping[str, bool], now: datetime) -> None:
        """Record a network's answers."""
        for post_id, is_there in answers.items():
            if is_there:
                self.checked_at[post_id] = now
                self.missing_since.pop(post_id, None)
            else:
                self.missing_since[post_id] = min(now, self.missing_since.get(post_id, now))


def due(posts: Iterable[Post], checks: Checks, now: datetime, *, everything: bool = False) -> list[Post]:
    """Posts to check in this run, longest unchecked first."""
    due_posts = []
    for post in posts:
        interval = promised(post, now)
        slack = min(timedelta(days=1), interval / 2)
        if everything or now - checks.last(post, now) >= interval - slack:
            due_posts.append(post)
    return sorted(due_posts, key=lambda post: (checks.last(post, now), post.id))


def overdue(posts: Iterable[Post], checks: Checks, now: datetime) -> int:
    """Number of posts whose last check is older than promised."""
    return sum(now - checks.last(post, now) > promised(post, now) for post in posts)


def believed(answers: Mapping[str, bool], checks: Checks, now: datetime) -> set[str]:
    """Posts to remove, of those that one network reports as gone.

    A network that reports most posts as gone is more likely broken, or our token lost its rights. It is believed if it
    reported the same a day ago (`checks` from before this answer).
    """
    gone = {post_id for post_id, is_there in answers.items() if not is_there}
    if len(gone) <= MASS_FROM or len(gone) <= MASS_SHARE * len(answers):
        return gone
    return {post_id for post_id in gone if now - checks.missing_since.get(post_id, now) >= BELIEVED_AFTER}


def with_echoes(gone: Collection[str], posts: Mapping[str, Post]) -> set[str]:
    """Gone posts with their reposts and likes, and the likes of those, and so on."""
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
