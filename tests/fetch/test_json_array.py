"""Splitting a list into its objects: any size of pieces, any content, some blocks in memory, linear time."""

from __future__ import annotations

import contextlib
import json
import time
import tracemalloc
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.fetch.archives import json_array
from generator.fetch.archives.json_array import TOO_LONG, ArrayError, elements

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(['"', "\\", "[", "},{", "]", '\\"', "]\n"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.lists(st.dictionaries(st.text(max_size=4), JSON, max_size=4), max_size=6)


def pieces(content: bytes, size: int) -> Iterator[bytes]:
    return (content[start : start + size] for start in range(0, len(content), size))


def in_blocks(chunks: Iterable[bytes], *, block: int, longest: int = json_array.LONGEST) -> Iterator[bytes]:
    """The objects, in blocks of another size."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_array, "BLOCK", block)
        patch.setattr(json_array, "LONGEST", longest)
        yield from elements(chunks)


@given(
    OBJECTS,
    st.integers(1, 60),
    st.sampled_from(["", "window.YTD.tweets.part0 = ", "\ufeff", "var x = ", "Grailbird.data.tweets_2015_01 = \n "]),
    st.sampled_from([None, 2]),
    st.booleans(),
)
def test_the_objects_are_those_of_the_list_whatever_the_blocks(
    values: list[Any], size: int, prefix: str, indent: int | None, ascii_only: bool
) -> None:
    content = (prefix + json.dumps(values, indent=indent, ensure_ascii=ascii_only) + ";\n").encode("utf-8", "replace")
    after = json.loads(content[len(prefix.encode()) :].rstrip(b";\n"))
    block = max(size, len(prefix.encode()) + 8)
    assert [json.loads(one) for one in in_blocks(pieces(content, size), block=block)] == after


@given(st.binary(max_size=200), st.integers(1, 50))
def test_any_bytes_end_in_objects_or_in_a_reason(content: bytes, size: int) -> None:
    try:
        found = list(in_blocks(pieces(b"[" + content, size), block=size))
    except ArrayError:
        return
    assert all(isinstance(element, bytes) and element for element in found)


@given(OBJECTS.filter(bool), st.data())
def test_a_list_that_is_cut_off_gives_what_came_before_and_a_reason(values: list[Any], data: st.DataObject) -> None:
    indent = data.draw(st.sampled_from([None, 2]))
    content = json.dumps(values, indent=indent).encode()
    cut = data.draw(st.integers(1, len(content) - 1))
    found: list[Any] = []
    pieces_of_it = in_blocks([content[:cut]], block=data.draw(st.integers(8, 90)))
    with pytest.raises(ArrayError, match="cut off"):
        found.extend(pieces_of_it)
    decoded = []
    for element in found:
        with contextlib.suppress(ValueError):  # a piece of what was cut
            decoded.append(json.loads(element))
    ends = [len(json.dumps(values[:count], indent=indent).rstrip("]\n")) for count in range(1, len(values) + 1)]
    whole = sum(end <= cut for end in ends)
    assert decoded[:whole] == values[:whole]


@pytest.mark.parametrize("indent", [None, 2])
def test_a_damaged_object_costs_itself_alone(indent: int | None) -> None:
    rows = [{"tweet": {"id": str(number), "urls": [{"a": 1}]}} for number in range(60)]
    content = json.dumps(rows, indent=indent).encode().replace(b'"id": "7"', b'"id": tru')
    good = []
    for element in in_blocks(pieces(content, 100), block=500):
        try:
            good.append(json.loads(element)["tweet"]["id"])
        except (ValueError, KeyError):
            continue
    assert good == [str(number) for number in range(60) if number != 7]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"  \n", "is empty"),
        (b"window.YTD.x = ", "no list"),
        (b"<html>" + b"x" * 2000, "no list.*<html>"),
        (b'{"a": [1]}', "no list"),
        (b"x" * 5_000_000, "no list"),
    ],
)
def test_what_is_no_list_is_named(content: bytes, says: str) -> None:
    with pytest.raises(ArrayError, match=says):
        list(elements(pieces(content, 1000)))


def test_an_object_beyond_the_limit_costs_only_itself() -> None:
    long = b'{"a": "' + b"x" * 5000 + b'", "b": [1, 2, {"c": "]}"}]}'
    content = b'[{"first": 1}, ' + long + b', {"last": 2}]'
    for size in (20, 133, 1000):
        found = list(in_blocks(pieces(content, size), block=size, longest=300))
        assert found == [b'{"first": 1}', TOO_LONG, b'{"last": 2}']


def test_memory_is_that_of_some_blocks() -> None:
    row = b'{"text": "' + b"some words and \\\\ \\u00e9 \\" + b'" ' + b"x" * 2000 + b'"},'

    def endless() -> Iterator[bytes]:
        yield b"["
        for _ in range(9000):
            yield row * 5
        yield b"{}]"

    tracemalloc.start()
    assert sum(1 for _ in elements(endless())) == 45_001
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 24_000_000


@pytest.mark.slow
@pytest.mark.parametrize(
    "content",
    [
        b'[{"' + b"x" * 20_000_000 + b'"}]',
        b"[" + b"[" * 5_000_000,
        b'["' + b"\\" * 5_000_001,
        b"[" + b'{"a":},' * 300_000,
        b'[{"a":[' + b"{}," * 900_000 + b"{}]}]",
        b"[" + b'{"a"},{' * 300_000,
    ],
)
def test_time_is_linear_whatever_comes(content: bytes) -> None:
    began = time.process_time()
    try:
        for _ in elements(pieces(content, 65_536)):
            pass
    except ArrayError:
        pass
    assert time.process_time() - began < 8
