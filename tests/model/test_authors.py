"""Authors as arXiv means them: people and groups, not colons, `et al` or parts of names."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.fetch.arxiv_atom import parse_feed
from generator.model.authors import Name, is_group, mend_authors, split_name
from generator.model.tree import Tree
from generator.views.citation import citation_tags, json_ld
from tests.make import NOON, paper


@pytest.mark.parametrize(
    ("stated", "meant"),
    [
        (["Ada Example", "Bo Sample"], ["Ada Example", "Bo Sample"]),
        (["The MADEUP Collaboration", ":", "A. Example"], ["The MADEUP Collaboration", "A. Example"]),
        (["MADEUP Collaboration: A. Example", "et al"], ["MADEUP Collaboration", "A. Example", "et al."]),
        (["A. Example et al."], ["A. Example", "et al."]),
        (["A. Example", "and others", "the MADEUP team"], ["A. Example", "the MADEUP team", "et al."]),
        (["FOO", "BAR Collaborations", ":", "A. Example"], ["FOO and BAR Collaborations", "A. Example"]),
        (["B. Sample", "BAR Collaborations: A. Example"], ["B. Sample", "BAR Collaborations", "A. Example"]),
        (["Ada Example", "Jr", "Bo Sample", "III"], ["Ada Example, Jr", "Bo Sample, III"]),
        (["Ada Example", ";", "10", "Al Sample"], ["Ada Example", "Al Sample"]),
        (["Ada Example", "and", "Bo Sample"], ["Ada Example", "Bo Sample"]),
        ([":"], []),
        (["A. Example", "(et al)"], ["A. Example", "et al."]),
        (["A. Example", "et alii"], ["A. Example", "et al."]),
        (["A. Example et al. (42 authors not shown)"], ["A. Example", "et al."]),
        (["A. Example", "and 20 others"], ["A. Example", "et al."]),
        (["A. Example", "many others"], ["A. Example", "et al."]),
        (["J. Others"], ["J. Others"]),
        (["MADEUP Collaboration：A. Example；B. Sample"], ["MADEUP Collaboration", "A. Example", "B. Sample"]),
    ],
)
def test_authors_are_mended_once(stated: list[str], meant: list[str]) -> None:
    assert mend_authors(tuple(stated)) == tuple(meant)
    assert mend_authors(tuple(meant)) == tuple(meant)


@given(st.lists(st.text(st.sampled_from("Aa .:;,et al others Jr IV1é"), max_size=12), max_size=5))
def test_mending_again_changes_nothing(authors: list[str]) -> None:
    mended = mend_authors(tuple(authors))
    assert mend_authors(mended) == mended


def test_records_captured_before_are_mended_and_merge_the_same_in_either_order() -> None:
    old = paper(authors=("MADEUP Collaboration", ":", "A. Example"))
    new = paper(authors=("MADEUP Collaboration: A. Example",), fetched_at=NOON + timedelta(days=1))
    for first, second in ((old, new), (new, old)):
        tree = Tree()
        tree.add_paper(first)
        assert tree.papers[old.id].authors == ("MADEUP Collaboration", "A. Example")
        tree.add_paper(second)
        assert tree.papers[old.id].authors == ("MADEUP Collaboration", "A. Example")
        assert tree.papers[old.id].fetched_at == new.fetched_at


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Washington Taylor IV", Name("Washington", "Taylor", "IV")),
        ("Taylor, IV, Washington", Name("Washington", "Taylor", "IV")),
        ("Robert W. Heath, Jr", Name("Robert W.", "Heath", "Jr")),
        ("Jan van der Berg Sr.", Name("Jan", "van der Berg", "Sr.")),
        ("Taylor IV, Washington", Name("Washington", "Taylor", "IV")),
        ("Sample Jr., Ada", Name("Ada", "Sample", "Jr.")),
        ("Ada B. Sample, 3rd", Name("Ada B.", "Sample", "3rd")),
        ("Henry V", Name("Henry", "V", "")),
        ("Ada Sample, PhD", Name("Ada", "Sample", "PhD")),
        ("Suharto", Name("", "Suharto", "")),
    ],
)
def test_a_name_is_split_with_its_particles_and_suffix(name: str, parts: Name) -> None:
    assert split_name(name) == parts


@pytest.mark.parametrize(
    ("author", "group"),
    [
        ("The MADEUP Collaboration", True),
        ("for the MADEUP experiment", True),
        ("Made-Up Team", True),
        ("Made Up, Inc.", True),
        ("Made Up Corp.", True),
        ("MADEUP Collaboration VI", True),
        ("COLLABORATION, MADEUP", True),
        ("Center for Made-up Safety", True),
        ("Robert W. Heath, Jr", False),
        ("Theodora Example", False),
        ("Made-Up Team, Example", True),
        ("Made-Up Research", True),
        ("MADEUP", True),
        ("MadeUpAI", True),
        ("Made-Up AI", True),
        ("MADEUP-IBM Made-Up AI Lab", True),
        ("Made Up 1.0 Contributors", True),
        ("Wei Ai", False),
        ("Y. Li", False),
    ],
)
def test_groups_are_organizations_in_json_ld_and_nobody_is_called_et_al(author: str, group: bool) -> None:
    shown = paper(authors=(author, "et al."))
    assert is_group(author) is group
    kind = "Organization" if group else "Person"
    assert f'"author":[{{"@type":"{kind}","name":"{author}"}}]' in json_ld(shown, "https://example.org/")
    assert [value for name, value in citation_tags(shown) if name == "citation_author"] == [author]


@pytest.mark.parametrize("damage", [b"\x01", b"\x1f", b"&#1;", b"&#x1F;", b"\xef\xbf\xbf"])
def test_a_raw_control_character_costs_itself_and_not_the_paper(damage: bytes) -> None:
    body = (
        b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>http://arxiv.org/abs/2611.00001v1</id>'
        b"<title>Made%s up</title><author><name>Ada Example</name></author></entry></feed>" % damage
    )
    assert parse_feed(body, NOON).papers["2611.00001"].title == "Made up"
