"""Where a request may go, and how an address is shown in a message. Pure: the caller resolves names.

What a fetcher is asked to read comes from strangers (redirects, instances, feeds), so it must not become a way into the
network that it runs in: only http and https, only public addresses, and no secret in any message.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

_PORTS = {"http": 80, "https": 443}
_SECRET = re.compile(
    r"(?i)(?:.*[_-])?(?:token|secret|password|passwd|pwd|key|apikey|signature|sig|auth|authorization|bearer|jwt"
    r"|credential|credentials|session|code)"
)
_SHOWN_LENGTH = 300
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
_NOT_PUBLIC = tuple(
    map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2001:db8::/32", "3fff::/20"))
)
"""Relays, documentation and protocols, which not every version of `ipaddress` knows.

https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry, read 2026-11-30.
"""
_SAFE_IN_URL = "!#$%&'()*+,/:;=?@[]~"


class AddressError(ValueError):
    """An address that is never asked; the message says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """One address to ask."""

    url: str
    """Percent-encoded, without a fragment."""
    scheme: str
    host: str
    """In lower case, without port and brackets."""
    port: int

    @property
    def key(self) -> str:
        """Names the service that is spared as one: `export.arxiv.org`, `127.0.0.1:8080`."""
        if self.port == _PORTS[self.scheme]:
            return self.host
        return f"{self.host}:{self.port}"

    @property
    def endpoint(self) -> str:
        """The path with what looks like an id folded: rate limits are often counted for one of these."""
        parts = urlsplit(self.url).path.split("/")
        return self.key + "/".join("*" if re.search(r"\d{3}|[%:@]", part) else part for part in parts)

    @property
    def shown(self) -> str:
        """For messages."""
        return shown(self.url)

    @property
    def on_loopback(self) -> bool:
        """The address itself says that it is this machine (not what its name resolves to)."""
        return self.host == "localhost" or _is_loopback(self.host)

    def same_place(self, target: Target) -> bool:
        """Whether what may be told to `target` may be told here: the same host, and no downgrade."""
        if self.host != target.host:
            return False
        upgraded = target.scheme == "http" and self.scheme == "https" and (target.port, self.port) == (80, 443)
        return (self.scheme, self.port) == (target.scheme, target.port) or upgraded


def parse_target(url: str) -> Target:
    """Read an absolute http or https address. Raises AddressError."""
    if len(url) > 8000:  # noqa: PLR2004 (servers refuse longer ones; a hostile redirect can be any length)
        raise AddressError("the address is longer than 8,000 characters")
    try:
        parts = urlsplit(quote(url.strip(), safe=_SAFE_IN_URL))
        port = parts.port
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        raise AddressError("that is no address") from None
    if parts.scheme not in _PORTS:
        raise AddressError("only http and https addresses are asked")
    if not host:
        raise AddressError("the address names no host")
    if parts.username is not None or parts.password is not None:
        raise AddressError("an address with a name or password in it is not asked")
    if "%" in host:
        raise AddressError("the host's name has characters that are not allowed; write it in its xn-- form")
    clean = urlunsplit((parts.scheme, parts.netloc, parts.path or "/", parts.query, ""))
    return Target(clean, parts.scheme, host, port or _PORTS[parts.scheme])


def follow(target: Target, location: str) -> Target:
    """Where a redirect leads. Raises AddressError where it must not be followed."""
    if not location:
        raise AddressError("it redirects without saying where to")
    try:
        joined = urljoin(target.url, location)
    except ValueError:
        raise AddressError("it redirects to something that is no address") from None
    try:
        there = parse_target(joined)
    except AddressError as error:
        raise AddressError(f"it redirects to an address that is not asked ({error})") from None
    if target.scheme == "https" and there.scheme == "http":
        raise AddressError("it redirects from https to http, which is refused")
    if there.on_loopback and not target.on_loopback:
        raise AddressError("it redirects to this machine, which is refused")
    return there


def is_allowed(address: str, *, loopback: bool) -> bool:
    """Whether a resolved IP address may be connected to: public ones; this machine only where `loopback` says so."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = _inside(ip)
    if inner is not None:
        return is_allowed(str(inner), loopback=loopback)
    if ip.is_loopback:
        return loopback
    if any(ip in network for network in _NOT_PUBLIC) or (ip.version == 6 and ip not in _GLOBAL_UNICAST):  # noqa: PLR2004
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _inside(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for, for every way to write one."""
    if ip.version == 4:  # noqa: PLR2004 (the number of the protocol)
        return None
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip.sixtofour is not None:
        return ip.sixtofour
    if ip.teredo is not None:
        return ip.teredo[1]
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return None


def is_literal(host: str) -> bool:
    """Whether the host is an IP address in its usual form, not a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def shown(url: str) -> str:
    """The address as a message may show it: no password, no secret parameter, no control character, not too long."""
    try:
        parts = urlsplit(url)
        netloc = parts.netloc.rpartition("@")[2]
        query = "&".join(_masked(pair) for pair in parts.query.split("&")) if parts.query else ""
        text = urlunsplit((parts.scheme, netloc, parts.path, query, ""))
    except ValueError:
        text = url.partition("?")[0].rpartition("@")[2]
    text = "".join(char if char.isprintable() else quote(char.encode("utf-8", "replace")) for char in text)
    if len(text) <= _SHOWN_LENGTH:
        return text
    return text[: _SHOWN_LENGTH - 1] + "…"


def origin(url: str) -> str:
    """Scheme and host alone, for an address that is a secret itself."""
    try:
        target = parse_target(url)
    except AddressError:
        return "the address"
    return f"{target.scheme}://{target.key}/…"


def _masked(pair: str) -> str:
    name, equals, value = pair.partition("=")
    if equals and value and _SECRET.fullmatch(name):
        return f"{name}=***"
    return pair
