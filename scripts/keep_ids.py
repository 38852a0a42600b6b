"""Copies from before version 1.1 keep the ids of their feed entries: the address that stands in them is written down.

Without it the first build of the new version would give every entry another id, and every subscriber everything anew.
"""

from __future__ import annotations

import re

_SITE = re.compile(r"^site:.*\n?(?:(?:[ \t#].*)?\n)*", re.MULTILINE)
_URL = re.compile(r"(?:^|[\s{,])url:\s*[\"']?(https?://[^\s\"',}]+)")
_BLOCK = re.compile(r"^feeds:[ \t]*(?:#.*)?\n(?:[ \t]*(?:#.*)?\n)*?(?P<indent>[ \t]+)(?=[^\s#])", re.MULTILINE)
_FLOW = re.compile(r"^feeds:[ \t]*\{[ \t]*", re.MULTILINE)
_EMPTY = re.compile(r"^feeds:[ \t]*(?:null|~)?[ \t]*(?:#.*)?$", re.MULTILINE)


def with_ids_at(config: str) -> str:
    """The text of config.yaml with `feeds.ids_at`; unchanged where it states no address or has ids of its own."""
    site = _SITE.search(config)
    lines = site[0].splitlines() if site else []
    address = _URL.search("\n".join(line.partition(" #")[0] for line in lines))
    if address is None or re.search(r"\bids_at:", config):
        return config
    key = f'ids_at: "{address[1]}"'
    if block := _BLOCK.search(config):
        at = block.start("indent")
        return f"{config[:at]}{block['indent']}{key}\n{config[at:]}"
    if flow := _FLOW.search(config):
        rest = config[flow.end() :]
        return f"{config[: flow.end()]}{key}{'' if rest.startswith('}') else ', '}{rest}"
    if empty := _EMPTY.search(config):
        return f"{config[: empty.start()]}feeds:\n  {key}{config[empty.end() :]}"
    return f"{config.rstrip()}\n\nfeeds:\n  {key}\n"
