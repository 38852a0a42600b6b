"""Other pasts: repositories of Bluesky, exports of Mastodon, Jetstream, arXiv, old archives of X, in all packings."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import json
import lzma
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import libipld
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from generator.fetch.archives.car import parse_car
from generator.fetch.archives.files import find_files
from generator.fetch.archives.items import Block, Item, Setting, Trackers
from generator.fetch.archives.outbox import parse_outbox
from generator.fetch.archives.reading import Contents, read_files, sort_files
from generator.model.errors import Problem
from generator.model.records import Paper, Post
from tests import x_archives
from tests.conftest import NOW
from tests.e2e.run import Copy

DID = "did:plc:madeup"
OTHER = "did:plc:another"
TRACKERS = Trackers({f"bluesky:{DID}": ("mine",), "mastodon:ada@one.example": ("theirs",)}, ("mine", "theirs"))
SETTING = Setting(now=NOW, trackers=TRACKERS, handles={f"bluesky:{DID}": "ada.example"}, wanted={"2401.00001"})
ABOUT = "https://arxiv.org/abs/2401.00001"


# --- Bluesky ---------------------------------------------------------------------------------------------------------


def said(text: str, **fields: Any) -> dict[str, Any]:
    return {"$type": "app.bsky.feed.post", "text": text, "createdAt": "2026-11-01T10:00:00Z", **fields}


def pointing(collection: str, did: str, rkey: str) -> dict[str, Any]:
    subject = {"uri": f"at://{did}/app.bsky.feed.post/{rkey}", "cid": "bafymadeup"}
    return {"$type": collection, "subject": subject, "createdAt": "2026-11-02T10:00:00Z"}


REPOSITORY = {
    "app.bsky.actor.profile/self": {"$type": "app.bsky.actor.profile", "displayName": "Ada Made-Up"},
    "app.bsky.feed.like/3k1y": pointing("app.bsky.feed.like", OTHER, "3j1"),
    "app.bsky.feed.post/3k1": said("read this arxiv.org/abs/2401.0...", facets=[
        {"index": {"byteStart": 10, "byteEnd": 33},
         "features": [{"$type": "app.bsky.richtext.facet#link", "uri": ABOUT}]},
    ]),
    "app.bsky.feed.post/3k2": said("and", reply={"parent": {"uri": f"at://{DID}/app.bsky.feed.post/3k1"}}),
    "app.bsky.feed.post/3k3": {"$type": "app.bsky.feed.post", "createdAt": "2026-11-01T10:00:00Z"},
    "app.bsky.feed.repost/3k1x": pointing("app.bsky.feed.repost", OTHER, "3j1"),
    "app.bsky.graph.follow/3k1": {"$type": "app.bsky.graph.follow", "subject": OTHER},
}  # fmt: skip


def car(records: Mapping[str, Any], a_node: int = 3) -> bytes:
    """A repository: the commit, a tree of nodes with some keys each, and the records."""
    blocks: list[tuple[bytes, bytes]] = []

    def put(value: Any) -> bytes:
        content = libipld.encode_dag_cbor(value)
        cid = b"\x01\x71\x12\x20" + hashlib.sha256(content).digest()
        blocks.append((cid, content))
        return cid

    keys = sorted(records)
    cids = {key: put(records[key]) for key in keys}
    left = None
    for start in range(0, len(keys), a_node):
        entries, before = [], ""
        for key in keys[start : start + a_node]:
            shared = next((at for at, (one, two) in enumerate(zip(before, key, strict=False)) if one != two), 0)
            entries.append({"p": shared, "k": key[shared:].encode(), "v": cids[key], "t": None})
            before = key
        left = put({"l": left, "e": entries})
    commit = put({"did": DID, "version": 3, "data": left, "rev": "3k", "prev": None, "sig": b"made up"})
    header = libipld.encode_dag_cbor({"roots": [commit], "version": 1})
    sections = [header, *(cid + content for cid, content in reversed(blocks))]
    return b"".join(varint(len(section)) + section for section in sections)


def varint(number: int) -> bytes:
    encoded = bytearray()
    while number >= 0x80:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*encoded, number])


def posts_in(items: list[Item]) -> dict[str, Post]:
    return {item.id: item for item in items if isinstance(item, Post)}


def test_a_repository_of_bluesky_is_what_a_fetch_would_have_brought() -> None:
    items = list(parse_car(Block("repo.car", 1, car(REPOSITORY)), SETTING))
    posts = posts_in(items)
    assert sorted(post.kind for post in posts.values()) == ["like", "post", "reply", "repost"]
    own = next(post for post in posts.values() if post.kind == "post")
    assert (own.id, own.links, own.text) == (f"bluesky:{DID}/3k1", (ABOUT,), f"read this {ABOUT}")
    assert (own.account.handle, own.account.name, own.trackers) == ("ada.example", "Ada Made-Up", ("mine",))
    assert own.url == f"https://bsky.app/profile/{DID}/post/3k1"
    repost = next(post for post in posts.values() if post.kind == "repost")
    assert (repost.of, repost.id) == (f"bluesky:{OTHER}/3j1", f"bluesky:{DID}/3k1x")
    assert [item.place for item in items if isinstance(item, Problem)] == [
        "repo.car:app.bsky.feed.post/3k3.post.record.text"
    ]


def test_who_asks_not_to_be_shown_is_not_imported() -> None:
    labels = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "!no-unauthenticated"}]}
    hidden = {**REPOSITORY, "app.bsky.actor.profile/self": {"labels": labels}}
    items = list(parse_car(Block("repo.car", 1, car(hidden)), SETTING))
    assert not posts_in(items)
    assert "asks not to be shown" in str(items[-1])


@given(st.data())
def test_any_damage_to_a_repository_ends_in_posts_or_problems(data: st.DataObject) -> None:
    content = bytearray(car(REPOSITORY))
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, max(0, len(content) - 1))) : 1] = bytes([data.draw(st.integers(0, 255))])
    for item in parse_car(Block("repo.car", 1, bytes(content)), SETTING):
        assert isinstance(item, (Post, Problem))


def test_a_repository_that_is_cut_off_gives_what_came_before() -> None:
    whole = car({f"app.bsky.feed.post/3k{number:03}": said(f"words {number}") for number in range(90)})
    items = list(parse_car(Block("repo.car", 1, whole[: len(whole) * 2 // 3]), SETTING))
    assert 20 < len(posts_in(items)) < 90
    assert [str(item) for item in items if isinstance(item, Problem)] == [
        "repo.car: is cut off: the records before the cut are read; download it again"
    ]


def event(operation: str, key: str, record: Any = None, did: str = DID) -> dict[str, Any]:
    collection, _, rkey = key.partition("/")
    commit = {"rev": "3k", "operation": operation, "collection": collection, "rkey": rkey, "record": record}
    return {"did": did, "time_us": 1793527200000000, "kind": "commit", "commit": commit}


EVENTS = [
    event("create", "app.bsky.feed.post/3k1", REPOSITORY["app.bsky.feed.post/3k1"]),
    event("create", "app.bsky.feed.repost/3r1", pointing("app.bsky.feed.repost", DID, "3k1"), OTHER),
    event("create", "app.bsky.feed.like/3l1", pointing("app.bsky.feed.like", OTHER, "3unknown"), OTHER),
    event("create", "app.bsky.feed.post/3k2", said("lunch")),
    event("create", "app.bsky.feed.post/3k9", REPOSITORY["app.bsky.feed.post/3k1"]),
    event("delete", "app.bsky.feed.post/3k9"),
    event("create", "app.bsky.graph.follow/3f1", {"subject": OTHER}),
    {"did": DID, "time_us": 1793527200000001, "kind": "identity", "identity": {"did": DID, "handle": "ada.example"}},
]


# --- Mastodon --------------------------------------------------------------------------------------------------------

ONE = "https://one.example/users/ada"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
ACTOR = {"id": ONE, "type": "Person", "preferredUsername": "ada", "name": "Ada Made-Up", "discoverable": False}


def note(number: int, content: str, to: str = PUBLIC, **fields: Any) -> dict[str, Any]:
    own = {
        "id": f"{ONE}/statuses/{number}", "type": "Note", "published": "2026-11-01T10:00:00Z", "to": [to], "cc": [],
        "url": f"https://one.example/@ada/{number}", "attributedTo": ONE, "content": content, "inReplyTo": None,
        "contentMap": {"en": content}, "tag": [], **fields,
    }  # fmt: skip
    return {"id": f"{own['id']}/activity", "type": "Create", "actor": ONE, "to": [to], "object": own}


BOOST = {
    "id": f"{ONE}/statuses/4/activity", "type": "Announce", "actor": ONE, "published": "2026-11-01T10:00:00Z",
    "to": [PUBLIC], "object": "https://two.example/users/bo/statuses/9",
}  # fmt: skip
OUTBOX = {"@context": [], "id": "outbox.json", "type": "OrderedCollection", "totalItems": 7, "orderedItems": [
    note(1, f'<p>read <a href="{ABOUT}"><span class="invisible">https://</span>arxiv.org</a></p>'),
    note(2, "<p>and</p>", inReplyTo=f"{ONE}/statuses/1"),
    note(3, "<p>yes</p>", quote="https://two.example/users/bo/statuses/9"),
    BOOST,
    note(5, "<p>to my followers</p>", to=f"{ONE}/followers"),
    note(6, "<p>unlisted</p>", to=f"{ONE}/followers", cc=[PUBLIC]),
    {**note(7, "x"), "object": 5},
]}  # fmt: skip


def test_an_export_of_mastodon_is_what_a_fetch_would_have_brought() -> None:
    setting = Setting(now=NOW, trackers=TRACKERS, actors={"out/": ACTOR})
    posts = posts_in(list(parse_outbox(Block("out/outbox.json", 1, json.dumps(OUTBOX).encode()), setting)))
    own = f"mastodon:{ONE}/statuses/"
    assert {post.id.removeprefix(own): (post.kind, post.of) for post in posts.values()} == {
        "1": ("post", None),
        "2": ("reply", f"{own}1"),
        "3": ("quote", "mastodon:https://two.example/users/bo/statuses/9"),
        "4/activity": ("repost", "mastodon:https://two.example/users/bo/statuses/9"),
    }
    first = posts[f"{own}1"]
    assert (first.text, first.links, first.lang) == ("read arxiv.org", (ABOUT,), "en")
    assert (first.account.id, first.account.name) == ("mastodon:ada@one.example", "Ada Made-Up")
    assert (first.url, first.trackers) == ("https://one.example/@ada/1", ("theirs",))


def test_an_outbox_that_is_cut_off_or_damaged_gives_the_rest() -> None:
    content = json.dumps(OUTBOX).encode()
    cut = list(parse_outbox(Block("outbox.json", 1, content[: content.index(b"statuses/3") + 20]), SETTING))
    assert len(posts_in(cut)) == 2
    assert "cut off" in str(cut[-1])
    assert posts_in(cut)[f"mastodon:{ONE}/statuses/1"].account.id == "mastodon:ada@one.example"


# --- arXiv -----------------------------------------------------------------------------------------------------------

ROW = {
    "id": "2401.00001", "submitter": "Ada", "authors": "A. Made-Up and others", "title": "On the\n  made-up",
    "comments": None, "journal-ref": None, "doi": "10.1000/made-up", "report-no": None, "categories": "cs.LG stat.ML",
    "abstract": "  We make\nthings up.\n", "versions": [
        {"version": "v1", "created": "Mon, 1 Jan 2024 10:00:00 GMT"},
        {"version": "v2", "created": "Tue, 2 Jan 2024 10:00:00 GMT"},
    ],
    "update_date": "2024-01-03", "authors_parsed": [["Made-Up", "Ada", ""], ["Sample", "Bo", "Jr"], ["Group", "", ""]],
}  # fmt: skip


def read(path: Path | str, setting: Setting = SETTING, captured: tuple[str, ...] = ()) -> Contents:
    contents = Contents()
    others = sort_files(find_files([str(path)])).others
    read_files(others, setting, contents, captured=captured, on_bytes=lambda _: None)
    return contents


def as_lines(*records: Any) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def test_of_arxivs_snapshot_the_papers_that_are_named_come_in(tmp_path: Path) -> None:
    path = tmp_path / "arxiv-metadata-oai-snapshot.json"
    broken = {**ROW, "id": "2401.1"}
    path.write_bytes(as_lines(ROW, {**ROW, "id": "2401.00002"}, broken))
    contents = read(path)
    (paper,) = contents.papers
    assert isinstance(paper, Paper)
    assert (paper.id, paper.version, paper.title) == ("2401.00001", 2, "On the made-up")
    assert paper.authors == ("Ada Made-Up", "Bo Sample Jr", "Group")
    assert (paper.abstract, paper.categories) == ("We make things up.", ("cs.LG", "stat.ML"))
    assert [f"{at:%Y-%m-%d}" for at in (paper.submitted_at, paper.revised_at) if at] == ["2024-01-01", "2024-01-02"]
    assert [problem.place for problem in contents.problems] == [f"{path}:3"]


def test_papers_that_posts_of_the_same_run_name_are_taken_whatever_the_order(copy: Copy) -> None:
    (copy.folder / "a.json").write_bytes(as_lines(ROW, {**ROW, "id": "2401.00002"}))
    (copy.folder / "b.car").write_bytes(car(REPOSITORY))
    ran = copy.run("import", "a.json", "b.car", "--offline", "--json", "--now", "2026-11-20T12:00:00Z")
    assert (ran.json["new_papers"], ran.json["new_posts"], ran.json["pending"]) == (1, 2, 0)


# --- packings --------------------------------------------------------------------------------------------------------

PLAIN: dict[str, bytes] = {
    "repo.car": car(REPOSITORY),
    "outbox.json": json.dumps(OUTBOX).encode(),
    "events.jsonl": as_lines(*EVENTS),
    "posts.jsonl": as_lines(*EVENTS, ROW),
}


def zipped(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return file.getvalue()


def tarred(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for path, each in (("media/a.jpg", b"x"), (name, content)):
            member = tarfile.TarInfo(path)
            member.size = len(each)
            archive.addfile(member, io.BytesIO(each))
    return file.getvalue()


PACKINGS: dict[str, Callable[[str, bytes], bytes]] = {
    "plain": lambda _, content: content,
    "gzip": lambda _, content: gzip.compress(content),
    "xz": lambda _, content: lzma.compress(content),
    "zstd": lambda _, content: zstandard.compress(content),
    "zip": zipped,
    "zip in a zip": lambda name, content: zipped("inner.zip", zipped(f"folder/{name}", content)),
    "gzip in a zip": lambda name, content: zipped(f"{name}.gz", gzip.compress(content)),
    "tar": tarred,
    "tar.gz": lambda name, content: gzip.compress(tarred(name, content)),
    "bzip2": lambda _, content: bz2.compress(content),
    "tar.bz2 in a zip": lambda name, content: zipped("export.tar.bz2", bz2.compress(tarred(name, content))),
    "tar.zst": lambda name, content: zstandard.compress(tarred(f"export/{name}", content)),
}


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("name", PLAIN)
def test_every_format_comes_in_every_packing(name: str, packing: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(PLAIN[name])
    (tmp_path / "packed").write_bytes(PACKINGS[packing](name, PLAIN[name]))
    plain, packed = read(tmp_path / name), read(tmp_path / "packed")
    assert plain.posts
    assert (packed.posts, packed.papers, packed.removed) == (plain.posts, plain.papers, plain.removed)
    assert (packed.unread, packed.passed_over) == (plain.unread, plain.passed_over)


def test_of_everybodys_events_those_about_papers_come_in_and_deletions_are_honoured(copy: Copy) -> None:
    ran = copy.run(
        "import", "-", "--offline", "--json", "--now", "2026-11-20T12:00:00Z", stdin=as_lines(*EVENTS).decode()
    )
    assert (ran.json["new_posts"], ran.json["left_out"], ran.json["removed_posts"]) == (3, 2, 1)
    stored = b"".join(copy.files("data").values()).decode()
    assert f'"id":"bluesky:{DID}/3k1"' in stored
    assert f'"id":"bluesky:{OTHER}/3r1"' in stored
    assert f'"of":"bluesky:{DID}/3k9"' not in stored
    again = copy.run(
        "import", "-", "--offline", "--json", "--now", "2026-12-20T12:00:00Z", stdin=as_lines(*EVENTS).decode()
    )
    assert (again.json["new_posts"], again.json["changed_files"]) == (0, 0)


@pytest.mark.parametrize("packing", ["gzip", "xz", "zstd"])
def test_what_is_cut_off_gives_all_that_was_whole(packing: str, tmp_path: Path) -> None:
    records = as_lines(
        *(
            {**ROW, "id": f"2401.{number:05}", "title": f"{number} {hashlib.sha256(str(number).encode()).hexdigest()}"}
            for number in range(1, 9000)
        )
    )
    whole = PACKINGS[packing]("a.jsonl", records)
    (tmp_path / "a.jsonl").write_bytes(whole[: len(whole) // 2])
    setting = Setting(now=NOW, wanted={f"2401.{number:05}" for number in range(1, 9000)})
    contents = read(tmp_path / "a.jsonl", setting)
    assert len(contents.papers) > 3000
    assert [paper.title.split()[0] for paper in contents.papers] == [
        str(number) for number in range(1, len(contents.papers) + 1)
    ]
    assert "cannot be read on" in " ".join(map(str, contents.problems))


# --- archives of X, as people have them ------------------------------------------------------------------------------

CLASSIC = {
    "source": "x", "geo": {}, "id_str": "555200000000000001", "id": 555200000000000001,
    "text": "look http://t.co/aaa &amp; on",
    "created_at": "2015-01-14 03:10:21 +0000",
    "user": {"name": "Ada", "screen_name": "Ada_Made_Up", "id_str": x_archives.OWNER_ID},
    "entities": {"user_mentions": [], "media": [], "hashtags": [], "urls": [
        {"indices": [5, 20], "url": "http://t.co/aaa", "expanded_url": ABOUT, "display_url": "arxiv.org"}]},
}  # fmt: skip
RETWEET = {
    **CLASSIC, "id_str": "555200000000000009", "id": 555200000000000009, "text": "RT @bo: cut", "entities": {},
    "retweeted_status": {**CLASSIC, "user": {"id_str": "77", "screen_name": "bo"}},
}  # fmt: skip
DETAILS = {"screen_name": "Ada_Made_Up", "full_name": "Ada", "id": x_archives.OWNER_ID}
CLASSIC_FILES = {
    "data/js/user_details.js": b"var user_details = " + json.dumps(DETAILS).encode(),
    "data/js/tweet_index.js": b"var tweet_index = []",
    "data/js/tweets/2015_01.js": b"Grailbird.data.tweets_2015_01 = \n " + json.dumps([CLASSIC, RETWEET]).encode(),
    "data/js/tweets/2015_02.js": b"Grailbird.data.tweets_2015_02 = \n []",
    "tweets.csv": b'"tweet_id"',
}
MODERN = x_archives.files(x_archives.about(1), x_archives.reply(2, to=1))
ALONE = {"tweets.js": x_archives.script("tweets", [x_archives.about(1)])}
SELF = {"tweets.js": x_archives.script("tweets", [
    x_archives.about(1), x_archives.reply(2, to=1, in_reply_to_screen_name="Ada_Made_Up")])}  # fmt: skip


def on_windows(files: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            member = zipfile.ZipInfo(name.replace("/", "\\"))
            archive.writestr(member, content)
    return file.getvalue().replace(b"data/", b"data\\")


def zip_of(files: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


PEOPLE_HAVE: dict[str, tuple[str, bytes, int]] = {
    "the form until 2018": ("a.zip", zip_of(CLASSIC_FILES), 2),
    "one month of it": ("2015_01.js", CLASSIC_FILES["data/js/tweets/2015_01.js"], 2),
    "zipped on Windows": ("a.zip", on_windows(MODERN), 2),
    "the old form, zipped on Windows": ("a.zip", on_windows(CLASSIC_FILES), 2),
    "in another zip": ("a.zip", zip_of({"download/twitter.zip": zip_of(MODERN)}), 2),
    "in folders": ("a.zip", zip_of({f"my/own/{name}": content for name, content in MODERN.items()}), 2),
    "downloaded twice": ("tweets (1).js", MODERN["data/tweets.js"], 2),
    "one file alone": ("tweets.js", ALONE["tweets.js"], 1),
    "one file, gzip": ("tweets.js.gz", gzip.compress(ALONE["tweets.js"]), 1),
    "one file with an answer to itself": ("tweets.js", SELF["tweets.js"], 2),
    "as JSON": ("my tweets.json", ALONE["tweets.js"], 1),
    "one file alone, with a byte order mark": ("tweets.js", b"\xef\xbb\xbf" + ALONE["tweets.js"], 1),
    "one file alone, in UTF-16": ("tweets.js", ALONE["tweets.js"].decode().encode("utf-16"), 1),
    "one file alone, in UTF-16 of the other order": (
        "tweets.js",
        b"\xfe\xff" + ALONE["tweets.js"].decode().encode("utf-16-be"),
        1,
    ),
    "a zip of files in UTF-16": (
        "a.zip",
        zip_of({name: content.decode().encode("utf-16") for name, content in MODERN.items()}),
        2,
    ),
    "its list alone, plain JSON": ("tweets.json", ALONE["tweets.js"].partition(b"= ")[2], 1),
    "one file alone, with a semicolon": ("tweets.js", ALONE["tweets.js"] + b";\n", 1),
    "one file alone, with another ending": ("tweets.js.txt", ALONE["tweets.js"], 1),
    "zipped on a Mac": ("a.zip", zip_of({**MODERN, "__MACOSX/data/._tweets.js": b"\0\5\26\7\0"}), 2),
    "a copy beside the file": ("a.zip", zip_of({**MODERN, "data/tweets (1).js": MODERN["data/tweets.js"]}), 2),
    "without an ending": ("archive", zip_of(MODERN), 2),
}


@pytest.mark.parametrize("name", PEOPLE_HAVE)
def test_archives_of_x_as_people_have_them(name: str, copy: Copy) -> None:
    file, content, number = PEOPLE_HAVE[name]
    (copy.folder / file).write_bytes(content)
    ran = copy.run("import", file, "--offline", "--json", "--now", "2026-11-20T12:00:00Z")
    assert (ran.json["new_posts"], ran.json["bad_lines"]) == (number, 0), ran.err
    stored = b"".join(content for path, content in copy.files("data").items() if "posts" in path)
    account = (
        b"x:ada_made_up" if "alone" in name or "gzip" in name or "JSON" in name or "twice" in name else b"x:90000001"
    )
    assert b'"account":{"id":"' + account in stored
    assert b'"trackers":["example"]' in stored
    if "2018" in name:
        assert b'"kind":"repost","of":"x:555200000000000001"' in stored
        assert b'"posted_at":"2015-01-14T03:10:21Z"' in stored


@pytest.mark.parametrize(("name", "paper"), [("x_classic_2015", "2404.10005"), ("x_backslash", "2404.10011")])
def test_archives_of_the_field(name: str, paper: str, copy: Copy, shared: Path) -> None:
    ran = copy.run("import", str(shared / f"field/{name}.zip"), "--offline", "--json")
    assert ran.json["new_posts"] == 1
    assert f'"papers":["{paper}"]'.encode() in b"".join(copy.files("data").values())


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(
        tmp_path / "copy",
        """\
site: {title: Made up, url: "https://pages.example/made-up/"}
trackers:
  - {id: example, x: {accounts: [Ada_Made_Up]}}
  - {id: other, bluesky: {accounts: [ada.example]}}
""",
    )
