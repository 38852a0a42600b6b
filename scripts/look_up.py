"""Ask Bluesky and Mastodon about the accounts of Set up's form: whether they exist, and how many they follow.

A network that does not answer stops nothing: the accounts are then read as they were typed.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from generator.commands.fetch import make_client
from generator.fetch.configuration import model
from generator.model.errors import FetchError
from generator.net.http import Client
from generator.net.http.interface import get_json
from scripts.actions import inert
from scripts.paper_posters import NO_SAMPLE, SAMPLE, Sample, count_paper_posters

BLUESKY_API = "https://public.api.bsky.app"
_DEADLINE_S = 40.0
_ASKED_MAX = 40
_SAMPLED_MAX = 3
"""Accounts whose follows are sampled: a sample takes 101 requests."""
_UNKNOWN = frozenset({400, 404, 410})
"""Bluesky says 400 for a handle that nobody has."""


@dataclass(slots=True)
class Answers:
    """What the networks say about the accounts."""

    found: list[str] = field(default_factory=list)
    """Markdown, a sentence each."""
    missing: list[tuple[str, str]] = field(default_factory=list)
    """(network, sentence)"""


def look_up(accounts: Mapping[str, list[str]], environment: Mapping[str, str]) -> Answers:
    """Ask about every account. BLUESKY_API in the environment names another service than the public one."""
    answers = Answers()
    client = make_client(model()())
    limited = client.limited(_DEADLINE_S)
    api = environment.get("BLUESKY_API", BLUESKY_API)
    try:
        for number, handle in enumerate(accounts.get("bluesky", [])[:_ASKED_MAX]):
            _look_up_on_bluesky(limited, api, handle, answers, with_sample=number < _SAMPLED_MAX)
        for handle in accounts.get("mastodon", [])[:_ASKED_MAX]:
            _look_up_on_mastodon(limited, handle, answers)
    finally:
        client.close()
    return answers


def _look_up_on_bluesky(client: Client, api: str, handle: str, answers: Answers, *, with_sample: bool) -> None:
    try:
        profile = get_json(client, f"{api}/xrpc/app.bsky.actor.getProfile", params={"actor": handle}, tries=2)
    except FetchError as error:
        if error.status in _UNKNOWN:
            others = _search(
                client, f"{api}/xrpc/app.bsky.actor.searchActorsTypeahead", {"q": handle.split(".", maxsplit=1)[0]}
            )
            nearest = _nearest(handle, (each.get("handle") for each in others.get("actors") or ()))
            answers.missing.append(("bluesky", f"Bluesky knows no account {handle}{nearest}"))
        else:
            answers.found.append(f"Bluesky did not answer about {inert(handle)}; it is read as you typed it.")
        return
    name = profile.get("handle") if isinstance(profile, dict) else None
    sample = NO_SAMPLE
    if with_sample:
        sample = count_paper_posters(client, api, handle, datetime.now(UTC))
    answers.found.append(_found(f"@{name or handle}", profile, "followsCount", sample))


def _look_up_on_mastodon(client: Client, handle: str, answers: Answers) -> None:
    user, origin = _place_of(handle)
    try:
        account = get_json(client, f"{origin}/api/v1/accounts/lookup", params={"acct": user}, tries=2)
    except FetchError as error:
        host = urlsplit(origin).netloc
        if error.status not in _UNKNOWN or _is_elsewhere(client, origin, user):
            answers.found.append(f"{inert(host)} did not say who {inert(handle)} is; it is read as you typed it.")
            return
        others = _search(client, f"{origin}/api/v2/search", {"q": user, "type": "accounts", "limit": "5"})
        nearest = _nearest(user, (each.get("acct") for each in others.get("accounts") or ()))
        answers.missing.append(("mastodon", f"{host} knows no account {user}{nearest}"))
        return
    answers.found.append(_found(f"@{handle}", account, "following_count"))


def _place_of(handle: str) -> tuple[str, str]:
    """`user@host` or `http://127.0.0.1:PORT/@user` -> (user, origin)."""
    if "://" in handle:
        origin, _, user = handle.rpartition("/@")
        return user, origin
    user, _, host = handle.partition("@")
    return user, f"https://{host}"


def _is_elsewhere(client: Client, origin: str, user: str) -> bool:
    """Whether the account is served from another host: WebFinger knows it where the API of this host does not."""
    host = urlsplit(origin).netloc
    try:
        get_json(client, f"{origin}/.well-known/webfinger", params={"resource": f"acct:{user}@{host}"}, tries=1)
    except FetchError as error:
        return error.status not in _UNKNOWN
    return True


def _search(client: Client, url: str, params: Mapping[str, str]) -> dict[str, Any]:
    try:
        answer = get_json(client, url, params=params, tries=1)
    except FetchError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _nearest(name: str, others: Iterable[Any]) -> str:
    handles = [each for each in others if isinstance(each, str)]
    near = difflib.get_close_matches(name, handles, 1, 0.6)
    return f"; did you mean {near[0]}?" if near else ": see how it is written on your profile"


def _found(name: str, profile: Any, follows_key: str, sample: Sample = NO_SAMPLE) -> str:
    follows = profile.get(follows_key) if isinstance(profile, dict) else None
    if not isinstance(follows, int):
        return f"Found {inert(name)}."
    accounts = "account" if follows == 1 else "accounts"
    share = _share(sample, follows)
    return f"Found {inert(name)}, who follows {follows:,} {accounts}{share}: what they post is read as well."


def _share(sample: Sample, follows: int) -> str:
    """` (184 of them posted about papers this month)`; empty without a sample."""
    if not sample.answered:
        return ""
    if sample.answered >= follows:
        whole = "them"
    elif sample.answered == SAMPLE:
        whole = f"the first {SAMPLE}"
    else:
        whole = f"the {sample.answered} that could be read"
    return f" ({sample.posted} of {whole} posted about papers this month)"
