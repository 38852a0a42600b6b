"""The build half: `data/` + config + templates + content -> `site/`. Offline and deterministic.

Nothing changed, neither what a build reads nor what the last one wrote: then there is nothing to do. Otherwise every
file is rendered, and those whose bytes differ are written (`full_build`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from generator.config import Config
from generator.render.fingerprint import fingerprint_of, looks_of
from generator.render.last_build import BuildCounts, remember, unchanged
from generator.render.paths import Paths
from generator.render.write import Progress, Written
from generator.storage import run_reports as last_run


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildSummary:
    """What a build did, for the command to report."""

    counts: BuildCounts
    written: Written


def run(
    config: Config,
    paths: Paths,
    *,
    now: datetime | None = None,
    full: bool = False,
    workers: int = 1,
    progress: Progress | None = None,
) -> BuildSummary:
    """Build the site.

    Args:
        config: the validated configuration.
        paths: where to read and write.
        now: the time of the view; the newest `seen_at` in the data if not given.
        full: build even where nothing changed since the last build.
        workers: processes to render in.
        progress: called with (done, total).

    Raises:
        StoreError: data/ cannot be read.
        BuildError: a template is wrong, or the site folder is not ours to write.
    """
    inputs = fingerprint_of(
        config.model_dump_json(),
        str(now),
        looks_of(paths.data, paths.templates, paths.content, *paths.remembered),
    )
    feeds_known = config.feeds.hub is None or (paths.cache / last_run.FEEDS).exists()
    if not full and feeds_known and (counts := unchanged(paths.last_build, inputs, paths.site)):
        nothing_written = Written(total=counts.files, rendered=0, written=0, removed=0)
        return BuildSummary(counts=counts, written=nothing_written)
    # It takes half of the time of a build without news to load.
    from generator.render.full_build import build  # noqa: PLC0415

    counts, written = build(config, paths, now=now, workers=workers, progress=progress)
    remember(paths.last_build, inputs, paths.site, counts)
    return BuildSummary(counts=counts, written=written)
