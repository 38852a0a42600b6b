"""Lines of an import: what may be missing, what is put right, and what is refused with its field."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.fetch.archives.formats import parse_lines
from generator.fetch.archives.items import Block, Item, Setting
from generator.fetch.archives.json_lines import NEVER, parse_record
from generator.model.errors import Problem, RecordError
from generator.model.records import Paper, Post
from tests import make

NOW = make.NOON
POST: dict[str, Any] = {
    "id": "bluesky:did:plc:abc/3k",
    "network": "bluesky",
    "kind": "post",
    "url": "https://social.example/1",
    "account": "bluesky:did:plc:abc",
    "posted_at": "2026-11-20T08:00:00+01:00",
}
PAPER: dict[str, Any] = {"id": "math.GT/0309136v2", "title": " On\n knots ", "abstract": "We  tie\n$K$."}


def parse_line(line: bytes, now: datetime) -> Item:
    (item,) = parse_lines(Block("in.jsonl", 1, line), Setting(now=now))
    if isinstance(item, Problem):
        raise RecordError("", item.message)
    return item


def parsed(plain: Any) -> Any:
    return parse_record(json.loads(json.dumps(plain)), NOW)


def test_a_post_needs_little() -> None:
    post = parsed(POST)
    assert isinstance(post, Post)
    assert post.account.id == "bluesky:did:plc:abc"
    assert post.posted_at == datetime(2026, 11, 20, 7, tzinfo=UTC)
    assert post.seen_at == NOW
    assert (post.papers, post.trackers, post.text) == ((), (), None)


def test_a_record_as_data_has_it_comes_out_as_it_is() -> None:
    for record in (make.post(), make.paper(), make.post(text="a &amp; b &lt;3", network="x")):
        assert parse_record(msgspec.to_builtins(record), NOW) == record


def test_nulls_and_unknown_keys_are_as_if_they_were_not_there() -> None:
    nulls = {"text": None, "of": None, "counts": None, "links": None, "lang": None, "made_up_key": [1]}
    account = {"id": "bluesky:did:plc:abc", "handle": None, "bot": None}
    assert parsed({**POST, **nulls, "account": account}) == parsed(POST)


def test_what_is_written_oddly_is_put_right() -> None:
    post = parsed({
        **POST, "papers": ["arXiv:2401.00001v3", "2401.00001"], "links": ["javascript:alert(1)", "https://a.example/b"],
        "text": "a\x00b\nc", "trackers": ["b", "a", "b"],
        "account": {"id": "bluesky:x", "handle": "@me", "name": "M\te"},
    })  # fmt: skip
    assert post.papers == ("2401.00001",)
    assert post.links == ("https://a.example/b",)
    assert post.text == "ab\nc"
    assert post.trackers == ("a", "b")
    assert (post.account.handle, post.account.name) == ("me", "M e")


def test_a_paper_needs_little() -> None:
    paper = parsed(PAPER)
    assert isinstance(paper, Paper)
    assert (paper.id, paper.title, paper.abstract) == ("math/0309136", "On knots", "We tie $K$.")
    assert (paper.submitted_at, paper.fetched_at) == (None, NEVER)


@pytest.mark.parametrize(
    "stated", [None, "", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00+23:00", "1812-01-01T00:00:00Z"]
)
def test_a_post_without_a_date_that_can_be_counts_from_when_it_was_seen(stated: str | None) -> None:
    post = parsed({**POST, "posted_at": stated, "seen_at": "2026-11-20T09:00:00Z"})
    assert isinstance(post, Post)
    assert post.posted_at == datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": "x:1"}, "id: 'x:1' must be `bluesky:`"),
        ({"account": "x:1"}, "account.id"),
        ({"account": None}, "account"),
        ({"of": "x:1"}, "of: "),
        ({"id": "bluesky:a b"}, "id: "),
        ({"network": "../x", "id": "../x:1"}, "network"),
        ({"network": "bluesky/..", "id": "a"}, "network"),
        ({"kind": "shout"}, "kind"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": 5}, "url"),
        ({"posted_at": "2026-11-20T08:00:00"}, "timezone"),
        ({"posted_at": "yesterday"}, "posted_at"),
        ({"seen_at": "0001-01-01T00:00:00+23:00"}, "seen_at: "),
        ({"seen_at": "1812-01-01T00:00:00Z"}, "1812 cannot be its year"),
        ({"papers": [2401.01230]}, "quote it"),
        ({"papers": ["2401.1"]}, "no id of arXiv"),
        ({"papers": "2401.00001"}, "must be a list"),
        ({"text": ["a"]}, "text"),
        ({"text": "a" * 100_001}, "100,000 are the limit"),
        ({"trackers": ["A B"]}, "trackers"),
        ({"counts": {"likes": "many"}}, "likes"),
    ],
)
def test_a_post_that_cannot_be_is_refused_with_its_field(change: dict[str, Any], said: str) -> None:
    with pytest.raises(RecordError) as caught:
        parsed({**POST, **change})
    assert said in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"{", "is no JSON"), (b"[]", "must be a JSON object"), (b"{}", "neither a post"), (b'"\xff"', "is no JSON"),
        (b"[" * 5000, "is no JSON"), (b'{"title":"a"}', "no id of"), (b'{"title":"a","id":"2401.00000"}', "no id of"),
        (b'{"title":" ","id":"2401.00001"}', "title: is empty"), (b'{"title":5,"id":"2401.00001"}', "title"),
        (b'{"title":"\\ud800","id":"2401.00001"}', "is no JSON"),
    ],
)  # fmt: skip
def test_a_line_that_is_nothing_is_refused(line: bytes, said: str) -> None:
    with pytest.raises(RecordError) as caught:
        parse_line(line, NOW)
    assert said in str(caught.value)


def test_ids_are_judged_as_the_corpus_says(shared: Path) -> None:
    rows = [json.loads(line) for line in (shared / "corpora" / "ids" / "ids.jsonl").read_text("utf-8").splitlines()]
    judged = 0
    for row in rows:
        if row.get("kind") == "handle" or row.get("valid") is not False or not isinstance(row.get("value"), str):
            continue
        judged += 1
        with pytest.raises(RecordError):
            parsed({**POST, "papers": [row["value"]]})
    assert judged > 20


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*POST, *PAPER]), inner, max_size=6),
    max_leaves=15,
))  # fmt: skip
def test_no_json_makes_anything_but_a_record_or_a_record_error(plain: Any) -> None:
    line = json.dumps({**POST, **plain} if isinstance(plain, dict) else plain).encode()
    try:
        record = parse_line(line, NOW)
    except RecordError:
        return
    assert parse_record(msgspec.to_builtins(record), NOW) == record
