"""`data/` and the configuration -> the Site that pages and feeds are made from. Pure: no disk, clock or network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from urllib.parse import urlsplit

import msgspec

from generator.config import Config, TrackerBlock
from generator.finding.code_and_venue import stated_in
from generator.finding.mentions import mentions_by_paper
from generator.finding.own_words import comment_of
from generator.model import handles as names
from generator.model import muting as filters
from generator.model.listing import Listing
from generator.model.persons import Persons
from generator.model.records import Account, Ballot, Mention, NetworkState, Paper, PendingPaper, Post, Tracker
from generator.model.site import Digest, Entered, Period, Site
from generator.model.stated import Stated
from generator.model.tree import Tree
from generator.ranking.digests import DigestScope, make_digests
from generator.ranking.hot import hot_papers
from generator.ranking.lists import Captured, make_listings
from generator.ranking.people import make_people
from generator.ranking.per_tracker import Reading, Rules, make_readings, readers_of
from generator.ranking.rank import BOT_FACTOR, Formula, PaperBallots, rank_newest, value_mentions
from generator.ranking.saved_searches import SavedSearch
from generator.text.markdown import markdown_to_html
from generator.views.feed_ids import id_of_address

EMPTY_NOW = datetime(2016, 2, 16, tzinfo=UTC)
"""The time of a site without a single post: any constant will do, because the build reads no clock."""

UNKNOWN_SHOWN_FOR = timedelta(days=14)
"""A paper that arXiv has not answered for stands on the page by its id while it is talked about, never longer."""

UNKNOWN_SHOWN_TRIES = 4
"""Once arXiv has denied an id so often, a day after it was first named, it is taken for one that never existed."""

CARDS_MAX = 200
"""Papers that have a picture of their own: each takes some twenty milliseconds to draw."""

_BOT_FACTORS = {"down": BOT_FACTOR, "hide": 0.0, "count": 1.0}


def make_site(
    config: Config,
    tree: Tree,
    *,
    texts: Mapping[str, Post],
    now: datetime | None,
    own_pages: tuple[tuple[str, str, str], ...] = (),
    notes: Mapping[str, str] | None = None,
) -> Site:
    """Choose, rank and list.

    Args:
        config: the validated configuration.
        tree: what was captured.
        texts: posts in full whose text may not stand in `data/`, by id; they are shown, and never change a rank.
        now: the time of the view; the newest `seen_at` of the posts if None.
        own_pages: the owner's pages as (slug, title, HTML).
        notes: the owner's notes as HTML by paper id.
    """
    now = now or max((post.seen_at for post in tree.posts.values()), default=EMPTY_NOW)
    posts = _shown_posts(config, tree, texts)
    mentions = mentions_by_paper(posts.values())
    unknown = _unknown_papers(tree.pending.values(), mentions, now)
    papers = filters.shown_papers(
        (*tree.papers.values(), *unknown), config.filters.categories, config.filters.mute_words
    )
    captured = Captured(
        papers=papers,
        ballots=_as_shown(_valued(config, tree, mentions, papers), papers, tree, texts),
        formula=_formula(config),
        now=now,
    )
    captured = replace(captured, stated=_stated(tree, captured))
    captured = replace(captured, readings=_readings(config, tree, captured))
    captured = replace(captured, hot=_hot(config, captured))
    site = _site(config, tree, captured, unknown=frozenset(paper.id for paper in unknown))
    site = _with_feeds(config, captured, site)
    withheld = frozenset(post_id for post_id in texts if post_id in posts and posts[post_id].text is None)
    return replace(
        site,
        own_pages=own_pages,
        caps_usd={name: cap for name in config.network_titles if (cap := _cap_usd(config, name)) is not None},
        notes=notes or {},
        withheld=withheld,
        people=make_people(site.posts, captured.ballots, withheld) if config.site.people else (),
    )


def _site(config: Config, tree: Tree, captured: Captured, *, unknown: frozenset[str]) -> Site:
    """What was captured, listed as the configuration says; without the owner's own words."""
    settings = config.site
    trackers = tuple(map(_tracker, config.trackers))
    everything = rank_newest(
        captured.papers,
        captured.ballots,
        now=captured.now,
        formula=captured.formula,
        unmentioned=captured.papers.keys(),
    )
    with_page = everything[: settings.max_paper_pages]
    listings = make_listings(captured, everything, trackers, settings.home, _searches(config))
    return Site(
        title=settings.title,
        url=settings.url,
        base_path=urlsplit(settings.url).path or "/",
        note_html=markdown_to_html(settings.note or ""),
        home=settings.home,
        per_page=settings.per_page,
        feed_entries=config.feeds.entries,
        max_paper_pages=settings.max_paper_pages,
        trackers=trackers,
        ranking=config.ranking.model_dump(),
        now=captured.now,
        listings=listings,
        papers={ranked.paper.id: ranked.paper for ranked in with_page},
        ranked={ranked.paper.id: ranked for ranked in everything},
        unknown=unknown,
        posts=_newest_first(captured.ballots.values()),
        tracker_posts={tracker: reading.posts for tracker, reading in captured.readings.items()},
        readers=readers_of(captured.readings),
        networks={name: config.network_titles.get(name, name) for name in _networks(config, tree)},
        states={network: state for network, state in tree.states.items() if network != "arxiv"},
        cards=_with_cards(listings, settings.per_page) if settings.cards else frozenset(),
        hub=config.feeds.hub,
        stated=captured.stated,
        venues=frozenset(listing.scope.title for listing in listings if listing.scope.kind == "venue"),
        offline=settings.offline,
        view=settings.view,
        own_pages=(),
        notes={},
        contact=config.networks.arxiv.contact or "",
        highlight_words=config.filters.highlight.words,
        highlight_authors=config.filters.highlight.authors,
    )


def _with_feeds(config: Config, captured: Captured, site: Site) -> Site:
    """The site with what feeds are made from."""
    return replace(
        site,
        id=config.site.id or id_of_address(config.feeds.ids_at or site.url),
        ids_at=config.feeds.ids_at,
        ballots={name: _plain(ballots) for name, ballots in _views(captured).items()},
        hot=captured.hot,
        digests=_digests(config, captured, site),
    )


def _plain(ballots: Mapping[str, PaperBallots]) -> dict[str, Sequence[Ballot]]:
    return {paper_id: of_paper.ballots for paper_id, of_paper in ballots.items()}


def _views(captured: Captured) -> dict[str, Mapping[str, PaperBallots]]:
    """The ballots of the whole site, under no name, and of each tracker."""
    return {"": captured.ballots, **{name: reading.ballots for name, reading in captured.readings.items()}}


def _hot(config: Config, captured: Captured) -> dict[str, dict[str, Entered]]:
    """The hot papers of the whole site and of each tracker, newest first."""
    rule = config.feeds.hot
    hot = {}
    for name, ballots in _views(captured).items():
        papers = hot_papers(ballots, people=rule.people, top=rule.top)
        hot[name] = {entered.paper_id: entered for entered in papers}
    return hot


def _digests(config: Config, captured: Captured, site: Site) -> tuple[Digest, ...]:
    """The digests of the whole site, of each tracker and of each saved search."""
    scopes = [DigestScope(below="", title="", ballots=captured.ballots)]
    for tracker in config.trackers:
        ballots = captured.readings[tracker.id].ballots
        scopes.append(DigestScope(below=f"t/{tracker.id}/", title=tracker.title or tracker.id, ballots=ballots))
    for listing in site.listings:
        if listing.scope.kind == "search" and listing.is_root:
            posts_of = listing.scope.posts_of
            whole = captured.readings[posts_of].ballots if posts_of else captured.ballots
            paper_ids = [ranked.paper.id for ranked in listing.papers if ranked.paper.id in whole]
            ballots = {paper_id: whole[paper_id] for paper_id in paper_ids}
            scopes.append(DigestScope(below=listing.path, title=listing.title, ballots=ballots))
    lengths: dict[Period, int] = {"daily": config.feeds.digest.daily, "weekly": config.feeds.digest.weekly}
    digests: list[Digest] = []
    for scope in scopes:
        digests += make_digests(captured, scope, lengths=lengths, unknown=site.unknown)
    return tuple(digests)


def _stated(tree: Tree, captured: Captured) -> dict[str, Stated]:
    """What the texts of each paper, and posts that may be passed on, state of its code and venue."""
    stated_by_id = {}
    for paper_id, paper in captured.papers.items():
        of_paper = captured.ballots.get(paper_id)
        posts = [tree.posts[ballot.mention.post.id] for ballot in of_paper.ballots] if of_paper else []
        stated = stated_in(paper, posts)
        if stated:
            stated_by_id[paper_id] = stated
    return stated_by_id


def _tracker(block: TrackerBlock) -> Tracker:
    return Tracker(
        id=block.id,
        title=block.title or block.id,
        about=block.about or "",
        note=block.note or "",
        highlight_words=block.filters.highlight.words,
        highlight_authors=block.filters.highlight.authors,
    )


def _searches(config: Config) -> tuple[SavedSearch, ...]:
    return tuple(
        SavedSearch(
            id=search.id,
            title=search.title or search.id,
            query=search.query,
            words=search.words,
            exclude=search.exclude,
            authors=search.authors,
            categories=search.categories,
            tracker=search.tracker,
        )
        for search in config.feeds.searches
    )


def _with_cards(listings: Iterable[Listing], per_page: int) -> frozenset[str]:
    """Ids of the papers on the first pages of home and of each tracker's: those whose links are passed on."""
    roots = [listing for listing in listings if listing.is_root and listing.scope.kind in {"site", "tracker"}]
    first_ids = (ranked.paper.id for listing in roots for ranked in listing.papers[:per_page])
    return frozenset(islice(dict.fromkeys(first_ids), CARDS_MAX))


def _shown_posts(config: Config, tree: Tree, texts: Mapping[str, Post]) -> dict[str, Post]:
    muted: frozenset[str] = frozenset()
    if config.filters.mute_accounts:
        muted = filters.muted_names(config.filters.mute_accounts, _called(tree, texts.values()))
    return filters.shown_posts(tree.posts.values(), muted, config.filters.mute_words)


def _called(tree: Tree, more: Iterable[Post] = ()) -> dict[str, dict[str, str]]:
    """Per network, handle -> account id: as posts and look-ups said it."""
    called = names.holders((*tree.posts.values(), *more))
    return {
        network: {**called.get(network, {}), **tree.states.get(network, NetworkState()).accounts}
        for network in called.keys() | tree.states.keys()
    }


def _readings(config: Config, tree: Tree, captured: Captured) -> dict[str, Reading]:
    """What each tracker shows. Accounts are known by what `data/` says alone: votes never depend on the cache."""
    filtered = {tracker.id: tracker.filters for tracker in config.trackers if tracker.filters.leave_out}
    ids = filters.ids_by_name(_called(tree)) if any(rule.mute_accounts for rule in filtered.values()) else {}
    rules = {
        tracker: Rules(
            categories=rule.categories,
            muted=filters.with_ids(rule.mute_accounts, ids),
            words=rule.mute_words,
        )
        for tracker, rule in filtered.items()
    }
    return make_readings(
        [tracker.id for tracker in config.trackers], captured.papers, captured.ballots, rules=rules, stored=tree.posts
    )


def _unknown_papers(
    pending: Iterable[PendingPaper], mentions: Mapping[str, Sequence[Mention]], now: datetime
) -> tuple[Paper, ...]:
    """Stand-ins for papers that people talk about now and arXiv has not answered for: named by their ids."""
    return tuple(
        Paper(id=paper.id, title=f"arXiv:{paper.id}", fetched_at=paper.first_at)
        for paper in pending
        if paper.tries < UNKNOWN_SHOWN_TRIES
        and paper.id in mentions
        and mentions[paper.id][0].post.posted_at > now - UNKNOWN_SHOWN_FOR
    )


def _formula(config: Config) -> Formula:
    ranking = config.ranking
    return Formula(
        half_life_days=ranking.half_life_days,
        weights=ranking.weights.model_dump(),
        bot_factor=_BOT_FACTORS[ranking.bots],
    )


def _valued(
    config: Config, tree: Tree, mentions: Mapping[str, Sequence[Mention]], papers: Mapping[str, Paper]
) -> dict[str, PaperBallots]:
    persons = Persons(config.people, _states_with_people(config, tree))
    ballots = value_mentions(mentions, papers, _formula(config), persons)
    if config.ranking.bots != "hide":
        return ballots
    return {
        paper_id: PaperBallots([ballot for ballot in of_paper.ballots if not ballot.bot])
        for paper_id, of_paper in ballots.items()
    }


def _states_with_people(config: Config, tree: Tree) -> dict[str, NetworkState]:
    """The states, knowing also whose handles the config's `people` are where no look-up said it but a post did."""
    references = {reference.replace(":@", ":").lower() for person in config.people for reference in person}
    states = dict(tree.states)
    for network, handles in names.holders(tree.posts.values()).items() if references else ():
        state = states.get(network, NetworkState())
        ids = {handle: own_id for handle, own_id in handles.items() if f"{network}:{handle}" in references}
        states[network] = msgspec.structs.replace(state, accounts={**ids, **state.accounts})
    return states


def _as_shown(
    ballots: Mapping[str, PaperBallots], papers: Mapping[str, Paper], tree: Tree, texts: Mapping[str, Post]
) -> Mapping[str, PaperBallots]:
    """The same ballots, with the posts' text where the cache still has it, and accounts by their newest names."""
    full = [texts.get(post.id, post) if post.text is None else post for post in tree.posts.values()]
    accounts = names.newest_accounts(full)
    return {
        paper_id: _shown_ballots(of_paper, papers[paper_id], texts, accounts) for paper_id, of_paper in ballots.items()
    }


def _shown_ballots(
    of_paper: PaperBallots, paper: Paper, texts: Mapping[str, Post], accounts: Mapping[str, Account]
) -> PaperBallots:
    ballots = [_shown(ballot, paper, texts, accounts) for ballot in of_paper.ballots]
    if all(ballot is before for ballot, before in zip(ballots, of_paper.ballots, strict=True)):
        return of_paper
    return PaperBallots(ballots)


def _shown(ballot: Ballot, paper: Paper, texts: Mapping[str, Post], accounts: Mapping[str, Account]) -> Ballot:
    post = ballot.mention.post
    comment = ballot.mention.comment
    full = texts.get(post.id)
    if full is not None and post.text is None:
        post = msgspec.structs.replace(post, text=full.text, lang=full.lang, account=full.account, counts=full.counts)
        comment = comment_of(post, paper)
    post = names.with_newest_name(post, accounts)
    if post is ballot.mention.post:
        return ballot
    mention = Mention(post, paper.id, ballot.mention.through, comment)
    return Ballot(mention, ballot.person, ballot.weight, ballot.factor, ballot.commented, ballot.bot)


def _newest_first(ballots: Iterable[PaperBallots]) -> tuple[Post, ...]:
    posts = {mention.post.id: mention.post for of_paper in ballots for mention in of_paper.mentions}
    return tuple(sorted(posts.values(), key=lambda post: (post.posted_at, post.id), reverse=True))


def _cap_usd(config: Config, network: str) -> float | None:
    if config.wanted(network):
        return config.month_cap_usd(network)
    return None


def _networks(config: Config, tree: Tree) -> list[str]:
    used = {post.network for post in tree.posts.values()} | set(tree.states) - {"arxiv"}
    return sorted(used | {name for name in config.network_titles if config.wanted(name)})
