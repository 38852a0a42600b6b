"""What the feeds of posts show: one entry a post, newest first, for the whole site and for each tracker. Pure.

Here a paper comes as often as people post about it; the feeds of lists have it once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup, escape

from generator.finding import arxiv_id
from generator.model.records import Post, Tracker
from generator.model.site import Person, Site
from generator.ranking.size_limits import entries_in_feed
from generator.text.plain import safe_href, shorten
from generator.views import feed_html as html
from generator.views import phrases
from generator.views.feed_ids import entry_id
from generator.views.feed_of_papers import ENTRIES_MAX, KEPT_FOR, feed_view
from generator.views.feed_types import FeedEntry, FeedView
from generator.views.posts import without_links_to

PAPERS_MAX = 20
"""Papers named for one post: some list a whole day's."""
_DID = {"post": "posted", "repost": "reposted", "quote": "quoted", "reply": "replied", "like": "liked"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PostList:
    """The posts of the whole site or of one tracker, which have pages and three feeds, or of one person: one feed."""

    tracker: Tracker | None = None
    person: Person | None = None
    posts: Sequence[Post]
    """Newest first."""

    @property
    def path(self) -> str:
        """Below the site's root: `posts/`, `t/ml/posts/`."""
        if self.person:
            return self.person.path
        if self.tracker:
            return f"t/{self.tracker.id}/posts/"
        return "posts/"

    @property
    def title(self) -> str:
        """As pages and feeds name it."""
        if self.person:
            return self.person.name
        if self.tracker:
            return f"Posts · {self.tracker.title}"
        return "Posts"

    @property
    def description(self) -> str:
        """In a sentence."""
        if self.person:
            return f"What {self.person.name} posted about papers on arXiv, newest first."
        whose = f" Tracker: {self.tracker.title}." if self.tracker else ""
        return f"Every captured post about a paper on arXiv, newest first.{whose}"


def post_lists(site: Site) -> list[PostList]:
    """The site's, then each tracker's."""
    tracker_lists = [PostList(tracker=tracker, posts=site.tracker_posts[tracker.id]) for tracker in site.trackers]
    return [PostList(posts=site.posts), *tracker_lists]


def lists_of_people(site: Site) -> list[PostList]:
    """One for each person who has a page."""
    return [PostList(person=person, posts=person.posts) for person in site.people]


def posts_feed_view(site: Site, listed: PostList, entries_by_post: dict[str, FeedEntry]) -> FeedView:
    """The feed of these posts: as many as any feed has, and all that were seen during the last 48 hours.

    Args:
        site: whose posts these are.
        listed: the posts.
        entries_by_post: entries that other feeds have too, by the id of their post; it is added to.
    """
    limit = entries_in_feed(len(site.trackers), site.feed_entries) if listed.tracker else site.feed_entries
    since = site.now - KEPT_FOR
    groups: dict[str, list[Post]] = {}
    for post in listed.posts:
        if len(groups) >= limit and post.seen_at <= since:
            continue
        name = _entry_name(site, post)
        if name in groups:
            groups[name].append(post)
        elif len(groups) < max(limit, ENTRIES_MAX):
            groups[name] = [post]
    list_name = listed.path.strip("/").replace("/", "-")
    entries = []
    for name, posts in groups.items():
        uid = f"{site.ids_at}posts/#{name}" if site.ids_at else entry_id(site, list_name, name)
        entry = entries_by_post.get(posts[0].id) if len(posts) == 1 else None
        if entry is None:
            entry = _entry(site, listed.path, posts)
            if len(posts) == 1 and safe_href(posts[0].url):
                entries_by_post[posts[0].id] = entry
        entries.append((uid, entry))
    return feed_view(site, listed.path, html.clean_line(listed.title), listed.description, entries)


def _is_silent(site: Site, post: Post) -> bool:
    """Nothing of it may be passed on but that it exists: no name and no words."""
    return post.id in site.withheld or not (post.text or html.name_of(post))


def _entry_name(site: Site, post: Post) -> str:
    """Its id; for silent posts their network and the run that saw them, so that a run is one entry."""
    if _is_silent(site, post):
        return f"{post.network}-{post.seen_at:%Y-%m-%dT%H%M%SZ}"
    return quote(post.id, safe=":")


def _entry(site: Site, path: str, posts: Sequence[Post]) -> FeedEntry:
    first = posts[0]
    network = site.networks.get(first.network, first.network)
    paper_ids = sorted({paper_id for post in posts for paper_id in post.papers if paper_id in site.ranked})
    titles = {paper_id: html.title_of(site.ranked[paper_id].paper) for paper_id in paper_ids[:PAPERS_MAX]}
    subject = titles[paper_ids[0]] if paper_ids else "arXiv"
    name = None
    words = Markup("")
    if _is_silent(site, first):
        if len(paper_ids) > 1:
            subject = f"{len(paper_ids):,} papers"
        count = "1 post" if len(posts) == 1 else f"{len(posts):,} posts"
        title = f"{count} on {network} about {subject}"
    else:
        name = html.name_of(first)
        title = f"{name or 'Somebody'} {_DID.get(first.kind, 'posted')} on {network}: {subject}"
        words = _words(first)
    is_alone = len(posts) == 1
    return FeedEntry(
        url=(is_alone and safe_href(first.url)) or site.url + path,
        title=title,
        html=str(words + _papers(site, titles, posts, len(paper_ids))),
        authors=(name,) if name else (),
        published=max(post.posted_at for post in posts),
        updated=max(post.posted_at for post in posts),
        own={"papers": list(titles)},
    )


def _words(post: Post) -> Markup:
    text = shorten(html.clean_text(without_links_to(post.papers, post.text)), html.COMMENT_MAX)[0].strip()
    if not text:
        return Markup("")
    return html.filled('<blockquote dir="auto"><p>%s</p></blockquote>\n', escape(text).replace("\n", Markup("<br>")))


def _papers(site: Site, titles: dict[str, str], posts: Sequence[Post], total: int) -> Markup:
    """The papers, each with links to its posts where there are several."""
    rows = []
    for paper_id, title in titles.items():
        url = f"{site.url}abs/{paper_id}/" if paper_id in site.papers else arxiv_id.abs_url(paper_id)
        links: list[Markup] = []
        if len(posts) > 1:
            about = [post for post in posts if paper_id in post.papers]
            links = [html.link(safe_href(post.url), phrases.day(post.posted_at)) for post in about[:PAPERS_MAX]]
        row = html.link(url, title)
        rows.append(html.filled("<li>%s</li>\n", row + (Markup(": ") + Markup(", ").join(links) if links else "")))
    more = html.paragraph(f"and {total - len(titles):,} more" if total > len(titles) else "")
    return html.filled("<ul>\n%s</ul>\n%s", Markup("").join(rows), more)
