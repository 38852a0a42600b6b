"""Which posts are about which papers: through a link, their text, or the post that they point at.

A post's own papers are those that its links and text name. A repost, quote, reply or like also has the papers of the
post that it points at, through any number of steps, whichever of the two was seen first.

"Paper below": a post that names no paper has those of its account's own replies to it, posted within a day. Of several
such replies all count, so that the order in which they are seen changes nothing. Only the first post of a thread has
papers from below, and only from the step right below it; who reposts, quotes or answers it inherits them from it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from operator import attrgetter

import msgspec

from generator.finding.arxiv_id import FoundId, month_of
from generator.finding.arxiv_links import find_in_text, find_in_url, unread_host
from generator.finding.own_words import comment_of
from generator.model.records import Mention, Post, Through

__all__ = [
    "MAX_PASSED_ON",
    "THREAD_WITHIN",
    "comment_of",
    "find_papers",
    "inherit",
    "mentions_by_paper",
    "newest_versions",
    "unread_hosts",
    "with_own_papers",
]

MAX_PASSED_ON = 200
"""A post about more papers passes none on: no reader's list is that long, and a long thread that names a new paper in
every post would otherwise take memory that grows with the square of its length."""

UNREAD_HOSTS_MAX = 20
"""So many hosts at most are named by `status`."""

THREAD_WITHIN = timedelta(days=1)
"""A reply of one's own this much later starts something new: it would make an old post one about a new paper, and a
vote for that as old as the post."""

_SOME_VERSION = re.compile(r"v[1-9]", re.IGNORECASE)


def find_papers(post: Post) -> tuple[str, ...]:
    """Ids of the papers that the post itself names in its links and its text, sorted."""
    return tuple(sorted({paper.id for paper in _named(post)}))


def unread_hosts(posts: Iterable[Post]) -> dict[str, int]:
    """Host -> how many links of these posts look as if they named a paper and name none that is read here."""
    counts: Counter[str] = Counter()
    for post in posts:
        for link in post.links:
            host = unread_host(link)
            if host is not None:
                counts[host] += 1
    return dict(counts.most_common(UNREAD_HOSTS_MAX))


def with_own_papers(post: Post) -> Post:
    """The post with what its links and text name added to `papers`; the very same post where that adds nothing."""
    return _with_papers(post, _union(post.papers, find_papers(post)))


def newest_versions(posts: Iterable[Post]) -> dict[str, int]:
    """The highest version that any link or text names, by paper id; papers named without a version are not in it."""
    versions: dict[str, int] = {}
    for post in posts:
        places = (*post.links, post.text or "")
        # This spares most posts the search for ids.
        if not any(map(_SOME_VERSION.search, places)):
            continue
        for paper_id, version in _named(post):
            if version is not None:
                versions[paper_id] = max(version, versions.get(paper_id, 0))
    return versions


def inherit(posts: Mapping[str, Post]) -> dict[str, Post]:
    """Give every post the papers of the post that its `of` points at, in any number of steps, cycles included.

    Before that, the first post of a thread that names no paper is given those of its account's own replies to it.

    Args:
        posts: by id. A post whose `of` is not among them keeps what it has.

    Returns:
        The posts that changed, by id, and no others. Doing it again on the outcome changes nothing. Trackers and
        all else stay as they are.
    """
    heads = _from_below(posts)
    if heads:
        posts = {**posts, **heads}
    papers: dict[str, tuple[str, ...]] = {}
    for start in posts:
        if start in papers:
            continue
        path, cycle_from, base = _path_to_known(posts, start, papers)
        cycle, chain = path[cycle_from:], path[:cycle_from]
        if cycle:
            base = _papers_of_cycle(posts, cycle, papers)
        for post_id in reversed(chain):
            stated = posts[post_id].papers
            if len(base) > MAX_PASSED_ON:
                base = ()
            base = papers[post_id] = _union(stated, base)
    changed_posts = dict(heads)
    for post_id, post in posts.items():
        if post.papers != papers[post_id]:
            changed_posts[post_id] = _with_papers(post, papers[post_id])
    return changed_posts


def _from_below(posts: Mapping[str, Post]) -> dict[str, Post]:
    """The first posts of threads that change because their account's own reply names papers, by id."""
    inherited: dict[str, tuple[str, ...]] = {}
    for reply in posts.values():
        if reply.kind != "reply" or reply.of is None or not reply.papers:
            continue
        head = posts.get(reply.of)
        if head is not None and _is_thread(head, reply):
            inherited[head.id] = _union(inherited.get(head.id, head.papers), reply.papers)
    heads: dict[str, Post] = {}
    for head_id, papers in inherited.items():
        head = posts[head_id]
        if papers != head.papers and len(papers) <= MAX_PASSED_ON:
            heads[head_id] = msgspec.structs.replace(head, papers=papers, in_thread=True)
    return heads


def _is_thread(head: Post, reply: Post) -> bool:
    """Whether `reply` may say what `head`, its target, is about."""
    return (
        head.kind == "post"
        and (head.in_thread or not head.papers)
        and head.account.id == reply.account.id
        and reply.posted_at - head.posted_at <= THREAD_WITHIN
    )


def mentions_by_paper(posts: Iterable[Post]) -> dict[str, list[Mention]]:
    """The mentions of every paper in the posts' `papers`, newest first; posts of the same second by id.

    `through` is the most direct reason: a link, else the text, else the thread, else the kind of post that inherited
    the paper. It is `link` for a plain post that is stored without links and text (X keeps ids only).
    """
    by_paper: dict[str, list[Mention]] = {}
    newest_first = sorted(posts, key=attrgetter("id"))
    # The sort is stable: within a second, ids stay in order.
    newest_first.sort(key=attrgetter("posted_at"), reverse=True)
    for post in newest_first:
        for paper_id in post.papers:
            mention = Mention(post, paper_id, _through(post, paper_id))
            by_paper.setdefault(paper_id, []).append(mention)
    return by_paper


def _through(post: Post, paper_id: str) -> Through:
    # A plain post has its papers from its links or its text, so the look of the link decides without parsing it.
    if post.kind == "post" and any(paper_id in link for link in post.links):
        return "link"
    if any(paper.id == paper_id for link in post.links for paper in find_in_url(link)):
        return "link"
    if post.text and any(paper.id == paper_id for paper in find_in_text(post.text)):
        return "text"
    if post.kind == "post":
        return "thread" if post.in_thread else "link"
    return post.kind


def _named(post: Post) -> Iterator[FoundId]:
    """The papers that a post names, but none of a month that had not come when it was seen."""
    for paper in _named_at_any_time(post):
        if _month_has_come(paper.id, post.seen_at):
            yield paper


def _named_at_any_time(post: Post) -> Iterator[FoundId]:
    for link in post.links:
        yield from find_in_url(link)
    if post.text:
        yield from find_in_text(post.text)


def _month_has_come(paper_id: str, seen_at: datetime) -> bool:
    # Clocks and time zones differ by up to a day.
    tomorrow = seen_at + timedelta(days=1)
    return month_of(paper_id) <= (tomorrow.year, tomorrow.month)


def _union(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    if not second or first == second:
        return first
    if not first:
        return second
    return tuple(sorted({*first, *second}))


def _with_papers(post: Post, papers: tuple[str, ...]) -> Post:
    if papers == post.papers:
        return post
    return msgspec.structs.replace(post, papers=papers)


def _path_to_known(
    posts: Mapping[str, Post], start: str, papers: Mapping[str, tuple[str, ...]]
) -> tuple[list[str], int, tuple[str, ...]]:
    """Follow `of` from `start`: (the ids passed, the index where they enter a cycle or their number, papers there)."""
    path: list[str] = []
    place: dict[str, int] = {}
    here: str | None = start
    while here is not None and here in posts and here not in papers:
        if here in place:
            return path, place[here], ()
        place[here] = len(path)
        path.append(here)
        here = posts[here].of
    papers_there: tuple[str, ...] = ()
    if here is not None:
        papers_there = papers.get(here, ())
    return path, len(path), papers_there


def _papers_of_cycle(
    posts: Mapping[str, Post], cycle: list[str], papers: dict[str, tuple[str, ...]]
) -> tuple[str, ...]:
    """Posts that point at each other in a ring all have the same papers; sets `papers` for them."""
    shared: set[str] = set()
    for post_id in cycle:
        shared.update(posts[post_id].papers)
    for post_id in cycle:
        papers[post_id] = posts[post_id].papers
        if len(shared) <= MAX_PASSED_ON:
            papers[post_id] = tuple(sorted(shared))
    return papers[cycle[0]]
