"""The filters that templates may use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from generator.text.latex import to_name
from generator.text.plain import clean, isolate, linkify, safe_href
from generator.views import phrases
from generator.views.bibtex import to_bibtex

FILTERS: Mapping[str, Callable[..., Any]] = {
    "author": lambda author: isolate(to_name(author)),
    "bibtex": to_bibtex,
    "clean": clean,
    "clock": phrases.clock,
    "counted": phrases.counted,
    "day": phrases.day,
    "did": phrases.did,
    "doi_link": phrases.doi_link,
    "list_name": phrases.list_name,
    "listed": phrases.listed,
    "href": safe_href,
    "linkify": linkify,
    "moment": phrases.moment,
    "month": phrases.month,
    "name": isolate,
    "number": phrases.number,
    "path_part": phrases.path_part,
    "short_day": phrases.short_day,
    "stamp": phrases.stamp,
    "summary": phrases.summary,
}
"""By the name that templates use; `tex`, `said` and `plain` stand in `templates`."""
