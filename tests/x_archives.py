"""Made-up archives of X, as files and zip files; nobody in them exists."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

OWNER_ID = "90000001"
ACCOUNT = {"account": {"username": "Ada_Made_Up", "accountId": OWNER_ID, "accountDisplayName": "Ada Made-Up"}}
BASE = 1_800_000_000_000_000_000
"""An id of June 2024."""
MADE = "Mon Jun 10 03:00:58 +0000 2024"


def tweet(number: int = 1, text: str = "words", **fields: Any) -> dict[str, Any]:
    """One element of tweets.js. `urls`: (shortened, target) pairs."""
    urls: Sequence[tuple[str, str]] = fields.pop("urls", ())
    entities = {
        "urls": [{"url": short, "expanded_url": target, "display_url": target[8:]} for short, target in urls],
        "hashtags": [],
        "user_mentions": [],
        **fields.pop("entities", {}),
    }
    own_id = str(BASE + number)
    return {"tweet": {
        "id": own_id, "id_str": own_id, "full_text": text, "lang": "en", "created_at": MADE, "favorite_count": "3",
        "retweet_count": "1", "favorited": False, "truncated": False, "entities": entities, **fields,
    }}  # fmt: skip


def about(number: int, paper: str = "2401.00001", **fields: Any) -> dict[str, Any]:
    """A tweet that links a paper."""
    links = [(f"https://t.co/p{number}", f"https://arxiv.org/abs/{paper}")]
    return tweet(number, f"I read this twice https://t.co/p{number}", urls=links, **fields)


def reply(number: int, to: int, text: str = "and another thing", **fields: Any) -> dict[str, Any]:
    """A tweet that answers one of the archive."""
    return tweet(number, text, in_reply_to_status_id_str=str(BASE + to), in_reply_to_user_id_str=OWNER_ID, **fields)


def quote(number: int, of: int, text: str = "still true") -> dict[str, Any]:
    """A tweet that quotes one of the archive."""
    link = (f"https://t.co/q{number}", f"https://twitter.com/Ada_Made_Up/status/{BASE + of}")
    return tweet(number, f"{text} https://t.co/q{number}", urls=[link])


def like(number: int, text: str | None = "somebody's words") -> dict[str, Any]:
    """One element of like.js."""
    liked = {"tweetId": str(BASE + number), "expandedUrl": f"https://twitter.com/i/web/status/{BASE + number}"}
    return {"like": liked if text is None else {**liked, "fullText": text}}


def note(text: str, urls: Sequence[tuple[str, str]] = (), at: str = "2024-06-10T03:00:58.000Z") -> dict[str, Any]:
    """One element of note-tweet.js."""
    links = [{"shortUrl": short, "expandedUrl": target, "fromIndex": "0", "toIndex": "9"} for short, target in urls]
    return {"noteTweet": {"noteTweetId": str(BASE - 5), "createdAt": at, "core": {"text": text, "urls": links}}}


def script(name: str, rows: Sequence[Any], part: int = 0) -> bytes:
    """A file as X writes it."""
    return f"window.YTD.{name}.part{part} = ".encode() + json.dumps(rows, indent=2, ensure_ascii=False).encode()


def files(
    *tweets: Any, likes: Sequence[Any] = (), notes: Sequence[Any] = (), account: Any = ACCOUNT
) -> dict[str, bytes]:
    """The files of an archive by path."""
    made = {"data/tweets.js": script("tweets", tweets)}
    if account is not None:
        made["data/account.js"] = script("account", [account])
    if likes:
        made["data/like.js"] = script("like", likes)
    if notes:
        made["data/note-tweet.js"] = script("note_tweet", notes)
    return made


def write_folder(folder: Path, made: Mapping[str, bytes]) -> Path:
    """The archive unpacked."""
    for name, content in made.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def write_zip(path: Path, made: Mapping[str, bytes]) -> Path:
    """The archive as X sends it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in made.items():
            file.writestr(name, content)
    return path
