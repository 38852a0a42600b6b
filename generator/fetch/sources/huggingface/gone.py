"""Which captured proposals Hugging Face still shows: the list of their day again, then their paper's own page.

Sources, read 2026-11-25: as in the package's docstring; `GET /api/papers/ID` is what `paper_info` of the service's own
client library (huggingface_hub) asks. A list tells about every proposal of a day in one request. Being left out of it
is no proof; that there is no page of the paper (404, with the API's own error) is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date

from generator.fetch.adapter.json_fields import decode_object
from generator.fetch.adapter.source import Checked, FetchRequest
from generator.fetch.sources.huggingface.comments import comment_id, read_comments
from generator.fetch.sources.huggingface.lists import NETWORK, PAPER, ask, pages, paper_id
from generator.model.errors import FetchError
from generator.model.records import Post

DAYS_MAX = 60
"""Lists asked for in one run; the service allows 500 requests in 5 minutes."""
SINGLES_MAX = 100
"""Papers asked about alone in one run."""
_NOT_FOUND = 404


def find_gone(request: FetchRequest, posts: Sequence[Post]) -> Iterator[Checked]:
    """Ask about captured proposals. Raises FetchError, FormatError."""
    by_day: dict[date, list[str]] = {}
    comments = [post for post in posts if post.kind == "reply"]
    for post in posts:
        if PAPER.fullmatch(own_id := post.id.removeprefix(f"{NETWORK}:")):
            by_day.setdefault(post.posted_at.astimezone(UTC).date(), []).append(own_id)
    left_out: list[str] = []
    today = request.now.astimezone(UTC).date()
    for day in list(by_day)[:DAYS_MAX]:
        listed = {paper_id(row) for rows in pages(request, day, may_be_missing=day == today) for row in rows}
        for own_id in by_day[day]:
            if own_id in listed:
                yield Checked(f"{NETWORK}:{own_id}", is_there=True)
            else:
                left_out.append(own_id)
    for own_id in left_out[:SINGLES_MAX]:
        is_there = _has_page(request, own_id)
        if is_there is not None:
            yield Checked(f"{NETWORK}:{own_id}", is_there)
    yield from _about_comments(request, comments)


def _about_comments(request: FetchRequest, posts: Sequence[Post]) -> Iterator[Checked]:
    """A comment is gone where its paper's comments are shown without it."""
    by_paper: dict[str, list[str]] = {}
    for post in posts:
        by_paper.setdefault(post.id.partition(":")[2].partition("#")[0], []).append(post.id)
    papers = [paper for paper in by_paper if PAPER.fullmatch(paper)]
    for paper in papers[:SINGLES_MAX]:
        comments = read_comments(request, paper)
        if comments is None:
            continue  # the answer says nothing about them
        shown = {comment_id(paper, comment) for comment in comments}
        for post_id in by_paper[paper]:
            yield Checked(post_id, post_id in shown)


def _has_page(request: FetchRequest, own_id: str) -> bool | None:
    """Whether the paper is there; None where the answer is about something else. Raises FetchError, FormatError."""
    try:
        answer = ask(request, f"papers/{own_id}")
    except FetchError as error:
        if error.status != _NOT_FOUND:
            raise
        return False if b"error" in (error.body or b"") else None
    return True if decode_object(answer.body, answer.url).get("id") == own_id else None
