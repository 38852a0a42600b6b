"""Which posts of an archive may be about a paper, from archives that do not fit into memory.

A first look at all tweets keeps those that name a paper, and of the others two numbers: their id, and the id that they
point at. A second look keeps what hangs together with the first: the rest of a thread, quotes of one's own posts. Likes
come last, because nothing points at them. Whether a post is about a paper in the end is decided by `intake`, as always.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from generator.fetch.archives.x import Archive, Element, OnBytes, Part, read_part
from generator.fetch.archives.x.json_fields import Owner, Setting, parse_like, parse_tweet, tweet_of
from generator.fetch.archives.x.threads import Threads
from generator.fetch.short_links import LinkFollower
from generator.finding.mentions import with_own_papers
from generator.model.errors import Problem, RecordError
from generator.model.records import Post
from generator.model.tree import Tree

_MOST_NOTES = 64_000_000
"""Characters of long posts that are kept in memory; later ones stay as short as `tweets.js` has them."""
_MOST_PROBLEMS = 1000
_PREFIX = "x:"
TrackersOf = Callable[[Owner], tuple[str, ...]]


@dataclass(slots=True)
class Gathered:
    """What archives held."""

    posts: list[Post] = field(default_factory=list)
    """Those that may be about a paper."""
    read: int = 0
    """Tweets and likes in all."""
    problems: list[Problem] = field(default_factory=list)
    """What could not be read, the first thousand."""
    unread: int = 0
    """How many elements and files could not be read."""


class _OwnId(msgspec.Struct, frozen=True):
    """Only the id of an element: decoding the rest takes longer."""

    tweet: _OwnId | None = None
    id_str: str | None = None


def gather(
    archives: Sequence[Archive],
    *,
    tree: Tree,
    trackers_of: TrackersOf,
    seen_at: datetime,
    links: LinkFollower,
    on_bytes: OnBytes = lambda _: None,
) -> Gathered:
    """Read archives whose owners are known.

    Args:
        archives: from `open_archives`.
        tree: what is captured already; not changed.
        trackers_of: whose reading an account's posts are.
        seen_at: the time of the run.
        links: follows the shortened links of likes.
        on_bytes: told how many bytes were read, again and again; `total_bytes` says of how many.
    """
    gatherer = _Gatherer(tree, links, on_bytes)
    settings = [
        (archive, Setting(owner=archive.owner, trackers=trackers_of(archive.owner), seen_at=seen_at))
        for archive in archives
        if archive.owner
    ]
    for archive, setting in settings:
        gatherer.read_notes(archive, setting)
    for archive, setting in settings:
        gatherer.read_tweets(archive, setting)
    gatherer.follow_held()
    joined_ids = gatherer.joined()
    if joined_ids:
        for archive, setting in settings:
            gatherer.read_joined(archive, setting, joined_ids)
    for archive, setting in settings:
        gatherer.read_likes(archive, setting)
    gatherer.follow_held()
    return gatherer.gathered


def total_bytes(archives: Sequence[Archive]) -> int:
    """How much there is to read; tweets are looked at twice."""
    weights = {"tweets": 2, "notes": 1, "likes": 1}
    return sum(part.file.size * weights.get(part.kind, 0) for archive in archives for part in archive.parts)


class _Gatherer:
    def __init__(self, tree: Tree, links: LinkFollower, on_bytes: OnBytes) -> None:
        self.gathered = Gathered()
        self._tree = tree
        self._links = links
        self._on_bytes = on_bytes
        self._threads = Threads()
        self._kept: set[int] = set()
        """Own ids of the tweets that were kept."""
        self._held: list[Post] = []
        """Posts whose links have to be asked about."""

    def read_notes(self, archive: Archive, setting: Setting) -> None:
        for element in self._elements(archive.of("notes")):
            if setting.notes.size < _MOST_NOTES:
                with self._problems():
                    setting.notes.add(element.decode(), element.where)

    def read_tweets(self, archive: Archive, setting: Setting) -> None:
        for element in self._elements(archive.of("tweets")):
            with self._problems():
                raw = element.decode()
                self.gathered.read += 1
                post = parse_tweet(tweet_of(raw, element.where), element.where, setting)
                if not self._keep_if_about_paper(post) and post.id in self._tree.posts:
                    self._keep(post)
                if post.of:
                    self._threads.add(_number(post.id), _number(post.of))

    def joined(self) -> set[int]:
        """Own ids that hang together with what is kept or captured already, and were not kept yet."""
        captured = [post for post in self._tree.posts.values() if post.network == "x"]
        captured_numbers = {_number(post.id) for post in captured}
        pointed_at = {_number(post.of) for post in captured if post.of}
        return self._threads.joined(captured_numbers | pointed_at | self._kept) - captured_numbers - self._kept

    def read_joined(self, archive: Archive, setting: Setting, joined_ids: set[int]) -> None:
        """Keep what the first look passed over; that look noted all problems."""
        decoder = msgspec.json.Decoder(_OwnId)
        for element in self._elements(archive.of("tweets"), again=True):
            try:
                tweet = decoder.decode(element.content)
                own_id = (tweet.tweet or tweet).id_str
                if own_id is None or int(own_id) in joined_ids:
                    post = parse_tweet(tweet_of(element.decode(), element.where), element.where, setting)
                    if _number(post.id) in joined_ids:
                        self._keep(post)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError, RecordError):
                continue

    def read_likes(self, archive: Archive, setting: Setting) -> None:
        for element in self._elements(archive.of("likes")):
            with self._problems():
                raw = element.decode()
                self.gathered.read += 1
                post = parse_like(raw, element.where, setting)
                is_captured = post.of is not None and (post.of in self._tree.posts or _number(post.of) in self._kept)
                if not self._keep_if_about_paper(post) and is_captured:
                    self._keep(post)

    def follow_held(self) -> None:
        """Ask where links lead, and keep the posts that are about papers by that."""
        for post in self._links.follow(self._held, self._tree.posts):
            if with_own_papers(post).papers:
                self._keep(post)
        self._held.clear()

    def _keep_if_about_paper(self, post: Post) -> bool:
        """Keep a post that names a paper; hold one that may, by a link that has to be asked about."""
        expanded = self._links.expand(post)
        if with_own_papers(expanded).papers:
            self._keep(expanded)
            return True
        if self._links.unknown(post):
            if len(self._held) < self._links.room:
                self._held.append(post)
            else:
                self._links.postpone(post)
        return False

    def _keep(self, post: Post) -> None:
        self.gathered.posts.append(post)
        if post.kind != "like":
            self._kept.add(_number(post.id))

    def _elements(self, parts: Sequence[Part], *, again: bool = False) -> Iterator[Element]:
        """The elements of files; where one cannot be read on, that is a problem like another."""
        for part in parts:
            try:
                yield from read_part(part, self._on_bytes)
            except RecordError as error:
                if not again:
                    self._note(error)

    @contextmanager
    def _problems(self) -> Iterator[None]:
        """An element that cannot be used is a problem, and costs no other."""
        try:
            yield
        except RecordError as error:
            self._note(error)

    def _note(self, error: RecordError) -> None:
        self.gathered.unread += 1
        if len(self.gathered.problems) < _MOST_PROBLEMS:
            self.gathered.problems.append(Problem(error.where, error.message))


def _number(post_id: str) -> int:
    """The number in an id of X; 0 for what has none, such as a like."""
    own_id = post_id.removeprefix(_PREFIX)
    if own_id.isascii() and own_id.isdigit():
        return int(own_id)
    return 0
