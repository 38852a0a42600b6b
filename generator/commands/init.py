"""`init`: a config.yaml of your own, and nothing left of somebody else's trackers/ and data/."""

from __future__ import annotations

import json
import os
import re
import sys
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from generator.commands.options import Options, with_options
from generator.model.errors import ConfigError, Problem

_TEMPLATE = """\
# yaml-language-server: $schema=docs/config.schema.json
#
# Whose reading this page shows. Everything is optional; what each key means stands in docs/config.schema.json, and
# most editors show it while you type. Secrets never stand here: they come from the environment alone.

site:
  title: {title}
  url: {url}   # where it is published; all absolute links start with it
  note: |      # Markdown, above the list on the home page
    **Note:** this page shows what {name} has been reading - and you can run your own!
  home: trending            # or newest: by submission date, newest first
  per_page: 20

trackers:                   # whose reading this is: one or many; each gets its own pages and feeds
  - id: {id}
    title: {tracker}
{blocks}
people:                     # accounts that are one person, so that they vote once
{people}
ranking: {{half_life_days: 2.5, weights: {{post: 1, quote: 1, reply: 0.6, repost: 0.5, like: 0.25}}, bots: down}}

filters:
  categories: []            # only papers in these categories of arXiv, such as [cs.CL, hep-th]; empty: all
  mute_accounts: []         # anybody can be removed on request: x:name, bluesky:name.bsky.social
  mute_words: []
  highlight: {{words: [], authors: []}}

networks:
  x: {{keep: ids, max_reads_per_run: 500}}   # every read of X costs; ids: nothing but ids is stored in data/
  arxiv: {{contact: ""}}                     # a mail address that arXiv can write to when our requests trouble it

feeds: {{entries: 50}}
"""
_BLOCKS = {
    "bluesky": "    bluesky: {{accounts: {accounts}, follows_of: {accounts}}}\n",
    "mastodon": "    mastodon: {{accounts: {accounts}}}\n",
    "x": "    x: {{accounts: {accounts}, mode: timeline}}   # needs the secret X_BEARER_TOKEN\n",
}
_HINTS = {
    "bluesky": "    # bluesky: {accounts: [your-name.bsky.social], follows_of: [your-name.bsky.social]}\n",
    "mastodon": '    # mastodon: {accounts: ["@your_name@mastodon.example"], tags: ["arxiv@mastodon.example"]}\n',
    "x": "    # x: {accounts: [your_name], mode: timeline}   # needs the secret X_BEARER_TOKEN\n",
}
_QUESTIONS = {
    "x": "Your handle on X (empty: none)",
    "bluesky": "Your handle on Bluesky, such as name.bsky.social (empty: none)",
    "mastodon": "Your account on Mastodon, such as @name@host (empty: none)",
}


@dataclass(frozen=True, slots=True)
class _Wishes:
    """What the owner said."""

    accounts: dict[str, list[str]]
    title: str
    url: str


@click.command("init")
@click.option("--x", multiple=True, metavar="HANDLE", help="Your handle on X; several: repeat, or separate by commas.")
@click.option("--bluesky", multiple=True, metavar="HANDLE", help="Your handle on Bluesky.")
@click.option("--mastodon", multiple=True, metavar="@USER@HOST", help="Your account on Mastodon.")
@click.option("--title", default=None, help="The site's title.")
@click.option("--url", default=None, help="Where the site is published.")
@click.option("--yes", is_flag=True, help="Overwrite config.yaml, empty trackers/ and data/ without asking.")
@with_options
def command(options: Options, yes: bool, title: str | None, url: str | None, **handles: tuple[str, ...]) -> None:
    """Write a config.yaml for your accounts; remove the template's trackers/*.yaml and what its owner captured.

    Run in a terminal without options, it asks.
    """
    wishes = _gather(handles, title, url)
    text = render(wishes.accounts, wishes.title, wishes.url)
    _validate(text, str(options.config_path))
    _confirm(options, yes=yes)
    with options.only_writer(options.data) if options.data.is_dir() else nullcontext():
        removed = _empty(options.data)
    others = _tracker_files(options)
    _remove(others, options.trackers)
    _write(options.config_path, text)
    options.console.say(f"{options.config_path}: written")
    options.console.say(f"{options.data}: {f'{removed:,} files removed' if removed else 'was empty'}")
    if others:
        options.console.say(f"{options.trackers}: {len(others):,} files removed")
    if not any(wishes.accounts.values()):
        options.console.warn("names no account yet: write one into it", str(options.config_path))
    options.console.say("next: `trending-arxiv update`, then `trending-arxiv serve`")
    options.console.done(
        {"config": str(options.config_path), "removed_files": removed, "removed_trackers": len(others)}
    )


def render(accounts: dict[str, list[str]], title: str, url: str) -> str:
    """Write a configuration with comments; every value from outside is quoted."""
    named = [(network, name) for network in _BLOCKS for name in accounts.get(network, ())]
    name = f"@{named[0][1].lstrip('@')}" if named else "somebody"
    blocks = "".join(
        _BLOCKS[network].format(accounts=_list(accounts[network])) if accounts.get(network) else _HINTS[network]
        for network in _BLOCKS
    )
    firsts = [f"{network}:{accounts[network][0].removeprefix('@')}" for network in _BLOCKS if accounts.get(network)]
    people = f"  - {_list(firsts)}\n" if len(firsts) > 1 else "  # - [x:your_name, bluesky:your-name.bsky.social]\n"
    return _TEMPLATE.format(
        title=_quoted(title),
        url=_quoted(url),
        name=_in_prose(name),
        id=_quoted(_tracker_id(named[0][1] if named else "papers")),
        tracker=_quoted(name if named else "Papers"),
        blocks=blocks,
        people=people,
    )


def _gather(handles: dict[str, tuple[str, ...]], title: str | None, url: str | None) -> _Wishes:
    accounts = {network: _split(given) for network, given in handles.items()}
    asks = not any(accounts.values()) and title is None and url is None and sys.stdin.isatty()
    if asks:
        for network, question in _QUESTIONS.items():
            accounts[network] = _split((click.prompt(question, default="", show_default=False, err=True),))
        title = click.prompt("Title of the site", default="Trending arXiv", err=True)
        url = click.prompt("Where it is published", default=_guess_url(), err=True)
    return _Wishes(accounts, title or "Trending arXiv", url or _guess_url())


def _split(given: tuple[str, ...]) -> list[str]:
    return [part for text in given for part in re.split(r"[,\s]+", text) if part]


def _guess_url() -> str:
    """Where GitHub's Pages publish the repository that this runs in, as far as anybody can tell."""
    repository = os.environ.get("GITHUB_REPOSITORY", "")
    if not re.fullmatch(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+", repository):
        return "https://example.github.io/trending-arxiv/"
    owner, _, name = repository.lower().partition("/")
    return (
        f"https://{name}/"
        if name == f"{owner}.github.io"
        else f"https://{owner}.github.io/{repository.partition('/')[2]}/"
    )


def _validate(text: str, name: str) -> None:
    """Refuse what would be no valid configuration, before anything is written."""
    from generator.fetch.configuration import read  # noqa: PLC0415

    try:
        read(text.encode(), name)
    except ConfigError as error:
        raise ConfigError([Problem("command line", problem.message) for problem in error.problems]) from None


def _confirm(options: Options, *, yes: bool) -> None:
    if yes:
        return
    captured = sum(1 for _ in _captured(options.data))
    losing = []
    if options.config_path.exists():
        losing.append(f"overwrite {options.config_path}")
    if others := _tracker_files(options):
        losing.append(f"remove {len(others):,} files of {options.trackers}")
    if captured:
        losing.append(f"remove {captured:,} files of {options.data}")
    if not losing:
        return
    if not sys.stdin.isatty():
        raise ConfigError([Problem("command line", f"this would {' and '.join(losing)}: say --yes if it may")])
    click.confirm(f"This will {' and '.join(losing)}. Go on?", abort=True, err=True)


def _captured(data: Path) -> list[Path]:
    """The files of data/ that docs/data-format.md names; others are not ours to remove."""
    ours: list[Path] = []
    for folder in ("posts", "papers", "state", "announced", "quarantine"):
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


def _tracker_id(name: str) -> str:
    first = re.split(r"[@.:/]", name.lower().lstrip("@"))[0] if "://" not in name else name.lower().rpartition("@")[2]
    return re.sub(r"[^a-z0-9]+", "-", first).strip("-")[:64] or "papers"


def _quoted(text: Any) -> str:
    """A YAML string in double quotes: JSON's are the same, but for characters beyond the basic plane."""
    return json.dumps(str(text), ensure_ascii=False)


def _list(texts: list[str]) -> str:
    return f"[{', '.join(map(_quoted, texts))}]"


def _in_prose(name: str) -> str:
    """A handle inside Markdown: nothing in it is markup."""
    return re.sub(r"[^\w@.:/-]", "", name).replace("_", r"\_")
