"""The same posts from the owner's archive, from a corpus of lines and from a fetch: one record each, in any order."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests import x_archives as made
from tests.e2e.run import Copy
from tests.pretend_x import TOKEN, PretendX, link, post

NOW = ("--now", "2026-11-20T12:00:00Z")
CONFIG = """\
site: {{title: Made up, url: "https://pages.example/made-up/"}}
trackers: [{{id: example, title: Made up, x: {{accounts: [ada_made_up]}}}}]
networks: {{x: {{api: "{api}/2", keep: {keep}}}}}
"""
ABS = "https://arxiv.org/abs/2401.00001"
LINKED = "I read this twice https://t.co/p{}"


def own(number: int) -> str:
    return str(made.BASE + number)


def archive(folder: Path) -> None:
    """A link, an answer to it, a post with the paper in its first reply, and lunch."""
    tweets = (made.about(1), made.reply(2, to=1), made.tweet(3, "Paper below"), made.about(4, **answers(3)))
    made.write_folder(folder, made.files(*tweets, made.tweet(5, "Lunch")))


def answers(number: int) -> dict[str, Any]:
    return {"in_reply_to_status_id_str": own(number), "in_reply_to_user_id_str": made.OWNER_ID}


def service() -> PretendX:
    """X with the same posts."""

    def as_api(number: int, text: str, of: int | None = None, **more: Any) -> dict[str, Any]:
        more |= {} if of is None else {"referenced_posts": [{"type": "replied_to", "id": own(of)}]}
        stated = {"created_at": "2024-06-10T03:00:58.000Z", "edit_history_post_ids": [own(number)]}
        counts = {"like_count": 3, "repost_count": 1, "reply_count": 0, "quote_count": 0}
        return post(own(number), made.OWNER_ID, text, **stated, public_metrics=counts, **more)

    def linked(number: int) -> dict[str, Any]:
        return {"entities": {"urls": [link(f"https://t.co/p{number}", ABS)]}}

    return PretendX(
        named={"ada_made_up": made.OWNER_ID},
        posts=[
            as_api(1, LINKED.format(1), **linked(1)),
            as_api(2, "and another thing", 1),
            as_api(3, "Paper below"),
            as_api(4, LINKED.format(4), 3, **linked(4)),
            as_api(5, "Lunch"),
        ],
    )


def corpus(path: Path) -> None:
    """The same posts as the contract writes them for `import`, with no more than is needed."""

    def line(number: int, text: str, links: list[str] | None = None, of: int | None = None) -> str:
        plain = {
            "id": f"x:{own(number)}",
            "network": "x",
            "kind": "post" if of is None else "reply",
            "of": None if of is None else f"x:{own(of)}",
            "url": f"https://x.com/i/status/{own(number)}",
            "account": f"x:{made.OWNER_ID}",
            "posted_at": "2024-06-10T03:00:58Z",
            "text": text,
            "links": links or [],
            "trackers": ["example"],
        }
        return json.dumps({key: value for key, value in plain.items() if value is not None}) + "\n"

    text = f"I read this twice {ABS}"
    rows = (
        line(1, text, [ABS]),
        line(2, "and another thing", None, 1),
        line(3, "Paper below"),
        line(4, text, [ABS], 3),
        line(5, "Lunch"),
    )
    path.write_text("".join(rows), "utf-8")


@pytest.mark.parametrize("keep", ["ids", "full"])
def test_an_archive_a_corpus_and_a_fetch_of_the_same_posts_give_one_record_each(tmp_path: Path, keep: str) -> None:
    archive(tmp_path / "archive")
    corpus(tmp_path / "corpus.jsonl")
    stored = []
    with service().serve() as server:
        commands = {
            "archive": ("import", str(tmp_path / "archive"), "--offline"),
            "corpus": ("import", str(tmp_path / "corpus.jsonl"), "--offline"),
            "fetch": ("fetch", "--only", "x"),
        }
        names = list(commands)
        orders = [names[start:] + names[:start] for start in range(3 if keep == "ids" else 1)]
        for number, order in enumerate(orders):
            copy = Copy(tmp_path / str(number), CONFIG.format(api=server.url, keep=keep))
            for name in order:
                ran = copy.run(*commands[name], *NOW, env={"X_BEARER_TOKEN": TOKEN})
                assert ran.status == 0, ran.err
            stored.append({path: each for path, each in copy.files("data").items() if path.startswith("posts/")})
    assert all(each == stored[0] for each in stored)
    records = [json.loads(line) for content in stored[0].values() for line in content.splitlines()]
    assert [record["id"] for record in records] == [f"x:{own(number)}" for number in (1, 2, 3, 4)]
    assert [record["kind"] for record in records] == ["post", "reply", "post", "reply"]
    assert [record.get("in_thread", False) for record in records] == [False, False, True, False]
    assert {tuple(record["papers"]) for record in records} == {("2401.00001",)}
    assert all(("text" in record) == (keep == "full") for record in records)
