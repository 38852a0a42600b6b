"""How long a network may take in one run when its hosts are silent, slow or both, and what that does to the others."""

from __future__ import annotations

import contextlib
import json
import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.config import Config
from generator.fetch import prune
from generator.fetch import run as fetch
from generator.fetch.adapter.patience import NEXT
from generator.fetch.configuration import read
from generator.fetch.intake import note_unknown
from generator.model.errors import FetchError, OutOfTimeError
from generator.model.records import Account
from generator.net.http.allowance import Allowance
from generator.net.http.transport import Exchanged
from generator.storage.store import Store
from tests import make
from tests.e2e.run import files_below
from tests.fetch.test_sources_feeds import item, rss
from tests.one_run import NOW, Clock
from tests.pretend_mastodon import account, ago, anchor, snowflake, status
from tests.together import SILENT, Net, Wire, serving

LONGEST_S = 120.0


def feed_url(host: str, name: str = "feed") -> str:
    return f"https://{host}/{name}.xml"


def blog(number: int, *, seconds: float = 0.1) -> Wire:
    return serving({"/feed.xml": rss(item(number))}, seconds=seconds)


def instance(host: str, number: int) -> Wire:
    """Where ann wrote about one paper."""
    ann = account("ann", host, "7")
    said = status(ann, snowflake(ago(5)), f"<p>{anchor(f'https://arxiv.org/abs/2611.{number:05}')}</p>", ago(5))
    answers: dict[str, Any] = {"/api/v1/accounts/lookup": ann, "/api/v1/accounts/7/statuses": [said]}
    return serving({path: json.dumps(answer).encode() for path, answer in answers.items()})


def wanting(block: Mapping[str, Any] | list[str], network: str) -> Config:
    return read(
        json.dumps({
            "site": {"url": "https://pages.example/x/"}, "trackers": [{"id": "mine", network: block}]
        }).encode()
    )  # fmt: skip


class Copy:
    """Runs of one copy."""

    def __init__(self, folder: Path, net: Net, config: Config, network: str) -> None:
        self.folder, self.net, self.config, self.network = folder, net, config, network

    def run(self, now: datetime = NOW) -> fetch.NetworkReport:
        self.net.asked.clear()
        self.net.clock.at = 1000.0
        client = self.net.client()
        report = fetch.run(
            self.config,
            Store(self.folder / "data", self.folder / "cache"),
            client_for=lambda _, seconds: client.limited(seconds),
            secrets={},
            now=now,
            only=self.network,
        )
        return report.networks[0]

    @property
    def next(self) -> Any:
        path = self.folder / f"data/state/{self.network}.json"
        return json.loads(path.read_text())["cursors"].get(NEXT) if path.exists() else None


def copy_of(folder: Path, patch: pytest.MonkeyPatch, hosts: Mapping[str, Wire], network: str) -> Copy:
    net = Net(hosts)
    net.rule(patch)
    if network == "feeds":
        return Copy(folder, net, wanting([feed_url(host) for host in hosts], "feeds"), network)
    return Copy(folder, net, wanting({"accounts": [f"@ann@{host}" for host in hosts]}, network), network)


def dead(count: int) -> dict[str, Wire]:
    return {f"dead{number:03}.example": SILENT for number in range(count)}


def well(count: int, network: str) -> dict[str, Wire]:
    names = [f"well{number:03}.example" for number in range(count)]
    return {
        name: blog(number + 1) if network == "feeds" else instance(name, number + 1)
        for number, name in enumerate(names)
    }


# --- what is counted ------------------------------------------------------------------------------------------------


def left(allowance: Allowance, clock: Clock, began: float) -> float:
    return allowance.until(began, "") - clock()


def ask(allowance: Allowance, clock: Clock, seconds: float, failure: FetchError | None = None) -> None:
    """One question that takes so long."""
    with contextlib.suppress(FetchError), allowance.question():
        clock.sleep(seconds)
        if failure:
            raise failure


def test_what_is_lost_is_what_no_good_answer_covers() -> None:
    clock = Clock()
    allowance = Allowance(clock, 600, patience_s=100)
    with allowance.question() as began:
        assert left(allowance, clock, began) == 100
        ask(allowance, clock, 40, FetchError("it did not answer in time"))
        assert left(allowance, clock, began) == 60  # nobody knows yet how the first one ends
        clock.sleep(30)
        assert left(allowance, clock, began) == 30
    with allowance.question() as began:  # the first had an answer after 70 s
        assert left(allowance, clock, began) == 100
    ask(allowance, clock, 94, FetchError("HTTP 503", status=503))
    with allowance.question() as began:
        assert left(allowance, clock, began) == 6
        clock.sleep(2)
        with pytest.raises(OutOfTimeError, match=r"96 s of this run .* \(at last: HTTP 503\)"):
            allowance.until(began, "")


@pytest.mark.parametrize(("status", "is_lost"), [(404, False), (401, False), (429, True), (500, True), (None, True)])
def test_that_there_is_nothing_is_an_answer(status: int | None, is_lost: bool) -> None:
    clock = Clock()
    allowance = Allowance(clock, 600, patience_s=50)
    for _ in range(2):
        ask(allowance, clock, 25, FetchError("made up", status=status))
    with allowance.question() as began:
        if is_lost:
            with pytest.raises(OutOfTimeError):
                allowance.until(began, "")
        else:
            assert left(allowance, clock, began) == 50


def test_all_the_time_of_a_network_ends() -> None:
    clock = Clock()
    allowance = Allowance(clock, 600)
    for _ in range(60):
        with allowance.question() as began:
            assert allowance.until(began, "") <= 1600
            clock.sleep(10)
    with allowance.question() as began, pytest.raises(OutOfTimeError, match="used up"):
        allowance.until(began, "")


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20), st.booleans()), max_size=12))
def test_what_is_lost_is_the_same_in_whatever_way_questions_overlap(calls: list[tuple[int, int, bool]]) -> None:
    """Against a clock that ticks: a second is lost if a question failed in it and none in it had an answer."""
    clock = Clock()
    allowance = Allowance(clock, 10_000, patience_s=1_000)
    moments = sorted(
        [(since, 1, number) for number, (since, _, _) in enumerate(calls)]
        + [(since + lasts, 0, number) for number, (since, lasts, _) in enumerate(calls)]
    )
    open_calls = {}
    for at, begins, number in moments:
        clock.at = 1000.0 + at
        if begins:
            open_calls[number] = allowance.question()
            open_calls[number].__enter__()
        elif calls[number][2]:
            open_calls[number].__exit__(None, None, None)
        else:
            failure = FetchError("made up")
            open_calls[number].__exit__(FetchError, failure, None)
    seconds = range(100)
    used = {second for since, lasts, good in calls if good for second in seconds if since <= second < since + lasts}
    failed = {
        second for since, lasts, good in calls if not good for second in seconds if since <= second < since + lasts
    }
    clock.at = 1200.0
    with allowance.question() as began:
        assert allowance.until(began, "") == 1200 + 1_000 - len(failed - used)


# --- a network of many hosts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("network", ["feeds", "mastodon"])
@pytest.mark.parametrize("count", [1, 20, 30, 200])
def test_silent_hosts_cost_a_network_no_more_than_two_minutes_however_many_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, network: str, count: int
) -> None:
    copy = copy_of(tmp_path, monkeypatch, dead(count), network)
    report = copy.run()
    assert copy.net.took_s < (50 if count <= 32 else LONGEST_S)
    assert "it did not answer in time" in str(report.failure)
    assert sum("dead" in warning for warning in report.warnings) >= count, "each is named"
    asked = set(copy.net.asked)
    late = copy.next or []
    assert len(asked) + len(late) >= count
    if count <= 32:
        assert late == []
    else:
        assert late
        copy.run(NOW + timedelta(hours=1))
        first = dict.fromkeys(copy.net.asked[: len(late)])
        assert all(any(host in name for name in late) for host in first), "what was not reached comes first"


@pytest.mark.parametrize("network", ["feeds", "mastodon"])
def test_silent_hosts_do_not_keep_the_others_from_being_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, network: str
) -> None:
    pairs = zip(dead(40).items(), well(40, network).items(), strict=True)
    copy = copy_of(tmp_path, monkeypatch, dict(one for pair in pairs for one in pair), network)
    report = copy.run()
    assert (report.failure, report.new) == (None, 40)
    assert copy.net.took_s < LONGEST_S
    assert copy.next is None


@pytest.mark.parametrize("network", ["feeds", "mastodon"])
def test_who_stands_behind_too_many_silent_hosts_comes_first_in_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, network: str
) -> None:
    copy = copy_of(tmp_path, monkeypatch, {**dead(150), **well(10, network)}, network)
    first = copy.run()
    assert copy.net.took_s < LONGEST_S
    assert first.new == 0
    assert any("well005.example" in warning and "without a usable answer" in warning for warning in first.warnings)
    second = copy.run(NOW + timedelta(hours=1))
    assert copy.net.took_s < LONGEST_S
    assert (second.failure, second.new) == (None, 10)


def test_hosts_that_go_on_answering_may_take_all_their_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One slow host with many feeds takes 500 s; what else is silent meanwhile costs nothing."""
    names = [f"feed{number}" for number in range(100)]
    slow = serving({f"/{name}.xml": rss(item(number + 1)) for number, name in enumerate(names)}, seconds=5)
    net = Net({"slow.example": slow, **dead(40)})
    net.rule(monkeypatch)
    urls = [feed_url("slow.example", name) for name in names]
    copy = Copy(tmp_path, net, wanting(urls + [feed_url(host) for host in dead(40)], "feeds"), "feeds")
    report = copy.run()
    assert (report.failure, report.new) == (None, 100)
    assert 500 <= net.took_s < 510


def test_a_host_that_falls_silent_in_the_middle_is_left_within_two_minutes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every second feed of it: none is three in a row."""
    good = serving({f"/{number}.xml": rss(item(number + 1)) for number in range(60)})

    def moody(target: Any) -> tuple[float, Exchanged | None]:
        seconds, answer = good(target)
        return (19.0, Exchanged(503, {}, b"")) if len(copy.net.asked) % 3 else (seconds, answer)

    net = Net({"moody.example": moody})
    net.rule(monkeypatch)
    urls = [feed_url("moody.example", str(number)) for number in range(60)]
    copy = Copy(tmp_path, net, wanting(urls, "feeds"), "feeds")
    report = copy.run()
    assert report.new > 0
    assert net.took_s < LONGEST_S + 10
    assert copy.next


@pytest.mark.parametrize("network", ["feeds", "mastodon"])
def test_the_order_in_which_hosts_answer_changes_no_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, network: str
) -> None:
    kept = []
    for number, seed in enumerate((1, 2, 3)):
        dice = random.Random(seed)  # noqa: S311 - a fixed seed
        hosts = {**well(12, network), **dead(3)}

        def at_its_pace(wire: Wire, seconds: float) -> Wire:
            return lambda target: (seconds, wire(target)[1])

        paced = {name: at_its_pace(wire, dice.uniform(0.1, 9)) for name, wire in hosts.items()}
        with monkeypatch.context() as patch:
            copy = copy_of(tmp_path / str(number), patch, paced, network)
            report = copy.run()
        assert report.new == 12
        kept.append((files_below(tmp_path / str(number) / "data"), report.warnings))
    assert kept[0] == kept[1] == kept[2]


def test_each_host_is_asked_one_question_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_now: dict[str, int] = {}
    worst: dict[str, int] = {}
    bodies = {f"/{name}.xml": rss(item(number + 1)) for number, name in enumerate("abc")}
    net = Net({f"blog{number}.example": serving(bodies) for number in range(5)})
    net.rule(monkeypatch)
    sleep = net.clock.sleep

    def counted(wire: Wire, host: str) -> Wire:
        def ask(target: Any) -> tuple[float, Exchanged | None]:
            open_now[host] = open_now.get(host, 0) + 1
            worst[host] = max(worst.get(host, 0), open_now[host])
            sleep(1)
            open_now[host] -= 1
            return wire(target)

        return ask

    net.hosts = {host: counted(wire, host) for host, wire in net.hosts.items()}
    urls = [feed_url(host, name) for name in "abc" for host in net.hosts]
    report = Copy(tmp_path, net, wanting(urls, "feeds"), "feeds").run()
    assert report.failure is None
    assert worst == dict.fromkeys(net.hosts, 1)
    assert net.took_s < 5, "hosts do not wait for each other"


# --- prune, arXiv ---------------------------------------------------------------------------------------------------


def test_prune_asks_servers_side_by_side_and_silent_ones_end_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def there(host: str) -> Wire:
        ada = account("ada", host, "7")
        return serving({"/api/v1/statuses/1": json.dumps(status(ada, "1")).encode()})

    for count, took_s in ((40, 90.0), (200, LONGEST_S)):
        hosts = {**dead(count), **{f"well{number}.example": there(f"well{number}.example") for number in range(20)}}
        net = Net(hosts)
        with monkeypatch.context() as patch:
            net.rule(patch)
            store = Store(tmp_path / str(count) / "data", tmp_path / str(count) / "cache")
            tree = store.load()
            for host in hosts:
                name = f"https://{host}/users/ada/statuses/1"
                tree.add_post(make.post(
                    network="mastodon", id=f"mastodon:{name}", url=name, text=None,
                    account=Account(id=f"mastodon:ada@{host}", handle=f"ada@{host}"), seen_at=NOW - timedelta(days=9),
                ))  # fmt: skip
            store.save(tree)
            client = net.client()
            report = prune.run(
                wanting({"accounts": ["@ann@one.example"]}, "mastodon"),
                store,
                client_for=lambda _, seconds, client=client: client.limited(seconds),  # type: ignore[misc]
                secrets={},
                now=NOW,
            )
        (pruned,) = report.networks
        assert net.took_s < took_s
        assert pruned.gone == 0
        if count == 40:
            assert (pruned.failure, len(pruned.answers)) == (None, 20)
        named = {warning.partition(": ")[0].removeprefix("https://") for warning in pruned.warnings}
        assert {host for host in hosts if host.startswith("dead")} <= named


def test_an_arxiv_that_is_silent_leaves_datacite_its_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    records = {
        f"/dois/10.48550/arXiv.2611.{number:05}": json.dumps({
            "data": {"attributes": {"doi": f"10.48550/arxiv.2611.{number:05}", "titles": [{"title": "Made up"}]}}
        }).encode()
        for number in range(1, 4)
    }  # fmt: skip
    busy = iter([(100.0, Exchanged(503, {"retry-after": "5"}, b""))])
    net = Net({
        "export.arxiv.org": lambda target: next(busy, None) or SILENT(target),
        "api.datacite.org": serving(records, seconds=6),
    })  # fmt: skip
    net.rule(monkeypatch)
    store = Store(tmp_path / "data", tmp_path / "cache")
    tree = store.load()
    for number in range(1, 4):
        tree.add_post(make.post(str(number), papers=(f"2611.{number:05}",), seen_at=NOW))
    note_unknown(tree, NOW)
    store.save(tree)
    client = net.client()
    report = fetch.run(
        wanting([], "feeds"),
        store,
        client_for=lambda _, seconds: client.limited(seconds),
        secrets={},
        now=NOW,
        only="arxiv",
    )
    assert report.arxiv.refused
    assert report.arxiv.from_datacite == 3
    assert net.took_s < LONGEST_S + 18
