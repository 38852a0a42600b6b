"""The service's own answers: the list of a day in pages, a paper by itself, and what its rate limit says.

Sources: as in the package's docstring.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.patience import PAGES_MAX, Asker
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
"""Names of bots, such as librarian-bot, which comments on every paper."""
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
    seen: set[str | None] = set()
    params = {"date": day.isoformat(), "limit": str(PAGE)}
    for number in range(PAGES_MAX):
        if number:
            params["p"] = str(number)
        try:
            rows = _page(request, params)
        except FetchError as error:
            if may_be_missing and error.status == _NOT_YET:
                return
            raise
        new_rows = [row for row in rows if paper_id(row) not in seen]
        yield new_rows
        if not new_rows or len(rows) % SMALLER_PAGE:
            return
        seen.update(map(paper_id, new_rows))
        # A row without an id is for `parse` to refuse, on every page.
        seen.discard(None)
    raise FormatError(f"format changed: {PAGES_MAX} pages of one day, and no end", url=ENDPOINT)


def _page(request: FetchRequest, params: Mapping[str, str]) -> list[Any]:
    answer = ask(request, ENDPOINT, params)
    rows = wire.decode_list(answer.body, answer.url)
    if rows and not any(paper_id(row) and upvotes(row) is not None for row in rows):
        raise FormatError("format changed: no row has a paper with an id and upvotes", url=answer.url)
    return rows


def ask(request: FetchRequest, path: str, params: Mapping[str, str] | None = None) -> Response:
    """One request; notes what is left of the limit. Raises FetchError."""
    answer = Asker(request, request.settings["api"], limits="x-ratelimit-").ask(path, params, label=ENDPOINT)
    bucket = _BUCKET.search(answer.headers.get("ratelimit", ""))
    policy = _POLICY.search(answer.headers.get("ratelimit-policy", ""))
    if bucket and policy:
        until = request.now + timedelta(seconds=int(bucket["reset"]))
        request.meter.limits[ENDPOINT] = f"{int(bucket['left'])} of {int(policy['limit'])} until {until:%H:%M}Z"
    return answer


def paper_id(row: Any) -> str | None:
    """The id of the paper that a row proposes."""
    return wire.matching(wire.part(row, "paper").get("id"), PAPER)


def upvotes(row: Any) -> int | None:
    """None if the row does not say."""
    return wire.whole_number(wire.part(row, "paper").get("upvotes"))


def account_of(person: Any) -> Account | None:
    """A person as rows and comments state one; None if that is nobody."""
    if not isinstance(person, dict):
        return None
    handle = wire.matching(person.get("user"), _ACCOUNT) or wire.matching(person.get("name"), _ACCOUNT)
    if handle is None:
        return None
    own_id = wire.matching(person.get("_id"), _ACCOUNT_ID) or handle
    return Account(
        id=f"{NETWORK}:{own_id}",
        handle=handle,
        name=wire.clean_line(person.get("fullname")),
        bot=_BOT.fullmatch(handle) is not None,
    )
