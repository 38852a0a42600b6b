"""What counts as words of a post's own. Posts, people and papers here are made up."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.finding.mentions import mentions_by_paper
from generator.finding.own_words import comment_of
from generator.model.records import Account, Paper, Post
from tests import make

NOW = datetime(2026, 11, 20, tzinfo=UTC)
TITLE = "Sparse Teapots: Towards Self-Supervised Brewing in Poincar\\'e Kitchens"
PAPER = Paper(
    id="2611.01234",
    title=TITLE,
    authors=("Ada M. Quillfeather", "Bo Tümpel", "Ann-Kathrin d'Ormeaux"),
    abstract="It is hard. We show that a sparse teapot needs 3.5 times fewer leaves than a dense pot. It whistles.",
    fetched_at=NOW,
)


def make_post(text: str | None, **changes: Any) -> Post:
    return Post(
        **{
            "id": "bluesky:a",
            "network": "bluesky",
            "kind": "post",
            "url": "https://bsky.app/a",
            "account": Account(id="bluesky:did:plc:made-up"),
            "posted_at": NOW,
            "seen_at": NOW,
            "text": text,
            **changes,
        }
    )


def comment(text: str | None, **changes: Any) -> str | None:
    return comment_of(make_post(text, **changes), PAPER)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "https://arxiv.org/abs/2611.01234",
        "arxiv.org/abs/2611.0…",
        "arXiv:2611.01234v2 [cs.CL]",
        TITLE,
        "Sparse Teapots: Towards Self-Supervised Brewing in Poincaré Kitchens https://t.co/x1 pic.twitter.com/y2",
        "SPARSE TEAPOTS - towards self supervised\nbrewing in Poincare kitchens",
        "Sparse Teapots: Towards Self-Supervised Brew… https://arxiv.org/abs/2611.01234",
        "Towards Self-Supervised Brewing in Poincaré Kitchens",
        "New paper: “Sparse Teapots: Towards Self-Supervised Brewing in Poincaré Kitchens” 🫖🫖 #tea @tea.example",
        "Sparse Teapots: Towards Self-Supervised Brewing in Poincaré Kitchenshttps://t.co/x1\npdf: https://t.co/x2",
        "github: https://t.co/x4\nproject page: https://t.co/x5\nabs: https://t.co/x3",
        "Our new paper is out on arXiv today! https://arxiv.org/abs/2611.01234",
        "Sparse Teapots. (arXiv:2611.01234v1 [cs.CL]) http://arxiv.org/abs/2611.01234",
        "Quillfeather, Tuempel, Tümpel and d'Ormeaux et al. https://arxiv.org/abs/2611.01234",
        "Ada M. Quillfeather, Bo Tümpel, Ann-Kathrin d'Ormeaux",
        "RT @somebody: a wonderful paper about teapots, read it now",
        "via @somebody@example.social",
        "1/7 🧵👇 https://arxiv.org/abs/2611.01234",
        "We show that a sparse teapot needs 3.5 times fewer leaves than a dense pot. https://t.co/x",
        "nice teapots",
        "新しい論文",
    ],
)
def test_what_only_states_the_paper_is_no_comment(text: str | None) -> None:
    assert comment(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nobody brews like this https://t.co/x", "Nobody brews like this"),
        ("This is so cool!", "This is so cool!"),
        (f"{TITLE}\n\nThe ablation in table 3 is a gem.\n\nhttps://t.co/x", "The ablation in table 3 is a gem."),
        ("Finally a proof that leaves matter: arxiv.org/abs/2611.0…", "Finally a proof that leaves matter"),
        ("Wrong in my view, see below. RT @somebody: teapots are solved", "Wrong in my view, see below."),
        ("お茶の淹れ方が変わりそうだ https://t.co/x", "お茶の淹れ方が変わりそうだ"),
        ("@tea.example  their #brewing  section convinced me", "@tea.example their #brewing section convinced me"),
    ],
)
def test_words_of_ones_own_come_back_as_they_were_written(text: str, expected: str) -> None:
    assert comment(text) == expected


@pytest.mark.parametrize("kind", ["repost", "like"])
def test_a_repost_or_like_has_no_comment_of_its_own(kind: str) -> None:
    text = "The ablation in table 3 is a gem."
    assert comment(text, kind=kind, of="bluesky:b") is None
    assert comment(text, kind="quote", of="bluesky:b") == text


def test_a_short_title_hides_only_its_own_words() -> None:
    paper = msgspec.structs.replace(PAPER, title="Tea")
    assert comment_of(make_post("Tea tea tea https://t.co/x"), paper) is None
    assert comment_of(make_post("Tea without any leaves"), paper) == "Tea without any leaves"


def test_accents_match_however_they_are_written() -> None:
    paper = msgspec.structs.replace(PAPER, title="P\\'el\\'e \\v{a} \\'Et\\'e", authors=('Ed M\\"uslix',))
    assert comment_of(make_post("Müslix invents brewing"), paper) is None
    assert comment_of(make_post("Pélé à Été"), paper) is None
    assert comment_of(make_post("PE\u0301LE\u0301 A\u0300 E\u0301TE\u0301 oolong"), paper) is None


def test_a_paper_of_which_nothing_is_known_hides_nothing() -> None:
    paper = Paper(id="2611.01234", title="", fetched_at=NOW)
    assert comment_of(make_post("leaves matter most"), paper) == "leaves matter most"


@given(st.text(max_size=300))
def test_any_text_gives_a_comment_without_links_or_none(text: str) -> None:
    found = comment(text)
    assert found is None or (found.strip() and "https://" not in found)


@given(
    st.sampled_from([0, 3, 9, 20]), st.sampled_from(["{}", "{}!", "see {}", "{} https://arxiv.org/abs/2611.01234v3"])
)
def test_no_truncation_of_the_title_is_a_comment(lost: int, around: str) -> None:
    title = "Sparse Teapots: Towards Self-Supervised Brewing in Kitchens"
    paper = msgspec.structs.replace(PAPER, title=title)
    assert comment_of(make_post(around.format(title[: len(title) - lost] + "…")), paper) is None


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000,
        "a " * 50_000,
        "a." * 50_000,
        "@" * 100_000,
        "#a" * 50_000,
        "sparse teapots " * 7_000,
        "https://" * 12_000,
        "\n" * 100_000,
        "arxiv [" * 15_000,
        "\u0301" * 100_000,
        "ﷺ" * 20_000,
    ],
    ids=lambda text: ascii(text[:8]),
)
def test_hostile_text_takes_linear_time(text: str) -> None:
    start = time.process_time()
    comment(text)
    assert time.process_time() - start < 1.5


def test_a_hostile_paper_takes_bounded_time() -> None:
    paper = msgspec.structs.replace(PAPER, title="a " * 50_000, abstract="b " * 500_000, authors=("c d",) * 50_000)
    start = time.process_time()
    comment_of(make_post("the ablation is a gem " * 100), paper)
    assert time.process_time() - start < 1


@pytest.mark.slow
def test_real_posts_split_into_comments_and_bare_links(shared: Path) -> None:
    corpus = shared / "real/corpus"
    papers = {p.id: p for p in msgspec.json.Decoder(Paper).decode_lines((corpus / "papers.jsonl").read_bytes())}
    posts = msgspec.json.Decoder(Post).decode_lines((corpus / "posts.jsonl").read_bytes())
    comments = [
        (mention.post, comment_of(mention.post, papers[paper_id]))
        for paper_id, mentions in mentions_by_paper(posts).items()
        if paper_id in papers
        for mention in mentions
        if mention.post.text
    ]
    assert len(comments) > 3_000
    assert 0.5 < sum(found is not None for _, found in comments) / len(comments) < 0.75
    # The commonest robot's shape, `Title / pdf: / abs:` and nothing else, is never a comment.
    assert not [
        found
        for post, found in comments
        if found and set(found.casefold().replace(":", " ").split()) <= {"pdf", "abs", "github", "project", "page"}
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("I was one of the sceptics. (see also https://arxiv.org/abs/2611.00002)", "I was one of the sceptics."),
        ("A proof that I believe at once: https://arxiv.org/abs/2611.00002", "A proof that I believe at once"),
        ("The best thing I saw today (https://arxiv.org/abs/2611.00002)", "The best thing I saw today"),
        ("Careful with the second lemma (it is subtle)", "Careful with the second lemma (it is subtle)"),
    ],
)
def test_what_led_to_a_link_goes_with_it(text: str, shown: str) -> None:
    assert comment_of(make.post(text=text), make.paper()) == shown
