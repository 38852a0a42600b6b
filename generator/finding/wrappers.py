"""Addresses that state another address: one row for each place where the target stands, with an example.

To add a service, add its host to the row, or a row. What comes out is an address like any other: `arxiv_links` reads
it by the same rules as one that came bare.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote

from generator.finding.link_patterns import READERS

MOST_LAYERS = 2
"""An address inside an address inside an address is followed no further."""
_MOST_SEGMENTS = 8


class Wrapper(NamedTuple):
    """Where the target stands in the addresses of some hosts."""

    hosts: frozenset[str]
    """Without `www.`."""
    example: str
    """With {url} where the target stands as it is, {quoted} where it is percent-encoded, {bare} without its scheme,
    {proofpoint}, {base64} and {substack} in their codes."""
    keys: tuple[str, ...] = ()
    """Query keys."""
    path: bool = False
    """The target is a tail of the path."""
    query: bool = False
    """The target is the whole query."""


def _wrapper(hosts: str, example: str, keys: str = "", *, path: bool = False, query: bool = False) -> Wrapper:
    return Wrapper(frozenset(hosts.split()), example, tuple(keys.split()), path, query)


_READER_HOSTS = " ".join(sorted({host for reader in READERS for host in reader.hosts}))

_PROXY_LOGIN = _wrapper("", "https://login.ezproxy.example.edu/login?url={url}", "url qurl")
"""Of every host that `_IS_PROXY` matches."""

WRAPPERS: tuple[Wrapper, ...] = (
    _PROXY_LOGIN,
    _wrapper(
        "google.com scholar.google.com translate.google.com docs.google.com drive.google.com plus.google.com"
        " news.google.com books.google.com mail.google.com notifications.google.com url.google.com lens.google.com",
        "https://www.google.com/url?rct=j&sa=t&url={quoted}&ct=ga",
        "url q u imgrefurl imgurl adurl",
        path=True,
    ),
    _wrapper(
        "webcache.googleusercontent.com", "https://webcache.googleusercontent.com/search?q=cache:abc:{quoted}", "q"
    ),
    _wrapper(
        "facebook.com l.facebook.com lm.facebook.com m.facebook.com l.instagram.com l.messenger.com l.threads.net"
        " l.threads.com l.wl.co l.workplace.com",
        "https://l.facebook.com/l.php?u={quoted}&h=AT0",
        "u href",
    ),
    _wrapper(
        "linkedin.com lnkd.in",
        "https://www.linkedin.com/redir/redirect?url={quoted}&urlhash=abcd",
        "url session_redirect",
    ),
    _wrapper("reddit.com out.reddit.com old.reddit.com", "https://out.reddit.com/t3_abc?url={quoted}&token=x", "url"),
    _wrapper(
        "twitter.com x.com mobile.twitter.com platform.twitter.com",
        "https://twitter.com/intent/tweet?url={quoted}",
        "url text",
    ),
    _wrapper("news.ycombinator.com", "https://news.ycombinator.com/submitlink?u={quoted}&t=Title", "u"),
    _wrapper(
        "t.me telegram.me wa.me api.whatsapp.com web.whatsapp.com mastodonshare.com toot.kytta.dev share.mastodon.com"
        " line.me social-plugins.line.me",
        "https://t.me/share/url?url={quoted}",
        "url text",
    ),
    _wrapper("youtube.com m.youtube.com", "https://www.youtube.com/redirect?event=video&q={quoted}&v=x", "q"),
    _wrapper(
        "medium.com towardsdatascience.com", "https://medium.com/r/?url={quoted}", "url redirecturl actionurl redirect"
    ),
    _wrapper("substack.com", "https://substack.com/redirect/2/{substack}.x", "url", path=True),
    _wrapper(
        "click.convertkit-mail.com click.convertkit-mail2.com click.convertkit-mail4.com",
        "https://click.convertkit-mail.com/abc123/xyz456/{base64}",
        path=True,
    ),
    _wrapper("slack-redir.net", "https://slack-redir.net/link?url={quoted}", "url"),
    _wrapper(
        "safelinks.protection.outlook.com safelinks.protection.outlook.us safelinks.protection.office365.us"
        " statics.teams.cdn.office.net",
        "https://nam12.safelinks.protection.outlook.com/?url={quoted}&data=05",
        "url",
    ),
    _wrapper(
        "urldefense.proofpoint.com urldefense.com urldefense.us",
        "https://urldefense.proofpoint.com/v2/url?u={proofpoint}&d=DwM",
        "u",
    ),
    _wrapper("urldefense.com urldefense.us", "https://urldefense.com/v3/__{url}__;!!N11eV2iwtfs!x$", path=True),
    _wrapper("linkprotect.cudasvc.com", "https://linkprotect.cudasvc.com/url?a={quoted}&c=E", "a"),
    _wrapper("url.emailprotection.link", "https://url.emailprotection.link/?b={quoted}", "b url"),
    _wrapper("secure-web.cisco.com", "https://secure-web.cisco.com/1a2b3c/{quoted}", path=True),
    _wrapper("clicktime.symantec.com", "https://clicktime.symantec.com/3abc?u={quoted}", "u"),
    _wrapper("safe.menlosecurity.com", "https://safe.menlosecurity.com/{url}", path=True),
    _wrapper(
        "zhihu.com link.zhihu.com zhuanlan.zhihu.com link.juejin.cn link.csdn.net blog.csdn.net sspai.com gitee.com"
        " link.ld246.com link.infoq.cn",
        "https://link.zhihu.com/?target={quoted}",
        "target",
    ),
    _wrapper(
        "jianshu.com link.jianshu.com links.jianshu.com douban.com oschina.net weibo.cn weibo.com t.cn"
        " c.pc.qq.com mail.qq.com"
        " weixin110.qq.com developers.weixin.qq.com link.logonews.cn link.uisdc.com game.bilibili.com pixiv.net"
        " chinaz.com tieba.baidu.com segmentfault.com link.segmentfault.com cloud.tencent.com xie.infoq.cn"
        " jump2.bdimg.com baidu.com fanyi.baidu.com passport.weibo.com mp.weixin.qq.com",
        "https://weibo.cn/sinaurl?u={quoted}",
        "url u t to toasturl pfurl href redirect target gourl enc query",
    ),
    _wrapper("t.umblr.com", "https://t.umblr.com/redirect?z={quoted}&t=x", "z"),
    _wrapper("exit.sc gate.sc", "https://exit.sc/?url={quoted}", "url"),
    _wrapper("c212.net", "https://c212.net/c/link/?t=0&l=en&u={quoted}&a=x", "u"),
    _wrapper("bsky.app", "https://bsky.app/intent/compose?text=Read%20{quoted}", "text"),
    _wrapper(
        "tracking.tldrnewsletter.com links.tldrnewsletter.com click.redditmail.com link.mail.beehiiv.com"
        " prod.outgoing.prod.webservices.mozgcp.net outgoing.prod.webservices.mozgcp.net",
        "https://tracking.tldrnewsletter.com/CL0/{quoted}/1/abc",
        path=True,
    ),
    _wrapper("vk.com away.vk.com m.vk.com ok.ru", "https://vk.com/away.php?to={quoted}", "to st.link"),
    _wrapper("steamcommunity.com", "https://steamcommunity.com/linkfilter/?u={quoted}", "url u"),
    _wrapper("duckduckgo.com", "https://duckduckgo.com/l/?uddg={quoted}&rut=x", "uddg q"),
    _wrapper(
        "r.search.yahoo.com",
        "https://r.search.yahoo.com/_ylt=x/RV=2/RE=1/RO=10/RU={quoted}/RK=2/RS=y-",
        path=True,
    ),
    _wrapper("bing.com", "https://www.bing.com/ck/a?p=abc&u=a1{base64}&ntb=1", "u"),
    _wrapper(
        "bing.com translatetheweb.com", "https://www.bing.com/translator?to=en&url={quoted}", "url a q", path=True
    ),
    _wrapper(
        "translate.yandex.com translate.yandex.ru papago.naver.net validator.w3.org getpocket.com instapaper.com"
        " pinboard.in raindrop.io feedly.com share.flipboard.com buffer.com via.hypothes.is"
        " hn.algolia.com fermatslibrary.com 12ft.io archive.org view.officeapps.live.com mozilla.github.io"
        " addtoany.com pinterest.com tumblr.com mix.com disq.us curator.io lesswrong.com"
        " chatgpt.com chatpdf.com perplexity.ai claude.ai scholarcy.com researchhub.com explainpaper.com"
        " skimresources.com go.redirectingat.com"
        " go.skimresources.com redirect.viglink.com discord.com patreon.com quora.com printfriendly.com notion.so"
        " app.raindrop.io app.getpocket.com mendeley.com zotero.org yandex.ru yandex.com freedium.cfd"
        " cors-anywhere.herokuapp.com api.allorigins.win nitro.download deref-mail.com deref-gmx.net deref-web.de"
        " mailchi.mp awstrack.me hypothes.is hyp.is",
        "https://getpocket.com/save?url={quoted}",
        "url u q src file uri link canonicalurl text target",
        path=True,
    ),
    _wrapper(
        "translated.turbopages.org", "https://translated.turbopages.org/proxy_u/en-ru.ru.abc/https/{bare}", path=True
    ),
    _wrapper(
        "href.li anonym.to anonym.es anon.to nullrefer.com dereferer.me dereferer.org hideref.xyz blank.org"
        " hidemyass.com corsproxy.io",
        "https://href.li/?{url}",
        query=True,
    ),
    _wrapper(
        "web.archive.org archive.ph archive.is archive.today archive.li archive.vn archive.fo archive.md arquivo.pt"
        " ghostarchive.org megalodon.jp timetravel.mementoweb.org webcitation.org perma.cc webarchive.org.uk"
        " wayback.archive-it.org web-static.archive.org",
        "https://web.archive.org/web/20230601000000*/{url}",
        "url q",
        path=True,
    ),
    _wrapper(
        "r.jina.ai s.jina.ai txtify.it smry.ai removepaywall.com outline.com defuddle.md pure.md into.md"
        " markdown.new cdn.ampproject.org",
        "https://r.jina.ai/{url}",
        "url",
        path=True,
    ),
    _wrapper("arxiv.org", "https://arxiv.org/ct?url={quoted}&v=abc", "url", path=True),
    _wrapper(_READER_HOSTS + " doi.org dx.doi.org", "https://www.alphaxiv.org/abs/{url}", "url q u", path=True),
)


def _by_host() -> dict[str, tuple[Wrapper, ...]]:
    rows: dict[str, list[Wrapper]] = {}
    for wrapper in WRAPPERS:
        for host in wrapper.hosts:
            rows.setdefault(host, []).append(wrapper)
    return {host: tuple(wrappers) for host, wrappers in rows.items()}


_BY_HOST = _by_host()
_SUBDOMAINS_OF = (
    "safelinks.protection.outlook.com",
    "safelinks.protection.outlook.us",
    "safelinks.protection.office365.us",
    "cdn.ampproject.org",
    "awstrack.me",
    "substack.com",
)
"""Every subdomain of these wraps."""

_ARXIV_MIRROR = re.compile(r"[a-z]{2}\.arxiv\.org")
_GOOGLE = re.compile(r"((?:[a-z]+\.)?google)\.(?:com?\.)?[a-z]{2}")
_PROXY_WORDS = "proxy|vpn|off-?campus|myaccess|remote-?(?:xs|access)|lib-?access|ezp"
_PROXY = re.compile(
    # A label that says proxy, VPN or access; Google's translator; OCLC's and OpenAthens' proxies
    r"(?P<origin>[a-z0-9.-]+?)\.(?:translate\.goog"
    rf"|[a-z0-9-]*(?:{_PROXY_WORDS})[a-z0-9-]*\..+"
    r"|(?:[a-z0-9-]+\.)*(?:idm\.oclc\.org|openathens\.net))"
)
_IS_PROXY = re.compile(
    rf"(?:^|\.)[a-z0-9-]*(?:{_PROXY_WORDS})[a-z0-9-]*\.|\.(?:idm\.oclc\.org|openathens\.net)$",
)
# Behind the address that Disqus states
_SIGNATURE = re.compile(r":[A-Za-z0-9_-]{6,}\Z")
_ADDRESS_IN_WORDS = re.compile(r"\s(https?:\S+)", re.IGNORECASE)
_SCHEME_ONCE = re.compile(r"(https?):/+", re.IGNORECASE)


@lru_cache(maxsize=4096)
def canonical_host(host: str) -> str:
    """The host as the tables have it: lower case, without `www.`, and arXiv's and Google's without their country."""
    host = host.lower().removesuffix(".").removeprefix("www.")
    if _ARXIV_MIRROR.fullmatch(host):
        return "arxiv.org"
    google = _GOOGLE.fullmatch(host)
    if google is not None:
        return f"{google[1]}.com"
    return host


def host_behind_proxy(host: str) -> str | None:
    """The host that a library's proxy or a translator shows: `arxiv-org.ezproxy.example.edu` -> `arxiv.org`."""
    match = _PROXY.fullmatch(host)
    if match is None:
        return None
    origin = match["origin"]
    if "." not in origin:
        # The proxies write a dot as a hyphen and a hyphen as two.
        origin = origin.replace("--", "\0").replace("-", ".").replace("\0", "-")
    return origin


def is_proxy(host: str) -> bool:
    """Whether the host is a library's proxy: many of them listen at a port of their own."""
    return _IS_PROXY.search(host.lower()) is not None


def targets(host: str, path: str, query: str) -> Iterator[str]:
    """The addresses that an address may state, in the order in which they are to be tried.

    Args:
        host: from `canonical_host`.
        path: as it was written, percent-encoded.
        query: as it was written, without the question mark.
    """
    for wrapper in _wrappers_of(host):
        if wrapper.keys:
            values = {key.lower(): value for key, value in parse_qsl(query)}
            for key in wrapper.keys:
                if key in values:
                    yield _as_address(values[key], host)
        if wrapper.query:
            yield _as_address(query, host)
        if wrapper.path:
            yield from _tails(path, query)


def _wrappers_of(host: str) -> tuple[Wrapper, ...]:
    wrappers = _BY_HOST.get(host, ())
    for parent in _SUBDOMAINS_OF:
        if host.endswith("." + parent):
            wrappers += _BY_HOST[parent]
    if is_proxy(host):
        wrappers += (_PROXY_LOGIN,)
    return wrappers


def _as_address(value: str, host: str) -> str:
    value = value.strip()
    if host.startswith("urldefense.") and "-3A_" in value:
        value = unquote(value.replace("-", "%").replace("_", "/"))
    if value.startswith("cache:"):
        value = value.rpartition(":http")[2]
        value = f"http{value}"
    if value.startswith("a1aHR0"):
        value = _from_base64(value.removeprefix("a1"))
    if host == "disq.us":
        value = _SIGNATURE.sub("", value)
    in_words = _ADDRESS_IN_WORDS.search(value)
    if in_words is not None:
        # The text of a post that somebody is to write.
        value = in_words[1]
    if value[:8].lower().startswith(("http%3a", "https%3a")):
        value = unquote(value)
    return _SCHEME_ONCE.sub(r"\1://", value, count=1)


def _from_base64(value: str) -> str:
    padding = "=" * (-len(value) % 4)
    try:
        return urlsafe_b64decode(value + padding).decode("ascii")
    except ValueError:
        return ""


def _from_signed_json(value: str) -> str:
    """Substack's links state their target as `e` in JSON in Base64, before a dot and a signature."""
    try:
        stated = json.loads(_from_base64(value.partition(".")[0]))
    except (ValueError, RecursionError):
        return ""
    if isinstance(stated, dict) and isinstance(stated.get("e"), str):
        return str(stated["e"])
    return ""


def _tails(path: str, query: str) -> Iterator[str]:
    """What follows each of the first slashes of a path: the finder says which of them is an address."""
    segments = path.split("/")[1:]
    for number, segment in enumerate(segments[:_MOST_SEGMENTS]):
        start = segment.removeprefix("__").removeprefix("RU=")
        if start.startswith("aHR0c"):
            yield _as_address(_from_base64(unquote(start).rstrip("=")), "")
        elif start.startswith("eyJ"):
            yield _as_address(_from_signed_json(start), "")
        elif "%2f" in start.lower():
            yield _as_address(unquote(start), "")
        elif "." in start or start.lower() in {"http:", "https:"}:
            tail = "/".join([start, *segments[number + 1 :]]).partition("__;")[0]
            if query:
                tail += f"?{query}"
            yield _as_address(tail, "")
