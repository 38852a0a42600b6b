"""The people who posted, each with all their accounts, if more than an id may be shown. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from generator.model.records import Account, Post
from generator.model.site import Person
from generator.ranking.rank import PaperBallots
from generator.text.names import shown_name
from generator.text.plain import clean

POSTS_LEAST = 2
"""People with fewer posts get no page: it would repeat the paper's page."""

_NOT_IN_SLUG = re.compile(r"[^a-z0-9.]+")
_OWN_FOLDERS = frozenset({"page"})


def make_people(
    posts: Sequence[Post], ballots: Mapping[str, PaperBallots], withheld: Collection[str]
) -> tuple[Person, ...]:
    """People with at least POSTS_LEAST posts, by papers, then posts, then name.

    Args:
        posts: every shown post, newest first.
        ballots: by paper; they say which accounts are one person.
        withheld: ids of posts that only the id may be published of: no page of a person shows them.
    """
    person_of = {}
    for of_paper in ballots.values():
        for ballot in of_paper.ballots:
            person_of[ballot.mention.post.account.id] = ballot.person
    by_person: dict[str, list[Post]] = {}
    for post in posts:
        account = post.account
        if post.id not in withheld and (account.name or account.handle) and account.id in person_of:
            by_person.setdefault(person_of[account.id], []).append(post)
    people = []
    used_slugs: set[str] = set()
    for key in sorted(by_person):
        person = _person(by_person[key], used_slugs)
        if person:
            people.append(person)
    people.sort(key=lambda person: (-person.papers, -len(person.posts), person.name, person.slug))
    return tuple(people)


def _person(posts: Sequence[Post], used_slugs: set[str]) -> Person | None:
    if len(posts) < POSTS_LEAST:
        return None
    accounts = {post.account.id: post.account for post in reversed(posts)}  # The newest name of each.
    first_id = min(accounts)
    slug = _free_slug(accounts[first_id], used_slugs)
    if not slug:
        return None
    newest = posts[0].account
    return Person(
        slug=slug,
        name=shown_name(newest) or slug,
        accounts=tuple(sorted(accounts)),
        networks=tuple(dict.fromkeys(post.network for post in posts)),
        posts=tuple(posts),
        papers=len({paper_id for post in posts for paper_id in post.papers}),
    )


def _free_slug(account: Account, used_slugs: set[str]) -> str:
    network = account.id.partition(":")[0]
    name = clean(account.handle or account.name or "")
    handle = _NOT_IN_SLUG.sub("-", name.lower().lstrip("@")).strip("-.")
    if not handle:
        return ""
    # A handle with a host is unique everywhere; others are unique in their network only.
    plain = handle
    if "." not in handle:
        plain = f"{network}-{handle}"
    slug = plain
    number = 2
    while slug in used_slugs or slug in _OWN_FOLDERS:
        slug = f"{plain}-{number}"
        number += 1
    used_slugs.add(slug)
    return slug
