"""The public address of a post, by its id alone."""

from __future__ import annotations

import pytest

from generator.fetch.registry import SOURCES

POST_URLS = {source.name: source.post_url for source in SOURCES}
ANN = "did:plc:annzzzzzzzzzzzzzzzzzzzzz"
ONE = "https://one.example"


@pytest.mark.parametrize(
    ("network", "post_id", "url"),
    [
        ("bluesky", f"bluesky:{ANN}/3k", f"https://bsky.app/profile/{ANN}/post/3k"),
        ("bluesky", "bluesky:did:web:a-b.example/3k", "https://bsky.app/profile/did:web:a-b.example/post/3k"),
        ("hackernews", "hackernews:41000001", "https://news.ycombinator.com/item?id=41000001"),
        ("huggingface", "huggingface:2611.01234", "https://huggingface.co/papers/2611.01234"),
        ("mastodon", f"mastodon:{ONE}/users/ann/statuses/7", f"{ONE}/users/ann/statuses/7"),
        ("mastodon", f"mastodon:{ONE}/users/ann/statuses/7/activity", f"{ONE}/users/ann/statuses/7"),
        ("mastodon", f"mastodon:{ONE}/p/7#boost-by-bob@two.example", f"{ONE}/p/7"),
        ("x", "x:20", "https://x.com/i/status/20"),
    ],
)
def test_the_address_follows_from_the_id(network: str, post_id: str, url: str) -> None:
    assert POST_URLS[network](post_id) == url


@pytest.mark.parametrize(
    ("network", "post_id"),
    [
        ("bluesky", f"bluesky:{ANN}"), ("bluesky", f"bluesky:{ANN}/a/b"), ("bluesky", f"x:{ANN}/3k"),
        ("bluesky", 'bluesky:did:web:a"><script>/3k'),
        ("feeds", "feeds:0123456789abcdef0123456789abcdef"),
        ("hackernews", "x:1"), ("hackernews", "hackernews:"), ("hackernews", "hackernews:1/2"),
        ("hackernews", "hackernews:abc"),
        ("huggingface", "x:1"), ("huggingface", "huggingface:"), ("huggingface", "huggingface:../x"),
        ("huggingface", "huggingface:a/b"),
        ("mastodon", "mastodon:javascript:alert(1)"), ("mastodon", 'mastodon:https://x.example/"><script>'),
        ("mastodon", f"x:{ONE}/users/ann/statuses/7"),
        ("x", "x:a"), ("x", "bluesky:20"), ("x", "x:"), ("x", ""),
    ],
)  # fmt: skip
def test_an_id_of_another_shape_or_network_has_no_address(network: str, post_id: str) -> None:
    assert POST_URLS[network](post_id) is None
