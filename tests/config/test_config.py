"""The configuration: what is accepted, what is refused, and whether an owner can tell where and why."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from generator.config import Config
from generator.config.schema import json_schema, schema_texts, tracker_schema
from generator.fetch.configuration import load, model, read
from generator.model.errors import ConfigError, Problem
from tests.conftest import ROOT

WHOLE = """\
site: {title: Papers, url: https://example.github.io/papers, home: newest, per_page: 5, max_paper_pages: 10,
  id: "tag:example.org,2026-11-30", max_mb: 100, view: compact}
trackers:
  - id: example
    title: "@example"
    about: One line.
    x:         {accounts: ["@Example"], lists: ["1234567890"], mode: search}
    bluesky:   {accounts: [Example.bsky.social], follows_of: [example.bsky.social], lists: [], feeds: []}
    mastodon:  {accounts: ["@Example@social.example"], follows_of: [], tags: ["arxiv@social.example"]}
    hackernews: {min_points: 3}
    huggingface:
    feeds: ["https://blog.example/feed.xml?kind=all"]
people:
  - [x:example, bluesky:example.bsky.social, "mastodon:example@social.example"]
ranking: {half_life_days: 1, weights: {reply: 0.5}, bots: hide}
filters: {categories: [cs.CL, hep-th], mute_accounts: [x:spam, "@noise"], mute_words: [blockchain]}
networks:
  x: {api: "http://127.0.0.1:8001/2", keep: full, max_reads_per_run: 0, max_usd_per_month: 2.5}
  bluesky: {stream: "wss://jetstream.example/"}
  arxiv: {api: "http://127.0.0.1:8002/query", contact: me@example.org, spacing_s: 0}
feeds:
  entries: 7
  hub: https://hub.example/
  searches:
    - {id: gnn, title: Graphs, words: [graph neural network], authors: [Lindqvist], categories: [cs], tracker: example}
    - {id: depth, words: [depth]}
    - {id: query, query: depth -survey, exclude: [survey]}
  hot: {people: 2, top: 5}
"""


def refused(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(text.encode())
    return [str(problem) for problem in caught.value.problems]


def test_everything_that_the_contract_names_is_read() -> None:
    config = read(WHOLE.encode())
    wanted = {name: block for name in config.network_titles for _, block in config.wanted(name)}
    assert config.site.url == "https://example.github.io/papers/"
    assert config.site.base_path == "/papers/"
    assert wanted["x"]["accounts"] == ("example",)
    assert wanted["bluesky"]["accounts"] == ("example.bsky.social",)
    assert wanted["mastodon"]["accounts"] == ("example@social.example",)
    assert wanted["huggingface"]["min_upvotes"] == 2
    assert config.ranking.weights.reply == 0.5
    assert config.ranking.weights.repost == 0.5
    assert config.filters.mute_accounts == ("x:spam", "noise")
    assert config.network_settings("x") == {
        "api": "http://127.0.0.1:8001/2", "keep": "full", "max_reads_per_run": 0, "max_usd_per_month": 2.5,
    }  # fmt: skip
    assert (config.site.id, config.site.max_mb, config.site.view) == ("tag:example.org,2026-11-30", 100, "compact")
    assert config.network_settings("bluesky")["stream"] == "wss://jetstream.example"
    assert (config.feeds.hot.people, config.feeds.hot.top) == (2, 5)
    assert (config.feeds.searches[2].query, config.feeds.searches[2].exclude) == ("depth -survey", ("survey",))
    assert config.network_settings("mastodon") == {}


def test_the_contracts_own_example_is_accepted(shared: Path) -> None:
    blocks = (shared / "CONTRACT.md").read_text("utf-8").split("```yaml\n")[1:]
    example, added = (block.split("```")[0] for block in blocks)
    config = read(example.encode())
    assert config.trackers[0].id == "example"
    assert read(added.encode()).feeds.hot.people == 3
    assert config == model().model_validate(config.model_dump())


def test_every_key_is_optional() -> None:
    config = read(b"{}")
    assert config.trackers == ()
    assert config.site.per_page == 20
    assert config.ranking.half_life_days == 2.5
    assert config.networks.arxiv.spacing_s == 3
    assert read(b"site:\ntrackers:\nnetworks:\n  x:\n") == config


def test_trackers_say_what_they_want_of_a_network() -> None:
    config = read(WHOLE.encode())
    assert config.wanted("x") == (("example", {"accounts": ("example",), "lists": ("1234567890",), "mode": "search"}),)
    assert config.wanted("hackernews") == (("example", {"min_points": 3}),)
    assert config.wanted("feeds") == (("example", {"feeds": ("https://blog.example/feed.xml?kind=all",)}),)
    assert config.wanted("nowhere") == ()
    assert read(b"trackers: [{id: a, x: {mode: search}}]").wanted("x") == ()


def test_a_tracker_without_a_title_is_called_by_its_id() -> None:
    assert read(b"trackers: [{id: a}, {id: b, title: B}]").trackers[0].title == "a"
    assert read(b"trackers: [{id: a}, {id: b, title: B}]").trackers[1].title == "B"


def test_all_problems_are_reported_at_once_in_the_order_of_the_file() -> None:
    problems = refused(
        "site: {titel: a, home: trendin}\n"
        "trackers:\n"
        "  - id: A B\n"
        "    x: {accounts: {a}, lists: [123]}\n"
        "ranking: {half_life_days: 0}\n"
    )
    assert [problem.split(": ")[0:2] for problem in problems] == [
        ["config.yaml:1:8", "site.titel"],
        ["config.yaml:1:18", "site.home"],
        ["config.yaml:3:5", "trackers[0].id"],
        ["config.yaml:4:9", "trackers[0].x.accounts"],
        ["config.yaml:4:32", "trackers[0].x.lists[0]"],
        ["config.yaml:5:11", "ranking.half_life_days"],
    ]


def test_what_contradicts_itself_is_reported_beside_slips_elsewhere() -> None:
    problems = refused(
        "site: {titel: a}\n"
        "trackers: [{id: a}, {id: a, titel: b}, 5, {id: 7}]\n"
        "people: [[x:A, 5, nobody], [x:a]]\n"
        "feeds: {searches: [{id: s, tracker: aa}, {id: s, words: 5}, {title: All}]}\n"
    )
    told = [problem.split(": ", 2)[:3] for problem in problems]
    assert ["config.yaml:2:22", "trackers[1].id", "`a` is the id of trackers[0] too: change one"] in told
    assert ["config.yaml:3:29", "people[1][0]", "x:a is in people[0] too: join the two, or remove it"] in told
    assert ["config.yaml:4:28", "feeds.searches[0].tracker", "`aa` is the id of no tracker; did you mean `a`?"] in told
    assert ["config.yaml:4:43", "feeds.searches[1].id", "`s` is the id of feeds.searches[0] too: change one"] in told
    assert any(problem.startswith("config.yaml:1:8: site.titel: ") for problem in problems)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("site: {titel: a}", "`title`"),
        ("Site: {title: a}", "`site`"),
        ("site_title: a", "`site.title`"),
        ("trackers: [{id: a, mute_words: [b]}]", "`filters.mute_words`"),
        ("site: {home: newst}", "`newest`"),
        ("networks: {blueski: {}}", "`bluesky`"),
    ],
)
def test_the_nearest_valid_key_is_named(text: str, meant: str) -> None:
    (problem,) = refused(text)
    assert f"did you mean {meant}?" in problem


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("filters: {mute_words: [2401.01230]}",
         'YAML reads 2401.01230 as a number; a text is wanted: quote it, as "2401.01230"'),
        ("trackers: [{id: a, x: {lists: [1234567890]}}]", 'quote it, as "1234567890"'),
        ("filters: {mute_words: [no]}", "YAML reads no as true or false"),
        ("site: {title: on}", "YAML reads on as true or false"),
        ("site: {title: 2026-11-20}", "YAML reads 2026-11-20 as a date"),
        ("site: {title: 12:30:45}", "a number in a special notation"),
        ("site: {per_page: 010}", "a number in a special notation"),
        ("site: {per_page: '20'}", "remove the quotes"),
        ("site: {per_page: true}", "a whole number is wanted"),
        ("site: {per_page: 2.5}", "a whole number"),
        ("ranking: {half_life_days: .inf}", "a number is wanted"),
        ("ranking: {half_life_days: 1.0e+400}", "finite"),
        ("trackers: {id: a}", "a list is wanted"),
        ("site: [a]", "a block of `key: value` is wanted"),
        ("trackers: [{title: a}]", "lacks the key `id`"),
        ("trackers: [{id: a}, {id: a}]", "`a` is the id of trackers[0] too"),
        ("feeds: {searches: [{id: a, words: [x]}, {id: a, words: [y]}]}", "`a` is the id of feeds.searches[0] too"),
        ("feeds: {searches: [{id: a, title: All}]}", "finds everything: name query, words"),
        ("feeds: {searches: [{id: a, query: 'ravens -after:2026-13'}]}", "`after:2026-13` states no date"),
        ("feeds: {searches: [{id: a, query: 'year:now'}]}", "`year:now` states no date"),
        ("trackers: [{id: lab}]\nfeeds: {searches: [{id: a, tracker: lap}]}", "no tracker; did you mean `lab`?"),
        ("feeds: {searches: [{id: ../a, words: [x]}]}", "a-z, 0-9 and - alone"),
        ("site: {id: 'https://a.example/'}", "is no tag URI"),
        ("networks: {bluesky: {stream: 5}}", "must be auto, true, false or an address"),
        ("networks: {bluesky: {stream: 'ws://far.example'}}", "plain http"),
        ("feeds: {hub: 'http://hub.example/'}", "plain http"),
        ("people: [[x:a], [bluesky:b.example, x:A]]", "x:a is in people[0] too"),
        ("networks: {arxiv: {spacing_s: 1}}", "arXiv asks for it"),
        ("feeds: {entries: 0}", "greater than or equal to 1"),
        ('site: {title: "a\\nb"}', "must be one line"),
        ('site: {title: "a\\u202eb"}', "control character"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_with_its_remedy(text: str, said: str) -> None:
    (problem,) = refused(text)
    assert said in problem


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [1]\nb: *a",
        "a: &a {x: 1}\nb:\n  <<: *a",
        "site: !!python/object/apply:os.system ['true']",
        "site: {title: !!str 5}",
        "site: {title: a}\nsite: {title: b}",
        "site: {title: a}\n---\nsite: {title: b}",
        "site:\n\ttitle: a",
        "[" * 5000,
        "? [a]\n: b",
        "title: a: b",
        "site: {title: @me}",
        "",
        "~",
        "just text",
    ],
)
def test_what_no_configuration_needs_is_refused(text: str) -> None:
    assert all(problem.startswith("config.yaml:") for problem in refused(text))


def test_broken_bytes_are_refused_with_their_line() -> None:
    with pytest.raises(ConfigError, match=r"config\.yaml:2: is not UTF-8"):
        read(b"site:\n  title: \xff\xfe\n")
    with pytest.raises(ConfigError, match="bytes"):
        read(b"#" * 1_100_000)


def test_a_missing_file_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="trending-arxiv init"):
        load(tmp_path / "config.yaml")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("x_bearer_token: AAAAAAAAAAAAAAAAAAAAAFAKEFAKEFAKE", "X_BEARER_TOKEN"),
        ("networks: {x: {bearer_token: FAKEFAKEFAKE}}", "X_BEARER_TOKEN"),
        ("networks: {bluesky: {app_password: fake-fake-fake-fake}}", "BLUESKY_APP_PASSWORD"),
        ("site: {title: fake-fake-fake-fake}", "BLUESKY_APP_PASSWORD"),
        ("networks: {bluesky: {api: 'https://me:FAKEFAKE@pds.example'}}", "secrets do not belong"),
        ("networks: {x: {api: 'https://api.example/2?token=FAKE'}}", "remove the part from `?`"),
        ("trackers: [{id: a, feeds: ['https://blog.example/f?api_key=FAKE']}]", "secrets do not belong"),
        ('site: {note: "${{ secrets.FAKE }}"}', "come from the environment alone"),
    ],
)
def test_secrets_are_refused_and_never_repeated(text: str, name: str) -> None:
    problems = refused(text)
    assert name in problems[0]
    for secret in re.findall(r"A{3,}\w+|\bFAKE\w*|fake-fake-fake-fake|FAKEFAKE", text):
        assert secret == "FAKE" or all(secret not in problem for problem in problems)


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org", "ftp://example.org", "javascript:alert(1)", "https://", "https:///path", "example.org",
        "//example.org", "http://169.254.169.254/", "https://10.0.0.1/", "https://[fe80::1]/", "https://0x7f.1/",
        "https://2130706433/", "https://exa mple.org/", "https://example.org/a/../b", "https://example.org:99999/",
        "https://example.org/#x", "https://example.org/?x", "https://a@b.example/", "https://exämple.org/",
        "https://example.org/index.html", "https://example.org//papers/", "http://localhost.evil.example/",
    ],
)  # fmt: skip
def test_addresses_that_cannot_be_the_sites_are_refused(address: str) -> None:
    assert "site.url" in refused(json.dumps({"site": {"url": address}}))[0]


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8000/x", "http://localhost:1/", "http://[::1]:8/", "https://a.example"]
)
def test_addresses_on_this_machine_and_on_the_web_are_accepted(address: str) -> None:
    assert read(json.dumps({"site": {"url": address}}).encode()).site.url.rstrip("/") == address.rstrip("/")


@pytest.mark.parametrize(
    ("network", "written", "meant"),
    [
        ("x", "@Alice_1", "alice_1"),
        ("x", "https://x.com/Alice_1", "alice_1"),
        ("bluesky", "@Alice.Bsky.Social", "alice.bsky.social"),
        ("bluesky", "https://bsky.app/profile/alice.example", "alice.example"),
        ("bluesky", "did:plc:abcdefghijklmnopqrstuvwx", "did:plc:abcdefghijklmnopqrstuvwx"),
        ("mastodon", "@Alice@Social.Example", "alice@social.example"),
        ("mastodon", "https://social.example/@Alice", "alice@social.example"),
        ("mastodon", "http://127.0.0.1:3000/@alice", "http://127.0.0.1:3000/@alice"),
    ],
)
def test_accounts_are_normalised(network: str, written: str, meant: str) -> None:
    config = read(json.dumps({"trackers": [{"id": "a", network: {"accounts": [written]}}]}).encode())
    assert config.wanted(network)[0][1]["accounts"] == (meant,)


@pytest.mark.parametrize(
    ("network", "written"),
    [
        ("x", "a b"), ("x", ""), ("x", "../etc"), ("x", "a" * 21), ("x", "from:a OR b"), ("bluesky", "alice"),
        ("bluesky", "did:plc:"), ("bluesky", "did:key:abc"), ("bluesky", "\n"),
        ("bluesky", "a..b"), ("mastodon", "alice"),
        ("mastodon", "@alice@localhost"), ("mastodon", "http://10.0.0.1/@alice"), ("mastodon", "@a@10.0.0.1"),
        ("mastodon", "https://social.example/about"), ("mastodon", "@a/b@social.example"),
    ],
)  # fmt: skip
def test_what_names_no_account_is_refused(network: str, written: str) -> None:
    problems = refused(json.dumps({"trackers": [{"id": "a", network: {"accounts": [written]}}]}))
    assert f"trackers[0].{network}.accounts[0]" in problems[0]


def test_lists_and_feeds_are_normalised_to_their_ids() -> None:
    blocks = {
        "x": {"lists": ["https://x.com/i/lists/12345", "678"]},
        "bluesky": {
            "lists": [
                "https://bsky.app/profile/a.example/lists/3kabc",
                "at://did:plc:abcdefghijklmnopqrstuvwx/app.bsky.graph.list/3k",
            ],
            "feeds": ["https://bsky.app/profile/a.example/feed/papers"],
        },
    }  # fmt: skip
    config = read(json.dumps({"trackers": [{"id": "a", **blocks}]}).encode())
    assert config.wanted("x")[0][1]["lists"] == ("12345", "678")
    assert config.wanted("bluesky")[0][1]["lists"][0] == "at://a.example/app.bsky.graph.list/3kabc"
    assert config.wanted("bluesky")[0][1]["feeds"] == ("at://a.example/app.bsky.feed.generator/papers",)


def test_hostile_files_are_refused_quickly(shared: Path) -> None:
    paths = sorted((shared / "corpora" / "yaml").iterdir())
    assert len(paths) == 30
    for path in paths:
        began = time.process_time()
        with pytest.raises(ConfigError) as caught:
            load(path)
        assert time.process_time() - began < 1
        message = str(caught.value)
        assert message.isprintable() or message.replace("\n", "").isprintable(), path.name
        assert "FAKE" not in message


def test_the_schema_files_are_those_that_the_models_give() -> None:
    for name, text in schema_texts(model()).items():
        assert (ROOT / "docs" / name).read_text("utf-8") == text, "run: python -m scripts.write_schemas"


def test_the_schema_of_a_trackers_file_accepts_a_row_with_and_without_its_id() -> None:
    Draft202012Validator.check_schema(tracker_schema(model()))
    validator = Draft202012Validator(tracker_schema(model()))
    row = yaml.safe_load(WHOLE)["trackers"][0]
    assert list(validator.iter_errors(row)) == []
    assert list(validator.iter_errors({key: value for key, value in row.items() if key != "id"})) == []
    assert list(validator.iter_errors({"trackers": [row]}))


def test_the_schema_accepts_what_the_program_accepts() -> None:
    Draft202012Validator.check_schema(json_schema(model()))
    validator = Draft202012Validator(json_schema(model()))
    for text in (WHOLE, "{}"):
        assert list(validator.iter_errors(yaml.safe_load(text))) == []
    assert list(validator.iter_errors({"site": {"titel": "a"}}))
    assert list(validator.iter_errors({"site": {"per_page": "20"}}))


def test_every_key_is_described_in_the_schema() -> None:
    schema = json_schema(model())
    blocks = {"Config": schema, **schema["$defs"]}
    bare = [
        f"{name}.{key}"
        for name, block in blocks.items()
        if name
        not in {"Config", "Weights", "Highlight", "TrackerBlock", "Networks", "Filters", "TrackerFilters", "Ranking"}
        for key, value in block["properties"].items()
        if "description" not in value and key != "api"
    ]
    assert bare == []


def config_or_problems(content: bytes) -> Config | list[Problem]:
    try:
        return read(content)
    except ConfigError as error:
        return error.problems


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


@given(
    st.dictionaries(st.sampled_from(["site", "trackers", "people", "ranking", "filters", "networks", "feeds"]), PLAIN)
)
def test_no_value_makes_anything_but_a_config_or_a_config_error(value: dict[str, Any]) -> None:
    assert config_or_problems(yaml.safe_dump(value, allow_unicode=True).encode("utf-8", "surrogatepass"))


@given(st.binary(max_size=200))
def test_no_bytes_make_anything_but_a_config_or_a_config_error(content: bytes) -> None:
    assert config_or_problems(content)


@pytest.mark.parametrize(
    "text",
    [
        'networks: {x: {api: "https://api.example/2?token=canary"}}',
        'networks: {x: {api: "https://api.example/2#canary"}}',
        'networks: {x: {api: "ftp://api.example/2?token=canary"}}',
        'networks: {x: {api: "https://me:canary@api.example/2"}}',
        "networks: {x: {bearer_token: canary}}",
        'feeds: {hub: "http://hub.example/?key=canary"}',
        'announce: {slack: "https://hooks.slack.com/services/canary"}',
        'trackers: [{id: a, feeds: ["http://127.0.0.1:9/feed?token=canary"]}]',
    ],
)
def test_no_message_about_a_configuration_shows_a_secret_that_it_holds(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(f'site: {{url: "https://pages.example/x/"}}\n{text}\n'.encode())
    assert "canary" not in str(caught.value)
