"""Mistakes that owners make in config.yaml: each is told with its place, what is wrong, and what to write."""

# ruff: noqa: E501 (one mistake a line)

from __future__ import annotations

from pathlib import Path

import pytest

from generator.fetch.configuration import load, read
from generator.model.errors import ConfigError

# fmt: off
MISTAKES = [
    ("twitter: {accounts: [a]}", "1:1", "twitter: is no key here; did you mean `trackers.x`?"),
    ("trackers: [{id: a, twitter: {accounts: [a]}}]", "1:20", "trackers[0].twitter: is no key here; did you mean `x`?"),
    ("trackers: [{id: a, hn: {min_points: 1}}]", "1:20", "trackers[0].hn: is no key here; did you mean `hackernews`?"),
    ("trackers: [{id: a, rss: [https://a.example/f]}]", "1:20", "trackers[0].rss: is no key here; did you mean `feeds`?"),
    ("trackers: [{id: a, bsky: {accounts: [a.example]}}]", "1:20", "trackers[0].bsky: is no key here; did you mean `bluesky`?"),
    ("trackers: [{id: a, name: Ada}]", "1:20", "trackers[0].name: is no key here; did you mean `title`?"),
    ("trackers: [{id: a, description: Ada}]", "1:20", "trackers[0].description: is no key here; did you mean `about`?"),
    ("site: {name: x}", "1:8", "site.name: is no key here; did you mean `title`?"),
    ("site: {address: https://a.example/}", "1:8", "site.address: is no key here; did you mean `url`?"),
    ("site: {baseurl: https://a.example/}", "1:8", "site.baseurl: is no key here; did you mean `url`?"),
    ("site: {description: hello}", "1:8", "site.description: is no key here; did you mean `note`?"),
    ("site: {theme: dark}", "1:8", "site.theme: is no key here: docs/theming.md says how to change the look"),
    ("tracker: [{id: a}]", "1:1", "tracker: is no key here; did you mean `trackers`?"),
    ("networks: {x: {max_cost: 5}}", "1:16", "networks.x.max_cost: is no key here; did you mean `max_usd_per_month`?"),
    ("networks: {twitter: {keep: ids}}", "1:12", "networks.twitter: is no key here; did you mean `x`?"),
    ("networks: {x: {budget: 5}}", "1:16", "networks.x.budget: is no key here; did you mean `max_usd_per_month`?"),
    ("networks: {bluesky: {handle: x}}", "1:22", "networks.bluesky.handle: is no key here; did you mean `trackers.bluesky.accounts`?"),
    ("trackers: [{id: a, bluesky: {users: [a.example]}}]", "1:30", "trackers[0].bluesky.users: is no key here; did you mean `accounts`?"),
    ("trackers: [{id: a, bluesky: {handles: [a.example]}}]", "1:30", "trackers[0].bluesky.handles: is no key here; did you mean `accounts`?"),
    ("trackers: [{id: a, bluesky: {follows: [a.example]}}]", "1:30", "trackers[0].bluesky.follows: is no key here; did you mean `follows_of`?"),
    ("trackers: [{id: a, bluesky: {following: [a.example]}}]", "1:30", "trackers[0].bluesky.following: is no key here; did you mean `follows_of`?"),
    ("trackers: [{id: a, mastodon: {hashtags: [a@b.example]}}]", "1:31", "trackers[0].mastodon.hashtags: is no key here; did you mean `tags`?"),
    ("trackers: [{id: a, hackernews: {points: 3}}]", "1:33", "trackers[0].hackernews.points: is no key here; did you mean `min_points`?"),
    ("trackers: [{id: a, huggingface: {min_likes: 3}}]", "1:34", "trackers[0].huggingface.min_likes: is no key here; did you mean `min_upvotes`?"),
    ("site:\n\ttitle: a", "2:1", "is indented with a tab: indent with spaces, not with tabs"),
    ("site:\n  title: a\n\turl: https://a.example/", "3:1", "is indented with a tab: indent with spaces, not with tabs"),
    ("site:\n  title: a\n   url: https://a.example/", "3:4", "is indented with 3 spaces, the key that it stands beside with 2: the keys of one block begin in one column"),
    ("site:\n  title: a\n url: https://a.example/", "3:2", "is indented with 1 space, the key that it stands beside with 2: the keys of one block begin in one column"),
    ("trackers:\n - id: a\n   title: b\n  bluesky: {accounts: [a.example]}", "4:3", "is indented with 2 spaces, the key that it stands beside with 3: the keys of one block begin in one column"),
    ("trackers:\n  id: a\n  title: b", "1:1", "trackers: is a block; a list is wanted: write it in [ ], or one a line after `- `"),
    ("trackers:\n  - id: a\n  title: b", "3:3", "is indented with 2 spaces, the key that it stands beside with 4: the keys of one block begin in one column"),
    ('site:\n  title: "My page\n  url: https://a.example/\n', "2:10", "opens a quote that nothing closes: put the same mark at the end of the text"),
    ("site:\n  title: 'Ada's page'\n", "2:10", 'text goes on behind the closing quote: put all of it between " and "'),
    ('site:\n  title: "a" and b\n', "2:10", "text goes on behind the closing quote: put all of it between ' and '"),
    ("site:\n  title:My page\n", "1:1", "site: has no colon and space behind the key: write `title: My page`"),
    ("title:My page\n", "1", "has no colon and space behind the key: write `title: My page`"),
    ("site:\n  title:My page\n  url: https://a.example/\n", "2:3", "has no colon and space behind the key: write `title: My page`"),
    ("site:\n  title = My page\n", "1:1", "site: has no colon and space behind the key: write `title: My page`"),
    ("site: {title=My page}", "1:8", "site.title=My page: has no colon and space behind the key: write `title: My page`"),
    ("trackers: [{id: a, mastodon: {tags: [#arxiv]}}]", "1:38", "`#` begins a comment here: write the tag without it, or put it into quotes"),
    ("trackers:\n  - id: a\n    mastodon: {tags: [#arxiv@b.example]}\n", "3:23", "`#` begins a comment here: write the tag without it, or put it into quotes"),
    ("trackers:\n  - id: a\n    mastodon:\n      tags: #arxiv@b.example\n", "4:13", "`#` begins a comment here: write the tag without it, or put it into quotes"),
    ("trackers:\n  - id: a\n    mastodon:\n      accounts:\n        - @ada@b.example\n", "5:11", "quote a text that begins with @"),
    ("trackers: [{id: a, mastodon: {accounts: [@ada@b.example]}}]", "1:42", "quote a text that begins with @"),
    ("<<<<<<< HEAD\nsite: {title: a}\n=======\nsite: {title: b}\n>>>>>>> other\n", "1:1", "is a conflict marker of git: keep one of the two versions, and delete the lines that begin with <<<<<<<, ======= and >>>>>>>"),
    ("site:\n<<<<<<< HEAD\n  title: a\n=======\n  title: b\n>>>>>>> main\n", "2:1", "is a conflict marker of git: keep one of the two versions, and delete the lines that begin with <<<<<<<, ======= and >>>>>>>"),
    ("site:\n  title: a\n=======\n", "3:1", "is a conflict marker of git: keep one of the two versions, and delete the lines that begin with <<<<<<<, ======= and >>>>>>>"),
    ("site:\n  title: “My page”\n", "2:10", 'site.title: has typographic quotes, which are letters to YAML: write " and "'),
    ("trackers: [{id: a, x: {lists: [“123”]}}]", "1:32", 'trackers[0].x.lists[0]: has typographic quotes, which are letters to YAML: write " and "'),
    ("ranking: {half_life_days: 2,5}", "1:29", "ranking.5: is the rest of a number with a comma: write a point in 2.5, and nothing in 1000"),
    ("ranking:\n  half_life_days: 2,5\n", "2:3", "ranking.half_life_days: is a text; a number is wanted: write 2.5 with a point"),
    ("site: {per_page: 1.000}", "1:8", "site.per_page: is a number; a whole number is wanted: write it without a point"),
    ("site: {per_page: twenty}", "1:8", "site.per_page: is a text; a whole number is wanted: write it in digits"),
    ("site: {per_page: 20 papers}", "1:8", "site.per_page: is a text; a whole number is wanted: write 20"),
    ("ranking: {bots: off}", "1:11", "ranking.bots: `off` is not one of down, hide, count; did you mean `hide`?"),
    ("ranking: {bots: no}", "1:11", "ranking.bots: `no` is not one of down, hide, count; did you mean `hide`?"),
    ("ranking: {bots: none}", "1:11", "ranking.bots: `none` is not one of down, hide, count; did you mean `hide`?"),
    ("ranking: {bots: ignore}", "1:11", "ranking.bots: `ignore` is not one of down, hide, count; did you mean `hide`?"),
    ("site: {home: new}", "1:8", "site.home: `new` is not one of trending, newest; did you mean `newest`?"),
    ("site: {home: latest}", "1:8", "site.home: `latest` is not one of trending, newest; did you mean `newest`?"),
    ("site: {view: small}", "1:8", "site.view: `small` is not one of full, compact; did you mean `compact`?"),
    ("site: {cards: yes please}", "1:8", "site.cards: `yes please` is neither true nor false: write one of these, without quotes"),
    ("site: {cards: 'true'}", "1:8", "site.cards: `true` is neither true nor false: write one of these, without quotes"),
    ("filters: {categories: [cs.XX]}", "1:24", "filters.categories[0]: `cs.XX` is no category of arXiv; did you mean `cs.SY`?"),
    ("filters: {categories: [cs.ml]}", "1:24", "filters.categories[0]: `cs.ml` is no category of arXiv; did you mean `stat.ML`?"),
    ("filters: {categories: [CS.LG]}", "1:24", "filters.categories[0]: `CS.LG` is no category of arXiv; did you mean `cs.LG`?"),
    ("filters: {categories: [machine learning]}", "1:24", "filters.categories[0]: `machine learning` is no category of arXiv; did you mean `stat.ML`?"),
    ("filters: {categories: [stat.LG]}", "1:24", "filters.categories[0]: `stat.LG` is no category of arXiv; did you mean `cs.LG`?"),
    ("filters: {categories: cs.LG}", "1:11", "filters.categories: a list is wanted: write [cs.LG]"),
    ("filters: {categories: cs.LG, cs.CV}", "1:11", "filters.categories: a list is wanted: write [cs.LG]"),
    ("filters: {categories: [cs.LG; cs.CV]}", "1:24", "filters.categories[0]: `cs.LG; cs.CV` is no category but several: write [cs.LG, cs.CV]"),
    ("site: {url: https://github.com/ada/papers}", "1:8", "site.url: `https://github.com/ada/papers` is the address of a repository, not of its page: write https://ada.github.io/papers/"),
    ("site: {url: https://github.com/ada/papers/settings/pages}", "1:8", "site.url: `https://github.com/ada/papers/settings/pages` is the address of a repository, not of its page: write https://ada.github.io/papers/"),
    ("site: {url: ada.github.io/papers}", "1:8", "site.url: `ada.github.io/papers` is no web address: write https://ada.github.io/papers"),
    ("site: {url: www.example.org}", "1:8", "site.url: `www.example.org` is no web address: write https://www.example.org"),
    ("site: {url: http://ada.github.io/papers}", "1:8", "site.url: `http://ada.github.io/papers` uses plain http, which is accepted for this machine (127.0.0.1) alone: write https://"),
    ("site: {url: https://ada.github.io/papers/index.html}", "1:8", "site.url: `https://ada.github.io/papers/index.html` must be the folder of the site, such as https://example.org/papers/"),
    ("site: {url: https://ada.github.com/papers}", "1:8", "site.url: `https://ada.github.com/papers` is no page: write https://ada.github.io/papers"),
    ("site: {url: https://raw.githubusercontent.com/a/b}", "1:8", "site.url: `https://raw.githubusercontent.com/a/b` is the address of a repository, not of its page: write https://a.github.io/b/"),
    ("trackers: [{id: Ada Lindqvist}]", "1:13", "trackers[0].id: `Ada Lindqvist` may have a-z, 0-9 and - alone (it stands in addresses), 64 of them at most"),
    ("trackers: [{id: ada_l}]", "1:13", "trackers[0].id: `ada_l` may have a-z, 0-9 and - alone (it stands in addresses), 64 of them at most"),
    ("trackers: [{id: a, filters: {categories: [cs.LL]}}]", "1:43", "trackers[0].filters.categories[0]: `cs.LL` is no category of arXiv; did you mean `cs.PL`?"),
    ("people: [x:a, bluesky:a.example]", "1:10", "people[0]: is one account; a list of one person's accounts is wanted: write - [x:ada, bluesky:ada.example]"),
    ("people: [[x: a]]", "1:11", "people[0][0]: is a block; a text is wanted: write x:a without a space behind the colon"),
    ("people:\n  - x:a\n  - bluesky:a.example\n", "2:5", "people[0]: is one account; a list of one person's accounts is wanted: write - [x:ada, bluesky:ada.example]"),
    ("people:\n  ada: [x:a, bluesky:a.example]\n", "1:1", "people: is a block; a list is wanted: write it in [ ], or one a line after `- `"),
    ("trackers: [{id: a, feeds: https://a.example/f.xml}]", "1:20", "trackers[0].feeds: a list is wanted: write [https://a.example/f.xml]"),
    ("trackers: [{id: a, feeds: [a.example/feed.xml]}]", "1:28", "trackers[0].feeds[0]: `a.example/feed.xml` is no web address: write https://a.example/feed.xml"),
    ("trackers: [{id: a, feeds: [feed://a.example/feed.xml]}]", "1:28", "trackers[0].feeds[0]: `feed://a.example/feed.xml` is no web address: it must begin with https:// and a host name"),
    ("- site: {title: a}", "1", "is a list; keys are wanted: remove the `- ` before `site:` and `trackers:`"),
    ("site: {title: a},", "1:17", "ends with a comma: remove it"),
    ("{site: {title: a}", "1:1", "opens a bracket that nothing closes"),
    ("site: {title: a", "1:7", "opens a bracket that nothing closes"),
    ("site: [title: a]", "1:1", "site: is a list; a block of `key: value` is wanted: remove the `- ` or the [ ] around it"),
    ("// a comment\nsite: {title: a}", "1:1", "a comment begins with #, not with //"),
    ("site: {title: a} // comment", "1:18", "a comment begins with #, not with //"),
    ("site:\n  note: *hello* world\n", "2:9", "quote a text that begins with *"),
    ("site:\n  note: **Note:** hello\n", "2:9", "quote a text that begins with *"),
    ("site:\n  title: Papers: what I read\n", "2:10", "quote a text that has a colon in it"),
    ("site:\n  title: [WIP] papers\n", "2:10", "quote a text that begins with ["),
    ("site:\n  title: {my} papers\n", "2:10", "quote a text that begins with {"),
    ("site:\n  title: > papers\n", "2:10", "quote a text that begins with >"),
    ("site:\n  title: | papers\n", "2:10", "quote a text that begins with |"),
    ("site:\n  title: !important\n", "2:10", "site.title: the tag `!important` is refused: quote a text that begins with !"),
    ("site:\n  title: &co\n", "2:10", "site.title: anchors (`&name`) are not read: write the value out; quote a text that begins with &"),
    ("site\n  title: a", "1:1", "lacks its colon: write `site:`"),
    ("site:\n- title: a", "1:1", "site: is a list; a block of `key: value` is wanted: remove the `- ` or the [ ] around it"),
    ("fetch: {every: 3h}", "1:9", "fetch.every: is no key here: when it runs is said by `schedule` in .github/workflows/update.yml"),
    ("schedule: daily", "1:1", "schedule: is no key here: when it runs is said by `schedule` in .github/workflows/update.yml"),
    ("announce: {mastodon: true}", "1:12", "announce.mastodon: is true; a block is wanted: write {}, or the keys that docs/announce.md names"),
    ("announce: {slack: true}", "1:12", "announce.slack: is true; a block is wanted: write {}, or the keys that docs/announce.md names"),
    ("ranking: {half_life: 3}", "1:11", "ranking.half_life: is no key here; did you mean `half_life_days`?"),
    ("ranking: {weights: {retweet: 1}}", "1:21", "ranking.weights.retweet: is no key here; did you mean `repost`?"),
    ("ranking: {weights: {favourite: 1}}", "1:21", "ranking.weights.favourite: is no key here; did you mean `like`?"),
    ("ranking: {weights: 1}", "1:11", "ranking.weights: is a number; a block of `key: value` is wanted"),
    ("feeds: {searches: {diffusion: [a]}}", "1:9", "feeds.searches: is a block; a list is wanted: write it in [ ], or one a line after `- `"),
    ("feeds: {searches: [diffusion]}", "1:20", "feeds.searches[0]: is a text; a block of `key: value` is wanted; its keys are id, title, query, words, exclude, authors, categories, tracker"),
    ("feeds: {search: [{id: a, words: [b]}]}", "1:9", "feeds.search: is no key here; did you mean `searches`?"),
    ("networks: {x: {max_usd_per_month: $5}}", "1:16", "networks.x.max_usd_per_month: is a text; a number is wanted: write 5"),
    ("networks: {x: {max_usd_per_month: 5 USD}}", "1:16", "networks.x.max_usd_per_month: is a text; a number is wanted: write 5"),
    ("networks: {x: {keep: text}}", "1:16", "networks.x.keep: `text` is not one of ids, full; did you mean `full`?"),
    ("networks: {arxiv: {spacing_s: 1s}}", "1:20", "networks.arxiv.spacing_s: is a text; a number is wanted: write 1"),
    ("site: {per_page: 1,000}", "1:20", "site.000: is the rest of a number with a comma: write a point in 2.5, and nothing in 1000"),
    ("site: {max_mb: 600MB}", "1:8", "site.max_mb: is a text; a whole number is wanted: write 600"),
    ("site: {title: a}\n...\nfoo", "3:1", "is no valid YAML: did not find expected <document start>"),
    ("trackers: [{id: a, hackernews: true}]", "1:20", "trackers[0].hackernews: is true; a block of `key: value` is wanted: write {} to have its defaults"),
    ("trackers: [{id: a, hackernews: false}]", "1:20", "trackers[0].hackernews: is false; a block of `key: value` is wanted: remove the line to do without it"),
    ("trackers: [{id: a, bluesky: ada.bsky.social}]", "1:20", "trackers[0].bluesky: is a text; a block of `key: value` is wanted: write {accounts: [ada.bsky.social]}"),
    ("trackers: [{id: a, x: {lists: [my list]}}]", "1:32", "trackers[0].x.lists[0]: `my list` is no list on X: write its number in quotes, from its address x.com/i/lists/NUMBER"),
    ("trackers:\n  - id: a\n  - bluesky: {accounts: [a.bsky.social]}\n", "3:5", "trackers[1]: lacks the key `id`: add it, or remove the `- ` if these keys belong to the block above"),
    ("trackers:\n  - id: a\n    bluesky:\n    accounts: [a.bsky.social]\n", "4:5", "trackers[0].accounts: is no key here; did you mean `bluesky.accounts`?"),
    ("trackers:\n  - id: a\n    bluesky:\n      accounts:\n      ada.bsky.social\n      bo.bsky.social\n", "6:7", "is neither a key with its colon nor a member of a list: write `- ` before it"),
    ("trackers:\n  - id: a\n    bluesky:\n      accounts:\n        -ada.bsky.social\n", "4:7", "trackers[0].bluesky.accounts[0]: `-ada.bsky.social` has no space behind its dash: write `- ada.bsky.social`"),
    ("trackers:\n  -id: a\n", "1:1", "trackers: is a block; a list is wanted: each member begins with `- `, a hyphen and a space"),
    ("trackers:\n  \u2013 id: a\n", "1:1", "trackers: is a block; a list is wanted: each member begins with `- `, a hyphen and a space"),
    ("hackernews: {}", "1:1", "hackernews: is no key here; did you mean `trackers.hackernews`?"),
    ("person: [[x:a]]", "1:1", "person: is no key here; did you mean `people`?"),
    ("site: {author: Ada}", "1:8", "site.author: is no key here; there are title, url, id, note, home, per_page, max_paper_pages, max_mb, view, cards, people, offline"),
    ("announce: {slack: {webhook: https://a.example/}}", "1:20", "announce.slack.webhook: secrets do not belong in this file: remove it, make it invalid at the service (it may be public already), and set a new one in the environment: docs/announce.md names it"),
    ("site: {title: a\ntrackers: []\n", "1:7", "opens a bracket that nothing closes"),
    ("site:\n  note: |\n  Hello\n", "3:1", "stands outside of the text that `|` begins: indent it further than the key above"),
    ('site:\n  title: "C:\\Users"\n', "2:10", 'has a backslash that YAML cannot read between " and ": put the text between \' and \''),
    ("site: {title: a}\u000b", "1:1", "has the character 11, which YAML does not allow: remove it"),
    ("site:\u00a0{title: a}", "1:6", "has a space of another kind (U+00A0 or the like): delete it and type a space"),
    ("site:\n  title: a\n", "2:1", "has a space of another kind (U+00A0 or the like): delete it and type a space"),
    ("site:\n  title: a\n　url: https://a.example/\n", "3:1", "has a space of another kind (U+00A0 or the like): delete it and type a space"),
]
# fmt: on


@pytest.mark.parametrize(("text", "place", "said"), MISTAKES)
def test_a_mistake_is_told_with_its_place_and_its_remedy(text: str, place: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(text.encode())
    assert f"config.yaml:{place}: {said}" in [str(problem) for problem in caught.value.problems]


def test_a_list_whose_members_are_all_wrong_is_not_called_empty() -> None:
    with pytest.raises(ConfigError) as caught:
        read(b"people: [[ada, bo]]")
    assert [str(problem)[:30] for problem in caught.value.problems] == [
        "config.yaml:1:11: people[0][0]",
        "config.yaml:1:16: people[0][1]",
    ]


def test_another_configuration_that_is_missing_is_no_reason_to_rename_the_one_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("site: {title: a}")
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "mine.yaml")
    assert "is missing, but config.yaml is there: name it with --config" in str(caught.value.problems[0])


@pytest.mark.parametrize(
    "name",
    ["config.yml", "config.yaml.txt", "Config.yaml.yaml", "config (1).yaml", "config.json", "configuration.yaml"],
)
def test_a_configuration_of_another_name_is_found(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("site: {title: a}")
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "config.yaml")
    assert f"is missing, but {name} is there: rename it to config.yaml" in str(caught.value.problems[0])


@pytest.mark.parametrize(
    "text",
    [
        "site:\n  note: |\n    Title\n    =======\n    #arxiv and key:value, a = b // c\n    “quoted”\n",
        'site: {title: "“My page”"}',
        "site:\n  title: Ada’s page – 100% // arXiv\n",
        "trackers:\n- id: a\n  mastodon: {tags: [arxiv@b.example]} # [#arxiv]\n",
        "trackers:\n  - id: a\n    hackernews: # defaults\n",
        "site: {title: a} #comment, [#tag]",
        "filters: {categories: [cs, cs.LG, hep-th, cmp-lg, math.AG]}",
        "trackers: [{id: a, feeds: ['https://a.example/feed.xml?author=ada&keyword=papers']}]",
    ],
)
def test_what_only_looks_like_a_mistake_is_read(text: str) -> None:
    read(text.encode())
