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
    """Hosts that state a target: the value of one of `KEYS`, the whole query, or a tail of the path.

    So do their subdomains.
    """

    hosts: frozenset[str]
    """Without `www.`."""
    example: str
    """With {url} where the target stands as it is, {quoted} where it is percent-encoded, {bare} without its scheme,
    {proofpoint}, {base64}, {substack} and {token} in their codes."""


_KEYS = """
    url u q to target link uri href src file query text term status z a b c o e t p murl ued adurl imgrefurl imgurl
    lite_url pdfurl pfurl linkurl shareurl canonicalurl st.link st.shareurl toasturl gourl enc qurl uddg redirect
    redirecturl redirect_url redirect_uri redir dest destination session_redirect actionurl continue next return
    return_to returnurl
"""
KEYS = tuple(_KEYS.split())
"""Query keys whose value may be the target."""


def _wrapper(example: str, hosts: str) -> Wrapper:
    return Wrapper(frozenset(hosts.split()), example)


_READER_HOSTS = " ".join(sorted({host for reader in READERS for host in reader.hosts}))

WRAPPERS: tuple[Wrapper, ...] = (
    # The pages of proxies where a reader logs in: of every host that `_IS_PROXY` matches
    _wrapper("https://login.ezproxy.example.edu/login?url={url}", ""),
    # Search engines, their caches and their advertisements
    _wrapper(
        "https://www.google.com/url?rct=j&sa=t&url={quoted}&ct=ga",
        "google.com googleweblight.com doubleclick.net",
    ),
    _wrapper(
        "https://webcache.googleusercontent.com/search?q=cache:abc:{quoted}",
        "webcache.googleusercontent.com cc.bingj.com",
    ),
    _wrapper(
        "https://duckduckgo.com/l/?uddg={quoted}&rut=x",
        "duckduckgo.com ecosia.org search.brave.com kagi.com you.com phind.com startpage.com qwant.com yandex.ru "
        "yandex.com yandex.net naver.com baidu.com search.marginalia.nu chatgpt.com chat.openai.com perplexity.ai "
        "claude.ai chatpdf.com scholarcy.com explainpaper.com elicit.com consensus.app",
    ),
    _wrapper("https://r.search.yahoo.com/_ylt=x/RV=2/RE=1/RO=10/RU={quoted}/RK=2/RS=y-", "search.yahoo.com"),
    _wrapper("https://www.bing.com/ck/a?p=abc&u=a1{base64}&ntb=1", "bing.com"),
    # Networks: the way out, what somebody is to post, and the page that asks for a login
    _wrapper(
        "https://l.facebook.com/l.php?u={quoted}&h=AT0",
        "facebook.com instagram.com messenger.com threads.net threads.com l.wl.co workplace.com linkedin.com lnkd.in "
        "reddit.com news.ycombinator.com hn.algolia.com lobste.rs lesswrong.com quora.com discord.com patreon.com "
        "youtube.com medium.com towardsdatascience.com slack-redir.net slack.com teams.microsoft.com vk.com vk.ru "
        "ok.ru steamcommunity.com zhihu.com juejin.cn csdn.net sspai.com gitee.com link.ld246.com infoq.cn infoq.com "
        "link.aminer.cn jianshu.com douban.com oschina.net weibo.cn weibo.com t.cn c.pc.qq.com mail.qq.com "
        "weixin110.qq.com weixin.qq.com link.logonews.cn link.uisdc.com game.bilibili.com chinaz.com segmentfault.com "
        "cloud.tencent.com bdimg.com qiita.com",
    ),
    _wrapper(
        "https://twitter.com/intent/tweet?text=Read%20{quoted}",
        "twitter.com x.com t.me telegram.me wa.me whatsapp.com mastodonshare.com toot.kytta.dev share.mastodon.com "
        "mastodon.social line.me xing.com addtoany.com api.addthis.com pinterest.com tumblr.com hootsuite.com "
        "share.flipboard.com buffer.com bufferapp.com share.diasporafoundation.org qzone.qq.com connect.qq.com "
        "bsky.app",
    ),
    _wrapper("https://disq.us/url?url={quoted}%3Aa1b2c3d4&cuid=1", "disq.us"),
    # Mail: what protects its readers, and what counts them
    _wrapper(
        "https://nam12.safelinks.protection.outlook.com/?url={quoted}&data=05",
        "safelinks.protection.outlook.com safelinks.protection.outlook.us safelinks.protection.office365.us "
        "statics.teams.cdn.office.net linkprotect.cudasvc.com url.emailprotection.link clicktime.symantec.com "
        "clicktime.cloud.postoffice.net url-protection.com scanmail.trustwave.com linklock.titanhq.com "
        "urlsand.esvalabs.com mimecast.com mimecastprotect.com deref-mail.com deref-gmx.net deref-web.de c212.net "
        "mailchi.mp",
    ),
    _wrapper("https://eu-west-1.protection.sophos.com/?d=arxiv.org&u={base64}&i=x", "protection.sophos.com"),
    _wrapper(
        "https://urldefense.proofpoint.com/v2/url?u={proofpoint}&d=DwM",
        "urldefense.proofpoint.com urldefense.com urldefense.us",
    ),
    _wrapper("https://urldefense.com/v3/__{url}__;!!N11eV2iwtfs!x$", "urldefense.com urldefense.us"),
    _wrapper("https://url.avanan.click/v2/r01/___{url}___.YXAzOng", "url.avanan.click protect.checkpoint.com"),
    _wrapper("https://substack.com/redirect/2/{substack}.x", "substack.com"),
    _wrapper("https://flight.beehiiv.net/v2/clicks/{token}", "beehiiv.net beehiiv.com"),
    _wrapper(
        "https://click.convertkit-mail.com/abc123/xyz456/{base64}",
        "convertkit-mail.com convertkit-mail2.com convertkit-mail3.com convertkit-mail4.com",
    ),
    _wrapper(
        "https://tracking.tldrnewsletter.com/CL0/{quoted}/1/abc",
        "tracking.tldrnewsletter.com links.tldrnewsletter.com click.redditmail.com awstrack.me "
        "outgoing.prod.webservices.mozgcp.net outgoing.prod.mozaws.net secure-web.cisco.com",
    ),
    # Redirects, advertisements, translators and viewers
    _wrapper(
        "https://exit.sc/?url={quoted}",
        "exit.sc gate.sc bitly.com tinyurl.com is.gd v.gd iframely.com iframe.ly embed.ly t.umblr.com "
        "skimresources.com redirectingat.com viglink.com linksynergy.com awin1.com translatetheweb.com "
        "microsofttranslator.com papago.naver.net view.officeapps.live.com mozilla.github.io validator.w3.org",
    ),
    _wrapper(
        "https://href.li/?{url}",
        "href.li anonym.to anonym.es anon.to nullrefer.com dereferer.me dereferer.org hideref.xyz blank.org "
        "hidemyass.com corsproxy.io nitro.download pixiv.net blog.51cto.com",
    ),
    _wrapper("https://translated.turbopages.org/proxy_u/en-ru.ru.abc/https/{bare}", "translated.turbopages.org"),
    # Archives, what makes text of a page, and what shows it beside notes
    _wrapper(
        "https://web.archive.org/web/20230601000000*/{url}",
        "archive.org archive.ph archive.is archive.today archive.li archive.vn archive.fo archive.md arquivo.pt "
        "ghostarchive.org megalodon.jp mementoweb.org webcitation.org perma.cc webarchive.org.uk archive-it.org "
        "conifer.rhizome.org webrecorder.io swap.stanford.edu vefsafn.is webarchive.loc.gov r.jina.ai s.jina.ai "
        "txtify.it smry.ai 12ft.io 1ft.io removepaywall.com removepaywalls.com outline.com defuddle.md pure.md "
        "into.md markdown.new cdn.ampproject.org freedium.cfd cors-anywhere.herokuapp.com api.allorigins.win "
        "menlosecurity.com getpocket.com instapaper.com pinboard.in raindrop.io feedly.com inoreader.com curator.io "
        "mix.com evernote.com omnivore.app readability.com printfriendly.com notion.so diigo.com hypothes.is hyp.is "
        "b.hatena.ne.jp fermatslibrary.com researchhub.com mendeley.com zotero.org bibsonomy.org citeulike.org",
    ),
    _wrapper("https://b.hatena.ne.jp/entry/s/{bare}", "b.hatena.ne.jp"),
    # The pages of a browser's extensions, as `as_web_address` writes them
    _wrapper("https://extension.invalid/{url}", "extension.invalid"),
    # arXiv and its readers
    _wrapper("https://arxiv.org/ct?url={quoted}&v=abc", "arxiv.org"),
    _wrapper(
        "https://www.alphaxiv.org/abs/{url}",
        "doi.org sci-hub.se sci-hub.st sci-hub.ru semanticscholar.org openalex.org " + _READER_HOSTS,
    ),
)


_HOSTS = frozenset().union(*(wrapper.hosts for wrapper in WRAPPERS))

_ARXIV_MIRROR = re.compile(r"[a-z0-9-]+\.arxiv\.org")
_GOOGLE = re.compile(r"((?:[a-z]+\.)?google)\.(?:com?\.)?[a-z]{2}")
_PROXY_WORDS = "proxy|vpn|off-?campus|myaccess|remote-?(?:xs|access)|lib-?access|ezp"
_PROXY = re.compile(
    # A label that says proxy, VPN or access; Google's translator; OCLC's and OpenAthens' proxies
    r"(?:0-)?(?P<origin>[a-z0-9.-]+?)\.(?:translate\.goog"
    rf"|[a-z0-9-]*(?:{_PROXY_WORDS})[a-z0-9-]*\..+"
    r"|(?:[a-z0-9-]+\.)*(?:idm\.oclc\.org|openathens\.net))"
)
# The proxies of library catalogues: `0-arxiv-org.catalog.example.edu`
_CATALOGUE_PROXY = re.compile(r"0-(?P<origin>(?:www[.-])?(?:[a-z0-9-]+[.-](?:org|com|net|io|co)))\..+")
_IS_PROXY = re.compile(
    rf"(?:^|\.)[a-z0-9-]*(?:{_PROXY_WORDS})[a-z0-9-]*\.|\.(?:idm\.oclc\.org|openathens\.net)$",
)
# `cache:<code>:https://...` or `cache:arxiv.org/...`
_CACHE = re.compile(r"\Acache:(?:[\w-]+:(?=http))?", re.ASCII)
_ADDRESS_IN_BASE64 = re.compile(r"(?:a1)?(?P<code>aHR0c[\w+/-]+)=*", re.ASCII)
# Behind the address that Disqus states
_SIGNATURE = re.compile(r":[A-Za-z0-9_-]{6,}\Z")
_ADDRESS_IN_WORDS = re.compile(r"\s(https?:\S+)", re.IGNORECASE)
_EXTENSION_PAGE = re.compile(r"\b(?:chrome|moz|ms-browser|safari-web)-extension://[\w-]{8,64}/", re.ASCII)
_VIEWED_SOURCE = re.compile(r"\bview-source:(?=https?:)")
_BEFORE_TARGET = re.compile(r"\A(?:_{2,3}|RU=|URL:)")
_BEHIND_TARGET = re.compile("__[_;]")
_SCHEME_ONCE = re.compile(r"(https?):/+", re.IGNORECASE)


@lru_cache(maxsize=4096)
def canonical_host(host: str) -> str:
    """The host as the tables have it: in lower case, without `www.`, arXiv's subdomain and Google's country."""
    host = host.lower().removesuffix(".").removeprefix("www.")
    if _ARXIV_MIRROR.fullmatch(host):
        return "arxiv.org"
    google = _GOOGLE.fullmatch(host)
    if google is not None:
        return f"{google[1]}.com"
    return host


def as_web_address(text: str) -> str:
    """The text with the pages of a browser's extensions, which show an address, as a host of the table."""
    if "extension://" not in text and "view-source:" not in text:
        return text
    text = _VIEWED_SOURCE.sub("", text)
    return _EXTENSION_PAGE.sub("https://extension.invalid/", text)


def host_behind_proxy(host: str) -> str | None:
    """The host that a library's proxy or a translator shows: `arxiv-org.ezproxy.example.edu` -> `arxiv.org`."""
    match = _PROXY.fullmatch(host) or _CATALOGUE_PROXY.fullmatch(host)
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
    is_in_table = _wraps(host)
    if not is_in_table and not is_proxy(host):
        return
    values = {key.lower(): value for key, value in parse_qsl(query)}
    for key in KEYS:
        if key in values:
            yield _as_address(values[key], host)
    if is_in_table and query[:4].lower() == "http":
        yield _as_address(unquote(query), host)
    if is_in_table:
        yield from _tails(path, query)


@lru_cache(maxsize=4096)
def _wraps(host: str) -> bool:
    labels = host.split(".")
    return any(".".join(labels[first:]) in _HOSTS for first in range(len(labels) - 1))


def _as_address(value: str, host: str) -> str:
    value = value.strip()
    if "urldefense." in host and "-3A_" in value:
        value = unquote(value.replace("-", "%").replace("_", "/"))
    value = _CACHE.sub("", value)
    base64 = _ADDRESS_IN_BASE64.fullmatch(value)
    if base64 is not None:
        value = _from_base64(base64["code"])
    if host.endswith("disq.us"):
        value = _SIGNATURE.sub("", value)
    in_words = _ADDRESS_IN_WORDS.search(value)
    if in_words is not None:
        # The text of a post that somebody is to write.
        value = in_words[1]
    if value[:8].lower().startswith(("http%3a", "https%3a")):
        value = unquote(value)
    return _SCHEME_ONCE.sub(r"\1://", value, count=1)


_TO_URL_SAFE = str.maketrans("+/", "-_")


def _from_base64(value: str) -> str:
    padding = "=" * (-len(value) % 4)
    try:
        return urlsafe_b64decode(value.translate(_TO_URL_SAFE) + padding).decode("ascii")
    except ValueError:
        return ""


def _from_signed_json(value: str) -> str:
    """A token of newsletters: parts of JSON in Base64 and a signature, with dots between them."""
    for part in value.split(".")[:_MOST_SEGMENTS]:
        try:
            stated = json.loads(_from_base64(part))
        except (ValueError, RecursionError):
            continue
        for key in ("e", "url"):
            if isinstance(stated, dict) and isinstance(stated.get(key), str):
                return str(stated[key])
    return ""


def _tails(path: str, query: str) -> Iterator[str]:
    """What follows each of the first slashes of a path: the finder says which of them is an address."""
    segments = path.split("/")[1:]
    for number, segment in enumerate(segments[:_MOST_SEGMENTS]):
        start = _BEFORE_TARGET.sub("", segment)
        if start.startswith("aHR0c"):
            yield _as_address(unquote(start), "")
        elif start.startswith("eyJ"):
            yield _as_address(_from_signed_json(start), "")
        elif "%2f" in start.lower():
            yield _as_address(unquote(start), "")
        elif "." in start or start.lower() in {"http:", "https:"}:
            tail = _BEHIND_TARGET.split("/".join([start, *segments[number + 1 :]]), maxsplit=1)[0]
            if query:
                tail += f"?{query}"
            yield _as_address(tail, "")
