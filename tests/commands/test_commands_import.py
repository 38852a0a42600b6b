"""`import`: JSON Lines in, records in data/; bad lines cost nobody else; twice is once."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from generator.commands.import_archives import make_trackers, names_of
from generator.fetch.archives.x.json_fields import Owner
from generator.fetch.configuration import read as read_config
from generator.model.records import Paper, Post
from generator.model.tree import Tree
from tests import make, x_archives
from tests.conftest import ROOT
from tests.e2e.run import Copy

NOW = ("--now", "2026-11-20T12:00:00Z")
AHEAD = datetime(2031, 1, 1, tzinfo=UTC)


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path / "copy")


def lines(*records: Post | Paper) -> str:
    return "".join(msgspec.json.encode(record).decode() + "\n" for record in records)


def test_posts_and_papers_come_in_by_one_file_and_a_second_time_changes_nothing(copy: Copy) -> None:
    (copy.folder / "in.jsonl").write_text(lines(make.paper(), make.post("1"), make.post("2", who="bo")), "utf-8")
    first = copy.run("import", "in.jsonl", "--offline", "--json", *NOW)
    assert first.status == 0
    assert {key: first.json[key] for key in ("new_posts", "new_papers", "left_out", "pending")} == {
        "new_posts": 2, "new_papers": 1, "left_out": 0, "pending": 0,
    }  # fmt: skip
    before = copy.files("data")
    second = copy.run("import", "in.jsonl", "--offline", "--json", "--now", "2027-01-01T00:00:00Z")
    assert (second.json["new_posts"], second.json["changed_posts"], second.json["changed_files"]) == (0, 0, 0)
    assert copy.files("data") == before


def test_standard_input_is_read_as_well(copy: Copy) -> None:
    ran = copy.run("import", "-", "--offline", "--json", *NOW, stdin="\ufeff" + lines(make.paper()) + "\n\n")
    assert ran.json["new_papers"] == 1


def test_papers_are_found_where_they_are_missing_and_wait_for_arxiv(copy: Copy) -> None:
    about = msgspec.structs.replace(make.post("1"), papers=(), links=("https://arxiv.org/abs/2401.00001v2",))
    about_nothing = msgspec.structs.replace(make.post("2"), papers=(), text="lunch")
    ran = copy.run("import", "-", "--offline", "--json", *NOW, stdin=lines(about, about_nothing))
    assert (ran.json["new_posts"], ran.json["left_out"], ran.json["pending"]) == (1, 1, 1)
    assert b'"papers":["2401.00001"]' in b"".join(copy.files("data").values())


def test_links_without_scheme_are_read_and_what_is_not_read_is_named(copy: Copy) -> None:
    post = msgspec.structs.replace(
        make.post("1"),
        papers=(),
        links=(
            "//arxiv.org/abs/2401.00001",
            "arxiv.org/abs/2401.00002",
            "javascript:x",
            "https://new.example/2401.00003",
        ),
    )
    ran = copy.run("import", "-", "--offline", "--json", *NOW, stdin=lines(post))
    assert ran.json["unread_hosts"] == {"new.example": 1}
    assert "1 link to new.example;" in ran.err
    assert "the link 'javascript:x' is no web address and is left out" in ran.err
    stored = b"".join(copy.files("data").values())
    assert b'"links":["https://arxiv.org/abs/2401.00001","https://arxiv.org/abs/2401.00002",' in stored


def test_nothing_comes_in_from_the_future(copy: Copy) -> None:
    ahead = make.post("1", posted_at=AHEAD, seen_at=make.NOON - timedelta(hours=3))
    far_ahead = make.post("2", posted_at=AHEAD, seen_at=AHEAD + timedelta(days=400))
    paper = make.paper(submitted_at=AHEAD, revised_at=None, fetched_at=AHEAD)
    ran = copy.run("import", "-", "--offline", "--json", *NOW, stdin=lines(ahead, far_ahead, make.post("3"), paper))
    assert (ran.json["new_posts"], ran.json["from_future"]) == (3, 3)
    stored = b"".join(copy.files("data").values())
    assert not re.search(rb"203[0-9]-", stored)
    assert b'"posted_at":"2026-11-20T09:00:00Z"' in stored
    assert b'"posted_at":"2026-11-20T12:00:00Z"' in stored
    assert b'"submitted_at":null' in stored
    assert "3 records dated in the future" in ran.err


def test_a_quote_before_its_original_inherits_the_papers(copy: Copy) -> None:
    original = make.post("1")
    quote = make.post("2", who="bo", kind="quote", of=original.id, papers=())
    ran = copy.run("import", "-", "--offline", "--json", *NOW, stdin=lines(quote, original))
    assert (ran.json["new_posts"], ran.json["left_out"]) == (2, 0)


def test_a_repost_of_something_unknown_does_not_wait_for_what_no_file_will_bring(copy: Copy) -> None:
    repost = make.post("2", kind="repost", of="bluesky:bo/1", papers=(), text=None)
    ran = copy.run("import", "-", "--offline", "--json", *NOW, stdin=lines(repost))
    assert (ran.json["new_posts"], ran.json["left_out"]) == (0, 1)
    assert b"bluesky:bo/1" not in b"".join(copy.files("data").values())


def test_posts_from_x_keep_ids_only_unless_the_owner_keeps_them_in_full(copy: Copy) -> None:
    tweet = make.post("1", network="x", id="x:123", text="secretly funny")
    copy.run("import", "-", "--offline", *NOW, stdin=lines(tweet))
    assert b"secretly funny" not in b"".join(copy.files("data").values())
    assert b"x:123" in b"".join(copy.files("data").values())
    full = Copy(copy.folder.parent / "full", "networks: {x: {keep: full}}")
    full.run("import", "-", "--offline", *NOW, stdin=lines(tweet))
    assert b"secretly funny" in b"".join(full.files("data").values())


def test_a_bad_line_is_told_with_its_place_and_costs_no_other(copy: Copy) -> None:
    (copy.folder / "in.jsonl").write_text("{\n" + lines(make.post()) + '{"id":"2401.1","title":"a"}\n', "utf-8")
    ran = copy.run("import", "in.jsonl", "--offline", "--json", *NOW)
    assert ran.status == 0
    assert ran.json["new_posts"] == 1
    assert ran.json["bad_lines"] == 2
    assert "data: 1 new post, 0 changed" in ran.err
    assert ran.err.splitlines()[0].startswith("in.jsonl:1: is no JSON")
    assert ran.err.splitlines()[1].startswith("in.jsonl:3: id: '2401.1' is no id of arXiv")


def test_where_nothing_could_be_imported_it_fails_and_writes_nothing(copy: Copy) -> None:
    ran = copy.run("import", "-", "--offline", *NOW, stdin="nonsense\n[1]\n")
    assert ran.status == 1
    assert "standard input:2: must be a JSON object" in ran.err
    assert "nothing was imported" in ran.err
    assert not copy.files("data")


def test_a_line_without_end_costs_only_itself(copy: Copy) -> None:
    (copy.folder / "in.jsonl").write_bytes(b'{"text":"' + b"a" * 9_000_000 + b'"}\n' + lines(make.post()).encode())
    ran = copy.run("import", "in.jsonl", "--offline", "--json", *NOW)
    assert ran.json["new_posts"] == 1
    assert "in.jsonl:1: is longer than 4,194,304 bytes" in ran.err


ARCHIVE = """\
site: {title: Made up, url: "https://pages.example/made-up/"}
trackers:
  - {id: example, x: {accounts: [Ada_Made_Up]}}
  - {id: other, bluesky: {accounts: [ada.example]}}
  - {id: third, bluesky: {accounts: [bo.example]}}
"""


def test_an_archive_of_x_comes_in_and_a_second_time_changes_nothing(copy: Copy) -> None:
    copy.configure(ARCHIVE)
    likes = [x_archives.like(7, "arXiv:2401.00002"), x_archives.like(1)]
    made = x_archives.files(x_archives.about(1), x_archives.reply(2, to=1), x_archives.tweet(3), likes=likes)
    x_archives.write_zip(copy.folder / "a.zip", made)
    ran = copy.run("import", "a.zip", "--offline", "--json", *NOW)
    assert ran.status == 0
    assert (ran.json["read_posts"], ran.json["new_posts"], ran.json["left_out"]) == (5, 4, 1)
    posts = [json.loads(line) for path, content in copy.files("data").items() if "posts/" in path
             for line in content.splitlines()]  # fmt: skip
    assert {tuple(post["trackers"]) for post in posts} == {("example",)}
    assert not [post for post in posts if "text" in post or "handle" in post["account"] or "counts" in post]
    assert json.loads(copy.files("data")["state/x.json"])["accounts"] == {"ada_made_up": f"x:{x_archives.OWNER_ID}"}
    assert b"I read this twice" in copy.files(".cache")["texts.jsonl"]
    before = copy.files("data"), copy.files(".cache")
    x_archives.write_folder(copy.folder / "unpacked", made)
    again = copy.run("import", "unpacked", "a.zip", "--offline", "--json", "--now", "2027-01-01T00:00:00Z")
    assert again.status == 0
    assert (again.json["new_posts"], again.json["changed_posts"], again.json["changed_files"]) == (0, 0, 0)
    assert (copy.files("data"), copy.files(".cache")) == before


def test_an_archive_in_a_private_copy_is_kept_in_full(copy: Copy) -> None:
    copy.configure(ARCHIVE + "networks: {x: {keep: full}}")
    x_archives.write_zip(copy.folder / "a.zip", x_archives.files(x_archives.about(1)))
    assert copy.run("import", "a.zip", "--offline", *NOW).status == 0
    assert b"I read this twice https://arxiv.org/abs/2401.00001" in b"".join(copy.files("data").values())


@pytest.mark.parametrize(
    ("config", "trackers"),
    [
        ("", ("example",)),
        ("people: [[x:ada_made_up, bluesky:bo.example]]", ("example", "third")),
        ("people: [[x:90000001, bluesky:ada.example]]", ("example", "other")),
    ],
)
def test_an_archive_is_the_reading_of_the_trackers_that_name_its_person(config: str, trackers: tuple[str, ...]) -> None:
    owner = Owner(id=x_archives.OWNER_ID, handle="Ada_Made_Up")
    assert make_trackers(read_config((ARCHIVE + config).encode()), Tree()).of(names_of(owner)) == trackers


def test_an_archive_of_nobody_that_is_named_is_the_reading_of_all() -> None:
    owner = Owner(id="5", handle="somebody_else")
    assert make_trackers(read_config(ARCHIVE.encode()), Tree()).of(names_of(owner)) == ("example", "other", "third")


def test_the_handle_of_an_account_that_the_configuration_does_not_name_is_not_published(copy: Copy) -> None:
    x_archives.write_zip(copy.folder / "a.zip", x_archives.files(x_archives.about(1)))
    assert copy.run("import", "a.zip", "--offline", *NOW).status == 0
    assert not [path for path, content in copy.files("data").items() if b"ada_made_up" in content.lower()]


@pytest.mark.parametrize(
    ("name", "says"),
    [("folder", "folder: holds no tweets.js"), ("broken.zip", "broken.zip: cannot be read as a zip file"),
     ("tweets.js", "tweets.js: whose posts are these?"), ("other.js", "other.js: holds no tweets.js")],
)  # fmt: skip
def test_what_is_no_archive_is_said_plainly_and_nothing_is_written(copy: Copy, name: str, says: str) -> None:
    (copy.folder / "folder").mkdir()
    for each in ("broken.zip", "tweets.js", "other.js"):
        variable = "direct_messages" if each == "other.js" else "tweets"
        (copy.folder / each).write_text(f"window.YTD.{variable}.part0 = [ ]")
    ran = copy.run("import", name, "--offline")
    assert ran.status == 1
    assert says in ran.err
    assert "Traceback" not in ran.err
    assert not copy.files("data")


def test_a_damaged_archive_gives_what_can_be_read_and_says_what_not(copy: Copy) -> None:
    copy.configure(ARCHIVE)
    made = x_archives.files(x_archives.about(1), {"tweet": {"id_str": "no"}}, x_archives.about(2))
    made["data/tweets.js"] = made["data/tweets.js"][:-300]
    x_archives.write_folder(copy.folder / "archive", made)
    ran = copy.run("import", "archive", "--offline", "--json", *NOW)
    assert ran.status == 0
    assert (ran.json["new_posts"], ran.json["bad_lines"]) == (1, 2)
    assert "tweets.js[1]" in ran.err
    assert "cut off" in ran.err


def test_an_archive_lines_and_a_stored_fetch_of_the_same_posts_are_one_record_each(copy: Copy) -> None:
    copy.configure(ARCHIVE)
    x_archives.write_folder(copy.folder / "archive", x_archives.files(x_archives.about(1), x_archives.reply(2, to=1)))
    copy.run("import", "archive", "--offline", *NOW)
    stored = b"".join(content for path, content in copy.files("data").items() if path.startswith("posts/"))
    ran = copy.run("import", "-", "archive", "--offline", "--json", *NOW, stdin=stored.decode())
    assert (ran.json["new_posts"], ran.json["changed_posts"], ran.json["changed_files"]) == (0, 0, 0)


# VmHWM, not ru_maxrss: that one keeps the size of the process that forked this one (proc_pid_status(5), getrusage(2)).
PEAK = """
import re, sys
from pathlib import Path
from generator.cli import main
try:
    main()
finally:
    print("peak", re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1], file=sys.stderr)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak memory of a process is read from /proc")
@pytest.mark.slow
def test_memory_does_not_grow_with_the_archive(copy: Copy) -> None:
    copy.configure(ARCHIVE)
    path = copy.folder / "big.zip"
    size = write_big_archive(path)
    assert size > 100_000_000
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", PEAK, "import", "big.zip", "--offline", "--json", *NOW]
    done = subprocess.run(command, cwd=copy.folder, env=env, capture_output=True, text=True, timeout=300, check=True)
    told = json.loads(done.stdout)
    assert told["read_posts"] == 72_000
    assert told["new_posts"] == 288
    peak_kib = int(re.findall(r"^peak (\d+)$", done.stderr, re.MULTILINE)[0])
    assert peak_kib < 120 * 1024  # the program alone takes half of that; the list in memory would add its whole size


def write_big_archive(path: Path) -> int:
    """72,000 tweets in threads of three, of which one in 750 begins with a paper; bytes of its list."""
    filling = "words that were said about many other things " * 22
    size = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        packed.writestr("data/account.js", x_archives.script("account", [x_archives.ACCOUNT]))
        with packed.open("data/tweets.js", "w", force_zip64=True) as file:
            size += file.write(b"window.YTD.tweets.part0 = [")
            for number in range(0, 72_000, 3):
                first = x_archives.about(number) if number % 750 == 0 else x_archives.tweet(number)
                rest = [x_archives.reply(number + 1, to=number), x_archives.reply(number + 2, to=number + 1)]
                for element in (first, *rest):
                    element["tweet"]["source"] = f"{filling}{number * 7919 % 1_000_003}"
                rows = json.dumps([first, *rest], indent=1).encode()[1:-1]
                size += file.write(rows + (b"," if number < 71_997 else b"]"))
    return size


def test_a_missing_file_is_wrong_usage(copy: Copy) -> None:
    ran = copy.run("import", "nowhere.jsonl", "--offline")
    assert ran.status == 2
    assert "nowhere.jsonl" in ran.err


def test_muted_accounts_stay_out(copy: Copy) -> None:
    copy.configure("filters: {mute_accounts: ['bluesky:bo.example']}")
    ran = copy.run("import", "-", "--offline", "--json", *NOW, stdin=lines(make.post("1"), make.post("2", who="bo")))
    assert (ran.json["new_posts"], ran.json["left_out"]) == (1, 1)


def test_arxiv_is_asked_about_unknown_papers_unless_offline(copy: Copy) -> None:
    copy.configure('networks: {arxiv: {api: "http://127.0.0.1:9/query", spacing_s: 0}}')  # nobody listens there
    ran = copy.run("import", "-", "--json", *NOW, stdin=lines(make.post()))
    assert ran.status == 0
    assert ran.json["pending"] == 1
    assert "the next fetch asks again" in ran.err


@pytest.mark.slow
def test_the_real_corpus_comes_in_whole(copy: Copy, shared: Path) -> None:
    corpus = shared / "real" / "corpus"
    files = (str(corpus / "papers.jsonl"), str(corpus / "posts.jsonl"))
    ran = copy.run("import", *files, "--offline", "--json", *NOW)
    assert ran.status == 0
    assert ran.json["bad_lines"] == 0
    assert (ran.json["read_papers"], ran.json["read_posts"]) == (12290, 14302)
    assert ran.json["new_papers"] == 12290
    assert ran.json["new_posts"] + ran.json["left_out"] == 14302
    assert json.loads(ran.out)["warnings"] == []
    again = copy.run("import", *files, "--offline", "--json", *NOW)
    assert again.json["changed_files"] == 0
