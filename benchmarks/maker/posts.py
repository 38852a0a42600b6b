"""The sample's made-up posts: who says what about which paper, and when. Pure."""

from __future__ import annotations

import base64
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from benchmarks.maker.dice import Dice
from benchmarks.maker.papers import MadePaper
from benchmarks.maker.people import BOT, LOCAL_REMARKS, PEOPLE, REMARKS, REPLIES, TRACKERS
from generator.model.records import Account, Counts, Kind, Paper, Post

_DID = "did:plc:madeup"
_X_ACCOUNT = "x:19900000000000"
_EPOCH_MS = 1_288_834_974_657
"""Of the ids of X: (id >> 22) + this is the time in milliseconds."""
_BASE32 = "234567abcdefghijklmnopqrstuvwxyz"
_POSTS_A_PERSON = 40
_LINKS = (
    "https://arxiv.org/abs/{}",
    "https://arxiv.org/abs/{}",
    "https://arxiv.org/abs/{}",
    "https://arxiv.org/pdf/{}",
    "https://www.alphaxiv.org/abs/{}",
    "https://doi.org/10.48550/arXiv.{}",
)
_KINDS: tuple[tuple[float, Kind], ...] = ((0.24, "repost"), (0.36, "quote"), (0.44, "reply"), (0.54, "like"))
"""Up to which throw of the dice a post is of a kind; beyond, it is a post of its own."""
_BOT_SHARE = 0.07
_TWO_PAPERS = 0.04
_TRIES = 6
_THREAD = 3


@dataclass(frozen=True, slots=True)
class _Person:
    """Somebody who posts, on one network or two."""

    account: Account
    x_id: str | None
    trackers: tuple[str, ...]
    key: str


class _Scene(NamedTuple):
    """Everything that one post is made from."""

    made: MadePaper
    plan: _Planned
    person: _Person
    now: datetime
    dice: Dice


class _Planned(NamedTuple):
    """That somebody will post about a paper."""

    at: datetime
    place: int
    number: int


def make_posts(papers: Sequence[MadePaper], count: int, now: datetime, dice: Dice) -> Iterator[Post]:
    """Make up so many posts about the papers, in the order of time."""
    if not count:
        return
    people = _people(max(len(PEOPLE), count // _POSTS_A_PERSON))
    readers = {field: [person for person in people if field in person.trackers] for field, _, _ in TRACKERS}
    earlier: defaultdict[int, list[Post]] = defaultdict(list)
    thread = _thread_of(papers, people, now) if count >= _THREAD * 10 else []
    for post in thread:
        yield post
    for plan in _plan(papers, count - len(thread), now, dice):
        made = papers[plan.place]
        person = dice.pick(readers[made.draft.field] if dice.random() < 0.85 else people)
        post = _post(_Scene(made, plan, person, now, dice), earlier[plan.place])
        if dice.random() < _TWO_PAPERS and post.kind == "post" and post.text:
            post = _also(post, [dice.pick(papers).paper for _ in range(_TRIES)])
        if post.kind in {"post", "quote"}:
            earlier[plan.place].append(post)
        yield post


def _people(count: int) -> list[_Person]:
    people = []
    for number in range(count):
        handle, name = PEOPLE[number % len(PEOPLE)]
        again = number // len(PEOPLE)
        key = f"{handle}{again + 1}" if again else handle
        shown = name.replace("(made up)", f"{again + 1} (made up)") if again else name
        fields = {TRACKERS[number % 3][0], TRACKERS[(number // 3) % 3][0]}
        account = Account(id=f"bluesky:{_did(key)}", handle=f"{key}.example", name=shown)
        x_id = f"{_X_ACCOUNT}{number:05d}" if number % 3 == 1 else None
        people.append(_Person(account, x_id, tuple(sorted(fields)), handle))
    return people


def _plan(papers: Sequence[MadePaper], count: int, now: datetime, dice: Dice) -> list[_Planned]:
    """Who gets how much attention, and when: few papers get most, and it fades within days."""
    order = dice.shuffled(range(len(papers)))
    weights = [1 / (1 + place) ** 0.75 for place in range(len(order))]
    ends: list[float] = []
    for weight in weights:
        ends.append((ends[-1] if ends else 0.0) + weight)
    planned = []
    for number in range(count):
        place = order[number] if number < len(order) else order[_first_above(ends, dice.random() * ends[-1])]
        planned.append(_Planned(_time_for(papers[place], place, now, dice), place, number))
    return sorted(planned)


def _time_for(made: MadePaper, place: int, now: datetime, dice: Dice) -> datetime:
    submitted = made.paper.submitted_at or now
    start = max(submitted, now - timedelta(days=1 + place % 40))
    span_s = (now - start).total_seconds()
    after_s = dice.waiting(2.2 * 86_400)
    if after_s >= span_s:
        after_s = dice.random() * span_s
    return start + timedelta(seconds=int(after_s))


def _first_above(ends: Sequence[float], value: float) -> int:
    low, high = 0, len(ends) - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if ends[middle] <= value else (low, middle)
    return low


def _post(scene: _Scene, earlier: Sequence[Post]) -> Post:
    person, dice = scene.person, scene.dice
    if dice.random() < _BOT_SHARE:
        return _by_bot(scene)
    throw = dice.random()
    kind: Kind = next((kind for below, kind in _KINDS if throw < below), "post")
    on_x = person.x_id is not None and dice.random() < 0.6
    network = "x" if on_x else "bluesky"
    targets = [post for post in earlier[-12:] if post.network == network and post.account.id != person.account.id]
    if kind == "like" and not on_x:
        kind = "repost"  # likes come from X alone
    if kind != "post" and not targets:
        kind = "post"
    target = dice.pick(targets) if kind != "post" else None
    return _on_x(scene, kind, target) if on_x else _on_bluesky(scene, kind, target)


def _on_x(scene: _Scene, kind: Kind, target: Post | None) -> Post:
    """As data/ has posts from X: ids only."""
    plan = scene.plan
    snowflake = ((int(plan.at.timestamp() * 1000) - _EPOCH_MS) << 22) + plan.number
    return Post(
        id=f"x:{snowflake}",
        network="x",
        kind=kind,
        of=target.id if target else None,
        url=f"https://x.com/i/status/{snowflake}",
        account=Account(id=str(scene.person.x_id)),
        posted_at=plan.at,
        seen_at=_seen(scene),
        papers=(scene.made.paper.id,),
        trackers=scene.person.trackers,
    )


def _on_bluesky(scene: _Scene, kind: Kind, target: Post | None) -> Post:
    made, plan, person, _, dice = scene
    did = person.account.id.partition(":")[2]
    rkey = _rkey(plan)
    text = _text(scene, kind)
    link = dice.pick(_LINKS).format(made.paper.id)
    linked = kind == "post" or (kind == "quote" and dice.random() < 0.3)
    return Post(
        id=f"bluesky:{did}/{rkey}",
        network="bluesky",
        kind=kind,
        of=target.id if target else None,
        url=target.url if kind == "repost" and target else f"https://bsky.app/profile/{did}/post/{rkey}",
        account=person.account,
        posted_at=plan.at,
        seen_at=_seen(scene),
        text=f"{text} {link.removeprefix('https://')}".strip() if text is not None and linked else text,
        lang=_language(person, text),
        links=(link,) if linked else (),
        papers=(made.paper.id,),
        counts=None if kind == "repost" else _counts(dice),
        trackers=person.trackers,
    )


def _by_bot(scene: _Scene) -> Post:
    handle, name = BOT
    account = Account(id=f"bluesky:{_did(handle)}", handle=f"{handle}.example", name=name, bot=True)
    parrot = _Person(account, None, (scene.made.draft.field,), handle)
    return _on_bluesky(scene._replace(person=parrot), "post", None)


def _text(scene: _Scene, kind: Kind) -> str | None:
    made, _, person, _, dice = scene
    if kind in {"repost", "like"}:
        return None
    if person.key == BOT[0] or (kind == "post" and dice.random() < 0.12):
        return made.paper.title.replace("$", "")
    if kind == "reply":
        return dice.pick(REPLIES)
    if person.key in LOCAL_REMARKS and dice.random() < 0.6:
        return dice.pick(LOCAL_REMARKS[person.key][1])
    return dice.pick(made.draft.comments if dice.random() < 0.4 else REMARKS)


def _language(person: _Person, text: str | None) -> str | None:
    if text is None:
        return None
    language, remarks = LOCAL_REMARKS.get(person.key, ("en", ()))
    return language if text in remarks else "en"


def _thread_of(papers: Sequence[MadePaper], people: Sequence[_Person], now: datetime) -> list[Post]:
    """One person explains a paper in three posts, of which only the first links it."""
    made = papers[0]
    person = people[3]
    did = person.account.id.partition(":")[2]
    since = max(made.paper.submitted_at or now, now - timedelta(days=2))
    texts = (
        f"A short thread on a paper that I have now read three times. arxiv.org/abs/{made.paper.id} 1/3",
        "The idea in one sentence: what everybody treats as noise is the signal, if you wait long enough. 2/3",
        "What I would try next: the same argument with the roles of the two sides exchanged. Who is in? 3/3",
    )
    posts: list[Post] = []
    for number, text in enumerate(texts):
        plan = _Planned(since + (now - since) * (0.5 + 0.01 * number), 0, number + 900)
        posts.append(
            Post(
                id=f"bluesky:{did}/{_rkey(plan)}",
                network="bluesky",
                kind="reply" if posts else "post",
                of=posts[-1].id if posts else None,
                url=f"https://bsky.app/profile/{did}/post/{_rkey(plan)}",
                account=person.account,
                posted_at=plan.at.replace(microsecond=0),
                seen_at=now,
                text=text,
                lang="en",
                links=() if posts else (f"https://arxiv.org/abs/{made.paper.id}",),
                papers=(made.paper.id,),
                counts=Counts(likes=41 - 9 * number, reposts=12 - 4 * number, replies=3, quotes=1),
                trackers=person.trackers,
            )
        )
    return posts


def _also(post: Post, candidates: Sequence[Paper]) -> Post:
    """The post with a second paper, the first that there was by then."""
    other = next(
        (paper.id for paper in candidates if paper.submitted_at and paper.submitted_at <= post.posted_at), None
    )
    if other is None or other in post.papers:
        return post
    return msgspec.structs.replace(
        post,
        text=f"{post.text} (see also arxiv.org/abs/{other})",
        links=tuple(sorted({*post.links, f"https://arxiv.org/abs/{other}"})),
        papers=tuple(sorted({*post.papers, other})),
    )


def _counts(dice: Dice) -> Counts:
    likes = int(dice.waiting(14.0))
    return Counts(likes=likes, reposts=likes // 4, replies=dice.between(0, 5), quotes=likes // 9)


def _seen(scene: _Scene) -> datetime:
    return min(scene.plan.at + timedelta(minutes=11 + scene.plan.number % 50), scene.now)


def _did(key: str) -> str:
    digest = hashlib.blake2b(key.encode(), digest_size=15).digest()
    return (_DID + base64.b32encode(digest).decode().lower())[: len("did:plc:") + 24]


def _rkey(plan: _Planned) -> str:
    """A record's key: its time in base 32, 13 characters (https://atproto.com/specs/tid, read 2026-11-23)."""
    value = (int(plan.at.timestamp() * 1_000_000) + plan.number) << 10
    return "".join(_BASE32[(value >> 5 * place) & 31] for place in range(12, -1, -1))
