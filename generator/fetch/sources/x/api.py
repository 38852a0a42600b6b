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
_NEW: Mapping[str, str] = {
    "post.fields": "article,created_at,entities,lang,note_post,public_metrics",
    "expansions": "author_id,referenced_posts",
    "user.fields": "name,username",
}
_OLD: Mapping[str, str] = {
    "tweet.fields": "article,author_id,created_at,entities,lang,note_tweet,public_metrics,referenced_tweets",
    "expansions": "author_id,referenced_tweets.id,referenced_tweets.id.author_id",
    "user.fields": "name,username",
}
# Of a post that we only want to know to be there: who refers to whom, and users, would be charged too.
_NEW_BARE: Mapping[str, str] = {"post.fields": "withheld"}
_OLD_BARE: Mapping[str, str] = {"tweet.fields": "withheld"}
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
        base = str(request.settings.get("api") or "https://api.x.com/2")
        token = _token(request.secrets, base)
        self._asker = Asker(request, base, headers={"Authorization": f"Bearer {token}"}, limits="x-rate-limit-")
        self._budget = budget
        self._naming: Mapping[str, str] | None = None
        """None until an answer told."""

    def users(self, handles: Iterable[str]) -> dict[str, str]:
        """Handles (lower case, at most NAMES_MAX) -> X's user ids of those that exist."""
        label = "users/by"
        answer = self._get(label, {"usernames": ",".join(handles)}, label)
        self._budget.count(answer, "users")
        if not {"data", "errors"} & answer.keys():
            raise FormatError("format changed: neither data nor errors in the answer", url=label)
        users = answer.get("data") or []
        if not isinstance(users, list):
            raise FormatError("format changed: data is no list", url=label)
        ids = {}
        for user in users:
            handle, own_id = (user.get("username"), user.get("id")) if isinstance(user, dict) else (None, None)
            if isinstance(handle, str) and isinstance(own_id, str) and re.fullmatch(r"[0-9]{1,19}", own_id, re.ASCII):
                ids[handle.lower()] = own_id
        if users and not ids:
            raise FormatError("format changed: no user has an id and a username", url=label)
        return ids

    def posts(self, path: str, params: Mapping[str, str], label: str) -> Page:
        """A page of posts. Raises FetchError, FormatError."""
        answer = self._named(path, params, label)
        self._budget.count(answer)
        return _page(answer, path)

    def by_ids(self, ids: Sequence[str]) -> Mapping[str, Any]:
        """Posts by their ids (at most IDS_MAX), with nothing beside them -> the whole answer, its errors included."""
        label = "tweets"
        answer = self._named(label, {"ids": ",".join(ids)}, label, new=_NEW_BARE, old=_OLD_BARE)
        self._budget.count(answer)
        posts, errors = answer.get("data"), answer.get("errors")
        if not isinstance(posts, list) and not isinstance(errors, list):
            raise FormatError("format changed: neither data nor errors in the answer", url=label)
        if posts and not any(isinstance(post, dict) and isinstance(post.get("id"), str) for post in posts):
            raise FormatError("format changed: no post of the answer has an id", url=label)
        return answer

    def _named(
        self,
        path: str,
        params: Mapping[str, str],
        label: str,
        *,
        new: Mapping[str, str] = _NEW,
        old: Mapping[str, str] = _OLD,
    ) -> dict[str, Any]:
        """In the naming that X understands."""
        if self._naming is not None:
            return self._get(path, {**params, **(new if self._naming is _NEW else old)}, label)
        try:
            answer = self._get(path, {**params, **new}, label)
        except FetchError as error:
            if error.status != _BAD_REQUEST:
                raise
            answer = self._get(path, {**params, **old}, label)
            self._naming = _OLD
        else:
            self._naming = _NEW
        return answer

    def _get(self, path: str, params: Mapping[str, str], label: str) -> dict[str, Any]:
        try:
            return self._asker.get(path, params, label=label)
        except FormatError:
            raise
        except FetchError as error:
            reason = _REASONS.get(error.status or 0)
            if reason is None:
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
    if not {"data", "meta", "errors"} & answer.keys():
        raise FormatError("format changed: neither data nor meta nor errors in the answer", url=path)
    posts = answer.get("data")
    if posts is not None and not isinstance(posts, list):
        raise FormatError("format changed: data is no list", url=path)
    meta = answer.get("meta")
    if meta is not None and not isinstance(meta, dict):
        raise FormatError("format changed: meta is no object", url=path)
    problem = _problem(answer.get("errors")) if not posts else None
    if not posts and not problem and (meta or {}).get("result_count", 0) != 0:
        raise FormatError("format changed: result_count says posts, data holds none", url=path)
    if posts and not any(isinstance(post, dict) and isinstance(post.get("id"), str) for post in posts):
        raise FormatError("format changed: no post of the page has an id", url=path)
    token = (meta or {}).get("next_token")
    if token is not None and not isinstance(token, str):
        raise FormatError("format changed: next_token is no text", url=path)
    return Page(answer, posts or [], token or None, problem)


def _problem(errors: Any) -> str | None:
    """The first of a partial answer's errors as a sentence. With posts beside them they are about referenced posts."""
    if not isinstance(errors, list):
        return None
    for error in errors:
        if isinstance(error, dict):
            return wire.shown(error.get("detail") or error.get("title")) or "X gives no reason"
    return None
