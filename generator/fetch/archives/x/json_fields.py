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
from generator.fetch.adapter.posts import make_post
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
_ADDRESSED = re.compile(r"\A(?:@\w{1,15}\s+)+", re.ASCII)
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
        """The account of its posts."""
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
        text = core.get("text")
        made_at = wire.time(note.get("createdAt"))
        if not isinstance(text, str) or made_at is None:
            raise RecordError(where, "is no long post: text or time is missing")
        urls = []
        for entity in wire.objects(wire.rows(core.get("urls"), f"{where}.urls")):
            urls.append((str(entity.get("shortUrl")), str(entity.get("expandedUrl"))))
        note_of_second = Note(text[: wire.TEXT_MAX], tuple(urls))
        self.by_second.setdefault(int(made_at.timestamp()), []).append(note_of_second)
        self.size += len(text)

    def find(self, text: str, made_at: datetime | None) -> Note | None:
        """The long post that a tweet is the beginning of."""
        if made_at is None or not self.by_second or _CUT not in text:
            return None
        beginning = _compared(html.unescape(text).rpartition(_CUT)[0])
        if not beginning:
            return None
        second = int(made_at.timestamp())
        # The nearest second first.
        for distance in sorted(range(-_NOTE_WITHIN_S, _NOTE_WITHIN_S + 1), key=abs):
            for note in self.by_second.get(second + distance, ()):
                if _compared(note.text).startswith(beginning):
                    return note
        return None


def _compared(text: str) -> str:
    """Without what differs between the two: whom it is addressed to, shortened links, spaces."""
    words = _ADDRESSED.sub("", _SHORT.sub("", text).strip())
    return "".join(words.split())


def parse_owner(raw: Any) -> Owner | None:
    """One element of `account.js`, or the `userInfo` of `manifest.js`; None where it names nobody."""
    plain = raw.get("account", raw) if isinstance(raw, dict) else None
    if not isinstance(plain, dict):
        return None
    own_id = wire.matching(_first(plain, "accountId", "id"), x_posts.ID)
    if own_id is None:
        return None
    return Owner(
        id=own_id,
        handle=wire.matching(_first(plain, "username", "userName", "screen_name"), x_posts.HANDLE),
        name=wire.clean_line(_first(plain, "accountDisplayName", "displayName", "full_name")),
    )


def _first(row: Mapping[str, Any], *names: str) -> Any:
    """The first field of several that is there; archives of different years name it differently."""
    for name in names:
        if name in row:
            return row[name]
    return None


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
    text = _first(tweet, "full_text", "text")
    repost = _REPOST.match(text) if isinstance(text, str) else None
    raw = _as_of_v2(tweet, text, repost, setting.notes, where)
    originals: dict[str, Mapping[str, Any]] = {}
    # Until 2018 a repost holds its original.
    original = wire.mapping(tweet.get("retweeted_status"), f"{where}.retweeted_status")
    if original:
        original_post = _as_of_v2(original, original.get("text"), None, Notes(), where)
        original_id = str(original_post["id"])
        originals[original_id] = original_post
        raw["referenced_tweets"] = [{"type": "retweeted", "id": original_id}]
    author = owner.id if x_posts.ID.fullmatch(owner.id) else "0"
    users = {author: {"username": owner.handle, "name": owner.name}}
    context = x_posts.Included(posts=originals, users=users, account_id=author)
    post = x_posts.parse(Record(raw, setting.trackers, where, context), setting.seen_at)[-1]
    # The id of an account that only the configuration names may be unknown: its handle stands in.
    post = msgspec.structs.replace(post, account=owner.account)
    if repost and post.kind == "post":
        return msgspec.structs.replace(post, kind="repost")
    return post


def _as_of_v2(
    tweet: Mapping[str, Any], text: Any, repost: re.Match[str] | None, notes: Notes, where: str
) -> dict[str, Any]:
    """A tweet in the form of API v2; `repost` is the beginning of a text that relays another."""
    own_id = _first(tweet, "id_str", "id")
    if isinstance(own_id, int):
        own_id = str(own_id)
    created_at = _time(tweet.get("created_at"))
    entities = wire.mapping(tweet.get("entities"), f"{where}.entities")
    post = {
        "id": own_id,
        "text": text[repost.end() :] if repost else text,
        "created_at": created_at,
        "lang": tweet.get("lang"),
        "entities": {"urls": [*_urls(entities, where), *_media(tweet, where)]},
        "public_metrics": {
            "like_count": _count(tweet.get("favorite_count")),
            "retweet_count": _count(tweet.get("retweet_count")),
        },
        "edit_history_tweet_ids": _editions(wire.part(tweet, "edit_info")),
    }
    if repost:
        post["referenced_tweets"] = _reposted(tweet, repost[1], where)
        return post
    post["referenced_tweets"] = _references(tweet, entities, own_id, where)
    note = notes.find(text, wire.time(created_at)) if isinstance(text, str) else None
    if note is not None:
        post["note_tweet"] = _note(note, text)
    return post


def _note(note: Note, text: str) -> dict[str, Any]:
    """A long post as the API sends it, addressed to whom the short text is."""
    addressed = _ADDRESSED.match(text)
    address = addressed[0] if addressed and not _ADDRESSED.match(note.text) else ""
    urls = [{"url": short, "expanded_url": target} for short, target in note.urls]
    return {"text": address + html.escape(note.text, quote=False), "entities": {"urls": urls}}


def _time(value: Any) -> Any:
    """`Sat Nov 09 12:14:18 +0000 2024`, or `2015-01-14 03:10:21 +0000`, as RFC 3339; anything else as it is."""
    if not isinstance(value, str):
        return value
    if value.endswith(" +0000"):
        return value.removesuffix(" +0000").replace(" ", "T") + "Z"
    match = _CREATED.fullmatch(value)
    if match is None or match[1] not in _MONTHS:
        return value
    return f"{match[4]}-{_MONTHS[match[1]]:02d}-{int(match[2]):02d}T{match[3]}Z"


def _is_of_another(tweet: Mapping[str, Any], owner: Owner) -> bool:
    """Archives until 2018 name the account of each post."""
    own_id = wire.part(tweet, "user").get("id_str")
    return isinstance(own_id, str) and own_id != owner.id and x_posts.ID.fullmatch(owner.id) is not None


def _editions(edit_info: Mapping[str, Any]) -> Any:
    """The ids of all editions: the first post states them itself, an edit beside the first one's id."""
    edit = wire.part(edit_info, "edit")
    initial = wire.part(edit, "editControlInitial") if edit else wire.part(edit_info, "initial")
    return initial.get("editTweetIds")


def _count(value: Any) -> int:
    """Counts are texts in an archive."""
    digits = wire.matching(value, _NUMBER)
    return int(digits) if digits else wire.count(value)


def _urls(entities: Mapping[str, Any], where: str) -> Iterator[dict[str, Any]]:
    for entity in wire.objects(wire.rows(entities.get("urls"), f"{where}.entities.urls")):
        yield {"url": entity.get("url"), "expanded_url": entity.get("expanded_url")}


def _media(tweet: Mapping[str, Any], where: str) -> Iterator[dict[str, Any]]:
    """Media that X hosts: their link in the text is no link."""
    for name in ("entities", "extended_entities"):
        entities = wire.mapping(tweet.get(name), f"{where}.{name}")
        for entity in wire.objects(wire.rows(entities.get("media"), f"{where}.{name}.media")):
            yield {**entity, "media_key": str(entity.get("id_str"))}


def _references(tweet: Mapping[str, Any], entities: Mapping[str, Any], own_id: Any, where: str) -> list[dict[str, str]]:
    """The post that the last link to a status quotes, and the one that is answered."""
    references: list[dict[str, str]] = []
    for entity in _urls(entities, where):
        target = entity["expanded_url"]
        status = _STATUS.fullmatch(target) if isinstance(target, str) else None
        if status and status[1] != own_id:
            references = [{"type": "quoted", "id": status[1]}]
    answered = _first(tweet, "in_reply_to_status_id_str", "in_reply_to_status_id")
    if answered:
        references.append({"type": "replied_to", "id": str(answered)})
    return references


def _reposted(tweet: Mapping[str, Any], handle: str, where: str) -> list[dict[str, str]]:
    """The original, where media state that they come from a post of the account that is reposted."""
    mentions = wire.objects(wire.part(tweet, "entities").get("user_mentions"))
    account_ids = {str(row.get("id_str")) for row in mentions if str(row.get("screen_name")).lower() == handle.lower()}
    for media in _media(tweet, where):
        place = media.get("expanded_url")
        match = _MEDIA_OF.fullmatch(place) if isinstance(place, str) else None
        source = media.get("source_status_id_str")
        if match and match[1] == source and media.get("source_user_id_str") in account_ids:
            return [{"type": "retweeted", "id": match[1]}]
    return []


def parse_like(raw: Any, where: str, setting: Setting) -> Post:
    """One element of `like.js`. Raises RecordError."""
    like = wire.mapping(wire.mapping(raw, where).get("like"), f"{where}.like")
    liked = wire.matching(like.get("tweetId"), x_posts.ID)
    if liked is None:
        raise RecordError(where, f"is no like: {wire.shown(like.get('tweetId'))!r} is no id of a post")
    text = like.get("fullText")
    if isinstance(text, str):
        text = wire.clean(html.unescape(text[: wire.TEXT_MAX])).strip()
    else:
        text = ""
    return make_post(
        Record(raw, setting.trackers, where),
        setting.seen_at,
        id=f"{x_posts.NETWORK}:{setting.owner.id}/like/{liked}",
        kind="like",
        of=f"{x_posts.NETWORK}:{liked}",
        url=f"https://x.com/i/status/{liked}",
        account=setting.owner.account,
        posted_at=x_posts.snowflake_time(liked) or _FIRST_TIMED,
        text=text or None,
    )
