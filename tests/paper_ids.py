"""Hypothesis strategies for paper ids in both forms."""

from __future__ import annotations

from hypothesis import strategies as st

from generator.finding.arxiv_id import ARCHIVES


@st.composite
def new_ids(draw: st.DrawFn) -> str:
    """Ids of 2007-04 and later: four digits until 2014-12, five from 2015-01."""
    year, month = draw(st.integers(7, 90)), draw(st.integers(1, 12))
    if (year, month) < (7, 4):
        month = 4
    digits = 5 if year >= 15 else 4
    return f"{year:02}{month:02}.{draw(st.integers(1, 10**digits - 1)):0{digits}}"


@st.composite
def old_ids(draw: st.DrawFn) -> str:
    """Ids of 1991-07 to 2007-03."""
    months = draw(st.integers(1991 * 12 + 6, 2007 * 12 + 2))
    archive = draw(st.sampled_from(sorted(ARCHIVES)))
    return f"{archive}/{months // 12 % 100:02}{months % 12 + 1:02}{draw(st.integers(1, 999)):03}"


def paper_ids() -> st.SearchStrategy[str]:
    """Ids of either form."""
    return new_ids() | old_ids()
