"""Where the page of this repository is, as Pages says: `python -m scripts.pages` tells `pages` and `url`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scripts.actions import set_output
from scripts.github_api import ApiError, GitHub
from scripts.places import page_url

_NOT_FOUND = 404
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.:-]{1,253}/[A-Za-z0-9._~/-]{0,200}")


@dataclass(frozen=True, slots=True)
class Pages:
    """How Pages is set up for a repository."""

    state: str
    """`on`, `off`, `branch` (it publishes a branch, not what a workflow made) or `unknown`."""
    url: str
    """Where readers find the page, or will: with the owner's own domain where one is set."""


def pages_of(github: GitHub) -> Pages:
    """Ask GitHub; without an answer, the address is the one that Pages gives by default."""
    default = page_url(github.repository)
    try:
        site = github.ask("GET", "/pages")
    except ApiError as error:
        return Pages("off" if error.status == _NOT_FOUND else "unknown", default)
    if not isinstance(site, dict):
        return Pages("unknown", default)
    url = str(site.get("html_url") or "")
    url = url if url.endswith("/") else f"{url}/"
    state = "branch" if site.get("build_type") == "legacy" else "on"
    return Pages(state, url if _ADDRESS.fullmatch(url) else default)


def main() -> None:
    """Tell the later steps and jobs."""
    pages = pages_of(GitHub())
    print(f"Pages is {pages.state}: {pages.url}")
    set_output("pages", pages.state)
    set_output("url", pages.url)


if __name__ == "__main__":
    main()
