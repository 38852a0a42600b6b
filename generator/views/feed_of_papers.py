"""What the feeds of lists show: one entry a paper, with who said what first. Pure.

An entry stays as it was when its paper entered the list. Only what a subscriber wants to hear of changes it and moves
`updated`: a comment with words of its own, a new version of the paper, the owner's note. Likes, reposts, counts and
ranks change nothing. So a paper has few entries (one for most lists, one for the hot ones), and feeds share them.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from markupsafe import Markup

from generator.finding import arxiv_id
from generator.model.listing import Listing
from generator.model.records import Ballot, Paper
from generator.model.site import Entered, Site
from generator.ranking.hot import first_seen, known_at
from generator.ranking.rank import RESURFACED_AFTER
from generator.ranking.size_limits import entries_in_feed
from generator.text.plain import safe_href, shorten
from generator.views import feed_html as html
from generator.views import phrases
from generator.views.feed_ids import entry_id, paper_id_in
from generator.views.feed_types import FeedEntry, FeedView

RSS_FILE = "feed.xml"
"""The feed that lists of feeds name: every reader understands RSS, and three would show each paper three times."""
FALLBACK_TITLE = "Trending arXiv"
"""Of a site whose title has nothing printable: feeds must have one."""
COMMENTS_MAX = 20
"""Comments quoted for one paper; the rest stands on its page."""
NAMES_MAX = 10
"""People named who posted a paper without a word of their own."""
KEPT_FOR = timedelta(hours=48)
"""What came in so lately is in the feed, whatever the number: who looks once a day misses nothing."""
ENTRIES_MAX = 500
"""Entries that a feed has at most because of that."""
NEWS_FOR = timedelta(days=365)
"""A paper that nobody posted about for so long is no news."""
OLD_PAPERS = 5
"""The first papers of a category, of a venue or with code stand in its feed, even if they are no news."""

_NAMES_CHARS = 30
"""Of the names in the first line: readers show a hundred letters of an entry, and the comment is to be among them."""
_NAME_CHARS = 40


class _Remark(NamedTuple):
    """A post with words of its own that may be passed on."""

    ballot: Ballot
    text: str


class PaperFeeds:
    """Makes the feeds of lists; remembers each entry, because lists share papers."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._entries: dict[tuple[str, Entered], FeedEntry] = {}
        self._first_seen: dict[tuple[str, str, bool], Entered | None] = {}
        self._papers: dict[str, Paper] = {}

    def feed_of(self, listing: Listing) -> FeedView:
        """The feed of a list: its first `feeds.entries` papers, and all that came in during the last 48 hours.

        Papers that arXiv has not answered for yet are left out: readers remember a title for ever, and an id is none.
        """
        site = self._site
        scope = listing.scope.posts_of
        entries = []
        for paper_id, entered in self._shown(listing, scope):
            uid = entry_id(site, listing.api_name, paper_id)
            if listing.window.order != "hot":
                uid = paper_id_in(site, listing.api_name, paper_id)
            elif entered.again:
                uid += f"/{entered.at.date().isoformat()}"
            entries.append((uid, self._entry(scope, entered)))
        title = html.clean_line(listing.title) if listing.path else ""
        return feed_view(site, listing.path, title, listing.description, entries)

    def _shown(self, listing: Listing, scope: str) -> Iterator[tuple[str, Entered]]:
        site = self._site
        limit = entries_in_feed(len(site.trackers), site.feed_entries) if listing.scope.tracker else site.feed_entries
        most = max(limit, ENTRIES_MAX) if listing.window.order in {"hot", "newest"} else limit
        since = site.now - KEPT_FOR
        listed = [ranked.paper for ranked in listing.papers if ranked.paper.id not in site.unknown]
        if listing.scope.kind in {"category", "code", "venue"}:
            news = [paper for paper in listed[OLD_PAPERS:] if self._is_news(scope, paper.id)]
            listed = listed[:OLD_PAPERS] + news
        count = 0
        for place, paper in enumerate(listed):
            if count == most or (place >= limit and most == limit):
                return
            self._papers[paper.id] = paper
            entered = self._entered(listing, scope, paper)
            if place < limit or entered.known_at > since:
                count += 1
                yield paper.id, entered

    def _is_news(self, scope: str, paper_id: str) -> bool:
        ballots = self._ballots(scope, paper_id)
        return bool(ballots) and ballots[0].mention.post.posted_at > self._site.now - NEWS_FOR

    def _entered(self, listing: Listing, scope: str, paper: Paper) -> Entered:
        """When and how the paper came into the list."""
        if listing.window.order == "hot":
            return self._site.hot[scope][paper.id]
        fades = listing.window.order == "trending" and listing.window.span not in {"year", "all"}
        key = (scope, paper.id, fades)
        if key not in self._first_seen:
            self._first_seen[key] = first_seen(paper.id, self._ballots(scope, paper.id), fades=fades)
        submitted_at = _submitted_at(paper)
        return self._first_seen[key] or Entered(paper.id, submitted_at, submitted_at, again=False)

    def _ballots(self, scope: str, paper_id: str) -> Sequence[Ballot]:
        return self._site.ballots.get(scope, {}).get(paper_id, ())

    def _entry(self, scope: str, entered: Entered) -> FeedEntry:
        key = (scope, entered)
        if key not in self._entries:
            self._entries[key] = self._make_entry(scope, entered)
        return self._entries[key]

    def _make_entry(self, scope: str, entered: Entered) -> FeedEntry:
        site = self._site
        paper = self._papers[entered.paper_id]
        ballots = self._ballots(scope, paper.id)
        at_entry = [ballot for ballot in ballots if known_at(ballot.mention.post) <= entered.known_at]
        remarks = _remarks(site, ballots, entered)
        url = f"{site.url}abs/{paper.id}/" if paper.id in site.papers else arxiv_id.abs_url(paper.id)
        body = (
            html.paragraph(_first_line(site, paper, at_entry, remarks, entered)),
            *(_comment(site, remark) for remark in remarks[:1]),
            html.note_html(site.notes.get(paper.id, ""), f"{site.url}abs/{paper.id}/"),
            html.abstract_html(paper.abstract),
            html.paragraph(", ".join(html.authors_of(paper, html.AUTHORS_SHOWN))),
            html.paragraph(_links(site, paper)),
            *(_comment(site, remark) for remark in remarks[1:]),
            html.paragraph(_others(site, at_entry, remarks)),
        )
        title = html.title_of(paper)
        return FeedEntry(
            url=url,
            external_url=arxiv_id.abs_url(paper.id),
            title=f"Again: {title}" if entered.again else title,
            html="".join(body),
            authors=tuple(html.authors_of(paper, html.AUTHORS_MAX)),
            categories=tuple(map(html.clean_line, paper.categories)),
            published=entered.at,
            updated=_updated_at(site, paper, remarks, entered),
            own={"paper": paper.id},
        )


def feed_view(
    site: Site, path: str, title: str, description: str, entries: Sequence[tuple[str, FeedEntry]]
) -> FeedView:
    """A feed of this site, named after its list and the site."""
    site_title = html.clean_line(site.title) or FALLBACK_TITLE
    whole_title = f"{title} · {site_title}" if title else site_title
    return FeedView(
        title=whole_title,
        description=html.clean_line(description) or whole_title,
        site_title=site_title,
        base_url=site.url + path,
        root="../" * path.count("/") or "./",
        entries=tuple(entries),
        hub=site.hub,
    )


def _submitted_at(paper: Paper) -> datetime:
    """Of version 1; the first day of the month of the id where that is unknown."""
    if paper.submitted_at is not None:
        return paper.submitted_at
    year, month = arxiv_id.month_of(paper.id)
    return datetime(year, month, 1, tzinfo=UTC)


def _remarks(site: Site, ballots: Sequence[Ballot], entered: Entered) -> list[_Remark]:
    """The comments that may be passed on: the best of those at the entry first, then in the order of their coming."""
    remarks = []
    for ballot in ballots:
        if ballot.commented and ballot.mention.post.id not in site.withheld:
            text = ballot.mention.comment
            if text:
                remarks.append(_Remark(ballot, text))
    remarks.sort(key=lambda remark: _order_of_coming(remark.ballot))
    if remarks:
        best = min(remarks, key=lambda remark: _order_of_best(remark.ballot, entered))
        remarks.remove(best)
        remarks.insert(0, best)
    return remarks[:COMMENTS_MAX]


def _order_of_coming(ballot: Ballot) -> tuple[datetime, datetime, str]:
    post = ballot.mention.post
    return known_at(post), post.posted_at, post.id


def _order_of_best(ballot: Ballot, entered: Entered) -> tuple[bool, float, tuple[datetime, datetime, str]]:
    """The strongest of those that were there at the entry: no later one takes its place."""
    is_later = known_at(ballot.mention.post) > entered.known_at
    strength = 0.0 if is_later else ballot.weight * ballot.factor
    return is_later, -strength, _order_of_coming(ballot)


def _first_line(
    site: Site, paper: Paper, at_entry: Sequence[Ballot], remarks: Sequence[_Remark], entered: Entered
) -> Markup:
    """`5 people: Ada Example, Bo Sample and 3 more · Nov 2026 · cs.LG`."""
    submitted_at = _submitted_at(paper)
    month = phrases.month(submitted_at)
    if entered.at - submitted_at > RESURFACED_AFTER:
        month += ", resurfaced"
    category = html.clean_line(paper.categories[0]) if paper.categories else ""
    return html.joined([_people(site, at_entry, remarks), month, category])


def _people(site: Site, at_entry: Sequence[Ballot], remarks: Sequence[_Remark]) -> Markup:
    """How many people, and the first of their names: those who said something before those who did not."""
    ballots = [remark.ballot for remark in remarks] + sorted(at_entry, key=_order_of_coming)
    people: dict[str, str | None] = {}
    networks: dict[str, str] = {}
    for ballot in ballots:
        post = ballot.mention.post
        if ballot.bot:
            continue
        networks[post.network] = site.networks.get(post.network, post.network)
        name = None if post.id in site.withheld else html.name_of(post)
        people[ballot.person] = people.get(ballot.person) or name
    if not people:
        return Markup("By bots") if ballots else Markup("")
    count = "1 person" if len(people) == 1 else f"{len(people):,} people"
    names: list[str] = []
    for name in filter(None, people.values()):
        short = shorten(name, _NAME_CHARS)[0]
        if names and sum(map(len, names)) + len(short) > _NAMES_CHARS:
            break
        names.append(short)
    if not names:
        return html.filled("%s on %s", count, " and ".join(networks.values()))
    line = Markup(", ").join(html.filled("<bdi>%s</bdi>", name) for name in names)
    more = len(people) - len(names)
    return html.filled("%s: %s%s", count, line, f" and {more:,} more" if more else "")


def _comment(site: Site, remark: _Remark) -> Markup:
    return html.comment_html(site, remark.ballot.mention.post, remark.text)


def _others(site: Site, at_entry: Sequence[Ballot], remarks: Sequence[_Remark]) -> Markup:
    """Who else had posted it at the entry, with a link to the post."""
    names = {html.name_of(remark.ballot.mention.post) for remark in remarks}
    links: list[Markup] = []
    for ballot in sorted(at_entry, key=_order_of_coming):
        post = ballot.mention.post
        name = html.name_of(post)
        if name and name not in names and post.id not in site.withheld and len(links) < NAMES_MAX:
            names.add(name)
            network = site.networks.get(post.network, post.network)
            links.append(
                html.filled("%s (%s)", html.link(safe_href(post.url), html.filled("<bdi>%s</bdi>", name)), network)
            )
    if links:
        return html.filled("Also: %s", Markup(", ").join(links))
    return Markup("")


def _links(site: Site, paper: Paper) -> Markup:
    version = f", version {paper.version}" if paper.version > 1 else ""
    has_html = "/" not in paper.id  # arXiv makes HTML of what came as TeX since ids have numbers alone
    return html.joined(
        [
            html.link(arxiv_id.abs_url(paper.id), f"arXiv:{paper.id}{version}"),
            html.link(f"https://arxiv.org/pdf/{paper.id}", "PDF"),
            html.link(f"https://arxiv.org/html/{paper.id}", "HTML") if has_html else "",
            html.link(f"{site.url}abs/{paper.id}/", "All posts about it") if paper.id in site.papers else "",
        ]
    )


def _updated_at(site: Site, paper: Paper, remarks: Sequence[_Remark], entered: Entered) -> datetime:
    """When the entry came, or the newest comment after that, or the newest version of the paper.

    A note has no date, and the build reads no clock: it adds the seconds that its words give, so that readers see
    another time whenever it says something else.
    """
    times = [entered.at]
    for remark in remarks:
        known_since = known_at(remark.ballot.mention.post)
        if known_since > entered.known_at:
            times.append(known_since)
    if paper.version > 1 and paper.revised_at:
        times.append(paper.revised_at)
    note = site.notes.get(paper.id, "")
    seconds = 1 + zlib.crc32(note.encode()) % 3600 if note else 0
    return max(times) + timedelta(seconds=seconds)
