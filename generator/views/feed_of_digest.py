"""What the feed of a digest shows: one entry a day or a week, with that period's ranked list. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from markupsafe import Markup

from generator.finding import arxiv_id
from generator.model.records import RankedPaper
from generator.model.site import Digest, Issue, Period, Site
from generator.text.plain import shorten
from generator.views import feed_html as html
from generator.views import phrases
from generator.views.feed_ids import entry_id
from generator.views.feed_of_papers import FALLBACK_TITLE, feed_view
from generator.views.feed_types import FeedEntry, FeedView

TITLES: Mapping[Period, str] = {"daily": "Daily digest", "weekly": "Weekly digest"}
ABOUT: Mapping[Period, str] = {
    "daily": "One entry a day: the papers that people posted about on that day, ranked.",
    "weekly": "One entry a week: the papers that people posted about from Monday to Sunday, ranked.",
}
ABSTRACT_CHARS = 320
"""Of each abstract: the whole one is a click away, and a week has thirty."""

_AUTHORS_MAX = 6
_TITLE_CHARS = 80
"""Of the first paper's title: lists of readers and of mails are about so wide, and the date is to be seen."""
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def digest_title(digest: Digest) -> str:
    """As pages and feeds name it: `Daily digest · The lab`."""
    if digest.of:
        return f"{TITLES[digest.period]} · {digest.of}"
    return TITLES[digest.period]


def digest_feed_view(site: Site, digest: Digest) -> FeedView:
    """The feed of a digest."""
    list_name = digest.path.strip("/").replace("/", "-")
    entries = []
    for issue in digest.issues:
        name = issue.first_on.isoformat()
        was_before = site.ids_at and not digest.below
        uid = f"{site.ids_at}{digest.path}#{name}" if was_before else entry_id(site, list_name, name)
        entries.append((uid, _entry(site, digest, issue)))
    return feed_view(site, digest.path, html.clean_line(digest_title(digest)), ABOUT[digest.period], entries)


def issue_title(first: date, last: date) -> str:
    """`19 November 2026`, `16 to 22 November 2026`, `30 November to 6 December 2026`."""
    return _dates(first, last, _MONTHS, with_year=True)


def _dates(first: date, last: date, months: tuple[str, ...], *, with_year: bool) -> str:
    def written(day: date, *, month: bool, year: bool) -> str:
        return " ".join([str(day.day), *([months[day.month - 1]] if month else []), *([str(day.year)] if year else [])])

    end = written(last, month=True, year=with_year)
    if first == last:
        return end
    other_year = with_year and first.year != last.year
    return f"{written(first, month=first.month != last.month, year=other_year)} to {end}"


def _entry(site: Site, digest: Digest, issue: Issue) -> FeedEntry:
    url = f"{site.url}{digest.path}#{issue.first_on.isoformat()}"
    rows = Markup("\n").join(_row(site, ranked) for ranked in issue.papers)
    rest = ""
    if issue.more:
        count = f"and {issue.more:,} {'paper' if issue.more == 1 else 'papers'} more"
        rest = html.paragraph(html.link(site.url + page_of_period(site, digest, issue), count))
    return FeedEntry(
        url=url,
        title=_title(issue),
        html=str(html.filled("<ol>\n%s\n</ol>\n%s", rows, rest)),
        authors=(html.clean_line(site.title) or FALLBACK_TITLE,),
        published=issue.closed_at,
        updated=issue.closed_at,
        own={"papers": [ranked.paper.id for ranked in issue.papers]},
    )


def _title(issue: Issue) -> str:
    """`A Survey of Transformers, and 68 more (30 Nov)`."""
    more = len(issue.papers) - 1 + issue.more
    dates = _dates(issue.first_on, issue.last_on, phrases.MONTHS, with_year=False)
    others = f", and {more:,} more" if more else ""
    first = shorten(html.title_of(issue.papers[0].paper), _TITLE_CHARS)[0]
    return f"{first}{others} ({dates})"


def page_of_period(site: Site, digest: Digest, issue: Issue) -> str:
    """The path of the page with all papers of the day or week; of a list up to now where there is none."""
    year, week, _ = issue.first_on.isocalendar()
    if digest.period == "daily":
        page, now = f"day/{issue.first_on.isoformat()}/", "top/week/"
    else:
        page, now = f"week/{year}-W{week:02}/", "top/month/"
    paths = {listing.path for listing in site.listings}
    candidates = (digest.below + page, page, digest.below + now)
    return next((path for path in candidates if path in paths), now)


def _row(site: Site, ranked: RankedPaper) -> Markup:
    paper = ranked.paper
    url = f"{site.url}abs/{paper.id}/" if paper.id in site.papers else arxiv_id.abs_url(paper.id)
    people = "1 person" if len(ranked.votes) == 1 else f"{len(ranked.votes):,} people"
    lines = [
        html.filled("<p><strong>%s</strong></p>\n", html.link(url, html.title_of(paper))),
        html.paragraph(people),
        _best_comment(site, ranked),
        _beginning(paper.abstract),
        html.paragraph(", ".join(html.authors_of(paper, _AUTHORS_MAX))),
    ]
    return html.filled("<li>%s</li>", Markup("").join(lines))


def _beginning(abstract: str) -> Markup:
    """The first sentences of an abstract; a part of the first one where that is long."""
    sentences = abstract.split(". ")
    beginning = ""
    for sentence in sentences:
        longer = f"{beginning}. {sentence}" if beginning else sentence
        if len(longer) > ABSTRACT_CHARS:
            break
        beginning = longer
    if not beginning:
        return html.paragraph(shorten(html.tex_line(abstract), ABSTRACT_CHARS)[0])
    return html.abstract_html(beginning if beginning == abstract else f"{beginning}. …")


def _best_comment(site: Site, ranked: RankedPaper) -> Markup:
    """Of the strongest vote of a person that has one and may be passed on."""
    mentions = {mention.post.id: mention for mention in ranked.mentions}
    for vote in ranked.votes:
        if vote.commented and not vote.bot and vote.post_id not in site.withheld:
            mention = mentions[vote.post_id]
            if mention.comment:
                return html.comment_html(site, mention.post, mention.comment)
    return Markup("")
