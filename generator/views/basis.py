"""What views of papers are made from, as digests that cost a tenth of the views: a build compares these first.

A basis says all that a view may look at, so two builds with the same one have the same view. It leaves out only what
no page shows of a vote: what time takes off it, which would change with every build. Pure.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import msgspec

from generator.model.records import Post, RankedPaper, Vote
from generator.model.site import Site


class Bases:
    """The bases of one site's papers, each made once, because lists share most of their papers."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._networks = tuple(site.networks.items())
        self._encode = msgspec.msgpack.Encoder().encode
        self._known: dict[tuple[int, int, str], bytes] = {}

    def of(self, ranked: RankedPaper) -> bytes:
        """Of the paper as one view has it, but for its rank; `ranked` must live as long as this does."""
        key = (id(ranked.mentions), id(ranked.votes), ranked.paper.id)
        known = self._known.get(key)
        if known is None:
            content = self._encode(self._content(ranked))
            known = self._known[key] = blake2b(content, digest_size=16).digest()
        return known

    def listed(self, ranked: RankedPaper) -> tuple[bytes, bytes]:
        """Of the paper in a list, which also says what is known of it beyond the list."""
        return self.of(ranked), self.of(self._site.ranked.get(ranked.paper.id, ranked))

    def scored(self, ranked: RankedPaper) -> tuple[Any, ...]:
        """With what time took off the votes, for what states the score."""
        return self.of(ranked), ranked.score, [(vote.post_id, vote.decay) for vote in ranked.votes]

    def _content(self, ranked: RankedPaper) -> tuple[Any, ...]:
        site, paper = self._site, ranked.paper
        posts = [mention.post for mention in ranked.mentions]
        return (
            self._networks,
            paper,
            paper.id in site.unknown,
            paper.id in site.papers,
            site.notes.get(paper.id),
            ranked.resurfaced,
            posts,
            self.withheld(posts),
            sorted(map(_worth, ranked.votes)),
        )

    def withheld(self, posts: list[Post]) -> list[str]:
        """Ids of those that are not passed on."""
        return [post.id for post in posts if post.id in self._site.withheld] if self._site.withheld else []


def _worth(vote: Vote) -> tuple[str, str, str, float, float, bool, bool]:
    return vote.post_id, vote.person, vote.kind, vote.weight, vote.factor, vote.commented, vote.bot
