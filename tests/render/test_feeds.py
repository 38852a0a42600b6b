"""Feeds: valid in all three formats, the same bytes for the same view, and nothing active whatever people wrote."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import feedparser
import html5lib
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from generator.config.values import tag_id
from generator.model.listing import Listing, Scope
from generator.model.records import Account, Counts, Paper, Post, RankedPaper
from generator.model.site import Entered, Site
from generator.render.feeds import FEEDS, plan_feeds
from generator.render.templates import FEED_TYPES
from generator.text.markdown import markdown_to_html
from generator.views import feed_html
from generator.views.feed_ids import id_of_address
from generator.views.feed_of_papers import COMMENTS_MAX, NAMES_MAX, PaperFeeds
from generator.views.feed_types import FeedEntry, FeedView
from tests.conftest import ROOT
from tests.site_factory import EPOCH, SITE_URL, make_listing, make_paper, make_post, make_site, make_x_post, rank

ATOM = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/elements/1.1/}"
STRICT = etree.XMLParser(resolve_entities=False, no_network=True)


SITE_ID = "tag:example.org,2026-01-01"


def feed_view(site: Site, listing: Listing) -> FeedView:
    return PaperFeeds(site).feed_of(listing)


def view_of(*papers: RankedPaper, path: str = "", **site: Any) -> FeedView:
    listing = make_listing(papers, path)
    return feed_view(make_site([listing], **site), listing)


def entry_of(*posts: Post, **site: Any) -> FeedEntry:
    """The entry of a paper with these posts on the home page."""
    ((_, entry),) = view_of(rank(make_paper(), posts), **site).entries
    return entry


def words(html: str) -> str:
    """What a reader that shows no markup shows."""
    text = " ".join(html5lib.parseFragment(html, namespaceHTMLElements=False).itertext())
    return " ".join(text.split())


def render(name: str, view: FeedView) -> bytes:
    return next(feed.render(view) for feed in FEEDS if feed.name == name)


def atom_of(view: FeedView) -> Any:
    return etree.fromstring(render("Atom", view), STRICT)


def rss_of(view: FeedView) -> Any:
    return etree.fromstring(render("RSS", view), STRICT).find("channel")


def json_of(view: FeedView) -> dict[str, Any]:
    feed: dict[str, Any] = json.loads(render("JSON Feed", view))
    return feed


def content_of(view: FeedView) -> str:
    content: str = json_of(view)["items"][0]["content_html"]
    return content


def three() -> FeedView:
    papers = [
        rank(
            make_paper(f"2611.0000{number}"),
            [make_post(number, f"2611.0000{number}"), make_x_post(10 + number)],
            number,
        )
        for number in (3, 1, 2)
    ]
    return view_of(*papers, path="top/week/")


# --- what is planned


def test_every_list_has_three_feeds_beside_it() -> None:
    site = make_site([make_listing([]), make_listing([], "t/lab/new/")])
    assert [output.path for output in plan_feeds(site)] == [
        "feed.xml", "atom.xml", "feed.json", "t/lab/new/feed.xml", "t/lab/new/atom.xml", "t/lab/new/feed.json",
        "posts/feed.xml", "posts/atom.xml", "posts/feed.json",
        "t/lab/posts/feed.xml", "t/lab/posts/atom.xml", "t/lab/posts/feed.json",
    ]  # fmt: skip


def test_pages_link_to_every_format() -> None:
    assert [(feed.file, feed.media_type, feed.name) for feed in FEEDS] == list(FEED_TYPES)


def test_nothing_but_what_is_shown_decides_the_bytes() -> None:
    paper = rank(make_paper(), [make_post(1)])
    first, second = (
        [output.render() for output in plan_feeds(make_site([make_listing([paper])], now=EPOCH + timedelta(days=days)))]
        for days in (1, 99)
    )
    assert first == second


def test_an_entry_is_made_once_for_all_lists_and_formats() -> None:
    paper = rank(make_paper(), [make_post(1)])
    listings = [make_listing([paper]), make_listing([paper], "c/cs.LG/")]
    feeds = PaperFeeds(make_site(listings))
    (home_id, home), (category_id, category) = (feeds.feed_of(listing).entries[0] for listing in listings)
    assert home is category
    assert (home_id, category_id) == (f"{SITE_ID}:home/2611.00001", f"{SITE_ID}:c-cs.LG/2611.00001")
    for name in ("RSS", "Atom", "JSON Feed"):
        first, second = (render(name, feeds.feed_of(listing)) for listing in listings)
        assert first.count(home_id.encode()) == second.count(category_id.encode()) == 1
        assert b"id-of-the-entry" not in first + second


def test_a_month_has_no_feeds() -> None:
    site = make_site([make_listing([], "archive/2026/11/", changes=False)])
    assert not [output.path for output in plan_feeds(site) if output.path.startswith("archive/")]


# --- ids


def test_ids_outlive_the_address_of_the_site() -> None:
    papers = [rank(make_paper(), [make_post(1)])]
    ids = [
        [uid for uid, _ in view_of(*papers, url=url, **fields).entries]
        for url in ("https://old.example/a/", "https://new.example/")
        for fields in ({}, {"ids_at": "https://first.example/"})
    ]
    assert ids == [[f"{SITE_ID}:home/2611.00001"], ["https://first.example/abs/2611.00001/"]] * 2


@pytest.mark.parametrize(
    ("url", "site_id"),
    [
        ("https://example.org/", "tag:example.org,2026-01-01"),
        ("https://ada.example/papers/of/us/", "tag:papers.of.us@ada.example,2026-01-01"),
    ],
)
def test_without_a_site_id_the_address_gives_one_that_may_be_written_down(url: str, site_id: str) -> None:
    assert id_of_address(url) == site_id == tag_id(site_id)


# --- posts


def test_posts_have_feeds_of_their_own_with_their_words_and_their_papers() -> None:
    said = make_post(1, text="Read this <b>twice</b>: https://arxiv.org/abs/2611.00001", url="https://bsky.example/1")
    held = make_post(2, text="only here", account=Account(id="bluesky:2", name="Known to the cache"))
    site = make_site(
        [make_listing([rank(make_paper("2611.00001", title="On $k_B T$"), [said, held])])],
        withheld=frozenset({held.id}),
        tracker_posts={"lab": (said,)},
        hub="https://hub.example/",
    )
    outputs = {output.path: output for output in plan_feeds(site)}
    files = {f"{path}posts/{name}" for path in ("", "t/lab/") for name in ("feed.xml", "atom.xml", "feed.json")}
    assert files <= outputs.keys()
    feed = json.loads(outputs["posts/feed.json"].render())
    assert (feed["home_page_url"], feed["hubs"][0]["url"]) == (f"{SITE_URL}posts/", "https://hub.example/")
    by_id = {entry["id"]: entry for entry in feed["items"]}
    spoken, silent = by_id[f"{SITE_ID}:posts/bluesky:1"], by_id[f"{SITE_ID}:posts/bluesky-2026-11-20T100500Z"]
    assert spoken["url"] == "https://bsky.example/1"
    assert spoken["title"].endswith("posted on Bluesky: On k_B T")
    assert "<p>Read this &lt;b&gt;twice&lt;/b&gt;</p>" in spoken["content_html"]
    assert f'<a href="{SITE_URL}abs/2611.00001/">On k_B T</a>' in spoken["content_html"]
    assert "only here" not in str(silent)
    assert "Known to the cache" not in str(silent)
    assert silent["title"] == "1 post on Bluesky about On k_B T"
    root = etree.fromstring(outputs["t/lab/posts/feed.xml"].render())
    assert [each.text for each in root.iter("guid")] == [f"{SITE_ID}:t-lab-posts/bluesky:1"]
    assert root.find("channel/item/guid").get("isPermaLink") == "false"  # type: ignore[union-attr]


def posts_feed(posts: list[Post], **site: Any) -> list[tuple[str, str]]:
    """(name, title) of each entry of the posts' feed."""
    listing = make_listing(rank(make_paper(f"2611.0000{number}"), posts) for number in range(1, 6))
    outputs = {output.path: output for output in plan_feeds(make_site([listing], **site))}
    items = json.loads(outputs["posts/feed.json"].render())["items"]
    return [(item["id"].partition("/")[2], item["title"]) for item in items]


def test_posts_without_words_and_names_are_one_entry_a_run() -> None:
    run = EPOCH + timedelta(hours=20)
    first = [make_x_post(number, f"2611.0000{number % 5 + 1}", seen_at=run) for number in range(7)]
    second = make_x_post(9, seen_at=run + timedelta(hours=1))
    spoken = make_post(3)
    assert posts_feed([*first, second, spoken]) == [
        ("x-2026-11-21T050000Z", "1 post on X about A made-up study of ℓ₁ norms"),
        ("x-2026-11-21T040000Z", "7 posts on X about 5 papers"),
        ("bluesky:3", "Made Up 3 posted on Bluesky: A made-up study of ℓ₁ norms"),
    ]


def test_the_feed_of_posts_has_all_that_was_seen_in_48_hours() -> None:
    day = [make_post(number, posted_at=EPOCH + timedelta(minutes=number)) for number in range(160)]
    before = EPOCH - timedelta(days=9)
    old = [make_post(200 + number, seen_at=before, posted_at=before) for number in range(60)]
    crowd = [make_post(number, posted_at=EPOCH + timedelta(minutes=number)) for number in range(600)]
    for posts, count in (([*day, *old], 160), ([*day[:10], *old], 50), (crowd, 500)):
        assert len(posts_feed(posts)) == count


# --- still entries


SAID = make_post(1)
LATER = timedelta(days=2)


def later(number: int, **fields: Any) -> Post:
    at = EPOCH + LATER + timedelta(hours=number)
    return make_post(number, posted_at=at, seen_at=at, **fields)


@pytest.mark.parametrize(
    "posts",
    [
        pytest.param([msgspec.structs.replace(SAID, counts=Counts(likes=500))], id="counts of the network"),
        pytest.param([SAID, later(5, kind="like", text=None)], id="a like"),
        pytest.param([SAID, *(later(number, kind="repost", text=None) for number in range(9))], id="nine reposts"),
        pytest.param([SAID, make_x_post(7, seen_at=EPOCH + LATER)], id="a post of X"),
    ],
)
def test_what_subscribers_need_not_hear_of_changes_no_entry(posts: list[Post]) -> None:
    before, after = entry_of(SAID), entry_of(*posts)
    assert (after.title, after.html, after.updated) == (before.title, before.html, before.updated)


def test_a_comment_a_new_version_and_a_note_change_an_entry_and_its_date() -> None:
    before = entry_of(SAID)
    assert before.published == before.updated == SAID.posted_at
    spoken = later(5, text="Section three settles what I asked about.")
    after = entry_of(SAID, spoken)
    assert "Section three settles" in after.html
    assert (after.published, after.updated) == (before.published, spoken.seen_at)
    revised = make_paper(version=2, revised_at=EPOCH + LATER, abstract="Now proved.")
    ((_, new_version),) = view_of(rank(revised, [SAID])).entries
    assert "Now proved." in new_version.html
    assert "version 2" in new_version.html
    assert new_version.updated == EPOCH + LATER
    notes = [entry_of(SAID, notes={"2611.00001": f"<p>Read {what}.</p>"}) for what in ("it", "this")]
    assert len({note.updated for note in (*notes, before)}) == 3
    assert all(note.published == before.published < note.updated < EPOCH + LATER for note in notes)


def test_no_later_comment_stands_before_the_one_that_the_entry_came_with() -> None:
    quiet = make_post(1, text="Short words that came first.")
    best = entry_of(quiet, later(5, text="A far longer and better remark."), later(6, text="And another one of mine."))
    assert "· cs.LG Short words that came first. — Made Up 1 , Bluesky" in words(best.html)


def test_hot_entries_say_what_was_known_when_their_paper_became_hot() -> None:
    posts = [make_post(number, text=None, kind="repost") for number in range(3)]
    entered = Entered("2611.00001", EPOCH + timedelta(hours=2), EPOCH + timedelta(hours=2, minutes=5), again=False)
    again = Entered("2611.00001", EPOCH + LATER, EPOCH + LATER, again=True)

    def hot(entered: Entered, *more: Post) -> tuple[str, FeedEntry]:
        listing = make_listing([rank(make_paper(), [*posts, *more])], "hot/", order="hot")
        site = make_site([listing], hot={"": {"2611.00001": entered}}, ids_at="https://first.example/")
        (entry,) = feed_view(site, listing).entries
        return entry

    uid, entry = hot(entered)
    assert uid == f"{SITE_ID}:hot/2611.00001", "this feed is new: it has no ids from before"
    assert words(entry.html).startswith("3 people: Made Up 0 , Made Up 1 , Made Up 2 · Nov 2026")
    assert entry.published == entry.updated == entered.at
    assert hot(entered, later(9, text=None))[1].html == entry.html
    uid, returned = hot(again)
    assert uid == f"{SITE_ID}:hot/2611.00001/2026-11-22"
    assert returned.title.startswith("Again: A made-up study")


def test_the_feed_of_the_newest_has_all_that_came_in_48_hours() -> None:
    papers = [
        rank(make_paper(f"2611.{number:05}"), [make_post(number, f"2611.{number:05}", seen_at=EPOCH, posted_at=EPOCH)])
        for number in range(80)
    ]
    listing = make_listing(papers, "new/", order="newest")
    for days, count in ((1, 80), (3, 50)):
        site = make_site([listing], now=EPOCH + timedelta(days=days))
        assert len(feed_view(site, listing).entries) == count


@pytest.mark.slow
def test_same_bytes_in_another_process_and_another_time_zone() -> None:
    code = (
        "import hashlib, sys; from tests.render.test_feeds import FEEDS, three; view = three();"
        "print([hashlib.sha256(feed.render(view)).hexdigest() for feed in FEEDS])"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[2],
            env={"TZ": zone, "PYTHONHASHSEED": seed, "LC_ALL": "C"},
        ).stdout
        for zone, seed in (("UTC", "1"), ("Asia/Tokyo", "2"))
    }
    assert len(runs) == 1


# --- Atom (RFC 4287)


def test_atom_has_what_rfc_4287_requires() -> None:
    feed = atom_of(three())
    assert feed.findtext(f"{ATOM}id") == f"{SITE_URL}top/week/"
    assert feed.findtext(f"{ATOM}title") == "top/week/ · Trending arXiv"
    assert datetime.fromisoformat(feed.findtext(f"{ATOM}updated")).tzinfo
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links == {"self": f"{SITE_URL}top/week/atom.xml", "alternate": f"{SITE_URL}top/week/"}
    for entry in feed.findall(f"{ATOM}entry"):
        for name in ("id", "title", "updated", "published"):
            assert len(entry.findall(ATOM + name)) == 1, name
            assert entry.findtext(ATOM + name)
        assert entry.findall(f"{ATOM}author")
        assert entry.find(f"{ATOM}content").get("type") == "html"
        assert [link.get("rel", "alternate") for link in entry.findall(f"{ATOM}link")] == ["alternate"]


def test_papers_keep_the_order_of_the_list() -> None:
    ids = [f"{SITE_ID}:top-week/2611.0000{number}" for number in (3, 1, 2)]
    view = three()
    assert [entry.findtext(f"{ATOM}id") for entry in atom_of(view).findall(f"{ATOM}entry")] == ids
    assert [entry.findtext("guid") for entry in rss_of(view).findall("item")] == ids
    assert [entry["id"] for entry in json_of(view)["items"]] == ids


def test_atom_names_authors_and_categories() -> None:
    entry = atom_of(view_of(rank(make_paper(), [make_post(1)]))).find(f"{ATOM}entry")
    assert [name.text for name in entry.iter(f"{ATOM}name")] == ["Ada Example", "Bo Sample"]
    assert [category.get("term") for category in entry.findall(f"{ATOM}category")] == ["cs.LG", "stat.ML"]
    assert [link.get("href") for link in entry.findall(f"{ATOM}link")] == [f"{SITE_URL}abs/2611.00001/"]


# --- RSS 2.0


def test_rss_has_what_the_specification_requires() -> None:
    channel = rss_of(three())
    assert channel.findtext("title") == "top/week/ · Trending arXiv"
    assert channel.findtext("link") == f"{SITE_URL}top/week/"
    assert channel.findtext("description")
    assert channel.find(f"{ATOM}link").get("href") == f"{SITE_URL}top/week/feed.xml"
    assert parsedate_to_datetime(channel.findtext("lastBuildDate")) == EPOCH + timedelta(hours=3)
    for item in channel.findall("item"):
        assert item.find("guid").get("isPermaLink") == "false"
        assert parsedate_to_datetime(item.findtext("pubDate")).tzinfo
        assert len(item.findall(f"{DC}creator")) == 1
        assert item.findtext(f"{DC}creator") == "Ada Example, Bo Sample"
        assert item.findtext("description").startswith("<p>")


def test_rss_title_reads_the_same_as_text_and_as_html() -> None:
    view = view_of(rank(make_paper(title="If a<b & c"), [make_post(1)]))
    assert rss_of(view).findtext("item/title") == "If a< b & c"
    assert atom_of(view).findtext(f"{ATOM}entry/{ATOM}title") == "If a<b & c"
    assert feedparser.parse(render("RSS", view)).entries[0].title.startswith("If a")


def test_a_paper_without_a_page_leads_to_arxiv() -> None:
    view = view_of(rank(make_paper(), [make_post(1)]), papers={})
    item = rss_of(view).find("item")
    assert item.findtext("link") == "https://arxiv.org/abs/2611.00001"
    assert f"{SITE_URL}abs/" not in item.findtext("description")


@pytest.mark.parametrize("name", ["RSS", "Atom"])
@pytest.mark.parametrize(("path", "root"), [("", "./"), ("t/lab/hot/", "../../../")])
def test_a_browser_shows_a_feed_as_a_page_that_leads_to_the_list_and_to_the_page_of_feeds(
    name: str, path: str, root: str
) -> None:
    view = view_of(rank(make_paper(), [make_post(1)]), path=path)
    tree: Any = etree.fromstring(render(name, view), STRICT)
    (style,) = tree.xpath("preceding-sibling::processing-instruction('xml-stylesheet')")
    assert (style.get("type"), style.get("href")) == ("text/css", f"{root}static/feed.css")
    assert (ROOT / "templates/static/feed.css").exists()
    links = [link.get("href") for link in tree.iter("{http://www.w3.org/1999/xhtml}a")]
    assert links == ["./", f"{root}feeds/"]


# --- JSON Feed 1.1


def test_json_feed_has_what_version_1_1_requires() -> None:
    feed = json_of(three())
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == f"{SITE_URL}top/week/feed.json"
    assert feed["home_page_url"] == f"{SITE_URL}top/week/"
    assert {type(value) for value in feed.values()} == {str, list}
    for entry in feed["items"]:
        assert entry["external_url"].startswith("https://arxiv.org/abs/")
        assert entry["content_html"]
        assert datetime.fromisoformat(entry["date_published"]).tzinfo
        assert datetime.fromisoformat(entry["date_modified"]).tzinfo
        assert entry["authors"] == [{"name": "Ada Example"}, {"name": "Bo Sample"}]
        assert "author" not in entry


# --- dates


def test_an_entry_is_dated_by_the_post_that_brought_its_paper() -> None:
    feed = atom_of(view_of(rank(make_paper(), [make_post(1), make_post(5), make_post(3)])))
    assert feed.findtext(f"{ATOM}entry/{ATOM}published") == "2026-11-20T09:00:00+00:00"
    assert feed.findtext(f"{ATOM}entry/{ATOM}updated") == "2026-11-20T13:05:00+00:00"
    assert feed.findtext(f"{ATOM}updated") == "2026-11-20T13:05:00+00:00"


@pytest.mark.parametrize(
    ("path", "fields", "hours"),
    [
        ("", {}, 999),
        ("top/day/", {"span": "day"}, 999),
        ("top/all/", {"span": "all"}, 0),
        ("new/", {"order": "newest"}, 0),
    ],
)
def test_a_paper_that_comes_back_is_dated_by_its_return_where_lists_fade(
    path: str, fields: dict[str, Any], hours: int
) -> None:
    listing = make_listing([rank(make_paper(), [make_post(0), make_post(3), make_post(999)])], path, **fields)
    ((_, entry),) = feed_view(make_site([listing]), listing).entries
    assert entry.published == EPOCH + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("paper", "at"),
    [
        (make_paper(), datetime(2026, 11, 18, 17, 59, 59, tzinfo=UTC)),
        (make_paper("hep-th/9901001", submitted_at=None), datetime(1999, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_paper_that_nobody_mentioned_has_its_own_date(paper: Paper, at: datetime) -> None:
    assert view_of(rank(paper)).entries[0][1].published == at


def test_a_feed_without_papers_is_valid_and_has_a_date_that_never_moves() -> None:
    view = view_of(path="c/cs.LG/")
    assert atom_of(view).findtext(f"{ATOM}updated") == "1991-08-14T00:00:00+00:00"
    assert rss_of(view).find("item") is None
    assert json_of(view)["items"] == []


# --- what stands in it


def test_at_most_the_wanted_number_of_papers_and_none_without_a_title() -> None:
    papers = [rank(make_paper(f"2611.0000{number}"), [make_post(number)]) for number in range(1, 6)]
    view = view_of(*papers, feed_entries=3, unknown=frozenset({"2611.00002"}))
    assert [entry.own["paper"] for _, entry in view.entries] == ["2611.00001", "2611.00003", "2611.00004"]


def test_the_feed_of_a_category_holds_few_papers_that_are_no_news() -> None:
    talked_about = [rank(make_paper(f"2611.0000{number}"), [make_post(number)]) for number in range(1, 4)]
    long_ago = make_post(0, posted_at=EPOCH - timedelta(days=400), seen_at=EPOCH - timedelta(days=400))
    old = [rank(make_paper(f"2510.0000{number}"), [long_ago]) for number in range(1, 5)]
    silent = [rank(make_paper(f"0704.0000{number}")) for number in range(1, 5)]
    papers = [*old, talked_about[0], *silent, *talked_about[1:]]
    category = make_listing(papers, "c/cs.LG/", Scope(kind="category", id="cs.LG", title="cs.LG"))
    everything = make_listing(papers)
    site = make_site([category, everything], now=EPOCH + timedelta(days=1))

    entries = feed_view(site, category).entries
    assert [entry.own["paper"] for _, entry in entries] == [ranked.paper.id for ranked in [*old, *talked_about]]
    assert len(feed_view(site, everything).entries) == len(papers)


def test_the_order_of_an_entry_and_who_said_what_in_its_first_hundred_letters() -> None:
    run = EPOCH + timedelta(hours=4)
    posts = [
        make_post(1, kind="repost", text=None, seen_at=run),
        make_post(2, text="Lovely bounds <3\nand short proofs", seen_at=run),
        make_post(3, text="I would not trust the second lemma.", seen_at=run),
    ]
    paper = make_paper(
        abstract="For $T_c \\le 1$ & more.\n\nCode is at https://code.example/x", authors=("Ada Example",)
    )
    ((_, entry),) = view_of(rank(paper, posts)).entries
    text = words(entry.html)
    assert text.startswith("3 people: Made Up 2 , Made Up 3 , Made Up 1 · Nov 2026 · cs.LG Lovely bounds <3")
    parts = [
        "3 people", "Lovely bounds", "— Made Up 2 , Bluesky, 20 Nov 2026", "For T c ≤1 & more.", "Code is at",
        "Ada Example",
        "arXiv:2611.00001 · PDF · HTML · All posts about it", "I would not trust", "Also: Made Up 1 (Bluesky)",
    ]  # fmt: skip
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert "<p>For T<sub>c</sub>≤1 &amp; more.</p>\n<p>Code is at <a href=" in entry.html


def test_formulas_of_titles_are_text() -> None:
    view = view_of(rank(make_paper(title="Bounds of $O(n^2)$ at $T_c$"), [make_post(1)]))
    assert json_of(view)["items"][0]["title"] == "Bounds of O(n²) at T_c"


@pytest.mark.parametrize(
    ("posts", "line"),
    [
        ([], "Nov 2026 · cs.LG"),
        ([make_x_post(1)], "1 person on X · Nov 2026 · cs.LG"),
        ([make_x_post(1), make_x_post(2), make_post(3)], "3 people: Made Up 3 and 2 more · Nov 2026"),
        ([make_post(1, text=None, account=Account(id="b", name="Bot", bot=True))], "By bots · Nov 2026"),
        ([make_post(9_000)], "1 person: Made Up 9000 · Nov 2026, resurfaced · cs.LG"),
    ],
)
def test_the_first_line_says_how_many_people_and_who(posts: list[Post], line: str) -> None:
    run = max((post.posted_at for post in posts), default=EPOCH)
    assert words(entry_of(*(msgspec.structs.replace(post, seen_at=run) for post in posts)).html).startswith(line)


def test_people_without_a_comment_are_named_once() -> None:
    same = Account(id="bluesky:same", name="Same Person")
    posts = [make_post(n, kind=kind, text=None, account=same) for n, kind in ((90, "like"), (91, "repost"))]
    posts += [make_post(n, kind="repost", text=None) for n in range(NAMES_MAX + 2)]
    html = entry_of(*(msgspec.structs.replace(post, posted_at=EPOCH, seen_at=EPOCH) for post in posts)).html
    assert html.count("Same Person") <= 1
    assert html.count("(Bluesky)") == NAMES_MAX
    assert words(html).startswith(f"{NAMES_MAX + 3} people")


def test_no_more_comments_than_a_reader_reads() -> None:
    posts = [make_post(n, text=f"Words of my own {n}. " + "long " * 2000) for n in range(COMMENTS_MAX + 5)]
    html = entry_of(*posts).html
    assert html.count("<blockquote") == COMMENTS_MAX
    assert len(html) < COMMENTS_MAX * (feed_html.COMMENT_MAX + 500)


def test_what_may_be_read_on_the_page_alone_is_not_passed_on() -> None:
    held = make_post(2, text="only here", account=Account(id="x:2", name="Known to the cache"))
    entry = entry_of(held, withheld=frozenset({held.id}))
    assert "only here" not in entry.html
    assert "Known to the cache" not in entry.html


def test_authors_of_a_collaboration_are_cut_and_counted() -> None:
    authors = tuple(f"Made Up {n}" for n in range(3000))
    view = view_of(rank(make_paper(authors=authors), [make_post(1)]))
    assert rss_of(view).findtext(f"item/{DC}creator").endswith(", Made Up 49, and 2,950 more")


def test_withdrawn_papers_say_so() -> None:
    view = view_of(rank(make_paper(title="Gone", withdrawn=True), [make_post(1)]))
    assert json_of(view)["items"][0]["title"] == "Gone (withdrawn)"


def test_links_are_absolute_and_start_with_the_site() -> None:
    html = content_of(view_of(rank(make_paper(), [make_post(1)])))
    hrefs = [a.get("href") for a in html5lib.parseFragment(html, namespaceHTMLElements=False).iter("a")]
    assert f"{SITE_URL}abs/2611.00001/" in hrefs
    assert all(href.startswith("https://") for href in hrefs)


# --- the owner's own


def test_the_owners_note_stands_with_the_paper_in_every_format() -> None:
    view = view_of(rank(make_paper(), [make_post(1)]), notes={"2611.00001": "<p>We read <em>this</em>.</p>"})
    assert "<blockquote><p>We read <em>this</em>.</p></blockquote>" in content_of(view)
    assert "We read <em>this</em>." in str(atom_of(view).findtext(f"{ATOM}entry/{ATOM}content"))
    assert "We read <em>this</em>." in rss_of(view).findtext("item/description")
    assert "Note of this page" not in content_of(view_of(rank(make_paper(), [make_post(1)])))


def test_links_of_a_note_are_whole_because_readers_show_them_elsewhere() -> None:
    text = 'See [us](../../about/?a=1&b=2 "href"), [x](https://x.example/), [odd](//[x/) and `<a href="y">`, href="z".'
    html = content_of(view_of(rank(make_paper(), [make_post(1)]), notes={"2611.00001": markdown_to_html(text)}))
    assert f'<a href="{SITE_URL}about/?a=1&amp;b=2" title="href" rel="noopener">us</a>' in html
    assert '<a href="https://x.example/"' in html
    assert '<code>&lt;a href="y"&gt;</code>' in html


def test_a_hub_is_named_as_websub_asks_and_only_where_there_is_one() -> None:
    hub = "https://hub.example/?a=1&b=2"
    view = view_of(rank(make_paper(), [make_post(1)]), hub=hub)
    links = {(link.get("rel"), link.get("href")) for link in atom_of(view).findall(f"{ATOM}link")}
    assert ("hub", hub) in links
    rss = rss_of(view)
    assert [(link.get("rel"), link.get("href")) for link in rss.findall(f"{ATOM}link")] == [
        ("hub", hub),
        ("self", f"{SITE_URL}feed.xml"),
    ]
    assert rss.findtext("link") == SITE_URL
    assert json_of(view)["hubs"] == [{"type": "WebSub", "url": hub}]
    for name in ("RSS", "Atom", "JSON Feed"):
        assert b"hub" not in render(name, view_of())


@pytest.mark.parametrize(
    ("count", "end"), [(11, "Example 9, A. Example 10"), (12, "Example 9, and 2 more"), (2800, "and 2,790 more")]
)
def test_of_many_authors_the_text_names_a_few_and_the_entry_all(count: int, end: str) -> None:
    paper = make_paper(authors=tuple(f"A. Example {number}" for number in range(count)))
    ((_, entry),) = view_of(rank(paper, [make_post(1)])).entries
    assert len(entry.authors) == min(count, feed_html.AUTHORS_MAX + 1)
    assert f"{end}</p>" in entry.html


# --- hostile text

ALLOWED: dict[str, set[str]] = {
    **{tag: set() for tag in ("p", "strong", "br", "bdi", "em", "sub", "sup", "u", "s")},
    "a": {"href", "rel"},
    "blockquote": {"dir"},
    "span": {"class"},
    "code": {"class"},
}


def assert_inert(html: str, allowed: Mapping[str, set[str]] = ALLOWED) -> None:
    for element in html5lib.parseFragment(html, namespaceHTMLElements=False).iter():
        if element.tag == "DOCUMENT_FRAGMENT":
            continue
        assert element.tag in allowed, element.tag
        assert set(element.attrib) <= allowed[element.tag], element.attrib
        assert element.get("href", "https://").startswith(("https://", "http://"))


def assert_inert_list(html: str) -> None:
    assert_inert(html, {**ALLOWED, "ol": set(), "li": set()})


def hostile_site(texts: Iterable[str]) -> tuple[Site, Listing]:
    """A site in which each text is a title, an abstract, an author, a category, a name, an address and a comment."""
    papers = []
    for number, text in enumerate(texts):
        paper_id = f"2611.{number:05d}"
        paper = make_paper(paper_id, title=text, abstract=text, authors=(text,), categories=(text,))
        account = Account(id=f"bluesky:{number}", handle=text, name=text)
        posts = [
            make_post(2 * number, paper_id, text=f"{text} and my own words", account=account, url=text),
            make_post(
                2 * number + 1, paper_id, kind="repost", text=None, account=account, url=f"https://example.org/{text}"
            ),
        ]
        papers.append(rank(paper, posts))
    listing = make_listing(papers, title=papers[0].paper.title, about=papers[-1].paper.title)
    return make_site([listing], title=papers[0].paper.title, feed_entries=len(papers)), listing


def assert_survives(texts: list[str]) -> None:
    site, listing = hostile_site(texts)
    view = feed_view(site, listing)
    assert len(view.entries) == len(texts)
    atom, rss, feed = atom_of(view), rss_of(view), json_of(view)
    assert len(atom.findall(f"{ATOM}entry")) == len(rss.findall("item")) == len(feed["items"]) == len(texts)
    for entry in (*atom.findall(f"{ATOM}entry"), *rss.findall("item")):
        assert entry.findtext(f"{ATOM}title") or entry.findtext("title")
    for entry in feed["items"]:
        assert_inert(entry["content_html"])
        assert "\n" not in entry["title"]
    for content in atom.iter(f"{ATOM}content"):
        assert_inert(content.text)


def corpus_texts(corpora: Path) -> Iterator[str]:
    yield from json.loads((corpora / "naughty/blns.json").read_text())
    for path in ("xss/owasp_filter_evasion.jsonl", "xss/owasp_filter_evasion_lines.jsonl", "xss/project_contexts.jsonl",
                 "unicode/unicode.jsonl", "latex/latex.jsonl"):  # fmt: skip
        for line in (corpora / path).read_text().splitlines():
            value = json.loads(line).get("value")
            if isinstance(value, str):
                yield value
    for case in json.loads((corpora / "xss/html5lib_sanitizer_tests1.json").read_text()):
        yield case["input"]


@pytest.mark.slow
def test_hostile_corpora_leave_every_feed_well_formed_and_inert(shared: Path) -> None:
    texts = [text.encode(errors="replace").decode() for text in corpus_texts(shared / "corpora")]
    assert len(texts) > 1000
    assert_survives(texts)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=3))
def test_any_text_leaves_every_feed_well_formed_and_inert(texts: list[str]) -> None:
    assert_survives(texts)


def test_characters_that_xml_forbids_and_lone_surrogates_are_dropped() -> None:
    bad = "".join(map(chr, [*range(9), 11, 12, *range(14, 32), 0x7F, 0x9F, 0xD800, 0xFFFE, 0xFFFF]))
    assert feed_html.clean_text(f"a{bad}b\r\nc\rd") == "ab\nc\nd"
    assert feed_html.clean_line("a\u202eb \n c\u2066") == "ab c"


def test_readers_find_every_paper() -> None:
    view = three()
    for name in ("RSS", "Atom"):
        parsed = feedparser.parse(render(name, view))
        assert not parsed.bozo
        assert len(parsed.entries) == 3
        assert parsed.entries[0].link == f"{SITE_URL}abs/2611.00003/"
        assert "1 person" in str(parsed.entries[0])
