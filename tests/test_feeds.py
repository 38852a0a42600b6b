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

from generator.model.listing import Listing
from generator.model.records import Account, Post, RankedPaper, Tracker
from generator.model.site import Site
from generator.render.feeds import FEEDS, plan_feeds
from generator.render.templates import FEED_TYPES
from generator.text.markdown import markdown_to_html
from generator.views import feed_of_list as feed_views
from generator.views.feed_of_list import COMMENTS_MAX, NAMES_MAX, feed_view
from generator.views.feed_types import FeedView
from tests.site_factory import (
    EPOCH,
    SITE_URL,
    make_listing,
    make_paper,
    make_post,
    make_site,
    make_x_post,
    rank,
    scope_of,
)

ATOM = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/elements/1.1/}"
STRICT = etree.XMLParser(resolve_entities=False, no_network=True)


def view_of(*papers: RankedPaper, path: str = "", **site: Any) -> FeedView:
    listing = make_listing(papers, path)
    return feed_view(make_site([listing], **site), listing)


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


def test_the_time_of_the_build_is_in_no_feed() -> None:
    paper = rank(make_paper(), [make_post(1)])
    one, other = (
        [output.render() for output in plan_feeds(make_site([make_listing([paper])], now=now))]
        for now in (EPOCH, EPOCH + timedelta(days=99))
    )
    assert one == other


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
    spoken, silent = by_id[f"{SITE_URL}posts/#bluesky:1"], by_id[f"{SITE_URL}posts/#bluesky:2"]
    assert spoken["url"] == "https://bsky.example/1"
    assert spoken["title"].endswith("posted on Bluesky: On k_B T")
    assert "Read this &lt;b&gt;twice&lt;/b&gt;:" in spoken["content_html"]
    assert f'<a href="{SITE_URL}abs/2611.00001/">On k_B T</a>' in spoken["content_html"]
    assert "only here" not in str(silent)
    assert "Known to the cache" not in str(silent)
    assert silent["title"] == "Somebody posted on Bluesky: On k_B T"
    lab = outputs["t/lab/posts/feed.xml"]
    root = etree.fromstring(lab.render())
    assert [each.text for each in root.iter("guid")] == [f"{SITE_URL}posts/#bluesky:1"]
    assert root.find("channel/item/guid").get("isPermaLink") == "false"  # type: ignore[union-attr]


def test_a_post_is_looked_at_once_however_many_lists_show_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def comment_of(post: Any, paper: Any) -> str | None:
        asked.append(post.id)
        return None

    monkeypatch.setattr("generator.finding.own_words.comment_of", comment_of)
    paper = rank(make_paper(), [make_post(1), make_post(2)])
    for output in plan_feeds(make_site([make_listing([paper]), make_listing([paper], "new/")])):
        output.render()
    assert sorted(asked) == ["bluesky:1", "bluesky:2"]


@pytest.mark.parametrize("change", ["rank", "score", "likes", "seen"])
def test_what_a_feed_does_not_show_makes_no_new_feed(change: str) -> None:
    post = make_post(1)
    ranked = rank(make_paper(), [post])
    if change == "rank":
        other = rank(make_paper(), [post], place=7)
    elif change == "score":
        other = RankedPaper(paper=ranked.paper, rank=1, score=9, votes=(), mentions=ranked.mentions, resurfaced=True)
    elif change == "likes":
        other = rank(make_paper(), [msgspec.structs.replace(post, counts={"likes": 5})])
    else:
        other = rank(make_paper(), [msgspec.structs.replace(post, seen_at=EPOCH + timedelta(days=3))])
    assert view_of(ranked) == view_of(other)


@pytest.mark.slow
def test_same_bytes_in_another_process_and_another_time_zone() -> None:
    code = (
        "import hashlib, sys; from tests.test_feeds import FEEDS, three; view = three();"
        "print([hashlib.sha256(feed.render(view)).hexdigest() for feed in FEEDS])"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[1],
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
    ids = [f"{SITE_URL}abs/2611.0000{number}/" for number in (3, 1, 2)]
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
    assert parsedate_to_datetime(channel.findtext("lastBuildDate")) == EPOCH + timedelta(hours=13)
    for item in channel.findall("item"):
        assert item.find("guid").get("isPermaLink") == "true"
        assert parsedate_to_datetime(item.findtext("pubDate")).tzinfo
        assert len(item.findall(f"{DC}creator")) == 1
        assert item.findtext(f"{DC}creator") == "Ada Example, Bo Sample"
        assert item.findtext("description").startswith("<p>")


def test_rss_title_reads_the_same_as_text_and_as_html() -> None:
    view = view_of(rank(make_paper(title="If a<b & c"), [make_post(1)]))
    assert rss_of(view).findtext("item/title") == "If a< b & c"
    assert atom_of(view).findtext(f"{ATOM}entry/{ATOM}title") == "If a<b & c"
    assert feedparser.parse(render("RSS", view)).entries[0].title.startswith("If a")


def test_guid_is_no_link_where_the_paper_has_no_page() -> None:
    view = view_of(rank(make_paper(), [make_post(1)]), papers={})
    item = rss_of(view).find("item")
    assert item.find("guid").get("isPermaLink") == "false"
    assert item.findtext("guid") == f"{SITE_URL}abs/2611.00001/"
    assert item.findtext("link") == "https://arxiv.org/abs/2611.00001"
    assert json_of(view)["items"][0]["id"] == f"{SITE_URL}abs/2611.00001/"
    assert f"{SITE_URL}abs/" not in item.findtext("description")


# --- JSON Feed 1.1


def test_json_feed_has_what_version_1_1_requires() -> None:
    feed = json_of(three())
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == f"{SITE_URL}top/week/feed.json"
    assert feed["home_page_url"] == f"{SITE_URL}top/week/"
    assert {type(value) for value in feed.values()} == {str, list}
    for entry in feed["items"]:
        assert entry["id"] == entry["url"]
        assert entry["external_url"].startswith("https://arxiv.org/abs/")
        assert entry["content_html"]
        assert datetime.fromisoformat(entry["date_published"]).tzinfo
        assert datetime.fromisoformat(entry["date_modified"]).tzinfo
        assert entry["authors"] == [{"name": "Ada Example"}, {"name": "Bo Sample"}]
        assert "author" not in entry


# --- dates


def test_published_is_the_first_mention_and_updated_the_newest() -> None:
    view = view_of(rank(make_paper(), [make_post(1), make_post(5), make_post(3)]))
    entry = atom_of(view).find(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}published") == "2026-11-20T09:00:00+00:00"
    assert entry.findtext(f"{ATOM}updated") == "2026-11-20T13:00:00+00:00"
    assert atom_of(view).findtext(f"{ATOM}updated") == "2026-11-20T13:00:00+00:00"


def test_a_window_that_moves_on_changes_no_date_of_a_paper_that_stays_in_it() -> None:
    posts = [make_post(hours) for hours in (0, 20, 40, 90, 100)]  # it was away before the last two
    site = make_site([make_listing([rank(make_paper(), posts)])])

    def published(shown: list[Post], **listing: Any) -> datetime:
        return feed_view(site, make_listing([rank(make_paper(), shown)], "top/day/", **listing)).papers[0].published

    assert published(posts[:2], span="day") == published(posts[1:3], span="day") == EPOCH
    assert published(posts[3:], span="day") == published(posts[4:], span="day") == EPOCH + timedelta(hours=90)
    assert published(posts[3:], span="week") == EPOCH
    assert published(posts[4:], span="all") == EPOCH + timedelta(hours=100), "nothing ever leaves this one"
    other = scope_of(Tracker(id="other", title="Other"))
    assert published(posts[4:], span="day", scope=other) == EPOCH + timedelta(hours=100), "nobody else's posts"


def test_a_paper_that_comes_back_after_a_long_time_is_dated_by_its_return_where_lists_fade() -> None:
    posts = [make_post(0), make_post(feed_views.AWAY_DAYS * 24 - 1), make_post(99_999)]
    ranked = rank(make_paper(), posts)
    assert view_of(ranked).papers[0].published == EPOCH + timedelta(hours=99_999)
    assert view_of(rank(make_paper(), posts[:2])).papers[0].published == EPOCH
    listing = make_listing([ranked], "new/", order="newest")
    assert feed_view(make_site([listing]), listing).papers[0].published == EPOCH


def test_a_paper_that_nobody_mentioned_has_its_own_date() -> None:
    assert view_of(rank(make_paper())).papers[0].published == datetime(2026, 11, 18, 17, 59, 59, tzinfo=UTC)
    assert view_of(rank(make_paper("hep-th/9901001", submitted_at=None))).papers[0].published == datetime(
        1999, 1, 1, tzinfo=UTC
    )


def test_a_feed_without_papers_is_valid_and_has_a_date_that_never_moves() -> None:
    view = view_of(path="c/cs.LG/")
    assert atom_of(view).findtext(f"{ATOM}updated") == "1991-08-14T00:00:00+00:00"
    assert rss_of(view).find("item") is None
    assert json_of(view)["items"] == []


# --- what stands in it


def test_at_most_the_wanted_number_of_papers_and_none_without_a_title() -> None:
    papers = [rank(make_paper(f"2611.0000{number}"), [make_post(number)]) for number in range(1, 6)]
    view = view_of(*papers, feed_entries=3, unknown=frozenset({"2611.00002"}))
    assert [paper.paper_id for paper in view.papers] == ["2611.00001", "2611.00003", "2611.00004"]


def test_math_is_text() -> None:
    view = view_of(rank(make_paper(title="Bounds of $O(n^2)$", abstract=r"For $\alpha \le 1$."), [make_post(1)]))
    assert "$" not in json_of(view)["items"][0]["title"]
    assert "<p>For α≤1.</p>" in content_of(view)


def test_comments_are_quoted_with_who_where_and_when() -> None:
    html = content_of(view_of(rank(make_paper(), [make_post(1, text="Lovely bounds <3\nand short proofs")])))
    assert '<bdi>Made Up 1</bdi> on Bluesky, <a href="https://bluesky.example/posts/1">20 November 2026</a>:' in html
    assert "Lovely bounds &lt;3<br>and short proofs</p>" in html


@pytest.mark.parametrize(
    ("posts", "line"),
    [
        ([make_x_post(1), make_x_post(2)], "Captured tweets and retweets: 2"),
        ([make_x_post(1), make_post(2)], "Captured posts and reposts: 2"),
    ],
)
def test_captured_line_speaks_of_tweets_only_where_all_are(posts: list[Any], line: str) -> None:
    assert f"<p><strong>{line}</strong></p>" in content_of(view_of(rank(make_paper(), posts)))


def test_posts_on_x_without_text_are_counted() -> None:
    assert "<p>3 posts on X</p>" in content_of(view_of(rank(make_paper(), [make_x_post(n) for n in range(3)])))
    assert "<p>1 post on X</p>" in content_of(view_of(rank(make_paper(), [make_x_post(1)])))


def test_people_without_a_comment_are_named_once_and_the_rest_counted() -> None:
    same = Account(id="bluesky:same", name="Same Person")
    posts = [make_post(n, kind="repost", text=None) for n in range(NAMES_MAX + 2)]
    posts += [
        make_post(100, kind="like", text=None, account=same),
        make_post(101, kind="repost", text=None, account=same),
    ]
    html = content_of(view_of(rank(make_paper(), posts)))
    assert html.count("Same Person") == 1
    assert html.count("(Bluesky)") == NAMES_MAX
    assert "4 more posts on Bluesky" in html


def test_no_more_comments_than_a_reader_reads() -> None:
    posts = [make_post(n, text=f"Words of my own {n}. " + "long " * 2000) for n in range(COMMENTS_MAX + 5)]
    html = content_of(view_of(rank(make_paper(), posts)))
    assert html.count("<blockquote") == COMMENTS_MAX
    assert "5 more posts on Bluesky" in html
    assert len(html) < COMMENTS_MAX * (feed_views.COMMENT_MAX + 500)


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


def test_a_note_makes_no_entry_new() -> None:
    plain, noted = (
        json_of(view_of(rank(make_paper(), [make_post(1)]), notes=notes))["items"][0]
        for notes in ({}, {"2611.00001": "<p>Read it.</p>"})
    )
    assert {name for name in plain if plain[name] != noted[name]} == {"content_html"}


def test_a_hub_is_named_as_websub_asks_and_only_where_there_is_one() -> None:
    hub = "https://hub.example/?a=1&b=2"
    view = view_of(rank(make_paper(), [make_post(1)]), hub=hub)
    links = {(link.get("rel"), link.get("href")) for link in atom_of(view).findall(f"{ATOM}link")}
    assert ("hub", hub) in links
    rss = rss_of(view)
    assert [(link.get("rel"), link.get("href")) for link in rss.findall(f"{ATOM}link")] == [
        ("self", f"{SITE_URL}feed.xml"),
        ("hub", hub),
    ]
    assert rss.findtext("link") == SITE_URL
    assert json_of(view)["hubs"] == [{"type": "WebSub", "url": hub}]
    for name in ("RSS", "Atom", "JSON Feed"):
        assert b"hub" not in render(name, view_of())


def test_of_many_authors_the_text_names_a_few_and_the_entry_all() -> None:
    def first_line(count: int) -> str:
        paper = make_paper(authors=tuple(f"A. Example {number}" for number in range(count)))
        view = view_of(rank(paper, [make_post(1)]))
        assert len(json_of(view)["items"][0]["authors"]) == min(count, feed_views.AUTHORS_MAX + 1)
        return content_of(view).partition("</p>")[0]

    assert first_line(11).endswith("A. Example 9, A. Example 10")
    assert first_line(12).endswith("A. Example 9, and 2 more")
    assert first_line(2800).endswith("A. Example 9, and 2,790 more")


# --- hostile text

ALLOWED = {"p": set(), "strong": set(), "br": set(), "bdi": set(), "a": {"href", "rel"}, "blockquote": {"dir"}}


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
    assert len(view.papers) == len(texts)
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
    assert feed_views.clean_text(f"a{bad}b\r\nc\rd") == "ab\nc\nd"
    assert feed_views.clean_line("a\u202eb \n c\u2066") == "ab c"


def test_readers_find_every_paper() -> None:
    view = three()
    for name in ("RSS", "Atom"):
        parsed = feedparser.parse(render(name, view))
        assert not parsed.bozo
        assert len(parsed.entries) == 3
        assert parsed.entries[0].link == f"{SITE_URL}abs/2611.00003/"
        assert "Captured posts and reposts: 2" in str(parsed.entries[0])
