"""Text that lies to the eye: what reorders or hides other text reaches no page, feed, BibTeX, log or terminal.

Each payload is judged against its inert twin: a site whose posts and papers hold it has the bytes of one without it.
"""

from __future__ import annotations

import time
from pathlib import Path

import msgspec
import pytest

from generator.commands.console import printable
from generator.model.records import Account, Paper, Post
from generator.model.tree import Tree
from generator.storage.store import Store
from generator.text.names import shown_name
from generator.text.plain import clean, linkify
from generator.views.bibtex import to_bibtex
from tests import make
from tests.e2e.run import Copy

REORDERS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
HIDES = (
    "\u00ad\u061c\u115f\u1160\u17b4\u180e\u200b\u2060\u2061\u2062\u2063\u2064\u206a\u206f\u3164\ufeff\uffa0\ufff9\ufffb"
)
TAGS = "\U000e0001\U000e0041\U000e007f"
PAYLOADS = (*REORDERS, *HIDES, *TAGS)
MEANT = (
    "\u0645\u062b\u0627\u0644",
    "\u05d0\u05d1\u200f\u05d2",
    "\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "\U0001f469\u200d\U0001f52c",
    "e\u0301",
    "\u4e2d\u6587",
)
"""Other scripts, joiners, accents and emoji are text."""


def marked(text: str, payload: str) -> str:
    return f"{text[:3]}{payload}{text[3:]}{payload}"


def tree(payload: str) -> Tree:
    """Every text that a stranger writes, with the payload in it."""
    of = make.paper()
    found = Tree()
    found.add_paper(
        msgspec.structs.replace(
            of,
            title=marked(of.title, payload),
            abstract=marked("An abstract with $x^2$ in it.", payload),
            authors=tuple(marked(name, payload) for name in ("Ada Lovelace", "Bo Example")),
            comment=marked("12 pages", payload),
            journal_ref=marked("J. Made Up 7", payload),
        )
    )
    for number, kind in enumerate(("post", "quote", "reply")):
        post = make.post(str(number), kind=kind, hours=number)
        account = Account(
            id=post.account.id, handle=marked("ada.example", payload), name=marked("Ada of Example", payload)
        )
        text = marked("what a paper, read it https://pages.example/a", payload)
        found.add_post(msgspec.structs.replace(post, account=account, text=text))
    return found


def built(copy: Copy, payload: str) -> dict[str, bytes]:
    store = Store(copy.folder / "data")
    store.load()
    store.save(tree(payload))
    assert copy.run("build").status == 0
    return copy.files("site")


@pytest.mark.slow
@pytest.mark.parametrize("payload", [REORDERS, HIDES, TAGS], ids=["reorders", "hides", "tags"])
def test_a_site_with_deceiving_text_is_that_of_its_inert_twin(
    tmp_path_factory: pytest.TempPathFactory, payload: str
) -> None:
    hostile = built(Copy(tmp_path_factory.mktemp("hostile")), payload)
    twin = built(Copy(tmp_path_factory.mktemp("twin")), "")
    assert hostile.keys() == twin.keys()
    shown = [name for name in twin if not name.startswith(("api/", "search/"))]  # for programs: as the sources have it
    assert len(shown) > 40
    assert [name for name in shown if hostile[name] != twin[name]] == []


@pytest.mark.parametrize("payload", PAYLOADS, ids=ascii)
def test_no_code_point_that_deceives_is_shown(payload: str) -> None:
    assert clean(marked("text", payload)) == "text"
    paper: Paper = msgspec.structs.replace(make.paper(), title=marked("Title", payload), authors=(f"A{payload} B",))
    assert payload not in to_bibtex(paper)
    assert payload not in printable(marked("text", payload))


def test_a_message_of_blank_lines_takes_linear_time_and_no_command_hides_after_them() -> None:
    began = time.process_time()
    assert printable("\n" * 30_000 + " \t::error::made up") == "\n" * 30_000 + " \t: :error::made up"
    assert time.process_time() - began < 1


@pytest.mark.parametrize("text", MEANT)
def test_text_of_every_script_stays_as_it_is(text: str) -> None:
    assert clean(text) == text


def test_the_host_of_a_link_is_shown_in_letters_that_look_like_no_others() -> None:
    shown = str(linkify("see https://\u0430rxiv.org/abs/2611.00001 and https://b\u00fccher.example/\u00e4"))
    assert ">xn--rxiv-43d.org/abs/2611.00001</a>" in shown
    assert ">xn--bcher-kva.example/\u00e4</a>" in shown


def test_a_post_of_nothing_but_what_is_not_seen_has_no_words() -> None:
    post: Post = make.post(text="\u3164\u2800\u200b")
    assert clean(post.text or "").strip("\u2800") == ""


COPIED = "Ad\u0430 L\u043evelace"
"""Ada Lovelace with Cyrillic letters."""


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (COPIED, f"{COPIED} (@mallory.example)"),
        ("\u0410d\u200ba", "\u0410da (@mallory.example)"),
        ("B\u03bf", "B\u03bf (@mallory.example)"),
        ("\u0420\u0430\u0441\u0440", "\u0420\u0430\u0441\u0440 (@mallory.example)"),
        ("\u0251da", "\u0251da (@mallory.example)"),
        ("Ada Lovelace", "Ada Lovelace"),
        ("J\u00f3zefowicz \u0141ukasz", "J\u00f3zefowicz \u0141ukasz"),
        ("\u0418\u0432\u0430\u043d Ivanov", "\u0418\u0432\u0430\u043d Ivanov"),
        ("\u039d\u03af\u03ba\u03bf\u03c2", "\u039d\u03af\u03ba\u03bf\u03c2"),
        ("\u4e2d\u6587 Lab", "\u4e2d\u6587 Lab"),
        ("", "mallory.example"),
    ],
)
def test_a_name_that_looks_like_another_has_its_handle_beside_it(name: str, shown: str) -> None:
    assert shown_name(Account(id="bluesky:m", handle="mallory.example", name=name)) == shown


def test_a_name_without_a_handle_that_tells_who_it_is_says_so() -> None:
    for account in (Account(id="feeds:a", name=COPIED), Account(id="x:a", name=COPIED, handle="\u0430da")):
        assert shown_name(account) == f"{COPIED} (look-alike letters)"
    assert shown_name(Account(id="x:a", handle="\u0430da")) == "\u0430da (look-alike letters)"
    assert shown_name(Account(id="x:a")) == ""


@pytest.mark.slow
def test_pages_and_feeds_show_who_copied_a_name(tmp_path: Path) -> None:
    copy = Copy(tmp_path / "copy")
    of = make.paper()
    found = Tree()
    found.add_paper(of)
    mallory = Account(id="bluesky:mallory", handle="mallory.example", name=COPIED)
    for number, kind in enumerate(("post", "quote", "reply")):
        post = make.post(str(number), kind=kind, hours=number, text="words of my own about this paper")
        found.add_post(msgspec.structs.replace(post, account=mallory))
    store = Store(copy.folder / "data")
    store.load()
    store.save(found)
    assert copy.run("build").status == 0
    pages = {name: body.decode() for name, body in copy.files("site").items() if name.endswith((".html", ".xml"))}
    naming = {name: text for name, text in pages.items() if COPIED in text}
    assert {"index.html", f"abs/{of.id}/index.html", "posts/index.html", "by/index.html", "feed.xml"} <= naming.keys()
    for name, text in naming.items():
        assert text.count(COPIED) == text.count(f"{COPIED} (@mallory.example)"), name
