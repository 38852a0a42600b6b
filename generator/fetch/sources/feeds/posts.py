"""An article of a feed -> our post. Pure.

Nothing is republished but the title and the beginning of the text: the rest is read for the papers that it names. A
paper that is named beyond that beginning without being linked is given as a link to it.

A feed is an account: `feeds:<host/path>`, whoever wrote the article. The same article in two feeds is two posts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.feed_xml import Article
from generator.fetch.adapter.html_text import Plain, absolute, folded, read_html
from generator.fetch.adapter.posts import make_post
from generator.fetch.adapter.source import Record
from generator.fetch.adapter.words_beside import address_of
from generator.finding.arxiv_links import find_in_text, find_in_url
from generator.model.errors import RecordError
from generator.model.records import Account, Post

NETWORK = "feeds"
TITLE_MAX = 300
EXCERPT_MAX = 500
"""Characters of an article's text that are shown."""
_KEY_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """The feed that an article stands in, as its records' context."""

    url: str
    """Its address in the configuration, which also names the account."""
    base: str
    """Where its relative links start."""
    title: str
    site: str
    lang: str | None

    @property
    def place(self) -> str:
        """Its address without the scheme: the same over http and https."""
        parts = urlsplit(self.url)
        path = parts.path
        if path == "/" and not parts.query:
            path = ""
        if parts.query:
            path += f"?{parts.query}"
        return parts.netloc.rpartition("@")[2].lower() + path

    @property
    def account(self) -> Account:
        """The feed as an account; its id is in lower case, as `people` and `mute_accounts` name accounts."""
        place = self.place.lower()
        if len(place) > _KEY_MAX:
            place = f"{place[: _KEY_MAX - 17]}-{_digest(place)[:16]}"
        return Account(id=f"{NETWORK}:{place}", name=wire.clean_line(read_html(self.title).text))


def parse(record: Record, seen_at: datetime) -> list[Post]:
    """One article -> one post. Raises RecordError where it says nothing.

    An article without a date was posted when it was first seen; when it is seen again, the earlier time stands.
    """
    article, publisher = record.raw, record.context
    if not isinstance(article, Article) or not isinstance(publisher, Publisher):
        raise RecordError(record.where, "is no article of a feed")
    url = _address(article, publisher)
    title = read_html(article.title).text if article.title_is_html else folded(article.title)
    texts, hrefs = _read(article.texts, url)
    excerpt = _excerpt(texts[0] if texts else "")
    visible_parts = [wire.clean_line(title, TITLE_MAX), excerpt]
    text = "\n".join(filter(None, visible_parts))
    own_id = article.id or "\n".join((title, *texts))
    if not own_id.strip():
        raise RecordError(record.where, "has no id, address, title or text")
    post = make_post(
        record,
        seen_at,
        id=f"{NETWORK}:{_digest(publisher.place, own_id)[:32]}",
        kind="post",
        url=url,
        account=publisher.account,
        posted_at=article.at or seen_at,
        text=text or None,
        lang=wire.language(article.lang or publisher.lang),
        links=_links([*_stated(article, publisher), *hrefs], texts, text),
    )
    return [post]


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()


def _stated(article: Article, publisher: Publisher) -> list[str]:
    """Addresses that the article states beside its text, its own first."""
    urls: list[str] = []
    for address in (article.address, *article.links):
        url = absolute(address, publisher.base) if address else None
        if url is not None:
            urls.append(url)
    return urls


def _address(article: Article, publisher: Publisher) -> str:
    """Where the article is to be read; its feed where it does not say."""
    for url in _stated(article, publisher):
        return url
    site = absolute(publisher.site, publisher.base) if publisher.site else None
    return site or publisher.url


def _read(texts: Iterable[tuple[str, bool]], base: str) -> tuple[list[str], list[str]]:
    """(texts in plain, shortest first and none that is empty; addresses that they link to)."""
    plain_texts: list[str] = []
    hrefs: list[str] = []
    for text, is_html in texts:
        plain = read_html(text, base) if is_html else Plain(folded(text), ())
        hrefs += plain.links
        if plain.text:
            plain_texts.append(plain.text)
    return sorted(plain_texts, key=len), hrefs


def _excerpt(text: str) -> str:
    """The beginning of a text, up to the end of a word."""
    if len(text) <= EXCERPT_MAX:
        return text
    beginning = text[: EXCERPT_MAX - 1]
    if text[EXCERPT_MAX - 1].isspace():
        return f"{beginning.rstrip()} …"
    return f"{beginning.rsplit(maxsplit=1)[0]} …"


def _links(urls: list[str], texts: list[str], visible: str) -> tuple[str, ...]:
    """Where the article leads: links to papers first, because only so many are kept.

    A paper that a text names without a link, and that a reader does not see in the excerpt, gets a link.
    """
    ids_in_view = {paper.id for paper in find_in_text(visible)}
    paper_urls: list[str] = []
    for url in urls:
        papers = find_in_url(url)
        if papers:
            paper_urls.append(url)
            ids_in_view.update(paper.id for paper in papers)
    for text in texts:
        for paper in find_in_text(text):
            if paper.id not in ids_in_view:
                paper_urls.append(address_of(paper))
    return wire.links([*paper_urls, *urls])
