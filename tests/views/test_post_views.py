from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from generator.model.records import Account, Counts, Kind, Paper, Post, RankedPaper
from generator.views.posts import NOTE_CHARS, NOTES_MAX, TalkView, choose_notes, talk_about, without_links_to
from tests.site_samples import NOW, a_paper, a_post, an_id, sample_site

PAPER = a_paper("2611.00001", "On made-up matters")
NETWORKS = {"x": "X", "bluesky": "Bluesky"}


def _ranked(posts: list[Post], paper: Paper = PAPER) -> RankedPaper:
    return sample_site([paper], posts).ranked[paper.id]


def _talk(posts: list[Post]) -> TalkView:
    return talk_about(_ranked(posts), NETWORKS)


def _shown(talk: TalkView) -> int:
    threads = sum(1 + len(thread.answers) + thread.reposts + thread.liked_by for thread in (*talk.comments, *talk.bare))
    return threads + sum(len(group.posts) for group in talk.silent)


def test_the_margin_has_the_comments_of_the_strongest_votes() -> None:
    quiet = a_post(
        0, PAPER.id, kind="reply", counts=Counts(likes=900), text="An answer that many people liked very much."
    )
    loud = a_post(1, PAPER.id, counts=Counts(likes=3))
    louder = a_post(2, PAPER.id, counts=Counts(likes=30))

    notes = choose_notes(_ranked([quiet, loud, louder]))

    assert [note.post for note in notes] == [louder, loud, quiet]


def test_the_margin_has_no_bots_no_bare_links_and_no_echoes() -> None:
    bot = a_post(6, PAPER.id)
    bare = a_post(1, PAPER.id, text=f"https://arxiv.org/abs/{PAPER.id}")
    said = a_post(
        2, PAPER.id, text="Everybody copies this sentence about cats.", account=Account(id="bluesky:one", name="One")
    )
    echo = a_post(
        3, PAPER.id, text="Everybody copies this sentence about cats.", account=Account(id="bluesky:two", name="Two")
    )
    assert bot.account.bot

    notes = choose_notes(_ranked([bot, bare, said, echo]))

    assert len(notes) == 1
    assert notes[0].text == "Everybody copies this sentence about cats."


def test_the_margin_never_outgrows_the_abstract() -> None:
    long = "word " * 400
    posts = [a_post(number, PAPER.id, text=f"Number {number} of them: {long}") for number in (0, 1, 2, 3)]
    short_abstract = _ranked(posts, a_paper(PAPER.id, PAPER.title, abstract="Short."))

    assert len(choose_notes(short_abstract)) == 1
    assert len(choose_notes(_ranked([a_post(n, PAPER.id) for n in (0, 1, 2, 3, 4)]))) == NOTES_MAX
    (note,) = choose_notes(short_abstract)
    assert note.text.endswith("…")
    assert len(note.text) <= NOTE_CHARS


def test_a_repost_and_a_like_fold_into_what_they_point_at() -> None:
    first = a_post(0, PAPER.id, hours=9)
    repost = a_post(1, PAPER.id, kind="repost", of=first.id, text=None)
    nameless = a_post(2, PAPER.id, kind="repost", of=repost.id, text=None, account=Account(id="bluesky:nobody"))
    like = a_post(3, PAPER.id, kind="like", of=first.id, text=None)

    (thread,) = _talk([first, repost, nameless, like]).comments

    assert thread.reposted_by == (repost,)
    assert (thread.reposts, thread.liked_by) == (2, 1)


def test_answers_stand_under_what_they_answer_in_the_order_of_time() -> None:
    first = a_post(0, PAPER.id, hours=9)
    second = a_post(1, PAPER.id, hours=8, kind="reply", of=first.id, text="I cannot follow the second lemma at all.")
    third = a_post(2, PAPER.id, hours=7, kind="reply", of=second.id, text="It needs the footnote on page four.")

    (thread,) = _talk([third, first, second]).comments

    assert thread.quote.text == without_links_to([PAPER.id], first.text)
    assert [reply.text for reply in thread.replies] == [second.text, third.text]


def test_two_posts_that_answer_each_other_are_both_shown() -> None:
    one = a_post(1, PAPER.id, kind="reply", of="bluesky:2", text="The other one said it first, I believe.")
    two = a_post(2, PAPER.id, kind="reply", of="bluesky:1", text="No, the other one said it, not me.")

    assert _shown(_talk([one, two])) == 2


def test_two_reposts_of_each_other_are_both_shown() -> None:
    words = "Reposts have no words, but who knows what a file holds."
    one = a_post(1, PAPER.id, kind="repost", of="bluesky:2", text=words)
    two = a_post(2, PAPER.id, kind="repost", of="bluesky:1", text=words)

    assert _shown(_talk([one, two])) == 2


def test_posts_of_which_only_the_id_is_kept_stand_together_by_network() -> None:
    talk = _talk([an_id(1, PAPER.id), an_id(2, PAPER.id), a_post(3, PAPER.id)])

    (group,) = talk.silent
    assert (group.network, len(group.posts)) == ("X", 2)
    assert group.posts[0].posted_at > group.posts[1].posted_at


def test_comments_come_before_bare_links_and_bots_last() -> None:
    bot = a_post(6, PAPER.id, counts=Counts(likes=99))
    person = a_post(1, PAPER.id, counts=Counts(likes=0))
    bare = a_post(2, PAPER.id, text=PAPER.title)

    talk = _talk([bot, bare, person])

    assert [thread.quote.post.account.bot for thread in talk.comments] == [False, True]
    assert [thread.quote.post for thread in talk.bare] == [bare]


def test_links_to_the_paper_itself_are_left_out_of_its_page() -> None:
    text = (
        "Lovely: https://arxiv.org/abs/2611.00001v2 and https://code.example/x arxiv.org/abs/2611....\nBye 2611.00001"
    )

    assert without_links_to(["2611.00001"], text) == "Lovely:  and https://code.example/x \nBye 2611.00001"
    assert without_links_to(["2611.00001"], None) == ""


def test_nothing_that_led_to_a_link_is_left_at_the_end() -> None:
    bare = "Ravens at dusk (see also https://arxiv.org/abs/2611.00001"

    assert without_links_to(["2611.00001"], bare) == "Ravens at dusk"
    assert without_links_to(["2611.00001"], f"{bare})") == "Ravens at dusk"
    assert without_links_to(["2611.00002"], bare) == bare
    assert without_links_to(["2611.00001"], "It ends like this: (via") == "It ends like this: (via"


KINDS: list[Kind] = ["post", "repost", "quote", "reply", "like"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(KINDS),
            st.one_of(st.none(), st.integers(0, 9)),
            st.sampled_from(["words", "bare", "none", "id"]),
        ),
        max_size=10,
    )
)
def test_every_mention_is_shown_exactly_once(drawn: list[tuple[Kind, int | None, str]]) -> None:
    texts = {"words": "These are three words of my own.", "bare": PAPER.title, "none": None, "id": None}
    posts = [
        a_post(
            number,
            PAPER.id,
            kind=kind,
            of=None if of is None else f"bluesky:{of}",
            text=texts[text],
            **({"account": Account(id=f"bluesky:a{number}")} if text == "id" else {}),
        )
        for number, (kind, of, text) in enumerate(drawn)
    ]

    ranked = _ranked(posts)

    assert _shown(talk_about(ranked, NETWORKS)) == ranked.captured


def test_what_time_takes_off_a_vote_does_not_turn_the_page_over() -> None:
    posts = [a_post(number, PAPER.id, hours=number * 30) for number in range(6)]
    before = sample_site([PAPER], posts).ranked[PAPER.id]
    later = sample_site([PAPER], [*posts, a_post(9, "2611.00002", hours=-90)], now=NOW).ranked[PAPER.id]

    assert talk_about(before, NETWORKS) == talk_about(later, NETWORKS)
    assert choose_notes(before) == choose_notes(later)


def test_one_account_is_one_fold_and_nothing_is_lost() -> None:
    account = Account(id="bluesky:ada", handle="ada.example", name="Ada", bot=False)
    said = [a_post(number, PAPER.id, account=account, text=f"Remark {number} about ravens.") for number in range(5)]
    other = a_post(9, PAPER.id, text="Another remark, by somebody else.")

    comments = talk_about(_ranked([*said, other]), NETWORKS).comments

    assert sorted(len(thread.more) for thread in comments) == [0, 4]
