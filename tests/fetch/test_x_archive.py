"""Archives of X: the same posts as a fetch brings, from a zip file, a folder or a file; damage costs only itself."""

from __future__ import annotations

import gzip
import json
import random
import struct
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.fetch.adapter.source import Record
from generator.fetch.archives.files import find_files
from generator.fetch.archives.reading import sort_files
from generator.fetch.archives.x import Archive, open_archives, read_part
from generator.fetch.archives.x.gather import Gathered, gather, total_bytes
from generator.fetch.archives.x.json_fields import Notes, Owner, Setting, parse_like, parse_owner, parse_tweet, tweet_of
from generator.fetch.intake import take_posts
from generator.fetch.short_links import LinkFollower
from generator.fetch.sources.x import posts as x_posts
from generator.finding.mentions import with_own_papers
from generator.model.errors import RecordError, TrendingError
from generator.model.merge import merge_posts
from generator.model.records import Post
from generator.net.http import HttpClient
from generator.storage.store import Tree
from tests import x_archives as made
from tests.conftest import NOW
from tests.loopback import Answer, Loopback

OWNER = Owner(id=made.OWNER_ID, handle="Ada_Made_Up", name="Ada Made-Up")
SETTING = Setting(owner=OWNER, trackers=("example",), seen_at=NOW)


def parsed(element: dict[str, Any], notes: Notes | None = None) -> Post:
    setting = Setting(owner=OWNER, trackers=("example",), seen_at=NOW, notes=notes or Notes())
    return parse_tweet(tweet_of(element, "tweets.js[0]"), "tweets.js[0]", setting)


def opened(*paths: Path) -> list[Archive]:
    return open_archives(sort_files(find_files(map(str, paths))).parts)


def gathered(*paths: Path, tree: Tree | None = None, links: LinkFollower | None = None) -> Gathered:
    return gather(
        opened(*paths),
        tree=tree or Tree(),
        trackers_of=lambda _: ("example",),
        seen_at=NOW,
        links=links or LinkFollower(None, None, NOW),
    )


def ids(found: Gathered) -> list[int]:
    return sorted(int(post.id.removeprefix("x:").split("/")[-1]) - made.BASE for post in found.posts)


# --- one post, as a fetch brings it ----------------------------------------------------------------------------------

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="@"), min_size=1, max_size=30)
TARGETS = st.sampled_from([
    "https://arxiv.org/abs/2401.00001v2", "https://x.com/nobody_here/status/1799999999999999999", "https://example.org/a?b=c&d",
    "https://twitter.com/nobody_here/status/1799999999999999998/photo/1",
])  # fmt: skip


@st.composite
def same_post(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """(an element of tweets.js, the same post as API v2 answers it)."""
    import html

    number = draw(st.integers(1, 10**6))
    parts: list[str] = []
    urls = []
    for index, target in enumerate(draw(st.lists(TARGETS, max_size=4))):
        parts += [draw(WORDS).strip() or "a", f"https://t.co/u{index}"]
        urls.append((f"https://t.co/u{index}", target))
    text = html.escape(" ".join([*parts, draw(WORDS).strip() or "b"]), quote=False)
    photo = draw(st.booleans())
    if photo:
        text += " https://t.co/media"
    answered = draw(st.none() | st.just("1799999999999999990"))
    archived = made.tweet(number, text, urls=urls, in_reply_to_status_id_str=answered)
    references = [{"type": "replied_to", "id": answered}] if answered else []
    quoted = [target.rsplit("/", 1)[1] for _, target in urls if target.startswith("https://x.com")]
    if quoted:
        references.append({"type": "quoted", "id": quoted[-1]})
    entities: list[dict[str, Any]] = [{"url": short, "expanded_url": target} for short, target in urls]
    if photo:
        media = {"url": "https://t.co/media", "expanded_url": "https://twitter.com/a/status/1/photo/1", "id_str": "7"}
        archived["tweet"]["entities"]["media"] = [media]
        entities.append({**media, "media_key": "3_7"})
    api = {
        "id": str(made.BASE + number),
        "author_id": made.OWNER_ID,
        "text": text,
        "created_at": "2024-06-10T03:00:58.000Z",
        "lang": "en",
        "entities": {"urls": entities},
        "public_metrics": {"like_count": 3, "repost_count": 1, "reply_count": 0, "quote_count": 0},
        "referenced_posts": references,
    }
    return archived, api


def fetched(api: Mapping[str, Any]) -> Post:
    user = {made.OWNER_ID: {"id": made.OWNER_ID, "username": "Ada_Made_Up", "name": "Ada Made-Up"}}
    return x_posts.parse(Record(api, ("example",), "timeline[0]", x_posts.Included(users=user)), NOW)[-1]


@given(same_post())
def test_a_tweet_of_an_archive_is_the_post_that_a_fetch_brings(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    archived, api = pair
    from_archive, from_fetch = parsed(archived), fetched(api)
    assert from_archive == from_fetch
    line = msgspec.json.decode(msgspec.json.encode(with_own_papers(from_fetch)), type=Post)
    orders = [merge_posts(merge_posts(one, other), line) for one, other in
              ((from_archive, from_fetch), (from_fetch, from_archive))]  # fmt: skip
    assert orders == [line, line]
    tree = Tree()
    take_posts(tree, [from_archive, from_fetch, line], now=NOW, reduce=lambda post: x_posts.reduce(post, {}))
    assert len(tree.posts) == (1 if line.papers else 0)


def test_a_repost_and_its_fetch_are_one_record() -> None:
    text = "RT @bo_made_up: We prove a thing, see https://t.co/abc"
    archived = parsed(made.tweet(1, text, urls=[("https://t.co/abc", "https://arxiv.org/abs/2401.00001")]))
    assert (archived.kind, archived.of) == ("repost", None)
    assert archived.text == "We prove a thing, see https://arxiv.org/abs/2401.00001"
    original = {
        "id": "1799999999999999990",
        "author_id": "5",
        "text": "We prove a thing, see https://t.co/abc and more that the archive cuts",
        "entities": {"urls": [{"url": "https://t.co/abc", "expanded_url": "https://arxiv.org/abs/2401.00001"}]},
    }
    api = {"id": str(made.BASE + 1), "author_id": made.OWNER_ID, "text": text, "created_at": "2024-06-10T03:00:58Z",
           "referenced_posts": [{"type": "retweeted", "id": original["id"]}]}  # fmt: skip
    included = x_posts.Included(posts={str(original["id"]): original})
    from_fetch = x_posts.parse(Record(api, (), "timeline[0]", included), NOW)[-1]
    for merged in (merge_posts(archived, from_fetch), merge_posts(from_fetch, archived)):
        assert (merged.id, merged.kind, merged.of) == (from_fetch.id, "repost", "x:1799999999999999990")
        assert merged.text == from_fetch.text
        assert merged.url == from_fetch.url


def media_of(user: str, status: str = "1799999999999999990") -> dict[str, Any]:
    return {"url": "https://t.co/m", "id_str": "7", "source_status_id_str": status, "source_user_id_str": user,
            "expanded_url": f"https://twitter.com/bo_made_up/status/{status}/video/1"}  # fmt: skip


@pytest.mark.parametrize(("user", "of"), [("55", "x:1799999999999999990"), ("56", None)])
def test_a_repost_names_its_original_where_the_originals_own_media_say_so(user: str, of: str | None) -> None:
    mentions = [{"screen_name": "Bo_Made_Up", "id_str": "55"}]
    entities = {"user_mentions": mentions, "media": [media_of(user)]}
    assert parsed(made.tweet(1, "RT @Bo_Made_Up: look https://t.co/m", entities=entities)).of == of


def test_a_reply_that_quotes_is_a_quote_and_a_link_to_itself_is_none() -> None:
    itself = ("https://t.co/self", f"https://twitter.com/i/web/status/{made.BASE + 1}")
    quoted = ("https://t.co/q", "https://mobile.twitter.com/nobody/status/17?s=20")
    first = ("https://t.co/f", "https://x.com/nobody/status/15")
    post = parsed(made.tweet(1, "https://t.co/f https://t.co/q … https://t.co/self", urls=[first, quoted, itself],
                             in_reply_to_status_id_str="16"))  # fmt: skip
    assert (post.kind, post.of) == ("quote", "x:17")
    assert parsed(made.tweet(1, "look https://t.co/self", urls=[itself])).kind == "post"
    assert parsed(made.reply(2, to=1)).of == f"x:{made.BASE + 1}"


def test_before_2019_tweets_stand_without_a_wrapper_and_ids_may_be_numbers() -> None:
    old = made.about(1)["tweet"]
    del old["id_str"]
    old["id"] = made.BASE + 1
    assert parsed(old) == parsed(made.about(1))


@pytest.mark.parametrize(
    "wrong",
    [None, [], 7, {}, {"tweet": []}, {"tweet": {"id_str": "x"}}, {"tweet": {"id_str": "1", "full_text": 7}},
     {"tweet": {"id_str": "1/../../2", "full_text": "a"}},
     {"tweet": {"id_str": "20", "full_text": "a", "entities": []}},
     {"tweet": {"id_str": "20", "full_text": "a", "created_at": "Foo"}},
     {"tweet": {"id_str": str(made.BASE), "full_text": "a", "in_reply_to_status_id_str": "../1"}}],
)  # fmt: skip
def test_what_is_no_tweet_is_named(wrong: Any) -> None:
    with pytest.raises(RecordError, match=r"tweets\.js\[0\]"):
        parsed(wrong)


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["tweet", "like", "noteTweet", "core", "id_str", "full_text", "entities", "urls", "media",
                         "url", "expanded_url", "created_at", "tweetId", "fullText", "text", "createdAt"]), inner),
))  # fmt: skip
def test_any_json_is_a_post_or_a_record_error(raw: Any) -> None:
    for read in (lambda: parsed(raw), lambda: parse_like(raw, "like.js[0]", SETTING), lambda: Notes().add(raw, "n[0]")):
        with suppress(RecordError):
            read()


# --- long posts, likes, owners ---------------------------------------------------------------------------------------


def test_a_long_post_has_all_its_text_and_links() -> None:
    whole = "a < b & c &amp; d: " + "many words " * 40 + "see https://t.co/deep"
    short = "@bo_made_up a &lt; b &amp; c &amp;amp; d: " + "many words " * 20 + "many… https://t.co/self"
    notes = Notes()
    notes.add(made.note("another long post " * 30), "note-tweet.js[0]")
    notes.add(made.note(whole, [("https://t.co/deep", "https://arxiv.org/abs/2402.00002")]), "note-tweet.js[1]")
    post = parsed(made.tweet(1, short), notes)
    assert post.text == "@bo_made_up " + whole.replace("https://t.co/deep", "https://arxiv.org/abs/2402.00002")
    assert with_own_papers(post).papers == ("2402.00002",)


@pytest.mark.parametrize(
    ("text", "at"),
    [("other words than those…", "2024-06-10T03:00:58.000Z"), ("many words that", "2024-06-10T03:00:58.000Z"),
     ("many words…", "2024-06-10T03:01:02.000Z"), ("… https://t.co/a", "2024-06-10T03:00:58.000Z")],
)  # fmt: skip
def test_a_long_post_belongs_to_none_that_it_does_not_go_on(text: str, at: str) -> None:
    notes = Notes()
    notes.add(made.note("many words that go on and on", at=at), "note-tweet.js[0]")
    assert "go on" not in (parsed(made.tweet(1, text), notes).text or "")


def test_a_like_is_of_the_liked_post_and_not_older_than_it() -> None:
    post = parse_like(made.like(4, "We prove a &amp; b\u0000, arXiv:2401.00001"), "like.js[0]", SETTING)
    assert post.id == f"x:{made.OWNER_ID}/like/{made.BASE + 4}"
    assert (post.kind, post.of, post.url) == ("like", f"x:{made.BASE + 4}", f"https://x.com/i/status/{made.BASE + 4}")
    assert post.text == "We prove a & b, arXiv:2401.00001"
    assert post.posted_at == x_posts.snowflake_time(str(made.BASE + 4))
    assert with_own_papers(post).papers == ("2401.00001",)
    assert parse_like({"like": {"tweetId": "20"}}, "like.js[0]", SETTING).posted_at.year == 2010
    reduced = x_posts.reduce(with_own_papers(post), {})
    assert (reduced.url, reduced.text, reduced.account.handle) == (post.url, None, None)


def test_an_owner_is_found_in_account_or_manifest() -> None:
    assert parse_owner(made.ACCOUNT) == OWNER
    assert parse_owner({"accountId": "12", "userName": "a b", "displayName": " N\n m "}) == Owner(id="12", name="N m")
    nobody: list[Any] = [None, [], {}, {"account": {"accountId": "x"}}, {"account": 3}]
    for wrong in nobody:
        assert parse_owner(wrong) is None


# --- where the files are ---------------------------------------------------------------------------------------------


def test_a_zip_a_folder_its_data_folder_and_a_file_hold_the_same(tmp_path: Path) -> None:
    content = made.files(made.about(1), made.reply(2, to=1), made.tweet(3))
    folder = made.write_folder(tmp_path / "archive", content)
    packed = made.write_zip(tmp_path / "archive.zip", content)
    packed_again = made.write_zip(tmp_path / "again.zip", {f"twitter-x/{name}": each for name, each in content.items()})
    unnamed = tmp_path / "download"
    unnamed.write_bytes(packed.read_bytes())
    for path in (folder, folder / "data", folder / "data" / "tweets.js", packed, packed_again, unnamed, tmp_path):
        found = gathered(path)
        assert {post.id for post in found.posts} == {f"x:{made.BASE + 1}", f"x:{made.BASE + 2}"}
        assert found.problems == []


def test_every_part_and_the_old_names_are_read_and_nothing_private_is(tmp_path: Path) -> None:
    content = {
        "data/account.js": made.script("account", [made.ACCOUNT]),
        "data/tweet.js": made.script("tweet", [made.about(1)]),
        "data/tweets-part1.js": made.script("tweets", [made.about(2)], 1),
        "data/tweets-part12.js": made.script("tweets", [made.about(3)], 12),
        "data/community-tweet.js": made.script("community_tweet", [made.about(4)]),
        "data/like.js": made.script("like", [made.like(5, "arXiv:2401.00001")]),
        "data/like-part1.js": made.script("like", [made.like(6, "arXiv:2401.00001")], 1),
        "data/deleted-tweets.js": made.script("deleted_tweets", [made.about(90)]),
        "data/twitter-circle-tweet.js": made.script("twitter_circle_tweet", [made.about(91)]),
        "data/direct-messages.js": made.script("direct_messages", [made.about(92)]),
        "__MACOSX/data/._tweets.js": b"\x00\x05\x16\x07",
        "__MACOSX/data/tweets.js": b"\x00\x05\x16\x07",
    }
    found = gathered(made.write_zip(tmp_path / "a.zip", content))
    assert ids(found) == [1, 2, 3, 4, 5, 6]
    assert found.problems == []


def test_files_without_an_owner_belong_to_the_one_account_that_was_named_beside_them(tmp_path: Path) -> None:
    orphan = made.write_zip(tmp_path / "b.zip", made.files(made.about(2), account=None))
    whole = made.write_zip(tmp_path / "a.zip", made.files(made.about(1)))
    assert {post.account.id for post in gathered(orphan, whole).posts} == {f"x:{made.OWNER_ID}"}
    with pytest.raises(TrendingError, match=r"b\.zip:data/tweets\.js: whose posts are these"):
        gathered(orphan)
    other = {"account": {"accountId": "77", "username": "bo"}}
    third = made.write_zip(tmp_path / "c.zip", made.files(made.about(3), account=other))
    with pytest.raises(TrendingError, match="whose posts are these"):
        gathered(orphan, whole, third)
    assert {post.account.id for post in gathered(whole, third).posts} == {f"x:{made.OWNER_ID}", "x:77"}


def test_the_manifest_says_whose_it_is_too(tmp_path: Path) -> None:
    content = made.files(made.about(1), account=None)
    manifest = {"userInfo": {"accountId": "31", "userName": "bo"}, "dataTypes": {}}
    content["data/manifest.js"] = b"window.__THAR_CONFIG = " + json.dumps(manifest).encode()
    assert gathered(made.write_folder(tmp_path, content)).posts[0].account.id == "x:31"


# --- what is kept ----------------------------------------------------------------------------------------------------


def test_what_hangs_together_with_a_paper_is_kept_and_the_rest_passed_over(tmp_path: Path) -> None:
    thread = [made.tweet(1, "a thread"), made.about(2, in_reply_to_status_id_str=str(made.BASE + 1)),
              made.reply(3, to=2), made.reply(4, to=3), made.quote(5, of=4)]  # fmt: skip
    others = [made.tweet(10), made.reply(11, to=10), made.quote(12, of=10), made.reply(13, to=-999)]
    likes = [made.like(4), made.like(10), made.like(20, "arXiv:2401.00001"), made.like(21, None)]
    mixed = thread + others
    random.Random(4).shuffle(mixed)  # noqa: S311
    found = gathered(made.write_folder(tmp_path, made.files(*mixed, likes=likes)))
    assert ids(found) == [1, 2, 3, 4, 4, 5, 20]
    assert found.read == 13
    tree = Tree()
    taken = take_posts(tree, found.posts, now=NOW, keep_waiting=False)
    about = {name.removeprefix("x:") for name in tree.posts}
    likes_of = f"{made.OWNER_ID}/like"
    assert about == {*(str(made.BASE + number) for number in (1, 2, 3, 4, 5)),
                     *(f"{likes_of}/{made.BASE + number}" for number in (4, 20))}  # fmt: skip
    assert (taken.new, taken.left_out) == (7, 0)
    assert [post.id for post in tree.posts.values() if post.in_thread] == [f"x:{made.BASE + 1}"]
    assert all(post.papers == ("2401.00001",) for post in tree.posts.values())


def test_answers_to_what_is_captured_already_are_kept(tmp_path: Path) -> None:
    tree = Tree()
    for element in (made.about(1), made.about(2)):
        tree.add_post(with_own_papers(parsed(element)))
    likes = [made.like(1), made.like(9)]
    folder = made.write_folder(
        tmp_path, made.files(made.reply(3, to=1), made.reply(4, to=3), made.tweet(5), likes=likes)
    )
    assert ids(gathered(folder, tree=tree)) == [1, 3, 4]


def test_what_is_captured_brings_in_the_posts_that_it_answers(tmp_path: Path) -> None:
    tree = Tree()
    tree.add_post(with_own_papers(parsed(made.about(3, in_reply_to_status_id_str=str(made.BASE + 2)))))
    folder = made.write_folder(tmp_path, made.files(made.tweet(1), made.tweet(2), made.reply(4, to=2)))
    assert ids(gathered(folder, tree=tree)) == [2, 4]


def test_the_order_of_tweets_and_files_changes_nothing(tmp_path: Path) -> None:
    tweets = [made.about(1), *(made.reply(number + 1, to=number) for number in range(1, 9)), made.quote(20, of=9)]
    trees = []
    for seed in range(4):
        random.Random(seed).shuffle(tweets)  # noqa: S311
        folder = made.write_folder(tmp_path / str(seed), made.files(*tweets[:5]))
        (folder / "data" / "tweets-part1.js").write_bytes(made.script("tweets", tweets[5:], 1))
        tree = Tree()
        take_posts(tree, gathered(folder).posts, now=NOW, keep_waiting=False)
        trees.append(tree.posts)
    assert len(trees[0]) == 10
    assert all(tree == trees[0] for tree in trees)


def test_the_links_of_likes_are_followed_newest_first_within_the_bound(tmp_path: Path) -> None:
    with Loopback({"/a": Answer(301, b"", {"Location": "https://arxiv.org/abs/2401.00003"}),
                   "/b": Answer(301, b"", {"Location": "https://example.org/"})}) as server:  # fmt: skip
        likes = [made.like(1, f"see {server.url}/a"), made.like(2, f"see {server.url}/b"), made.like(3, "see nothing"),
                 made.like(4, f"see {server.url}/c")]  # fmt: skip
        folder = made.write_folder(tmp_path, made.files(made.tweet(9), likes=likes))
        follower = LinkFollower(HttpClient("tests"), None, NOW, most=2, hosts={server.url.removeprefix("http://")})
        found = gathered(folder, links=follower)
    assert [post.links for post in found.posts] == [("https://arxiv.org/abs/2401.00003",)]
    assert ids(found) == [1]
    assert server.paths == ["/a", "/b"]
    assert follower.report.left == {f"{server.url}/c"}


# --- damage ----------------------------------------------------------------------------------------------------------


def test_a_bad_element_costs_only_itself(tmp_path: Path) -> None:
    rows = [
        made.about(1),
        {"tweet": {"id_str": "no"}},
        None,
        made.about(2),
        {"tweet": {"id_str": "5", "full_text": []}},
    ]
    found = gathered(made.write_folder(tmp_path, made.files(*rows)))
    assert ids(found) == [1, 2]
    assert [problem.place.rpartition("tweets.js")[2].split(".")[0] for problem in found.problems] == [
        "[1]",
        "[2]",
        "[4]",
    ]
    assert found.unread == 3


def test_half_a_surrogate_pair_costs_a_character(tmp_path: Path) -> None:
    content = made.files()
    row = json.dumps(made.about(1)).replace("I read", r"\ud83d I read")
    content["data/tweets.js"] = b"window.YTD.tweets.part0 = [" + row.encode() + b"]"
    assert "I read this twice" in (gathered(made.write_folder(tmp_path, content)).posts[0].text or "")


def test_a_file_that_is_cut_off_gives_what_came_before(tmp_path: Path) -> None:
    content = made.files(made.reply(3, to=1), made.about(1), made.about(2))
    content["data/tweets.js"] = content["data/tweets.js"][:-400]
    found = gathered(made.write_folder(tmp_path, content))
    assert ids(found) == [1, 3]
    assert (len(found.problems), found.unread) == (1, 1)
    assert "cut off" in str(found.problems[0])
    assert "download" in str(found.problems[0])


def test_a_damaged_member_is_told_and_what_came_before_it_counts(tmp_path: Path) -> None:
    noise = random.Random(1)  # noqa: S311
    rows = [made.about(number, source=str(noise.random())) for number in range(1, 3000)]
    path = made.write_zip(tmp_path / "a.zip", made.files(*rows))
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as file:
        member = file.getinfo("data/tweets.js")
    middle = member.header_offset + member.compress_size - 2000
    content[middle : middle + 200] = noise.randbytes(200)
    path.write_bytes(content)
    found = gathered(path)
    assert len(found.posts) > 1000
    assert "a.zip:data/tweets.js: cannot be read on" in str(found.problems[0])


def a_zip(
    path: Path, *, name: str = "data/tweets.js", content: bytes = b"[]", method: int = zipfile.ZIP_DEFLATED
) -> Path:
    with zipfile.ZipFile(path, "w", method) as file:
        file.writestr(name, content)
    return path


def encrypted(path: Path) -> Path:
    """The flag is all that says so."""
    content = a_zip(path).read_bytes()
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.index(signature) + offset
        content = content[:place] + struct.pack("<H", 1) + content[place + 2 :]
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (encrypted, "is encrypted; unpack it"),
        (lambda path: a_zip(path, name="../../data/tweets.js"), "places outside of itself"),
        (lambda path: a_zip(path, name="/etc/tweets.js"), "places outside of itself"),
        (lambda path: a_zip(path, content=b"[" + b" " * 80_000_000 + b"]"), "would unpack to 80,000,002 bytes from"),
        (lambda path: a_zip(path, name="data/direct-messages.js"), r"holds no tweets\.js"),
        (lambda path: path.write_bytes(b"PK\x03\x04 and then nothing") and path, "damaged or cut off"),
        (lambda path: (path.write_bytes(b"") and path) or path, "damaged or cut off"),
        (lambda path: path.write_bytes(a_zip(path).read_bytes()[:-30]) and path, "damaged or cut off"),
    ],
)  # fmt: skip
def test_what_is_no_archive_to_be_read_is_refused_with_the_reason(tmp_path: Path, make: Any, says: str) -> None:
    with pytest.raises(TrendingError, match=says) as caught:
        gathered(make(tmp_path / "a.zip"))
    assert "a.zip" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"7z\xbc\xaf\x27\x1c", "is packed by 7-Zip; give the archive"),
        (b"Rar!\x1a\x07", "is packed by RAR"),
        (b"%PDF-1.7", "is a PDF"),
        (b"\n<!DOCTYPE html>", "is a page of HTML"),
        (b"<HTML>", "is a page of HTML"),
    ],
)
def test_what_is_something_else_is_called_by_its_name(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "archive").write_bytes(content)
    with pytest.raises(TrendingError, match=says):
        gathered(tmp_path / "archive")


def test_a_folder_without_posts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrendingError, match=r"holds no tweets\.js"):
        gathered(tmp_path)
    (tmp_path / "other.js").write_bytes(b"[]")
    with pytest.raises(TrendingError, match=r"other\.js: holds no tweets\.js"):
        gathered(tmp_path / "other.js")


def test_progress_ends_at_the_total(tmp_path: Path) -> None:
    archives = opened(made.write_folder(tmp_path, made.files(made.about(1), made.reply(2, to=1))))
    read: list[int] = []
    gather(archives, tree=Tree(), trackers_of=lambda _: (), seen_at=NOW, links=LinkFollower(None, None, NOW),
           on_bytes=read.append)  # fmt: skip
    assert sum(read) == total_bytes(archives) > 0


# --- the real one ----------------------------------------------------------------------------------------------------


@pytest.fixture
def real(shared: Path, tmp_path: Path) -> Path:
    source = shared / "real" / "responses" / "x_archive" / "alrocar"
    for path in source.iterdir():
        content = path.read_bytes()
        name, content = (path.stem, gzip.decompress(content)) if path.suffix == ".gz" else (path.name, content)
        made.write_folder(tmp_path / "real", {f"data/{name}": content})
    return tmp_path / "real"


def test_a_real_archive_is_read_whole(real: Path) -> None:
    archive = opened(real)[0]
    assert archive.owner is not None
    notes = Notes()
    for part in archive.of("notes"):
        for element in read_part(part):
            notes.add(element.decode(), element.where)
    setting = Setting(owner=archive.owner, trackers=(), seen_at=NOW, notes=notes)
    tweets = [element for part in archive.of("tweets") for element in read_part(part)]
    posts = [parse_tweet(tweet_of(each.decode(), each.where), each.where, setting) for each in tweets]
    assert (len(posts), len({post.id for post in posts})) == (1223, 1218)  # five are edits of another
    kinds = {kind: sum(post.kind == kind for post in posts) for kind in ("post", "repost", "quote", "reply")}
    assert kinds["repost"] == 12
    assert sum(kinds.values()) == 1223
    assert kinds["quote"] > 50
    assert sum(len(post.text or "") > 285 for post in posts) >= 31
    assert not [post for post in posts if "https://t.co/" in (post.text or "") and post.kind != "repost"]
    assert all(post.account.id == f"x:{archive.owner.id}" for post in posts)


def test_a_real_archive_says_when_as_its_ids_do(real: Path) -> None:
    archive = opened(real)[0]
    assert archive.owner is not None
    setting = Setting(owner=archive.owner, trackers=(), seen_at=NOW)
    for part in archive.of("tweets"):
        for element in read_part(part):
            post = parse_tweet(tweet_of(element.decode(), element.where), element.where, setting)
            assert post.posted_at == x_posts.snowflake_time(post.id.removeprefix("x:"))
