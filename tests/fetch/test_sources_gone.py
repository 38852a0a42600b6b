"""Each network's own way to say that a post is gone; everything else says nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
import pytest

from generator.fetch.adapter.source import Checked, FetchRequest, GoneFinder, Meter, StreamFailed, Wanted
from generator.fetch.sources.bluesky import gone as bluesky_gone
from generator.fetch.sources.hackernews import gone as hackernews_gone
from generator.fetch.sources.huggingface import gone as huggingface_gone
from generator.fetch.sources.mastodon import gone as mastodon_gone
from generator.fetch.sources.x import gone as x_gone
from generator.model.errors import FetchError, FormatError
from generator.model.records import Account, NetworkState, Post
from generator.net.http import HttpClient
from tests.conftest import SHARED
from tests.loopback import Answer, Loopback, Request, as_json
from tests.make import NOON, post
from tests.pretend_bluesky import did
from tests.pretend_lookups import BlueskyLookup, DailyLookup, HackerNewsLookup, MastodonLookup, XLookup
from tests.pretend_x import TOKEN, id_at
from tests.spec_server import Lexicons, OpenApi, Spec, SpecServer


class Clock:
    """Time that passes only when somebody waits."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


class Asked:
    """One round of questions."""

    def __init__(self, finder: GoneFinder, url: str, posts: Sequence[Post], **more: Any) -> None:
        self.meter = Meter()
        self.error: FetchError | None = None
        self.found: dict[str, bool] = {}
        self.failed: dict[str, str] = {}
        clock = Clock()
        client = HttpClient("tests", clock=clock, sleep=clock.sleep)
        request = FetchRequest(
            client=client,
            settings={"api": url, "max_reads_per_run": 500, **more.get("settings", {})},
            wanted=more.get("wanted", ()),
            state=NetworkState(),
            secrets=more.get("secrets", {"X_BEARER_TOKEN": TOKEN}),
            now=NOON,
            meter=self.meter,
            own_accounts=more.get("own_accounts", frozenset()),
        )
        try:
            for event in finder(request, posts):
                match event:
                    case Checked(post_id, is_there):
                        self.found[post_id] = is_there
                    case StreamFailed(stream, reason):
                        self.failed[stream] = reason
        except FetchError as error:
            self.error = error
        finally:
            client.close()

    @property
    def gone(self) -> set[str]:
        return {post_id for post_id, is_there in self.found.items() if not is_there}


def own(found: Post) -> str:
    return found.id.partition(":")[2]


# --- X


def x_posts(count: int) -> list[Post]:
    return [post(network="x", id=f"x:{id_at(NOON, number)}") for number in range(count)]


@pytest.fixture
def x_spec() -> Spec | None:
    path = SHARED / "real/specs/x/openapi.json"
    return OpenApi.load(path) if path.is_file() else None


def test_x_names_what_is_deleted_protected_or_withheld_and_silence_says_nothing(x_spec: Spec | None) -> None:
    posts = x_posts(250)
    x = XLookup({own(posts[3])}, {own(posts[120])}, {own(posts[249])}, {own(posts[5])})
    with SpecServer(x_spec, x) as server:
        asked = Asked(x_gone.find_gone, f"{server.url}/2", posts)
    assert (server.violations, server.mistakes, asked.error) == ([], [], None)
    assert asked.gone == {posts[3].id, posts[120].id, posts[249].id}
    assert posts[5].id not in asked.found
    assert len(asked.found) == 249
    assert [len(ids) for ids in x.asked] == [100, 100, 50]
    assert asked.meter.requests == 3
    assert asked.meter.reads == {"posts": 247}
    assert asked.meter.cost_usd == pytest.approx(247 * 0.005)


def test_x_is_asked_by_older_names_where_it_knows_no_others() -> None:
    x = XLookup(old_names=True)
    with SpecServer(None, x) as server:
        asked = Asked(x_gone.find_gone, f"{server.url}/2", x_posts(150))
    assert len(asked.found) == 150
    assert asked.meter.requests == 3  # one of them refused


def test_reads_of_x_are_capped_and_the_most_urgent_go_first() -> None:
    posts = x_posts(250)
    x = XLookup()
    with SpecServer(None, x) as server:
        asked = Asked(x_gone.find_gone, f"{server.url}/2", posts, settings={"max_reads_per_run": 130})
    assert list(asked.found) == [each.id for each in posts[:130]]
    assert asked.meter.reads == {"posts": 130}
    assert "120 posts" in asked.meter.limits["max_reads_per_run"]


def test_a_like_is_gone_with_what_it_likes() -> None:
    liked = x_posts(2)
    likes = [post(f"like{number}", network="x", kind="like", of=one.id) for number, one in enumerate(liked)]
    with SpecServer(None, XLookup(deleted={own(liked[0])})) as server:
        asked = Asked(x_gone.find_gone, f"{server.url}/2", [*likes, liked[1]])
    assert asked.found == {likes[0].id: False, likes[1].id: True, liked[1].id: True}


def test_a_like_from_an_archive_has_no_id_that_x_knows_and_is_never_asked_about_by_it() -> None:
    liked = x_posts(1)[0]
    fields: dict[str, Any] = {"network": "x", "kind": "like"}
    likes = [
        post(id=f"x:7/like/{own(liked)}", of=liked.id, **fields),
        post(id="x:7/like/1", of=None, **fields),
    ]
    x = XLookup(deleted={own(liked)})
    with SpecServer(None, x) as server:
        asked = Asked(x_gone.find_gone, f"{server.url}/2", likes)
    assert x.asked == [[own(liked)]]
    assert asked.found == {likes[0].id: False}


@pytest.mark.parametrize(
    "broken",
    [
        Answer(503, b"", {"Retry-After": "9999"}),
        Answer(429, b"{}", {"Retry-After": "9999"}),
        as_json({"title": "Unauthorized", "status": 401}, 401),
        as_json({}),
        as_json({"data": "none"}),
        as_json({"data": [{"identity": 1}]}),
        as_json([]),
        Answer(200, b""),
        Answer(200, b"<html>"),
    ],
)
def test_an_answer_of_x_that_is_an_error_empty_or_odd_deletes_nothing_and_keeps_what_came_before(
    broken: Answer,
) -> None:
    posts = x_posts(150)
    with SpecServer(
        None, XLookup({own(posts[1]), own(posts[149])}, broken={2: broken, 3: broken, 4: broken})
    ) as server:
        asked = Asked(x_gone.find_gone, f"{server.url}/2", posts)
    assert asked.error is not None
    assert asked.gone == {posts[1].id}
    assert TOKEN not in str(asked.error)


@pytest.mark.parametrize("kind", ["resource-unavailable", "internal-error", "disallowed-resource", "client-forbidden"])
def test_other_reasons_of_x_say_nothing(kind: str) -> None:
    (one,) = x_posts(1)
    problem = {"type": f"https://api.x.com/2/problems/{kind}", "resource_id": own(one), "title": "t", "detail": "d"}
    with Loopback([as_json({"errors": [problem]})]) as server:
        asked = Asked(x_gone.find_gone, f"{server.url}/2", [one])
    assert asked.found == {}


def test_x_is_not_asked_about_what_it_cannot_know() -> None:
    with Loopback() as server:
        asked = Asked(x_gone.find_gone, f"{server.url}/2", [post("like-of-7", network="x")])
    assert (asked.found, server.requests, asked.error) == ({}, [], None)


# --- Bluesky


def sky_post(key: str, name: str = "ada", **fields: Any) -> Post:
    return post(id=f"bluesky:{did(name)}/{key}", account=Account(id=f"bluesky:{did(name)}"), **fields)


@pytest.fixture
def lexicons() -> Spec | None:
    folder = SHARED / "real/specs/bluesky/lexicons"
    return Lexicons.load(folder) if folder.is_dir() else None


def sky(lookup: BlueskyLookup, posts: Sequence[Post], spec: Spec | None = None) -> Asked:
    with SpecServer(spec, lookup) as server:
        asked = Asked(bluesky_gone.find_gone, server.url, posts)
    assert (server.violations, server.mistakes) == ([], [])
    return asked


def test_bluesky_is_asked_25_at_a_time_and_what_it_leaves_out_alone(lexicons: Spec | None) -> None:
    posts = [sky_post(f"key{number}") for number in range(60)]
    lookup = BlueskyLookup(deleted={"key7"}, left_out={"key8"})
    asked = sky(lookup, posts, lexicons)
    assert asked.gone == {posts[7].id}
    assert len(asked.found) == 60
    assert lookup.asked.count("getPosts") == 3
    assert lookup.asked.count("getRecord") == 2


def test_who_left_bluesky_or_asks_not_to_be_shown_there_is_gone_wholly(lexicons: Spec | None) -> None:
    posts = [sky_post("a", "shy"), sky_post("b", "away"), sky_post("c")]
    posts += [sky_post("d", "shy", kind="repost", of=posts[2].id), sky_post("e", "away", kind="repost", of=posts[2].id)]
    asked = sky(BlueskyLookup(hidden={did("shy")}, away={did("away")}), posts, lexicons)
    assert asked.gone == {posts[number].id for number in (0, 1, 3, 4)}


def test_a_repost_is_gone_where_its_record_is(lexicons: Spec | None) -> None:
    posts = [sky_post(key, kind="repost", of="bluesky:did:plc:orig/original") for key in ("undone", "stays")]
    lookup = BlueskyLookup(deleted={"undone"})
    asked = sky(lookup, posts, lexicons)
    assert asked.found == {posts[0].id: False, posts[1].id: True}
    assert lookup.asked == ["getProfiles", "getRecord", "getRecord"]


def test_a_repost_without_a_record_stands_and_falls_with_its_account() -> None:
    key = f"repost-of-{did('orig')}-original"
    posts = [sky_post(key, name, kind="repost") for name in ("ada", "shy", "away")]
    asked = sky(BlueskyLookup(hidden={did("shy")}, away={did("away")}), posts)
    assert asked.found == {posts[0].id: True, posts[1].id: False}


def test_a_like_on_bluesky_stands_and_falls_with_what_it_likes() -> None:
    liked, gone = f"bluesky:{did('ada')}/there", f"bluesky:{did('ada')}/gone"
    likes = [
        post(id=f"bluesky:{did('bo')}/like{number}", kind="like", of=of) for number, of in enumerate((liked, gone))
    ]
    with SpecServer(None, BlueskyLookup(deleted={"gone"})) as server:
        asked = Asked(bluesky_gone.find_gone, server.url, [*likes, post(id=liked)])
    assert asked.found == {likes[0].id: True, likes[1].id: False, liked: True}


def test_an_empty_answer_of_bluesky_is_no_deletion() -> None:
    posts = [sky_post(f"key{number}") for number in range(5)]
    asked = sky(BlueskyLookup(left_out={f"key{number}" for number in range(5)}), posts)
    assert asked.gone == set()
    asked = sky(BlueskyLookup(left_out={"key0"}, no_records=True), posts)
    assert asked.gone == set()
    assert asked.error is not None


@pytest.mark.parametrize(
    "body", [{}, {"posts": None}, {"posts": "x"}, {"posts": ["x"]}, {"error": "InternalServerError"}, []]
)
def test_odd_answers_of_bluesky_are_a_changed_format(body: Any) -> None:
    with Loopback([as_json(body)]) as server:
        asked = Asked(bluesky_gone.find_gone, server.url, [sky_post("a")])
    assert isinstance(asked.error, FormatError)
    assert asked.found == {}


@pytest.mark.parametrize("body", [b"[" * 60_000, b'{"error": ' * 6_000, b'"RecordNotFound"', b"\xff"])
def test_a_refusal_of_bluesky_that_says_nothing_deletes_nothing(body: bytes) -> None:
    def answer(request: Request) -> Answer:
        return Answer(400, body) if request.path.endswith("getRecord") else as_json({"posts": []})

    with Loopback(answer) as server:
        asked = Asked(bluesky_gone.find_gone, server.url, [sky_post("a")])
    assert asked.error is not None
    assert asked.found == {}


def test_bluesky_being_down_deletes_nothing() -> None:
    asked = sky(BlueskyLookup(down=True), [sky_post("a")])
    assert asked.error is not None
    assert asked.found == {}


# --- Mastodon

Served = Callable[[MastodonLookup], Loopback]


@pytest.fixture
def serve() -> Iterator[Served]:
    running: list[Loopback] = []

    def start(lookup: MastodonLookup) -> Loopback:
        server = Loopback(lookup)
        running.append(server.__enter__())
        lookup.url = server.url
        return server

    yield start
    for server in running:
        server.__exit__()


def toot(url: str, number: int, **fields: Any) -> Post:
    address = fields.pop("address", f"{url}/users/ada/statuses/{number}")
    host = url.partition("://")[2]
    whose = Account(id=f"mastodon:ada@{host}", handle=f"ada@{host}")
    return post(network="mastodon", id=f"mastodon:{address}", account=whose, **fields)


def home(url: str, user: str = "someone") -> tuple[Wanted, ...]:
    """A configuration that names the server."""
    return (Wanted("mine", {"accounts": [f"{url}/@{user}"]}),)


def test_a_status_is_asked_for_by_the_id_at_the_end_of_its_address(serve: Served) -> None:
    lookup = MastodonLookup(deleted={"2"}, private={"3"})
    server = serve(lookup)
    posts = [toot(server.url, number) for number in range(1, 5)]
    asked = Asked(mastodon_gone.find_gone, "", posts, wanted=home(server.url))
    assert asked.found == {posts[0].id: True, posts[1].id: False, posts[2].id: False, posts[3].id: True}
    assert server.paths == [f"/api/v1/statuses/{number}" for number in range(1, 5)]


def test_a_boost_is_asked_for_by_its_own_id_or_that_of_its_original(serve: Served) -> None:
    server = serve(MastodonLookup(deleted={"5", "6"}))
    posts = [
        toot(server.url, 5, address=f"{server.url}/users/ada/statuses/5/activity", kind="repost"),
        toot(
            server.url,
            6,
            address=f"{server.url}/users/ada/statuses/6#boost-by-bo@m.example",
            kind="repost",
            of=f"mastodon:{server.url}/users/ada/statuses/6",
        ),
    ]
    asked = Asked(mastodon_gone.find_gone, "", posts, wanted=home(server.url))
    assert asked.found == {posts[0].id: False, posts[1].id: False}


def test_where_the_api_is_for_members_the_address_itself_is_asked_for(serve: Served) -> None:
    server = serve(MastodonLookup(deleted={"2"}, members_only=True))
    posts = [toot(server.url, 1), toot(server.url, 2), toot(server.url, 0, address=f"{server.url}/notes/3")]
    asked = Asked(mastodon_gone.find_gone, "", posts, wanted=home(server.url))
    assert asked.found == {posts[0].id: True, posts[1].id: False, posts[2].id: True}


def test_words_of_who_asks_not_to_be_found_are_gone_but_not_the_owners_own_nor_what_shows_none(serve: Served) -> None:
    server = serve(MastodonLookup(no_index={"1", "2"}))
    posts = [toot(server.url, 1), toot(server.url, 2, text=None), toot(server.url, 3)]
    asked = Asked(mastodon_gone.find_gone, "", posts, wanted=home(server.url))
    assert asked.gone == {posts[0].id}
    assert Asked(mastodon_gone.find_gone, "", posts, wanted=home(server.url, "ada")).gone == set()
    people = frozenset({f"mastodon:ada@{server.url.partition('://')[2]}"})
    assert Asked(mastodon_gone.find_gone, "", posts, wanted=home(server.url), own_accounts=people).gone == set()


def test_a_server_that_is_away_or_became_something_else_deletes_nothing(serve: Served) -> None:
    server = serve(MastodonLookup(parked=True))
    posts = [toot(server.url, number) for number in range(9)]
    asked = Asked(mastodon_gone.find_gone, "", posts, wanted=home(server.url))
    assert asked.found == {}
    assert server.url in asked.failed
    assert len(server.requests) < 9
    nobody = toot("http://127.0.0.1:9", 1)
    asked = Asked(mastodon_gone.find_gone, "", [nobody], wanted=home("http://127.0.0.1:9"))
    assert asked.found == {}
    assert asked.error is not None


def test_one_server_that_is_away_keeps_nobody_from_asking_the_others(serve: Served) -> None:
    server = serve(MastodonLookup(deleted={"1"}))
    posts = [toot("http://127.0.0.1:9", 1), toot(server.url, 1)]
    wanted = home("http://127.0.0.1:9") + home(server.url)
    asked = Asked(mastodon_gone.find_gone, "", posts, wanted=wanted)
    assert asked.found == {posts[1].id: False}
    assert list(asked.failed) == ["http://127.0.0.1:9"]


def test_addresses_on_this_machine_and_without_encryption_are_asked_only_where_the_owner_names_them(
    serve: Served,
) -> None:
    server = serve(MastodonLookup())
    secure = server.url.replace("http:", "https:")
    posts = [toot(server.url, 1), toot(secure, 1), toot("http://m.example", 1), toot("x", 1, address="gopher://x/1")]
    asked = Asked(mastodon_gone.find_gone, "", posts)
    assert (asked.found, asked.failed, server.requests, asked.meter.requests) == ({}, {}, [], 0)


def test_one_server_is_asked_no_more_than_its_limit_allows(serve: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mastodon_gone, "PER_SERVER_MAX", 3)
    server = serve(MastodonLookup())
    asked = Asked(mastodon_gone.find_gone, "", [toot(server.url, one) for one in range(9)], wanted=home(server.url))
    assert len(asked.found) == len(server.requests) == 3


def test_another_status_under_the_same_number_says_nothing(serve: Served) -> None:
    server = serve(MastodonLookup(deleted=set()))
    stranger = toot(server.url, 1, address=f"{server.url}/users/bo/statuses/1")
    assert Asked(mastodon_gone.find_gone, "", [stranger], wanted=home(server.url)).found == {}


# --- Hacker News


def story(number: int) -> Post:
    return post(network="hackernews", id=f"hackernews:{number}")


def test_stories_are_asked_for_50_at_a_time_and_what_is_left_out_alone() -> None:
    stories = [story(number) for number in range(1000, 1120)]
    with Loopback(HackerNewsLookup(deleted={"1007"}, left_out={"1008"}, dead={"1009"})) as server:
        asked = Asked(hackernews_gone.find_gone, f"{server.url}/api/v1", stories)
    assert asked.gone == {"hackernews:1007", "hackernews:1009"}
    assert len(asked.found) == 120
    assert len([path for path in server.paths if path.endswith("/search")]) == 3
    assert len(server.requests) == 6


def test_comments_are_looked_for_among_those_of_their_story_and_what_is_left_out_alone() -> None:
    def answer(request: Request) -> Answer:
        if request.path == "/search":
            assert request.query["tags"] == "comment,(story_1000)"
            shown = {"objectID": "1", "comment_text": "words", "story_id": 1000}
            return as_json({"hits": [shown, {**shown, "objectID": "2", "comment_text": None}]})
        items: dict[str, Any] = {"/items/2": {"text": None}, "/items/3": {"text": "words", "title": None}}
        return as_json(items[request.path]) if request.path in items else Answer(404)

    comments = [story(number) for number in range(1, 5)]
    comments = [msgspec.structs.replace(one, kind="reply", of="hackernews:1000") for one in comments]
    with Loopback(answer) as server:
        asked = Asked(hackernews_gone.find_gone, server.url, comments)
    assert asked.gone == {"hackernews:2", "hackernews:4"}
    assert len(asked.found) == 4


@pytest.mark.parametrize("broken", [Answer(503), as_json({}), as_json({"hits": "x"}), as_json({"hits": ["x"]})])
def test_broken_answers_of_the_search_delete_nothing(broken: Answer) -> None:
    with Loopback([broken]) as server:
        asked = Asked(hackernews_gone.find_gone, server.url, [story(1)])
    assert asked.error is not None
    assert asked.found == {}


def test_a_failing_look_up_of_one_story_deletes_nothing() -> None:
    def answer(request: Request) -> Answer:
        return as_json({"hits": []}) if request.path.endswith("/search") else Answer(500, b'{"status":500}')

    with Loopback(answer) as server:
        asked = Asked(hackernews_gone.find_gone, server.url, [story(1)])
    assert asked.error is not None
    assert asked.found == {}


# --- Hugging Face


def proposal(number: int, hours: float = 60) -> Post:
    return post(network="huggingface", id=f"huggingface:2611.{number:05}", hours=hours)


def test_proposals_are_looked_for_on_the_list_of_their_day_and_what_it_leaves_out_alone() -> None:
    posts = [*(proposal(number) for number in range(1, 31)), *(proposal(number, 90) for number in range(31, 41))]
    lists: dict[str, list[str]] = {}
    for each in posts:
        lists.setdefault(f"{each.posted_at:%Y-%m-%d}", []).append(own(each))
    with Loopback(DailyLookup({"2611.00003"}, {"2611.00004"}, lists)) as server:
        asked = Asked(huggingface_gone.find_gone, f"{server.url}/api", posts)
    assert (asked.error, asked.gone) == (None, {"huggingface:2611.00003"})
    assert len(asked.found) == 40
    assert asked.meter.requests == len(server.requests) == 4


def test_comments_of_a_paper_are_gone_where_the_others_are_shown() -> None:
    def shown(number: int, *, hidden: bool = False) -> dict[str, Any]:
        data = {"hidden": hidden, "latest": {"raw": "words"}}
        return {"id": f"{number:024x}", "type": "comment", "data": data}

    def answer(request: Request) -> Answer:
        if request.path != "/papers/2611.00001" or request.query != {"field": "comments"}:
            return as_json({"id": "2611.00002"})
        return as_json({"id": "2611.00001", "comments": [shown(1), shown(2, hidden=True)]})

    posts = [
        post(network="huggingface", kind="reply", id=f"huggingface:{paper}#{number:024x}", of=f"huggingface:{paper}")
        for paper, number in (("2611.00001", 1), ("2611.00001", 2), ("2611.00001", 3), ("2611.00002", 4))
    ]
    with Loopback(answer) as server:
        asked = Asked(huggingface_gone.find_gone, server.url, posts)
    assert asked.gone == {f"huggingface:2611.00001#{2:024x}", f"huggingface:2611.00001#{3:024x}"}
    assert len(asked.found) == 3


@pytest.mark.parametrize(
    "broken",
    [Answer(503), Answer(404, b"<html>"), Answer(200, b"<html>"), as_json({"id": "2611.99999"}), as_json([])],
)
def test_odd_answers_of_hugging_face_delete_nothing(broken: Answer) -> None:
    def answer(request: Request) -> Answer:
        return as_json([]) if request.path.endswith("/daily_papers") else broken

    with Loopback(answer) as server:
        assert Asked(huggingface_gone.find_gone, server.url, [proposal(1)]).found == {}
    with Loopback([broken, broken, broken]) as server:
        assert Asked(huggingface_gone.find_gone, server.url, [proposal(1)]).found == {}
