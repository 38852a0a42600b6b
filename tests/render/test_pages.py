"""Every kind of page, made from made-up sites of many shapes and read back with an HTML parser."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import html5lib
import pytest

from generator.model.records import Counts, NetworkState
from generator.model.site import Site
from generator.render.pages import PAGES, plan_pages
from generator.render.pages.feeds import volume
from generator.render.pages.paging import paginate
from generator.render.templates import FEED_TYPES, Templates
from tests.site_samples import NOW, a_paper, a_post, an_id, many_shapes, sample_site

ROOT = Path(__file__).parents[2]
X = "{http://www.w3.org/1999/xhtml}"
MATHML = "{http://www.w3.org/1998/Math/MathML}"


def _render(site: Site) -> dict[str, bytes]:
    templates = Templates(ROOT / "templates", site)
    return {output.path: output.render() for output in plan_pages(site, templates)}


@pytest.fixture(scope="module")
def shapes() -> dict[str, bytes]:
    papers, posts = many_shapes()
    return _render(sample_site(papers, posts, per_page=4))


@pytest.fixture(scope="module")
def empty() -> dict[str, bytes]:
    return _render(sample_site(states={}))


def _tree(page: bytes) -> Any:
    return html5lib.parse(page.decode(), namespaceHTMLElements=True)


def _text(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def _by_class(tree: Any, name: str) -> list[Any]:
    return [element for element in tree.iter() if name in element.get("class", "").split()]


def _html(pages: dict[str, bytes]) -> Iterator[tuple[str, Any]]:
    for path, page in pages.items():
        if path.endswith(".html"):
            yield path, _tree(page)


def test_templates_mirror_the_kinds_of_page() -> None:
    names = {page.name for page in PAGES} - {"assets"}

    assert {path.stem for path in (ROOT / "templates").glob("*.html")} == names | {"base"}
    assert {path.stem for path in (ROOT / "generator" / "render" / "pages").glob("*.py")} - {
        "__init__",
        "paging",
    } == names | {"assets"}


def test_a_list_says_of_each_paper_what_forks_rely_on(shapes: dict[str, bytes]) -> None:
    tree = _tree(shapes["index.html"])
    articles = tree.findall(f".//{X}article")

    assert [article.get("data-paper") for article in articles][:2] == ["2611.00007", "2611.00001"]
    assert all(article.get("class") == "paper" for article in articles)
    for article in articles:
        for name in ("title", "authors", "abstract"):
            assert len(_by_class(article, name)) == 1, name
        line = _text(_by_class(article, "captured")[0])
        assert line == f"Captured posts and reposts: {article.get('data-captured')}" or "tweets" in line
    assert articles[0].get("data-captured") == "300"


def test_tweets_are_counted_as_tweets_where_all_are(shapes: dict[str, bytes]) -> None:
    tree = _tree(shapes["abs/2611.00003/index.html"])

    assert _text(_by_class(tree, "captured")[0]) == "Captured tweets and retweets: 3"


def test_formulas_are_mathml_with_their_source(shapes: dict[str, bytes]) -> None:
    abstract = _by_class(_tree(shapes["index.html"]), "abstract")[0]

    sources = [annotation.text for annotation in abstract.iter(f"{MATHML}annotation")]
    assert r"\Theta(k^3)" in sources


def test_every_link_leads_somewhere_under_any_sub_path(shapes: dict[str, bytes], empty: dict[str, bytes]) -> None:
    others = {"manifest.webmanifest", "opml.xml", "opml-categories.xml", "api/v1/index.json"}
    base = "https://somewhere.example/below/here/"
    for pages in (shapes, empty):
        known = {path.removesuffix("index.html") for path in pages} | others
        for path, tree in _html(pages):
            here = base + path if path != "404.html" else "https://example.github.io/trending-arxiv/"
            root = base if path != "404.html" else here
            for element in tree.iter():
                link = element.get("href")
                elsewhere = link is None or link.startswith(("https://", "data:", "mailto:", "feed:"))
                if (elsewhere and not (link or "").startswith(root)) or link == "#main":
                    continue
                target = urljoin(here, link).partition("#")[0].partition("?")[0]
                assert target.startswith(root), (path, link)
                inside = target[len(root) :]
                beside = inside.rpartition("/")[2] in {*(file for file, _, _ in FEED_TYPES), "papers.bib", "papers.ris"}
                assert inside in known or beside or inside.startswith("c/"), (path, link)


def _is_data(element: Any) -> bool:
    """A comment, or a script element that no browser runs."""
    return not isinstance(element.tag, str) or element.get("type") == "application/ld+json"


def test_no_page_asks_anybody_else_for_anything_or_runs_a_script_but_ours(shapes: dict[str, bytes]) -> None:
    scripts = [(ROOT / "templates" / name).read_text("utf-8").strip() for name in ("early.js", "lost.js")]
    inside = {"\n".join(map(str.strip, script.splitlines())) for script in scripts}
    for path, tree in _html(shapes):
        tags = {element.tag.removeprefix(X) for element in tree.iter() if not _is_data(element)}
        assert not tags & {"iframe", "img", "object", "embed", "audio", "video"}, path
        for script in tree.iter(f"{X}script"):
            src = script.get("src")
            assert _is_data(script) or (src or "").lstrip("./").startswith("static/") or script.text in inside, path
        for form in tree.iter(f"{X}form"):
            action = "https://example.github.io/trending-arxiv/search/" if path == "404.html" else None
            assert form.get("action") == action, path
        for link in tree.iter(f"{X}link"):
            if link.get("rel") in {"stylesheet", "icon", "manifest"}:
                assert not link.get("href").startswith("http"), path
        assert not any(name.startswith("on") or name == "style" for e in tree.iter() for name in e.attrib), path


def test_every_page_has_one_title_one_h1_and_headings_in_order(
    shapes: dict[str, bytes], empty: dict[str, bytes]
) -> None:
    for pages in (shapes, empty):
        titles = set()
        for path, tree in _html(pages):
            levels = [
                int(e.tag[-1]) for e in tree.iter() if isinstance(e.tag, str) and re.fullmatch(rf"{X}h[1-6]", e.tag)
            ]
            assert levels[0] == 1, path
            assert levels.count(1) == 1, path
            assert all(after <= before + 1 for before, after in pairwise(levels)), path
            ids = [element.get("id") for element in tree.iter() if element.get("id")]
            assert len(ids) == len(set(ids)), path
            assert tree.find(f".//{X}html") is None
            titles.add(_text(next(tree.iter(f"{X}title"))))
            assert next(m for m in tree.iter(f"{X}meta") if m.get("name") == "description").get("content").strip(), path
        assert len(titles) == sum(1 for _ in _html(pages)), "every page has a title of its own"


def test_every_page_names_the_feeds_of_its_list(shapes: dict[str, bytes]) -> None:
    def feeds(path: str) -> list[str]:
        links = _tree(shapes[path]).iter(f"{X}link")
        return [link.get("href") for link in links if link.get("rel") == "alternate"]

    assert feeds("index.html") == ["./feed.xml", "./atom.xml", "./feed.json"]
    assert feeds("top/week/index.html")[0] == "../../top/week/feed.xml"
    assert feeds("abs/2611.00001/index.html") == ["../../feed.xml"], "a page without feeds of its own names one"
    assert feeds("t/lab/posts/index.html")[0] == "../../../t/lab/posts/feed.xml"


def test_pages_of_a_list_follow_each_other(shapes: dict[str, bytes]) -> None:
    first, second, last = (
        _tree(shapes[path]) for path in ("new/index.html", "new/page/2/index.html", "new/page/3/index.html")
    )

    def rels(tree: Any) -> dict[str, str]:
        return {
            link.get("rel"): link.get("href") for link in tree.iter(f"{X}link") if link.get("rel") in {"prev", "next"}
        }

    assert rels(first) == {"next": "../new/page/2/"}
    assert rels(second) == {"prev": "../../../new/", "next": "../../../new/page/3/"}
    assert rels(last) == {"prev": "../../../new/page/2/"}
    shown = [a.get("data-paper") for tree in (first, second, last) for a in tree.iter(f"{X}article")]
    assert len(shown) == len(set(shown)) == 11


@pytest.mark.parametrize(("total", "pages"), [(0, 1), (1, 1), (20, 1), (21, 2), (400, 20)])
def test_pages_hold_every_row_once(total: int, pages: int) -> None:
    made = list(paginate("new/", total, 20))

    assert len(made) == pages
    assert [row for page in made for row in range(page.start, page.end)] == list(range(total))


def test_later_pages_of_a_list_hold_more_papers() -> None:
    sizes = [page.end - page.start for page in paginate("new/", 445, 20, first_pages=10)]

    assert sizes == [20] * 10 + [100, 100, 45]


@pytest.mark.parametrize(("path", "first_pages"), [("c/cs.LG/", 1), ("new/", 10)])
def test_abstracts_stand_on_the_first_pages_of_a_list_and_rows_on_the_later_ones(path: str, first_pages: int) -> None:
    ids = [f"2611.{number:05}" for number in range(1, 13)]
    pages = _render(sample_site([a_paper(paper_id, f"Paper {paper_id}") for paper_id in ids], per_page=1))
    names = [f"{path}page/{number}/index.html" if number > 1 else f"{path}index.html" for number in range(1, 13)]
    with_abstracts = [_by_class(_tree(pages[name]), "abstract") for name in names if name in pages]
    rows = _by_class(_tree(pages[names[first_pages]]), "row")

    assert [len(abstracts) for abstracts in with_abstracts] == [1] * first_pages + [0]
    assert len(rows) == 12 - first_pages
    assert [row.find(f"{X}h2/{X}a").get("href").endswith("/") for row in rows] == [True] * len(rows)


def test_comments_stand_beside_the_abstract_they_are_about(shapes: dict[str, bytes]) -> None:
    article = next(_tree(shapes["index.html"]).iter(f"{X}article"))

    notes = _by_class(article, "note")
    assert 1 <= len(notes) <= 3
    assert "Mira Okonjo" in _text(notes[0])
    assert notes[0].find(f".//{X}time").get("datetime").endswith("Z")
    assert notes[0].find(f".//{X}figcaption/{X}a").get("rel") == "nofollow ugc noopener noreferrer"


def test_a_note_in_another_language_says_so(shapes: dict[str, bytes]) -> None:
    quotes = _tree(shapes["abs/2611.00001/index.html"]).iter(f"{X}blockquote")

    assert "de" in {quote.get("lang") for quote in quotes}


def test_the_papers_page_tells_why_it_is_here(shapes: dict[str, bytes]) -> None:
    tree = _tree(shapes["abs/2611.00007/index.html"])
    table = next(tree.iter(f"{X}table"))

    assert len(table.findall(f".//{X}tbody/{X}tr")) == 13
    assert _text(table.find(f".//{X}tfoot")).startswith("300 people, one vote each")
    assert "Its rank in the lists: Trending 1" in _text(tree)
    assert "The lab" not in _text(tree), "its place in every reader's lists would fill a screen"


def test_posts_without_text_are_dates_and_never_an_empty_box(shapes: dict[str, bytes]) -> None:
    tree = _tree(shapes["abs/2611.00001/index.html"])

    (silent,) = _by_class(tree, "silent")
    assert _text(silent).startswith("14 posts to read on X: 20 Nov 2026")
    assert all(_text(quote) for quote in tree.iter(f"{X}blockquote"))


def test_many_dates_are_folded_and_none_is_lost(shapes: dict[str, bytes]) -> None:
    tree = _tree(shapes["abs/2611.00007/index.html"])

    first, rest = _by_class(tree, "silent")
    assert len(list(first.iter(f"{X}a"))) == 30
    assert len(list(rest.iter(f"{X}a"))) == 30
    assert "30 earlier" in _text(tree)


def test_reposts_and_answers_fold(shapes: dict[str, bytes]) -> None:
    text = _text(_tree(shapes["abs/2611.00002/index.html"]))

    assert re.search(r"Reposted by .+, .+, .+\. Liked by 1 person\.", text)
    assert len(_by_class(_tree(shapes["abs/2611.00002/index.html"]), "reply")) == 1


def test_a_withdrawn_and_a_resurfaced_paper_are_labelled(shapes: dict[str, bytes]) -> None:
    withdrawn, old = (_tree(shapes[f"abs/{name}/index.html"]) for name in ("2611.00006", "hep-th/9901001"))

    assert [_text(flag) for flag in _by_class(withdrawn, "flag")] == ["Withdrawn"]
    assert [_text(flag) for flag in _by_class(old, "flag")] == ["Resurfaced, from Jan 1999"]


def test_thousands_of_authors_are_all_there_and_out_of_the_way(shapes: dict[str, bytes]) -> None:
    tree = _tree(shapes["abs/2611.00003/index.html"])

    shown, everyone = _by_class(tree, "authors")
    assert _text(shown).endswith("A. B. Author19 and 2,780 more")
    assert _text(everyone).endswith("A. B. Author2799")
    assert len(shapes["top/all/index.html"]) < 40_000


def test_right_to_left_names_keep_to_themselves(shapes: dict[str, bytes]) -> None:
    authors = _by_class(_tree(shapes["abs/2611.00004/index.html"]), "authors")[0]

    assert [_text(bdi) for bdi in authors.iter(f"{X}bdi")] == ["נועה לוי", "عمر فاروق"]


def test_what_is_missing_is_said(shapes: dict[str, bytes]) -> None:
    no_abstract, unknown, nobody = (
        _text(_tree(shapes[f"abs/{name}/index.html"])) for name in ("2611.00005", "2611.00010", "2611.00008")
    )

    assert "arXiv gives no abstract." in no_abstract
    assert "arXiv has no record of this paper yet." in unknown
    assert "@misc" not in unknown
    assert "Nobody followed here has posted about this paper." in nobody


def test_hostile_words_stay_words(shapes: dict[str, bytes]) -> None:
    page = shapes["abs/2611.00009/index.html"].decode()

    assert page.count("<script>") == 1, "the one that runs before the first paint"
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "alert(1)" in page


def test_a_network_that_cannot_be_read_is_named_on_home_and_status(shapes: dict[str, bytes]) -> None:
    home, status = _text(_tree(shapes["index.html"])), _text(_tree(shapes["status/index.html"]))

    assert "X has not been read since 18 Nov 2026. Its older posts are shown." in home
    assert "Not read since 18 Nov 2026, 12:00 UTC. It could not be connected to." in status
    assert "could not be read" not in _text(_tree(shapes["new/index.html"]))


@pytest.mark.parametrize(
    ("url", "repository"),
    [("https://ada.github.io/papers/", "https://github.com/ada/papers"),
     ("https://ada.github.io/", "https://github.com/ada/ada.github.io"),
     ("https://example.github.io/trending-arxiv/", None), ("https://papers.example.org/", None),
     ("https://ada.github.io/papers/sub/", None), ("https://a/?.github.io/papers/", None)],
)  # fmt: skip
def test_the_owner_of_a_page_on_github_is_led_to_what_switches_updates_on(url: str, repository: str | None) -> None:
    page = _render(sample_site(url=url))["status/index.html"]
    links = [found.get("href", "") for found in _tree(page).iter(f"{X}a")]
    ours = [link for link in links if link.startswith("https://github.com/")]
    expected = [f"{repository}/actions/workflows/update.yml", f"{repository}/settings/actions"]
    assert ours == (expected if repository else [])
    assert ("Is this your page?" in _text(_tree(page))) is bool(repository)


def test_a_digest_has_a_section_for_each_day_and_week(shapes: dict[str, bytes]) -> None:
    daily = _tree(shapes["digest/daily/index.html"])

    sections = _by_class(daily, "day")
    assert sections[0].get("id") == "2026-11-19"
    assert _text(sections[0].find(f"{X}h2")) == "19 November 2026"
    assert _text(_by_class(sections[0], "hang")[0]) == "Number 1"
    assert "weekly/" in " ".join(link.get("href", "") for link in daily.iter(f"{X}a"))


def test_feeds_are_three_choices_that_are_subscribed_to_at_a_click_without_asking_anybody_before(
    shapes: dict[str, bytes],
) -> None:
    tree = _tree(shapes["feeds/index.html"])

    choices = _by_class(tree, "choice")
    titles = [_text(choice.find(f"{X}h2")).partition(" about ")[0] for choice in choices]
    assert titles == ["What several people talk", "One entry a day one a day", "Everything"]
    site_url = "https://example.github.io/trending-arxiv/"
    addresses = [_text(next(choice.iter(f"{X}code"))) for choice in choices]
    assert addresses == [f"{site_url}{path}feed.xml" for path in ("hot/", "digest/daily/", "new/")]
    links = {_text(link): link.get("href") for row in _by_class(tree, "readers") for link in row.iter(f"{X}a")}
    feed = "https%3A%2F%2Fexample.github.io%2Ftrending-arxiv%2Fhot%2Ffeed.xml"
    assert links["Feedly to Hot"] == f"https://feedly.com/i/subscription/feed%2F{feed}"
    assert links["NewsBlur to Hot"] == f"https://www.newsblur.com/?url={feed}"
    assert links["an app to Newest"] == "feed://example.github.io/trending-arxiv/new/feed.xml"


def test_the_feed_of_each_list_leads_to_its_row_on_the_page_of_feeds(shapes: dict[str, bytes]) -> None:
    rows = {str(row.get("id")): str(row.get("data-name")) for row in _tree(shapes["feeds/index.html"]).iter(f"{X}li")}
    assert rows["c-cs.LG-hot"] == "Hot · cs.LG Machine Learning"
    for path in (
        "index.html",
        "t/lab/index.html",
        "c/cs.LG/hot/index.html",
        "posts/index.html",
        "digest/daily/index.html",
    ):
        links = [str(link.get("href")) for link in _tree(shapes[path]).iter(f"{X}a") if _text(link) == "Feed"]
        assert [link.partition("#")[2] in rows for link in links] == [True], path


@pytest.mark.parametrize(
    ("ages_in_days", "words"),
    [
        ([], "none so far"),
        ([40], "none so far"),
        ([day / 6 for day in range(28 * 6)], "about 6 a day"),
        ([day * 2.3 for day in range(12)], "about 3 a week"),
        ([27.9], "fewer than one a week"),
        ([0.1, 0.2, 0.3], "about 3 a day"),
    ],
)
def test_the_volume_of_a_feed_is_measured(ages_in_days: list[float], words: str) -> None:
    assert volume((NOW - timedelta(days=age) for age in ages_in_days), NOW) == words


def test_an_empty_site_says_what_to_do_next(empty: dict[str, bytes]) -> None:
    home = _text(_tree(empty["index.html"]))

    assert "Nothing has been captured yet" in home
    assert "config.yaml" in home
    assert "There are no papers in this list right now." in _text(_tree(empty["top/day/index.html"]))
    assert all(_text(tree) for _, tree in _html(empty))


def test_one_paper_and_one_post_make_a_whole_site() -> None:
    pages = _render(sample_site([a_paper("2611.00001", "Alone")], [an_id(1, "2611.00001")], trackers=(), states={}))

    assert "Alone" in _text(_tree(pages["index.html"]))
    assert "A post on X" in _text(_tree(pages["posts/index.html"]))


def test_about_has_the_numbers_in_force() -> None:
    weights = {"post": 1.0, "quote": 0.9, "reply": 0.61, "repost": 0.5, "like": 0.25}
    site = sample_site(ranking={"half_life_days": 3.5, "weights": weights, "bots": "down"})

    text = _text(_tree(_render(site)["about/index.html"]))

    assert "reply0.61" in text
    assert "age / 3.5 days" in text
    assert "owner@example.org" in text
    assert "Thank you to arXiv for use of its open access interoperability." in text


def test_the_acknowledgement_and_the_disclaimer_are_on_every_page(shapes: dict[str, bytes]) -> None:
    for path, tree in _html(shapes):
        footer = _text(next(tree.iter(f"{X}footer")))
        assert "Thank you to arXiv for use of its open access interoperability." in footer, path
        assert "not affiliated with arXiv and not endorsed by it" in footer, path


def test_only_home_status_and_the_volume_of_feeds_know_the_time_of_the_view() -> None:
    papers, posts = many_shapes()
    site, later = (sample_site(papers, posts, now=now) for now in (NOW, NOW.replace(year=2027)))
    templates = Templates(ROOT / "templates", site)

    before, after = ({output.path: output.render() for output in plan_pages(each, templates)} for each in (site, later))
    assert {path for path in before if before[path] != after[path]} == {
        "index.html", "status/index.html", "feeds/index.html",
    }  # fmt: skip


def test_pages_weigh_little(shapes: dict[str, bytes]) -> None:
    papers = [a_paper(f"2611.{number:05d}", f"Made-up matters, part {number}") for number in range(20)]
    posts = [
        a_post(number, papers[number % 20].id, text=f"Remark {number} is not like any other.") for number in range(200)
    ]
    home = _render(sample_site(papers, posts))["index.html"]

    assert len(gzip.compress(home)) < 60_000
    assert len(gzip.compress(shapes["static/style.css"])) < 6_600


def test_the_style_has_no_address_and_no_tracker_title_is_trusted() -> None:
    site = sample_site(title='<i>"T"', own_pages=(("a", "<b>", "<p>x</p>"),), states={"x": NetworkState()})

    pages = _render(site)

    assert b"url(" not in pages["static/style.css"]
    assert b"<i>" not in pages["index.html"]
    assert b"<b>" not in pages["a/index.html"]


def test_a_home_by_date_has_the_original_order_and_lines(shared: Path) -> None:
    seed = json.loads((shared / "seed" / "seed-page.json").read_text("utf-8"))
    papers = [
        a_paper(
            each["id"],
            each["title"],
            abstract=each["abstract"],
            submitted_at=NOW.replace(year=2016, month=2, day=20 - n // 2, hour=20 - n),
        )
        for n, each in enumerate(seed["papers"])
    ]
    posts = [an_id(1000 * n + m, each["id"]) for n, each in enumerate(seed["papers"]) for m in range(each["captured"])]

    tree = _tree(_render(sample_site(papers, posts, home="newest"))["index.html"])

    articles = list(tree.iter(f"{X}article"))
    assert [article.get("data-paper") for article in articles] == [each["id"] for each in seed["papers"]]
    assert [_text(_by_class(article, "captured")[0]) for article in articles] == [
        f"Captured tweets and retweets: {each['captured']}" for each in seed["papers"]
    ]
    assert list(articles[0].iter(f"{MATHML}math"))


# --- Where a paper's page leads ---


def _links(tree: Any) -> list[str]:
    return [link.get("href") for link in tree.iter(f"{X}a")]


def test_a_paper_leads_to_the_ones_submitted_after_and_before_it() -> None:
    days = {"2611.00001": 3, "2611.00002": 1, "2611.00003": 2}
    papers = [a_paper(name, f"Of day {day}", submitted_at=NOW.replace(day=day)) for name, day in days.items()]
    pages = _render(sample_site(papers, [a_post(number, name) for number, name in enumerate(days)]))

    def neighbours(name: str) -> dict[str, tuple[str, str]]:
        (nav,) = _by_class(_tree(pages[f"abs/{name}/index.html"]), "neighbours")
        rows = nav.iter(f"{X}li")
        return {_text(row[0]): (row.find(f"{X}a").get("href"), row.find(f"{X}a").get("rel")) for row in rows}

    assert neighbours("2611.00003") == {
        "Newer": ("../../abs/2611.00001/", "prev"),
        "Older": ("../../abs/2611.00002/", "next"),
    }
    assert set(neighbours("2611.00001")) == {"Older"}, "nothing is newer than the newest"
    assert set(neighbours("2611.00002")) == {"Newer"}
    alone = _render(sample_site(papers[:1], [a_post(1, "2611.00001")]))["abs/2611.00001/index.html"]
    assert _by_class(_tree(alone), "neighbours") == []


def test_a_paper_leads_to_similar_ones_that_have_a_page_the_most_similar_first() -> None:
    papers = [a_paper(f"2611.0000{number}", f"Paper {number}") for number in (1, 2, 3)]
    similar = {"2611.00001": ("2611.00003", "2611.99999", "2611.00002")}
    pages = _render(sample_site(papers, [a_post(1, "2611.00001")], similar=similar))

    (leads,) = _by_class(_tree(pages["abs/2611.00001/index.html"]), "leads")
    assert _links(leads) == ["../../abs/2611.00003/", "../../abs/2611.00002/"]
    assert [_text(link) for link in leads.iter(f"{X}a")] == ["Paper 3", "Paper 2"]
    assert _by_class(_tree(pages["abs/2611.00002/index.html"]), "leads") == []


def test_a_paper_leads_to_its_discussions_on_hacker_news_the_most_pointed_first() -> None:
    def story(number: int, points: int, **fields: Any) -> Any:
        url = f"https://news.ycombinator.com/item?id={number}"
        counts = Counts(likes=points, replies=points // 10)
        return a_post(number, "2611.00001", network="hackernews", url=url, counts=counts, **fields)

    posts = [story(1, 12), story(2, 340), story(3, 90, kind="reply", of="hackernews:2"), story(4, 5), story(5, 7)]
    page = _render(sample_site([a_paper("2611.00001", "One")], posts))["abs/2611.00001/index.html"]

    (row,) = (each for each in _tree(page).iter(f"{X}div") if len(each) and _text(each[0]) == "Discussed")
    assert _links(row) == [f"https://news.ycombinator.com/item?id={number}" for number in (2, 1, 5)]
    assert "Hacker News (340 points, 34 replies)" in _text(row)
    assert all(link.get("rel") == "nofollow ugc noopener noreferrer" for link in row.iter(f"{X}a"))


def test_a_paper_leads_out_by_its_id_and_asks_nobody(shapes: dict[str, bytes]) -> None:
    new, old = (_links(_tree(shapes[f"abs/{name}/index.html"])) for name in ("2611.00001", "hep-th/9901001"))

    for address in (
        "https://arxiv.org/abs/2611.00001", "https://arxiv.org/pdf/2611.00001", "https://arxiv.org/html/2611.00001",
        "https://www.alphaxiv.org/abs/2611.00001", "https://huggingface.co/papers/2611.00001",
        "https://scirate.com/arxiv/2611.00001", "https://www.semanticscholar.org/arxiv/2611.00001",
        "https://x.com/search?q=%222611.00001%22&f=live", "https://bsky.app/search?q=%222611.00001%22",
    ):  # fmt: skip
        assert address in new
    assert "https://scirate.com/arxiv/hep-th/9901001" in old
    assert not any("arxiv.org/html/" in link for link in old), "arXiv sets no old paper in HTML"


def test_comments_come_first_then_names_then_dates(shapes: dict[str, bytes]) -> None:
    tree = _tree(shapes["abs/2611.00002/index.html"])

    headings = [_text(heading) for heading in tree.iter(f"{X}h2")]
    assert headings.index("What people say") < headings.index("Also posted by") < headings.index("Why it is here")
    said = [_text(quote) for quote in tree.iter(f"{X}blockquote")]
    assert sum("And the proof fits on a page." in each for each in said) == 1
    assert len(said) == 3, "the comment, its answer and the quote; three reposts, a like and a bare link are none"
    (names,) = _by_class(tree, "names")
    assert len(names.findall(f"{X}li")) == 1


def test_a_line_says_why_a_paper_is_here_and_since_when(shapes: dict[str, bytes]) -> None:
    whole = _text(_by_class(_tree(shapes["abs/2611.00001/index.html"]), "why")[0])
    articles = _tree(shapes["top/day/index.html"]).iter(f"{X}article")
    today = next(article for article in articles if article.get("data-paper") == "2611.00001")

    assert re.search(r"\d+ people, \d+ with comments, first seen 18 Nov 2026$", whole)
    assert _text(_by_class(today, "why")[0]).endswith("first seen 18 Nov 2026"), "also where the list is of one day"
    assert "first seen" not in _text(_tree(shapes["abs/2611.00008/index.html"])), "nobody posted about it"


# --- Without a connection ---


def _places(worker: bytes) -> set[str]:
    found = re.search(r"const PLACES = (\[.*\])", worker.decode())
    assert found
    return set(json.loads(found[1]))


def test_the_worker_knows_every_place_where_pages_stand(shapes: dict[str, bytes]) -> None:
    places = {path.partition("/")[0] for path, _ in _html(shapes) if "/" in path}

    assert _places(shapes["sw.js"]) >= places | {"static", "colophon"}
    assert "api" not in _places(shapes["sw.js"])


def test_the_worker_differs_exactly_when_what_it_keeps_from_the_start_does(shapes: dict[str, bytes]) -> None:
    again = _render(sample_site([a_paper("2611.00001", "Another")], [an_id(1, "2611.00001")]))
    assert again["sw.js"] == shapes["sw.js"], "what was captured is none of its business"
    assert Templates(ROOT / "templates", sample_site()).assets in shapes["sw.js"].decode()


def test_without_offline_reading_the_worker_ends_and_no_page_starts_one() -> None:
    pages = _render(sample_site(offline=False))

    assert b"const ON = false" in pages["sw.js"]
    assert all(b'data-offline="off"' in page for path, page in pages.items() if path.endswith(".html"))
    assert b'id="offline"' not in pages["saved/index.html"]
    assert "switched off reading offline" in _text(_tree(pages["offline/index.html"]))
