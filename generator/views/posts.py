"""Posts as pages show them: the notes in a list's margin, and everything said about one paper. Pure and cheap.

Comments (words of a person's own) come first; posts that only name the paper are kept as names; posts of which we may
keep the id only are kept as dates. Reposts and likes fold into what they point at.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
from markupsafe import Markup, escape

from generator.finding.own_words import without_left_over
from generator.model.records import Post, RankedPaper, Vote
from generator.text.names import shown_name
from generator.text.plain import LINK_REL, isolate, language_of, safe_href, shorten
from generator.views.phrases import clock, counted, did, link, number, ready, site_link, stamp, time_of

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


class Quote(NamedTuple):
    """A post and those of its words that are shown."""

    post: Post
    text: str


class PostText(msgspec.Struct, frozen=True, kw_only=True):
    """What pages say of a post beside its words: HTML that is ready to be placed."""

    who: Markup
    """The name; `a post` where the network lets us keep ids only."""
    by: Markup
    """The name, linked to the page of the person, else to the post."""
    network: str
    place: Markup
    """The network, linked to the post where the name leads elsewhere."""
    posted: Markup
    """The day, as an element with the moment."""
    stamp: str
    likes: str
    """`, 3 likes`, or nothing."""
    bot: str
    """`, bot`, or nothing."""
    lang: Markup
    """The attribute that states the language, where it is known and not English."""


class ThreadView(msgspec.Struct, frozen=True, kw_only=True):
    """A post with its answers, and who passed it on."""

    quote: Quote
    answers: tuple[Quote, ...]
    """In the order of time."""
    reposted_by: tuple[Post, ...]
    """Those with a name, oldest first."""
    reposts: int
    """All of them."""
    liked_by: int
    more: tuple[ThreadView, ...] = ()
    """What the same account said elsewhere: folded, so that nobody fills the page."""

    @property
    def own_answers(self) -> list[Quote]:
        """Those of the same account."""
        return [answer for answer in self.answers if answer.post.account.id == self.quote.post.account.id]

    @property
    def replies(self) -> list[Quote]:
        """Those of others."""
        return [answer for answer in self.answers if answer.post.account.id != self.quote.post.account.id]


class SilentView(msgspec.Struct, frozen=True, kw_only=True):
    """Posts of one network of which only the id may be kept."""

    network: str
    posts: tuple[Post, ...]
    """Newest first."""


class TalkView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was said about one paper."""

    comments: tuple[ThreadView, ...]
    bare: tuple[ThreadView, ...]
    """Those that only name the paper."""
    silent: tuple[SilentView, ...]


def post_text(post: Post, networks: Mapping[str, str], person_paths: Mapping[str, str]) -> PostText:
    """The name, network, day and likes of a post.

    Args:
        post: as stored.
        networks: name of a network -> its title.
        person_paths: id of an account -> path of the page of its person, if there is one.
    """
    name = shown_name(post.account)
    who = isolate(name) if name else Markup("a post")
    url = safe_href(post.url)
    network = networks.get(post.network, post.network)
    place = escape(network)
    by = who
    person_path = person_paths.get(post.account.id)
    if person_path:
        by = site_link(person_path, who)
    elif url:
        by = link(url, who, LINK_REL)
    if person_path and url:
        place = link(url, place, LINK_REL)
    lang = language_of(post.lang)
    likes = post.counts.likes if post.counts else 0
    return PostText(
        who=who,
        by=by,
        network=network,
        place=place,
        posted=time_of(post.posted_at),
        stamp=stamp(post.posted_at),
        likes=f", {counted(likes, 'like')}" if likes else "",
        bot=", bot" if post.account.bot else "",
        lang=ready(f' lang="{lang}"') if lang and lang != "en" else Markup(""),
    )


def byline(post: Post, text: PostText) -> Markup:
    """Who posted, and what they did where: `Ada quoted on Bluesky, 3 likes`."""
    if not (post.account.name or post.account.handle):
        url = safe_href(post.url)
        line = escape(f"A post on {text.network}")
        if url:
            line = link(url, line, LINK_REL)
        did_where = ""
    else:
        line = text.by
        did_where = f" {did(post.kind)} on {text.place}"
    bot = " (bot)" if post.account.bot else ""
    return ready(f"{line}{bot}{did_where}{text.likes}")


def byline_of_several(posts: Sequence[Post], text: PostText) -> Markup:
    """`3 posts on X`, with the times of each; `text` is that of the first."""
    times = []
    for post in posts:
        url = safe_href(post.url)
        time = clock(post.posted_at)
        times.append(link(url, time, LINK_REL) if url else time)
    return ready(f"{number(len(posts))} posts on {escape(text.network)}: {', '.join(times)}")


def quote_of(post: Post, text: str | None, limit: int = TEXT_MAX) -> Quote:
    """The post with `text` in place of its own words if there is any, at most `limit` characters."""
    return Quote(post, shorten(text or post.text or "", limit)[0])


def without_links_to(paper_ids: Sequence[str], text: str | None) -> str:
    """The text without its links to the papers that it stands beside."""
    words = _BLANKS.split(text or "")
    other_words = [word for word in words if not _points_at(paper_ids, word)]
    line = "".join(other_words).strip()
    if len(other_words) == len(words):
        return line
    return without_left_over(line)


def _points_at(paper_ids: Sequence[str], word: str) -> bool:
    if "/" not in word:
        return False
    return any(paper_id in word for paper_id in paper_ids[:PAPERS_MAX]) or _SHORTENED.fullmatch(word) is not None


def choose_notes(ranked: RankedPaper) -> tuple[Quote, ...]:
    """The comments for the margin: one a person, by weight of the vote, then likes, then the newest.

    As many as the abstract leaves room for beside it, at least one; none of a bot.
    """
    votes = [vote for vote in ranked.votes if vote.commented and not vote.bot]
    if not votes:
        return ()
    mentions = {mention.post.id: mention for mention in ranked.mentions}
    votes.sort(key=lambda vote: _worth(vote, mentions[vote.post_id].post), reverse=True)
    room = max(NOTE_CHARS // 2, round(min(len(ranked.paper.abstract), FOLDED_CHARS) * NOTES_PER_ABSTRACT))
    notes: list[Quote] = []
    texts: set[str] = set()
    for vote in votes:
        mention = mentions[vote.post_id]
        text = mention.comment
        if text is None or text in texts:
            continue
        texts.add(text)
        note = quote_of(mention.post, text, NOTE_CHARS)
        room -= len(note.text)
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
            bare=_one_an_account(map(self._thread, _newest_first(bare))),
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
        reposts = [post for post in passed_on if post.kind == "repost"]
        named_reposts = [repost for repost in reposts if repost.account.name or repost.account.handle]
        return ThreadView(
            quote=self._quote(post),
            answers=tuple(self._quote(reply) for reply in reversed(_newest_first(self._replies[post.id]))),
            reposted_by=tuple(reversed(_newest_first(named_reposts))),
            reposts=len(reposts),
            liked_by=len(passed_on) - len(reposts),
        )

    def _silent(self, network: str, posts: Sequence[Post]) -> SilentView:
        return SilentView(network=self._networks.get(network, network), posts=tuple(_newest_first(posts)))

    def _quote(self, post: Post) -> Quote:
        return quote_of(post, without_links_to(self._paper_ids, post.text))

    def _order(self, post: Post) -> tuple[bool, float, int, float, str]:
        vote = self._votes.get(post.id)
        bot = post.account.bot or (vote is not None and vote.bot)
        return not bot, *_worth(vote, post)


def _one_an_account(threads: Iterable[ThreadView]) -> tuple[ThreadView, ...]:
    by_account: dict[str, list[ThreadView]] = {}
    for thread in threads:
        by_account.setdefault(thread.quote.post.account.id, []).append(thread)
    return tuple(msgspec.structs.replace(first, more=tuple(more)) for first, *more in by_account.values())


def _worth(vote: Vote | None, post: Post) -> tuple[float, int, float, str]:
    """Sorts comments. What time took off a vote does not count: it would turn the page over with every build."""
    weight = vote.weight * vote.factor if vote else 0.0
    return weight, post.counts.likes if post.counts else 0, post.posted_at.timestamp(), post.id


def _newest_first(posts: Collection[Post]) -> list[Post]:
    if len(posts) < 2:  # noqa: PLR2004 (as nearly all are)
        return list(posts)
    return sorted(posts, key=lambda post: (post.posted_at, post.id), reverse=True)
