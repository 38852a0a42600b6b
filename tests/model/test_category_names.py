from __future__ import annotations

import pytest

from generator.model.category_names import GROUPS, NAMES, OTHER, group_of


@pytest.mark.parametrize(
    ("category", "name", "group"),
    [
        ("cs.LG", "Machine Learning", "Computer Science"),
        ("hep-th", "High Energy Physics - Theory", "Physics"),
        ("cond-mat.str-el", "Strongly Correlated Electrons", "Physics"),
        ("math-ph", "Mathematical Physics", "Physics"),
        ("stat.TH", "Statistics Theory", "Statistics"),
    ],
)
def test_categories_have_arxivs_name_and_group(category: str, name: str, group: str) -> None:
    assert (NAMES[category], group_of(category)) == (name, group)


def test_an_unknown_category_is_no_error() -> None:
    assert "new.XY" not in NAMES
    assert group_of("new.XY") == OTHER
    assert group_of("") == OTHER


def test_every_named_category_has_a_group_and_a_clean_name() -> None:
    assert len(NAMES) > 150
    assert {group_of(category) for category in NAMES} == {title for title, _ in GROUPS}
    assert all(name == " ".join(name.split()) and name for name in NAMES.values())
