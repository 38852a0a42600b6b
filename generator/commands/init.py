"""`init`: a config.yaml of your own, and nothing left of somebody else's trackers/ and data/."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from generator.commands.console import counted
from generator.commands.options import Options, with_options
from generator.model.errors import ConfigError, Problem

_TEMPLATE = """\
# yaml-language-server: $schema=docs/config.schema.json
#
# Whose reading this page shows. Every key is optional; docs/config.schema.json has them all with their meaning, and
# most editors show it while you type. Remove the # before a line to switch it on. Secrets never stand here.

site:
  title: {title}
  url: {url}   # where it is published; all absolute links start with it
{site_id}  note: |      # Markdown, above the list on the home page
    **Note:** this page shows what {name} has been reading - and you can run your own!
  home: trending            # or newest: by submission date, newest first
  view: full                # or compact: rows without abstracts
  per_page: 20

trackers:                   # whose reading this is: one or many; each gets its own pages and feeds
  - id: {id}
    title: {tracker}
    # Bluesky, free: what these accounts post and repost, and what everybody posts whom they follow.
    {bluesky}
    # Mastodon and servers that speak its API, free: accounts, everybody they follow, hashtags as one server sees them.
    {mastodon}
    # X, paid by the read; needs the secret X_BEARER_TOKEN. mode: search reads links to arXiv alone, much cheaper.
    {x}
    # Hacker News, free: stories about papers with so many points.
    {hackernews}
    # Hugging Face, free: its daily papers with so many upvotes.
    {huggingface}
    # Blogs and newsletters, free: addresses of their feeds (RSS, Atom, JSON Feed).
    # feeds: [https://blog.example/feed.xml]

people:                     # accounts that are one person, so that they vote once
{people}
ranking: {{half_life_days: 2.5, weights: {{post: 1, quote: 1, reply: 0.6, repost: 0.5, like: 0.25}}, bots: down}}

filters:
  categories: []            # only papers in these categories of arXiv, such as [cs.CL, hep-th]; empty: all
  mute_accounts: []         # anybody can be removed on request: x:name, bluesky:name.bsky.social
  mute_words: []
  highlight: {{words: [], authors: []}}

networks:
  x: {{keep: ids, max_reads_per_run: 500, max_usd_per_month: 10}}   # ids: nothing but ids is stored in data/
  arxiv: {{contact: ""}}      # your e-mail address, for arXiv to write to if requests cause trouble

feeds: {{entries: 50}}
"""
_BLOCKS = {
    "bluesky": "bluesky: {{accounts: {accounts}, follows_of: {accounts}}}",
    "mastodon": "mastodon: {{accounts: {accounts}, follows_of: {accounts}}}",
    "x": "x: {{accounts: {accounts}, mode: timeline}}",
}
_EXAMPLES = {
    "bluesky": '["your-name.bsky.social"]',
    "mastodon": '["@your_name@mastodon.example"]',
    "x": '["your_name"]',
}
_FREE_LISTS = {"hackernews": "hackernews: {min_points: 2}", "huggingface": "huggingface: {min_upvotes: 2}"}
_NO_PEOPLE = "  # - [x:your_name, bluesky:your-name.bsky.social]\n"
_QUESTIONS = {
    "bluesky": "Your handle on Bluesky, such as name.bsky.social (empty: none)",
    "mastodon": "Your account on Mastodon, such as @name@host (empty: none)",
    "x": "Your handle on X (empty: none)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the owner asked for."""

    accounts: Mapping[str, Sequence[str]]
    """Network -> bare handles."""
    lists: frozenset[str] = frozenset()
    """Which of Hacker News and Hugging Face are read."""
    title: str = "Trending arXiv"
    url: str = "https://example.github.io/trending-arxiv/"
    site_id: str = ""


@click.command("init")
@click.option(
    "--x", multiple=True, metavar="HANDLE", help="Your handle on X. For several, repeat the option or use commas."
)
@click.option("--bluesky", multiple=True, metavar="HANDLE", help="Your handle on Bluesky.")
@click.option("--mastodon", multiple=True, metavar="@USER@HOST", help="Your account on Mastodon.")
@click.option("--hackernews/--no-hackernews", default=None, help="Read Hacker News; on if no handle is given.")
@click.option("--huggingface/--no-huggingface", default=None, help="Read Hugging Face; on if no handle is given.")
@click.option("--title", default=None, help="The site's title.")
@click.option("--url", default=None, help="Where the site is published.")
@click.option("--yes", is_flag=True, help="Overwrite config.yaml, empty trackers/ and data/ without asking.")
@with_options
def command(options: Options, yes: bool, title: str | None, url: str | None, **given: Any) -> None:
    """Write a config.yaml for your accounts. Removes the template's trackers/*.yaml and captured data.

    A handle may be pasted in any form: @name, a profile's address, @name@host, a DID. Run in a terminal without
    options, it asks.
    """
    pasted = {network: given[network] for network in _QUESTIONS}
    if not any(pasted.values()) and title is None and url is None and sys.stdin.isatty():
        accounts = {network: _ask_names(network) for network in _QUESTIONS}
        title = click.prompt("Title of the site", default="Trending arXiv", err=True)
        url = click.prompt("Where it is published", default=_guess_url(), err=True)
    else:
        accounts = _read_options(pasted)
    nobody_named = not any(accounts.values())
    lists = {name for name in _FREE_LISTS if given[name] or (given[name] is None and nobody_named)}
    url = url or _guess_url()
    text = render(
        Wishes(
            accounts=accounts,
            lists=frozenset(lists),
            title=title or "Trending arXiv",
            url=url,
            site_id=_site_id(options, url),
        )
    )
    _validate(text)
    if not _confirm(options, yes=yes):
        options.console.say("nothing was changed")
        click.get_current_context().exit(1)
    with options.only_writer(options.data) if options.data.is_dir() else nullcontext():
        removed = _empty(options.data)
    others = _tracker_files(options)
    _remove(others, options.trackers)
    _write(options.config_path, text)
    options.console.say(f"{options.config_path}: written")
    emptied = f"{counted(removed, 'file')} removed" if removed else "was empty"
    options.console.say(f"{options.data}: {emptied}")
    if others:
        options.console.say(f"{options.trackers}: {counted(len(others), 'file')} removed")
    if nobody_named and not lists:
        options.console.warn("names no account yet: write one into it", str(options.config_path))
    options.console.say("next: `trending-arxiv update`, then `trending-arxiv serve`")
    options.console.done(
        {"config": str(options.config_path), "removed_files": removed, "removed_trackers": len(others)}
    )


def render(wishes: Wishes) -> str:
    """Write a configuration with comments; every value from outside is quoted."""
    accounts = [(network, name) for network in _BLOCKS for name in wishes.accounts.get(network, ())]
    # A DID tells readers nothing, so another handle names the page where there is one.
    readable = next((name for _, name in accounts if not name.startswith("did:")), None)
    owner = _display_name(readable) if readable else "Papers"
    references = [f"{network}:{name}" for network, name in accounts]
    blocks = {network: _block(network, wishes.accounts.get(network, ())) for network in _BLOCKS}
    free_lists = {name: line if name in wishes.lists else f"# {line}" for name, line in _FREE_LISTS.items()}
    site_id = ""
    if wishes.site_id:
        site_id = f"  id: {_quoted(wishes.site_id)}   # first part of every feed entry's id: never change it\n"
    return _TEMPLATE.format(
        title=_quoted(wishes.title),
        url=_quoted(wishes.url),
        site_id=site_id,
        name=_in_prose(owner) if accounts else "the world",
        id=_quoted(_tracker_id(owner)),
        tracker=_quoted(owner),
        people=f"  - {_list(references)}\n" if len(references) > 1 else _NO_PEOPLE,
        **blocks,
        **free_lists,
    )


def _block(network: str, accounts: Sequence[str]) -> str:
    """A tracker's line about one network; an example in a comment where nobody is named there."""
    if accounts:
        return _BLOCKS[network].format(accounts=_list(accounts))
    return "# " + _BLOCKS[network].format(accounts=_EXAMPLES[network])


def _read_options(pasted: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    """The handles of the command line, bare.

    Raises:
        ConfigError: some are none; the option of each is named.
    """
    from generator.config.pasted import read_fields  # noqa: PLC0415 (--help stays quick)
    from generator.fetch.configuration import account_forms  # noqa: PLC0415

    accounts, problems = read_fields({network: "\n".join(texts) for network, texts in pasted.items()}, account_forms())
    if problems:
        raise ConfigError([Problem(f"--{network}", message) for network, message in problems])
    return accounts


def _ask_names(network: str) -> list[str]:
    from generator.config.pasted import read_fields  # noqa: PLC0415
    from generator.fetch.configuration import account_forms  # noqa: PLC0415

    def read(text: str) -> list[str]:
        accounts, problems = read_fields({network: text}, account_forms())
        if problems:
            raise click.UsageError("; ".join(message for _, message in problems))  # the question is asked again
        return accounts[network]

    names: list[str] = click.prompt(_QUESTIONS[network], default="", show_default=False, err=True, value_proc=read)
    return names


def _guess_url() -> str:
    """Where GitHub's Pages publish the repository that this runs in, as far as anybody can tell."""
    repository = os.environ.get("GITHUB_REPOSITORY", "")
    if not re.fullmatch(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+", repository):
        return "https://example.github.io/trending-arxiv/"
    owner, _, name = repository.partition("/")
    host = f"{owner.lower()}.github.io"
    if name.lower() == host:
        return f"https://{host}/"
    return f"https://{host}/{name}/"


def _site_id(options: Options, url: str) -> str:
    """The first part of feed ids: kept where this site had one, else its host and today; "" for a host without name."""
    from generator.fetch.configuration import load  # noqa: PLC0415 (pydantic is slow to load)

    host = (urlsplit(url).hostname or "").lower()
    try:
        written = load(options.config_path).site.id
    except ConfigError:
        written = ""
    if written.startswith(f"tag:{host},"):
        return written
    if re.search(r"\.[a-z][a-z0-9-]*$", host):
        return f"tag:{host},{options.now():%Y-%m-%d}"
    return ""


def _validate(text: str) -> None:
    """Refuse what would be no valid configuration, before anything is written."""
    from generator.fetch.configuration import read  # noqa: PLC0415

    try:
        read(text.encode())
    except ConfigError as error:
        options = {"site.title": "--title", "site.url": "--url"}
        problems = []
        for problem in error.problems:
            key, _, message = problem.message.partition(": ")
            problems.append(Problem(options.get(key, key), message))
        raise ConfigError(problems) from None


def _confirm(options: Options, *, yes: bool) -> bool:
    """Whether what is there may be overwritten; asked for in a terminal."""
    if yes:
        return True
    captured = len(_captured(options.data))
    losing = []
    if options.config_path.exists():
        losing.append(f"overwrite {options.config_path}")
    if others := _tracker_files(options):
        losing.append(f"remove {counted(len(others), 'file')} of {options.trackers}")
    if captured:
        losing.append(f"remove {counted(captured, 'file')} of {options.data}")
    if not losing:
        return True
    if not sys.stdin.isatty():
        raise ConfigError(
            [Problem("command line", f"this would {' and '.join(losing)}: run again with --yes to confirm")]
        )
    return click.confirm(f"This will {' and '.join(losing)}. Continue?", err=True)


def _captured(data: Path) -> list[Path]:
    """The files of data/ that docs/data-format.md names; others are not ours to remove."""
    from generator.storage.data_files import check_inside  # noqa: PLC0415

    ours: list[Path] = []
    for folder in ("posts", "papers", "state", "announced", "quarantine"):
        check_inside(data / folder, data)  # What a link leads to outside is not ours to remove.
        ours += [path for path in (data / folder).rglob("*") if path.is_file()]
    return ours + [path for name in ("pending.jsonl", "gone.jsonl", "schema.json") if (path := data / name).is_file()]


def _tracker_files(options: Options) -> list[Path]:
    """Trackers in files of their own are part of the configuration that is written anew."""
    from generator.config.tracker_files import tracker_paths  # noqa: PLC0415

    return tracker_paths(options.trackers)


def _empty(data: Path) -> int:
    captured = _captured(data)
    _remove(captured, data)
    return len(captured)


def _remove(paths: list[Path], folder: Path) -> None:
    from generator.storage.disk import remove_files  # noqa: PLC0415

    remove_files(paths, folder)


def _write(path: Path, text: str) -> None:
    from generator.storage.disk import write_files  # noqa: PLC0415

    write_files({path: text.encode()})


def _display_name(handle: str) -> str:
    """A handle as a title: `@name`."""
    return "@" + handle.rpartition("/@")[2]


def _tracker_id(owner: str) -> str:
    """The first part of a name, for addresses: `@ada@social.example` -> `ada`."""
    first = re.split(r"[@.]", owner.lower().removeprefix("@"))[0]
    return re.sub(r"[^a-z0-9]+", "-", first).strip("-")[:64] or "papers"


def _quoted(text: str) -> str:
    """A YAML string in double quotes: JSON's are the same, but for characters beyond the basic plane."""
    return json.dumps(text, ensure_ascii=False)


def _list(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(_quoted, texts))}]"


def _in_prose(name: str) -> str:
    """A handle inside Markdown: nothing in it is markup."""
    return re.sub(r"[^\w@.:/-]", "", name).replace("_", r"\_")
