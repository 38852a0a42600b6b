"""An archive of X on the wire: what its files hold -> our posts, the same as a fetch makes of them. Pure.

An archive (x.com, "Your account", "Download an archive of your data"; archives of 2018 to 2024, read 2026-11-23) has
files `tweets.js` (until 2022 `tweet.js`), `note-tweet.js`, `community-tweet.js`, `like.js`, of large ones parts
`tweets-part1.js`, ..., and `account.js`. Each is `window.YTD.<name>.part0 = ` and a JSON list.

- A tweet is an object of API v1.1 with numbers as text. It is put into the form of API v2 and read by
  `sources.x.posts`, so that ids, kinds, addresses, links and text follow one set of rules.
- It does not say who quoted what: the last link to another status is the quoted one, as X itself shows it.
- A retweet is a text that begins with `RT @name: ` and may be cut; the original's id stands in it only where the
  original has media of its own.
- A long post has 280 characters in `tweets.js` and all of them in `note-tweet.js`, under another id: they belong
  together when they were made in the same seconds and the long text begins with the short one.
- A like has the id and the text of what was liked, and no time: that of the liked post stands in, which is the earliest
  that it can be. Its links are shortened, so they have to be followed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.source import Record
from generator.fetch.sources.x import posts as x_posts
from generator.model.errors import RecordError
from generator.model.records import Account, Post

_MONTHS = {name: number for number, name in enumerate(
    ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1
)}  # fmt: skip
_CREATED = re.compile(
    r"(?:[A-Z][a-z]{2} )?([A-Z][a-z]{2}) ([0-9]{1,2}) ([0-9]{2}:[0-9]{2}:[0-9]{2}) \+0000 ([0-9]{4})", re.ASCII
)
_STATUS = re.compile(
    r"https?://(?:www\.|mobile\.)?(?:x|twitter)\.com/(?:i/web|[A-Za-z0-9_]{1,15})/status(?:es)?/([0-9]{1,19})/?(?:\?.*)?",
    re.ASCII,
)
_MEDIA_OF = re.compile(r"https?://(?:x|twitter)\.com/[A-Za-z0-9_]{1,15}/status/([0-9]{1,19})/.*", re.ASCII)
_REPOST = re.compile(r"RT @([A-Za-z0-9_]{1,15}): ", re.ASCII)
_SHORT = re.compile(r"https?://t\.co/\w{1,64}", re.ASCII)
_ADDRESSED = re.compile(r"(?:@\w{1,15}\s+)+", re.ASCII)
_CUT = "…"
_NUMBER = re.compile(r"[0-9]{1,12}", re.ASCII)
_NOTE_WITHIN_S = 2
_FIRST_TIMED = datetime(2010, 11, 4, 1, 42, 54, tzinfo=UTC)
"""Ids from before then hold no time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose archive it is."""

    id: str
    """X's id of the account, without the network."""
    handle: str | None = None
    name: str | None = None

    @property
    def account(self) -> Account:
        """As our posts name them."""
        return Account(id=f"{x_posts.NETWORK}:{self.id}", handle=self.handle, name=self.name)


@dataclass(frozen=True, slots=True)
class Note:
    """The whole of a long post."""

    text: str
    urls: tuple[tuple[str, str], ...]
    """(shortened, target)."""


@dataclass(slots=True)
class Notes:
    """The long posts of an archive, by the second in which they were made."""

    by_second: dict[int, list[Note]] = field(default_factory=dict)
    size: int = 0
    """Characters in all."""

    def add(self, raw: Any, where: str) -> None:
        """Take in one element of `note-tweet.js`. Raises RecordError."""
        note = wire.mapping(wire.mapping(raw, where).get("noteTweet"), f"{where}.noteTweet")
        core = wire.mapping(note.get("core"), f"{where}.core")
        text, at = core.get("text"), wire.time(note.get("createdAt"))
        if not isinstance(text, str) or at is None:
            raise RecordError(where, "is no long post: text or time is missing")
        urls = tuple(
            (str(entity.get("shortUrl")), str(entity.get("expandedUrl")))
            for entity in wire.rows(core.get("urls"), f"{where}.urls")
            if isinstance(entity, dict)
        )
        self.by_second.setdefault(int(at.timestamp()), []).append(Note(text[: wire.TEXT_MAX], urls))
        self.size += len(text)

    def find(self, text: str, made_at: datetime | None) -> Note | None:
        """The long post that a tweet is the beginning of."""
        if made_at is None or not self.by_second or _CUT not in text:
            return None
        begins = _compared(html.unescape(text).rpartition(_CUT)[0])
        second = int(made_at.timestamp())
        nearest = sorted(range(second - _NOTE_WITHIN_S, second + _NOTE_WITHIN_S + 1), key=lambda at: abs(at - second))
        for at in nearest:
            for note in self.by_second.get(at, ()):
                if begins and _compared(note.text).startswith(begins):
                    return note
        return None


def _compared(text: str) -> str:
    """Without what differs between the two: whom it is addressed to, shortened links, spaces."""
    bare = _SHORT.sub("", text).strip()
    addressed = _ADDRESSED.match(bare)
    return "".join(bare[addressed.end() :].split() if addressed else bare.split())


def parse_owner(raw: Any) -> Owner | None:
    """One element of `account.js`, or the `userInfo` of `manifest.js`; None where it names nobody."""
    plain = raw.get("account", raw) if isinstance(raw, dict) else None
    if not isinstance(plain, dict):
        return None
    own_id = plain.get("accountId", plain.get("id"))
    handle = plain.get("username", plain.get("userName", plain.get("screen_name")))
    if not isinstance(own_id, str) or not x_posts.ID.fullmatch(own_id):
        return None
    return Owner(
        id=own_id,
        handle=handle if isinstance(handle, str) and x_posts.HANDLE.fullmatch(handle) else None,
        name=wire.clean_line(plain.get("accountDisplayName", plain.get("displayName", plain.get("full_name")))),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What an element of a file does not say itself."""

    owner: Owner
    trackers: tuple[str, ...]
    seen_at: datetime
    """UTC, whole seconds."""
    notes: Notes = field(default_factory=Notes)


def tweet_of(raw: Any, where: str) -> Mapping[str, Any]:
    """The tweet in one element of `tweets.js`: wrapped since 2019, bare before. Raises RecordError."""
    plain = wire.mapping(raw, where)
    tweet = plain.get("tweet", plain)
    if not isinstance(tweet, dict) or not tweet:
        raise RecordError(where, "is no tweet")
    return tweet


def parse_tweet(tweet: Mapping[str, Any], where: str, setting: Setting) -> Post:
    """A tweet as a fetch would bring it. Raises RecordError."""
    owner = setting.owner
    if _is_of_another(tweet, owner):
        raise RecordError(where, f"is by another account than {owner.handle or owner.id}")
    text = tweet.get("full_text", tweet.get("text"))
    repost = _REPOST.match(text) if isinstance(text, str) else None
    user = {"username": owner.handle, "name": owner.name}
    original = wire.mapping(tweet.get("retweeted_status"), f"{where}.retweeted_status")  # until 2018
    originals = {}
    if original:
        original_post = _as_of_v2(original, original.get("text"), None, Notes(), where)
        originals = {str(original_post["id"]): original_post}
    author = owner.id if x_posts.ID.fullmatch(owner.id) else "0"
    context = x_posts.Included(posts=originals, users={author: user}, account_id=author)
    raw = _as_of_v2(tweet, text, repost, setting.notes, where)
    if originals:
        raw["referenced_tweets"] = [{"type": "retweeted", "id": own_id} for own_id in originals]
    record = Record(raw, setting.trackers, where, context)
    # the id of an account that only the configuration names may be unknown: its handle stands in
    post = msgspec.structs.replace(x_posts.parse(record, setting.seen_at)[-1], account=owner.account)
    return msgspec.structs.replace(post, kind="repost") if repost and post.kind == "post" else post


def _as_of_v2(
    tweet: Mapping[str, Any], text: Any, repost: re.Match[str] | None, notes: Notes, where: str
) -> dict[str, Any]:
    own_id = tweet.get("id_str", tweet.get("id"))
    own_id = str(own_id) if isinstance(own_id, int) else own_id
    created = _time(tweet.get("created_at"))
    entities = wire.mapping(tweet.get("entities"), f"{where}.entities")
    post = {
        "id": own_id,
        "text": text[repost.end() :] if repost else text,
        "created_at": created,
        "lang": tweet.get("lang"),
        "entities": {"urls": [*_urls(entities, where), *_media(tweet, where)]},
        "public_metrics": {
            "like_count": _count(tweet.get("favorite_count")),
            "retweet_count": _count(tweet.get("retweet_count")),
        },
        "referenced_tweets": list(_references(tweet, own_id, repost, where)),
        "edit_history_tweet_ids": _editions(tweet.get("edit_info")),
    }
    note = notes.find(text, wire.time(created)) if isinstance(text, str) and not repost else None
    if note is not None:
        addressed = _ADDRESSED.match(text) if not _ADDRESSED.match(note.text) else None
        whole = html.escape(note.text, quote=False)  # as the API sends it
        urls = [{"url": short, "expanded_url": target} for short, target in note.urls]
        post["note_tweet"] = {"text": (addressed[0] if addressed else "") + whole, "entities": {"urls": urls}}
    return post


def _time(value: Any) -> Any:
    """`Sat Nov 09 12:14:18 +0000 2024`, or `2015-01-14 03:10:21 +0000`, as RFC 3339; anything else as it is."""
    if isinstance(value, str) and value.endswith(" +0000"):
        return value.removesuffix(" +0000").replace(" ", "T") + "Z"
    match = _CREATED.fullmatch(value) if isinstance(value, str) else None
    if match is None or match[1] not in _MONTHS:
        return value
    return f"{match[4]}-{_MONTHS[match[1]]:02d}-{int(match[2]):02d}T{match[3]}Z"


def _is_of_another(tweet: Mapping[str, Any], owner: Owner) -> bool:
    """Archives until 2018 name the account of each post."""
    user = tweet.get("user")
    own_id = user.get("id_str") if isinstance(user, dict) else None
    return isinstance(own_id, str) and own_id != owner.id and x_posts.ID.fullmatch(owner.id) is not None


def _editions(edit_info: Any) -> Any:
    """The ids of all editions: the first post states them itself, an edit beside the first one's id."""
    plain = edit_info if isinstance(edit_info, dict) else {}
    edit = plain.get("edit")
    if isinstance(edit, dict):
        plain = {"initial": edit.get("editControlInitial")}
    initial = plain.get("initial")
    return initial.get("editTweetIds") if isinstance(initial, dict) else None


def _count(value: Any) -> int:
    """Counts are texts in an archive."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return int(value)
    return wire.count(value)


def _urls(entities: Mapping[str, Any], where: str) -> Iterator[dict[str, Any]]:
    for entity in wire.rows(entities.get("urls"), f"{where}.entities.urls"):
        if isinstance(entity, dict):
            yield {"url": entity.get("url"), "expanded_url": entity.get("expanded_url")}


def _media(tweet: Mapping[str, Any], where: str) -> Iterator[dict[str, Any]]:
    """Media that X hosts: their link in the text is no link."""
    for name in ("entities", "extended_entities"):
        entities = wire.mapping(tweet.get(name), f"{where}.{name}")
        for entity in wire.rows(entities.get("media"), f"{where}.{name}.media"):
            if isinstance(entity, dict):
                yield {**entity, "media_key": str(entity.get("id_str"))}


def _references(
    tweet: Mapping[str, Any], own_id: Any, repost: re.Match[str] | None, where: str
) -> Iterator[dict[str, str]]:
    if repost:
        original = next(filter(None, (_reposted(entity, tweet, repost[1]) for entity in _media(tweet, where))), None)
        if original:
            yield {"type": "retweeted", "id": original}
        return
    entities = wire.mapping(tweet.get("entities"), f"{where}.entities")
    targets = [entity.get("expanded_url") for entity in _urls(entities, where)]
    linked = [match[1] for target in targets if isinstance(target, str) and (match := _STATUS.fullmatch(target))]
    if statuses := [status for status in linked if status != own_id]:
        yield {"type": "quoted", "id": statuses[-1]}
    answered = tweet.get("in_reply_to_status_id_str", tweet.get("in_reply_to_status_id"))
    if answered:
        yield {"type": "replied_to", "id": str(answered)}


def _reposted(media: Mapping[str, Any], tweet: Mapping[str, Any], handle: str) -> str | None:
    """The original's id, where media state that they come from a post of the account that is reposted."""
    source, user = media.get("source_status_id_str"), media.get("source_user_id_str")
    place = media.get("expanded_url")
    match = _MEDIA_OF.fullmatch(place) if isinstance(place, str) else None
    mentions = wire.mapping(tweet.get("entities"), "").get("user_mentions")
    same = isinstance(mentions, list) and any(
        isinstance(mention, dict)
        and str(mention.get("id_str")) == user
        and str(mention.get("screen_name")).lower() == handle.lower()
        for mention in mentions
    )
    return str(source) if same and match and match[1] == source else None


def parse_like(raw: Any, where: str, setting: Setting) -> Post:
    """One element of `like.js`. Raises RecordError."""
    like = wire.mapping(wire.mapping(raw, where).get("like"), f"{where}.like")
    liked = like.get("tweetId")
    if not isinstance(liked, str) or not x_posts.ID.fullmatch(liked):
        raise RecordError(where, f"is no like: {wire.shown(liked)!r} is no id of a post")
    text = like.get("fullText")
    posted_at = x_posts.snowflake_time(liked) or _FIRST_TIMED
    return Post(
        id=f"{x_posts.NETWORK}:{setting.owner.id}/like/{liked}",
        network=x_posts.NETWORK,
        kind="like",
        of=f"{x_posts.NETWORK}:{liked}",
        url=f"https://x.com/i/status/{liked}",
        account=setting.owner.account,
        posted_at=min(posted_at, setting.seen_at),
        seen_at=setting.seen_at,
        text=wire.clean(html.unescape(text[: wire.TEXT_MAX])).strip() or None if isinstance(text, str) else None,
        trackers=setting.trackers,
    )
