"""Names as people paste them: fields of several names, quotes and invisible marks around them, addresses. Pure.

`init`, the workflow Set up, config.yaml and trackers/*.yaml all read accounts here. What an account looks like on a
network says its `AccountForm`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from generator.config.document import quoted
from generator.config.values import is_loopback, web_address

_AROUND = " \t\"'“”„‘’`<>()[]"
_SEPARATORS = r"[,;，、；]"
_ADDRESS = re.compile(r"(?i)(?:https?://\S+|(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?/\S*|localhost:\d+/\S*)")
_REFERENCE_NAME = re.compile(r"[^\s\x00-\x1f\x7f-\x9f]{1,300}")
_SCHEMES = frozenset({"http", "https", "did", "at", "acct"})


@dataclass(frozen=True, slots=True)
class AccountForm:
    """What an account of one network looks like."""

    title: str
    """The network as people know it."""
    parse: Callable[[str], str]
    """A pasted name -> the bare handle or id. Raises ValueError with a sentence for the owner."""
    is_certain: Callable[[str], bool]
    """Whether a name can only be an account of this network."""
    aliases: tuple[str, ...] = ()
    """Other names that people have for the network."""


AccountForms = Mapping[str, AccountForm]
"""By the network's name."""


def split_names(text: str) -> list[str]:
    """Split a field into its names: at line ends, commas and semicolons, and at spaces between unmistakable names."""
    names: list[str] = []
    for line in re.split(rf"[\r\n]+|{_SEPARATORS}(?=\s|$|@|https?:|did:)", text):
        # A comma behind a question mark belongs to the address: x.com/ada?s=20,21
        pieces = [line] if "?" in line else re.split(_SEPARATORS, line)
        for piece in pieces:
            words = piece.split()
            if len(words) > 1 and all(re.search(r"[@./:].*\w", word) for word in words):
                names += words
            elif words:
                names.append(piece.strip())
    return names


def read_account(network: str, text: str, parse: Callable[[str], str], forms: AccountForms) -> str:
    """Read an account of a network; refuse what can only be one of another network."""
    name = one_word(text)
    network_form = forms.get(network)
    if network_form and not network_form.is_certain(name):
        for form in forms.values():
            if form.is_certain(name):
                raise ValueError(
                    f"is an account on {form.title}, not on {network_form.title}: write it under {form.title}"
                )
    return parse(name)


def read_fields(fields: Mapping[str, str], forms: AccountForms) -> tuple[dict[str, list[str]], list[tuple[str, str]]]:
    """Read the fields of a form, one a network.

    Returns:
        Network -> bare handles; and what is wrong, as (network, sentence), each name once.
    """
    accounts: dict[str, list[str]] = {}
    problems: dict[tuple[str, str], None] = {}
    for network, text in fields.items():
        handles: dict[str, None] = {}
        for name in split_names(text):
            try:
                handles[read_account(network, name, forms[network].parse, forms)] = None
            except ValueError as error:
                problems[network, f"{quoted(name)} {error}"] = None
        accounts[network] = list(handles)
    return accounts, list(problems)


def account_reference(text: str, forms: AccountForms) -> str:
    """Read `network:handle`, `network:id`, or a profile's address. Of a network without a form any name will do."""
    network, colon, name = text.strip().partition(":")
    network = network.lower()
    if not colon or network in _SCHEMES:
        name = one_word(text)
        network = _certain_network(name, forms)
    for network_name, form in forms.items():
        if network in form.aliases:
            network = network_name
            break
    if not re.fullmatch(r"[a-z][a-z0-9-]*", network):
        raise ValueError("names no account: write its network first, such as x:example or bluesky:name.bsky.social")
    if network in forms:
        return f"{network}:{read_account(network, name, forms[network].parse, forms)}"
    if not _REFERENCE_NAME.fullmatch(name):
        raise ValueError("names no account")
    return f"{network}:{name}"


def _certain_network(name: str, forms: AccountForms) -> str:
    """The network of a name that can only be an account there; "" if there is none."""
    for network, form in forms.items():
        if form.is_certain(name):
            return network
    return ""


def muted_account(text: str, forms: AccountForms) -> str:
    """Read an account to mute: `network:handle`, an address, or a handle alone for every network."""
    if ":" in text or "/" in text:
        return account_reference(text, forms)
    name = text.strip().removeprefix("@").lower()
    if not _REFERENCE_NAME.fullmatch(name):
        raise ValueError("names no account")
    return name


def one_word(text: str) -> str:
    """A pasted name without the quotes, brackets and invisible marks around it; refused where it has several words."""
    folded = unicodedata.normalize("NFKC", text)
    visible = "".join(character for character in folded if unicodedata.category(character) != "Cf")
    name = visible.strip().strip(_AROUND).rstrip(".,;:").strip(_AROUND)
    words = name.split()
    if len(words) > 1:
        remedy = "write the handle, which is one word, often after an @"
        for word in reversed(words):
            if "@" in word or "://" in word:
                remedy = f"write {word.strip(_AROUND)} alone"
        raise ValueError(f"is a name of several words: {remedy}")
    return name


def address_of(name: str) -> SplitResult | None:
    """The address that a name is, with or without its scheme."""
    if not _ADDRESS.fullmatch(name):
        return None
    scheme, separator, rest = name.partition("://")
    try:
        return urlsplit(f"{scheme.lower()}://{rest}" if separator else f"https://{name}")
    except ValueError:
        return None


def host_of(address: SplitResult | None) -> str:
    """The host of an address in lower case; "" without one."""
    return (address.hostname or "").lower() if address else ""


def segments_of(address: SplitResult) -> list[str]:
    """The parts of an address's path."""
    return [unquote(segment) for segment in address.path.split("/") if segment]


def on_instance(address: SplitResult, folders: str, name: str, path: str) -> str:
    """`name@host` for an instance at the root of https://host, else the address. Raises ValueError."""
    scheme = address.scheme if is_loopback(f"{address.scheme}://{address.netloc}") else "https"
    origin = web_address(f"{scheme}://{address.netloc.lower()}{folders}")
    parts = urlsplit(origin)
    if scheme == "https" and parts.port is None and not parts.path:
        return f"{name}@{ascii_domain(parts.hostname or '')}"
    return origin + path


def ascii_domain(name: str) -> str:
    """A domain with letters beyond ASCII in the form that requests use."""
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        return name
