"""Posts as pages show them: the notes in a list's margin, and everything said about one paper. Pure and cheap.

Comments (words of a person's own) come first; posts that only name the paper are kept as names; posts of which we may
keep the id only are kept as dates. Reposts and likes fold into what they point at.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from generator.model.records import Post, RankedPaper, Vote
from generator.text.names import shown_name
from generator.text.plain import language_of, safe_href, shorten

NOTES_MAX = 3
"""Notes in the margin of one paper of a list."""
NOTE_CHARS = 320
NOTES_PER_ABSTRACT = 0.5
"""Characters of notes for one of the abstract: the margin must not outgrow the text that it stands beside."""
FOLDED_CHARS = 560
"""Characters of an abstract that a list shows before it folds the rest."""
TEXT_MAX = 3000
"""Characters of one post that are shown; networks allow 300 to 25,000, and the post is one click away."""

PAPERS_MAX = 20
"""Papers of one post whose links are left out."""
CHAIN_MAX = 100
"""Answers to answers that are followed up to the post that began it."""

_FOLDED = frozenset({"repost", "like"})
"""Kinds that show as part of what they point at."""

_BLANKS = re.compile(r"(\s+)")
_SHORTENED = re.compile(r"(?:https?://)?(?:www\.)?arxiv\.org/\S{0,60}(?:\.\.\.|…)")
"""How Bluesky shows a link that is too long."""


class PostView(msgspec.Struct, frozen=True, kw_only=True):
    """One post: who, when, where, and its words if we may show them."""

    network: str
    """Title, such as `Bluesky`."""
    kind: str
    url: str | None
    name: str | None
    """None where the network lets us keep ids only."""
    handle: str | None
    account: str
    """Id of the account: whose page the name leads to."""
    bot: bool
    posted_at: datetime
    text: str | None
    cut: bool
    """Something of the text is left out."""
    lang: str | None
    likes: int
    trackers: tuple[str, ...]
    """In whose reading it is."""


class ThreadView(msgspec.Struct, frozen=True, kw_only=True):
    """A post with its answers, and who passed it on."""

    post: PostView
    replies: tuple[PostView, ...]
    """In the order of time."""
    reposted_by: tuple[PostView, ...]
    """Those with a name, oldest first."""
    reposts: int
    """All of them."""
    liked_by: int
    more: tuple[ThreadView, ...] = ()
    """What the same account said elsewhere: folded, so that nobody fills the page."""


class SilentView(msgspec.Struct, frozen=True, kw_only=True):
    """Posts of one network of which only the id may be kept."""

    network: str
    posts: tuple[PostView, ...]
    """Newest first."""


class TalkView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was said about one paper."""

    comments: tuple[ThreadView, ...]
    bare: tuple[ThreadView, ...]
    """Those that only name the paper."""
    silent: tuple[SilentView, ...]


def post_view(post: Post, networks: Mapping[str, str], *, text: str | None = None, limit: int = TEXT_MAX) -> PostView:
    """A post, with `text` in place of its own if given."""
    shown, cut = shorten(text or post.text or "", limit)
    return PostView(
        network=networks.get(post.network, post.network),
        kind=post.kind,
        url=safe_href(post.url),
        name=shown_name(post.account) or None,
        handle=post.account.handle,
        account=post.account.id,
        bot=post.account.bot,
        posted_at=post.posted_at,
        text=shown or None,
        cut=cut,
        lang=language_of(post.lang),
        likes=post.counts.likes if post.counts else 0,
        trackers=post.trackers,
    )


def without_links_to(paper_ids: Sequence[str], text: str | None) -> str:
    """The text without its links to the papers that it stands beside."""
    return "".join(word for word in _BLANKS.split(text or "") if not _points_at(paper_ids, word)).strip()


def _points_at(paper_ids: Sequence[str], word: str) -> bool:
    if "/" not in word:
        return False
    return any(paper_id in word for paper_id in paper_ids[:PAPERS_MAX]) or _SHORTENED.fullmatch(word) is not None


def choose_notes(ranked: RankedPaper, networks: Mapping[str, str]) -> tuple[PostView, ...]:
    """The comments for the margin: one a person, by weight of the vote, then likes, then the newest.

    As many as the abstract leaves room for beside it, at least one; none of a bot.
    """
    votes = [vote for vote in ranked.votes if vote.commented and not vote.bot]
    if not votes:
        return ()
    mentions = {mention.post.id: mention for mention in ranked.mentions}
    votes.sort(key=lambda vote: _worth(vote, mentions[vote.post_id].post), reverse=True)
    room = max(NOTE_CHARS // 2, round(min(len(ranked.paper.abstract), FOLDED_CHARS) * NOTES_PER_ABSTRACT))
    notes: list[PostView] = []
    said: set[str] = set()
    for vote in votes:
        mention = mentions[vote.post_id]
        text = mention.comment
        if text is None or text in said:
            continue
        said.add(text)
        note = post_view(mention.post, networks, text=text, limit=NOTE_CHARS)
        room -= len(note.text or "")
        if notes and room < 0:
            break
        notes.append(note)
        if len(notes) == NOTES_MAX:
            break
    return tuple(notes)


def talk_about(ranked: RankedPaper, networks: Mapping[str, str]) -> TalkView:
    """Every mention of the paper, each shown once: in a thread, folded into one, by name, or by date."""
    return _Talk(ranked, networks).view()


class _Talk:
    """Sorts the posts about one paper into threads; made for one call."""

    def __init__(self, ranked: RankedPaper, networks: Mapping[str, str]) -> None:
        self._networks = networks
        self._paper_ids = (ranked.paper.id,)
        self._posts = {mention.post.id: mention.post for mention in ranked.mentions}
        self._votes = {vote.post_id: vote for vote in ranked.votes}
        self._commented = {mention.post.id for mention in ranked.mentions if mention.comment is not None}
        self._replies: defaultdict[str, list[Post]] = defaultdict(list)
        self._passed_on: defaultdict[str, list[Post]] = defaultdict(list)

    def view(self) -> TalkView:
        comments: dict[str, Post] = {}
        answers: list[tuple[Post, Post]] = []
        bare: list[Post] = []
        silent: defaultdict[str, list[Post]] = defaultdict(list)
        for post in self._posts.values():
            root = self._root(post)
            if post.kind in _FOLDED and root is not None and root.text and root.kind not in _FOLDED:
                self._passed_on[root.id].append(post)
            elif post.id in self._commented and post.kind == "reply" and root is not None:
                answers.append((post, root))
            elif post.id in self._commented:
                comments[post.id] = post
            elif post.account.name or post.account.handle or post.text:
                bare.append(post)
            else:
                silent[post.network].append(post)
        for post, root in answers:
            if root.id in comments:
                self._replies[root.id].append(post)
            else:  # two posts that claim to answer each other: neither is lost
                comments[post.id] = post
        return TalkView(
            comments=_one_an_account(map(self._thread, sorted(comments.values(), key=self._order, reverse=True))),
            bare=tuple(map(self._thread, _newest_first(bare))),
            silent=tuple(self._silent(network, posts) for network, posts in sorted(silent.items())),
        )

    def _root(self, post: Post) -> Post | None:
        """The post that this one belongs under: for a reply the thread's first comment, for a repost its original."""
        root: Post | None = None
        seen = {post.id}
        at = post
        while at.of is not None and at.of in self._posts and at.of not in seen and len(seen) < CHAIN_MAX:
            seen.add(at.of)
            at = self._posts[at.of]
            if post.kind not in _FOLDED and at.id not in self._commented:
                continue
            root = at
            if at.kind not in {"reply", "repost"}:
                break
        return root

    def _thread(self, post: Post) -> ThreadView:
        passed_on = self._passed_on[post.id]
        for reply in self._replies[post.id]:
            passed_on = passed_on + self._passed_on[reply.id]
        reposts = [each for each in passed_on if each.kind == "repost"]
        return ThreadView(
            post=self._shown(post),
            replies=tuple(self._shown(reply) for reply in reversed(_newest_first(self._replies[post.id]))),
            reposted_by=tuple(
                self._shown(repost)
                for repost in reversed(_newest_first(reposts))
                if repost.account.name or repost.account.handle
            ),
            reposts=len(reposts),
            liked_by=len(passed_on) - len(reposts),
        )

    def _silent(self, network: str, posts: Sequence[Post]) -> SilentView:
        shown = tuple(self._shown(post) for post in _newest_first(posts))
        return SilentView(network=self._networks.get(network, network), posts=shown)

    def _shown(self, post: Post) -> PostView:
        return post_view(post, self._networks, text=without_links_to(self._paper_ids, post.text))

    def _order(self, post: Post) -> tuple[bool, float, int, float, str]:
        vote = self._votes.get(post.id)
        bot = post.account.bot or (vote is not None and vote.bot)
        return not bot, *_worth(vote, post)


def _one_an_account(threads: Iterable[ThreadView]) -> tuple[ThreadView, ...]:
    by_account: dict[str, list[ThreadView]] = {}
    for thread in threads:
        by_account.setdefault(thread.post.account, []).append(thread)
    return tuple(msgspec.structs.replace(first, more=tuple(more)) for first, *more in by_account.values())


def _worth(vote: Vote | None, post: Post) -> tuple[float, int, float, str]:
    """Sorts comments. What time took off a vote does not count: it would turn the page over with every build."""
    weight = vote.weight * vote.factor if vote else 0.0
    return weight, post.counts.likes if post.counts else 0, post.posted_at.timestamp(), post.id


def _newest_first(posts: Iterable[Post]) -> list[Post]:
    return sorted(posts, key=lambda post: (post.posted_at, post.id), reverse=True)
