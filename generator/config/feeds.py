"""The block `feeds:` of config.yaml: the feeds that the site publishes, and the owner's saved searches."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from generator.config.kinds import Block, Category, FeedAddress, Line, Query, SiteAddress, Word


class SearchBlock(Block):
    """A saved search: its own page and feeds, under /s/<id>/. What is named must all be true of a paper."""

    id: str = Field(pattern=r"^[a-z0-9-]{1,64}$")
    """The part of addresses that names it: a-z, 0-9 and - only."""
    title: Line = ""
    """Shown on its page; the id where missing."""
    query: Query = ""
    """As typed on the search page: words, "a phrase", -without, cat:cs.LG, au:lindqvist, year:2026."""
    words: tuple[Word, ...] = ()
    """One of these in the title or the abstract, as whole words."""
    exclude: tuple[Word, ...] = ()
    """None of these in the title or the abstract."""
    authors: tuple[Word, ...] = ()
    """One of these among the authors: `Lindqvist`, `A. Lindqvist` or `Ada Lindqvist`."""
    categories: tuple[Category, ...] = ()
    """In one of these categories: cs.LG, or cs for all of its categories."""
    tracker: str | None = Field(default=None, pattern=r"^[a-z0-9-]{1,64}$")
    """Id of a tracker: only what stands in that reading."""

    @model_validator(mode="before")
    @classmethod
    def _name(cls, value: Any) -> Any:
        """A search without a title is called by its id."""
        if isinstance(value, dict) and value.get("title") in {None, ""} and isinstance(value.get("id"), str):
            return {**value, "title": value["id"]}
        return value

    @property
    def is_empty(self) -> bool:
        """It names nothing, and so would find everything."""
        return not (self.query.strip() or self.words or self.authors or self.categories or self.tracker)


class HotBlock(Block):
    """When a paper becomes hot: the lists and feeds /hot/ have each paper once, at that moment."""

    people: Annotated[int, Field(ge=1, le=1000)] = 3
    """A paper is hot as soon as this many people have posted about it."""
    top: Annotated[int, Field(ge=1, le=1000)] = 10
    """A paper is also hot as soon as it is among this many top papers of the last 24 hours."""


class DigestBlock(Block):
    """How long an issue of a digest is; the rest is on the page of that day or week."""

    daily: Annotated[int, Field(ge=1, le=200)] = 20
    """The most papers of a day."""
    weekly: Annotated[int, Field(ge=1, le=200)] = 30
    """The most papers of a week."""


class FeedSettings(Block):
    """The feeds that the site publishes."""

    entries: Annotated[int, Field(ge=1, le=1000)] = 50
    """Entries in each feed."""
    hot: HotBlock = HotBlock()
    """When a paper becomes hot, for /hot/ and its feeds."""
    digest: DigestBlock = DigestBlock()
    """How long the digests are."""
    ids_at: SiteAddress | None = None
    """The site's address when the copy was made, before version 1.1: it stays in the ids of entries."""
    searches: Annotated[tuple[SearchBlock, ...], Field(max_length=200)] = ()
    """Saved searches: each gets its own page and feeds."""
    hub: FeedAddress | None = None
    """Address of a WebSub hub that passes news on to readers at once: feeds name it, `announce` tells it."""
