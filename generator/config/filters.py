"""The blocks `filters`: what is left out and what is marked, on the whole site or in one tracker's views."""

from __future__ import annotations

from generator.config.kinds import Block, Category, MutedAccount, Word


class Highlight(Block):
    """What to mark in lists."""

    words: tuple[Word, ...] = ()
    authors: tuple[Word, ...] = ()


class Filters(Block):
    """What to leave out, and what to mark."""

    categories: tuple[Category, ...] = ()
    """Only papers in one of these categories; empty: papers in all."""
    mute_accounts: tuple[MutedAccount, ...] = ()
    """Accounts whose posts are neither captured nor shown: x:example, or @example for every network."""
    mute_words: tuple[Word, ...] = ()
    """Papers with one of these in the title or abstract are left out."""
    highlight: Highlight = Highlight()


class TrackerFilters(Filters):
    """What to leave out of one tracker's views, and what to mark there, beside what the whole site does."""

    mute_accounts: tuple[MutedAccount, ...] = ()
    """Accounts whose posts do not count in this tracker's views: x:example, or @example for every network."""

    @property
    def leave_out(self) -> bool:
        """Whether anything is left out at all."""
        return bool(self.categories or self.mute_accounts or self.mute_words)
