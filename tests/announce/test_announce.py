"""Announcements: who is told of what, each once; words within the limits, and inert, whatever a title says."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.announce import TARGETS, words
from generator.announce.target import Notice
from generator.announce.targets import bluesky, discord, email_digest, mastodon, matrix, slack
from generator.config.announce import Announce
from generator.fetch.configuration import read
from generator.model.errors import ConfigError
from generator.model.records import Announced
from generator.storage.store import Store
from tests.announcing import HOSTILE, Services, announce, config, data, desk, later, notice, problems, secrets_for
from tests.conftest import ROOT
from tests.loopback import Answer, Raw, as_json
from tests.make import post
from tests.spec_server import Lexicons

WEB = ("slack", "discord", "matrix", "mastodon", "bluesky")
TAKEN = {"bluesky": "createRecord"}


@pytest.fixture
def services() -> Any:
    found = Services()
    with found.server:
        yield found
        assert found.refused == []


def start(folder: Path, text: str, secrets: dict[str, str]) -> None:
    """The first run, which says nothing."""
    told = announce(folder, text, secrets)
    assert all(each.is_first and not each.sent and not each.failure for each in told.values())


# --- who is told of what


def test_a_first_run_says_nothing_a_new_paper_is_said_once_and_a_run_again_says_nothing(
    services: Services, tmp_path: Path
) -> None:
    text, secrets = config(services.server.url, *WEB), secrets_for(services.server.url)
    data(tmp_path, ("2611.00001", 3), ("2611.00002", 2))
    start(tmp_path, text, secrets)
    assert services.taken == {}
    data(tmp_path, ("2611.00003", 2))
    told = announce(tmp_path, text, secrets)
    assert {name: each.sent for name, each in told.items()} == {name: ["2611.00003"] for name in WEB}
    for name in WEB:
        assert services.titles(TAKEN.get(name, name)).count("abs/2611.00003/") >= 1
        assert "2611.00001" not in services.titles(TAKEN.get(name, name))
    before = len(services.server.requests)
    again = announce(tmp_path, text, secrets)
    assert all(not each.sent and not each.failure for each in again.values())
    assert len(services.server.requests) == before


def test_papers_of_too_few_people_and_of_bots_are_not_said_and_more_than_the_maximum_wait_top_first(
    services: Services, tmp_path: Path
) -> None:
    text, secrets = config(services.server.url, "slack", max_per_run=2, min_votes=3), secrets_for(services.server.url)
    data(tmp_path)
    start(tmp_path, text, secrets)
    data(tmp_path, ("2611.00001", 3), ("2611.00002", 5), ("2611.00003", 4), ("2611.00004", 2))
    store = Store(tmp_path)
    tree = store.load()
    for number in range(3):
        bot = post(f"bot{number}", who=f"bot{number}", papers=("2611.00004",))
        tree.add_post(type(bot)(**{**{f: getattr(bot, f) for f in bot.__struct_fields__}, "account": _bot(number)}))
    store.save(tree)
    first = announce(tmp_path, text, secrets)["slack"]
    assert (first.sent, first.waiting) == (["2611.00002", "2611.00003"], 1)
    second = announce(tmp_path, text, secrets)["slack"]
    assert (second.sent, second.waiting) == (["2611.00001"], 0)
    assert len(services.taken["slack"]) == 2, "one message a run, with its papers"


def _bot(number: int) -> Any:
    from generator.model.records import Account

    return Account(id=f"bluesky:bot{number}", handle=f"bot{number}.example", name="Bot", bot=True)


def test_what_is_older_than_the_window_withdrawn_or_of_another_tracker_is_not_said(
    services: Services, tmp_path: Path
) -> None:
    text, secrets = config(services.server.url, "slack", tracker="other"), secrets_for(services.server.url)
    data(tmp_path)
    start(tmp_path, text, secrets)
    data(tmp_path, ("2611.00001", 3))
    assert announce(tmp_path, text, secrets)["slack"].sent == []
    own = config(services.server.url, "slack", window="day")
    assert announce(tmp_path, own, secrets, now=later(2))["slack"].sent == []
    data(tmp_path, ("2611.00005", 3), withdrawn=True)
    assert announce(tmp_path, own, secrets)["slack"].sent == ["2611.00001"]


def test_a_digest_waits_for_its_day_and_brings_all_at_once(services: Services, tmp_path: Path) -> None:
    text, secrets = config(services.server.url, "slack", every_days=7, max_per_run=9), secrets_for(services.server.url)
    data(tmp_path)
    start(tmp_path, text, secrets)
    data(tmp_path, ("2611.00001", 3))
    assert announce(tmp_path, text, secrets, now=later(3))["slack"].waiting == 1
    data(tmp_path, ("2611.00002", 3))
    assert announce(tmp_path, text, secrets, now=later(6.4))["slack"].sent == []
    month = text.replace('"every_days": 7', '"every_days": 7, "window": "month"')
    assert sorted(announce(tmp_path, month, secrets, now=later(7))["slack"].sent) == ["2611.00001", "2611.00002"]
    assert announce(tmp_path, month, secrets, now=later(8))["slack"].sent == []


def test_a_target_that_fails_stops_no_other_and_is_told_in_the_next_run(services: Services, tmp_path: Path) -> None:
    text, secrets = config(services.server.url, *WEB), secrets_for(services.server.url)
    data(tmp_path)
    start(tmp_path, text, secrets)
    data(tmp_path, ("2611.00001", 3))
    services.broken = {"/services/": [Answer(404, b"no_service")], "/api/v1/statuses": [as_json({}, 401)]}
    told = announce(tmp_path, text, secrets)
    assert {name for name, each in told.items() if each.failure} == {"slack", "mastodon"}
    assert told["slack"].doubtful == told["mastodon"].doubtful == []
    again = announce(tmp_path, text, secrets)
    assert {name for name, each in again.items() if each.sent} == {"slack", "mastodon"}


def test_a_limit_is_waited_for(services: Services, tmp_path: Path) -> None:
    text, secrets = config(services.server.url, "discord"), secrets_for(services.server.url)
    data(tmp_path)
    start(tmp_path, text, secrets)
    data(tmp_path, ("2611.00001", 3))
    services.broken = {"/api/webhooks": [as_json({"retry_after": 0.3}, 429, {"Retry-After": "0"})]}
    assert announce(tmp_path, text, secrets)["discord"].sent == ["2611.00001"]


@pytest.mark.parametrize("name", ["slack", "discord", "mastodon"])
@pytest.mark.parametrize("reply", [Answer(502, b""), Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut")])
def test_where_nobody_knows_whether_it_was_taken_it_is_not_said_again(
    services: Services, tmp_path: Path, name: str, reply: Any
) -> None:
    text, secrets = config(services.server.url, name), secrets_for(services.server.url)
    data(tmp_path)
    start(tmp_path, text, secrets)
    data(tmp_path, ("2611.00001", 3))
    services.broken = {where: [reply] for where in ("/services/", "/api/webhooks", "/api/v1/statuses")}
    told = announce(tmp_path, text, secrets)[name]
    assert (told.doubtful, bool(told.failure)) == (["2611.00001"], True)
    services.broken = {}
    assert announce(tmp_path, text, secrets)[name].sent == []
    assert services.taken == {}


@pytest.mark.parametrize("name", ["matrix", "bluesky"])
def test_where_the_service_can_be_asked_it_is_told_again_and_stands_there_once(
    services: Services, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a crash between sending and noting."""
    text, secrets = config(services.server.url, name), secrets_for(services.server.url)
    data(tmp_path)
    start(tmp_path, text, secrets)
    data(tmp_path, ("2611.00001", 3))

    def crash(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("generator.announce.sending.note", crash)
        with pytest.raises(KeyboardInterrupt):
            announce(tmp_path, text, secrets)
    taken = len(services.taken[TAKEN.get(name, name)])
    assert taken == 1
    assert announce(tmp_path, text, secrets)[name].sent == ["2611.00001"]
    assert len(services.taken[TAKEN.get(name, name)]) == 1


@pytest.mark.parametrize("name", ["slack", "discord", "mastodon"])
def test_a_crash_while_sending_says_nothing_twice(
    services: Services, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, secrets = config(services.server.url, name), secrets_for(services.server.url)
    data(tmp_path)
    start(tmp_path, text, secrets)
    data(tmp_path, ("2611.00001", 3))
    from generator.net.http import HttpClient

    sent = HttpClient.send

    def crash(*given: Any, **named: Any) -> Any:
        sent(*given, **named)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(HttpClient, "send", crash)
        with pytest.raises(KeyboardInterrupt):
            announce(tmp_path, text, secrets)
    assert announce(tmp_path, text, secrets)[name].sent == []
    assert len(services.taken[name]) == 1


def test_a_dry_run_sends_asks_and_notes_nothing_and_needs_no_secret(services: Services, tmp_path: Path) -> None:
    text = config(services.server.url, *WEB, "email")
    data(tmp_path, ("2611.00001", 3))
    told = announce(tmp_path, text, {}, dry=True)
    assert all(each.is_first and len(each.messages) == 1 and not each.sent for each in told.values())
    start(tmp_path, text, {})
    data(tmp_path, ("2611.00002", 3))
    before = Store(tmp_path).load().announced
    told = announce(tmp_path, text, {}, dry=True)
    assert all(each.sent == ["2611.00002"] for name, each in told.items() if name != "email")
    for name in ("slack", "discord", "matrix", "mastodon"):
        assert problems(name, told[name].messages[0]) == []
    assert Store(tmp_path).load().announced == before
    assert services.server.requests == []


def test_no_secret_is_in_any_message(services: Services, tmp_path: Path) -> None:
    text, secrets = config(services.server.url, *WEB, "email", every_days=0), secrets_for(services.server.url)
    data(tmp_path)
    start(tmp_path, text, secrets)
    data(tmp_path, ("2611.00001", 3))
    for secret in (secrets, {name: value.replace("http:", "ftp:") + "\x7f" for name, value in secrets.items()}):
        services.broken = {"/": [Answer(400, b"canary"), Answer(302, b"", {"Location": "/canary"})] * 9}
        told = announce(tmp_path, text, secret)
        assert all(each.failure for each in told.values())
        assert "canary" not in str(told).lower()
    services.broken = {}


def test_an_absent_secret_is_named_and_the_paper_waits(services: Services, tmp_path: Path) -> None:
    text = config(services.server.url, *WEB, every_days=0)
    data(tmp_path)
    start(tmp_path, text, {})
    data(tmp_path, ("2611.00001", 3))
    told = announce(tmp_path, text, {})
    for target in TARGETS:
        if target.name in WEB:
            assert told[target.name].failure == f"the secret {target.secrets[0]} is not set"
    again = announce(tmp_path, text, secrets_for(services.server.url))
    assert all(each.sent == ["2611.00001"] for each in again.values())


def test_two_copies_that_both_went_on_remember_together(tmp_path: Path) -> None:
    one, other = Store(tmp_path / "one"), Store(tmp_path / "other")
    left, right = one.load(), other.load()
    left.add_announced(Announced(id="2611.00001", on={"slack": "2026-11-20"}))
    right.add_announced(Announced(id="2611.00001", on={"slack": "2026-11-19", "email": "2027-01-02"}))
    one.save(left)
    other.save(right)
    left.union(right)
    right.union(other.load())
    assert left.announced["2611.00001"].on == {"email": "2027-01-02", "slack": "2026-11-19"}
    one.save(left)
    (path,) = (tmp_path / "one/announced").iterdir()
    assert path.read_bytes() == b'{"id":"2611.00001","on":{"email":"2027-01-02","slack":"2026-11-19"}}\n'


# --- the words

_TITLES = st.one_of(
    st.just(HOSTILE),
    st.text(max_size=700),
    st.text("@#:/w.<>&|[]()*_`\\~!?ab ", max_size=700),
    st.text("e\u0301\u200d👩🏽日", max_size=700),
)


@settings(max_examples=120, deadline=None)
@given(_TITLES, _TITLES)
def test_every_message_is_within_the_limits_whatever_it_says(title: str, authors: str) -> None:
    from generator.views.feed_html import clean_line

    told = notice(
        title=words.plain(clean_line(title)) or "T", authors=words.plain(clean_line(authors)), abstract=title[:1000]
    )
    for target, name in ((slack, "slack"), (discord, "discord"), (matrix, "matrix"), (mastodon, "mastodon")):
        count = 1 if name == "mastodon" else 5
        assert problems(name, json.loads(json.dumps(target.compose(desk(name), [told] * count)))) == []
    far = notice(title=told.title, authors=told.authors, url=f"https://pages.example/{'a' * 480}/abs/2611.00001/")
    assert problems("mastodon", mastodon.compose(desk("mastodon"), [far])) == []
    record = bluesky.compose(desk("bluesky"), [told])
    assert len(record["text"]) <= bluesky.GRAPHEMES_MAX
    assert len(record["text"].encode()) <= bluesky.BYTES_MAX
    (facet,) = record["facets"]
    where = slice(facet["index"]["byteStart"], facet["index"]["byteEnd"])
    assert record["text"].encode()[where].decode() == "arXiv:2611.00001"


def hostile() -> Notice:
    from generator.views.feed_html import clean_line

    text = words.plain(clean_line(HOSTILE))
    return notice(title=text, authors=text, abstract=text)


def test_a_hostile_title_calls_nobody_on_mastodon_and_links_nowhere() -> None:
    status = mastodon.compose(desk("mastodon"), [hostile()])["status"]
    words_of_ours, _, address = status.rpartition("\n\n")
    assert address == "https://pages.example/made-up/abs/2611.00001/"
    # the expressions of the server: app/models/account.rb and tag.rb, and its extractor of addresses
    assert not re.search(r"(?<![=/\w])@[a-z0-9_]", words_of_ours, re.IGNORECASE)
    assert not re.search(r"(?<![=/\w])[#＃]\w", words_of_ours)
    assert not re.search(r"https?://\S|www\.\w", words_of_ours)
    assert "\u202e" not in status


def test_a_hostile_title_is_text_on_slack_discord_and_matrix() -> None:
    told = slack.compose(desk("slack"), [hostile()])
    (section,) = told["blocks"][0]["elements"]
    assert {each["type"] for each in section["elements"]} == {"link", "text"}
    assert section["elements"][0]["url"] == "https://pages.example/made-up/abs/2611.00001/"
    embed = discord.compose(desk("discord"), [hostile()])["embeds"][0]
    shown = embed["title"] + embed["description"]
    assert not re.search(r"(?<!\\)[*_`|<\[]", shown)
    assert "@everyone" not in shown
    formatted = matrix.compose(desk("matrix"), [hostile()])["formatted_body"]
    assert set(re.findall(r"</?(\w+)", formatted)) == {"p", "strong", "a", "br"}
    assert set(re.findall(r'href="([^"]*)"', formatted)) == {"https://pages.example/made-up/abs/2611.00001/"}
    assert "@everyone" not in formatted


def test_a_hostile_title_is_text_in_a_mail_and_adds_no_header() -> None:
    mail = email_digest._mail(desk("email"), [hostile()])
    assert set(mail.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "List-Id", "Auto-Submitted", "MIME-Version", "Content-Type",
    }  # fmt: skip
    text, page = (each.get_content() for each in mail.iter_parts())
    assert "<script" not in page
    assert html.unescape(page).count("@everyone") == text.count("@everyone") > 0


def test_a_record_of_bluesky_is_what_its_lexicons_say(shared: Path) -> None:
    lexicons = Lexicons.load(shared / "real/specs/bluesky/lexicons")
    for told in (notice(), hostile(), notice(authors="", abstract="")):
        record = bluesky.compose(desk("bluesky"), [told])
        definition, home = lexicons._find("app.bsky.feed.post", "app.bsky.feed.post")
        assert list(lexicons._problems(definition, record, "record", home)) == []


def test_the_key_of_a_post_is_the_same_for_ever_in_the_month_of_its_paper_and_another_for_another() -> None:
    keys = {paper: bluesky.record_key(paper) for paper in ("2611.00001", "2611.00002", "hep-th/9901001")}
    assert keys["2611.00001"] == bluesky.record_key("2611.00001")
    assert len(set(keys.values())) == 3
    micros = 0
    for letter in keys["2611.00001"]:
        micros = micros * 32 + bluesky._TID.index(letter)
    assert 1793491200 <= (micros >> 10) / 1e6 < 1793491200 + 28 * 86400  # November 2026


@given(st.text(max_size=60), st.integers(0, 70))
def test_a_text_is_cut_within_its_limit_and_never_before_a_mark(text: str, limit: int) -> None:
    cut = words.fit(text, limit)
    assert len(cut) <= limit
    assert cut == text or len(text) > limit


# --- the configuration and the documents


def test_nothing_is_announced_by_default() -> None:
    assert read(b"site: {}\n").announce.targets() == {}
    assert set(read(b"announce: {slack: {}, discord: {}, matrix: }\n").announce.targets()) == {"slack", "discord"}
    assert set(Announce.model_fields) == {target.name for target in TARGETS}


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ("slack: {webhook: 'https://hooks.slack.com/services/T0/B0/abc'}", "looks like a secret"),
        ("slack: 'https://discord.com/api/webhooks/1/abc'", "looks like a secret"),
        ("mastodon: {server: 'http://social.example'}", "plain http"),
        ("mastodon: {server: 'https://social.example', token: abc}", "docs/announce.md"),
        ("email: {server: smtp.example.org, sender: a@example.org, security: none}", "this machine alone"),
        ("email: {server: 'smtp example', sender: 'Ada <a@example.org>'}", "no host name"),
        ("matrix: {server: 'https://m.example', room: '#papers:m.example'}", "no id of a room"),
        ("slack: {tracker: nobody}", "the id of no tracker"),
        ("slak: {}", "did you mean `slack`"),
    ],
)
def test_a_wrong_block_is_told_in_words_without_the_secret(block: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(f"announce:\n  {block}\n".encode())
    message = str(caught.value)
    assert said in message
    assert "/services/T0" not in message
    assert "webhooks/1" not in message


def test_every_target_and_every_secret_stands_in_the_documents_and_in_the_workflow() -> None:
    told = (ROOT / "docs/announce.md").read_text("utf-8")
    workflow = (ROOT / ".github/workflows/update.yml").read_text("utf-8")
    for target in TARGETS:
        assert f"  {target.name}:" in told
        for secret in target.secrets:
            assert f"`{secret}`" in told
            assert f"{secret}: ${{{{ secrets.{secret} }}}}" in workflow
