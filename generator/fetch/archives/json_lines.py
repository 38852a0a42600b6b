"""A record of a file for `import` -> Post or Paper: as in `data/`, but more may be missing. Pure."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from generator.finding import arxiv_id
from generator.model.errors import RecordError
from generator.model.records import Paper, Post
from generator.text.plain import fold_paragraphs, without_entities

_log = logging.getLogger(__name__)

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""`fetched_at` of a paper that does not say when: so that reading it twice changes nothing."""
MAX_TEXT = 100_000

_Record = TypeVar("_Record", bound=Post | Paper)

_NETWORK = re.compile(r"[a-z]{1,20}")
_OWN_ID = re.compile(r"[^\s\x00-\x20\x7f-\xa0\ud800-\udfff]{1,500}")
_TRACKER = re.compile(r"[a-z0-9-]{1,64}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_WEB = re.compile(r"https?://[^\s\x00-\x20\x7f-\xa0<>\"]{1,4000}", re.IGNORECASE)
_NO_SCHEME = re.compile(r"(?://)?(?:[a-z0-9-]+\.)+[a-z]{2,24}(?::[0-9]{1,5})?(?:[/?#].*)?", re.IGNORECASE | re.ASCII)
_FIRST, _LAST = datetime(1980, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def parse_record(plain: dict[str, Any], now: datetime) -> Post | Paper:
    """Read one record.

    Args:
        plain: a decoded JSON object.
        now: stands in for a missing `seen_at`.

    Raises:
        RecordError: it is no post and no paper, or a field of it cannot be what it says.
    """
    plain = {key: value for key, value in plain.items() if value is not None}
    if "network" in plain or "kind" in plain or "posted_at" in plain:
        return _post(plain, now)
    if "title" in plain or "abstract" in plain:
        return _paper(plain)
    raise RecordError("", "is neither a post (`network`, `kind`, `posted_at`) nor a paper (`title`, `abstract`)")


def without_future(record: _Record, now: datetime) -> _Record:
    """The record without times that have not come: the same object where it has none.

    A post counts from when it was seen at the latest. Of a paper, a date that has not come is no date.
    """
    if isinstance(record, Post):
        seen_at = min(record.seen_at, now)
        posted_at = min(record.posted_at, seen_at)
        if (posted_at, seen_at) == (record.posted_at, record.seen_at):
            return record
        return msgspec.structs.replace(record, posted_at=posted_at, seen_at=seen_at)
    future = {name for name in ("submitted_at", "revised_at") if (getattr(record, name) or now) > now}
    fetched_at = min(record.fetched_at, now)
    if not future and fetched_at == record.fetched_at:
        return record
    return msgspec.structs.replace(record, fetched_at=fetched_at, **dict.fromkeys(future))


def _post(plain: dict[str, Any], now: datetime) -> Post:
    account = plain.get("account")
    if isinstance(account, str):
        account = {"id": account}
    if not isinstance(account, dict):
        raise RecordError("account", "must be an id, or an object with one")
    plain["account"] = {key: value for key, value in account.items() if value is not None}
    plain.setdefault("seen_at", now)
    if not plain.get("posted_at"):
        plain["posted_at"] = plain["seen_at"]
    plain["papers"] = _paper_ids(plain.get("papers", ()))
    names = {"id": plain.get("id"), "of": plain.get("of"), "account.id": account.get("id")}
    check_names(plain.get("network"), names, plain.get("url"))
    post: Post = _convert(plain, Post)
    _check_limits(post)
    seen_at = check_moment(post.seen_at, "seen_at")
    account = msgspec.structs.replace(
        post.account, handle=_line(post.account.handle, "@"), name=_line(post.account.name)
    )
    return msgspec.structs.replace(
        post,
        text=_CONTROL.sub("", post.text) if post.text else post.text,
        posted_at=_posted_at(post, seen_at),
        seen_at=seen_at,
        account=account,
        links=_web_links(post),
        trackers=tuple(sorted(set(post.trackers))),
    )


def _posted_at(post: Post, seen_at: datetime) -> datetime:
    """When it was posted. A time that cannot be one, such as 1970, costs its place in the order, not the post."""
    try:
        return check_moment(post.posted_at, "posted_at")
    except RecordError:
        return seen_at


def _web_links(post: Post) -> tuple[str, ...]:
    """The links in full: one without scheme gets https, one that is no web address is named and left out."""
    links = set()
    for link in post.links:
        address = f"https://{link.removeprefix('//')}" if _NO_SCHEME.fullmatch(link) else link
        if _WEB.fullmatch(address):
            links.add(address)
        else:
            _log.warning("%s: the link %.80a is no web address and is left out", post.id, link)
    return tuple(sorted(links))


def _paper(plain: dict[str, Any]) -> Paper:
    parts = arxiv_id.parse_id(str(plain.get("id", "")))
    if parts is None:
        raise RecordError("id", f"{plain.get('id')!a:.80} is no id of arXiv")
    plain["id"] = parts.id
    plain.setdefault("fetched_at", NEVER)
    paper: Paper = _convert(plain, Paper)
    if not paper.title.strip():
        raise RecordError("title", "is empty")
    return msgspec.structs.replace(
        paper,
        title=_folded(paper.title),
        abstract=fold_paragraphs(_CONTROL.sub("", without_entities(paper.abstract))),
        authors=tuple(filter(None, map(_folded, paper.authors))),
        categories=tuple(filter(None, map(_folded, paper.categories))),
        submitted_at=check_moment(paper.submitted_at, "submitted_at") if paper.submitted_at else None,
        revised_at=check_moment(paper.revised_at, "revised_at") if paper.revised_at else None,
        fetched_at=check_moment(paper.fetched_at, "fetched_at", since=NEVER),
    )


def _convert(plain: dict[str, Any], noun: Any) -> Any:
    try:
        return msgspec.convert(plain, noun)
    except msgspec.ValidationError as error:
        reason = str(error)
        if "timezone" in reason:
            reason += "; write it in UTC, such as 2026-11-20T08:00:00Z"
        raise RecordError("", reason) from None


def _check_limits(post: Post) -> None:
    if post.text and len(post.text) > MAX_TEXT:
        raise RecordError("text", f"has {len(post.text):,} characters; {MAX_TEXT:,} are the limit")
    for tracker in post.trackers:
        if not _TRACKER.fullmatch(tracker):
            raise RecordError("trackers", f"{tracker!a:.80} is no tracker's id: a-z, 0-9 and -")


def _paper_ids(names: Any) -> list[str]:
    if not isinstance(names, (list, tuple)):
        raise RecordError("papers", "must be a list of ids")
    ids = set()
    for name in names:
        parts = arxiv_id.parse_id(name) if isinstance(name, str) else None
        if parts is None:
            remedy = "; it is a number: quote it" if isinstance(name, float | int) else ""
            raise RecordError("papers", f"{name!a:.80} is no id of arXiv{remedy}")
        ids.add(parts.id)
    return sorted(ids)


def check_names(network: Any, names: Mapping[str, Any], url: Any) -> None:
    """Check a network's name, ids (by the name of their field) and an address; what is no text is left to msgspec.

    Raises:
        RecordError: a name could not be a folder's, an id is none of this network, or the address is none.
    """
    if isinstance(network, str) and not _NETWORK.fullmatch(network):
        raise RecordError("network", f"{network!a:.80} is no network's name: a-z, 20 letters at most")
    for where, name in names.items():
        if not isinstance(name, str):
            continue
        of, _, local_id = name.partition(":")
        if of != network or not _OWN_ID.fullmatch(local_id):
            raise RecordError(where, f"{name!a:.80} must be `{network}:` and the network's own id")
    if isinstance(url, str) and not _WEB.fullmatch(url):
        raise RecordError("url", f"{url!a:.80} is no web address")


def check_moment(at: datetime, where: str, since: datetime = _FIRST) -> datetime:
    """Check a time; the same in UTC, in whole seconds. Raises RecordError."""
    try:
        at = at.astimezone(UTC).replace(microsecond=0)
    except OverflowError:
        raise RecordError(where, "is out of range") from None
    if not since <= at < _LAST:
        raise RecordError(where, f"{at.year} cannot be its year")
    return at


def _folded(text: str) -> str:
    return " ".join(_CONTROL.sub("", without_entities(text)).split())


def _line(text: str | None, prefix: str = "") -> str | None:
    if not text:
        return None
    return _folded(text).removeprefix(prefix)[:500] or None
