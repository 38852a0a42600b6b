"""Bluesky's adapter against a real Bluesky network: PDS, AppView and PLC as their makers ship them, on loopback.

People open accounts, post, quote, answer, repost, like, follow, list and delete through the network's own API, as their
apps do; then the program fetches, builds and prunes. scripts/install_bluesky_network.sh installs the network.
"""

from __future__ import annotations

import json
import shutil
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests import announcing
from tests.e2e.run import Copy
from tests.fetch.test_arxiv_api import entry, feed
from tests.loopback import Loopback, Reply, Request, as_xml
from tests.pretend_jetstream import Jetstream, commit, of_firehose
from tests.tools.bluesky_network import Network, Person, Ref, card, link, running

pytestmark = pytest.mark.tools

CONFIG = """\
site: {{title: Made up, url: "https://pages.example/made-up/"}}
trackers:
  - {{id: example, title: Made up, bluesky: {block}}}
networks:
  bluesky: {{api: "{appview}"}}
  arxiv: {{api: "{arxiv}/api/query", spacing_s: 0}}
"""
HIDES = {
    "$type": "com.atproto.label.defs#selfLabels",
    "values": [{"val": "!no-unauthenticated"}],
}


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    """One for all tests of this file; everybody in it belongs to one test."""
    with running() as network:
        yield network


@pytest.fixture(scope="module")
def arxiv() -> Iterator[Loopback]:
    with Loopback(_arxiv) as server:
        yield server


def _arxiv(request: Request) -> Reply:
    ids = request.query["id_list"].split(",")
    return as_xml(feed(*(entry(f"{paper_id}v1", f"The made-up paper {paper_id}") for paper_id in ids)))


def hide(person: Person) -> Ref:
    """Ask not to be shown to readers who are not logged in."""
    return person.put("app.bsky.actor.profile", {"displayName": "Made up", "labels": HIDES}, rkey="self")


def listed(owner: Person, *members: Person) -> str:
    """A list of these accounts -> its address."""
    made = owner.put("app.bsky.graph.list", {"name": "readers", "purpose": "app.bsky.graph.defs#curatelist"})
    for member in members:
        owner.put("app.bsky.graph.listitem", {"list": made.uri, "subject": member.did})
    return made.uri


class Copied:
    """Somebody's copy that reads this network."""

    def __init__(self, folder: Path, network: Network, arxiv: Loopback, **block: Any) -> None:
        self.copy = Copy(folder, CONFIG.format(block=json.dumps(block), appview=network.appview, arxiv=arxiv.url))
        self._network = network

    def run(self, *arguments: str) -> Any:
        """A command once the network has settled, without a failure -> its summary."""
        self._network.settle()
        ran = self.copy.run(*arguments, "--json")
        assert ran.status == 0, ran.err
        return ran.json

    @property
    def posts(self) -> dict[str, dict[str, Any]]:
        """What is stored, by id."""
        lines = [line for _, data in sorted(self.copy.files("data/posts").items()) for line in data.splitlines()]
        return {post["id"]: post for post in map(json.loads, lines)}

    @property
    def relations(self) -> dict[str, tuple[str, str | None, tuple[str, ...]]]:
        """Id -> kind, what it points at, papers."""
        return {own: (post["kind"], post.get("of"), tuple(post["papers"])) for own, post in self.posts.items()}


def test_what_people_did_on_a_real_network_is_fetched_once_and_shown(
    network: Network, arxiv: Loopback, tmp_path: Path
) -> None:
    ada, ben, dora, eli, fay, gil = (network.join(name) for name in ("ada", "ben", "dora", "eli", "fay", "gil"))
    hide(gil)
    ben.follow(dora)
    ben.follow(gil)
    shown = "Ça: I like arxiv.org/abs/2401.0..., twice"
    first = ada.post(shown, **link(shown, "arxiv.org/abs/2401.0...", "https://arxiv.org/abs/2401.00001v2"))
    second = ada.post("see the card", embed=card("https://arxiv.org/pdf/2401.00002"))
    thread = ada.reply("and its second part", first)
    ada.delete(ada.post("a mistake https://arxiv.org/abs/2401.00009"))
    ada.post("no paper at all")
    quote = ben.post("I differ on every count", embed={"$type": "app.bsky.embed.record", "record": first.strong})
    both = ben.post(
        "a better one on the same",
        embed={
            "$type": "app.bsky.embed.recordWithMedia",
            "record": {"$type": "app.bsky.embed.record", "record": first.strong},
            "media": card("https://arxiv.org/abs/2401.00003"),
        },
    )
    answer = ben.reply("why would anybody believe that?", first)
    repost = ben.repost(second)
    ben.like(first)
    again = dora.repost(quote)
    plain = eli.post("arXiv:2401.00005 & more")
    hidden = gil.post("a canary https://arxiv.org/abs/2401.00006")
    gil.repost(first)
    chosen = fay.post("https://arxiv.org/abs/hep-th/9901001")
    service = network.serve_feed("read", chosen, hidden)
    by_feed = ben.put("app.bsky.feed.generator", {"did": service, "displayName": "read"}, rkey="read")
    copied = Copied(
        tmp_path, network, arxiv,
        accounts=["ada.test", "@ben.test"], follows_of=[ben.did], lists=[listed(ada, eli, gil)], feeds=[by_feed.uri],
    )  # fmt: skip

    copied.run("fetch")
    one = ("2401.00001",)
    assert copied.relations == {
        first.post_id: ("post", None, one),
        second.post_id: ("post", None, ("2401.00002",)),
        thread.post_id: ("reply", first.post_id, one),
        quote.post_id: ("quote", first.post_id, one),
        both.post_id: ("quote", first.post_id, ("2401.00001", "2401.00003")),
        answer.post_id: ("reply", first.post_id, one),
        repost.post_id: ("repost", second.post_id, ("2401.00002",)),
        again.post_id: ("repost", quote.post_id, one),
        plain.post_id: ("post", None, ("2401.00005",)),
        chosen.post_id: ("post", None, ("hep-th/9901001",)),
    }
    post = copied.posts[first.post_id]
    assert post["text"] == "Ça: I like https://arxiv.org/abs/2401.00001v2, twice"
    assert post["links"] == ["https://arxiv.org/abs/2401.00001v2"]
    assert (post["account"]["id"], post["account"]["handle"]) == (f"bluesky:{ada.did}", "ada.test")
    assert post["counts"] == {"likes": 1, "reposts": 1, "replies": 2, "quotes": 2}
    assert post["url"] == f"https://bsky.app/profile/{ada.did}/post/{first.uri.rpartition('/')[2]}"
    assert b"canary" not in b"".join(copied.copy.files("data").values())
    before = copied.copy.files("data")
    assert copied.run("fetch")["changed_files"] == 0
    assert copied.copy.files("data") == before

    ada.ask("com.atproto.identity.updateHandle", {"handle": "ada-lace.test"})
    newest = ada.post("news of arXiv:2401.00007")
    assert copied.run("fetch")["networks"]["bluesky"]["new"] == 1
    assert copied.posts[newest.post_id]["account"] == {"id": f"bluesky:{ada.did}", "handle": "ada-lace.test"}
    copied.run("build")
    page = copied.copy.page("abs/2401.00001").text_content()
    comments = ("I differ on every count", "a better one on the same", "why would anybody believe that?")
    for said in ("The made-up paper 2401.00001", *comments, "and its second part", "ada-lace.test"):
        assert said in page
    assert "canary" not in copied.copy.page("posts").text_content()


def test_what_people_took_back_on_a_real_network_goes_and_stays_away(
    network: Network, arxiv: Loopback, tmp_path: Path
) -> None:
    hal, ida, jan, kim = (network.join(name) for name in ("hal", "ida", "jan", "kim"))
    kept = hal.post("I keep what I said https://arxiv.org/abs/2402.00001")
    deleted = hal.post("I delete what I said https://arxiv.org/abs/2402.00002")
    quote = ida.post("of what goes", embed={"$type": "app.bsky.embed.record", "record": deleted.strong})
    echo = ida.repost(deleted)
    undone = ida.repost(kept)
    left = jan.post("I leave with what I said https://arxiv.org/abs/2402.00003")
    hidden = kim.post("I hide what I said https://arxiv.org/abs/2402.00004")
    also_hidden = kim.repost(kept)
    copied = Copied(tmp_path, network, arxiv, accounts=[f"{name}.test" for name in ("hal", "ida", "jan", "kim")])
    copied.run("fetch")
    everything = {each.post_id for each in (kept, deleted, quote, echo, undone, left, hidden, also_hidden)}
    assert set(copied.posts) == everything
    nothing_gone = copied.run("prune", "--all")["networks"]["bluesky"]
    assert (nothing_gone["there"], nothing_gone["gone"]) == (8, 0)

    hal.delete(deleted)
    ida.delete(undone)
    jan.ask("com.atproto.server.deactivateAccount")
    hide(kim)
    assert copied.run("prune")["networks"]["bluesky"]["requests"] == 0, "asked again on the same day"
    pruned = copied.run("prune", "--all")["networks"]["bluesky"]
    assert (pruned["there"], pruned["unanswered"]) == (3, 0)
    assert copied.relations == {
        kept.post_id: ("post", None, ("2402.00001",)),
        quote.post_id: ("quote", None, ("2402.00002",)),
    }
    gone = (tmp_path / "data/gone.jsonl").read_text("utf-8").splitlines()
    assert {json.loads(line)["id"] for line in gone} == everything - copied.posts.keys()
    ran = copied.copy.run("fetch", "--json")
    assert ran.status == 0, ran.err
    assert set(copied.posts) == {kept.post_id, quote.post_id}
    copied.run("build")
    page = copied.copy.page("posts").text_content()
    assert "I keep what I said" in page
    for said in ("I delete", "I leave", "I hide"):
        assert said not in page


def test_a_paper_is_announced_once_on_a_real_network_and_its_title_is_text(network: Network, tmp_path: Path) -> None:
    papers = network.join("papers")
    account = {"account": papers.handle, "service": network.pds}
    config = announcing.config(network.pds, "bluesky", **account)
    announcing.data(tmp_path)
    announcing.announce(tmp_path, config, {})
    announcing.data(tmp_path, ("2611.00077", 3), title=announcing.HOSTILE)
    refused = announcing.announce(tmp_path, config, {"ANNOUNCE_BLUESKY_APP_PASSWORD": "wrong"})["bluesky"]
    assert "HTTP 401" in str(refused.failure)
    secrets = {"ANNOUNCE_BLUESKY_APP_PASSWORD": "made-up-password"}
    assert announcing.announce(tmp_path, config, secrets)["bluesky"].sent == ["2611.00077"]
    shutil.rmtree(tmp_path / "announced")  # as if nothing had been noted: the account is asked
    announcing.data(tmp_path / "empty")
    announcing.announce(tmp_path / "empty", config, {})
    shutil.copytree(tmp_path / "empty/announced", tmp_path / "announced")
    assert announcing.announce(tmp_path, config, secrets)["bluesky"].sent == ["2611.00077"]
    network.settle()
    address = f"{network.appview}/xrpc/app.bsky.feed.getAuthorFeed?actor={papers.did}"
    with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310 (loopback)
        (shown,) = json.loads(answer.read())["feed"]
    record = shown["post"]["record"]
    (facet,) = record["facets"]
    where = facet["index"]
    assert record["text"].encode()[where["byteStart"] : where["byteEnd"]].decode() == "arXiv:2611.00077"
    assert [each["uri"] for each in facet["features"]] == ["https://arxiv.org/abs/2611.00077"]
    assert shown["post"]["embed"]["external"]["uri"] == "https://pages.example/made-up/abs/2611.00077/"
    assert "3 people posted about it this week" in record["text"]


def test_the_stream_of_a_real_network_gives_the_bytes_of_its_feeds(
    network: Network, arxiv: Loopback, tmp_path: Path
) -> None:
    ada, ben, dora = (network.join(name) for name in ("streamada", "streamben", "streamdora"))
    block = {"accounts": [ada.did, ben.did]}
    by_feeds = Copied(tmp_path / "feeds", network, arxiv, **block)
    by_stream = Copied(tmp_path / "stream", network, arxiv, **block)
    config = by_stream.copy.folder / "config.yaml"
    began = datetime.now(UTC).replace(microsecond=0)
    joined = config.read_text("utf-8").replace("networks:\n  bluesky: {", "networks:\n  bluesky: {stream: true, ")
    config.write_text(joined, "utf-8")
    for copied in (by_feeds, by_stream):
        copied.run("fetch", "--now", began.isoformat())

    first = ada.post("I like https://arxiv.org/abs/2401.00011")
    strangers = dora.post("mine: https://arxiv.org/abs/2401.00012")
    ben.reply("why would anybody believe that?", strangers)
    ben.post("I differ", embed={"$type": "app.bsky.embed.record", "record": first.strong})
    ben.repost(strangers)
    ben.post("no paper at all")
    ada.delete(ada.post("a mistake https://arxiv.org/abs/2401.00013"))
    network.settle()
    now = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    end = commit(ada.did, now + timedelta(seconds=1), "end", {"text": "later", "createdAt": now.isoformat()})
    with Jetstream([*of_firehose(network.pds), end]) as jetstream:
        config.write_text(joined.replace("stream: true", f'stream: "{jetstream.url}"'), "utf-8")
        for copied in (by_feeds, by_stream):
            copied.run("fetch", "--now", now.isoformat())
    assert len(by_feeds.posts) == 5
    assert by_stream.copy.files("data/posts") == by_feeds.copy.files("data/posts")
    assert by_stream.copy.files("data/papers") == by_feeds.copy.files("data/papers")
