"""The service's own answers: the list of a day in pages, a paper by itself, and what its rate limit says.

Sources: as in the package's docstring.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.patience import PAGES_MAX
from generator.fetch.adapter.source import FetchRequest
from generator.model.errors import FetchError, FormatError
from generator.model.records import Account
from generator.net.http import Response

ENDPOINT = "daily_papers"
PAGE = 100
SMALLER_PAGE = 50
"""What the service gives unless asked for more: a page of so many may be cut as well."""
PAPER = re.compile(r"(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]{0,40}(?:/[0-9]{7})?", re.ASCII)

NETWORK = "huggingface"
ADDRESS = "https://huggingface.co/papers/"
_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}", re.ASCII)
_ACCOUNT_ID = re.compile(r"[0-9a-f]{24}", re.ASCII)
_BOT = re.compile(r"(?:.*[-_])?bot", re.IGNORECASE)
"""Such as librarian-bot, which says the same below every paper."""
_API = "https://huggingface.co/api"
_NOT_YET = 400
_BUCKET = re.compile(r"r=(?P<left>[0-9]{1,9})\s*;\s*t=(?P<reset>[0-9]{1,6})", re.ASCII)
_POLICY = re.compile(r"q=(?P<limit>[0-9]{1,9})", re.ASCII)


def pages(request: FetchRequest, day: date, *, may_be_missing: bool) -> Iterator[list[Any]]:
    """The rows of a day's list, each once. Raises FetchError, FormatError.

    Args:
        request: what may be used.
        day: of the list.
        may_be_missing: the service may refuse it, because it has not begun there.
    """
    seen: set[str] = set()
    for page in range(PAGES_MAX):
        params = {"date": day.isoformat(), "limit": str(PAGE)} | ({"p": str(page)} if page else {})
        try:
            rows = _ask(request, params)
        except FetchError as error:
            if may_be_missing and error.status == _NOT_YET:
                return
            raise
        new = [row for row in rows if paper_id(row) not in seen]
        yield new
        if not new or len(rows) % SMALLER_PAGE:
            return
        seen.update(filter(None, map(paper_id, new)))
    raise FormatError(f"format changed: {PAGES_MAX} pages of one day, and no end", url=ENDPOINT)


def _ask(request: FetchRequest, params: Mapping[str, str]) -> list[Any]:
    answer = ask(request, ENDPOINT, params)
    rows = wire.decode_list(answer.body, answer.url)
    if rows and not any(paper_id(row) and upvotes(row) is not None for row in rows):
        raise FormatError("format changed: no row has a paper with an id and upvotes", url=answer.url)
    return rows


def ask(request: FetchRequest, path: str, params: Mapping[str, str] | None = None) -> Response:
    """One request; notes what is left of the limit. Raises FetchError."""
    url = f"{str(request.settings.get('api') or _API).rstrip('/')}/{path}"
    request.meter.requests += 1
    answer = request.client.get(url, params=params)
    bucket = _BUCKET.search(answer.headers.get("ratelimit", ""))
    policy = _POLICY.search(answer.headers.get("ratelimit-policy", ""))
    if bucket and policy:
        until = request.now + timedelta(seconds=int(bucket["reset"]))
        request.meter.limits[ENDPOINT] = f"{int(bucket['left'])} of {int(policy['limit'])} until {until:%H:%M}Z"
    return answer if answer.url else replace(answer, url=url)


def _paper(row: Any) -> Mapping[str, Any]:
    paper = row.get("paper") if isinstance(row, dict) else None
    return paper if isinstance(paper, dict) else {}


def paper_id(row: Any) -> str | None:
    """The id of the paper that a row proposes."""
    own_id = _paper(row).get("id")
    return own_id if isinstance(own_id, str) and PAPER.fullmatch(own_id) else None


def upvotes(row: Any) -> int | None:
    """None where the row does not say."""
    found = _paper(row).get("upvotes")
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def account_of(person: Any) -> Account | None:
    """A person as rows and comments state one; None where that is nobody."""
    if not isinstance(person, dict):
        return None
    names = [name for name in (person.get("user"), person.get("name")) if isinstance(name, str)]
    handle = next((name for name in names if _ACCOUNT.fullmatch(name)), None)
    if handle is None:
        return None
    own_id = person.get("_id")
    known = isinstance(own_id, str) and _ACCOUNT_ID.fullmatch(own_id)
    return Account(
        id=f"{NETWORK}:{own_id if known else handle}",
        handle=handle,
        name=wire.clean_line(person.get("fullname")),
        bot=_BOT.fullmatch(handle) is not None,
    )
