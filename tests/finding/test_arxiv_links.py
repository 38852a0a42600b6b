"""Every way to link to a paper is found, in an address and in text, and nothing that only looks like one."""

from __future__ import annotations

import json
import re
import time
from base64 import urlsafe_b64encode
from pathlib import Path
from random import Random
from urllib.parse import quote, urlencode

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from generator.finding.arxiv_id import FoundId
from generator.finding.arxiv_links import MAX_URL_CHARS, find_in_text, find_in_url, merge_found, unread_host
from generator.finding.link_patterns import SHAPES, LinkShape
from generator.finding.text_forms import FORMS, TextForm
from generator.finding.wrappers import KEYS, WRAPPERS, Wrapper, targets
from tests.paper_ids import paper_ids

SURROUNDINGS = [
    "{}",
    "see {} and more",
    "see {}.",
    "see {}, then",
    "({})",
    "[title]({})",
    "[{}]",
    "<{}>",
    '"{}"',
    "“{}”",
    "*{}*",
    "{}!?",
    "論文{}を読んだ",
    "「{}」。",
    "Paper:{}",
    "\n{}\n",
]


def ids(found: tuple[FoundId, ...]) -> list[str]:
    return [one.id for one in found]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.template)
def test_the_example_of_every_row_is_found(shape: LinkShape) -> None:
    assert shape.takes(shape.example_id)
    assert ids(find_in_url(shape.example)) == [shape.example_id]
    assert ids(find_in_text(f"new: {shape.example}.")) == [shape.example_id]
    assert ids(find_in_text(f"new: {shape.example.partition('://')[2]}.")) == [shape.example_id]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.template)
def test_every_host_of_a_row_is_found_and_no_host_around_it(shape: LinkShape) -> None:
    host = re.match(r"https?://([^/]+)", shape.example)
    assert host
    for other in shape.hosts:
        link = shape.example.replace(host[1], other, 1)
        assert ids(find_in_url(link)) == [shape.example_id]
        for spoof in (f"{other}.evil.example", f"evil{other}", f"{other}@evil.example", f"evil.example/{other}"):
            for find in (find_in_url, find_in_text):
                assert find(shape.example.replace(host[1], spoof, 1)) == ()


def wrap(wrapper: Wrapper, url: str) -> str:
    quoted = quote(url, safe="")
    proofpoint = quote(url, safe=":/").replace("_", "-5F").replace(":", "-3A").replace("/", "_")
    bare = url.partition("://")[2]
    base64 = urlsafe_b64encode(url.encode()).decode().rstrip("=")
    substack = urlsafe_b64encode(json.dumps({"e": url, "p": 1, "f": True}).encode()).decode().rstrip("=")
    claims = urlsafe_b64encode(json.dumps({"url": url}).encode()).decode().rstrip("=")
    codes = {"proofpoint": proofpoint, "base64": base64, "substack": substack, "token": f"eyJhIjoxfQ.{claims}.x"}
    return wrapper.example.format(url=url, quoted=quoted, bare=bare, **codes)


@pytest.mark.parametrize("wrapper", WRAPPERS, ids=lambda wrapper: wrapper.example)
def test_every_host_of_a_wrapper_wraps_and_no_host_around_it(wrapper: Wrapper) -> None:
    address = wrap(wrapper, "https://arxiv.org/abs/2005.14165")
    example_host = address.split("/")[2]
    for host in wrapper.hosts:
        assert ids(find_in_url(address.replace(example_host, host, 1))) == ["2005.14165"]
        assert ids(find_in_url(address.replace(example_host, f"sub.{host}", 1))) == ["2005.14165"]
        spoofs = [f"{host}.evil.example", f"{host}@evil.example"]
        if not host.endswith(tuple(f".{other}" for row in WRAPPERS for other in row.hosts)):
            spoofs.append(f"evil{host}")
        for spoof in spoofs:
            assert find_in_url(address.replace(example_host, spoof, 1)) == ()


@pytest.mark.parametrize("key", KEYS)
def test_every_key_may_state_the_target(key: str) -> None:
    target = quote("https://arxiv.org/abs/2005.14165", safe="")
    assert ids(find_in_url(f"https://exit.sc/out?id=1&{key.upper()}={target}&x=y")) == ["2005.14165"]


@pytest.mark.parametrize(
    "coded", ["W10", "eyJl", "eyJlIjoxfQ", "eyJwIjoxfQ", "eyJlIjoi4pi6In0", "aHR0cA", "aHR0c_-", "eyJ" + "W" * 900]
)
def test_a_target_that_cannot_be_decoded_is_none(coded: str) -> None:
    assert find_in_url(f"https://substack.com/redirect/2/{coded}.x") == ()
    assert find_in_url(f"https://click.convertkit-mail.com/a/{coded}") == ()


@pytest.mark.parametrize("wrapper", WRAPPERS, ids=lambda wrapper: wrapper.example)
def test_an_address_inside_an_address_counts_by_the_rules_for_a_bare_one(wrapper: Wrapper) -> None:
    paper = "https://arxiv.org/abs/2005.14165"
    assert ids(find_in_url(wrap(wrapper, paper))) == ["2005.14165"]
    assert ids(find_in_text(f"see {wrap(wrapper, paper)} now")) == ["2005.14165"]
    twice = f"https://www.google.de/url?q={quote(wrap(wrapper, paper), safe='')}"
    assert ids(find_in_url(twice)) == ["2005.14165"]
    assert find_in_url(f"https://l.facebook.com/l.php?u={quote(twice, safe='')}") == ()
    spoofs = ("https://evil.example/abs/2005.14165", "https://arxiv.org.evil.example/abs/2005.14165",
              "https://arxiv.org@evil.example/abs/2005.14165", "https://arxiv.org/abs/2013.00001")  # fmt: skip
    for spoof in spoofs:
        assert find_in_url(wrap(wrapper, spoof)) == ()


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_the_example_of_every_form_of_text_is_found(form: TextForm) -> None:
    for around in ("{}", "new: {}.", "「{}」"):
        assert tuple(ids(find_in_text(around.format(form.example)))) == form.papers


@given(st.sampled_from(SHAPES), paper_ids(), st.sampled_from(SURROUNDINGS))
def test_any_id_in_any_shape_is_found(shape: LinkShape, paper_id: str, around: str) -> None:
    assume(shape.takes(paper_id))
    link = shape.render(paper_id)
    assert ids(find_in_url(link)) == [paper_id]
    assert ids(find_in_text(around.format(link))) == [paper_id]


@given(paper_ids(), st.integers(1, 999), st.sampled_from(SURROUNDINGS))
def test_plain_mentions_and_dois_are_found_with_their_version(paper_id: str, version: int, around: str) -> None:
    for written in ("arXiv:{}", "arxiv: {}", "ARXIV:{}", "arXiv {}", "10.48550/arXiv.{}", "doi:10.48550/ARXIV.{}"):
        text = around.format(written.format(f"{paper_id}v{version}"))
        assert find_in_text(text) == (FoundId(paper_id, version),)


@pytest.mark.parametrize(
    ("url", "paper_id"),
    [
        ("arxiv.org/abs/2501.14787?utm_source=x#y", "2501.14787"),
        ("HTTPS://ARXIV.ORG/abs/2005.14165?context=cs", "2005.14165"),
        ("https://arxiv.org:443/abs/2005.14165/", "2005.14165"),
        ("https://arxiv.org./abs/2005.14165", "2005.14165"),
        ("https://arxiv.org//abs/2005.14165", "2005.14165"),
        ("https://arxiv.org/abs/arXiv:1904.08389", "1904.08389"),
        ("arxiv.org/pdf/0712.0830v11", "0712.0830"),
        ("https://arxiv.org/pdf/hep-th/9901001v2.PDF", "hep-th/9901001"),
        ("http://arxiv.org/abs/math.GT/0005291v1", "math/0005291"),
        ("https://arxiv.org/abs/math.GT%2F0005291", "math/0005291"),
        ("https://arxiv.org/html/2501.14787v1#S1.F2", "2501.14787"),
        ("http://xx.arxiv.org/abs/1412.2223", "1412.2223"),
        ("http://xxx.lanl.gov/abs/cs.CL/9907006", "cs/9907006"),
        ("https://ui.adsabs.harvard.edu/abs/arXiv:cs%2F9910018", "cs/9910018"),
        ("http://adsabs.harvard.edu/abs/2008arXiv0808.0001S", "0808.0001"),
        ("https://api.semanticscholar.org/graph/v1/paper/arXiv:2512.00168", "2512.00168"),
        ("https://doi.org/10.48550%2FARXIV.HEP-TH/9901001", "hep-th/9901001"),
        ("https://scirate.com/arxiv/2503.22071#2408", "2503.22071"),
        ("https://www.alphaxiv.org/abs/2512.21120v1.md", "2512.21120"),
        ("https://www.alphaxiv.org/zh/overview/2512.21120", "2512.21120"),
        ("https://scholar.google.com/scholar_lookup?title=A&arxiv_id=2512.00168&hl=en", "2512.00168"),
        ("https://arxiv.org/abs/2005.14165).", "2005.14165"),
        ("(https://arxiv.org/abs/2005.14165)", "2005.14165"),
        ("<https://arxiv.org/abs/2005.14165>", "2005.14165"),
        ("https://arxiv.org/abs/2005.14165%EF%BC%89", "2005.14165"),
        (" https://arxiv.org/abs/2005.14165 ", "2005.14165"),
        ("https://arxiv.org/abs/2005.14165\u200b", "2005.14165"),
        ("https://arxiv.org/abs/2005.14165%E2%80%8B", "2005.14165"),
        ("https://arxiv.org/abs/%202005.14165%C2%A0", "2005.14165"),
        ("https://arxiv.org/abs/2005.14165V2%3Ffbclid%3Dx", "2005.14165"),
        ("https://arxiv.org/abs/2005.14165&utm_source=x", "2005.14165"),
        ("https://arxiv.org/abs/2005.14165:~:text=abc", "2005.14165"),
        ("https://https://arxiv.org/pdf/abs/2005.14165", "2005.14165"),
        ("https://arxiv.org/html/2005.14165v1/extracted/1/figs/a.png", "2005.14165"),
        ("https://arxiv.org/vc/arxiv/papers/2005/2005.14165v1.pdf", "2005.14165"),
        ("https://oaipmh.arxiv.org/oai?verb=GetRecord&identifier=oai:arXiv.org:2005.14165", "2005.14165"),
        ("https://export.arxiv.org/api/query?search_query=id:2005.14165", "2005.14165"),
        ("https://doi.org/doi:10.48550/arXiv.cs.AI/0001001", "cs/0001001"),
        ("https://doi.org/arXiv:2005.14165", "2005.14165"),
        ("https://arxiv-org.ezproxy.example.edu/abs/2005.14165", "2005.14165"),
        ("https://arxiv.org.libproxy.example.edu/abs/2005.14165", "2005.14165"),
        ("https://www-arxiv--vanity-com.translate.goog/papers/2005.14165/?_x_tr_sl=en", "2005.14165"),
        ("https://doi-org.example.idm.oclc.org/10.48550/arXiv.2005.14165", "2005.14165"),
        ("https://arxiv-org.cdn.ampproject.org/v/s/arxiv.org/abs/2005.14165?amp_js_v=0.1", "2005.14165"),
        ("https://scholar.google.co.uk/scholar?q=arXiv%3A2005.14165", "2005.14165"),
        ("https://inspirehep.net/search?p=find+eprint+hep-th/9901001", "hep-th/9901001"),
        ("https://www.alphaxiv.org/zh/audio/2005.14165v2", "2005.14165"),
        ("https://r.jina.ai/https:/arxiv.org/abs/2005.14165", "2005.14165"),
        ("https://arxiv.org/auth/show-endorsers/2005.14165", "2005.14165"),
        ("https://arxiv.org/show-endorsers/hep-th/9901001", "hep-th/9901001"),
        ("https://arxiv.org/html/abs/2005.14165v1.html", "2005.14165"),
        ("https://arxiv.org/abs/html/2005.14165", "2005.14165"),
        ("https://arxiv.org/pdf/2005.14165v2.pdf.pdf", "2005.14165"),
        ("https://arxiv.org/abs/2005.14165%0A", "2005.14165"),
        ("https://arxiv.org/abs/2005.14165%3C/a%3E", "2005.14165"),
        ("https://huggingface.co/papers/2005.14165/community", "2005.14165"),
        ("https://huggingface.co/papers/week/2020-W22?paper=2005.14165", "2005.14165"),
        ("https://huggingface.co/papers?q=arxiv:2005.14165", "2005.14165"),
        ("https://huggingface.co/api/arxiv/2005.14165/repos", "2005.14165"),
        ("https://doi.org/https://doi.org/10.48550/arXiv.2005.14165", "2005.14165"),
        ("https://dblp.uni-trier.de/rec/bibtex/journals/corr/abs-2005-14165", "2005.14165"),
        ("https://ui.adsabs.harvard.edu/search/q=arXiv:2005.14165", "2005.14165"),
        ("https://arxiv-org.lib-ezproxy.example.edu:2443/abs/2005.14165", "2005.14165"),
        ("http://ezproxy.example.edu:2048/login?url=https://arxiv.org/abs/2005.14165", "2005.14165"),
        ("https://arxiv-org.offcampus.lib.example.edu/abs/2005.14165", "2005.14165"),
        ("https://arxiv-org.ezp-prod1.example.edu/abs/2005.14165", "2005.14165"),
        ("https://arxiv-org.myaccess.library.example.ca/abs/2005.14165", "2005.14165"),
        ("https://gcc02.safelinks.protection.outlook.us/?url=https%3A%2F%2Farxiv.org%2Fabs%2F2005.14165", "2005.14165"),
        ("https://disq.us/url?url=https%3A%2F%2Farxiv.org%2Fabs%2F2005.14165%3Aa1b2c3d4&cuid=1", "2005.14165"),
        ("https://wa.me/?text=A%20title%0Ahttps%3A%2F%2Farxiv.org%2Fabs%2F2005.14165", "2005.14165"),
        ("https://urldefense.us/v2/url?u=https-3A__arxiv.org_abs_2005.14165&d=x", "2005.14165"),
        ("https://html.duckduckgo.com/l/?uddg=https%3A%2F%2Farxiv.org%2Fabs%2F2005.14165", "2005.14165"),
        ("https://mastodon.social/share?text=Look%3A%20https%3A%2F%2Farxiv.org%2Fabs%2F2005.14165", "2005.14165"),
        ("https://consent.google.com/ml?continue=https%3A%2F%2Farxiv.org%2Fabs%2F2005.14165&gl=DE", "2005.14165"),
        ("https://www.pixiv.net/jump.php?https%3A%2F%2Farxiv.org%2Fabs%2F2005.14165", "2005.14165"),
        ("https://webcache.googleusercontent.com/search?q=cache:arxiv.org/abs/2005.14165", "2005.14165"),
        (
            "https://eu-west-1.protection.sophos.com/?u=aHR0cHM6Ly9hcnhpdi5vcmcvYWJzLzIwMDUuMTQxNjU=&d=arxiv.org",
            "2005.14165",
        ),
        ("https://api.semanticscholar.org/graph/v1/paper/URL:https://arxiv.org/abs/2005.14165", "2005.14165"),
        ("https://0-arxiv-org.catalog.example.edu/abs/2005.14165", "2005.14165"),
        ("https://0-www.arxiv.org.library.example.edu/abs/2005.14165", "2005.14165"),
        ("chrome-extension://efaidnbmnnnibpcajpcglclefindmkaj/https://arxiv.org/pdf/2005.14165.pdf", "2005.14165"),
        ("moz-extension://12345678-90ab/viewer.html?file=https%3A%2F%2Farxiv.org%2Fpdf%2F2005.14165", "2005.14165"),
        ("view-source:https://arxiv.org/abs/2005.14165", "2005.14165"),
        ("http://adsabs.harvard.edu/cgi-bin/bib_query?arXiv:2005.14165", "2005.14165"),
        ("https://ui.adsabs.harvard.edu/search/q=identifier%3A2020arXiv200514165B", "2005.14165"),
        ("https://ui.adsabs.harvard.edu/search/q=identifier:%22arXiv:2005.14165%22&sort=date", "2005.14165"),
        ("https://archive.org/download/arxiv-2005.14165/2005.14165.pdf", "2005.14165"),
        ("https://rss.arxiv.org/abs/2005.14165", "2005.14165"),
        ("https://openalex.org/works?filter=doi:10.48550/arxiv.2005.14165", "2005.14165"),
    ],
)
def test_addresses_as_people_write_them(url: str, paper_id: str) -> None:
    assert ids(find_in_url(url)) == [paper_id]


REFUSED = [
    "",
    "arxiv.org",
    "https://arxiv.org/",
    "https://arxiv.org/list/cs.LG/recent",
    "https://arxiv.org/a/example_a_1",
    "https://arxiv.org/search/?query=2005.14165",
    "https://arxiv.org/2005.14165",
    "https://arxiv.org/abs/2005.14165/../../list",
    "https://arxiv.org/abs/../../redirect?u=evil",
    "https://arxiv.org/abs/2013.00001",
    "https://arxiv.org/abs/9901.00001",
    "https://arxiv.org/html/2005.14165/../../list",
    "https://arxiv-org.example.edu/abs/2005.14165",
    "https://0-notarxiv-org.catalog.example.edu/abs/2005.14165",
    "https://extension.invalid.example/https://arxiv.org/abs/2005.14165",
    "evil-extension://abcdefgh/https://arxiv.org/abs/2005.14165",
    "https://protect-us.mimecast.com/s/AbCdEf2005?domain=arxiv.org",
    "https://archive.ph/AbCdE",
    "https://vixra.org/abs/2005.0141v1",
    "https://github.com/example/2005.14165",
    "https://maps.google.com/?q=2005.14165,1204.5678",
    "https://www.google.com/search?q=2005.14165",
    "https://notarxiv-org.ezproxy.example.edu/abs/2005.14165",
    "https://scholar.google.com/scholar?q=2005.14165",
    "https://www.connectedpapers.com/main/2005.14165",
    "https://vixra.org/abs/2005.0141",
    "https://arxiv.org/abs/2005.1416",
    "https://arxiv.org/abs/2005.1416…",
    "https://arxiv.org/abs/2005.14165…",
    "https://arxiv.org/abs/2005.14165%E2%80%A6",
    "https://arxiv.org/abs/2005.14165?utm_sour…",
    "arxiv.org/abs/2005.1…",
    "arxiv.org/abs/2005.14165…",
    "arxiv.org/abs/2005.141...",
    "https://arxiv.org/abs/1412.222...",
    "https://www.google.com/url?q=https://arxiv.org/abs/2005.14165…",
    "https://arxiv.org/abs/hep-th/99010…",
    "https://arxiv.org/abs/2005.14165%00",
    "https://arxiv.org/abs/2005.14165%0d%0aX",
    "https://arxiv.org/abs/2005.14165%252F",
    "https://arxiv.org/abs/HEP-TH/9901001",
    "https://notarxiv.org/abs/2005.14165",
    "https://eartharxiv.org/abs/2005.14165",
    "https://not-arxiv.org/abs/2005.14165",
    "https://arxiv.org.evil.example/abs/2005.14165",
    "https://arxiv.org@evil.example/abs/2005.14165",
    "https://arxiv.org:80@evil.example/abs/2005.14165",
    "https://user:pass@arxiv.org/abs/2005.14165",
    "https://user@arxiv.org/abs/2005.14165",
    "https://arxiv.org:8080/abs/2005.14165",
    "https://arxiv.org:99999/abs/2005.14165",
    "https://arxiv.org%2Fabs/2005.14165",
    "https://arxiv.org。evil.example/abs/2005.14165",
    "https://аrxiv.org/abs/2005.14165",
    "https://ａrxiv.org/abs/2005.14165",
    "https://xn--rxiv-43d.org/abs/2005.14165",
    "https://arxiv.org\\@evil.example/abs/2005.14165",
    "https://evil.example\\arxiv.org/abs/2005.14165",
    "https://evil.example/#https://arxiv.org/abs/2005.14165",
    "https://evil.example/?u=https://arxiv.org/abs/2005.14165",
    "https://evil.example/https://arxiv.org/abs/2005.14165",
    "evil.example/arxiv.org/abs/2005.14165",
    "https://evil.example/arXiv:2005.14165",
    "evil.example/10.48550/arXiv.2005.14165",
    "https:arxiv.org/abs/2005.14165",
    "https:///arxiv.org/abs/2005.14165",
    "//arxiv.org/abs/2005.14165",
    "ht\ntps://arxiv.org/abs/2005.14165",
    "ftp://arxiv.org/abs/2005.14165",
    "javascript://arxiv.org/abs/2005.14165",
    "mailto:someone@arxiv.org/abs/2005.14165",
    "https://[arxiv.org]/abs/2005.14165",
    "https://doi.org/10.48551/arXiv.2005.14165",
    "https://huggingface.co/2005.14165",
    "https://huggingface.co/datasets/papers/2005.14165",
    "https://dblp.org/rec/journals/corr/abs-2013-00001",
    "https://t.co/2005.14165",
    "https://arxiv.org/abs/2005.14165" + "?" + "x" * MAX_URL_CHARS,
]


@pytest.mark.parametrize("url", REFUSED)
def test_what_only_looks_like_a_link_to_a_paper_is_refused(url: str) -> None:
    assert find_in_url(url) == ()
    assert find_in_text(f"see {url} now") == ()


@pytest.mark.parametrize(
    "url",
    [
        'https://arxiv.org/abs/2005.14165"><script>x</script>',
        "https://arxiv.org/abs/2005.14165' onclick=x '",
        'https://arxiv.org/abs/2005.14165?x="><script>x</script>&y=1',
        "https://arxiv.org/abs/2005.14165?x=\x00&y=1",
        "https://arxiv.org/abs/2005.14165\r\nX: y",
        "https://arxiv.org/abs/2005.14165\n",
        "https://arxiv.org/abs/2005.14165 https://arxiv.org/abs/2005.14166",
    ],
)
def test_one_address_holds_no_markup_and_no_second_line(url: str) -> None:
    assert find_in_url(url) == ()


@pytest.mark.parametrize(
    "text",
    [
        "notarxiv:2005.14165",
        "@arxiv:2005.14165",
        "arXiv:2005.1416",
        "arXiv:2005.141655",
        "arXiv:2005.14165v0",
        "arXiv:2005.14165x",
        "arXiv:2005.14165.1",
        "arXiv:2005.14165%00",
        "arXiv:1412.222３",
        "arXiv:1412.2223３",
        "arXiv:2013.00001",
        "arXiv:evil/9901001",
        "2005.14165",
        "[2005.14165] in lower case",
        "arXiv:9901.00001",
        "https://evil.example/hep-th/9901001",
        "hep-xx/9901001",
        "x10.48550/arXiv.2005.14165",
        "é10.48550/arXiv.2005.14165",
        "/10.48550/arXiv.2005.14165",
        "the arXiv, 2005.14165 of them",
        "arXiv costs: $2005.14165",
        "arXiv: $2005.14165",
        "arXiv has 2005.14165 papers",
        "viXra:2005.0141",
        "bioRxiv 2005.14165",
        "ChinaXiv:202005.14165",
        "10.1103/PhysRevD.2005.14165",
        "+49 2005.14165",
        "52.2005,13.1416",
        "ISBN 978-0-2005-1416-5",
        "version 2005.14165",
        "IACR ePrint 2020/1416",
        "Zbl 1204.56789",
        "CVE-2005-14165",
        "reprint 2005.14165",
    ],
)
def test_what_only_looks_like_a_mention_is_refused(text: str) -> None:
    assert find_in_text(text) == ()


@pytest.mark.parametrize(
    ("text", "papers"),
    [
        ("arXiv：2005.14165", ["2005.14165"]),
        ("arXiv：２００５．１４１６５", ["2005.14165"]),
        ("https://arxiv.org/abs/2005.\u00ad14165 or arxiv.\u200borg/abs/2005.14166", ["2005.14165", "2005.14166"]),
        ("https://arxiv.org/abs/2005.14165\u200bNext", ["2005.14165"]),
        ("#arXiv 2005.14165", ["2005.14165"]),
        ("arXiv preprint no. 2005.14165", ["2005.14165"]),
        ("arXiv-2005.14165 and arXiv, 2005.14166", ["2005.14165", "2005.14166"]),
        ("arXiv:2005.14165v2 [cs.CL], 2005.14166; hep-th/9901001", ["2005.14165", "2005.14166", "hep-th/9901001"]),
        ("arXiv:2005.14165 2005.14166", ["2005.14165"]),
        (r"\arxiv{2005.14165} {{arxiv|2005.14166}}", ["2005.14165", "2005.14166"]),
        ('"arxiv_id": "2005.14165"', ["2005.14165"]),
        ("volume = {abs/2005.14165}", ["2005.14165"]),
        ("arxiv[.]org/abs/2005.14165", ["2005.14165"]),
        (r"https:\/\/arxiv.org\/abs\/2005.14165", ["2005.14165"]),
        ("https://arxiv.org/abs/2005.14165\\", ["2005.14165"]),
        ("@https://arxiv.org/abs/2005.14165", ["2005.14165"]),
        ("see cond-mat.str-el/0509001", ["cond-mat/0509001"]),
        ("[1412.2223] Über alles", ["1412.2223"]),
        ("【2005.14165】Language Models", ["2005.14165"]),
        ("ar\u200bXiv:2005.14165 and https://arx\u200biv.org/abs/2005.14166", ["2005.14165", "2005.14166"]),
        ("[arXiv] 2005.14165", ["2005.14165"]),
        ("论文 arXiv编号：2005.14165", ["2005.14165"]),
        ("arXiv番号 2005.14165", ["2005.14165"]),
        ("ａｒＸｉｖ：２００５．１４１６５", ["2005.14165"]),
        ("arXiv:\u20662005.14165\u2069 and arXiv:\u202a2005.14166\u202c", ["2005.14165", "2005.14166"]),
        ("**arXiv:** 2005.14165", ["2005.14165"]),
        ("arXiv: `2005.14165`", ["2005.14165"]),
        ("arXiv, id 2005.14165", ["2005.14165"]),
        ("arXiv → 2005.14165", ["2005.14165"]),
        ("【arXiv】2005.14165", ["2005.14165"]),
        ("[2005.14165]: Language Models", ["2005.14165"]),
        ("[2005.14165]Language Models", ["2005.14165"]),
        ("arXiv:\n- 2005.14165\n- 2005.14166", ["2005.14165", "2005.14166"]),
        ("arXiv:2005.14165和2005.14166", ["2005.14165", "2005.14166"]),
        ("  eprint        = {2005.14165v1},", ["2005.14165"]),
        ("hxxps://arxiv[.]org/abs/2005.14165", ["2005.14165"]),
        ("https://ａｒｘｉｖ.org/abs/2005.14165", []),
        ("ArXiv, abs/2005.14165", ["2005.14165"]),
        ("arxiv abs 2005.14165", ["2005.14165"]),
        ("arXiv [cs.CL] 2005.14165", ["2005.14165"]),
        ("arXiv:cs.CL/2005.14165", ["2005.14165"]),
        (r"\arxiv[cs.CL]{2005.14165} and \eprint{2005.14166}", ["2005.14165", "2005.14166"]),
        ("arXiv № 2005.14165, arXiv n° 2005.14166", ["2005.14165", "2005.14166"]),
        ("arXiv 논문 2005.14165", ["2005.14165"]),
        ("arXiv статья 2005.14165", ["2005.14165"]),
        ("arXiv链接：2005.14165", ["2005.14165"]),
        ("on arXiv at 2005.14165", ["2005.14165"]),
        ("arXiv ➡️ 2005.14165", ["2005.14165"]),
        ("arXiv => 2005.14165", ["2005.14165"]),
        ("arXiv IDs: 2005.14165, 2005.14166", ["2005.14165", "2005.14166"]),
        ("arXiv:\n1. 2005.14165\n2. 2005.14166", ["2005.14165", "2005.14166"]),
        ("arXiv:2005.14165\n2005.14166", ["2005.14165", "2005.14166"]),
        ("arXiv:2005.14165 (v2) | 2005.14166", ["2005.14165", "2005.14166"]),
        ("2020arXiv200514165B and 2010arXiv1010.5023D", ["2005.14165", "1010.5023"]),
        ("2020arXiv200514165", []),
        ("arXiv&#58;&nbsp;2005.14165", ["2005.14165"]),
        ("https:&#x2F;&#x2F;arxiv.org&#x2F;abs&#x2F;2005.14165", ["2005.14165"]),
        ("arXiv:2005.\n14165", ["2005.14165"]),
        ("https://arxiv.org/abs/\r\n2005.14165 and https://arxiv.org/abs/2005.\n14166", ["2005.14165", "2005.14166"]),
        ("arXiv, 2005.\n14165 of them", []),
        ("arXiv:2005．14165", ["2005.14165"]),
        ("arXiv∶2005.14165", ["2005.14165"]),
        ("https//arxiv.org/abs/2005.14165", ["2005.14165"]),
        ("https://arxiv.org/abs/2005.14165-", ["2005.14165"]),
        ("https://webcache.googleusercontent.com/search?q=cache:https://arxiv.org/abs/2005.14165", ["2005.14165"]),
        ("view-source:https://arxiv.org/abs/2005.14165", ["2005.14165"]),
        ("chrome-extension://efaidnbmnnnibpcajpcglclefindmkaj/https://arxiv.org/pdf/2005.14165.pdf", ["2005.14165"]),
    ],
)
def test_forms_that_people_write_in_text(text: str, papers: list[str]) -> None:
    assert ids(find_in_text(text)) == papers


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.new-mirror.example/abs/2005.14165v2", "new-mirror.example"),
        ("https://new-mirror.example/?paper=hep-th%2F9901001", "new-mirror.example"),
        ("https://arxiv.org/abs/2005.14165", None),
        ("https://new-mirror.example/2013.00001/12005.14165", None),
        ("https://new-mirror.example/", None),
        ("2005.14165", None),
    ],
)
def test_a_host_whose_addresses_look_like_ids_and_name_no_paper_is_named(url: str, host: str | None) -> None:
    assert unread_host(url) == host


@pytest.mark.parametrize("texts", [5_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_no_random_or_hostile_text_names_a_paper_that_it_does_not_name(texts: int) -> None:
    random = Random(20261130)  # noqa: S311
    numbers = ["2005.14165", "1412.2223", "hep-th/9901001", "math.GT/0309136", "2013.00001", "9901.00001", "3.14159"]
    # No part says arXiv and none is a host of the tables, so nothing that they make names a new paper.
    parts = [
        *("https://", "http://evil.example", "evil.example", "/abs/", "/pdf/", "?url=", "&u=", "%2F", "#", "@", "\\"),
        *(
            "arxiv.orq",
            "notarxiv",
            "xarXiv",
            "eartharxiv.org/",
            "arxiv.org.evil.example",
            "doi.org/10.1000/",
            "volume ",
        ),
        *("t.co/", "v2", "[", "]", "{", "}", "(", ")", ": ", ", ", ".", "。", "\u200b", "\u00ad", "é", "論", "9", "-"),
        *("…", "RT @a: ", "10.48551/arXiv.", "\n", "e", "print", "=", "https%3A%2F%2F"),
    ]
    for _ in range(texts):
        text = "".join(random.choice(random.choice((numbers, parts, parts))) for _ in range(random.randrange(1, 14)))
        if "eprint" not in text:
            # An old id that stands alone and a title's bracket are names.
            assert all("/" in one or "[" in text for one in ids(find_in_text(text))), text
        assert find_in_url("https://evil.example/" + text) == (), text


@pytest.mark.parametrize("texts", [3_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_every_paper_that_a_text_about_arxiv_names_stands_in_it_digit_by_digit(texts: int) -> None:
    random = Random(20261201)  # noqa: S311
    numbers = ["2005.14165", "1412.2223", "hep-th/9901001", "2013.00001", "0049 30 1412.2223", "$2005.14", "52.20051",
               "v2005.1416", "2005.14.16", "978-0-2005-1416-5", "2020arXiv200514165B", "2005.", "14165"]  # fmt: skip
    parts = ["arXiv", "arXiv:", "arxiv.org/abs/", "https://", "ID ", "on ", "at ", " papers ", "[cs.CL] ", "abs/",
             "eprint=", "\n", "\r\n", " ", ", ", "→", "：", "(", ")", "v2", "…", "-", "10.48550/", "/", "?url=",
             "google.com/url?q=", "１", "&#58;", "&nbsp;", "\u00ad"]  # fmt: skip
    for _ in range(texts):
        text = "".join(random.choice(random.choice((numbers, parts, parts))) for _ in range(random.randrange(1, 12)))
        digits = re.sub(r"[^0-9]", "", text.replace("&#58;", "").replace("１", "1"))
        for paper_id in ids(find_in_text(text)):
            assert re.sub(r"[^0-9]", "", paper_id) in digits, text


def test_every_row_of_links_from_the_field_is_right(shared: Path) -> None:
    rows = [json.loads(line) for line in (shared / "field/links.jsonl").read_text().splitlines()]
    wrong = []
    for row in rows:
        find = find_in_url if row["where"] == "link" else find_in_text
        if sorted(ids(find(row["value"]))) != sorted(row["papers"]):
            wrong.append(row["value"])
    assert wrong == []
    assert len(rows) > 100


def test_several_papers_come_in_order_of_first_appearance_each_once() -> None:
    text = (
        "https://arxiv.org/abs/2005.14166,https://arxiv.org/abs/2005.14165v2; (arXiv:hep-th/9901001v3) then "
        "https://arxiv.org/pdf/2005.14165v4|arxiv.org/abs/2005.14165 10.48550/arxiv.1706.03762"
    )
    assert find_in_text(text) == (
        FoundId("2005.14166", None),
        FoundId("2005.14165", 4),
        FoundId("hep-th/9901001", 3),
        FoundId("1706.03762", None),
    )


def test_a_doi_is_the_same_in_any_case() -> None:
    assert ids(find_in_text("DOI:10.48550/ARXIV.HEP-TH/9901001")) == ["hep-th/9901001"]


def test_an_address_may_follow_a_bullet() -> None:
    assert ids(find_in_text("-arxiv.org/abs/2005.14165\n-https://arxiv.org/abs/2005.14166")) == [
        "2005.14165",
        "2005.14166",
    ]


def test_an_address_inside_another_is_not_looked_at_but_the_outer_one_is() -> None:
    assert ids(find_in_text("https://arxiv.org/abs/2005.14165?from=https://arxiv.org/abs/2005.14166")) == ["2005.14165"]


def test_addresses_glued_to_words_and_to_each_other_are_told_apart() -> None:
    text = "Sequenceshttps://arxiv.org/abs/2005.14165https://arxiv.org/abs/2005.14166Https://t.co/x"
    assert ids(find_in_text(text)) == ["2005.14165", "2005.14166"]


def test_an_address_ends_where_text_without_spaces_goes_on() -> None:
    assert ids(find_in_text("https://arxiv.org/abs/2005.14165という論文")) == ["2005.14165"]
    assert ids(find_in_text("見てarxiv.org/abs/2005.14165、arxiv.org/abs/2005.14166")) == ["2005.14165", "2005.14166"]
    assert ids(find_in_text("https://arxiv.org/abs/2005.14165),great")) == ["2005.14165"]


def test_merging_keeps_the_highest_version() -> None:
    found = [FoundId("a", None), FoundId("b", 3), FoundId("a", 2), FoundId("b", 1), FoundId("a", None)]
    assert merge_found(found) == (FoundId("a", 2), FoundId("b", 3))


@given(st.text(alphabet=st.sampled_from("arxivorgOpsht:/.@#?%\\ \n'\"<>()[]-_~…0123456789vabscé、"), max_size=60))
def test_any_text_is_read_and_gives_only_ids(text: str) -> None:
    for found in (*find_in_text(text), *find_in_url(text)):
        assert ids(find_in_url(f"https://arxiv.org/abs/{found.id}")) == [found.id]


HOSTILE = [
    "a" * 100_000 + " arxiv",
    "arxiv" * 20_000,
    "arxiv." * 17_000,
    "arxiv.org/abs/" * 7_000,
    "arxiv.org " * 10_000,
    "https://" * 12_500 + "arxiv",
    "https://arxiv.org/abs/" * 4_500,
    "https://arxiv.org/abs/2005.14165" + "/" * 100_000,
    "https://arxiv.org/abs/" + "%2F" * 33_000,
    "https://arxiv.org/abs/2005.14165" + ")" * 100_000,
    "https://arxiv.org/abs/2005.14165" + "/h" * 50_000,
    "arxiv:" + " " * 100_000,
    "arxiv:" + "a-" * 50_000 + "/9901001",
    "10.48550/arxiv." * 7_000,
    "a.b-" * 25_000 + "arxiv",
    "arxiv.org:" + "1" * 100_000,
    "(" * 100_000 + "arxiv.org/abs/2005.14165",
    "\u3042" * 100_000 + "arxiv",
    "https://scholar.google.com/scholar_lookup?" + "a=b&" * 25_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:30])
def test_hostile_text_takes_linear_time(text: str) -> None:
    start = time.process_time()
    find_in_text(text)
    find_in_url(text)
    assert time.process_time() - start < 0.5


def test_the_corpus_of_addresses_is_judged_without_error(shared: Path) -> None:
    judged = 0
    for line in (shared / "corpora/urls/project_urls.jsonl").read_text().splitlines():
        row = json.loads(line)
        if "value" not in row:
            continue
        judged += 1
        assert ids(find_in_url(row["value"])) == ([row["canonical"]] if row["canonical"] else []), row["id"]
    assert judged >= 80


def _documented_shapes(shared: Path) -> list[tuple[str, list[str]]]:
    text = (shared / "anchors/features.md").read_text().partition("## 4. URL shapes")[2].partition("\n## ")[0]
    rows = [line.split("|")[1:3] for line in text.splitlines() if line.startswith("| ")]
    return [(name.strip(), re.findall(r"`([^`{]+)`", examples)) for name, examples in rows]


def test_every_documented_shape_is_found_and_every_documented_spoof_refused(shared: Path) -> None:
    found, refused = 0, 0
    for name, examples in _documented_shapes(shared):
        for example in examples:
            named = ids(find_in_text(example))
            if name == "must refuse":
                refused += 1
                assert named == []
            elif not example.startswith("...") and not name.startswith(("t.co", "no id")):
                found += 1
                digits = re.sub(
                    r".*?([0-9]{4}\.?[0-9]{3,5})(?:v|\D|$).*", r"\1", example.rpartition("/papers/1812/")[2]
                )
                assert [one.rpartition("/")[2] for one in named] == [digits], example
    assert found > 35
    assert refused > 5


def test_real_posts_name_the_papers_that_they_were_filed_under(shared: Path) -> None:
    start = time.process_time()
    missed = []
    for line in (shared / "real/corpus/posts.jsonl").read_text().splitlines():
        post = json.loads(line)
        named = {one.id for link in post["links"] for one in find_in_url(link)}
        named.update(ids(find_in_text(post.get("text") or "")))
        if not named.issuperset(post["papers"]):
            missed.append(post["id"])
    assert len(missed) <= 2, missed  # these two name no paper anywhere in what was stored of them
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    ("address", "is_read"),
    [
        ("https://arxiv.org/#!/abs/2611.00001", True),
        ("https://arxiv.org#/abs/2611.00001", True),
        ("https://arxiv.org/?a=b#/abs/2611.00001", False),
        ("https://arxiv.org/help#/abs/2611.00001", False),
    ],
)
def test_a_path_behind_the_hash_counts_where_there_is_no_other(address: str, is_read: bool) -> None:
    assert bool(find_in_url(address)) is is_read


def test_an_address_of_the_longest_length_is_read_and_a_longer_one_is_not() -> None:
    address = "https://arxiv.org/abs/2611.00001?x="
    longest = address + "a" * (MAX_URL_CHARS - len(address))
    assert find_in_url(longest)
    assert find_in_text(f"see {longest} there")
    assert not find_in_url(f"{longest}a")
    assert not find_in_text(f"see {longest}a there")


def test_a_list_ends_at_what_is_no_paper() -> None:
    found = find_in_text("arXiv:2401.01234, 2402.01234, 2413.01234, 2403.01234")
    assert [each.id for each in found] == ["2401.01234", "2402.01234"]


def test_an_address_that_was_encoded_twice_is_read() -> None:
    (found,) = find_in_url("https://www.google.com/url?url=https%253A%252F%252Farxiv.org%252Fabs%252F2401.01234")
    assert found.id == "2401.01234"


@pytest.mark.parametrize("code", ["a1aHR0_w", "a1aHR0a"])
def test_a_damaged_code_states_no_address(code: str) -> None:
    assert list(find_in_url(f"https://www.bing.com/ck/a?u={code}&ntb=1")) == []


@pytest.mark.parametrize(("stated", "mended"), [
    ("https://arxiv.org", "https://arxiv.org"),
    ("cache:abc:https://arxiv.org", "https://arxiv.org"),
    ("a1aHR0cHM6Ly9hcnhpdi5vcmc", "https://arxiv.org"),
    ("A title https://arxiv.org/abs/2401.01234 via @ann", "https://arxiv.org/abs/2401.01234"),
    (" https:/arxiv.org ", "https://arxiv.org"),
])  # fmt: skip
def test_what_a_key_states_becomes_an_address(stated: str, mended: str) -> None:
    assert list(targets("bing.com", "/ck/a", urlencode({"u": stated}))) == [mended]
