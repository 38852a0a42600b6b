"""A server on loopback that speaks Bluesky's Jetstream: made-up events, filtered as `/subscribe` filters them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import libipld
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.sync.server import ServerConnection, serve


def us(moment: datetime) -> int:
    """Microseconds since 1970."""
    return int(moment.astimezone(UTC).timestamp() * 1_000_000)


def commit(did: str, at: datetime, key: str, record: Mapping[str, Any] | None, kind: str = "post") -> dict[str, Any]:
    """A post or repost that was created, or deleted where there is no record."""
    operation = {"operation": "create", "record": record} if record else {"operation": "delete"}
    body = {"rev": key, "collection": f"app.bsky.feed.{kind}", "rkey": key, **operation}
    return {"did": did, "time_us": us(at), "kind": "commit", "commit": body}


def account(did: str, at: datetime, status: str | None) -> dict[str, Any]:
    """The state of an account."""
    state = {"active": status is None, "did": did, "seq": 1, **({"status": status} if status else {})}
    return {"did": did, "time_us": us(at), "kind": "account", "account": state}


def of_firehose(pds: str) -> list[dict[str, Any]]:
    """Everything that happened on a server of accounts, as Jetstream would tell it: its firehose from the beginning."""
    address = pds.replace("http", "ws", 1) + "/xrpc/com.atproto.sync.subscribeRepos?cursor=0"
    events: list[dict[str, Any]] = []
    with connect(address, max_size=None, proxy=None) as firehose:
        while True:
            try:
                frame = firehose.recv(1, decode=False)
            except TimeoutError:
                return events
            header, body = libipld.decode_dag_cbor_multi(frame)
            at = datetime.fromisoformat(body["time"])
            if header["t"] == "#account":
                events.append(account(body["did"], at, None if body["active"] else body["status"]))
            elif header["t"] == "#commit":
                blocks = libipld.decode_car(body["blocks"])[1]
                for change in body["ops"]:
                    collection, _, key = change["path"].partition("/")
                    kind = collection.rpartition(".")[2]
                    record = blocks[change["cid"]] if change["action"] != "delete" else None
                    if kind in {"post", "repost"}:
                        events.append(commit(body["repo"], at, key, record, kind))


class Jetstream:
    """The server, to be used with `with`.

    Args:
        events: what happened, in any order.
        cut_after: break the connection off after so many events.
        raw: sent before the events as it is.
    """

    def __init__(self, events: Iterable[Mapping[str, Any]], *, cut_after: int | None = None, raw: str = "") -> None:
        self.events = sorted(events, key=lambda event: event["time_us"])
        self.cut_after = cut_after
        self.raw = raw
        self.wanted: list[dict[str, list[str]]] = []
        """Query of each connection, with what its first message added."""

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._server = serve(self._answer, "127.0.0.1", 0)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()

    def _answer(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        assert urlsplit(connection.request.path).path == "/subscribe"
        query = parse_qs(urlsplit(connection.request.path).query)
        if query.get("requireHello") == ["true"]:
            hello = json.loads(connection.recv())
            assert hello["type"] == "options_update"
            query |= hello["payload"]
        self.wanted.append(query)
        try:
            self._send(connection, query)
        except ConnectionClosed:
            return

    def _send(self, connection: ServerConnection, query: Mapping[str, list[str]]) -> None:
        if self.raw:
            connection.send(self.raw)
        sent = 0
        for event in self.events:
            if event["time_us"] < int(query["cursor"][0]):
                continue
            if "wantedDids" in query and event["did"] not in query["wantedDids"]:
                continue
            if event["kind"] == "commit" and event["commit"]["collection"] not in query["wantedCollections"]:
                continue
            if sent == self.cut_after:
                connection.socket.close()
                return
            connection.send(json.dumps(event))
            sent += 1
        connection.recv()
