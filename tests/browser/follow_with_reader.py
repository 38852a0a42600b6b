"""Subscribes with lemon24/reader, updates, says what is unread as [feed, id, title, published] and marks it as read.

Usage: follow_with_reader.py DATABASE FEED... - run by the Python of .tools/reader, where that is installed.
"""

from __future__ import annotations

import json
import sys

from reader import make_reader  # type: ignore[import-not-found,unused-ignore]


def main(database: str, *feeds: str) -> None:
    """One look at the feeds."""
    with make_reader(database) as reader:
        for feed in feeds:
            reader.add_feed(feed, exist_ok=True)
            reader.update_feed(feed)
        unread = list(reader.get_entries(read=False))
        for entry in unread:
            reader.mark_entry_as_read(entry)
        failed = [str(feed.last_exception) for feed in reader.get_feeds() if feed.last_exception]
    rows = [(each.feed_url, each.id, each.title, each.published.isoformat()) for each in unread]
    sys.stdout.write(json.dumps({"unread": rows, "failed": failed}))


if __name__ == "__main__":
    main(*sys.argv[1:])
