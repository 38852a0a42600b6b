"""The filters of the templates: how dates, numbers, names and votes are written. Pure; no locale, no clock."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from markupsafe import Markup, escape

from generator.finding.arxiv_id import is_category
from generator.text.latex import to_name
from generator.text.plain import clean, isolate, linkify, safe_href, shorten
from generator.views.bibtex import to_bibtex
from generator.views.citation import citation_tags, json_ld
from generator.views.papers import SparkView
from generator.views.timeline import draw_timeline, timeline_ends

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DID = {"post": "posted", "repost": "reposted", "quote": "quoted", "reply": "replied", "like": "liked"}
_DOI = re.compile(r"10\.[0-9]{3,9}/[^\s\"<>?#]+")
_BAR, _GAP, _HEIGHT = 3, 1, 13


def day(when: date) -> str:
    """`20 Nov 2026`."""
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


def short_day(when: date) -> str:
    """`20 Nov`."""
    return f"{when.day} {_MONTHS[when.month - 1]}"


def month(when: date) -> str:
    """`Nov 2026`."""
    return f"{_MONTHS[when.month - 1]} {when.year}"


def moment(when: datetime) -> str:
    """`20 Nov 2026, 08:00 UTC`."""
    utc = when.astimezone(UTC)
    return f"{day(utc)}, {utc:%H:%M} UTC"


def clock(when: datetime) -> str:
    """`08:00`, UTC."""
    return f"{when.astimezone(UTC):%H:%M}"


def stamp(when: date) -> str:
    """The value of a `datetime` attribute: a day, or a moment in UTC."""
    if not isinstance(when, datetime):
        return when.isoformat()
    return when.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def number(value: float) -> str:
    """`12,290`; fractions with up to two digits: `0.5`, `2.25`."""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}".rstrip("0").rstrip(".")


def counted(value: int, one: str, many: str = "") -> str:
    """`1 person`, `2 people`, `3 posts`."""
    return f"{number(value)} {one if value == 1 else many or one + 's'}"


def listed(names: Sequence[str]) -> str:
    """`X`, `Bluesky and X`, `Bluesky, Mastodon and X`."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def did(kind: str) -> str:
    """What a person did: `quoted`."""
    return _DID.get(kind, kind)


def sparkline(spark: SparkView) -> Markup:
    """Mentions a day as a small drawing that reads like a word, with the numbers for those who do not see it."""
    width = len(spark.counts) * (_BAR + _GAP) - _GAP
    most = max(spark.counts)
    bars = []
    for place, count in enumerate(spark.counts):
        height = max(2, round(count / most * _HEIGHT)) if count else 1
        bars.append(f"M{place * (_BAR + _GAP) + _BAR / 2:g} {_HEIGHT}v-{height}")
    told = f"Mentions a day, {len(spark.counts)} days to {day(spark.until)}: " + " ".join(map(str, spark.counts))
    return Markup(  # noqa: S704 (numbers and a date)
        f'<svg class="spark" role="img" width="{width}" height="{_HEIGHT}" viewBox="0 0 {width} {_HEIGHT}" '
        f'aria-label="{told}"><path d="{"".join(bars)}"/></svg>'
    )


def doi_link(doi: str) -> Markup:
    """A DOI with its link; arXiv states several with blanks between them."""
    links = []
    for each in clean(doi).split():
        href = safe_href(f"https://doi.org/{each}") if _DOI.fullmatch(each) else None
        links.append(Markup('<a href="{}">{}</a>').format(href, each) if href else escape(each))
    return Markup(" ").join(links)


def path_part(text: str) -> str:
    """A word that may stand in one of our own addresses."""
    return "".join(char for char in text if char.isascii() and (char.isalnum() or char in "-._"))


def summary(text: str, limit: int = 200) -> str:
    """The beginning of a text, on one line."""
    return shorten(" ".join(clean(text).split()), limit)[0]


def list_name(path: str) -> str:
    """The name of the list at a path, as its JSON file and its row on the page of feeds have it: `t-ml-hot`."""
    return path.strip("/").replace("/", "-") or "home"


def own_categories(categories: Sequence[str]) -> list[str]:
    """Those that are arXiv's and so have a list here; papers state classes of the ACM and MSC too."""
    return list(filter(is_category, categories))


FILTERS: Mapping[str, Callable[..., Any]] = {
    "author": lambda author: isolate(to_name(author)),
    "bibtex": to_bibtex,
    "citation_tags": citation_tags,
    "clean": clean,
    "clock": clock,
    "counted": counted,
    "day": day,
    "did": did,
    "doi_link": doi_link,
    "json_ld": json_ld,
    "list_name": list_name,
    "listed": listed,
    "linkify": linkify,
    "moment": moment,
    "month": month,
    "name": isolate,
    "number": number,
    "own_categories": own_categories,
    "path_part": path_part,
    "short_day": short_day,
    "sparkline": sparkline,
    "stamp": stamp,
    "summary": summary,
    "timeline": draw_timeline,
    "timeline_ends": timeline_ends,
}
"""By the name that templates use; `tex` and `plain` stand in `templating`."""
