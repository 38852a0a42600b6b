"""The rows of `trackers:` and the files of trackers/: what one tracker reads, how it is called, what it leaves out."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field, model_validator

from generator.config import values
from generator.config.filters import TrackerFilters
from generator.config.kinds import Block, Line, Prose


class TrackerBlock(Block):
    """Whose reading this is: accounts, lists and searches that make one view, with its own pages and feeds."""

    id: str = Field(pattern=r"^[a-z0-9-]{1,64}$")
    """The part of addresses that names it: a-z, 0-9 and - only."""
    title: Line = ""
    """Shown on its pages; the id where missing."""
    about: Annotated[str, Field(max_length=2000), AfterValidator(values.one_line)] = ""
    """One line of Markdown: beside its title, and on its first page."""
    note: Prose = ""
    """Markdown, above the list on its first page: what it is after, who keeps it."""
    filters: TrackerFilters = TrackerFilters()

    block_names: ClassVar[frozenset[str]] = frozenset()
    """Networks whose key holds a block. `networks.config_model` adds their fields."""

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, block: Any) -> Any:
        """A network's key without a value stands for its defaults. The id stands in for a missing title."""
        if not isinstance(block, dict):
            return block
        completed = dict(block)
        for key, value in block.items():
            if value is None and key in cls.block_names:
                completed[key] = {}
        if completed.get("title") in {None, ""} and isinstance(completed.get("id"), str):
            completed["title"] = completed["id"]
        return completed
