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
    media: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By media key."""
    account_id: str | None = None
    """X's id of the account whose timeline the page is: older answers leave `author_id` out."""

    @classmethod
    def of(cls, answer: Mapping[str, Any], account_id: str | None = None) -> Included:
        """From a whole answer; parts of another shape are left out."""
        includes = answer.get("includes")
        includes = includes if isinstance(includes, dict) else {}
        posts = {**_by_id(includes.get("tweets")), **_by_id(includes.get("posts"))}
        media = _by_id(includes.get("media"), "media_key")
        return cls(posts, _by_id(includes.get("users")), media, account_id)


def _by_id(objects: Any, key: str = "id") -> dict[str, Mapping[str, Any]]:
    if not isinstance(objects, list):
        return {}
    return {item[key]: item for item in objects if isinstance(item, dict) and isinstance(item.get(key), str)}


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
    return f"https://x.com/i/status/{own_id}" if network == NETWORK and ID.fullmatch(own_id) else None


def parse(record: Record, seen_at: datetime) -> list[Post]:
    """One post object -> the included posts that it refers to, then itself. Raises RecordError."""
    raw = wire.mapping(record.raw, record.where)
    included = record.context if isinstance(record.context, Included) else Included()
    reader = _Reader(included, record.trackers, seen_at.replace(microsecond=0))
    post = reader.post(raw, record.where, included.account_id)
    posts = []
    for _, of in _references(raw, record.where):
        original = included.posts.get(of)
        if original is None or of == raw.get("id"):
            continue
        try:
            posts.append(reader.post(original, f"{record.where} includes {of}", None))
        except RecordError:
            continue  # deleted or withheld in part: what refers to it stands without it
    return [*posts, post]


@dataclass(frozen=True, slots=True)
class _Reader:
    included: Included
    trackers: tuple[str, ...]
    seen_at: datetime

    def post(self, raw: Mapping[str, Any], where: str, default_author: str | None) -> Post:
        edition = _id(raw.get("id"), f"{where}.id")
        own_id = _first_edition(raw) or edition
        kind, of = _kind(raw, where)
        original = self.included.posts.get(of) if kind == "repost" and of else None
        source = original if original is not None else raw
        links: list[Any] = [*_links(raw, where), *self.papers_in_pictures(raw)]
        if original is not None:
            links += [*_links(original, where), *self.papers_in_pictures(original)]
        return Post(
            id=f"{NETWORK}:{own_id}",
            network=NETWORK,
            kind=kind,
            of=f"{NETWORK}:{_first_edition(self.included.posts.get(of, {})) or of}" if of else None,
            url=f"https://x.com/i/status/{edition}",
            account=self.account(_id(raw.get("author_id") or default_author, f"{where}.author_id")),
            posted_at=self.posted_at(raw, own_id, where),
            seen_at=self.seen_at,
            text=_text(source, where),
            lang=wire.language(source.get("lang")),
            links=wire.links(links),
            counts=wire.counts(wire.mapping(raw.get("public_metrics"), f"{where}.public_metrics"), _COUNTS),
            trackers=tuple(sorted(self.trackers)),
        )

    def account(self, own_id: str) -> Account:
        user = self.included.users.get(own_id, {})
        handle = user.get("username")
        return Account(
            id=f"{NETWORK}:{own_id}",
            handle=handle if isinstance(handle, str) and HANDLE.fullmatch(handle) else None,
            name=wire.clean_line(user.get("name")),
        )

    def posted_at(self, raw: Mapping[str, Any], own_id: str, where: str) -> datetime:
        """When it was posted: by its id or as stated; without both, before ids held a time."""
        stated, in_id = wire.time(raw.get("created_at")), snowflake_time(own_id)
        if stated is None and in_id is None and raw.get("created_at"):
            raise RecordError(f"{where}.created_at", f"is no time: {wire.shown(raw.get('created_at'))!r}")
        moment = stated or in_id
        if in_id is not None and own_id != raw.get("id"):
            # The stated time is that of a later edition.
            moment = in_id
        return min(moment or LAST_WITHOUT_TIME, self.seen_at)

    def papers_in_pictures(self, raw: Mapping[str, Any]) -> list[str]:
        """Papers that the descriptions of its pictures name."""
        attachments = raw.get("attachments")
        keys = attachments.get("media_keys") if isinstance(attachments, dict) else None
        pictures = [self.included.media.get(key, {}) for key in keys] if isinstance(keys, list) else []
        return papers_beside([picture.get("alt_text") for picture in pictures])


def _id(value: Any, where: str) -> str:
    if not isinstance(value, str) or not ID.fullmatch(value):
        raise RecordError(where, f"is no id: {wire.shown(value)!r}")
    return value


def _first_edition(raw: Mapping[str, Any]) -> str | None:
    """The id under which the post was made; each edit gave it another one. None where that is not stated."""
    history = raw.get("edit_history_post_ids", raw.get("edit_history_tweet_ids"))
    ids = (
        [value for value in history if isinstance(value, str) and ID.fullmatch(value)]
        if isinstance(history, list)
        else []
    )
    return min(ids, key=int, default=None)


def _references(raw: Mapping[str, Any], where: str) -> Iterator[tuple[str, str]]:
    """(type, id) of what it refers to."""
    name = "referenced_posts" if raw.get("referenced_posts") is not None else "referenced_tweets"
    for index, row in enumerate(wire.rows(raw.get(name), f"{where}.{name}")):
        place = f"{where}.{name}[{index}]"
        reference = wire.mapping(row, place)
        yield str(reference.get("type")), _id(reference.get("id"), f"{place}.id")


def _kind(raw: Mapping[str, Any], where: str) -> tuple[Kind, str | None]:
    references = list(_references(raw, where))
    for kind, names in _KINDS:
        for name, of in references:
            if name in names:
                return kind, of
    return "post", None


def _note(raw: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    """The whole of a post longer than 280 characters, or nothing."""
    name = "note_post" if raw.get("note_post") is not None else "note_tweet"
    return wire.mapping(raw.get(name), f"{where}.{name}")


def _url_entities(raw: Mapping[str, Any], where: str) -> Iterator[Mapping[str, Any]]:
    note = _note(raw, where)
    for holder, place in ((raw, where), (note, f"{where}.note")):
        entities = wire.mapping(holder.get("entities"), f"{place}.entities")
        for entity in wire.rows(entities.get("urls"), f"{place}.entities.urls"):
            if isinstance(entity, dict):
                yield entity


def _target(entity: Mapping[str, Any]) -> str | None:
    """Where a link leads as X states it: after redirects, else as it was written, else the short form."""
    urls = (wire.web_url(entity.get(name)) for name in ("unwound_url", "expanded_url", "url"))
    return next(filter(None, urls), None)


def _links(raw: Mapping[str, Any], where: str) -> Iterator[Any]:
    """Targets of its links, as written and after redirects; media that X hosts is not one.

    With them the papers that its cards and its article name. A shortened link stands only where no target is known.
    """
    targets: dict[Any, list[str]] = {}
    for index, entity in enumerate(_url_entities(raw, where)):
        if entity.get("media_key") is not None:
            continue
        short = entity.get("url")
        # The note repeats the links of the text, with less known about them.
        urls_of_link = targets.setdefault(short if isinstance(short, str) else index, [])
        urls_of_link += filter(
            None, (wire.web_url(entity.get(name)) for name in ("unwound_url", "expanded_url", "url"))
        )
        yield from papers_beside(entity.get("title"), entity.get("description"))
    for urls in targets.values():
        yield from [url for url in urls if not is_short(url)] or urls[:1]
    yield from papers_beside(raw.get("article"))


def _text(raw: Mapping[str, Any], where: str) -> str:
    """What it says: whole, with real addresses in the place of t.co ones, and characters instead of HTML entities."""
    note = _note(raw, where)
    text = note.get("text") if note.get("text") is not None else raw.get("text")
    if not isinstance(text, str):
        raise RecordError(f"{where}.text", f"is no text: {wire.shown(text)!r}")
    full: dict[str, str] = {}
    for entity in _url_entities(raw, where):
        short = entity.get("url")
        if not isinstance(short, str):
            continue
        if entity.get("media_key") is not None:
            full.setdefault(short, "")
        elif (short not in full or wire.web_url(entity.get("unwound_url"))) and (target := _target(entity)):
            full[short] = target
    text = html.unescape(text[: wire.TEXT_MAX * 2])  # before the addresses are put in: those are not escaped
    text = _SHORT.sub(lambda match: full.get(match[0], match[0]), text)
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
    candidates = (f"{NETWORK}:{match[1]}" if match else "", post.id, post.of or "")
    return next(filter(None, map(post_url, candidates)), post.url)
