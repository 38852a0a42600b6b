"""`import`: archives of what was posted (docs/import.md), or posts and papers in JSON Lines -> data/."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator.commands import import_archives
from generator.commands.console import Tick, counted
from generator.commands.options import Options, with_options
from generator.model.errors import TrendingError

if TYPE_CHECKING:
    from generator.config import Config
    from generator.fetch.archives.engine import Workers
    from generator.fetch.archives.files import File
    from generator.fetch.archives.formats import Format
    from generator.fetch.archives.items import Setting
    from generator.fetch.archives.reading import Contents, Sorted
    from generator.fetch.archives.shuffle import Shuffle
    from generator.fetch.archives.x import Archive
    from generator.fetch.intake import Taken
    from generator.fetch.short_links import LinkFollower
    from generator.model.records import Post
    from generator.model.tree import Tree
    from generator.net.http import HttpClient
    from generator.storage.store import Store

MOST_LINKS = 1000
"""Requests to shorteners in one run: likes in an archive have no other links, and there may be many thousands."""
MOST_LINKS_S = 600.0
_TICK_EVERY = 4_194_304


@click.command("import")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--offline", is_flag=True, help="Send no requests: neither to arXiv nor to link shorteners.")
@click.option("--engine", type=click.Choice(["dask"]), default=None, help="Use several processes.")
@click.option(
    "--scheduler", default=None, metavar="ADDRESS", help="Scheduler of a running Dask cluster; default: start one."
)
@with_options
def command(options: Options, paths: tuple[str, ...], offline: bool, engine: str | None, scheduler: str | None) -> None:
    """Import your past posts, or records in JSON Lines. `-` reads standard input.

    Your past is an archive of X of any age (the zip file, its folder, or one file of it), a repository of Bluesky
    (.car), an export of Mastodon (outbox.json or its archive), recorded events of Jetstream. The metadata snapshot of
    arXiv gives the papers that data/ names. Anything may be packed with zip, tar, gzip, xz or zstd (docs/import.md).

    In JSON Lines each line is a post or a paper as in data/ (docs/data-format.md). Of a post, `papers` may be missing
    (they are found in `links` and `text` then) and `account` may be the id alone; posts about no paper are left out. A
    line that cannot be read is reported and costs no other. Running it twice adds nothing.
    """
    from generator.fetch.archives.files import STANDARD_INPUT, find_files  # noqa: PLC0415
    from generator.fetch.archives.reading import Contents, sort_files  # noqa: PLC0415

    if scheduler is not None and engine is None:
        raise click.UsageError("--scheduler belongs to --engine dask.")
    for path in paths:
        if path != STANDARD_INPUT and not Path(path).exists():
            raise click.UsageError(f"{path}: there is no such file")
    config = options.load_config()
    files = sort_files(find_files(paths))
    contents = Contents()
    client = None if offline else _make_client(config)
    try:
        with options.only_writer(options.data), _workers(engine, scheduler) as workers:
            summary = _import(options, config, contents, files, client=client, workers=workers)
    finally:
        if client is not None:
            client.close()
    options.console.say(
        f"{options.data}: {counted(summary['new_posts'], 'new post')}, {summary['changed_posts']:,} changed, "
        f"{summary['left_out']:,} left out (about no paper, muted or gone); "
        f"{counted(summary['new_papers'], 'new paper')}, {summary['changed_papers']:,} changed; "
        f"{counted(summary['pending'], 'paper')} waiting for arXiv"
    )
    if contents.unread:
        options.console.say(f"{counted(contents.unread, 'line')} could not be read")
    if contents.from_future:
        options.console.say(
            f"{counted(contents.from_future, 'record')} dated in the future: posts are dated to when they were seen, "
            "papers have no date"
        )
    options.console.done({**summary, "bad_lines": contents.unread, "from_future": contents.from_future})


def _workers(engine: str | None, scheduler: str | None) -> AbstractContextManager[Workers | None]:
    """The workers of a cluster; None where this process does everything."""
    from generator.fetch.archives.engine import dask_workers  # noqa: PLC0415

    if engine is None:
        return nullcontext()
    return dask_workers(scheduler)


def _make_client(config: Config) -> HttpClient:
    from generator.commands.fetch import make_client  # noqa: PLC0415

    return make_client(config)


def _import(
    options: Options,
    config: Config,
    contents: Contents,
    files: Sorted,
    *,
    client: HttpClient | None,
    workers: Workers | None,
) -> dict[str, Any]:
    """Read the files, follow links, and write what all of it comes to."""
    from generator.commands.fetch import tell_links  # noqa: PLC0415
    from generator.fetch.archives.x import open_archives  # noqa: PLC0415
    from generator.fetch.short_links import LinkFollower  # noqa: PLC0415
    from generator.finding.mentions import unread_hosts  # noqa: PLC0415
    from generator.storage.store import Store  # noqa: PLC0415

    store = Store(options.data, options.cache)
    tree = store.load()
    archives = open_archives(files.parts, import_archives.only_account(config, tree))
    setting = import_archives.make_setting(config, tree, files, options.now())
    texts = store.load_texts()
    links = LinkFollower(client, options.cache, options.now(), most=MOST_LINKS, most_s=MOST_LINKS_S)
    shuffle = None
    try:
        _read_archives(options, setting, contents, archives, tree=tree, links=links)
        import_archives.remember_owners(config, tree, archives)
        if workers is not None:
            shuffle = import_archives.make_shuffle(config, workers, store, tree, [*contents.posts, *texts.values()])
        _read_others(options, setting, contents, files.others, tree=tree, shuffle=shuffle)
        options.console.warn_all([*contents.problems, *tree.problems])
        if contents.unread and not contents.posts and not contents.papers and not contents.passed_over:
            raise TrendingError(f"nothing was imported: {counted(contents.unread, 'line')}, and none could be read")
        contents.posts = links.follow(contents.posts, tree.posts)
    finally:
        links.save()
    if client is not None:
        tell_links(options, links.report)
    summary = _take(options, config, contents, texts, store=store, tree=tree, client=client, shuffle=shuffle)
    summary["unread_hosts"] = unread_hosts(contents.posts)
    for host, links_to_host in summary["unread_hosts"].items():
        options.console.say(
            f"not read: {counted(links_to_host, 'link')} to {host}; if it shows papers of arXiv, please report it"
        )
    summary["links"] = _links_summary(links)
    return summary


def _links_summary(links: LinkFollower) -> dict[str, int]:
    return {
        "requests": links.report.requests,
        "followed": links.report.followed,
        "failed": len(links.report.failed),
        "left": len(links.report.left),
    }


def _read_archives(
    options: Options, setting: Setting, contents: Contents, archives: list[Archive], *, tree: Tree, links: LinkFollower
) -> None:
    """Archives of X, with a progress bar."""
    from generator.fetch.archives.x.gather import gather, total_bytes  # noqa: PLC0415

    if not archives:
        return
    total = total_bytes(archives)
    with options.console.progress("import archive of X") as tick:
        gathered = gather(
            archives,
            tree=tree,
            trackers_of=lambda owner: setting.trackers.of(import_archives.names_of(owner)),
            seen_at=setting.now,
            links=links,
            on_bytes=_adding(tick, total),
        )
    contents.posts += gathered.posts
    contents.problems += gathered.problems
    contents.unread += gathered.unread
    contents.passed_over += gathered.read - len(gathered.posts)


def _read_others(
    options: Options,
    setting: Setting,
    contents: Contents,
    files: list[tuple[File, Format]],
    *,
    tree: Tree,
    shuffle: Shuffle | None,
) -> None:
    """Files that are read block by block, with a progress bar."""
    from generator.fetch.archives.engine import read_here  # noqa: PLC0415
    from generator.fetch.archives.reading import read_files  # noqa: PLC0415

    read_blocks = read_here if shuffle is None else shuffle.read_blocks
    total = sum(file.size for file, _ in files)
    with options.console.progress("import") as tick:
        read_files(
            files, setting, contents, captured=tree.posts.keys(), on_bytes=_adding(tick, total), read_blocks=read_blocks
        )
    if shuffle is not None:
        contents.posts = shuffle.with_torn_posts(contents.posts)


def _adding(tick: Tick, total: int) -> Callable[[int], None]:
    """Tell a progress bar, every few megabytes, how much was read in all."""
    done = reported = 0

    def on_bytes(size: int) -> None:
        nonlocal done, reported
        done += size
        if done - reported >= _TICK_EVERY:
            reported = done
            tick(min(done, total), total)

    return on_bytes


def _take(
    options: Options,
    config: Config,
    contents: Contents,
    texts: dict[str, Post],
    *,
    store: Store,
    tree: Tree,
    client: HttpClient | None,
    shuffle: Shuffle | None,
) -> dict[str, Any]:
    from generator.fetch.intake import note_unknown  # noqa: PLC0415

    now = options.now()
    new_papers = changed_papers = 0
    for paper in contents.papers:
        is_known = paper.id in tree.papers
        if tree.add_paper(paper):
            new_papers, changed_papers = new_papers + (not is_known), changed_papers + is_known
    intake = _take_posts(config, tree, contents.posts, now, texts)
    texts.update(intake.texts)
    removed = tree.remove_posts(
        sorted(contents.removed & (tree.posts.keys() | {post.id for post in contents.posts})), f"{now:%Y-%m-%d}"
    )
    note_unknown(tree, now)
    store.save_texts(texts, tree)
    changed = _save(store, tree, shuffle)
    if client is not None and tree.pending:
        changed.update(_ask_arxiv(options, config, store=store, tree=tree, texts=texts, client=client, shuffle=shuffle))
    return {
        "read_posts": len(contents.posts) + contents.passed_over,
        "read_papers": len(contents.papers),
        "new_posts": intake.new,
        "changed_posts": intake.changed,
        "removed_posts": removed,
        "left_out": intake.left_out + contents.passed_over,
        "new_papers": new_papers,
        "changed_papers": changed_papers,
        "pending": len(tree.pending),
        "changed_files": len(changed),
    }


def _save(store: Store, tree: Tree, shuffle: Shuffle | None) -> set[Path]:
    """Write everything, first the files that workers make. Returns the changed paths."""
    changed = set()
    if shuffle is not None:
        changed.update(shuffle.write(store, tree))
    changed.update(store.save(tree))
    return changed


def _take_posts(config: Config, tree: Tree, posts: list[Post], now: datetime, texts: dict[str, Post]) -> Taken:
    from generator.fetch.intake import take_posts  # noqa: PLC0415
    from generator.fetch.registry import reducer  # noqa: PLC0415
    from generator.model import muting as filters  # noqa: PLC0415

    muted = filters.muted_names(
        config.filters.mute_accounts, {network: state.accounts for network, state in tree.states.items()}
    )
    reduce = reducer(config.network_settings)
    return take_posts(tree, posts, now=now, reduce=reduce, muted=muted, texts=texts, keep_waiting=False)


def _ask_arxiv(
    options: Options,
    config: Config,
    *,
    store: Store,
    tree: Tree,
    texts: dict[str, Post],
    client: HttpClient,
    shuffle: Shuffle | None,
) -> list[Path]:
    from generator.fetch.ask_arxiv import ask_arxiv  # noqa: PLC0415
    from generator.fetch.request import NETWORK_DEADLINE_S  # noqa: PLC0415

    if shuffle is not None:
        tree.posts.update(shuffle.written)
    answers = ask_arxiv(
        tree,
        api=config.networks.arxiv.api,
        client=client.limited(NETWORK_DEADLINE_S),
        now=options.now(),
        texts=texts,
    )
    if answers.refused:
        options.console.warn(f"{answers.refused}; the next fetch asks again", "arxiv")
    if shuffle is not None:
        shuffle.take_written(tree)
    return store.save(tree)
