"""Dates, numbers and names as pages write them. Pure; no locale, no clock."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime

from markupsafe import Markup, escape

from generator.finding.arxiv_id import is_category
from generator.text.latex import to_name
from generator.text.plain import clean, isolate, safe_href, shorten

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
ROOT = "<\0>"
"""Stands for the way to the site's root in what pages of every depth share. No escaped text can hold it."""
_DID = {"post": "posted", "repost": "reposted", "quote": "quoted", "reply": "replied", "like": "liked"}
_DOI = re.compile(r"10\.[0-9]{3,9}/[^\s\"<>?#]+")


def day(when: date) -> str:
    """`20 Nov 2026`."""
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}"


def short_day(when: date) -> str:
    """`20 Nov`."""
    return f"{when.day} {MONTHS[when.month - 1]}"


def month(when: date) -> str:
    """`Nov 2026`."""
    return f"{MONTHS[when.month - 1]} {when.year}"


def moment(when: datetime) -> str:
    """`20 Nov 2026, 08:00 UTC`."""
    utc = when.astimezone(UTC)
    return f"{day(utc)}, {utc:%H:%M} UTC"


def clock(when: datetime) -> str:
    """`08:00`, UTC."""
    utc = when.astimezone(UTC)
    return f"{utc.hour:02}:{utc.minute:02}"


def stamp(when: date) -> str:
    """The value of a `datetime` attribute: a day, or a moment in UTC."""
    if not isinstance(when, datetime):
        return when.isoformat()
    return when.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def number(value: float) -> str:
    """`12,290`; fractions with up to two digits: `0.5`, `2.25`."""
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def counted(value: int, one: str, many: str = "") -> str:
    """`1 person`, `2 people`, `3 posts`."""
    if value == 1:
        return f"1 {one}"
    return f"{value:,} {many or one + 's'}"


def listed(names: Sequence[str]) -> str:
    """`X`, `Bluesky and X`, `Bluesky, Mastodon and X`."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def did(kind: str) -> str:
    """What a person did: `quoted`."""
    return _DID.get(kind, kind)


def some_names(authors: Sequence[str], most: int) -> Markup:
    """The names of the first `most` authors, and how many more there are."""
    names = [isolate(to_name(author)) for author in authors[:most]]
    line = ", ".join(names)
    more = len(authors) - most
    if more > 0:
        line += f" and {more:,} more"
    return ready(line)


def doi_link(doi: str) -> Markup:
    """A DOI with its link; arXiv states several with blanks between them."""
    links = []
    for word in clean(doi).split():
        href = safe_href(f"https://doi.org/{word}") if _DOI.fullmatch(word) else None
        links.append(Markup('<a href="{}">{}</a>').format(href, word) if href else escape(word))
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


def ready(html: str) -> Markup:
    """HTML that is ready to be placed: every text in it is escaped already."""
    return Markup(html)  # noqa: S704 (the callers escape)


def time_of(when: date) -> Markup:
    """A day or moment as an element: `<time datetime="2026-11-20T08:00:00Z">20 Nov 2026</time>`."""
    return ready(f'<time datetime="{stamp(when)}">{day(when)}</time>')


def site_link(path: str, html: str) -> Markup:
    """A link to a page of ours; `html` is escaped already."""
    return ready(f'<a href="{ROOT}{escape(path)}">{html}</a>')


def link(href: str, html: str, rel: str = "") -> Markup:
    """A link; `html` is escaped already, the address is not."""
    attribute = f' rel="{rel}"' if rel else ""
    return ready(f'<a href="{escape(href)}"{attribute}>{html}</a>')
