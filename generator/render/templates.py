"""The Jinja environment: templates, filters, and the parts that are rendered once and stand in many pages.

Templates compute nothing: they place what views hold. Undefined names are errors, everything is escaped, and every link
is relative to the page (`root`), so that the site works under any sub-path.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from generator.model.errors import BuildError
from generator.model.site import Chrome, Output, Site, chrome_of
from generator.render.filters import FILTERS
from generator.render.overrides import ThemeFiles
from generator.render.pieces import Pieces
from generator.text import latex
from generator.views.phrases import ROOT

CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'"
)
"""What pages may load: our own style, scripts, files and images, and nothing from elsewhere."""

EARLY = "early.js"
"""The script that stands in every page, because it must run before the first paint; allowed by its digest."""
LOST = "lost.js"
"""The script of the page that stands in for missing ones: no address of a file is sure to lead from there."""

NOT_FOUND = "404.html"
"""Served at any depth: its links cannot be relative, and it brings its style along."""

HOME = "index.html"
"""Where most readers come first: it brings its style along too, so that the first paint waits for one file."""


class Templates:
    """Renders views with the templates of one folder, and what the owner lays over them.

    Args:
        folder: the templates, with `static/`.
        site: whose pages these are; only its `Chrome` is kept.
        cache: where compiled templates may be kept between runs.
        content: the owner's folder, with or without `style.css` and `templates/`.

    Raises:
        BuildError: the folder has no templates.
    """

    def __init__(self, folder: Path, site: Site, cache: Path | None = None, content: Path | None = None) -> None:
        self.files = ThemeFiles(folder, content)
        self.chrome: Chrome = chrome_of(site)
        self.pieces = Pieces(partial(self._macro, "article"), site)
        self._environment = self._make_environment(cache)
        self._macros: dict[str, Callable[..., Markup]] = {}
        self._parts: dict[tuple[str, ...], Markup] = {}
        self._loaded: dict[str, jinja2.Template] = {}

    @cached_property
    def assets(self) -> str:
        """Changes when a static file does: part of the style's address, so that no old style meets a new page."""
        digest = hashlib.blake2b(digest_size=4)
        for name, content in self.files.static():
            digest.update(name.encode() + b"\0" + content)
        return digest.hexdigest()

    @cached_property
    def _style(self) -> str:
        return self.files.style()

    @cached_property
    def _early(self) -> str:
        return self._inline(EARLY)

    @cached_property
    def _lost(self) -> str:
        return self._inline(LOST)

    def _inline(self, name: str) -> str:
        """A script that stands in a page."""
        script = "\n".join(map(str.strip, self.files.text(name).strip().splitlines()))
        if "</" in script or "<!--" in script:
            path = self.files.path(name)
            raise BuildError(f"{path}: holds '</' or '<!--', which a script inside a page must not; write it otherwise")
        return script

    @cached_property
    def _csp(self) -> str:
        if self._early:
            return CSP.replace("script-src 'self'", f"script-src 'self' {_digest(self._early)}")
        return CSP

    def _csp_of(self, path: str) -> str:
        others = {NOT_FOUND: "", HOME: "'self' "}.get(path)
        if others is None:
            return self._csp
        policy = self._csp.replace("style-src 'self'", f"style-src {others}{_digest(self._style)}")
        if path != NOT_FOUND:
            return policy
        policy = policy.replace("script-src 'self'", f"script-src {_digest(self._lost)}")
        # Its field of the search leads to where the site is published, as its links do.
        origin = "/".join(self.chrome.url.split("/")[:3])
        return policy.replace("form-action 'none'", f"form-action {origin}")

    def page(self, template: str, path: str, view: Callable[[], Any] = lambda: None) -> Output:
        """A page to be rendered: the template with what `view` returns."""
        return Output(path, lambda: self.render(template, path, view()))

    def render(self, template: str, path: str, view: Any) -> bytes:
        """One page.

        Args:
            template: its file below the folder, such as `lists.html`.
            path: where the page stands below `site/`; decides `root` and the canonical address.
            view: what the template knows as `v`.

        Raises:
            BuildError: the template is wrong, or wants what the view has not.
        """
        root = self.chrome.url if path == NOT_FOUND else root_of(path)
        try:
            html = self._template(template).render(
                v=view,
                root=root,
                csp=Markup(self._csp_of(path)),  # noqa: S704 (ours, without double quotes)
                brings_style=path in {NOT_FOUND, HOME},
                page_url=self.chrome.url + path.removesuffix("index.html"),
            )
        except jinja2.TemplateError as error:
            raise BuildError(self.files.explain(template, error)) from error
        html = html.replace(ROOT, root)
        # Whatever slipped through: no control character but tab and newline ever reaches a page.
        return html.encode("utf-8", "replace").translate(None, _CONTROLS)

    def part(self, name: str, *args: str) -> Markup:
        """A macro of `macros/frame.html`: what the pages of one section and depth have in common, rendered once."""
        key = (name, *args)
        markup = self._parts.get(key)
        if markup is None:
            html = _BETWEEN_TAGS.sub("><", self._macro("frame", name, *args)).strip()
            markup = self._parts[key] = Markup(html)  # noqa: S704 (rendered with autoescape)
        return markup

    def _macro(self, file: str, name: str, *args: object, **keywords: object) -> Markup:
        """What a macro makes of its arguments.

        Raises:
            BuildError: the macro is wrong or missing.
        """
        template = f"macros/{file}.html"
        try:
            macro = self._macros.get(name)
            if macro is None:
                macro = self._macros[name] = getattr(self._template(template).module, name)
            html: Markup = macro(*args, **keywords)
        except jinja2.TemplateError as error:
            raise BuildError(self.files.explain(template, error)) from error
        except AttributeError as error:
            raise BuildError(f"{self.files.path(template)}: has no macro {name!r}") from error
        return html

    def _template(self, name: str) -> jinja2.Template:
        template = self._loaded.get(name)
        if template is None:
            template = self._loaded[name] = self._environment.get_template(name)
        return template

    def _make_environment(self, cache: Path | None) -> jinja2.Environment:
        if cache is not None:
            cache.mkdir(parents=True, exist_ok=True)
        environment = jinja2.Environment(
            loader=self.files.loader(),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            bytecode_cache=jinja2.FileSystemBytecodeCache(str(cache)) if cache else None,
        )
        own: dict[str, Callable[..., Any]] = {"tex": self.pieces.tex, "said": self.pieces.said, "plain": latex.to_text}
        filters: dict[str, Callable[..., Any]] = {**FILTERS, **own}
        environment.filters.update(filters)
        environment.globals.update(
            chrome=self.chrome,
            style=self._style,
            early=self._early,
            lost=self._lost,
            assets=self.assets,
            note=self.pieces.note,
            signed=self.pieces.signed,
            by=self.pieces.by,
            post_text=self.pieces.post,
            part=self.part,
            marks=lru_cache(partial(self._macro, "chrome", "marks")),
            shown_at=partial(self._macro, "article", "shown_at"),
            searched_at=partial(self._macro, "article", "searched_at"),
            elsewhere=lru_cache(partial(self._macro, "article", "elsewhere")),
            feed_files=FEED_TYPES,
        )
        return environment


FEED_TYPES = (
    ("feed.xml", "application/rss+xml", "RSS"),
    ("atom.xml", "application/atom+xml", "Atom"),
    ("feed.json", "application/feed+json", "JSON Feed"),
)
"""(file, media type, name) of the feeds beside every list."""

_BETWEEN_TAGS = re.compile(r">\s*\n\s*<")
"""White space between the elements of the frame, which no page shows."""

_CONTROLS = bytes({*range(0x20), 0x7F} - {0x09, 0x0A})


def root_of(path: str) -> str:
    """The way from a page to the site's root: `./` for `index.html`, `../../` for `c/cs.LG/index.html`."""
    return "../" * path.count("/") or "./"


def _digest(text: str) -> str:
    """How a policy names a script or style that stands in the page."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
