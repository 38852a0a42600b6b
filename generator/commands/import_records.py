"""`import`: an archive of X (docs/import.md), or JSON Lines of posts or papers (docs/data-format.md) -> data/."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from generator.commands import import_archives
from generator.commands.console import Tick
from generator.commands.options import Options, with_options
from generator.model.errors import Problem, RecordError, TrendingError

if TYPE_CHECKING:
    from generator.config import Config
    from generator.fetch.archives.x import Archive
    from generator.fetch.intake import Taken
    from generator.fetch.short_links import LinkFollower
    from generator.model.records import Paper, Post
    from generator.model.tree import Tree
    from generator.net.http import HttpClient
    from generator.storage.store import Store

MAX_LINE = 4_194_304
MOST_LINKS = 1000
"""Requests to shorteners in one run: likes in an archive have no other links, and there may be many thousands."""
MOST_LINKS_S = 600.0
_TICK_EVERY = 500
_TOO_LONG = b"longer than 4 MiB"
"""Stands for such a line: it is no JSON, and says why."""


@dataclass(slots=True)
class _Read:
    """What the files held."""

    posts: list[Post] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unread: int = 0
    """Lines, elements and files that could not be read: more than are told."""
    passed_over: int = 0
    """Posts of an archive that name no paper and hang together with none that does."""
    from_future: int = 0
    """Posts and papers that stated a time that has not come."""


@click.command("import")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--offline", is_flag=True, help="Ask nobody now: not arXiv about unknown papers, no shortener about links."
)
@with_options
def command(options: Options, paths: tuple[str, ...], offline: bool) -> None:
    """Take in your archive of X, or posts or papers from JSON Lines; `-` reads standard input.

    An archive is the zip file as X made it, the folder that it unpacks to, or one file of it: tweets.js, tweet.js,
    like.js. Its posts become those that a fetch would have brought (docs/import.md).

    Each line is a post or a paper as in data/ (docs/data-format.md). Of a post, `papers` may be missing (they are
    found in `links` and `text` then) and `account` may be the id alone; posts about no paper are left out. A line
    that cannot be read is reported and costs no other. Running it twice adds nothing.
    """
    config = options.load_config()
    lines, folders = import_archives.split_paths(paths)
    read = _read_all(options, lines)
    client = None if offline else _make_client(config)
    try:
        with options.only_writer(options.data):
            summary = _import(options, config, read, folders, client=client)
    finally:
        if client is not None:
            client.close()
    options.console.say(
        f"{options.data}: {summary['new_posts']:,} new posts, {summary['changed_posts']:,} changed, "
        f"{summary['left_out']:,} left out (about no paper, muted or gone); {summary['new_papers']:,} new papers, "
        f"{summary['changed_papers']:,} changed; {summary['pending']:,} papers wait for arXiv"
    )
    if read.unread:
        options.console.say(f"{read.unread:,} lines could not be read")
    if read.from_future:
        options.console.say(
            f"{read.from_future:,} posts or papers state a time that has not come; posts are dated to when they were "
            "seen, papers have no date"
        )
    options.console.done({**summary, "bad_lines": read.unread, "from_future": read.from_future})


def _make_client(config: Config) -> HttpClient:
    from generator.commands.fetch import make_client  # noqa: PLC0415

    return make_client(config)


def _import(
    options: Options, config: Config, read: _Read, paths: list[Path], *, client: HttpClient | None
) -> dict[str, Any]:
    """Read the archives, follow links, and write what all of it comes to."""
    from generator.commands.fetch import tell_links  # noqa: PLC0415
    from generator.fetch.archives.x import open_archives  # noqa: PLC0415
    from generator.fetch.short_links import LinkFollower  # noqa: PLC0415
    from generator.finding.mentions import unread_hosts  # noqa: PLC0415
    from generator.storage.store import Store  # noqa: PLC0415

    archives = open_archives(paths)
    store = Store(options.data, options.cache)
    tree = store.load()
    links = LinkFollower(client, options.cache, options.now(), most=MOST_LINKS, most_s=MOST_LINKS_S)
    try:
        _read_archives(options, config, read, archives, tree=tree, links=links)
        options.console.warn_all([*read.problems, *tree.problems])
        if read.unread and not read.posts and not read.papers and not read.passed_over:
            raise TrendingError(f"nothing was imported: none of {read.unread:,} lines could be read")
        read.posts = links.follow(read.posts, tree.posts)
    finally:
        links.save()
    if client is not None:
        tell_links(options, links.report)
    summary = _take(options, config, read, store=store, tree=tree, client=client)
    summary["unread_hosts"] = unread_hosts(read.posts)
    for host, links_to_host in summary["unread_hosts"].items():
        options.console.say(
            f"not read: {links_to_host} links to {host} look like papers and name none that is known here"
        )
    summary["links"] = {
        "requests": links.report.requests,
        "followed": links.report.followed,
        "failed": len(links.report.failed),
        "left": len(links.report.left),
    }
    return summary


def _read_archives(
    options: Options, config: Config, read: _Read, archives: list[Archive], *, tree: Tree, links: LinkFollower
) -> None:
    if not archives:
        return
    gathered = import_archives.read_archives(
        options.console, config, archives, tree=tree, now=options.now(), links=links
    )
    read.posts += gathered.posts
    read.problems += gathered.problems
    read.unread += gathered.unread
    read.passed_over = gathered.read - len(gathered.posts)


def _read_all(options: Options, paths: list[str]) -> _Read:
    read = _Read()
    with ExitStack() as stack:
        opened = [(_name(path), _open(path, stack)) for path in paths]
        for name, file in opened:
            size = Path(name).stat().st_size if name != "-" and Path(name).is_file() else 0
            with options.console.progress(f"import {name}") as tick:
                _read_file(name, file, read, options.now(), _of(size, tick))
    read.unread = len(read.problems)
    return read


def _of(total: int, tick: Tick) -> Callable[[int], None]:
    return lambda done: tick(done, total)


def _name(path: str) -> str:
    return "-" if path == "-" else str(Path(path))


def _open(path: str, stack: ExitStack) -> BinaryIO:
    if path == "-":
        return sys.stdin.buffer
    try:
        return stack.enter_context(Path(path).open("rb"))
    except OSError as error:
        raise click.UsageError(f"{path}: cannot be read: {error.strerror or error}") from None


def _read_file(name: str, file: BinaryIO, read: _Read, now: datetime, tick: Callable[[int], None]) -> None:
    from generator.fetch.archives.json_lines import parse_line, without_future  # noqa: PLC0415
    from generator.model.records import Post  # noqa: PLC0415

    shown = "standard input" if name == "-" else name
    done = 0
    for number, line in _lines(file):
        done += len(line)
        if number % _TICK_EVERY == 0:
            tick(done)
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")  # noqa: PLW2901 (a byte order mark is no content)
        if not line.strip():
            continue
        try:
            stated = parse_line(line, now)
        except RecordError as error:
            reason = f"is longer than {MAX_LINE:,} bytes" if line is _TOO_LONG else str(error)
            read.problems.append(Problem(f"{shown}:{number}", reason))
            continue
        record = without_future(stated, now)
        read.from_future += record is not stated
        if isinstance(record, Post):
            read.posts.append(record)
        else:
            read.papers.append(record)


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Numbered lines; of one that is longer than MAX_LINE only the beginning is kept in memory."""
    number = 0
    while line := file.readline(MAX_LINE):
        number += 1
        rest = line
        while len(rest) == MAX_LINE and not rest.endswith(b"\n"):
            rest = file.readline(MAX_LINE)
        yield number, line if len(line) < MAX_LINE else _TOO_LONG


def _take(
    options: Options, config: Config, read: _Read, *, store: Store, tree: Tree, client: HttpClient | None
) -> dict[str, Any]:
    from generator.fetch.intake import note_unknown  # noqa: PLC0415

    now = options.now()
    texts = store.load_texts()
    new_papers = changed_papers = 0
    for paper in read.papers:
        known = paper.id in tree.papers
        if tree.add_paper(paper):
            new_papers, changed_papers = new_papers + (not known), changed_papers + known
    taken = _take_posts(config, tree, read.posts, now, texts)
    texts.update(taken.texts)
    note_unknown(tree, now)
    store.save_texts(texts, tree)
    changed = set(store.save(tree))
    if client is not None and tree.pending:
        changed.update(_ask_arxiv(options, config, store=store, tree=tree, texts=texts, client=client))
    return {
        "read_posts": len(read.posts) + read.passed_over,
        "read_papers": len(read.papers),
        "new_posts": taken.new,
        "changed_posts": taken.changed,
        "left_out": taken.left_out + read.passed_over,
        "new_papers": new_papers,
        "changed_papers": changed_papers,
        "pending": len(tree.pending),
        "changed_files": len(changed),
    }


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
    options: Options, config: Config, *, store: Store, tree: Tree, texts: dict[str, Post], client: HttpClient
) -> list[Path]:
    from generator.fetch.ask_arxiv import ask_arxiv  # noqa: PLC0415
    from generator.fetch.request import NETWORK_DEADLINE_S  # noqa: PLC0415

    answers = ask_arxiv(
        tree,
        api=config.networks.arxiv.api,
        client=client.limited(NETWORK_DEADLINE_S),
        now=options.now(),
        texts=texts,
    )
    if answers.refused:
        options.console.warn(f"{answers.refused}; the next fetch asks again", "arxiv")
    return store.save(tree)
