"""A made-up group for the benchmark: its configuration, and every service that it reads, answering at once on loopback.

The services run in a process of their own (`Services`), so that what is measured is the program alone.
"""

from __future__ import annotations

import multiprocessing
import random
import re
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Self

from tests import pretend_bluesky, pretend_mastodon, pretend_x
from tests.loopback import Answer, Loopback, Reply, Request, as_xml
from tests.pretend_bluesky import NOW, PretendBluesky, did
from tests.pretend_mastodon import PretendMastodon
from tests.pretend_x import PretendX

INSTANCES = 8
SHARES = {"bluesky": 12, "mastodon": 5, "feeds": 2, "x": 1}
"""Of twenty accounts."""
FIRST_POSTS = 3
"""About papers, of each account in the month before; as many are about none."""
CATEGORIES = ("cs.LG", "cs.CL", "hep-th", "math.AG", "astro-ph.GA", "stat.ML", "quant-ph", "cs.CV")
WORDS = (
    "graph", "network", "lattice", "quantum", "galaxy", "kernel", "proof", "bound",
    "sample", "gauge", "sparse", "measure", "field", "random",
)  # fmt: skip
SECRETS = {"X_BEARER_TOKEN": pretend_x.TOKEN}


@dataclass(frozen=True, slots=True)
class Size:
    """How large the group is."""

    trackers: int
    accounts: int
    """Of each tracker."""

    def share(self, network: str) -> int:
        """Accounts of a tracker on a network."""
        return max(1, self.accounts * SHARES[network] // sum(SHARES.values()))

    @property
    def papers(self) -> int:
        """That somebody posts about: each by two or three, as the most are."""
        return max(50, self.trackers * self.accounts * FIRST_POSTS // 2)


class _World:
    """The services and what is posted there."""

    def __init__(self, size: Size, stack: ExitStack) -> None:
        self._dice = random.Random(7)  # the same for every run
        self._size = size
        self._posts = 0
        self._bluesky, self._x = PretendBluesky(), PretendX()
        self._instances = [PretendMastodon(domain="") for _ in range(INSTANCES)]
        self._feeds: dict[str, list[str]] = {}
        served = [self._bluesky.serve(), self._x.serve(), *(each.serve() for each in self._instances)]
        servers = {name: stack.enter_context(each) for name, each in zip(self._names(), served, strict=True)}
        self.loopbacks = {name: each.loopback for name, each in servers.items()}
        self.loopbacks["feeds"] = stack.enter_context(Loopback(self._feed))
        self.loopbacks["arxiv"] = stack.enter_context(Loopback(_arxiv))
        for number, instance in enumerate(self._instances):
            instance.domain = self.loopbacks[f"mastodon{number}"].url.partition("://")[2]
        for account in range(size.trackers * size.share("x")):
            self._x.named[f"x{account}"] = str(1000 + account)

    @staticmethod
    def _names() -> list[str]:
        return ["bluesky", "x", *(f"mastodon{number}" for number in range(INSTANCES))]

    def say(self, network: str, account: int, minutes: float, *, about: bool) -> None:
        """One post of one account."""
        self._posts += 1
        paper = f"2611.{1 + self._dice.randrange(self._size.papers):05}"
        url = f"https://arxiv.org/abs/{paper}" if about else "https://example.org/lunch"
        text = f"{' '.join(self._dice.choices(WORDS, k=12))} {url}"
        at = NOW - timedelta(minutes=minutes)
        if network == "bluesky":
            said = {"facets": [pretend_bluesky.facet(text, url, url)]}
            view = pretend_bluesky.view(f"b{account}", f"3k{self._posts:07}", text, at, said=said)
            self._bluesky.feeds.setdefault(did(f"b{account}"), []).insert(0, {"post": view})
        elif network == "mastodon":
            instance = self._instances[account % INSTANCES]
            who = instance.accounts.get(f"m{account}") or instance.add(f"m{account}")
            own_id = pretend_mastodon.snowflake(at, self._posts % 65_536)
            linked = text.replace(url, pretend_mastodon.anchor(url))
            instance.statuses[who["id"]].insert(0, pretend_mastodon.status(who, own_id, f"<p>{linked}</p>", at))
        elif network == "x":
            links = {"urls": [pretend_x.link("https://t.co/a", url)]}
            said_there = text.replace(url, "https://t.co/a")
            own = pretend_x.id_at(at, self._posts % 4_000)
            self._x.posts.insert(0, pretend_x.post(own, str(1000 + account), said_there, entities=links))
        else:
            row = (
                f"<entry><id>urn:f{account}:{self._posts}</id><title>{text[:40]}</title><updated>{at:%Y-%m-%dT%H:%M:%SZ}"
                f'</updated><link href="https://blog.example/{self._posts}"/><summary>{text}</summary></entry>'
            )
            self._feeds.setdefault(f"/f{account}.xml", []).insert(0, row)

    def fill(self) -> None:
        """The month before."""
        for network in SHARES:
            for account in range(self._size.trackers * self._size.share(network)):
                for number in range(2 * FIRST_POSTS):
                    minutes = (2 * FIRST_POSTS - number) * 6_000 + self._dice.randrange(5_000)
                    self.say(network, account, minutes, about=number % 2 == 0)

    def news(self, part: float) -> None:
        """One more post about a paper by so many of all accounts."""
        for network in SHARES:
            for account in range(self._size.trackers * self._size.share(network)):
                if self._dice.random() < part:
                    self.say(network, account, -60, about=True)

    def config(self) -> str:
        """The configuration that reads all of it."""
        rows = "".join(map(self._tracker, range(self._size.trackers)))
        at = {name: loopback.url for name, loopback in self.loopbacks.items()}
        return (
            f'site: {{title: Benchmark, url: "https://pages.example/benchmark/"}}\ntrackers:\n{rows}'
            f'networks: {{x: {{api: "{at["x"]}/2", max_reads_per_run: 5000}}, bluesky: {{api: "{at["bluesky"]}"}}, '
            f'arxiv: {{api: "{at["arxiv"]}/api/query", spacing_s: 0}}}}\n'
        )

    def _tracker(self, number: int) -> str:
        def own(network: str) -> range:
            count = self._size.share(network)
            return range(number * count, (number + 1) * count)

        origins = {account: self.loopbacks[f"mastodon{account % INSTANCES}"].url for account in own("mastodon")}
        mastodon = [f'"{origin}/@m{account}"' for account, origin in origins.items()]
        feeds = [f'"{self.loopbacks["feeds"].url}/f{account}.xml"' for account in own("feeds")]
        return (
            f"  - id: t{number}\n    bluesky: {{accounts: [{', '.join(did(f'b{each}') for each in own('bluesky'))}]}}\n"
            f"    mastodon: {{accounts: [{', '.join(mastodon)}]}}\n    feeds: [{', '.join(feeds)}]\n"
            f"    x: {{accounts: [{', '.join(f'x{each}' for each in own('x'))}]}}\n"
        )

    def _feed(self, request: Request) -> Reply:
        rows = "".join(self._feeds.get(request.path, []))
        return as_xml(
            f'<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:{request.path}</id><title>{request.path}</title>'
            f"<updated>2026-11-20T00:00:00Z</updated>{rows}</feed>"
        )

    def counted(self) -> dict[str, int]:
        """Requests since the last count, by service; the instances of Mastodon as the busiest one."""
        found = {name: len(loopback.requests) for name, loopback in self.loopbacks.items()}
        for loopback in self.loopbacks.values():
            loopback.requests.clear()
        instances = [found.pop(f"mastodon{number}") for number in range(INSTANCES)]
        return {**found, "mastodon": sum(instances), "busiest instance": max(instances)}


def _arxiv(request: Request) -> Reply:
    asked = re.findall(r"2611\.\d{5}", request.query.get("id_list", ""))
    if not asked:
        return Answer(400)
    return as_xml(
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom"><title>q</title>'
        f"<id>q</id><updated>2026-11-20T00:00:00Z</updated>{''.join(map(_paper, asked))}</feed>"
    )


def _paper(paper: str) -> str:
    dice = random.Random(paper)
    words = " ".join(dice.choices(WORDS, k=120))
    category = dice.choice(CATEGORIES)
    return (
        f"<entry><id>http://arxiv.org/abs/{paper}v1</id><title>{words[:60].strip()} {paper}</title>"
        f"<summary>{words} $x^2$.</summary><published>2026-11-{dice.randrange(1, 20):02}T00:00:00Z</published>"
        "<updated>2026-11-19T00:00:00Z</updated><author><name>Ada Example</name></author><author><name>Bo Sample</name>"
        f'</author><arxiv:primary_category term="{category}"/><category term="{category}"/></entry>'
    )


class Services:
    """The services in a process of their own. Use with `with`."""

    def __init__(self, size: Size) -> None:
        context = multiprocessing.get_context("spawn")
        self._here, there = context.Pipe()
        self._process = context.Process(target=_serve, args=(size, there), daemon=True)

    def __enter__(self) -> Self:
        self._process.start()
        self._here.recv()
        return self

    def __exit__(self, *_: object) -> None:
        self._here.send(("end", None))
        self._process.join(10)

    def _ask(self, what: str, value: Any = None) -> Any:
        self._here.send((what, value))
        return self._here.recv()

    def configure(self, folder: Path) -> None:
        """Write config.yaml."""
        (folder / "config.yaml").write_text(self._ask("config"), "utf-8")

    def news(self, part: float) -> None:
        """Let so many of all accounts post once more."""
        self._ask("news", part)

    def requests(self) -> dict[str, int]:
        """Since the last call, by service."""
        found: dict[str, int] = self._ask("counted")
        return found


def _serve(size: Size, there: Connection) -> None:
    with ExitStack() as stack:
        world = _World(size, stack)
        world.fill()
        there.send("ready")
        while (order := there.recv())[0] != "end":
            what, value = order
            there.send(getattr(world, what)(*([] if value is None else [value])))
