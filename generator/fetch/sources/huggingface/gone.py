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
    """Ask about captured proposals and comments. Raises FetchError, FormatError."""
    papers_by_day: dict[date, list[str]] = {}
    comments_by_paper: dict[str, list[str]] = {}
    for post in posts:
        paper, hash_sign, _ = post.id.removeprefix(f"{NETWORK}:").partition("#")
        if not PAPER.fullmatch(paper):
            continue
        if hash_sign:
            comments_by_paper.setdefault(paper, []).append(post.id)
        else:
            papers_by_day.setdefault(post.posted_at.astimezone(UTC).date(), []).append(paper)
    yield from _check_papers(request, papers_by_day)
    yield from _check_comments(request, comments_by_paper)


def _check_papers(request: FetchRequest, papers_by_day: dict[date, list[str]]) -> Iterator[Checked]:
    """Look for the papers in the lists of their days, then ask for those that a list leaves out."""
    left_out: list[str] = []
    today = request.now.astimezone(UTC).date()
    for day in list(papers_by_day)[:DAYS_MAX]:
        listed = set()
        for rows in pages(request, day, may_be_missing=day == today):
            for row in rows:
                listed.add(paper_id(row))
        for paper in papers_by_day[day]:
            if paper in listed:
                yield Checked(f"{NETWORK}:{paper}", is_there=True)
            else:
                left_out.append(paper)
    for paper in left_out[:SINGLES_MAX]:
        is_there = _has_page(request, paper)
        if is_there is not None:
            yield Checked(f"{NETWORK}:{paper}", is_there)


def _check_comments(request: FetchRequest, comments_by_paper: dict[str, list[str]]) -> Iterator[Checked]:
    """A comment is gone if its paper's comments are shown without it."""
    for paper in list(comments_by_paper)[:SINGLES_MAX]:
        comments = read_comments(request, paper)
        # An answer without comments says nothing about them.
        if comments is not None:
            shown_ids = {comment_id(paper, comment) for comment in comments}
            for post_id in comments_by_paper[paper]:
                yield Checked(post_id, post_id in shown_ids)


def _has_page(request: FetchRequest, paper: str) -> bool | None:
    """Whether the paper is there; None if the answer is about something else. Raises FetchError, FormatError."""
    try:
        answer = ask(request, f"papers/{paper}")
    except FetchError as error:
        if error.status != _NOT_FOUND:
            raise
        return False if b"error" in error.body else None
    if decode_object(answer.body, answer.url).get("id") == paper:
        return True
    return None
