"""Text that lies to the eye: what reorders or hides other text reaches no page, feed, BibTeX, log or terminal.

Each payload is judged against its inert twin: a site whose posts and papers hold it has the bytes of one without it.
"""

from __future__ import annotations

import msgspec
import pytest

from generator.commands.console import printable
from generator.model.records import Account, Paper, Post
from generator.model.tree import Tree
from generator.storage.store import Store
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
