"""Every network on loopback, with made-up posts about made-up papers on several pages each, and a config for any.

with World("x", "feeds") as world:          # those two, and arXiv
    world.gate = lambda request: ...        # sees every request first; a reply of its own stands in for the answer
    world.config()
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any, Self

from tests.fetch.test_arxiv_api import arxiv
from tests.fetch.test_sources_feeds import Site, item, rss
from tests.fetch.test_sources_hackernews import PretendSearch, story
from tests.fetch.test_sources_huggingface import TODAY, PretendDaily, row
from tests.loopback import Answer, Loopback, Reply, Request, as_json
from tests.pretend_bluesky import PretendBluesky, ago, did, facet, profile, reposted, view
from tests.pretend_mastodon import PretendMastodon, anchor, boost, snowflake, status
from tests.pretend_x import TOKEN, PretendX, id_at, link, post

NOW = "2026-11-20T12:00:00Z"
SECRETS = {"X_BEARER_TOKEN": TOKEN}
NETWORKS = ("x", "bluesky", "mastodon", "hackernews", "huggingface", "feeds")
MANY = 110
"""Posts of who posts a lot: more than a page of any network, and with a paper each more than a question to arXiv."""

NEWS = 7000
"""Number of the first paper that is news."""

Answering = Callable[[Request], Reply]


@dataclass(frozen=True, slots=True)
class Service:
    """One network: its answers, and what of config.yaml leads to them."""

    answer: Answering
    block: dict[str, Any] | list[str]
    """Of a tracker; `{url}` in its texts stands for the server."""
    tell: Callable[[], None]
    """One more post about one more paper, a minute ago."""
    api: str = ""
    """Of `networks.<name>`; empty where the block says where to ask."""


def paper(number: int) -> str:
    return f"https://arxiv.org/abs/2611.{number:05d}"


def _x() -> Service:
    pretend = PretendX(named={"ann": "11", "bob": "12"}, lists={"77": ["13"]})
    for number in range(MANY):
        entities = {"urls": [link("https://t.co/a", paper(number + 1))]}
        pretend.posts.append(post(id_at(ago(10 + number)), "11", "made up words https://t.co/a", entities=entities))
    first = pretend.posts[0]["id"]
    quoting = {"referenced_posts": [{"type": "quoted", "id": first}]}
    reposting = {"referenced_posts": [{"type": "retweeted", "id": first}]}
    unseen = {"referenced_posts": [{"type": "replied_to", "id": id_at(ago(9_000))}]}
    pretend.posts += [
        post(id_at(ago(5)), "12", "so I say", **quoting),
        post(id_at(ago(4)), "13", "RT @ann: made up words", **reposting),
        post(id_at(ago(3)), "13", "an answer to what nobody here has seen", **unseen),
    ]

    def tell() -> None:
        entities = {"urls": [link("https://t.co/n", paper(NEWS))]}
        pretend.posts.append(post(id_at(ago(1)), "12", "news https://t.co/n", entities=entities))

    return Service(_json(pretend.answer), {"accounts": ["ann", "bob"], "lists": ["77"]}, tell, "/2")


def _bluesky() -> Service:
    def row_of(name: str, number: int, minutes: float) -> dict[str, Any]:
        text = f"I read {paper(number)} twice"
        said = {"facets": [facet(text, paper(number), paper(number))]}
        return {"post": view(name, f"k{number}", text, ago(minutes), said=said)}

    many = [row_of("ann", 2000 + number, 10 + number) for number in range(MANY)]
    few = [row_of("bob", 400 + number, 20 + number) for number in range(3)]
    few.insert(0, {"post": many[0]["post"], "reason": reposted("bob", ago(5), "r1")})
    pretend = PretendBluesky(
        handles={"ann.example.com": did("ann"), "bob.example.com": did("bob")},
        feeds={did("ann"): many, did("bob"): few, did("cem"): [row_of("cem", 410, 7)]},
        follows={did("bob"): [profile("cem"), profile("ann")]},
    )
    block = {"accounts": ["ann.example.com", "bob.example.com"], "follows_of": ["bob.example.com"]}
    tell = partial(_put_first, pretend.feeds[did("bob")], row_of("bob", NEWS + 1, 1))
    return Service(_json(pretend.answer), block, tell, "/")


class _Mastodon:
    """An instance whose name is the address that it is asked at."""

    def __init__(self) -> None:
        self._pretend: PretendMastodon | None = None

    def tell(self) -> None:
        assert self._pretend is not None, "nobody asked it before"
        bob = self._pretend.accounts["bob"]
        _put_first(self._pretend.statuses[bob["id"]], self._said(bob, NEWS + 2, 1))

    def __call__(self, request: Request) -> Reply:
        host = request.headers["host"]
        if self._pretend is None:
            self._pretend = self._instance(host)
        reply = _json(self._pretend.answer)(request)
        assert isinstance(reply, Answer)
        secure, plain = f"https://{host}", f"http://{host}"
        headers = {name: value.replace(secure, plain) for name, value in reply.headers.items()}
        return replace(reply, body=reply.body.replace(secure.encode(), plain.encode()), headers=headers)

    @staticmethod
    def _said(who: dict[str, Any], number: int, minutes: float) -> dict[str, Any]:
        at = ago(minutes)
        return status(who, snowflake(at), f"<p>I read {anchor(paper(number))} twice</p>", at)

    def _instance(self, host: str) -> PretendMastodon:
        said, instance = self._said, PretendMastodon(host)
        ann, bob = instance.add("ann"), instance.add("bob")
        many = [said(ann, 500 + number, 10 + number) for number in range(90)]
        instance.statuses[ann["id"]] = many
        instance.others = {"100": said(bob, 600, 9_000)}
        reply = status(bob, snowflake(ago(4)), "<p>and more of it</p>", ago(4), in_reply_to_id="100")
        instance.statuses[bob["id"]] = [boost(bob, snowflake(ago(3)), many[0], ago(3)), reply, said(bob, 601, 30)]
        instance.tags["arxiv"] = [said(bob, 602, 6)]
        return instance


def _mastodon() -> Service:
    instance = _Mastodon()
    block = {"accounts": ["{url}/@ann", "{url}/@bob"], "tags": ["{url}/tags/arxiv"]}
    return Service(instance, block, instance.tell)


def _hackernews() -> Service:
    stories = [story(number, hours=number / 2) for number in range(1, 40)]
    tell = partial(stories.append, story(NEWS + 3, hours=1 / 60))
    return Service(PretendSearch(stories, largest=20), {"min_points": 2}, tell, "/")


def _huggingface() -> Service:
    lists = {TODAY - timedelta(days=day): [row(40 * day + number + 1) for number in range(3)] for day in range(5)}
    tell = partial(lists[TODAY].append, row(NEWS + 4))
    return Service(PretendDaily(lists), {"min_upvotes": 2}, tell, "/")


def _feeds() -> Service:
    site = Site({"/a.xml": rss(item(901), item(902)), "/b.xml": rss(item(903), title="Other")})

    def tell() -> None:
        site.bodies["/b.xml"] = rss(item(903), item(NEWS + 5), title="Other")
        site.edition += 1

    return Service(site, ["{url}/a.xml", "{url}/b.xml"], tell)


def _put_first(rows: list[dict[str, Any]], one: dict[str, Any]) -> None:
    rows.insert(0, one)


_MAKERS: dict[str, Callable[[], Service]] = {
    "x": _x, "bluesky": _bluesky, "mastodon": _mastodon, "hackernews": _hackernews, "huggingface": _huggingface,
    "feeds": _feeds,
}  # fmt: skip


class World:
    """Some networks and arXiv, each on a server of its own."""

    def __init__(self, *networks: str) -> None:
        self.services = {name: _MAKERS[name]() for name in networks}
        self.gate: Callable[[str, Request], Reply | None] = lambda _name, _request: None
        """(network or arxiv, request) -> what to answer instead. Called one request at a time."""
        self.asked: list[str] = []
        """The networks of the requests so far."""
        self._lock = threading.Lock()
        self._servers: dict[str, Loopback] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        answers = {name: service.answer for name, service in self.services.items()} | {"arxiv": arxiv()}
        for name, answer in answers.items():
            self._servers[name] = self._stack.enter_context(Loopback(self._gated(name, answer)))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _gated(self, name: str, answer: Answering) -> Answering:
        def reply(request: Request) -> Reply:
            with self._lock:
                self.asked.append(name)
                instead = self.gate(name, request)
            return answer(request) if instead is None else instead

        return reply

    def tell(self) -> None:
        """Make news everywhere."""
        for service in self.services.values():
            service.tell()

    def url(self, name: str) -> str:
        """Of a network's server."""
        return self._servers[name].url

    def config(self) -> str:
        """config.yaml (JSON is YAML) for all of them."""
        blocks = {
            name: json.loads(json.dumps(service.block).replace("{url}", self.url(name)))
            for name, service in self.services.items()
        }
        apis = {name: {"api": (self.url(name) + one.api).rstrip("/")} for name, one in self.services.items() if one.api}
        if "x" in apis:
            apis["x"]["max_reads_per_run"] = 10_000  # type: ignore[assignment]
        arxiv_api: dict[str, Any] = {"api": f"{self.url('arxiv')}/api/query", "spacing_s": 0}
        return json.dumps({
            "site": {"title": "Made up", "url": "https://pages.example/made-up/"},
            "trackers": [{"id": "mine", "title": "Mine", **blocks}],
            "networks": {**apis, "arxiv": arxiv_api},
        })  # fmt: skip


def _json(answer: Callable[[Request], Any]) -> Answering:
    """As SpecServer does for values that are no answers yet."""

    def reply(request: Request) -> Reply:
        given = answer(request)
        return given if isinstance(given, Answer) else as_json(given)

    return reply


def without_cost(content: bytes) -> bytes:
    """A file of data/ without what its network charged: a read that fails later was paid for all the same."""
    return re.sub(rb'\n "spent_usd": {[^}]*},?', b"", content)
