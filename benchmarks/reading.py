"""A made-up group's reading for the simulation of growth: who posts when, about which papers, with what counts.

Everything follows from a seed. The rates are those of benchmarks/README.md; texts are words drawn as unevenly as those
of English, so that they compress about as well as real abstracts.
"""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from generator.model.records import Account, Counts, Paper, Post

_LETTERS = "etaoinshrdlucmfwypvbgkjqxz"
_WORDS = 20_000
_ABSTRACT_WORDS = 145
"""971 letters, the mean of 12,290 real abstracts."""
_POST_WORDS = 31
"""208 letters, the mean of 13,137 real posts about papers."""
_HALF_OF_LIKES = timedelta(hours=12)
_REVISED = 0.3
"""Of all papers; arXiv's share within a few months."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How much is read."""

    accounts: int = 200
    posts_a_day: float = 6.0
    """Of one account, about anything: each moves its cursor."""
    about_papers: float = 0.1
    deep_replies: float = 0.15
    """Answers to a stranger's answer: what that one answers is not shown, so both wait for it in the state."""
    reposts: float = 0.4
    """Of what is about papers: a repost brings the reposted post of somebody else with it."""
    new_paper: float = 0.7
    """The others are about a paper that somebody here named within the last month."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something that one account did: at a time, about a paper or not."""

    account: int
    at: datetime
    posts: tuple[Post, ...]


@dataclass
class Reading:
    """The group. `acts` gives what happened in an hour; `paper` describes a paper as arXiv would at a time."""

    seed: int = 1
    rates: Rates = field(default_factory=Rates)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)
        self._words = sorted(self._word() for _ in range(_WORDS))
        self._weights = list(accumulate(1 / (rank + 3) for rank in range(_WORDS)))
        self._dice.shuffle(self._words)
        self._named: list[tuple[datetime, str]] = []
        self._numbers: dict[str, int] = {}
        self._strangers = 0

    def acts(self, hour: datetime) -> Iterator[Act]:
        """What the accounts did in the hour that ends now."""
        rates = self.rates
        expected = rates.accounts * rates.posts_a_day / 24 * _of_the_day(hour.hour)
        for number in range(self._poisson(expected)):
            account = min(int(self._dice.paretovariate(0.9)) - 1, rates.accounts - 1)  # a few post most
            account = account or self._dice.randrange(rates.accounts)
            at = hour - timedelta(seconds=self._dice.randrange(3600))
            kind = self._dice.random()
            if kind < rates.about_papers:
                yield Act(account, at, self._posts(account, at, number))
            elif kind < rates.about_papers + rates.deep_replies:
                yield Act(account, at, self._deep_reply(account, at, number))
            else:
                yield Act(account, at, ())

    def paper(self, paper_id: str, now: datetime) -> Paper:
        """As arXiv describes it: three of ten are revised a month after they appear."""
        dice = random.Random(f"{self.seed} {paper_id}")
        submitted = datetime(2000 + int(paper_id[:2]), int(paper_id[2:4]), 1, 12, tzinfo=UTC)
        submitted += timedelta(hours=int(paper_id[5:]) / 24_000 * 28 * 24)
        revised = submitted + timedelta(days=dice.uniform(3, 90))
        version = 2 if dice.random() < _REVISED and revised < now else 1
        title, abstract = self._text(dice, 10), self._text(dice, _ABSTRACT_WORDS)
        return Paper(
            id=paper_id, version=version, title=title.title(),
            authors=tuple(self._text(dice, 2).title() for _ in range(1 + int(dice.paretovariate(0.9)) % 20)),
            abstract=abstract + (f" {self._text(dice, 9)}." if version > 1 else ""), categories=("cs.LG", "stat.ML"),
            submitted_at=submitted, revised_at=revised.replace(microsecond=0) if version > 1 else None, fetched_at=now,
        )  # fmt: skip

    def _posts(self, account: int, at: datetime, number: int) -> tuple[Post, ...]:
        paper = self._choose_paper(at)
        name = f"3m{int(at.timestamp()):x}{number:02x}"
        if self._dice.random() >= self.rates.reposts:
            return (self._post(_did(account), name, at, paper),)
        self._strangers += 1
        stranger = _did(1000 + self._strangers % 5000)
        original = self._post(stranger, f"{name}o", at - timedelta(hours=self._dice.uniform(0.2, 40)), paper)
        who = self._account(_did(account))
        repost = Post(
            id=f"bluesky:{_did(account)}/{name}r", network="bluesky", kind="repost", of=original.id,
            url=original.url, account=who, posted_at=at, seen_at=at, trackers=("group",),
        )  # fmt: skip
        return (original, repost)

    def _deep_reply(self, account: int, at: datetime, number: int) -> tuple[Post, ...]:
        self._strangers += 1
        name = f"3m{int(at.timestamp()):x}{number:02x}"
        unseen = f"bluesky:{_did(9000 + self._strangers % 5000)}/{name}u"
        theirs = self._talk(_did(1000 + self._strangers % 5000), f"{name}p", at - timedelta(minutes=50), unseen)
        return (theirs, self._talk(_did(account), name, at, theirs.id))

    def _talk(self, did: str, name: str, at: datetime, of: str) -> Post:
        at = at.replace(microsecond=0)
        return Post(
            id=f"bluesky:{did}/{name}", network="bluesky", kind="reply", of=of, account=self._account(did),
            url=f"https://bsky.app/profile/{did}/post/{name}", posted_at=at, seen_at=at, text="I see what you mean",
            lang="en", trackers=("group",),
        )  # fmt: skip

    def _post(self, did: str, name: str, at: datetime, paper: str) -> Post:
        link = f"https://arxiv.org/abs/{paper}"
        at = at.replace(microsecond=0)
        return Post(
            id=f"bluesky:{did}/{name}", network="bluesky", kind="post",
            url=f"https://bsky.app/profile/{did}/post/{name}", account=self._account(did), posted_at=at, seen_at=at,
            text=f"{self._text(self._dice, _POST_WORDS)} {link}", lang="en", links=(link,), trackers=("group",),
        )  # fmt: skip

    def _account(self, did: str) -> Account:
        return Account(id=f"bluesky:{did}", handle=f"{did[8:18]}.example.com", name=did[8:14].title())

    def _choose_paper(self, at: datetime) -> str:
        while self._named and self._named[0][0] < at - timedelta(days=30):
            self._named.pop(0)
        if self._named and self._dice.random() >= self.rates.new_paper:
            return self._dice.choice(self._named)[1]
        month = at - timedelta(days=min(self._dice.expovariate(1 / 4), 300))
        number = self._numbers[f"{month:%y%m}"] = self._numbers.get(f"{month:%y%m}", 0) + 1 + self._dice.randrange(18)
        paper = f"{month:%y%m}.{number % 24_000 + 1:05}"
        self._named.append((at, paper))
        return paper

    def _text(self, dice: random.Random, count: int) -> str:
        top = self._weights[-1]
        return " ".join(self._words[bisect_left(self._weights, dice.random() * top)] for _ in range(count))

    def _word(self) -> str:
        return "".join(
            self._dice.choices(_LETTERS, range(26, 0, -1), k=self._dice.choice((2, 3, 4, 5, 6, 7, 8, 9, 11)))
        )

    def _poisson(self, expected: float) -> int:
        return max(0, round(self._dice.gauss(expected, expected**0.5)))


def with_counts(post: Post, now: datetime) -> Post:
    """The post with what its network reports by now: half of its likes come within twelve hours."""
    import msgspec  # noqa: PLC0415 (one function)

    final = random.Random(post.id).lognormvariate(3.0, 1.5)  # median 20, as the favourites of real hot papers spread
    share = 1 - 0.5 ** ((now - post.posted_at) / _HALF_OF_LIKES)
    counts = Counts(
        likes=int(final * share), reposts=int(final * share / 4), replies=int(final * share / 9),
        quotes=int(final * share / 30),
    )  # fmt: skip
    return msgspec.structs.replace(post, counts=counts)


def _did(number: int) -> str:
    return f"did:plc:{random.Random(number).randrange(26**12):024x}"


def _of_the_day(hour: int) -> float:
    return 1.7 if 12 <= hour < 22 else 0.5
