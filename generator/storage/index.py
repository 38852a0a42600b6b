"""Which file of `data/` holds which post: a database in `.cache/`, so that a run reads the files it needs.

The index says where to look; the file says what is there. Losing the database costs the time to read `data/` once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from itertools import islice
from pathlib import Path

from generator.finding.mentions import newest_versions
from generator.model.records import Paper, Post
from generator.storage.database import create_database, key_of, open_database

NAME = "index.sqlite"
_VERSION = 2
_BATCH = 50_000
_DEAD_ROWS_OF = 200
"""So many replaced files leave their rows behind, and a quarter of all files; then the rows are deleted."""
_SCHEMA = """
CREATE TABLE meta (replaced INTEGER);
INSERT INTO meta VALUES (0);
CREATE TABLE files (number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, stamp TEXT, digest BLOB,
    irregular INTEGER);
CREATE TABLE posts (key INTEGER, file INTEGER, PRIMARY KEY (key, file)) WITHOUT ROWID;
CREATE TABLE links (key INTEGER, file INTEGER, PRIMARY KEY (key, file)) WITHOUT ROWID;
CREATE TABLE mentions (paper TEXT, file INTEGER, version INTEGER, seen_at INTEGER, PRIMARY KEY (paper, file))
    WITHOUT ROWID;
CREATE INDEX versions ON mentions (paper) WHERE version > 0;
CREATE TABLE lacking (paper TEXT, file INTEGER, PRIMARY KEY (paper, file)) WITHOUT ROWID;
CREATE TABLE papers (id TEXT, file INTEGER, version INTEGER, fetched_at INTEGER, PRIMARY KEY (id, file)) WITHOUT ROWID;
"""
_TEMPORARY = """
CREATE TEMP TABLE new_posts (key INTEGER, file INTEGER);
CREATE TEMP TABLE new_links (key INTEGER, file INTEGER);
CREATE TEMP TABLE new_mentions (paper TEXT, file INTEGER, version INTEGER, seen_at INTEGER);
CREATE TEMP TABLE wanted (key INTEGER);
"""


@dataclass(slots=True)
class FileSummary:
    """What the index keeps of one file."""

    is_irregular: bool = False
    """Not as the store would write it. Every run reads such a file, reports what is damaged and mends the rest."""
    posts: set[str] = field(default_factory=set)
    links: set[str] = field(default_factory=set)
    """What its posts point at and who wrote them."""
    versions: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Paper id -> (highest version that a post names or 0, second in which the last such post was seen)."""
    papers: list[Paper] = field(default_factory=list)

    def add_post(self, post: Post, full_post: Post) -> None:
        """Note a post.

        Args:
            post: as it is stored.
            full_post: the same with its text, where less may be stored.
        """
        self.posts.add(post.id)
        self.links.add(_by(post.account.id))
        if post.of is not None:
            self.links.add(_to(post.of))
        for paper_id in post.papers:
            self.versions.setdefault(paper_id, (0, 0))
        seen_at = _seconds(post.seen_at)
        for paper_id, version in newest_versions([full_post]).items():
            other_version, other_seen_at = self.versions.get(paper_id, (0, 0))
            self.versions[paper_id] = (max(version, other_version), max(seen_at, other_seen_at))


class Index:
    """The index of one data tree.

    Args:
        cache: the folder of the database; None keeps it in memory.
        rules: what the summaries depend on beside the files. With other rules all files are read again.
    """

    def __init__(self, cache: Path | None, rules: str = "") -> None:
        self._rules = rules
        place = None if cache is None else cache / NAME
        self._database = open_database(place, _SCHEMA, _VERSION, rules)
        self._database.executescript(_TEMPORARY)

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def refresh(
        self,
        paths: Mapping[str, Path],
        read_file: Callable[[Path], bytes],
        summarise: Callable[[str, bytes], FileSummary],
    ) -> int:
        """Read the files that changed since the last time.

        If the database cannot be written (a full disk, a cache that is read-only), this run makes its own in memory.

        Args:
            paths: all files with posts or papers, by name.
            read_file: reads one.
            summarise: (name, content) -> what is in it.

        Returns:
            How many were summarised.
        """
        try:
            return self._refresh(paths, read_file, summarise)
        except sqlite3.Error:
            self._database.close()
            self._database = create_database(":memory:", _SCHEMA, _VERSION, self._rules)
            self._database.executescript(_TEMPORARY)
            return self._refresh(paths, read_file, summarise)

    def _refresh(
        self,
        paths: Mapping[str, Path],
        read_file: Callable[[Path], bytes],
        summarise: Callable[[str, bytes], FileSummary],
    ) -> int:
        rows = self._database.execute("SELECT name, number, stamp, digest FROM files")
        indexed = {name: (number, stamp, digest) for name, number, stamp, digest in rows}
        summarised = 0
        lost_papers = False
        with self._database:
            for name, path in paths.items():
                stamp = _stamp(path)
                number, old_stamp, old_digest = indexed.pop(name, (None, None, None))
                if stamp == old_stamp:
                    continue
                content = read_file(path)
                digest = blake2b(content, digest_size=16).digest()
                if digest == old_digest:
                    self._database.execute("UPDATE files SET stamp = ? WHERE number = ?", (stamp, number))
                    continue
                lost_papers = lost_papers or (number is not None and name.startswith("papers/"))
                self._forget(number)
                self._add(name, stamp, digest, summarise(name, content))
                summarised += 1
            for name, (number, _, _) in indexed.items():
                lost_papers = lost_papers or name.startswith("papers/")
                self._forget(number)
            if summarised:
                self._merge_new_rows()
            if summarised or lost_papers:
                self._note_lacking_papers(lost_papers=lost_papers)
            self._delete_dead_rows()
        return summarised

    def irregular_files(self) -> set[str]:
        """Names of the files that every run reads."""
        return self._names("SELECT name FROM files WHERE irregular")

    def files_of_posts(self, ids: Iterable[str]) -> set[str]:
        """Names of the files that hold one of these posts."""
        return self._files_with("posts", ids)

    def places_of(self, ids: Iterable[str]) -> Iterator[tuple[str, str]]:
        """(id, name of a file that holds the post) for those of the posts that are stored."""
        query = "SELECT name FROM posts JOIN files ON number = file WHERE key = ?"
        for post_id in ids:
            for (name,) in self._database.execute(query, (key_of(post_id),)):
                yield post_id, name

    def files_pointing_at(self, ids: Iterable[str]) -> set[str]:
        """Names of the files with a repost, quote, reply or like of one of these posts."""
        return self._files_with("links", map(_to, ids))

    def files_of_accounts(self, ids: Iterable[str]) -> set[str]:
        """Names of the files with a post of one of these accounts."""
        return self._files_with("links", map(_by, ids))

    def files_lacking_papers(self, pending: Collection[str]) -> set[str]:
        """Names of the files whose posts name a paper that is neither stored nor pending."""
        rows = self._database.execute("SELECT paper, name FROM lacking JOIN files ON number = file")
        return {name for paper, name in rows if paper not in pending}

    def files_naming_newer_versions(self) -> set[str]:
        """Names of the files whose posts name a version that arXiv was not asked for since they came."""
        return self._names(
            "SELECT DISTINCT name FROM papers JOIN mentions ON paper = id JOIN files ON number = mentions.file"
            " WHERE mentions.version > 0 AND mentions.version > papers.version AND seen_at > fetched_at"
        )

    def stored_papers(self, ids: Iterable[str]) -> set[str]:
        """Those of the papers that are stored."""
        query = "SELECT 1 FROM papers JOIN files ON number = papers.file WHERE id = ?"
        return {paper_id for paper_id in ids if self._database.execute(query, (paper_id,)).fetchone()}

    def papers_fetched_by(self, ids: Iterable[str], at: datetime) -> set[str]:
        """Those of the papers that are stored as arXiv described them at this time or before."""
        query = "SELECT 1 FROM papers JOIN files ON number = papers.file WHERE id = ? AND fetched_at <= ?"
        second = _seconds(at)
        return {paper_id for paper_id in ids if self._database.execute(query, (paper_id, second)).fetchone()}

    def _names(self, query: str) -> set[str]:
        return {name for (name,) in self._database.execute(query)}

    def _files_with(self, table: str, names: Iterable[str]) -> set[str]:
        files: set[str] = set()
        remaining = iter(names)
        while keys := [(key_of(name),) for name in islice(remaining, _BATCH)]:
            self._database.executemany("INSERT INTO wanted VALUES (?)", keys)
            files |= self._names(
                f"SELECT DISTINCT name FROM wanted JOIN {table} USING (key) JOIN files ON number = file"  # noqa: S608
            )
            self._database.execute("DELETE FROM wanted")
        self._database.commit()
        return files

    def _forget(self, number: int | None) -> None:
        """Drop a file. Its rows name a number that no other file gets, so that they lead nowhere."""
        if number is not None:
            self._database.execute("DELETE FROM files WHERE number = ?", (number,))
            self._database.execute("UPDATE meta SET replaced = replaced + 1")

    def _add(self, name: str, stamp: str, digest: bytes, summary: FileSummary) -> None:
        number = self._database.execute(
            "INSERT INTO files (name, stamp, digest, irregular) VALUES (?, ?, ?, ?)",
            (name, stamp, digest, summary.is_irregular),
        ).lastrowid
        insert = self._database.executemany
        insert("INSERT INTO new_posts VALUES (?, ?)", ((key_of(post_id), number) for post_id in summary.posts))
        insert("INSERT INTO new_links VALUES (?, ?)", ((key_of(link), number) for link in summary.links))
        insert(
            "INSERT INTO new_mentions VALUES (?, ?, ?, ?)",
            ((paper_id, number, version, seen_at) for paper_id, (version, seen_at) in summary.versions.items()),
        )
        insert(
            "INSERT OR IGNORE INTO papers VALUES (?, ?, ?, ?)",
            ((paper.id, number, paper.version, _seconds(paper.fetched_at)) for paper in summary.papers),
        )

    def _merge_new_rows(self) -> None:
        """Add the rows of new files in the order of their keys, which is ten times as quick as in any other."""
        execute = self._database.execute
        execute("INSERT OR IGNORE INTO posts SELECT key, file FROM new_posts ORDER BY key, file")
        execute("INSERT OR IGNORE INTO links SELECT key, file FROM new_links ORDER BY key, file")
        # Two machines may have stored one post on two days: both files are read, and the store merges the two.
        execute(
            "UPDATE files SET irregular = 1 WHERE number IN (SELECT file FROM posts JOIN"
            " (SELECT posts.key AS doubled FROM new_posts JOIN posts USING (key)"
            " JOIN files ON number = posts.file GROUP BY posts.key HAVING count(DISTINCT posts.file) > 1)"
            " ON key = doubled)"
        )
        execute("INSERT OR IGNORE INTO mentions SELECT * FROM new_mentions ORDER BY paper, file")
        execute("INSERT OR IGNORE INTO lacking SELECT paper, file FROM new_mentions")
        for table in ("new_posts", "new_links", "new_mentions"):
            execute(f"DELETE FROM {table}")  # noqa: S608

    def _note_lacking_papers(self, *, lost_papers: bool) -> None:
        if lost_papers:
            self._database.execute(
                "INSERT OR IGNORE INTO lacking SELECT paper, mentions.file FROM papers JOIN mentions ON paper = id"
                " WHERE papers.file NOT IN (SELECT number FROM files)"
            )
        self._database.execute(
            "DELETE FROM lacking WHERE EXISTS"
            " (SELECT 1 FROM papers JOIN files ON number = papers.file WHERE id = paper)"
        )

    def _delete_dead_rows(self) -> None:
        (replaced,) = self._database.execute("SELECT replaced FROM meta").fetchone()
        (files,) = self._database.execute("SELECT count(*) FROM files").fetchone()
        if replaced <= _DEAD_ROWS_OF + files // 4:
            return
        for table in ("posts", "links", "mentions", "lacking", "papers"):
            self._database.execute(f"DELETE FROM {table} WHERE file NOT IN (SELECT number FROM files)")  # noqa: S608
        self._database.execute("UPDATE meta SET replaced = 0")


def _stamp(path: Path) -> str:
    """What tells, without reading it, whether a file is the one that was indexed."""
    status = path.stat()
    return f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino}"


def _to(post_id: str) -> str:
    return f"to {post_id}"


def _by(account_id: str) -> str:
    return f"by {account_id}"


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
