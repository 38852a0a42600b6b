"""Bluesky, X and arXiv on loopback, with made-up posts about made-up papers, and a config.yaml that reads them."""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from tests import pretend_bluesky, pretend_x
from tests.loopback import Answer, Loopback, Reply, Request, as_xml
from tests.pretend_bluesky import PretendBluesky, did
from tests.pretend_x import PretendX

BLUESKY_HANDLE = "ada.example.com"
X_HANDLE = "ada_example"
_X_ID = "4711"


@dataclass
class Networks:
    """The services. Use with `with`; `post` makes news."""

    bluesky: PretendBluesky = field(default_factory=PretendBluesky)
    x: PretendX = field(default_factory=PretendX)
    arxiv_down: bool = False
    papers: int = 0

    def __enter__(self) -> Self:
        self.bluesky.handles[BLUESKY_HANDLE] = did("ada")
        self.bluesky.feeds[did("ada")] = []
        self.x.named[X_HANDLE] = _X_ID
        self._stack = ExitStack()
        self.bluesky_server = self._stack.enter_context(self.bluesky.serve())
        self.x_server = self._stack.enter_context(self.x.serve())
        self.arxiv_server = self._stack.enter_context(Loopback(self._arxiv))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def post(self, network: str = "bluesky") -> str:
        """One more post about one more paper; returns the paper's id."""
        self.papers += 1
        paper = f"2611.{self.papers:05}"
        url = f"https://arxiv.org/abs/{paper}"
        at = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=30) + timedelta(seconds=self.papers)
        if network == "bluesky":
            said = {"facets": [pretend_bluesky.facet(f"A good one: {url}", url, url)]}
            view = pretend_bluesky.view("ada", f"3k{self.papers:05}", f"A good one: {url}", at, said=said)
            self.bluesky.feeds[did("ada")].insert(0, {"post": view})
        else:
            own = pretend_x.id_at(at, self.papers)
            text = "A good one: https://t.co/a"
            self.x.posts.append(
                pretend_x.post(own, _X_ID, text, entities={"urls": [pretend_x.link("https://t.co/a", url)]})
            )
        return paper

    def settings(self) -> str:
        """The `networks:` block of config.yaml that leads here."""
        return (
            f'networks: {{x: {{api: "{self.x_server.url}/2"}}, bluesky: {{api: "{self.bluesky_server.url}"}}, '
            f'arxiv: {{api: "{self.arxiv_server.url}/api/query", spacing_s: 0}}}}\n'
        )

    def config(self, url: str, *, x: bool = True) -> str:
        """A whole config.yaml."""
        reads_x = f"x: {{accounts: [{X_HANDLE}]}}, " if x else ""
        return (
            f'site: {{title: Rehearsal, url: "{url}"}}\n'
            f"trackers: [{{id: ada, {reads_x}bluesky: {{accounts: [{BLUESKY_HANDLE}]}}}}]\n{self.settings()}"
        )

    def _arxiv(self, request: Request) -> Reply:
        if self.arxiv_down:
            return Answer(503, b"", {"Retry-After": "7200"})
        asked = re.findall(r"2611\.\d{5}", request.query.get("id_list", ""))
        return as_xml(_ATOM.format(entries="".join(map(_entry, asked)), total=len(asked)))


_ATOM = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"><title>q</title>
<id>q</id><updated>2026-11-20T00:00:00Z</updated><opensearch:totalResults>{total}</opensearch:totalResults>{entries}</feed>
"""


def _entry(paper: str) -> str:
    return (
        f"<entry><id>http://arxiv.org/abs/{paper}v1</id><title>Made-up paper {paper}</title><summary>Of nothing at all."
        "</summary><published>2026-11-02T00:00:00Z</published><updated>2026-11-02T00:00:00Z</updated>"
        '<author><name>Ada Example</name></author><arxiv:primary_category xmlns:arxiv="http://arxiv.org/schemas/atom" '
        'term="cs.LG"/><category term="cs.LG"/></entry>'
    )


def unavailable() -> Any:
    """What a service that is down answers."""
    return Answer(503, b"down for maintenance", {"Retry-After": "7200"})
