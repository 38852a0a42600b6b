"""The feed of a digest: one entry a period, the same for ever, with the ranked list; nothing in it is active."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import feedparser
import pytest
from lxml import etree

from generator.model.records import RankedPaper
from generator.model.site import Digest, Issue, Site
from generator.render.feeds import FEEDS, plan_feeds
from generator.views.feed_of_digest import ABSTRACT_CHARS, digest_feed_view, issue_title
from tests.render.test_feeds import ATOM, assert_inert_list
from tests.site_factory import SITE_URL, make_listing, make_paper, make_post, make_site, make_x_post, rank

DAY = date(2026, 11, 19)


def issue(day: date = DAY, *papers: RankedPaper, more: int = 0) -> Issue:
    ranked = papers or (rank(make_paper(), [make_post(1), make_post(2)]),)
    closed_at = datetime(day.year, day.month, day.day, 6, tzinfo=UTC) + timedelta(days=1)
    return Issue(first_on=day, last_on=day, closed_at=closed_at, papers=ranked, more=more)


def site_of(*issues: Issue, **fields: Any) -> Site:
    papers = [ranked for each in issues for ranked in each.papers]
    digest = Digest(period="daily", issues=issues)
    return make_site([make_listing(papers)], digests=(digest,), **fields)


def json_of(site: Site) -> dict[str, Any]:
    feed: dict[str, Any] = json.loads(render(site, "JSON Feed"))
    return feed


def render(site: Site, name: str) -> bytes:
    view = digest_feed_view(site, site.digests[0])
    return next(feed.render(view) for feed in FEEDS if feed.name == name)


@pytest.mark.parametrize(
    ("first", "last", "title"),
    [
        (DAY, DAY, "19 November 2026"),
        (date(2026, 11, 16), date(2026, 11, 22), "16 to 22 November 2026"),
        (date(2026, 11, 30), date(2026, 12, 6), "30 November to 6 December 2026"),
        (date(2026, 12, 28), date(2027, 1, 3), "28 December 2026 to 3 January 2027"),
    ],
)
def test_a_period_is_told_in_words(first: date, last: date, title: str) -> None:
    assert issue_title(first, last) == title


def test_every_digest_has_three_feeds() -> None:
    paths = {output.path for output in plan_feeds(site_of(issue()))}
    assert {"digest/daily/feed.xml", "digest/daily/atom.xml", "digest/daily/feed.json"} <= paths


def test_an_entry_is_the_day_and_the_ranked_list() -> None:
    first = rank(make_paper("2611.00001", title="Deep $x^2$ seas"), [make_post(1), make_post(2)], 1)
    second = rank(
        make_paper("2611.00002", title="Rivers", abstract="Of $T_c$. " + "sand " * 200),
        [make_x_post(3, "2611.00002")],
        2,
    )
    site = site_of(issue(DAY, first, second, more=3))
    (entry,) = json_of(site)["items"]
    assert entry["id"] == "tag:example.org,2026-01-01:digest-daily/2026-11-19"
    assert entry["url"] == f"{SITE_URL}digest/daily/#2026-11-19"
    assert entry["title"] == "Deep x² seas, and 4 more (19 Nov)"
    assert entry["date_published"] == entry["date_modified"] == "2026-11-20T06:00:00Z"
    assert entry["_trending_arxiv"] == {"papers": ["2611.00001", "2611.00002"]}
    html = entry["content_html"]
    assert html.index("Deep x² seas") < html.index("Comment number 2: I would read this") < html.index("Rivers")
    assert html.index("<p>2 people</p>") < html.index("<p>1 person</p>")
    assert f'<a href="{SITE_URL}top/week/">and 3 papers more</a>' in html
    assert "<p>Of T<sub>c</sub>. …</p>" in html
    assert len(html) < ABSTRACT_CHARS + 2000
    with_day = replace(site, listings=(*site.listings, make_listing([], "day/2026-11-19/")))
    assert f'<a href="{SITE_URL}day/2026-11-19/">and 3 papers more</a>' in json_of(with_day)["items"][0]["content_html"]


@pytest.mark.parametrize(
    ("papers", "last", "title"),
    [
        (1, DAY, "A made-up study of ℓ₁ norms (19 Nov)"),
        (69, DAY, "A made-up study of ℓ₁ norms, and 68 more (19 Nov)"),
        (2, date(2026, 11, 22), "A made-up study of ℓ₁ norms, and 1 more (19 to 22 Nov)"),
        (2, date(2026, 12, 2), "A made-up study of ℓ₁ norms, and 1 more (19 Nov to 2 Dec)"),
    ],
)
def test_the_title_names_the_first_paper_and_the_time(papers: int, last: date, title: str) -> None:
    of_period = replace(issue(DAY, more=papers - 1), last_on=last)
    assert json_of(site_of(of_period))["items"][0]["title"] == title


def test_trackers_have_digests_with_ids_of_their_own() -> None:
    digest = Digest(period="daily", below="t/lab/", of="The lab", issues=(issue(),))
    site = make_site([make_listing([])], digests=(digest,))
    feed = json_of(site)
    assert feed["title"] == "Daily digest · The lab · Trending arXiv"
    assert feed["items"][0]["id"] == "tag:example.org,2026-01-01:t-lab-digest-daily/2026-11-19"
    assert "t/lab/digest/daily/feed.xml" in {output.path for output in plan_feeds(site)}


def test_the_same_issues_are_the_same_entries_when_a_new_one_comes() -> None:
    old, older = (
        issue(DAY),
        issue(DAY - timedelta(days=1), rank(make_paper("2611.00009"), [make_post(9, "2611.00009")])),
    )
    new = issue(DAY + timedelta(days=1))
    before, after = (json_of(site_of(*issues))["items"] for issues in ((old, older), (new, old, older)))
    assert after[1:] == before
    for name in ("RSS", "Atom"):
        old_entries = [str(entry) for entry in feedparser.parse(render(site_of(old, older), name)).entries]
        new_entries = [str(entry) for entry in feedparser.parse(render(site_of(new, old, older), name)).entries]
        assert new_entries[1:] == old_entries


def test_formats_agree_and_are_dated_by_the_newest_issue() -> None:
    site = site_of(issue(DAY), issue(DAY - timedelta(days=1)))
    ids = [entry["id"] for entry in json_of(site)["items"]]
    for name in ("RSS", "Atom"):
        parsed = feedparser.parse(render(site, name))
        assert not parsed.bozo
        assert [entry.id for entry in parsed.entries] == ids
        assert [entry.link for entry in parsed.entries] == [entry["url"] for entry in json_of(site)["items"]]
    atom = etree.fromstring(render(site, "Atom"))
    assert str(atom.findtext(f"{ATOM}updated")).startswith("2026-11-20T06:00:00")
    assert atom.findtext(f"{ATOM}title") == "Daily digest · Trending arXiv"


def test_a_digest_without_an_issue_is_a_feed_without_entries() -> None:
    for name in ("RSS", "Atom"):
        assert feedparser.parse(render(site_of(), name)).bozo == 0
    assert json_of(site_of())["items"] == []


def test_what_may_not_be_passed_on_is_not_quoted() -> None:
    posts = [make_x_post(1, text="Only to be read on the page.", trackers=("lab",)), make_post(2, text="Mine to show.")]
    ranked = rank(make_paper(), posts)
    html = json_of(site_of(issue(DAY, ranked), withheld=frozenset({"x:1"})))["items"][0]["content_html"]
    assert "Only to be read" not in html
    assert "Mine to show." in html


def test_hostile_words_stay_words() -> None:
    text = '<script>pwn()</script> "><img src=x onerror=pwn()> ]]> $<b>$'
    ranked = rank(
        make_paper(title=text, abstract=text, authors=(text,) * 9),
        [make_post(1, text=f"{text} and my own words", url="javascript:pwn()")],
    )
    site = site_of(issue(DAY, ranked))
    assert_inert_list(json_of(site)["items"][0]["content_html"])
    for name in ("RSS", "Atom"):
        assert len(feedparser.parse(render(site, name)).entries) == 1
