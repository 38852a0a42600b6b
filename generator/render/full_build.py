"""A build: everything is read, every file is rendered, and those whose bytes differ are written."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial

from generator.config import Config
from generator.model.muting import shown_papers
from generator.model.site import Output, OutputGroup, Site
from generator.model.tree import Tree
from generator.ranking.rank import submitted_order
from generator.ranking.similar import find_similar
from generator.render.exports import plan_exports
from generator.render.feeds import plan_feeds, what_feeds_say
from generator.render.last_build import BuildCounts
from generator.render.make_site import make_site
from generator.render.overrides import ThemeFiles
from generator.render.pages import plan_groups, plan_pages
from generator.render.paths import Paths
from generator.render.processes import Meanwhile
from generator.render.site_size import fit, notice
from generator.render.templates import Templates
from generator.render.write import Progress, Written, write_outputs
from generator.storage import run_reports as last_run
from generator.storage.content import load_content
from generator.storage.store import Store


def build(
    config: Config,
    paths: Paths,
    *,
    now: datetime | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> tuple[BuildCounts, Written]:
    """Build the site; the arguments and errors are those of `run`."""
    try:
        with _kept_to_the_end():
            site, problems = _site(config, paths, now, workers)
            templates = Templates(paths.templates, site, cache=paths.cache / "templates", content=paths.content)
            plan = partial(_plan, templates)
            site, outputs = fit(site, plan, config.site.max_mb * 1_000_000)
        written = write_outputs(outputs, paths.site, workers=workers, progress=progress)
    finally:
        gc.unfreeze()
    if site.hub:
        last_run.save(paths.cache, what_feeds_say(site), last_run.FEEDS)
    counts = BuildCounts(
        files=written.total,
        papers=len(site.papers),
        posts=len(site.posts),
        lists=len(site.listings),
        problems=problems,
        size_notice=notice(site.size),
    )
    return counts, written


@contextmanager
def _kept_to_the_end() -> Iterator[None]:
    """What is made inside stays as long as the build does, so the collector of cycles need not look at it again.

    Doing so takes 11 % more CPU (10,000 papers, 2026-12-01), and it writes to all that it looks at, so that forked
    processes could not share their memory.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if was_on:
            gc.enable()


def _site(config: Config, paths: Paths, now: datetime | None, workers: int = 1) -> tuple[Site, tuple[str, ...]]:
    """(the site, the damaged lines that it is made without)."""
    store = Store(paths.data, paths.cache)
    tree = store.load()
    similar = Meanwhile(partial(_similar_papers, config, tree), workers)
    content = load_content(paths.content)
    site = make_site(
        config,
        tree,
        texts=store.load_texts(),
        now=now,
        own_pages=content.pages,
        notes=content.notes,
    )
    theme = ThemeFiles(paths.templates, paths.content).theme()
    return replace(site, similar=similar.answer(), theme=theme), tuple(map(str, tree.problems))


def _similar_papers(config: Config, tree: Tree) -> dict[str, tuple[str, ...]]:
    """Of the papers that may have a page."""
    filters = config.filters
    papers = shown_papers(tree.papers.values(), filters.categories, filters.mute_words)
    newest = sorted(papers.values(), key=submitted_order, reverse=True)
    return find_similar(newest[: config.site.max_paper_pages])


def _plan(templates: Templates, site: Site) -> list[Output | OutputGroup]:
    """Every file of the site."""
    pages = list(plan_pages(site, templates))
    exports = plan_exports(site, [page.path for page in pages])
    return [*plan_groups(site), *pages, *plan_feeds(site), *exports]
