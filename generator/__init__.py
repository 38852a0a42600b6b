"""Trending arXiv: the papers that the people you follow talk about, as a static site.

    sources -records-> parse -posts-> mentions -paper ids-> arxiv_api -papers-> merge -> store -> data/    FETCH
    data/ -> store -posts, papers-> mentions -> rank -ranked papers-> views -> pages | feeds -> site/      BUILD
    data/ -> store -> rank -lists-> announce -messages-> whom the owner named; nobody by default        ANNOUNCE

The halves meet only on disk. A broken network never breaks the site; a broken template never loses data.
Rooms import each other one way (checked by `make check`, stated in docs/architecture.md).
"""

__version__ = "1.1.0"
