"""What `import` needs of the configuration: whose reading an account's posts are, and which account a handle is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generator.config import Config
    from generator.fetch.archives.engine import Workers
    from generator.fetch.archives.items import Setting, Trackers
    from generator.fetch.archives.reading import Sorted
    from generator.fetch.archives.shuffle import Shuffle
    from generator.fetch.archives.x import Archive
    from generator.fetch.archives.x.json_fields import Owner
    from generator.model.records import Post
    from generator.model.tree import Tree
    from generator.storage.store import Store

_NETWORKS = ("x", "bluesky", "mastodon")


def make_trackers(config: Config, tree: Tree) -> Trackers:
    """Whose reading each account that the configuration names is, by its handle and by its id where that is known."""
    from generator.fetch.archives.items import Trackers  # noqa: PLC0415

    by_name: dict[str, set[str]] = {}
    for network in _NETWORKS:
        ids = tree.states[network].accounts if network in tree.states else {}
        for tracker, block in config.wanted(network):
            for account in block["accounts"]:
                for name in (f"{network}:{account}", ids.get(str(account).lower())):
                    if name:
                        by_name.setdefault(_bare(name), set()).add(tracker)
    for person in config.people:
        names = [_bare(reference) for reference in person]
        together = {tracker for name in names for tracker in by_name.get(name, ())}
        for name in names:
            by_name.setdefault(name, set()).update(together)
    ids_by_name = {name: tuple(sorted(ids)) for name, ids in by_name.items() if ids}
    return Trackers(ids_by_name, tuple(sorted(tracker.id for tracker in config.trackers)))


def make_setting(config: Config, tree: Tree, files: Sorted, now: datetime) -> Setting:
    """What the files do not say themselves."""
    from generator.fetch.archives.items import Setting  # noqa: PLC0415

    return Setting(
        now=now,
        trackers=make_trackers(config, tree),
        handles={own_id: handle for state in tree.states.values() for handle, own_id in state.accounts.items()},
        actors=files.actors,
        wanted={*tree.pending, *(paper for post in tree.posts.values() for paper in post.papers)},
    )


def make_shuffle(config: Config, workers: Workers, store: Store, tree: Tree, posts: Iterable[Post]) -> Shuffle:
    """Where workers join the posts of files; `posts`, and what the tree has, are in this process as a whole."""
    from generator.fetch.archives.shuffle import Captured, Shuffle  # noqa: PLC0415
    from generator.fetch.registry import SOURCES  # noqa: PLC0415

    captured = Captured(
        files=frozenset(store.record_files()),
        settings={source.name: dict(config.network_settings(source.name)) for source in SOURCES},
    )
    waiting = (post.id for state in tree.states.values() for post in state.waiting)
    return Shuffle(workers, captured, {*tree.posts, *waiting, *(post.id for post in posts)})


def names_of(owner: Owner) -> list[str]:
    """What the configuration may call the account of an archive of X."""
    return [f"x:{owner.id}", *([f"x:{owner.handle}"] if owner.handle else [])]


def only_account(config: Config, tree: Tree) -> Owner | None:
    """The account of X that the configuration names, if it is one: an archive without account.js is its."""
    from generator.fetch.archives.x.json_fields import Owner  # noqa: PLC0415

    handles = {str(account).lower() for _, block in config.wanted("x") for account in block["accounts"]}
    if len(handles) != 1:
        return None
    handle = handles.pop()
    own_id = tree.states["x"].accounts.get(handle, "") if "x" in tree.states else ""
    return Owner(id=own_id.removeprefix("x:") or handle, handle=handle)


def _bare(name: str) -> str:
    return name.replace(":@", ":", 1).lower()


def remember_owners(config: Config, tree: Tree, archives: Iterable[Archive]) -> None:
    """A handle that the configuration names belongs to this id: `people` and mutes need it, and X charges to ask."""
    import msgspec  # noqa: PLC0415 (as heavy as the modules above)

    from generator.model.records import NetworkState  # noqa: PLC0415

    own_handles = {str(account).lower() for _, block in config.wanted("x") for account in block["accounts"]}
    own_handles |= {
        reference.removeprefix("x:") for person in config.people for reference in person if reference[:2] == "x:"
    }
    own_handles |= {account.removeprefix("x:").removeprefix("@").lower() for account in config.filters.mute_accounts}
    for archive in archives:
        handle = (archive.owner.handle or "").lower() if archive.owner else ""
        state = tree.states.get("x", NetworkState())
        if archive.owner and archive.owner.id.isdigit() and handle in own_handles and handle not in state.accounts:
            accounts = state.accounts | {handle: f"x:{archive.owner.id}"}
            tree.states["x"] = msgspec.structs.replace(state, accounts=accounts)
