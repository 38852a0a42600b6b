"""What `import` does with archives of X: finds them, reads what may be about a paper, and says whose reading it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from generator.commands.console import Console

if TYPE_CHECKING:
    from generator.config import Config
    from generator.fetch.archives.x import Archive
    from generator.fetch.archives.x.gather import Gathered
    from generator.fetch.archives.x.json_fields import Owner
    from generator.fetch.short_links import LinkFollower
    from generator.model.tree import Tree

_TICK_EVERY = 4_194_304
_NETWORKS = ("x", "bluesky", "mastodon")


def split_paths(paths: Iterable[str]) -> tuple[list[str], list[Path]]:
    """(JSON Lines, archives of X). A missing file is left to who opens it."""
    from generator.fetch.archives.x import is_archive  # noqa: PLC0415

    lines: list[str] = []
    archives: list[Path] = []
    for path in paths:
        if path != "-" and Path(path).exists() and is_archive(Path(path)):
            archives.append(Path(path))
        else:
            lines.append(path)
    return lines, archives


def read_archives(
    console: Console, config: Config, archives: Sequence[Archive], *, tree: Tree, now: datetime, links: LinkFollower
) -> Gathered:
    """Read them with a progress bar, and remember in the tree which account a handle of the configuration is."""
    from generator.fetch.archives.x.gather import gather, total_bytes  # noqa: PLC0415

    total = total_bytes(archives)
    done = told = 0
    with console.progress("import archive of X") as tick:

        def on_bytes(size: int) -> None:
            nonlocal done, told
            done += size
            if done - told >= _TICK_EVERY:
                told = done
                tick(done, total)

        gathered = gather(
            archives,
            tree=tree,
            trackers_of=lambda owner: trackers_of(config, owner),
            seen_at=now,
            links=links,
            on_bytes=on_bytes,
        )
    for archive in archives:
        if archive.owner:
            _remember(config, tree, archive.owner)
    return gathered


def trackers_of(config: Config, owner: Owner) -> tuple[str, ...]:
    """The trackers that name the account, or another account of the same person (`people`); else all trackers."""
    names = _names(config, owner)
    naming = [tracker.id for tracker in config.trackers if any(map(names.__contains__, _accounts(config, tracker.id)))]
    return tuple(sorted(naming or (tracker.id for tracker in config.trackers)))


def _names(config: Config, owner: Owner) -> set[str]:
    """Every name that the configuration may have for the archive's account or its person."""
    own = {f"x:{owner.id}"} | ({f"x:{owner.handle.lower()}"} if owner.handle else set())
    names = set(own)
    for person in config.people:
        references = {reference.lower() for reference in person}
        if not references.isdisjoint(own):
            names |= references
    return {_bare(name) for name in names}


def _accounts(config: Config, tracker_id: str) -> Iterable[str]:
    for network in _NETWORKS:
        for wanting, block in config.wanted(network):
            if wanting == tracker_id:
                yield from (_bare(f"{network}:{account}".lower()) for account in block["accounts"])


def _bare(name: str) -> str:
    return name.replace(":@", ":", 1)


def _remember(config: Config, tree: Tree, owner: Owner) -> None:
    """A handle that the configuration names belongs to this id: `people` and mutes need it, and X charges to ask."""
    import msgspec  # noqa: PLC0415 (as heavy as the modules above)

    from generator.model.records import NetworkState  # noqa: PLC0415

    handle = (owner.handle or "").lower()
    named = {account for _, block in config.wanted("x") for account in block["accounts"]}
    named |= {reference.removeprefix("x:") for person in config.people for reference in person if reference[:2] == "x:"}
    named |= {account.removeprefix("x:").removeprefix("@").lower() for account in config.filters.mute_accounts}
    state = tree.states.get("x", NetworkState())
    if handle in named and handle not in state.accounts:
        accounts = state.accounts | {handle: f"x:{owner.id}"}
        tree.states["x"] = msgspec.structs.replace(state, accounts=accounts)
