"""A fetch that several runs divide: joined, they leave the same bytes as one, and ask arXiv once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from generator.cli import cli
from generator.storage.store import Store
from tests import pretend_x
from tests.e2e.run import Copy
from tests.pretend_bluesky import NOW, ago, did, facet, ref, reposted, uri, view
from tests.rehearsal.networks import Networks, unavailable

PEOPLE = [f"p{number}" for number in range(9)]
SHARDS = 3
PLACES = {"config": "config.yaml", "data": "data", "cache": ".cache", "site": "site"}
SECRETS = {"X_BEARER_TOKEN": pretend_x.TOKEN}


@pytest.fixture
def networks() -> Iterator[Networks]:
    with Networks() as made:
        for name in PEOPLE:
            made.bluesky.feeds[did(name)] = []
        yield made


def say(networks: Networks, name: str, key: str, minutes: float, *, paper: str = "", of: str = "") -> None:
    """Something new: about a paper, or an answer to another's post, which alone says what it is about."""
    url = f"https://arxiv.org/abs/{paper}"
    text = f"Read {url} twice" if paper else "So did I, and it holds"
    said = {"facets": [facet(text, url, url)]} if paper else {"reply": {"root": ref(of), "parent": ref(of)}}
    networks.bluesky.feeds[did(name)].insert(0, {"post": view(name, key, text, ago(minutes), said=said)})


def first_news(networks: Networks) -> None:
    for number, name in enumerate(PEOPLE):
        if number != 3:
            say(networks, name, f"3ka{number}", 300 + number, paper=f"2611.0000{number + 1}v{1 + number % 2}")
    say(networks, "p1", "3kb1", 200, of=uri("p0", "3ka0"))
    say(networks, "p2", "3kb2", 190, of=uri("p1", "3kb1"))
    say(networks, "p5", "3kb5", 180, of=uri("p3", "3kc3"))  # waits for what is not there yet
    original = networks.bluesky.feeds[did("p0")][0]["post"]
    networks.bluesky.feeds[did("p4")].insert(0, {"post": original, "reason": reposted("p4", ago(150), "3kr4")})
    own = pretend_x.id_at(ago(120), 7)
    links = {"urls": [pretend_x.link("https://t.co/a", "https://arxiv.org/abs/2611.00042")]}
    networks.x.posts.append(pretend_x.post(own, "4711", "Good: https://t.co/a", entities=links))


def second_news(networks: Networks) -> None:
    say(networks, "p3", "3kc3", 185, paper="2611.00077")
    say(networks, "p8", "3kd8", 30, paper="2611.00001v2")


def configured(folder: Path, networks: Networks, shards: int) -> Copy:
    rows = "".join(
        f"  - {{id: t{part}, bluesky: {{accounts: [{', '.join(map(did, PEOPLE[part::2]))}]}}}}\n" for part in (0, 1)
    )
    return Copy(
        folder,
        'site: {url: "https://pages.example/made-up/"}\n'
        f"trackers:\n  - {{id: x, x: {{accounts: [ada_example]}}}}\n{rows}"
        f"fetch: {{shards: {shards}}}\n{networks.settings()}",
    )


def in_shards(copy: Copy, now: str, only: tuple[int, ...] = (1, 2, 3)) -> None:
    """What the workflow does: each shard in a copy of its own, what they brought joined, arXiv asked once."""
    parts = []
    for index in only:
        part = copy.folder.parent / f"{copy.folder.name}-{index}-{now[:10]}{now[11:13]}"
        shutil.copytree(copy.folder, part)
        run(part, "fetch", "--shard", f"{index}/{SHARDS}", "--now", now)
        parts.append(part)
    cache = copy.folder / ".cache"
    cache.mkdir(exist_ok=True)
    texts = [part / ".cache/texts.jsonl" for part in parts]
    (cache / "texts.jsonl").write_bytes(b"".join(path.read_bytes() for path in texts if path.exists()))
    run(copy.folder, "merge", "--shards", *(str(part / "data") for part in parts))
    run(copy.folder, "fetch", "--only", "arxiv", "--now", now)


def run(folder: Path, *arguments: str) -> str:
    """A command in this process: dozens of them would take their time to start."""
    places = [f"--{name}={folder / path}" for name, path in PLACES.items()]
    done = CliRunner().invoke(cli, [*arguments, *places], env=SECRETS)
    assert done.exit_code in {0, 3}, done.output
    return done.output


def same(one: Copy, other: Copy) -> None:
    assert one.files("data") == other.files("data")
    bare = {post.id for post in Store(one.folder / "data").load().posts.values() if post.text is None}
    texts = [Store(copy.folder / "data", copy.folder / ".cache").load_texts() for copy in (one, other)]
    assert {name: texts[0].get(name) for name in bare} == {name: texts[1].get(name) for name in bare}
    assert any(name.startswith("x:") for name in texts[1])


def at(minutes: float) -> str:
    return f"{NOW + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}"


def test_joined_shards_are_the_same_bytes_as_one_run_first_and_ever_after(tmp_path: Path, networks: Networks) -> None:
    one, three = configured(tmp_path / "one", networks, 1), configured(tmp_path / "three", networks, SHARDS)
    first_news(networks)
    for now, more in ((at(0), second_news), (at(180), None), (at(360), None)):
        run(one.folder, "fetch", "--now", now)
        asked = len(networks.arxiv_server.requests)
        in_shards(three, now)
        assert len(networks.arxiv_server.requests) - asked <= 1, "more than one machine asked arXiv"
        same(one, three)
        if more:
            more(networks)
    text = b"".join(one.files("data").values())
    assert b"2611.00042" in text
    assert b"3kb5" in text
    assert text.count(b"So did I") == 3  # the answer that waited came with its words


def test_one_shard_that_never_comes_costs_its_own_accounts_and_the_next_run_has_them(
    tmp_path: Path, networks: Networks
) -> None:
    one, three = configured(tmp_path / "one", networks, 1), configured(tmp_path / "three", networks, SHARDS)
    first_news(networks)
    in_shards(three, at(0), only=(1, 3))
    run(one.folder, "fetch", "--now", at(0))
    some, everything = three.files("data"), one.files("data")
    assert 0 < sum(map(len, some.values())) < sum(map(len, everything.values()))
    in_shards(three, at(180))
    assert Store(three.folder / "data").load().posts.keys() == Store(one.folder / "data").load().posts.keys()


def test_a_network_is_ill_while_one_shard_says_so_and_well_when_all_do(tmp_path: Path, networks: Networks) -> None:
    three = configured(tmp_path / "three", networks, SHARDS)
    first_news(networks)
    in_shards(three, at(0))
    for name in PEOPLE:
        networks.bluesky.broken[f"getAuthorFeed {did(name)}"] = unavailable()
    networks.bluesky.broken.pop(f"getAuthorFeed {did('p0')}")
    in_shards(three, at(180))
    assert "failing since" in run(three.folder, "status")
    networks.bluesky.broken.clear()
    in_shards(three, at(360))
    assert "failing since" not in run(three.folder, "status")
