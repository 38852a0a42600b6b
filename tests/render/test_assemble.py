"""What becomes a page, a list and a vote: from a tree and a configuration to the Site."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from generator.fetch.configuration import read
from generator.model.listing import Listing
from generator.model.records import Account, NetworkState, PendingPaper
from generator.model.site import Site
from generator.model.tree import Tree
from generator.render.make_site import make_site
from tests.make import NOON, paper, post

CONFIG = "site: {{url: 'https://pages.example/x/'{site}}}\ntrackers: [{{id: example}}, {{id: other}}]\n{more}"


def site(tree: Tree, *, settings: str = "", more: str = "", **options: Any) -> Site:
    config = read(CONFIG.format(site=settings, more=more).encode())
    return make_site(config, tree, **{"texts": {}, "now": NOON, **options})


def listing(made: Site, path: str) -> Listing:
    return next(each for each in made.listings if each.path == path)


def ids(made: Site, path: str) -> list[str]:
    return [ranked.paper.id for ranked in listing(made, path).papers]


def tree_of(*posts: Any, papers: tuple[str, ...] = ("2611.00001",)) -> Tree:
    tree = Tree()
    for paper_id in papers:
        tree.add_paper(paper(paper_id))
    for each in posts:
        tree.add_post(each)
    return tree


def test_every_list_of_the_contract_is_there() -> None:
    made = site(tree_of(post()))
    scope = ["", "hot/", "new/", "captured/", "top/day/", "top/week/", "top/month/", "top/year/", "top/all/"]
    expected = [*scope, *(f"t/{tracker}/{path}" for tracker in ("example", "other") for path in scope)]
    assert [each.path for each in made.listings] == [*expected, "c/cs.LG/", "c/cs.LG/hot/", "archive/2026/11/"]
    names = [each.api_name for each in made.listings]
    assert names[:6] == ["home", "hot", "new", "captured", "top-day", "top-week"]
    assert {"t-example", "t-example-new", "t-other-top-all", "c-cs.LG", "archive-2026-11"} <= set(names)
    assert len(set(names)) == len(names)


def test_where_the_newest_are_at_home_the_trending_have_a_list_of_their_own() -> None:
    tree = tree_of(post(), papers=("2611.00001", "2611.00002"))
    newest, trending = (site(tree, settings=f", home: {home}") for home in ("newest", "trending"))
    assert ids(newest, "") == ids(newest, "new/") == ["2611.00002", "2611.00001"]
    assert ids(newest, "trending/") == ids(newest, "t/example/trending/") == ids(trending, "") == ["2611.00001"]
    assert not [each.path for each in trending.listings if "trending" in each.path]


def test_a_tracker_lists_only_what_its_people_posted_about() -> None:
    made = site(tree_of(post(), papers=("2611.00001", "2611.00002")))
    assert ids(made, "t/example/new/") == ["2611.00001"]
    assert ids(made, "t/other/") == []
    assert ids(made, "new/") == ["2611.00002", "2611.00001"]


def test_windows_hold_what_was_posted_inside_them() -> None:
    papers = tuple(f"2611.0000{n}" for n in range(1, 6))
    hours = (1, 30, 24 * 8, 24 * 40, 24 * 400)
    made = site(tree_of(*(post(each, papers=(each,), hours=hour) for each, hour in zip(papers, hours, strict=True)),
                        papers=papers))  # fmt: skip
    sizes = [len(ids(made, f"top/{window}/")) for window in ("day", "week", "month", "year", "all")]
    assert sizes == [1, 2, 3, 4, 5]


def test_most_captured_counts_posts_and_not_people_and_of_equals_the_newest_is_first() -> None:
    papers = tuple(f"2611.0000{n}" for n in range(1, 6))
    by_one = [post(f"a{n}", papers=("2611.00002",), hours=24 * 500 + n) for n in range(3)]
    by_two = [post(f"b{n}", who=f"person{n}", papers=("2611.00003",)) for n in range(2)]
    alone = [post("c", papers=("2611.00001",)), post("d", papers=("2611.00004",))]
    made = site(tree_of(*by_one, *by_two, *alone, papers=papers))
    assert ids(made, "captured/") == ["2611.00002", "2611.00003", "2611.00004", "2611.00001"]
    assert [each.rank for each in listing(made, "captured/").papers] == [1, 2, 3, 4]
    assert ids(made, "t/example/captured/") == ids(made, "captured/")


def test_the_time_of_the_view_is_the_newest_sight_unless_told() -> None:
    tree = tree_of(post(hours=50))
    assert site(tree, now=None).now == tree.posts["bluesky:ada/1"].seen_at
    assert site(Tree(), now=None).now.year == 2016


def test_papers_beyond_the_limit_keep_their_place_in_lists_and_have_no_page() -> None:
    made = site(tree_of(papers=("2611.00001", "2611.00002", "2611.00003")), settings=", max_paper_pages: 1")
    assert set(made.papers) == {"2611.00003"}
    assert ids(made, "new/") == ["2611.00003", "2611.00002", "2611.00001"]


@pytest.mark.parametrize(("tries", "hours", "shown"), [(0, 1, True), (3, 20, True), (4, 20, False), (0, 400, False)])
def test_a_paper_that_arxiv_has_not_answered_for_is_shown_while_it_is_talked_about(
    tries: int, hours: float, shown: bool
) -> None:
    tree = tree_of(post(papers=("2611.09999",), hours=hours), papers=())
    tree.add_pending(PendingPaper(id="2611.09999", tries=tries, next_at=NOON, first_at=NOON))
    made = site(tree)
    assert ("2611.09999" in made.papers) == shown
    assert made.unknown == ({"2611.09999"} if shown else set())


def test_texts_from_the_cache_are_shown_are_not_passed_on_and_never_change_a_rank() -> None:
    tree = tree_of(
        post("1", network="x", text=None, account=Account(id="x:1"), papers=("2611.00001",)),
        post("2", who="bo", papers=("2611.00002",)),
        papers=("2611.00001", "2611.00002"),
    )
    bare = post("1", network="x", text="https://arxiv.org/abs/2611.00001", account=Account(id="x:1", handle="ada"))
    without, with_text = site(tree), site(tree, texts={bare.id: bare})
    assert ids(without, "") == ids(with_text, "")
    assert [each.score for each in listing(without, "").papers] == [
        each.score for each in listing(with_text, "").papers
    ]
    shown = {each.id: each for each in with_text.posts}[bare.id]
    assert (shown.text, shown.account.handle) == (bare.text, "ada")
    assert with_text.withheld == {bare.id}


def test_muted_accounts_and_words_and_unwanted_categories_are_left_out() -> None:
    tree = tree_of(post("1"), post("2", who="bo"), papers=("2611.00001", "2611.00002"))
    tree.add_paper(paper("2611.00003", categories=("hep-th",)))
    made = site(tree, more="filters: {mute_accounts: ['bluesky:ada.example'], categories: [cs]}")
    assert {each.account.id for each in made.posts} == {"bluesky:bo"}
    assert set(made.papers) == {"2611.00001", "2611.00002"}


def test_hidden_bots_are_neither_counted_nor_shown() -> None:
    tree = tree_of(post("1", account=Account(id="bluesky:bot", bot=True)), post("2", who="bo"))
    made = site(tree, more="ranking: {bots: hide}")
    assert [ranked.captured for ranked in listing(made, "").papers] == [1]
    assert len(made.posts) == 1


def test_home_may_be_by_date_as_on_the_original_page() -> None:
    tree = tree_of(post("1", papers=("2611.00001",)), papers=("2611.00001", "2611.00002"))
    assert ids(site(tree), "") == ["2611.00001"]
    assert ids(site(tree, settings=", home: newest"), "") == ["2611.00002", "2611.00001"]


def test_archive_months_hold_the_papers_submitted_in_them_with_ranks_of_their_own() -> None:
    made = site(tree_of(papers=("2611.00001", "2611.00002", "2610.00001", "hep-th/9901001")))
    assert [each.path for each in made.listings if each.window.month] == [
        "archive/2026/11/", "archive/2026/10/", "archive/1999/01/",
    ]  # fmt: skip
    assert [ranked.rank for ranked in listing(made, "archive/2026/10/").papers] == [1]


def test_networks_that_failed_are_named_with_their_state() -> None:
    tree = tree_of(post())
    tree.states["bluesky"] = NetworkState(failing_since=NOON - timedelta(hours=3), failure="HTTP 503")
    made = site(tree)
    assert made.networks["bluesky"] == "Bluesky"
    assert made.states["bluesky"].failure == "HTTP 503"


FILTERED = """\
site: {{url: 'https://pages.example/x/'}}
trackers: [{{id: example, note: "See *this*.", filters: {{{filters}}}}}, {{id: other}}]
"""


def filtered(tree: Tree, filters: str) -> Site:
    return make_site(read(FILTERED.format(filters=filters).encode()), tree, texts={}, now=NOON)


def both(name: str, **fields: Any) -> Any:
    return post(name, **{"trackers": ("example", "other"), **fields})


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        ("", ["2611.00003", "2611.00002", "2611.00001"]),
        ("categories: [hep-th]", ["2611.00003"]),
        ("mute_words: ['00002']", ["2611.00003", "2611.00001"]),
        ("mute_words: [noise]", ["2611.00003", "2611.00002"]),
        ("mute_accounts: [bluesky:bo.example]", ["2611.00003", "2611.00001"]),
        ("mute_accounts: ['@bo.example', bluesky:ada.example]", []),
        ("mute_accounts: ['@nobody']", ["2611.00003", "2611.00002", "2611.00001"]),
    ],
)
def test_a_trackers_filters_hold_in_its_own_views_alone(filters: str, left: list[str]) -> None:
    tree = tree_of(
        both("1", text="all noise", papers=("2611.00001",)),
        both("2", who="bo", papers=("2611.00002",), text="00002 is good"),
        both("3", who="ada", papers=("2611.00003",)),
        papers=("2611.00001", "2611.00002"),
    )
    tree.add_paper(paper("2611.00003", categories=("hep-th",)))
    made = filtered(tree, filters)
    assert ids(made, "t/example/new/") == left
    assert ids(made, "t/other/new/") == ids(made, "new/") == ["2611.00003", "2611.00002", "2611.00001"]
    assert {each for found in made.tracker_posts["example"] for each in found.papers} == set(left)
    assert {paper_id for paper_id, readers in made.readers.items() if "example" in readers} == set(left)


def test_a_repost_of_whom_a_tracker_mutes_is_muted_there_whoever_reposts_it() -> None:
    original = post("1", who="bo", trackers=("other",))
    repost = both("2", who="ada", kind="repost", of=original.id, text=None)
    quote = both("3", who="ada", kind="quote", of=original.id)
    made = filtered(tree_of(original, repost, quote), "mute_accounts: [bluesky:bo.example]")
    assert [each.id for each in made.tracker_posts["example"]] == [quote.id]
    assert listing(made, "t/example/").papers[0].captured == 1
    assert listing(made, "").papers[0].captured == 3


def test_what_only_the_cache_says_changes_no_trackers_votes() -> None:
    bare = both("1", network="x", text=None, account=Account(id="x:1"))
    full = both("1", network="x", text="all noise", account=Account(id="x:1", handle="ada"))
    config = read(FILTERED.format(filters="mute_words: [noise], mute_accounts: [x:ada]").encode())
    for texts in ({}, {full.id: full}):
        made = make_site(config, tree_of(bare), texts=texts, now=NOON)
        assert ids(made, "t/example/") == ["2611.00001"]


def test_a_search_in_a_tracker_finds_what_stands_in_its_reading() -> None:
    config = FILTERED.format(filters="mute_words: [noise]") + "feeds: {searches: [{id: s, tracker: example}]}\n"
    made = make_site(
        read(config.encode()),
        tree_of(both("1", text="noise"), both("2", papers=("2611.00002",)), papers=("2611.00001", "2611.00002")),
        texts={},
        now=NOON,
    )
    assert ids(made, "s/s/") == ["2611.00002"]


def test_a_tracker_that_holds_every_ballot_about_a_paper_shows_the_same_objects_as_home() -> None:
    made = site(tree_of(post("1"), post("2", who="bo")))
    assert listing(made, "t/example/").papers[0].mentions is listing(made, "").papers[0].mentions


def test_a_trackers_marks_and_note_stand_on_its_lists() -> None:
    made = filtered(tree_of(both("1")), "highlight: {words: [graph], authors: [Lee]}")
    own = next(each for each in made.trackers if each.id == "example")
    assert (own.note, own.highlight_words, own.highlight_authors) == ("See *this*.", ("graph",), ("Lee",))
    assert made.highlight_words == ()


def test_trackers_and_saved_searches_have_digests_as_long_as_the_owner_wants() -> None:
    paper_ids = tuple(f"2611.0000{number}" for number in range(1, 6))
    seen_at = NOON - timedelta(hours=30)
    posts = [post(paper_id, hours=30, seen_at=seen_at, papers=(paper_id,)) for paper_id in paper_ids]
    feeds = "feeds: {digest: {daily: 2}, searches: [{id: all, query: made}]}\n"
    made = site(tree_of(*posts, papers=paper_ids), more=feeds)
    issues = {digest.path: digest.issues for digest in made.digests}
    for path in ("digest/daily/", "t/example/digest/daily/", "s/all/digest/daily/"):
        (issue,) = issues[path]
        assert (len(issue.papers), issue.more) == (2, 3)
