"""What is done to the program, part by part: each says how often, and what was wrong."""

from __future__ import annotations

import itertools
import json
import multiprocessing
import os
import random
import shutil
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.maker import write_tree
from benchmarks.torture.scenes import BLOCK, ERRORS, Scene, kept, points, shown_secrets, start
from generator.commands.console import printable
from generator.fetch import run as fetch
from generator.fetch.adapter.source import Record
from generator.fetch.archives.json_lines import parse_record
from generator.fetch.configuration import read as read_config
from generator.fetch.registry import SOURCES
from generator.finding import arxiv_id
from generator.finding.arxiv_links import find_in_text, find_in_url
from generator.model.errors import ConfigError, FetchError, RecordError, StoreError
from generator.net.http import HttpClient
from generator.storage.store import Store
from generator.text import latex
from generator.views.bibtex import to_bibtex
from tests import make
from tests.conftest import SHARED
from tests.e2e.run import Copy, files_below
from tests.e2e.test_faults import FAULTS, SHAPES, Fault
from tests.e2e.warm import Warm
from tests.e2e.world import NOW, SECRETS, World, without_cost
from tests.loopback import Raw, Reply, Request
from tests.one_run import NOW as MOMENT
from tests.one_run import faults as recorded_faults

PROCESSES = os.cpu_count() or 1


@dataclass(slots=True)
class Result:
    """One row of the table."""

    what: str
    times: int = 0
    wrong: list[str] = field(default_factory=list)
    note: str = ""

    def count(self, name: str, wrong: Sequence[str]) -> None:
        self.times += 1
        self.wrong += [f"{name}: {one}" for one in wrong]


def kills(scenes: Sequence[Scene], most: int) -> Result:
    """SIGKILL at a call on a file, then the next run."""

    def case(scene: Scene, number: int) -> list[str]:
        folder = scene.copy(f"killed-{number}")
        ended = scene.run(folder, at=number)
        # Threads make fewer calls at times.
        was_reached = ended.status != 0
        wrong = scene.judge(folder, ended, killed=was_reached)
        shutil.rmtree(folder)
        return wrong

    result = Result("kill -9 at a call on a file, then the next run")
    for scene in scenes:
        _try_all(result, scene, case, [(number,) for number in points(scene.calls, most)])
    return result


def errors(scenes: Sequence[Scene], most: int) -> Result:
    """A call fails, once or from then on: every call in every way, or in turn where there are more than `most`."""

    def case(scene: Scene, number: int, error: str, ever: int) -> list[str]:
        folder = scene.copy(f"failing-{number}-{error}-{ever}")
        ended = scene.run(folder, at=number, errno=ERRORS[error], ever=ever)
        wrong = scene.judge(folder, ended, killed=False)
        shutil.rmtree(folder)
        return wrong

    result = Result("a call on a file fails (ENOSPC, EIO, EMFILE, EACCES, EROFS), once and for ever")
    ways = list(itertools.product(ERRORS, (0, 1)))
    for scene in scenes:
        if scene.calls * len(ways) <= most:
            cases = [(number, *way) for number in range(1, scene.calls + 1) for way in ways]
        else:
            cases = [(number, *way) for number, way in zip(points(scene.calls, most), itertools.cycle(ways))]
        _try_all(result, scene, case, cases)
    return result


def full_disks(scenes: Sequence[Scene], most: int) -> Result:
    """The disk is full after so many blocks of 4 KiB."""

    def case(scene: Scene, block: int) -> list[str]:
        folder = scene.copy(f"full-{block}")
        ended = scene.run(folder, room=(block - 1) * BLOCK)
        wrong = scene.judge(folder, ended, killed=False)
        shutil.rmtree(folder)
        return wrong

    result = Result("the disk is full at a block of 4 KiB")
    for scene in scenes:
        _try_all(result, scene, case, [(block,) for block in points(scene.written // BLOCK + 2, most)])
    return result


def _try_all(
    result: Result, scene: Scene, case: Callable[..., list[str]], cases: Sequence[tuple[int | str, ...]]
) -> None:
    """Try a scene in each case, on all cores."""
    with ThreadPoolExecutor(PROCESSES) as pool:
        for values, wrong in zip(cases, pool.map(lambda values: case(scene, *values), cases), strict=True):
            result.count(" ".join(map(str, (scene.name, *values))), wrong)


def pairs(scenes: Sequence[Scene], most: int) -> Result:
    """Two commands at once on one folder end as one after the other."""
    result = Result("two commands at once on one folder")
    here = [scene for scene in scenes if scene.name != "fetch"]
    fetching = next(scene for scene in scenes if scene.name == "fetch")
    chosen = [(one, other) for one in here for other in here]
    chosen += [(fetching, scene) for scene in here] + [(fetching, fetching)]
    for one, other in itertools.islice(itertools.cycle(chosen), most):
        base = Scene(f"{one.name}+{other.name}", _with_all(one.start, here[0].start), one.arguments, one.forks)
        orders = []
        # A post that only the other command brings cannot be removed before it came.
        accepted = {0}
        for first, second in ((one, other), (other, one)):
            folder = base.copy("in-turn")
            for scene in (first, second):
                process = start(folder, scene.arguments, {})
                process.communicate()
                accepted.add(process.returncode)
            orders.append(_data(folder))
        folder = base.copy("at-once")
        running = [start(folder, scene.arguments, {}) for scene in (one, other)]
        said = [process.communicate()[0].decode("utf-8", "replace") for process in running]
        wrong = [text[-300:] for process, text in zip(running, said, strict=True) if process.returncode not in accepted]
        if _data(folder) not in orders:
            wrong.append("data/ is that of neither order")
        result.count(base.name, wrong)
    return result


def faults(folder: Path, pairs: int) -> Result:
    """Each fault alone, and random pairs in turn, at every network; then a sound run ends as an undisturbed one."""
    result = Result("HTTP faults at six networks and arXiv, each alone and in random pairs, then a sound run")
    dice = random.Random(15)
    every = sorted(_every_fault())
    chosen = [[name] for name in every] + [dice.sample(every, 2) for _ in range(pairs)]
    result.note = f"{len(every)} faults, {pairs} pairs"
    with ThreadPoolExecutor(PROCESSES) as pool:
        parts = [chosen[number::PROCESSES] for number in range(PROCESSES)]
        for ends in pool.map(_faults_of, [folder / f"{number}" for number in range(PROCESSES)], parts):
            for names, wrong in ends:
                result.count(" + ".join(names), wrong)
    return result


def _every_fault() -> dict[str, Fault]:
    """Made-up faults, and those that were recorded, where they are on this machine."""
    every = {**FAULTS, **SHAPES}
    corpora = SHARED / "corpora"
    if corpora.is_dir():
        for row in recorded_faults(corpora):
            every[row["id"]] = Raw((corpora / row["file"]).read_bytes())
    return every


def _faults_of(folder: Path, chosen: Sequence[Sequence[str]]) -> list[tuple[Sequence[str], list[str]]]:
    """(names of faults, what was wrong)."""
    every = _every_fault()
    ends = []
    with World("x", "bluesky", "mastodon", "hackernews", "huggingface", "feeds") as world:
        Copy(folder / "start", world.config())
        _fetch(folder / "start", "2026-11-20T11:58:00Z")
        world.tell()
        shutil.copytree(folder / "start", folder / "sound")
        _fetch(folder / "sound", NOW)
        wanted = _without_cost(folder / "sound")
        for names in chosen:
            copy = folder / "disturbed"
            shutil.copytree(folder / "start", copy)
            world.gate = _in_turn([every[name] for name in names])
            outcome = Warm.start(copy, "fetch", "--json", "--now", NOW, env=SECRETS, hasty=2.0).wait()
            ran = outcome.ran
            wrong = ["a traceback"] if "Traceback" in ran.err else []
            if ran.status not in {0, 3}:
                wrong.append(f"exit {ran.status}")
            wrong += [f"{name} waited {seconds:.0f} s" for name, seconds in outcome.waited_s.items() if seconds > 120]
            world.gate = lambda _name, _request: None
            _forget_waits(copy)
            _fetch(copy, NOW)
            if _without_cost(copy) != wanted:
                wrong.append("the sound run ends with other bytes")
            wrong += shown_secrets(copy, ran.err + ran.out)
            ends.append((names, wrong))
            shutil.rmtree(copy)
    return ends


def fuzz(folder: Path, examples: int) -> Result:
    """Text and records that nobody writes: an answer or the error that is meant for it, within a second."""
    result = Result("fuzzed inputs: ids, mentions, each network's records, configuration, data files, LaTeX, logs")
    # Made before the processes: they inherit it, and functions cannot be sent to them.
    _fuzzed.extend(_targets(folder))
    with ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("fork")) as pool:
        for wrong in pool.map(_fuzz_one, range(len(_fuzzed)), itertools.repeat(examples)):
            result.times += examples
            result.wrong += wrong
    _fuzzed.clear()
    return result


_Target = tuple[str, Callable[[Any], object], list[Any], tuple[type[Exception], ...]]
_fuzzed: list[_Target] = []


def _fuzz_one(number: int, examples: int) -> list[str]:
    """What was wrong with one target."""
    name, function, seeds, allowed = _fuzzed[number]
    dice = random.Random(15)
    wrong = []
    for _ in range(examples):
        value = _mutated(dice, dice.choice(seeds))
        began = time.process_time()
        try:
            function(value)
        except allowed:
            pass
        except Exception as error:  # noqa: BLE001 (that is what is looked for)
            wrong.append(f"{name}: {type(error).__name__}: {error!a:.100} at {value!a:.200}")
        took_s = time.process_time() - began
        if took_s > 1:
            wrong.append(f"{name}: took {took_s:.1f} s: {value!a:.200}")
    return wrong


def unchanged(folder: Path, most: int) -> Result:
    """Runs without news change nothing."""
    result = Result("fetch and build without news")
    with World("bluesky", "mastodon", "feeds") as world:
        Copy(folder, world.config())
        before: dict[str, bytes] = {}
        for number in range(most + 1):
            _fetch(folder, f"2026-11-20T12:{number % 60:02}:{number // 60:02}Z")
            start(folder, ("build",), {}).communicate()
            now = {**_data(folder), **files_below(folder / "site")}
            if number:
                result.count("run", [f"{name} changed" for name in now if now[name] != before.get(name)])
            before = now
    return result


def served(folder: Path, papers: int) -> Result:
    """Every file of a large site, from a plain server."""
    result = Result(f"files of a site of {papers:,} papers, asked of a plain server")
    Copy(folder)
    write_tree(folder / "data", papers=papers, posts=3 * papers)
    said, _ = (process := start(folder, ("build",), {})).communicate()
    if process.returncode:
        result.count("build", [said.decode("utf-8", "replace")[-300:]])
    handler = partial(_Quiet, directory=str(folder / "site"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for path in sorted((folder / "site").rglob("*")):
            if not path.is_file():
                continue
            name = path.relative_to(folder / "site").as_posix().removesuffix("index.html")
            address = f"http://127.0.0.1:{server.server_port}/{name}"
            with urllib.request.urlopen(address, timeout=30) as answer:
                result.count(name, [] if answer.read() == path.read_bytes() else ["another content"])
        server.shutdown()
    checked = start(folder, ("check",), {})
    said, _ = checked.communicate()
    result.note = said.decode("utf-8", "replace").strip().splitlines()[-1]
    result.wrong += [result.note] if checked.returncode else []
    return result


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def _targets(folder: Path) -> Iterator[_Target]:
    posts = [make.post(str(number)) for number in range(3)]
    lines = [msgspec.json.encode(record).decode() for record in (*posts, make.paper())]
    addresses = [f"https://arxiv.org/{kind}/2611.00001v2" for kind in ("abs", "pdf", "html")] + ["hep-th/9901001"]
    math = [
        make.paper().abstract,
        r"\frac{a}{b} $x^{2}_{i}$ \emph{\textbf{a}} \'{e} {\bf $\left( \sum$}",
        "$" + "{" * 40,
    ]
    yield "id", arxiv_id.parse_id, ["2611.00001v2", "hep-th/9901001", "math.GT/0309136"], ()
    yield "address", find_in_url, addresses, ()
    yield "text", find_in_text, [f"read {address}, it is good" for address in addresses], ()
    yield "record to import", _import, lines, (RecordError,)
    yield "configuration", lambda text: read_config(text.encode("utf-8", "replace")), _configs(), (ConfigError,)
    yield "data file", partial(_load, folder), lines, (StoreError,)
    yield "LaTeX", lambda text: (latex.to_html(text), latex.to_text(text), latex.to_feed_html(text)), math, ()
    yield "BibTeX", lambda text: to_bibtex(make.paper(title=text, authors=(text,))), math, ()
    yield "log", printable, lines, ()
    for source in SOURCES:
        records = _records(folder, source.name)
        if records:
            parse = partial(_parse, source.parse)
            yield f"record of {source.name}", parse, records, (RecordError,)


def _configs() -> list[str]:
    return [
        'site: {url: "https://pages.example/x/"}\ntrackers:\n  - id: a\n    bluesky: {accounts: [ada.example]}\n',
        "ranking: {half_life_days: 2.5, weights: {post: 1}}\nfeeds: {entries: 50, hub: null}\n",
    ]


def _import(text: str) -> None:
    try:
        plain = msgspec.json.decode(text.encode("utf-8", "replace"))
    except (msgspec.DecodeError, RecursionError):
        return
    if isinstance(plain, dict):
        parse_record(plain, MOMENT)


def _load(folder: Path, text: str) -> None:
    path = folder / "fuzzed/posts/bluesky/2026/11/20.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    Store(folder / "fuzzed").load()


def _parse(parse: Callable[[Record, Any], Any], record: Record) -> None:
    list(parse(record, MOMENT))


def _records(folder: Path, network: str) -> list[Record]:
    """Some records of a network, as its adapter yields them."""
    with World(network) as world, ExitStack() as stack:
        copy = Copy(folder / f"records-{network}", world.config())
        client = stack.enter_context(_closing(HttpClient("tests")))
        found: list[Record] = []
        real = fetch._parse

        def noting(source: Any, record: Record, now: Any, brought: Any) -> None:
            found.append(record)
            real(source, record, now, brought)

        fetch._parse = noting
        try:
            fetch.run(
                read_config((copy.folder / "config.yaml").read_bytes()),
                Store(copy.folder / "data"),
                client_for=lambda _, seconds: client.limited(seconds),
                secrets=SECRETS,
                now=MOMENT,
                only=network,
            )
        except FetchError:
            pass
        finally:
            fetch._parse = real
    return found[:20]


@contextmanager
def _closing(client: HttpClient) -> Iterator[HttpClient]:
    try:
        yield client
    finally:
        client.close()


_ODD: tuple[Any, ...] = (None, True, -1, 10**30, 1.5, "", "\0", "\u202e", "\ud800", "a" * 5000, [], {}, [[]], {"a": []})
_ODD_TEXT = (
    "{",
    "}",
    "$",
    "\\",
    "\0",
    "\u202e",
    "\ud800",
    "::",
    "\x1b[2J",
    "</script>",
    "(" * 60,
    "{" * 200,
    "\\left(" * 30,
    "%2e",
    "\n",
    "9" * 40,
)


def _mutated(dice: random.Random, value: Any) -> Any:
    if isinstance(value, Record):
        raw = json.loads(json.dumps(value.raw, default=str))
        return Record(_mutated_tree(dice, raw), value.trackers, value.where, value.context)
    text = str(value)
    for _ in range(dice.randint(1, 6)):
        at = dice.randint(0, len(text))
        match dice.randint(0, 3):
            case 0:
                text = text[:at] + text[at + dice.randint(1, 9) :]
            case 1:
                text = text[:at] + dice.choice(_ODD_TEXT) + text[at:]
            case 2:
                text = text[:at] + chr(dice.randrange(0xD7FF)) + text[at + 1 :]
            case _:
                text = text[:at] + text[at // 2 : at] + text[at:]
    return text[:20_000]


def _mutated_tree(dice: random.Random, value: Any) -> Any:
    """One place of a JSON value with something odd in it."""
    if dice.random() < 0.3 or not isinstance(value, dict | list) or not value:
        return dice.choice(_ODD)
    if isinstance(value, list):
        at = dice.randrange(len(value))
        return [*value[:at], _mutated_tree(dice, value[at]), *value[at + 1 :]]
    key = dice.choice(sorted(value))
    if dice.random() < 0.2:
        return {name: part for name, part in value.items() if name != key}
    return {**value, key: _mutated_tree(dice, value[key])}


def _in_turn(chosen: Sequence[Fault]) -> Callable[[str, Request], Reply | None]:
    numbers = itertools.count()

    def gate(_name: str, request: Request) -> Reply | None:
        fault = chosen[next(numbers) % len(chosen)]
        return fault(request) if callable(fault) else fault

    return gate


def _with_all(begin: Path, others: Path) -> Path:
    """What either command of a pair reads lies in the folder."""
    for name in ("news.jsonl", "other"):
        if (others / name).exists() and not (begin / name).exists():
            copy = shutil.copytree if (others / name).is_dir() else shutil.copy
            copy(others / name, begin / name)
    return begin


def _data(folder: Path) -> dict[str, bytes]:
    return {name: body for name, body in kept(folder).items() if not name.startswith("site/")}


def _without_cost(folder: Path) -> dict[str, bytes]:
    """What X is paid depends on how often it was asked."""
    return {name: without_cost(body) for name, body in _data(folder).items()}


def _fetch(folder: Path, now: str) -> None:
    process = start(folder, ("fetch", "--now", now), {})
    said, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(said.decode("utf-8", "replace")[-500:])


def _forget_waits(folder: Path) -> None:
    for path in (folder / "data/state").glob("*.json"):
        state = json.loads(path.read_bytes())
        state.pop("not_before", None)
        path.write_text(json.dumps(state))
