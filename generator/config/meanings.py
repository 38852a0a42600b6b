"""What people mean by an unknown key or value: by its meaning first, then by its spelling. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

_MEANINGS = {
    "people": "person persons",
    "accounts": "account handle handles people user username users usernames who",
    "follows_of": "followed follows follow following followings",
    "tags": "hashtag hashtags tag topics",
    "x": "twitter tweets x.com",
    "bluesky": "bsky atproto",
    "mastodon": "fediverse masto",
    "hackernews": "hacker_news hn ycombinator",
    "huggingface": "hf hugging_face daily_papers",
    "feeds": "atom blog blogs feed newsletters rss",
    "min_points": "points score threshold",
    "min_upvotes": "likes min_likes threshold upvotes votes",
    "title": "headline label name",
    "about": "bio description subtitle summary",
    "note": "description intro message subtitle text",
    "url": "address base base_url baseurl domain host link site_url website",
    "home": "front homepage order sort",
    "per_page": "count limit number page_size papers",
    "view": "layout style",
    "max_mb": "max_size size",
    "max_usd_per_month": "budget cap cost limit max_cost max_usd monthly price spend usd",
    "max_reads_per_run": "limit max_reads reads",
    "half_life_days": "decay halflife half_life",
    "repost": "boost reblog retweet rt share",
    "like": "favorite favourite fav heart star",
    "reply": "answer comment",
    "quote": "quote_tweet",
    "post": "status tweet toot",
    "categories": "category subject subjects topics",
    "mute_accounts": "block blocked blocklist ignore mute muted",
    "mute_words": "exclude ignore_words muted_words stopwords",
    "words": "keyword keywords terms",
    "exclude": "except not without",
    "contact": "email mail mailto",
    "trackers": "readers sources tracker",
    "searches": "queries saved_searches search",
    "entries": "count items length limit number",
}
"""Key -> other words that people have for it."""
_VALUE_MEANINGS = {
    "hide": "exclude false ignore mute no none off remove",
    "count": "full include on same true yes",
    "down": "less low reduce",
    "newest": "chronological date latest new recent",
    "trending": "hot popular rank ranked top",
    "compact": "dense list short small",
    "full": "abstracts all everything large long text",
    "ids": "id minimal none",
    "search": "links query",
    "timeline": "all posts timelines",
}
_ELSEWHERE = {
    "schedule cron every interval": "when it runs is said by `schedule` in .github/workflows/update.yml",
    "theme colors colours css style logo font": "docs/theming.md says how to change the look",
}
"""Words for what no key of the file sets -> where it is set."""


def nearest_key(key: str, keys: Sequence[str], keys_below: Sequence[str] = ()) -> str | None:
    """The one of `keys` that is meant, by meaning first.

    A key of `keys_below`, dotted paths, that is written right and stands too high is no misspelling of another.
    """
    word = _word(key)
    for name in keys:
        if word in _MEANINGS.get(name, "").split():
            return name
    if any(name.endswith(f".{key}") for name in keys_below):
        return None
    return _closest(key, keys)


def far_key(key: str, keys: Sequence[str], beside: Sequence[str]) -> str | None:
    """The dotted path that is meant; of several, one through a block that the key stands in."""
    candidates = [name for name in keys if name.rpartition(".")[2] == key]
    if not candidates:
        candidates = difflib.get_close_matches(key.lower().replace("_", "."), keys, 1, 0.7)
    if not candidates:
        word = _word(key)
        candidates = [name for name in keys if word in _MEANINGS.get(name.rpartition(".")[2], "").split()]
    return max(candidates, key=lambda name: len(set(name.split(".")) & set(beside)), default=None)


def nearest_value(written: str, choices: Sequence[str]) -> str | None:
    """The choice that is meant, by meaning first."""
    for choice in choices:
        if written.lower() in _VALUE_MEANINGS.get(choice, "").split():
            return choice
    return _closest(written, choices)


def elsewhere(key: str) -> str | None:
    """Where an owner changes what is no key of config.yaml."""
    for words, place in _ELSEWHERE.items():
        if _word(key) in words.split():
            return place
    return None


def _closest(word: str, choices: Sequence[str]) -> str | None:
    """The choice that is spelt most nearly so."""
    matches = difflib.get_close_matches(word.lower(), choices, 1, 0.6)
    return matches[0] if matches else None


def _word(key: str) -> str:
    return re.sub(r"[\s-]+", "_", key.lower())
