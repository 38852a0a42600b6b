"""An article of a feed -> our post. Pure.

Nothing is republished but the title and the beginning of the text: the rest is read for the papers that it names. A
paper that is named beyond that beginning without being linked is given as a link to it.

A feed is an account: `feeds:<host/path>`, whoever wrote the article. The same article in two feeds is two posts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.feed_xml import Article
from generator.fetch.adapter.html_text import absolute, folded, read_html
from generator.fetch.adapter.source import Record
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
    """As the configuration has it: it names the account."""
    base: str
    """Where its relative links start."""
    title: str
    site: str
    lang: str | None

    @property
    def place(self) -> str:
        """Its address without the scheme: the same over http and https."""
        parts = urlsplit(self.url)
        path = "" if parts.path == "/" and not parts.query else parts.path
        return parts.netloc.rpartition("@")[2].lower() + path + (f"?{parts.query}" if parts.query else "")

    @property
    def account(self) -> Account:
        """In lower case, as `people` and `mute_accounts` name accounts."""
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
    excerpt = _excerpt(texts)
    text = "\n".join(filter(None, (wire.clean_line(title, TITLE_MAX), excerpt)))
    own_id = article.id or "\n".join((title, *texts))
    if not own_id.strip():
        raise RecordError(record.where, "has no id, address, title or text")
    return [
        Post(
            id=f"{NETWORK}:{_digest(publisher.place, own_id)[:32]}",
            network=NETWORK,
            kind="post",
            url=url,
            account=publisher.account,
            posted_at=min(article.at or seen_at, seen_at).replace(microsecond=0),
            seen_at=seen_at.replace(microsecond=0),
            text=text or None,
            lang=wire.language(article.lang or publisher.lang),
            links=_links([article.address, *article.links], hrefs, texts, text, publisher.base),
            trackers=tuple(sorted(record.trackers)),
        )
    ]


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()


def _address(article: Article, publisher: Publisher) -> str:
    """Where the article is to be read; its feed where it does not say."""
    addresses = (absolute(address, publisher.base) for address in (article.address, *article.links) if address)
    site = absolute(publisher.site, publisher.base) if publisher.site else None
    return next(filter(None, addresses), None) or site or publisher.url


def _read(texts: Iterable[tuple[str, bool]], base: str) -> tuple[list[str], list[str]]:
    """(texts in plain, shortest first and none that is empty; addresses that they link to)."""
    plain: list[str] = []
    hrefs: list[str] = []
    for text, is_html in texts:
        if is_html:
            parsed = read_html(text, base)
            hrefs += parsed.links
            text = parsed.text  # noqa: PLW2901 (the same text, without its markup)
        else:
            text = folded(text)  # noqa: PLW2901
        plain += [text] if text else []
    return sorted(plain, key=len), hrefs


def _excerpt(texts: list[str]) -> str:
    """The beginning of the shortest text, up to the end of a word."""
    text = texts[0] if texts else ""
    if len(text) <= EXCERPT_MAX:
        return text
    cut = text[: EXCERPT_MAX - 1]
    whole_words = cut.rsplit(maxsplit=1)[0] if not text[EXCERPT_MAX - 1].isspace() else cut.rstrip()
    return f"{whole_words} …"


def _links(stated: list[str], hrefs: list[str], texts: list[str], visible: str, base: str) -> tuple[str, ...]:
    """Where the article leads: links to papers first, because only so many are kept."""
    urls = [url for address in stated if address and (url := absolute(address, base))]
    urls += hrefs
    linked = [url for url in urls if find_in_url(url)]
    paper_ids = {paper.id for url in linked for paper in find_in_url(url)} | {
        paper.id for paper in find_in_text(visible)
    }
    mentioned = [url for paper_id, url in _mentioned(texts) if paper_id not in paper_ids]
    return wire.links([*linked, *mentioned, *urls])


def _mentioned(texts: list[str]) -> Iterator[tuple[str, str]]:
    """(id, address) of the papers that are named in full texts."""
    for text in texts:
        for paper in find_in_text(text):
            version = f"v{paper.version}" if paper.version is not None else ""
            yield paper.id, f"https://arxiv.org/abs/{paper.id}{version}"
