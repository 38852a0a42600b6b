"""Made-up sites of many shapes, ranked and listed like real ones: every name, handle, paper and post is invented."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from generator.finding.code_and_venue import stated_in
from generator.finding.mentions import mentions_by_paper
from generator.model.persons import Persons
from generator.model.records import Account, Counts, NetworkState, Paper, Post, Tracker
from generator.model.site import Site
from generator.ranking.digests import DigestScope, make_digests
from generator.ranking.hot import hot_papers
from generator.ranking.lists import Captured, make_listings
from generator.ranking.per_tracker import make_readings, readers_of
from generator.ranking.rank import Formula, rank_newest, value_mentions
from generator.ranking.similar import find_similar

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
WEIGHTS: dict[Any, float] = {"post": 1.0, "quote": 1.0, "reply": 0.6, "repost": 0.5, "like": 0.25}

PEOPLE = (
    ("mira", "Mira Okonjo"),
    ("jonas", "Jonas Weidlich"),
    ("aiko", "Aiko Tanabe-Ruiz"),
    ("sunil", "Sunil Prabhakaran"),
    ("leo", "Léonore d’Aubrac"),
    ("tamar", "תמר בן־דוד"),
    ("bot", "Daily Preprints"),
    ("noor", "نور الحسيني"),
)
COMMENTS = (
    "The trick in section 3 is lovely: they never form the matrix, and it still converges.",
    "Read the appendix before you cite the bound. The constant is doing a lot of work there.",
    "We tried this on our own data last spring and saw the same plateau; nice to have a reason.\n\nCode is short too.",
    "Strong claim, small sample. I would want to see it on anything that is not a benchmark.",
    "Figure 2 alone is worth your morning.",
    "Das ist die sauberste Herleitung, die ich bisher gesehen habe. Seite 7 lesen!",
    "קראתי פעמיים ועדיין לא השתכנעתי מהלמה השנייה",
)
ABSTRACT = (
    "For any positive integer $k$ we construct networks with $\\Theta(k^3)$ layers that no network with "
    "$\\mathcal{O}(k)$ layers approximates unless it is exponentially large: it must possess $\\Omega(2^k)$ "
    "nodes. The argument counts oscillations, and needs nothing of the activation but that it is semi-algebraic. "
    "We further show that the gap survives noise of variance $\\sigma^2 < 1/(2\\pi e)$, that it is tight up to a "
    "factor of $\\log k$, and that gradient descent finds the deep representation in polynomial time whenever the "
    "target satisfies $\\|f\\|_{H^s} \\le 1$. Experiments on four made-up data sets agree with the theory to "
    "within two per cent."
)


def a_paper(paper_id: str, title: str, **fields: Any) -> Paper:
    """A made-up paper; `fields` replace."""
    given: dict[str, Any] = {
        "authors": ("Ada Lindqvist", "Bo Sample", "Chidi Mbeki-Example"),
        "abstract": ABSTRACT,
        "categories": ("cs.LG", "stat.ML"),
        "submitted_at": datetime(2026, 11, 17, 9, 30, tzinfo=UTC),
        "fetched_at": NOW,
    }
    return Paper(id=paper_id, title=title, **(given | fields))


def a_post(number: int, paper_id: str, **fields: Any) -> Post:
    """Post `number`: by one of PEOPLE, `hours` before NOW (default: its number), with one of COMMENTS."""
    network = fields.pop("network", "bluesky")
    handle, name = PEOPLE[number % len(PEOPLE)]
    posted_at = NOW - timedelta(hours=fields.pop("hours", number % 200 + 1))
    given: dict[str, Any] = {
        "kind": "post",
        "url": f"https://{network}.example/{handle}/{number}",
        "account": Account(
            id=f"{network}:{handle}{number}", handle=f"{handle}.example", name=name, bot=handle == "bot"
        ),
        "posted_at": posted_at,
        "seen_at": posted_at + timedelta(minutes=7),
        "text": COMMENTS[number % len(COMMENTS)] + f" https://arxiv.org/abs/{paper_id}",
        "lang": "de" if number % len(COMMENTS) == 5 else "en",
        "papers": (paper_id,),
        "counts": Counts(likes=number * 7 % 41),
        "trackers": ("lab",) if number % 3 else ("lab", "harbour"),
    }
    return Post(id=f"{network}:{number}", network=network, **(given | fields))


def an_id(number: int, paper_id: str, **fields: Any) -> Post:
    """A post on X as `data/` keeps it by default: no text, no name."""
    return a_post(
        number, paper_id, network="x", text=None, lang=None, counts=None, account=Account(id=f"x:{number}"), **fields
    )


def many_shapes() -> tuple[list[Paper], list[Post]]:
    """Papers and posts that look like nothing in particular and like everything in turn."""
    papers = [
        a_paper("2611.00001", "Benefits of depth that survive noise"),
        a_paper(
            "2611.00002",
            "A very long title that does not stop where titles stop, goes on about $L^p$-spaces, Calabi--Yau "
            "threefolds and the harbour of Turku, and ends, after a subordinate clause, with a question: why not?",
        ),
        a_paper(
            "2611.00003",
            "Search for a made-up boson at 13.6 TeV",
            authors=tuple(f"A. B. Author{n}" for n in range(2800)),
        ),
        a_paper("2611.00004", "Right to left and back", authors=("נועה לוי", "عمر فاروق", "Ada Lindqvist")),
        a_paper("2611.00005", "A paper without an abstract", abstract=""),
        a_paper("2611.00006", "A paper that its authors took back", withdrawn=True, version=3, revised_at=NOW),
        a_paper(
            "2611.00007",
            "Three hundred people cannot be wrong",
            version=9,
            revised_at=NOW,
            comment="12 pages, $n$ figures",
        ),
        a_paper(
            "2611.00008",
            "Nobody mentions this one",
            doi="10.1234/made-up.8",
            journal_ref="J. Made Up Res. 3 (2026) 1-12",
        ),
        a_paper("hep-th/9901001", "An old one, back again", submitted_at=None, categories=("hep-th",)),
        a_paper("2611.00009", 'Hostile <script>alert(1)</script> & "quotes"', authors=("<b>Bobby</b> Tables",)),
        a_paper("2611.00010", "arXiv:2611.00010", abstract="", authors=(), categories=(), submitted_at=None),
    ]
    posts = [a_post(number, "2611.00001", hours=number * 5 + 1) for number in range(12)]
    posts += [an_id(100 + number, "2611.00001", hours=number * 3) for number in range(14)]
    posts += thread("2611.00002")
    posts += [a_post(number, "2611.00007", hours=number) for number in range(200, 440)]
    posts += [an_id(number, "2611.00007", hours=number - 400) for number in range(500, 560)]
    posts += [an_id(600 + number, "2611.00003", hours=number) for number in range(3)]
    posts += [
        a_post(610, "2611.00004", hours=2),
        a_post(611, "2611.00005", hours=3),
        a_post(612, "2611.00006", hours=4),
    ]
    posts += [a_post(613, "hep-th/9901001", hours=5), a_post(614, "2611.00010", hours=6)]
    posts += [
        a_post(615, "2611.00009", text="<img src=x onerror=alert(1)> I like it a lot, javascript:alert(1)", hours=7)
    ]
    return papers, posts


def thread(paper_id: str) -> list[Post]:
    """A comment, an answer to it, a quote, three reposts, a like, and a bare link."""
    first = a_post(50, paper_id, hours=30)
    bare = {"text": None, "counts": None}
    return [
        first,
        a_post(
            51,
            paper_id,
            hours=29,
            kind="reply",
            of=first.id,
            account=first.account,
            text="And the proof fits on a page.",
        ),
        a_post(52, paper_id, hours=28, kind="quote", of=first.id),
        *(a_post(number, paper_id, hours=20, kind="repost", of=first.id, **bare) for number in (56, 57, 59)),
        a_post(60, paper_id, hours=19, kind="like", of=first.id, **bare),
        a_post(61, paper_id, hours=18, text=f"https://arxiv.org/abs/{paper_id}"),
    ]


def sample_site(papers: Iterable[Paper] = (), posts: Iterable[Post] = (), **fields: Any) -> Site:
    """A site of these papers and posts, ranked and listed by the program's own rules; `fields` replace."""
    by_id = {paper.id: paper for paper in papers}
    now = fields.pop("listed_at", NOW)
    formula = Formula(half_life_days=2.5, weights=WEIGHTS)
    ballots = value_mentions(mentions_by_paper(posts), by_id, formula, Persons((), {}))
    trackers = (
        Tracker(id="lab", title="The lab", about="What *we* read."),
        Tracker(id="harbour", title="@harbour"),
    )
    readings = make_readings([tracker.id for tracker in trackers], by_id, ballots)
    hot = {"": ballots, **{tracker: reading.ballots for tracker, reading in readings.items()}}
    stated = {paper.id: found for paper in by_id.values() if (found := stated_in(paper))}
    captured = Captured(
        papers=by_id,
        ballots=ballots,
        formula=formula,
        now=now,
        readings=readings,
        stated=stated,
        hot={name: {each.paper_id: each for each in hot_papers(some, people=3, top=10)} for name, some in hot.items()},
    )
    everything = rank_newest(by_id, ballots, now=now, formula=formula, unmentioned=by_id.keys())
    shown = {mention.post.id: mention.post for each in everything for mention in each.mentions}
    given: dict[str, Any] = {
        "title": "Trending arXiv",
        "url": "https://example.github.io/trending-arxiv/",
        "base_path": "/trending-arxiv/",
        "note_html": "<p><strong>Note:</strong> this version is made up, from the first name to the last number.</p>",
        "home": "trending",
        "per_page": 20,
        "feed_entries": 50,
        "max_paper_pages": 50_000,
        "trackers": trackers,
        "ranking": {"half_life_days": 2.5, "weights": WEIGHTS, "bots": "down"},
        "now": NOW,
        "listings": make_listings(
            captured, everything, trackers, fields.get("home", "trending"), fields.pop("searches", ())
        ),
        "digests": make_digests(
            captured,
            DigestScope(below="", title="", ballots=captured.ballots),
            lengths={"daily": 20, "weekly": 30},
            unknown=frozenset({"2611.00010"}),
        ),
        "ballots": {name: {paper_id: about.ballots for paper_id, about in some.items()} for name, some in hot.items()},
        "hot": captured.hot,
        "stated": stated,
        "venues": frozenset({"ICML"}),
        "similar": find_similar(by_id.values()),
        "papers": {each.paper.id: each.paper for each in everything},
        "ranked": {each.paper.id: each for each in everything},
        "unknown": frozenset({"2611.00010"} & by_id.keys()),
        "posts": tuple(sorted(shown.values(), key=lambda post: (post.posted_at, post.id), reverse=True)),
        "tracker_posts": {tracker: reading.posts for tracker, reading in readings.items()},
        "readers": readers_of(readings),
        "networks": {"x": "X", "bluesky": "Bluesky"},
        "states": {
            "bluesky": NetworkState(last_success_at=NOW),
            "x": NetworkState(failing_since=NOW - timedelta(days=2), failure="it could not be connected to"),
        },
        "own_pages": (("colophon", "Colophon", "<p>Set by hand.</p><h2>Thanks</h2><p>To nobody in particular.</p>"),),
        "notes": {"2611.00001": "<p>We discuss this one on Thursday.</p>"},
        "contact": "owner@example.org",
    }
    return Site(**(given | fields))
