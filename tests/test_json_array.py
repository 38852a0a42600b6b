"""Splitting a list into its elements: any size of pieces, any content, one element in memory, linear time."""

from __future__ import annotations

import json
import time
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.fetch.archives.x.json_array import NOTHING, TOO_LONG, ArrayError, elements

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(['"', "\\", "[", "}", ",", '\\"', "]\n"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


def pieces(content: bytes, size: int) -> Iterator[bytes]:
    return (content[start : start + size] for start in range(0, len(content), size))


@given(
    st.lists(JSON, max_size=6),
    st.integers(1, 40),
    st.sampled_from(["", "window.YTD.tweets.part0 = ", "\ufeff", "var x = ", 'Grailbird.data["t"] =\n']),
    st.sampled_from([None, 2]),
    st.booleans(),
)
def test_the_elements_are_those_of_the_list_whatever_the_pieces(
    values: list[Any], size: int, prefix: str, indent: int | None, ascii_only: bool
) -> None:
    content = (prefix + json.dumps(values, indent=indent, ensure_ascii=ascii_only) + ";\n").encode("utf-8", "replace")
    assert [json.loads(element) for element in elements(pieces(content, size))] == json.loads(
        content[content.index(b"[", len(prefix.encode())) :].rstrip(b";\n")
    )


@given(st.binary(max_size=200), st.integers(1, 50))
def test_any_bytes_end_in_elements_or_in_a_reason(content: bytes, size: int) -> None:
    try:
        found = list(elements(pieces(b"[" + content, size)))
    except ArrayError:
        return
    assert all(isinstance(element, bytes) and element for element in found)


@given(st.lists(JSON, min_size=1, max_size=4), st.data())
def test_a_list_that_is_cut_off_gives_what_came_before_and_a_reason(values: list[Any], data: st.DataObject) -> None:
    content = json.dumps(values).encode()
    content = content[: data.draw(st.integers(1, len(content) - 1))]
    found: list[Any] = []
    with pytest.raises(ArrayError, match="cut off"):
        found.extend(map(json.loads, elements([content])))
    assert found == values[: len(found)]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"  \n", "is empty"),
        (b"window.YTD.x = ", "no list"),
        (b"<html>" + b"x" * 2000, "no list.*<html>"),
        (b'{"a": [1]}', "no list"),
        (b"[1] [2]", "something follows"),
        (b"x" * 5_000_000, "no list"),
    ],
)
def test_what_is_no_list_is_named(content: bytes, says: str) -> None:
    with pytest.raises(ArrayError, match=says):
        list(elements(pieces(content, 1000)))


def test_an_element_beyond_the_limit_costs_only_itself() -> None:
    long = b'{"a": "' + b"x" * 5000 + b'", "b": [1, 2, {"c": "]}"}]}'
    content = b'[{"first": 1}, ' + long + b', {"last": 2}]'
    for size in (1, 13, 1000, 100_000):
        assert list(elements(pieces(content, size), longest=300)) == [b'{"first": 1}', TOO_LONG, b'{"last": 2}']


def test_a_missing_element_is_told_and_an_empty_list_is_none() -> None:
    assert list(elements([b"[1,,2]"])) == [b"1", NOTHING, b"2"]
    assert list(elements([b"[1,]"])) == [b"1", NOTHING]
    assert list(elements([b"[ \n ]"])) == []


def test_memory_is_that_of_one_element_and_a_piece() -> None:
    row = b'{"text": "' + b"some words and \\\\ \\u00e9 \\" + b'" ' + b"x" * 2000 + b'"},'

    def endless() -> Iterator[bytes]:
        yield b"["
        for _ in range(3000):
            yield row * 5
        yield b"1]"

    tracemalloc.start()
    assert sum(1 for _ in elements(endless())) == 15_001
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 500_000


@pytest.mark.parametrize(
    "content",
    [b'["' + b"x" * 3_000_000 + b'"]', b"[" + b"[" * 1_000_000, b'["' + b"\\" * 2_000_001, b"[" + b'"a",' * 300_000],
)
def test_time_is_linear_whatever_comes(content: bytes) -> None:
    began = time.process_time()
    try:
        for _ in elements(pieces(content, 65_536)):
            pass
    except ArrayError:
        pass
    assert time.process_time() - began < 5
