"""The pieces that many pages place: papers of lists and what people say about them, each rendered once a build.

Links in a piece begin with `ROOT`, because pages of every depth share it; `Templates.render` puts the way to the
site's root in its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from markupsafe import Markup, escape

from generator.model.records import Paper, Post, RankedPaper
from generator.model.site import Site
from generator.model.stated import NOTHING_STATED
from generator.render.formula_styles import use_classes
from generator.text import latex
from generator.text.plain import clean, linkify
from generator.views.papers import (
    PaperText,
    body_text,
    captured_text,
    discussions_of,
    paper_text,
)
from generator.views.phrases import (
    clock,
    counted,
    own_categories,
    path_part,
    ready,
    site_link,
    some_names,
)
from generator.views.posts import (
    PostText,
    Quote,
    byline,
    byline_of_several,
    post_text,
    quote_of,
    without_links_to,
)

_Piece = TypeVar("_Piece")
_Key = TypeVar("_Key")

KEPT = 4_000
"""Papers of lists that are kept rendered, some 4 kB each; lists that follow each other share most of theirs."""
POSTS_KEPT = 20_000
POST_CHARS = 600
"""Characters of a post in a list of posts; the paper's page has more."""
PAPERS_OF_POST = 5
"""Papers named under one post: some list a whole day's."""
AUTHORS_OF_ROW = 4
AUTHORS_OF_ARTICLE = 6
AUTHORS_UNFOLDED = 60
"""Further authors that an article unfolds; where more are left, it leads to the page of the paper."""
FOLDS_FROM = 420
"""Characters of an abstract that a list shows in full."""
CATEGORIES_OF_ARTICLE = 2

_WITH_COMMAND = r"\$[^$\n]{0,80}(?:\\[A-Za-z]|[\^_])[^$\n]{0,80}\$"
_WITHOUT_WORDS = r"(?<![\w$])\$(?!\s)(?:(?![A-Za-z]{3})[^$\n]){1,40}(?<!\s)\$(?![\w$])"
_FORMULA = re.compile(f"({_WITH_COMMAND}|{_WITHOUT_WORDS})")
"""What may be a formula of a post. Of an amount of money, a blank or a digit stands beside the second dollar sign."""
_UNIT = r"(?:[kMGTPmnpµμ]?(?:eV|Hz|pc|[KJWVTgms])|[cd]m|[mµμ]as|[kMG]?yr|AU|dex|mag|deg|dB|[kMGT]B)(?![\w-])"
_PUNCTUATION = r"[.,;:!?)\]’”]"
_MATH_AND_POINT = re.compile(
    r"[(\[“‘]?<math\b(?:(?!</math>).)*</math>"
    rf"(?:{_PUNCTUATION}+|-[A-Za-z]{{1,12}}\b|[ \u00a0]{_UNIT}{_PUNCTUATION}*)",
    re.DOTALL,
)
"""A formula with its punctuation, the word after its hyphen (`k-means`) or its unit (`5 keV`)."""


class Pieces:
    """Renders pieces and keeps them.

    Args:
        macro: renders a macro of `macros/article.html` with its arguments.
    """

    def __init__(self, macro: Callable[..., Markup], site: Site) -> None:
        self._macro = macro
        self._tex: dict[str, Markup] = {}
        self.show(site)

    def show(self, site: Site) -> None:
        """Render pieces of this site from now on."""
        self._site = site
        self._person_paths = {account: person.path for person in site.people for account in person.accounts}
        self._posts: dict[str, PostText] = {}
        self._signatures: dict[str, Markup] = {}
        self._notes: dict[tuple[str, str], Markup] = {}
        self._post_rows: dict[tuple[str, ...], Markup] = {}
        self._papers: dict[str, PaperText] = {}
        self._rows: dict[str, Markup] = {}
        self._headings: dict[str, Markup] = {}
        self._outs: dict[str, Markup] = {}
        self._bodies: dict[tuple[int, int, str], tuple[str, str]] = {}

    def tex(self, text: str) -> Markup:
        """LaTeX as HTML with MathML: titles and abstracts stand in many pages."""
        html = self._tex.get(text)
        if html is None:
            html = self._tex[text] = _tie(latex.to_html(clean(text)))
        return html

    def said(self, text: str) -> Markup:
        """A post with its links and formulas. Amounts of money and names of shares stay as they are."""
        if "$" not in text:
            return linkify(text)
        parts = _FORMULA.split(text)
        return Markup("").join(self.tex(part) if place % 2 else linkify(part) for place, part in enumerate(parts))

    def post(self, post: Post) -> PostText:
        """What pages say of a post beside its words."""
        text = self._posts.get(post.id)
        if text is None:
            text = _keep(self._posts, post.id, post_text(post, self._site.networks, self._person_paths), POSTS_KEPT)
        return text

    def by(self, post: Post) -> Markup:
        """Who posted it, linked to their own page, else to the post."""
        return self.post(post).by

    def signed(self, post: Post) -> Markup:
        """Who posted it, where and when."""
        html = self._signatures.get(post.id)
        if html is None:
            html = _keep(self._signatures, post.id, self._macro("signed", self.post(post)), POSTS_KEPT)
        return html

    def note(self, quote: Quote) -> Markup:
        """What somebody says about a paper, signed."""
        post, text = quote
        key = post.id, text
        html = self._notes.get(key)
        if html is None:
            html = self._macro("note", self.post(post), self.said(text), self.signed(post))
            _keep(self._notes, key, html, POSTS_KEPT)
        return html

    def paper(self, paper: Paper) -> PaperText:
        """What lists say of a paper wherever it stands."""
        text = self._papers.get(paper.id)
        if text is None:
            text = self._papers[paper.id] = paper_text(paper, self.tex(paper.title), self._site)
        return text

    def categories(self, paper: Paper) -> list[Markup]:
        """Links to the lists of its categories."""
        links = []
        for category in own_categories(paper.categories):
            links.append(site_link(f"c/{path_part(category)}/", escape(clean(category))))
        return links

    def article(self, ranked: RankedPaper, *, is_ranked: bool) -> Markup:
        """A paper of a list, with its rank or else its date. `ranked` must be one that the site holds."""
        key = id(ranked.mentions), id(ranked.votes), ranked.paper.id
        body = self._bodies.get(key)
        if body is None:
            body = _keep(self._bodies, key, self._body(ranked), KEPT)
        opening, rest = body
        heading = self._once(self._headings, ranked.paper, self._heading)
        out = self._once(self._outs, ranked.paper, self._out)
        return ready(
            "".join((opening, self.hang(ranked, is_ranked=is_ranked), heading, rest, out, "</div>\n</article>\n"))
        )

    def hang(self, ranked: RankedPaper, *, is_ranked: bool) -> str:
        """What hangs in the left margin: the rank, or the day of submission where it is known."""
        if is_ranked:
            return f'<p class="hang rank"><span class="unseen">Number </span>{ranked.rank}</p>\n'
        day = self.paper(ranked.paper).short_day
        if day:
            return f'<p class="hang when" aria-hidden="true">{day}</p>\n'
        return ""

    def _body(self, ranked: RankedPaper) -> tuple[str, str]:
        """(the opening tag of a paper's article, what it says of its posts)."""
        paper = ranked.paper
        text = body_text(ranked, self.paper(paper).first_seen)
        seen = f' data-seen="{text.seen_at}"' if text.seen_at else ""
        opening = f'<article class="paper" data-paper="{escape(paper.id)}" data-captured="{ranked.captured}"{seen}>\n'
        notes = [self.note(quote) for quote in text.notes]
        return opening, self._macro("about_posts", text, notes)

    def _heading(self, paper: Paper) -> Markup:
        return self._macro(
            "heading",
            self.paper(paper),
            authors=self._authors_of_article(paper),
            abstract=self.tex(paper.abstract),
            is_long=paper.id in self._site.papers and len(paper.abstract) > FOLDS_FROM,
            is_unknown=paper.id in self._site.unknown,
        )

    def _authors_of_article(self, paper: Paper) -> Markup:
        """The first names; the others unfold, or stand on the paper's page where they are hundreds."""
        authors = paper.authors
        if not authors:
            return Markup("")
        # One more name takes no more room than to say so.
        most = AUTHORS_OF_ARTICLE + 1 if len(authors) == AUTHORS_OF_ARTICLE + 1 else AUTHORS_OF_ARTICLE
        first = some_names(authors[:most], most)
        more = len(authors) - most
        if more <= 0:
            return ready(f"{first}\n")
        text = self.paper(paper)
        if more > AUTHORS_UNFOLDED and text.has_page:
            return ready(f'{first}\n <a href="{text.href}">and {more:,} more</a>\n')
        others = some_names(authors[most:], more)
        return ready(f'{first}\n <details class="inline"><summary>and {more:,} more</summary> {others}</details>\n')

    def _out(self, paper: Paper) -> Markup:
        stated = self._site.stated.get(paper.id, NOTHING_STATED)
        venue = escape(clean(f"{stated.venue} {stated.year}".strip()))
        if venue and stated.venue in self._site.venues:
            venue = site_link(f"venue/{stated.venue_slug}/", venue)
        ranked = self._site.ranked.get(paper.id)
        discussions = discussions_of(ranked) if ranked else ()
        return self._macro(
            "out",
            self.paper(paper),
            categories=self.categories(paper)[:CATEGORIES_OF_ARTICLE],
            code=stated.code[0] if stated.code else None,
            venue=venue,
            discussion=discussions[0].url if discussions else None,
        )

    def row(self, ranked: RankedPaper, *, is_ranked: bool) -> Markup:
        """A paper of a compact list."""
        paper = ranked.paper
        text = self.paper(paper)
        people = counted(len(ranked.votes), "person", "people") if ranked.votes else ""
        comma = ", " if people else ""
        return ready(
            f'<article class="paper row" data-paper="{text.paper_id}" data-captured="{ranked.captured}">\n'
            f"{self.hang(ranked, is_ranked=is_ranked)}{self._once(self._rows, paper, self._row)}"
            f'<p class="captured">{captured_text(ranked)}</p>\n'
            f'<p class="why">{people}<span class="wide">{comma}{text.submitted}</span></p>\n</article>\n'
        )

    def post_row(self, posts: tuple[Post, ...]) -> Markup:
        """A row of a list of posts: one post, or several that are without words and about the same papers."""
        key = tuple(post.id for post in posts)
        html = self._post_rows.get(key)
        if html is None:
            html = _keep(self._post_rows, key, self._post_row(posts), POSTS_KEPT)
        return html

    def _post_row(self, posts: tuple[Post, ...]) -> Markup:
        post = posts[0]
        text = self.post(post)
        words = quote_of(post, without_links_to(post.papers, post.text), POST_CHARS).text
        about = [self._site.ranked[paper_id].paper for paper_id in post.papers if paper_id in self._site.ranked]
        if _is_title_of(words, about):
            # The paper stands below by its title.
            words = ""
        return self._macro(
            "post_row",
            text,
            clock(post.posted_at),
            byline(post, text) if len(posts) == 1 else byline_of_several(posts, text),
            words=self.said(words),
            papers=[self.paper(paper) for paper in about[:PAPERS_OF_POST]],
            more=max(0, len(about) - PAPERS_OF_POST),
        )

    def _row(self, paper: Paper) -> Markup:
        return self._macro("row", self.paper(paper), some_names(paper.authors, AUTHORS_OF_ROW))

    def _once(self, pieces: dict[str, Markup], paper: Paper, make: Callable[[Paper], Markup]) -> Markup:
        html = pieces.get(paper.id)
        if html is None:
            html = _keep(pieces, paper.id, make(paper), KEPT)
        return html


def _is_title_of(words: str, papers: Sequence[Paper]) -> bool:
    """Whether a post says nothing but the title of one of the papers, as bots do."""
    bare_words = words.strip(" .").casefold()
    return any(latex.to_text(paper.title).strip(" .").casefold() == bare_words for paper in papers)


def _keep(pieces: dict[_Key, _Piece], key: _Key, piece: _Piece, most: int) -> _Piece:
    """Remember a piece; begin anew where that would be more than `most`."""
    if len(pieces) >= most:
        pieces.clear()
    pieces[key] = piece
    return piece


def _tie(html: Markup) -> Markup:
    """Keep what belongs to a formula on its line: browsers break the line between a formula and what follows it."""
    if "</math>" not in html:
        return html
    return ready(_MATH_AND_POINT.sub(r'<span class="tied">\g<0></span>', use_classes(str(html))))
