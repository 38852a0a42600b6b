"""What the feed of a digest shows: one entry a day or a week, with that period's ranked list. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from generator.finding import arxiv_id
from generator.finding.own_words import comment_of as find_comment
from generator.model.records import RankedPaper
from generator.model.site import Digest, Issue, Period, Site
from generator.text.latex import to_name
from generator.views.feed_of_list import EPOCH, FALLBACK_TITLE, CommentOf, clean_line, feed_post
from generator.views.feed_types import FeedIssue, FeedPost, FeedView, IssuePaper

TITLES: Mapping[Period, str] = {"daily": "Daily digest", "weekly": "Weekly digest"}
ABOUT: Mapping[Period, str] = {
    "daily": "One entry a day: the papers that people posted about on that day, ranked.",
    "weekly": "One entry a week: the papers that people posted about from Monday to Sunday, ranked.",
}
AUTHORS_MAX = 6

_REST: Mapping[Period, str] = {"daily": "top/week/", "weekly": "top/month/"}
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def digest_feed_view(site: Site, digest: Digest, comment_of: CommentOf = find_comment) -> FeedView:
    """The feed of a digest.

    Args:
        site: for its address, titles and what may not be passed on.
        digest: the issues.
        comment_of: (post, paper) -> words of their own; a build passes one that remembers its answers.
    """
    site_title = clean_line(site.title) or FALLBACK_TITLE
    url = site.url + digest.path
    return FeedView(
        title=f"{TITLES[digest.period]} · {site_title}",
        description=ABOUT[digest.period],
        site_title=site_title,
        home_url=url,
        base_url=url,
        updated=max((issue.closed_at for issue in digest.issues), default=EPOCH),
        papers=(),
        issues=tuple(_feed_issue(site, digest, issue, comment_of) for issue in digest.issues),
        hub=site.hub,
    )


def issue_title(first: date, last: date) -> str:
    """`19 November 2026`, `16 to 22 November 2026`, `30 November to 6 December 2026`."""
    end = f"{last.day} {_MONTHS[last.month - 1]} {last.year}"
    if first == last:
        return end
    month = f" {_MONTHS[first.month - 1]}" if first.month != last.month else ""
    year = f" {first.year}" if first.year != last.year else ""
    return f"{first.day}{month}{year} to {end}"


def _feed_issue(site: Site, digest: Digest, issue: Issue, comment_of: CommentOf) -> FeedIssue:
    return FeedIssue(
        uid=f"{site.url}{digest.path}#{issue.first_on.isoformat()}",
        title=f"Papers of {issue_title(issue.first_on, issue.last_on)}",
        published=issue.closed_at,
        papers=tuple(_issue_paper(site, ranked, comment_of) for ranked in issue.papers),
        more=issue.more,
        rest_url=site.url + _REST[digest.period],
    )


def _issue_paper(site: Site, ranked: RankedPaper, comment_of: CommentOf) -> IssuePaper:
    paper = ranked.paper
    return IssuePaper(
        paper_id=paper.id,
        url=f"{site.url}abs/{paper.id}/" if paper.id in site.papers else arxiv_id.abs_url(paper.id),
        title=paper.title,
        authors=tuple(map(to_name, paper.authors[:AUTHORS_MAX])),
        more_authors=max(0, len(paper.authors) - AUTHORS_MAX),
        abstract=paper.abstract,
        withdrawn=paper.withdrawn,
        captured=ranked.captured,
        x_only=all(mention.post.network == "x" for mention in ranked.mentions),
        people=len(ranked.votes),
        comment=_best_comment(site, ranked, comment_of),
    )


def _best_comment(site: Site, ranked: RankedPaper, comment_of: CommentOf) -> FeedPost | None:
    """Of the strongest vote of a person that has one and may be passed on."""
    posts = {mention.post.id: mention.post for mention in ranked.mentions}
    for vote in ranked.votes:
        if vote.commented and not vote.bot and vote.post_id not in site.withheld:
            post = posts[vote.post_id]
            comment = comment_of(post, ranked.paper)
            if comment:
                return feed_post(post, site.networks.get(post.network, post.network), comment)
    return None
