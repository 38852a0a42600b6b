from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.model.records import Post
from generator.render.pages.search import index_files, search_papers, search_view
from generator.views.search_index import (
    FILE_CHARS,
    PAIRS,
    PEOPLE_MAX,
    ROWS_PER_FILE,
    ChoiceFile,
    Contents,
    File,
    PairFile,
    PaperFile,
    SearchPaper,
    SearchPerson,
    VocabularyFile,
    WordFile,
    encode,
    make_index,
    word_hash,
)
from tests.site_samples import a_paper, a_post, many_shapes, sample_site


def a_found(number: int = 0, **fields: Any) -> SearchPaper:
    """Paper `number`, made up."""
    given_fields: dict[str, Any] = {
        "paper_id": f"2611.{number:05}",
        "title": "On hidden roots",
        "title_latex": "On hidden roots",
        "authors": ("Ada Lindqvist",),
        "abstract": "We count ravens.",
        "categories": ("cs.LG",),
        "trackers": ("lab",),
        "remarks": (),
        "comments": (),
        "speakers": (),
        "submitted_on": date(2026, 11, 20),
        "date": "20 Nov 2026",
        "captured": 3,
        "people": 2,
        "x_only": False,
    }
    return SearchPaper(**(given_fields | fields))


DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"


def decode(text: str) -> list[int]:
    """The numbers that `encode` was given, read as search.js reads them."""
    numbers, number, shift = [], 0, 0
    for char in text:
        digit = DIGITS.index(char)
        number |= (digit & 31) << shift
        shift += 5
        if digit < 32:
            numbers.append(number)
            number = shift = 0
    return numbers


def people_lines(files: dict[str, File]) -> dict[str, str]:
    """`word@` -> the people with this word in their names."""
    word_files = [file for file in files.values() if isinstance(file, WordFile)]
    return {key: lines for file in word_files for key, lines in file.words.items() if key.endswith("@")}


def contents(files: dict[str, File]) -> Contents:
    found = files["index.json"]
    assert isinstance(found, Contents)
    return found


def postings(files: dict[str, File]) -> dict[str, dict[int, int]]:
    """Word -> paper -> level, read off the files as the page reads them."""
    found: dict[str, dict[int, int]] = {}
    for file in files.values():
        if isinstance(file, WordFile):
            for word, text in file.words.items():
                paper = -1
                found[word] = {}
                for number in decode(text):
                    paper += number // 8 + 1
                    found[word][paper] = number % 8
    return found


def with_pair(files: dict[str, File], first: str, second: str, *, joined: bool = False) -> list[int]:
    """The papers in which two words stand side by side, read off the files."""
    wanted = (word_hash(first) * 8191 + word_hash(second)) % PAIRS
    if joined:
        wanted = (word_hash(first) * 131 + word_hash(second) * 8191 + 1) % PAIRS
    for file in files.values():
        if isinstance(file, PairFile) and wanted in file.pairs:
            papers, paper = [], -1
            for gap in decode(file.pairs[wanted]):
                paper += gap + 1
                papers.append(paper)
            return papers
    return []


@given(st.lists(st.integers(0, 2**31)))
def test_numbers_survive_their_writing(numbers: list[int]) -> None:
    text = encode(numbers)

    assert decode(text) == numbers
    assert msgspec.json.encode(text) == f'"{text}"'.encode(), "nothing in it needs to be escaped"


def test_small_numbers_take_one_character() -> None:
    assert len(encode(range(32))) == 32
    assert len(encode([32, 1023])) == 4


def test_a_paper_is_found_by_every_part_of_it_and_by_a_title_first() -> None:
    papers = [
        a_found(0, abstract="Nothing but ravens."),
        a_found(1, title="Ravens in winter", title_latex="Ravens in winter", abstract="Birds of ravens and ravens."),
        a_found(2, authors=("Bo Ravens",), abstract="No bird."),
        a_found(3, abstract="Birds.", remarks=("12 pages, accepted at Ravens 2026",)),
        a_found(4, abstract="Birds.", comments=("I have seen such ravens myself.",)),
        a_found(5, abstract="Birds."),
        a_found(6, categories=("math.AG",), abstract="Birds."),
    ]

    found = postings(make_index(papers))

    assert found["ravens"] == {0: 0, 1: 3, 2: 4, 3: 0, 4: 0}
    assert set(found["math.ag"]) == {6}
    assert set(found["2611.00004"]) == {4}


def test_those_who_posted_and_names_without_umlauts_are_found() -> None:
    found = postings(make_index([a_found(authors=(r"Zoe Sch\"olm",), speakers=("Bo Öst", "bo.example"))]))

    assert found["scholm"] == found["schoelm"] == {0: 4}
    assert {"by:bo", "by:ost", "by:example"} <= set(found)


def test_words_side_by_side_are_told_apart_from_words_and_compounds_from_phrases() -> None:
    files = make_index([
        a_found(0, abstract="We learn Q-learning."),
        a_found(1, abstract="We say Q learning, in the wild."),
        a_found(2, abstract="Learning, then q. A wild one in the."),
        a_found(3, authors=("Ada In", "Wild Raven")),
    ])  # fmt: skip

    assert with_pair(files, "q", "learning") == [0, 1]
    assert with_pair(files, "q", "learning", joined=True) == [0]
    assert with_pair(files, "the", "wild") == [1]
    assert with_pair(files, "ada", "in") == [3]
    assert with_pair(files, "in", "wild") == []


def test_words_that_an_error_may_stand_for_are_written_once() -> None:
    files = make_index([a_found(abstract="diffusion diffuse diff raven7")])
    file = files["vocabulary.json"]
    assert isinstance(file, VocabularyFile)
    told, before = [], ""
    for each in file.words.split():
        before = before[: decode(each[0])[0]] + each[1:]
        told.append(before)

    assert {"diff", "diffuse", "diffusion", "lindqvist"} <= set(told)
    assert told == sorted(told)
    assert "raven7" not in told


def test_common_words_are_left_out() -> None:
    found = postings(
        make_index([a_found(title="The k-means of it", title_latex="The k-means of it", abstract="x is q")])
    )

    assert not {"the", "is", "of"} & set(found)
    assert set(found["k"]) == {0}


def test_titles_are_found_as_they_are_read_and_as_they_are_written() -> None:
    found = postings(make_index([a_found(title="Schrödinger in ℝ³", title_latex=r"Schr\"odinger in $\mathbb{R}^3$")]))

    assert set(found["schrodinger"]) == {0}
    assert "mathbb" not in found


def test_words_stand_in_order_and_every_file_says_where_it_begins() -> None:
    papers = [a_found(number, abstract=" ".join(f"word{number}x{each}" for each in range(100))) for number in range(80)]

    files = make_index(papers)
    cuts = contents(files).cuts
    texts = [file for name, file in files.items() if name.startswith("words/") and isinstance(file, WordFile)]

    assert len(texts) == len(cuts) > 2
    every = [word for file in texts for word in file.words]
    assert every == sorted(every)
    assert [next(iter(file.words)) for file in texts] == list(cuts)
    assert all(len(msgspec.json.encode(file)) <= FILE_CHARS + 100 for file in texts)


def test_a_word_of_every_paper_still_has_its_file() -> None:
    papers = [a_found(number) for number in range(FILE_CHARS + 10)]

    assert len(postings(make_index(papers))["ravens"]) == len(papers)


def test_papers_are_numbered_by_category_then_by_people() -> None:
    papers, posts = many_shapes()
    site = sample_site(papers, posts)

    ordered = search_papers(site)

    assert {paper.paper_id for paper in ordered} == set(site.papers)
    told = [(paper.categories[:1], -paper.people) for paper in ordered]
    assert told == sorted(told)
    assert decode(contents(make_index(ordered)).people) == [paper.people for paper in ordered]


def test_the_papers_of_a_category_and_a_tracker_are_those_of_their_lists() -> None:
    papers, posts = many_shapes()
    site = sample_site(papers, posts)
    files = make_index(ids := search_papers(site))

    def chosen(name: str) -> set[str]:
        file = files[f"in/{name}.json"]
        assert isinstance(file, ChoiceFile)
        paper, found = -1, set()
        for gap in decode(file.papers):
            paper += gap + 1
            found.add(ids[paper].paper_id)
        return found

    listed = {listing.path: {each.paper.id for each in listing.papers} for listing in site.listings}
    view = search_view(site)
    assert {each.value for each in view.categories} == {name[5:-5] for name in files if name.startswith("in/c/")}
    for category in view.categories:
        assert chosen(f"c/{category.value}") == listed[f"c/{category.value}/"]
    for tracker in view.trackers:
        assert chosen(f"t/{tracker.value}") == listed[f"t/{tracker.value}/new/"]


def test_a_paper_that_states_a_category_twice_is_in_it_once() -> None:
    twice = a_found(1, categories=("hep-th", "hep-th"))
    files = make_index([a_found(0), twice, a_found(2, categories=("hep-th",))])

    file = files["in/c/hep-th.json"]
    assert isinstance(file, ChoiceFile)
    assert decode(file.papers) == [1, 0]  # the second paper, and the one right after it


def test_what_is_shown_comes_in_files_of_a_few_papers() -> None:
    papers = [a_found(each, authors=tuple(f"Author {name}" for name in range(9))) for each in range(ROWS_PER_FILE + 1)]

    files = make_index(papers)
    shown = [file.papers for file in files.values() if isinstance(file, PaperFile)]

    assert [len(rows) for rows in shown] == [ROWS_PER_FILE, 1]
    assert [row.paper_id for rows in shown for row in rows] == [paper.paper_id for paper in papers]
    assert shown[0][0].authors == "Author 0, Author 1 and 7 more"


def test_files_of_one_numbering_carry_one_version() -> None:
    papers = [a_found(number) for number in range(30)]
    version = contents(make_index(papers)).version

    assert {getattr(file, "version") for file in make_index(papers).values()} == {version}  # noqa: B009
    talked_about = [msgspec.structs.replace(papers[0], captured=9, comments=("Nice.",)), *papers[1:]]
    assert contents(make_index(talked_about)).version == version, "the numbers still fit"
    assert contents(make_index(papers[1:])).version != version


def test_the_same_papers_are_the_same_bytes() -> None:
    papers, posts = many_shapes()
    one, other = (
        dict(index_files(site)) for site in (sample_site(papers, posts), sample_site(papers[::-1], posts[::-1]))
    )

    assert one == other
    assert "index.json" in one


def test_a_site_without_papers_has_an_index_without_words() -> None:
    files = make_index([])

    assert list(files) == ["index.json"]
    assert contents(files).papers == 0


def test_words_that_may_only_be_read_on_the_pages_are_not_in_the_index() -> None:
    paper = a_paper("2611.00001", "On hidden roots")
    open_post = a_post(1, paper.id, text="Exquisite ravens, all of them, worth a walk in the rain")
    shut_post = a_post(2, paper.id, network="x", text="Unspeakable owls, none of them worth a walk in the rain")
    site = sample_site([paper], [open_post, shut_post])

    def found_in(withheld: frozenset[str]) -> set[str]:
        return set(postings(make_index(search_papers(replace(site, withheld=withheld)))))

    assert {"exquisite", "unspeakable"} <= found_in(frozenset())
    assert found_in(frozenset({shut_post.id})) & {"exquisite", "unspeakable"} == {"exquisite"}


@pytest.mark.parametrize("text", ["", None])
def test_posts_without_words_of_their_own_add_nothing(text: str | None) -> None:
    paper = a_paper("2611.00001", "On hidden roots")
    post: Post = a_post(1, paper.id, text=text)

    assert search_papers(sample_site([paper], [post]))[0].comments == ()


def test_hostile_texts_are_bounded() -> None:
    hostile = a_found(
        authors=tuple(f"Author{number}" for number in range(3000)),
        abstract="\\'" * 50_000 + "{" * 50_000,
        comments=("{\\" * 50_000,),
    )

    found = postings(make_index([hostile]))

    assert len(found) < 600


def test_people_are_found_by_every_word_of_their_names() -> None:
    people = [
        SearchPerson(slug="ada.example", name="Ada  Made-Up", papers=7),
        SearchPerson(slug="bo.example", name="Bo Ada", papers=1),
    ]

    files = make_index([a_found(0, authors=("Cy Sample",))], people)
    found = people_lines(files)

    assert found["ada@"] == "ada.example\t7\tAda Made-Up\nbo.example\t1\tBo Ada"
    assert found["made@"] == "ada.example\t7\tAda Made-Up"
    without_people = make_index([a_found(0, authors=("Cy Sample",))])
    assert people_lines(without_people) == {}
    words_of_papers = {key for key in files["words/0.json"].words if not key.endswith("@")}  # type: ignore[union-attr]
    assert words_of_papers == set(postings(without_people)), "a name is no word of a paper"


def test_a_name_that_thousands_share_takes_little_room() -> None:
    people = [SearchPerson(slug=f"ada-{each}", name="Ada", papers=1) for each in range(3_000)]

    assert people_lines(make_index([a_found(0)], people))["ada@"].count("\n") == PEOPLE_MAX - 1
