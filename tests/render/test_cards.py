"""Pictures of papers: only where the owner wants them, for the papers that are passed on, whatever they are called."""

from __future__ import annotations

import io
import json
import time
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from generator.fetch.configuration import read
from generator.model.errors import BuildError
from generator.model.site import Output, Site
from generator.model.theme import Theme
from generator.model.tree import Tree
from generator.render.exports import cards, plan_exports
from generator.render.exports.cards import CardView, draw_card
from generator.render.make_site import CARDS_MAX, make_site
from generator.render.pages.paper import paper_view
from generator.render.templates import Templates
from tests.conftest import ROOT
from tests.make import paper, post
from tests.site_samples import a_paper, a_post, sample_site

CARD = CardView(
    paper_id="2611.00001",
    title="Benefits of depth that survive noise",
    authors=("Ada Lindqvist", "Léonore d’Aubrac"),
    more_authors=0,
    captured="Captured posts and reposts: 142",
    site_title="Trending arXiv",
    colours=Theme().light,
)


def drawn(**fields: Any) -> Image.Image:
    given = {name: getattr(CARD, name) for name in CARD.__struct_fields__} | fields
    return Image.open(io.BytesIO(draw_card(CardView(**given)))).convert("L")


def ink_in(image: Image.Image, box: tuple[int, int, int, int]) -> int:
    return sum(value < 200 for value in image.crop(box).tobytes())


def card_outputs(site: Site) -> list[Output]:
    return [output for output in plan_exports(site, []) if output.path.endswith("/card.png")]


def test_a_card_has_the_size_that_services_want_and_says_title_authors_and_count() -> None:
    image = drawn()
    assert image.size == (1200, 630)
    for box in ((90, 180, 1110, 280), (90, 360, 1110, 420), (90, 530, 700, 590), (800, 530, 1110, 590)):
        assert ink_in(image, box) > 200, box
    assert len(draw_card(CARD)) < 40_000


def test_nothing_is_set_outside_the_margins() -> None:
    long = "Antidisestablishmentarianism" * 30
    for fields in (
        {"title": long}, {"title": "word " * 200}, {"authors": (long,) * 4, "more_authors": 2796}, {"site_title": long},
    ):  # fmt: skip
        image = drawn(**fields)
        assert ink_in(image, (0, 0, 60, 630)) == 0, fields
        assert ink_in(image, (1140, 0, 1200, 630)) == 0, fields
        assert ink_in(image, (90, 500, 1110, 530)) == 0, "the title ends above the count"


def test_letters_that_the_font_lacks_stand_in_their_plain_form_or_not_at_all() -> None:
    assert list(drawn(title="Bounds in ℝ").tobytes()) == list(drawn(title="Bounds in R").tobytes())
    assert list(drawn(title="中文标题没有字母").tobytes()) == list(drawn(title="arXiv:2611.00001").tobytes())
    with_hebrew = drawn(authors=("תמר בן־דוד", "Ada Lindqvist"))
    assert list(with_hebrew.tobytes()) == list(drawn(authors=("Ada Lindqvist",), more_authors=1).tobytes())
    assert list(drawn(authors=("Müller",)).tobytes()) != list(drawn(authors=("Muller",)).tobytes())


@pytest.mark.slow
def test_hostile_titles_take_no_time_and_leave_a_card(shared: Path) -> None:
    texts: list[str] = json.loads((shared / "corpora/naughty/blns.json").read_text("utf-8"))[::12]
    begin = time.process_time()
    for text in [*texts, "x" * 100_000, "\u202e" * 500, "$" * 999, ""]:
        assert drawn(title=text, authors=(text,), site_title=text).size == (1200, 630)
    assert time.process_time() - begin < 20


def test_no_paper_has_a_card_unless_the_owner_wants_it() -> None:
    site = sample_site([a_paper("2611.00001", "One")], [a_post(1, "2611.00001")])
    assert card_outputs(site) == []
    pieces = Templates(ROOT / "templates", site).pieces
    view = paper_view(site, site.ranked["2611.00001"], ((), ()), (None, None), pieces)
    assert not view.card


def test_papers_of_the_first_pages_have_a_card_and_their_page_names_it() -> None:
    papers = {each.id: each for each in (paper(f"2611.{number:05d}") for number in range(1, 260))}
    posts = [post(f"p{number}", papers=(paper_id,), trackers=("lab",)) for number, paper_id in enumerate(papers)]

    def site_with(settings: str) -> Site:
        config = read(f"site: {{{settings}}}\ntrackers: [{{id: lab}}]".encode())
        captured = Tree(posts={each.id: each for each in posts}, papers=papers)
        return make_site(config, captured, texts={}, now=None)

    few, many, none = (
        site_with(text) for text in ("cards: true, per_page: 5", "cards: true, per_page: 250", "per_page: 5")
    )
    assert len(few.cards) == 5
    assert few.cards == {ranked.paper.id for ranked in few.listings[0].papers[:5]}
    assert len(many.cards) == CARDS_MAX
    assert none.cards == frozenset()
    assert {output.path for output in card_outputs(few)} == {f"abs/{paper_id}/card.png" for paper_id in few.cards}


def test_where_what_draws_is_not_installed_the_owner_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(cards, "version", missing)
    site = sample_site([a_paper("2611.00001", "One")], [a_post(1, "2611.00001")], cards=frozenset({"2611.00001"}))
    with pytest.raises(BuildError, match=r"site\.cards: true.*pillow is not installed: `pip install"):
        card_outputs(site)
