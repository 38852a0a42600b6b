from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from generator.finding.mentions import mentions_by_paper
from generator.model.persons import Persons
from generator.model.records import Account, NetworkState, Post
from generator.model.site import Site
from generator.ranking.people import make_people
from generator.ranking.rank import Formula, value_mentions
from generator.render.feeds import plan_feeds
from generator.render.pages import people, posts
from generator.render.templates import Templates
from tests.site_samples import WEIGHTS, a_paper, a_post, sample_site

TEMPLATES = Path(__file__).parents[2] / "templates"
PAPERS = [a_paper(f"2611.0000{number}", f"Raven matters {number}") for number in range(1, 4)]


def post(number: int, paper: int, account: Account, **fields: object) -> Post:
    made: Post = a_post(number, PAPERS[paper].id, account=account, network=account.id.partition(":")[0], **fields)
    return made


ADA = Account(id="bluesky:did:plc:ada", handle="ada.example", name="Ada Raven", bot=False)
ADA_THERE = Account(id="mastodon:1", handle="@ada@social.example", name="Ada R.", bot=False)
BO = Account(id="hackernews:bo", handle="bo", name=None, bot=False)


def site_of(
    said: list[Post], *, joined: tuple[tuple[str, ...], ...] = (), withheld: frozenset[str] = frozenset()
) -> Site:
    """A site with people's pages."""
    site = sample_site(PAPERS, said)
    papers = {paper.id: paper for paper in PAPERS}
    states: dict[str, NetworkState] = {}
    ballots = value_mentions(
        mentions_by_paper(said), papers, Formula(half_life_days=2.5, weights=WEIGHTS), Persons(joined, states)
    )
    return replace(site, people=make_people(site.posts, ballots, withheld))


def rendered(site: Site) -> dict[str, str]:
    made = Templates(TEMPLATES, site)
    outputs = [*people.plan(site, made), *posts.plan(site, made), *plan_feeds(site)]
    return {each.path: each.render().decode() for each in outputs if each.path.startswith("by/")}


def test_who_posted_twice_has_a_page_a_feed_and_a_place() -> None:
    said = [post(1, 0, ADA), post(2, 1, ADA), post(3, 0, BO), post(4, 0, BO), post(5, 2, ADA_THERE)]

    files = rendered(site_of(said))

    assert set(files) == {
        "by/index.html", "by/ada.example/index.html", "by/ada.example/feed.xml",
        "by/hackernews-bo/index.html", "by/hackernews-bo/feed.xml",
    }  # fmt: skip
    index = files["by/index.html"]
    assert index.index("by/ada.example/") < index.index("by/hackernews-bo/"), "two papers before one"
    assert "Raven matters 2" in files["by/ada.example/index.html"]
    assert files["by/ada.example/feed.xml"].count("<item>") == 2


def test_one_person_is_one_page_over_all_accounts() -> None:
    joined = (("bluesky:ada.example", "mastodon:ada@social.example"),)
    site = site_of([post(1, 0, ADA), post(2, 1, ADA_THERE)], joined=joined)

    assert [(person.slug, person.papers, person.networks) for person in site.people] == [
        ("ada.example", 2, ("bluesky", "mastodon"))
    ]


def test_ids_alone_and_withheld_posts_leave_no_page() -> None:
    silent = Account(id="x:1", handle=None, name=None, bot=False)
    shut = [post(5, 0, BO), post(6, 1, BO)]
    said = [post(1, 0, ADA), post(2, 1, ADA), post(3, 0, silent, text=None), post(4, 1, silent, text=None), *shut]

    site = site_of(said, withheld=frozenset(each.id for each in shut))

    assert [person.slug for person in site.people] == ["ada.example"]


def test_names_lead_to_people_first_and_to_the_network_second() -> None:
    site = site_of([post(1, 0, ADA, text="Ravens are clever, says this."), post(2, 1, ADA)])
    page = rendered(site)["by/ada.example/index.html"]

    assert re.search(
        r'<a href="\.\./\.\./by/ada\.example/">[^<]*Ada Raven.*?</a> posted on <a href="https://', page, re.DOTALL
    )
