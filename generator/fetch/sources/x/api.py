"""Asking the X API v2: the token, the two namings of its parameters, its errors as sentences, and pages of posts.

The OpenAPI description 2.167 (docs.x.com, 2026-08-22, read 2026-11-23) renamed `tweet.fields` to `post.fields` and with
it the names of fields and expansions; paths kept `tweets`. We ask in the new names; X refuses a parameter that it does
not know with 400, and then we ask once more in the old ones. Which of the two answered holds for the rest of the run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.patience import Asker
from generator.fetch.adapter.source import FetchRequest
from generator.fetch.sources.x.cost import Budget
from generator.model.errors import FetchError, FormatError, SecretMissingError

SECRET = "X_BEARER_TOKEN"  # noqa: S105 - its name
NAMES_MAX = 100
"""Handles in one look-up."""
IDS_MAX = 100
"""Posts in one look-up."""

# `author_id` and the references come with their expansions in the new naming; in the old one they are fields as well.
_FIELDS = {
    "new": {
        "post.fields": "article,created_at,entities,lang,note_post,public_metrics",
        "expansions": "author_id,referenced_posts",
        "user.fields": "name,username",
    },
    "old": {
        "tweet.fields": "article,author_id,created_at,entities,lang,note_tweet,public_metrics,referenced_tweets",
        "expansions": "author_id,referenced_tweets.id,referenced_tweets.id.author_id",
        "user.fields": "name,username",
    },
}
# Of a post that we only want to know to be there: who refers to whom, and users, would be charged too.
_BARE_FIELDS = {"new": {"post.fields": "withheld"}, "old": {"tweet.fields": "withheld"}}
_USER_ID = re.compile(r"[0-9]{1,19}", re.ASCII)
_TOKEN = re.compile(r"[\x21-\x7e]+")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_BAD_REQUEST = 400
_REASONS = {
    401: f"X refuses the token: {SECRET} is wrong, expired or revoked; set a new one from console.x.com",
    402: f"no credits are left on the X account of {SECRET}: buy credits or raise its spending limit at console.x.com",
    403: f"X does not let the app of {SECRET} read this: check its access, credits and spending limit at console.x.com",
    429: "X's rate limit or usage cap is reached: the next run goes on from here",
}
"""Failures of the credential, not of what was asked for: they end the run."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of posts."""

    answer: Mapping[str, Any]
    posts: list[Any]
    next_token: str | None
    problem: str | None
    """Why the thing that was asked for itself could not be read."""


class XApi:
    """X with our token, on our budget."""

    def __init__(self, request: FetchRequest, budget: Budget) -> None:
        base = request.settings["api"]
        token = _token(request.secrets, base)
        self._asker = Asker(request, base, headers={"Authorization": f"Bearer {token}"}, limits="x-rate-limit-")
        self._budget = budget
        self._naming: str | None = None
        """The one that X answered in; None before its first answer."""

    def users(self, handles: Iterable[str]) -> dict[str, str]:
        """Handles (lower case, at most NAMES_MAX) -> X's user ids of those that exist."""
        path = "users/by"
        answer = self._get(path, {"usernames": ",".join(handles)}, path)
        self._budget.count(answer, "users")
        users = _rows(answer, path, {"data", "errors"})
        ids: dict[str, str] = {}
        for user in wire.objects(users):
            own_id = wire.matching(user.get("id"), _USER_ID)
            if own_id is not None and isinstance(user.get("username"), str):
                ids[user["username"].lower()] = own_id
        if users and not ids:
            raise FormatError("format changed: no user has an id and a username", url=path)
        return ids

    def posts(self, path: str, params: Mapping[str, str], label: str) -> Page:
        """A page of posts. Raises FetchError, FormatError."""
        answer = self._named(path, params, label, _FIELDS)
        self._budget.count(answer)
        return _page(answer, path)

    def by_ids(self, ids: Sequence[str]) -> Mapping[str, Any]:
        """Posts by their ids (at most IDS_MAX), with nothing beside them -> the whole answer, its errors included."""
        path = "tweets"
        answer = self._named(path, {"ids": ",".join(ids)}, path, _BARE_FIELDS)
        self._budget.count(answer)
        if not isinstance(answer.get("data"), list) and not isinstance(answer.get("errors"), list):
            raise FormatError("format changed: neither data nor errors in the answer", url=path)
        _check_ids(answer.get("data"), path)
        return answer

    def _named(
        self, path: str, params: Mapping[str, str], label: str, fields: Mapping[str, Mapping[str, str]]
    ) -> dict[str, Any]:
        """Ask in the naming that X understands; `fields` has the parameters of each."""
        if self._naming is not None:
            return self._get(path, {**params, **fields[self._naming]}, label)
        try:
            answer = self._get(path, {**params, **fields["new"]}, label)
        except FetchError as error:
            if error.status != _BAD_REQUEST:
                raise
            answer = self._get(path, {**params, **fields["old"]}, label)
            self._naming = "old"
        else:
            self._naming = "new"
        return answer

    def _get(self, path: str, params: Mapping[str, str], label: str) -> dict[str, Any]:
        try:
            return self._asker.get(path, params, label=label)
        except FetchError as error:
            reason = _REASONS.get(error.status or 0)
            if reason is None or isinstance(error, FormatError):
                raise
            raise FetchError(reason, url=error.url, status=error.status, retry_after_s=error.retry_after_s) from error


def is_refusal_of_us(error: FetchError) -> bool:
    """The credential, its credits or its limits: no other question would fare better."""
    return error.status in _REASONS


def _token(secrets: Mapping[str, str], base: str) -> str:
    """Our token, if it may be sent to `base`. Raises FetchError naming the secret, never its value."""
    token = secrets.get(SECRET, "").strip()
    if not token:
        reason = f"reading X needs a bearer token: set the secret {SECRET} (console.x.com), or take x out"
        raise SecretMissingError(SECRET, reason)
    if not _TOKEN.fullmatch(token):
        raise FetchError(f"{SECRET} holds characters that no token has, such as a space or a line break: set it again")
    parts = urlsplit(base)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise FetchError(f"networks.x.api is no https address: {SECRET} is not sent there", url=base)
    return token


def _page(answer: Mapping[str, Any], path: str) -> Page:
    """Check the shape of an answer: a changed one must not look like 'no posts'."""
    posts = _rows(answer, path, {"data", "meta", "errors"})
    meta = answer.get("meta")
    if meta is None:
        meta = {}
    if not isinstance(meta, dict):
        raise FormatError("format changed: meta is no object", url=path)
    problem = None
    if posts:
        _check_ids(posts, path)
    else:
        problem = _problem(answer.get("errors"))
        if not problem and meta.get("result_count", 0) != 0:
            raise FormatError("format changed: result_count says posts, data holds none", url=path)
    token = meta.get("next_token")
    if token is not None and not isinstance(token, str):
        raise FormatError("format changed: next_token is no text", url=path)
    return Page(answer, posts, token or None, problem)


def _rows(answer: Mapping[str, Any], path: str, parts: set[str]) -> list[Any]:
    """What stands under `data`. Raises FormatError for another shape, or without any of the parts."""
    if not parts & answer.keys():
        raise FormatError(f"format changed: none of {', '.join(sorted(parts))} in the answer", url=path)
    rows = answer.get("data")
    if rows is None:
        return []
    if not isinstance(rows, list):
        raise FormatError("format changed: data is no list", url=path)
    return rows


def _check_ids(posts: Any, path: str) -> None:
    """Raises FormatError if there are posts, and none of them has an id."""
    if posts and not any(isinstance(post.get("id"), str) for post in wire.objects(posts)):
        raise FormatError("format changed: no post of the page has an id", url=path)


def _problem(errors: Any) -> str | None:
    """The first of a partial answer's errors as a sentence. With posts beside them they are about referenced posts."""
    for error in wire.objects(errors):
        return wire.shown(error.get("detail") or error.get("title")) or "X gives no reason"
    return None
