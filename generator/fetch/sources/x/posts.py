"""X API v2 on the wire: one post object with what its page includes -> our posts. Pure.

Both namings are understood: that of the OpenAPI description 2.167 (`note_post`, `referenced_posts`, `repost_count`,
`includes.posts`; docs.x.com, 2026-08-22, read 2026-11-23) and the one before (`note_tweet`, `referenced_tweets`,
`retweet_count`, `includes.tweets`), which older accounts and mirrors still answer with.

- A post that quotes and answers at once is a quote: the quoted post is what its words are about; `of` names it.
- A repost states its original's text and links, in full (its own text is 'RT @...' and may be cut).
- An edit of a post has an id of its own. All editions are the post of the first id; the address names the edition.
- Posts in `includes` that it refers to become posts of their own, before it, with the same trackers.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.posts import make_post
from generator.fetch.adapter.source import Record
from generator.fetch.adapter.words_beside import papers_beside
from generator.finding.shorteners import is_short
from generator.model.errors import RecordError
from generator.model.records import Account, Kind, Post

NETWORK = "x"
ID = re.compile(r"[0-9]{1,19}", re.ASCII)
HANDLE = re.compile(r"[A-Za-z0-9_]{1,15}", re.ASCII)

_SNOWFLAKE_EPOCH = datetime.fromtimestamp(1_288_834_974.657, UTC)
"""2010-11-04T01:42:54.657Z: post ids since then hold milliseconds from here, above 22 lower bits."""
LAST_WITHOUT_TIME = _SNOWFLAKE_EPOCH.replace(microsecond=0)
_FIRST_SNOWFLAKE = 29_700_859_247
"""Ids below were counted, not timed."""
_SHORT = re.compile(r"https?://t\.co/\w{1,64}", re.ASCII)
_STATUS_URL = re.compile(
    r"https?://(?:\w+\.)?(?:x|twitter)\.com/\w{1,20}/status(?:es)?/([0-9]{1,19})(?![0-9])", re.ASCII
)
_SPACES = re.compile(r"[ \t]+(?=\n|$)")
_KINDS: tuple[tuple[Kind, frozenset[str]], ...] = (
    ("repost", frozenset({"retweeted", "reposted"})),
    ("quote", frozenset({"quoted"})),
    ("reply", frozenset({"replied_to"})),
)
_COUNTS = {
    "likes": ("like_count",),
    "reposts": ("repost_count", "retweet_count"),
    "replies": ("reply_count",),
    "quotes": ("quote_count",),
}


@dataclass(frozen=True, slots=True)
class Included:
    """What a page holds beside its posts: looked up by id."""

    posts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    users: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    account_id: str | None = None
    """X's id of the account whose timeline the page is: older answers leave `author_id` out."""

    @classmethod
    def of(cls, answer: Mapping[str, Any], account_id: str | None = None) -> Included:
        """From a whole answer; parts of another shape are left out."""
        includes = wire.part(answer, "includes")
        posts = {**_by_id(includes.get("tweets")), **_by_id(includes.get("posts"))}
        return cls(posts, _by_id(includes.get("users")), account_id)


def _by_id(objects: Any) -> dict[str, Mapping[str, Any]]:
    rows: dict[str, Mapping[str, Any]] = {}
    for row in wire.objects(objects):
        own_id = row.get("id")
        if isinstance(own_id, str):
            rows[own_id] = row
    return rows


def snowflake_time(post_id: str) -> datetime | None:
    """When a post was made, from its id; None for ids from before November 2010."""
    number = int(post_id)
    if number < _FIRST_SNOWFLAKE:
        return None
    return (_SNOWFLAKE_EPOCH + timedelta(milliseconds=number >> 22)).replace(microsecond=0)


def snowflake_at(moment: datetime) -> int:
    """The smallest id that a post made at `moment` can have."""
    return max(0, int((moment - _SNOWFLAKE_EPOCH).total_seconds() * 1000)) << 22


def post_url(post_id: str) -> str | None:
    """`x:ID` -> an address that names no handle (X redirects it to the post)."""
    network, _, own_id = post_id.partition(":")
    if network == NETWORK and ID.fullmatch(own_id):
        return f"https://x.com/i/status/{own_id}"
    return None


def parse(record: Record, seen_at: datetime) -> list[Post]:
    """One post object -> the included posts that it refers to, then itself. Raises RecordError."""
    raw = wire.mapping(record.raw, record.where)
    included = record.context if isinstance(record.context, Included) else Included()
    author = raw.get("author_id") or included.account_id
    post = _post({**raw, "author_id": author}, record, record.where, included, seen_at)
    posts = []
    for _, own_id in _references(raw, record.where):
        original = included.posts.get(own_id)
        if original is None or own_id == raw.get("id"):
            continue
        try:
            posts.append(_post(original, record, f"{record.where} includes {own_id}", included, seen_at))
        except RecordError:
            # Deleted or withheld in part: what refers to it stands without it.
            continue
    return [*posts, post]


def _post(raw: Mapping[str, Any], record: Record, where: str, included: Included, seen_at: datetime) -> Post:
    edition = wire.required(raw, "id", ID, where)
    own_id = _first_edition(raw) or edition
    kind, target = _kind(raw, where)
    target_post = included.posts.get(target or "", {})
    # A repost states its original's text and links.
    source = raw
    links = list(_links(raw, where))
    if kind == "repost" and target_post:
        source = target_post
        links += _links(target_post, where)
    return make_post(
        record,
        seen_at,
        id=f"{NETWORK}:{own_id}",
        kind=kind,
        of=f"{NETWORK}:{_first_edition(target_post) or target}" if target else None,
        url=f"https://x.com/i/status/{edition}",
        account=_account(wire.required(raw, "author_id", ID, where), included),
        posted_at=_posted_at(raw, own_id, where),
        text=_text(source, where),
        lang=wire.language(source.get("lang")),
        links=wire.links(links),
        counts=wire.counts(wire.mapping(raw.get("public_metrics"), f"{where}.public_metrics"), _COUNTS),
    )


def _account(own_id: str, included: Included) -> Account:
    user = included.users.get(own_id, {})
    handle = wire.matching(user.get("username"), HANDLE)
    return Account(id=f"{NETWORK}:{own_id}", handle=handle, name=wire.clean_line(user.get("name")))


def _posted_at(raw: Mapping[str, Any], own_id: str, where: str) -> datetime:
    """When it was posted: as stated or by its id; without both, before ids held a time."""
    in_id = snowflake_time(own_id)
    # The stated time is that of a later edition.
    if in_id is not None and own_id != raw.get("id"):
        return in_id
    stated = wire.time(raw.get("created_at"))
    if stated is None and in_id is None and raw.get("created_at"):
        raise RecordError(f"{where}.created_at", f"is no time: {wire.shown(raw.get('created_at'))!r}")
    return stated or in_id or LAST_WITHOUT_TIME


def _first_edition(raw: Mapping[str, Any]) -> str | None:
    """The id under which the post was made; each edit gave it another one. None where that is not stated."""
    history = raw.get("edit_history_post_ids", raw.get("edit_history_tweet_ids"))
    if not isinstance(history, list):
        return None
    ids = [own_id for own_id in history if wire.matching(own_id, ID)]
    return min(ids, key=int, default=None)


def _references(raw: Mapping[str, Any], where: str) -> Iterator[tuple[str, str]]:
    """(type, id) of what it refers to."""
    name = "referenced_posts" if raw.get("referenced_posts") is not None else "referenced_tweets"
    for index, row in enumerate(wire.rows(raw.get(name), f"{where}.{name}")):
        place = f"{where}.{name}[{index}]"
        reference = wire.mapping(row, place)
        yield str(reference.get("type")), wire.required(reference, "id", ID, place)


def _kind(raw: Mapping[str, Any], where: str) -> tuple[Kind, str | None]:
    """What it does, and X's id of the post to which it does that."""
    references = list(_references(raw, where))
    for kind, names in _KINDS:
        for name, own_id in references:
            if name in names:
                return kind, own_id
    return "post", None


def _note(raw: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    """The whole of a post longer than 280 characters, or nothing."""
    name = "note_post" if raw.get("note_post") is not None else "note_tweet"
    return wire.mapping(raw.get(name), f"{where}.{name}")


def _url_entities(raw: Mapping[str, Any], where: str) -> Iterator[Mapping[str, Any]]:
    """The links of the text, then those of the note, which repeats them with less known about them."""
    for holder, place in ((raw, where), (_note(raw, where), f"{where}.note")):
        entities = wire.mapping(holder.get("entities"), f"{place}.entities")
        yield from wire.objects(wire.rows(entities.get("urls"), f"{place}.entities.urls"))


def _targets(entity: Mapping[str, Any]) -> list[str]:
    """Where a link leads as X states it: after redirects, as it was written, in its short form."""
    urls = [wire.web_url(entity.get(name)) for name in ("unwound_url", "expanded_url", "url")]
    return [url for url in urls if url is not None]


def _links(raw: Mapping[str, Any], where: str) -> Iterator[str]:
    """Targets of its links, as written and after redirects; media that X hosts is not one.

    With them the papers that its cards and its article name. A shortened link stands only where no target is known.
    """
    targets: dict[str, list[str]] = {}
    for index, entity in enumerate(_url_entities(raw, where)):
        if entity.get("media_key") is None:
            link = entity.get("url")
            name = link if isinstance(link, str) else f"link {index}"
            targets.setdefault(name, []).extend(_targets(entity))
            yield from papers_beside(entity.get("title"), entity.get("description"))
    for urls in targets.values():
        full_urls = [url for url in urls if not is_short(url)]
        yield from full_urls or urls[:1]
    yield from papers_beside(raw.get("article"))


def _text(raw: Mapping[str, Any], where: str) -> str:
    """What it says: whole, with real addresses in the place of t.co ones, and characters instead of HTML entities."""
    text = _note(raw, where).get("text")
    if text is None:
        text = raw.get("text")
    if not isinstance(text, str):
        raise RecordError(f"{where}.text", f"is no text: {wire.shown(text)!r}")
    addresses: dict[str, str] = {}
    for entity in _url_entities(raw, where):
        link = entity.get("url")
        if not isinstance(link, str):
            continue
        if entity.get("media_key") is not None:
            addresses.setdefault(link, "")
            continue
        targets = _targets(entity)
        if targets and (link not in addresses or wire.web_url(entity.get("unwound_url"))):
            addresses[link] = targets[0]
    # Before the addresses are put in: those are not escaped.
    text = html.unescape(text[: wire.TEXT_MAX * 2])
    text = _SHORT.sub(lambda match: addresses.get(match[0], match[0]), text)
    return _SPACES.sub("", wire.clean(text)).strip()


def reduce(post: Post, settings: Mapping[str, Any]) -> Post:
    """What may stand in public data: ids only, unless the owner keeps a private repository (`keep: full`).

    X's developer policy lets third parties have post and user ids, no text, handles, names or counts.
    """
    if settings.get("keep", "ids") == "full":
        return post
    return Post(
        id=post.id,
        network=post.network,
        kind=post.kind,
        of=post.of,
        url=_url_without_handle(post),
        account=Account(id=post.account.id),
        posted_at=post.posted_at,
        seen_at=post.seen_at,
        papers=post.papers,
        in_thread=post.in_thread,
        trackers=post.trackers,
    )


def _url_without_handle(post: Post) -> str:
    """The address of the post, or of the one that it likes; one of no known shape stays."""
    match = _STATUS_URL.match(post.url)
    url = f"https://x.com/i/status/{match[1]}" if match else None
    return url or post_url(post.id) or post_url(post.of or "") or post.url
