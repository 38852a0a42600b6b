"""A Bluesky repository (`.car`, what `com.atproto.sync.getRepo` and "Export my data" give) -> posts. Pure.

Format, atproto.com/specs/repository, read 2026-11-30: a CAR file of version 1 is a header and blocks, each a length
(varint), a CID and DAG-CBOR. The header's root is the commit (`did`, `data`); `data` leads to a tree whose nodes list
keys (`<collection>/<rkey>`, their common beginnings left out) with the CIDs of their records.

A file that is cut off gives the records whose node of the tree came before the cut.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libipld

from generator.fetch.adapter import json_fields as wire
from generator.fetch.archives.items import Block, Item, Setting
from generator.fetch.sources.bluesky.records import PROFILE, parse_record, record_uri
from generator.model.errors import Problem, RecordError

_CID_SIZES = {0x01: 36, 0x12: 34}
"""By the first byte: CID version 1 with SHA-256, as all of Bluesky, and version 0."""
_NODES_MAX = 5_000_000
_PREFIX_MAX = 1024


def looks_like_car(head: bytes) -> bool:
    """Whether a file begins as one."""
    return b"eroots" in head[:16] and b"gversion" in head[:200]


def parse_car(block: Block, setting: Setting) -> Iterator[Item]:
    """The posts, reposts and likes of a repository."""
    try:
        root, blobs, is_cut = _blocks(block.content)
        commit = libipld.decode_dag_cbor(blobs[root])
        did = commit["did"]
        records = _records(commit["data"], blobs)
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        yield Problem(block.where, "is no repository of Bluesky, or its beginning is damaged; download it again")
        return
    if is_cut:
        yield Problem(block.where, "is cut off: the records before the cut are read; download it again")
    handle = setting.handles.get(f"bluesky:{did}")
    author = {**_profile(_decoded(blobs, records.get(PROFILE))), "handle": handle}
    trackers = setting.trackers.of([f"bluesky:{did}", f"bluesky:{handle}"])
    hidden = 0
    for key in sorted(records):
        collection, _, rkey = key.partition("/")
        uri = record_uri(did, collection, rkey)
        record = _decoded(blobs, records[key])
        if uri is None or (record is None and is_cut):
            continue
        where = f"{block.where}:{key}"
        try:
            post = parse_record(uri, record, author, trackers=trackers, seen_at=setting.now, where=where)
        except RecordError as error:
            yield Problem(error.where or where, error.message)
            continue
        if post is None:
            hidden += 1
        else:
            yield post
    if hidden:
        yield Problem(block.where, f"{hidden:,} records are not taken: their author asks not to be shown to everybody")


def _profile(record: Any) -> dict[str, Any]:
    """What a profile's record says of its account, as a profile of the API does."""
    if not isinstance(record, dict):
        return {}
    return {"displayName": record.get("displayName"), "labels": wire.part(record, "labels").get("values")}


def _blocks(content: bytes) -> tuple[bytes, dict[bytes, bytes], bool]:
    """(root, blocks by CID, whether the file is cut off). Raises ValueError where it is no CAR file."""
    size, place = _varint(content, 0)
    header = libipld.decode_dag_cbor(content[place : place + size])
    root: bytes = header["roots"][0]
    place += size
    blocks: dict[bytes, bytes] = {}
    while place < len(content):
        try:
            size, start = _varint(content, place)
        except ValueError:
            return root, blocks, True
        end = start + size
        if start >= len(content) or end > len(content) or content[start] not in _CID_SIZES:
            return root, blocks, True
        data = start + _CID_SIZES[content[start]]
        blocks[content[start:data]] = content[data:end]
        place = end
    return root, blocks, False


def _varint(content: bytes, place: int) -> tuple[int, int]:
    """(number, place behind it). Raises ValueError."""
    number = 0
    for shift in range(0, 63, 7):
        if place >= len(content):
            break
        byte = content[place]
        place += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004 (the last byte of a varint)
            return number, place
    raise ValueError("no varint")


def _records(root: Any, blobs: dict[bytes, bytes]) -> dict[str, bytes]:
    """Key of every record -> its CID, from the tree."""
    records: dict[str, bytes] = {}
    waiting = [root]
    seen: set[Any] = set()
    while waiting and len(seen) < _NODES_MAX:
        cid = waiting.pop()
        if not isinstance(cid, bytes) or cid in seen:
            continue
        seen.add(cid)
        node = _decoded(blobs, cid)
        if not isinstance(node, dict):
            continue
        waiting.append(node.get("l"))
        key = b""
        for entry in node.get("e") or ():
            shared, rest, value = entry.get("p"), entry.get("k"), entry.get("v")
            if not isinstance(shared, int) or not isinstance(rest, bytes) or not isinstance(value, bytes):
                break
            key = key[: min(shared, _PREFIX_MAX)] + rest
            records[key.decode("ascii", "replace")] = value
            waiting.append(entry.get("t"))
    return records


def _decoded(blobs: dict[bytes, bytes], cid: bytes | None) -> Any:
    """What a block holds; None where it is missing or damaged."""
    if cid is None or cid not in blobs:
        return None
    try:
        return libipld.decode_dag_cbor(blobs[cid])
    except (ValueError, RecursionError):
        return None
