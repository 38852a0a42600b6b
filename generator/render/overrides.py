"""Where templates, the style and static files come from: ours, with what the owner lays over them. Reads only.

`content/style.css` follows our style, so that it has the last word on every variable; a file in `content/templates/`
stands in the place of ours of that name. So a copy changes its look without touching a file that an update of the
software brings anew (docs/theming.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import jinja2

from generator.model.errors import BuildError
from generator.model.theme import Theme, in_colours, theme_of

STATIC = "static"
"""Folder of the templates whose files are published as they are."""
STYLE = "static/style.css"
MARK = "static/favicon.svg"
OURS = "ours"
"""`ours/lists.html` is our template where the owner has a `lists.html` too."""


class ThemeFiles:
    """The files of one look.

    Args:
        folder: our templates, with `static/`.
        content: the owner's folder, with or without `style.css` and `templates/`.

    Raises:
        BuildError: the folder has no templates.
    """

    def __init__(self, folder: Path, content: Path | None = None) -> None:
        if not (folder / "base.html").is_file():
            raise BuildError(f"{folder}: holds no base.html; name the folder of the templates with --templates")
        self._folders = [folder] if content is None else [content / "templates", folder]
        self._own_style = None if content is None else content / "style.css"

    def path(self, name: str) -> Path:
        """The file that counts: the owner's, else ours; it need not exist."""
        return next((folder / name for folder in self._folders if (folder / name).is_file()), self._folders[-1] / name)

    def _is_ours(self, path: Path) -> bool:
        return path.is_relative_to(self._folders[-1])

    def text(self, name: str) -> str:
        """What it holds; nothing where it is missing."""
        return _text(self.path(name))

    def static(self) -> Iterator[tuple[str, bytes]]:
        """(path below the site, content) of every static file: as it is, but our scripts without their comments."""
        names = {
            path.relative_to(folder).as_posix()
            for folder in self._folders
            for path in (folder / STATIC).rglob("*")
            if path.is_file() and not path.name.startswith(".")
        }
        for name in sorted(names):
            path = self.path(name)
            if name == STYLE:
                yield name, self.style().encode()
            elif name == MARK:
                yield name, self.mark().encode()
            elif path.suffix == ".js" and self._is_ours(path):
                yield name, _without_comments(_text(path)).encode()
            else:
                yield name, path.read_bytes()

    def style(self) -> str:
        """Our style, and the owner's after it."""
        sheets = [(path, _text(path)) for path in (self.path(STYLE), self._own_style) if path is not None]
        for path, sheet in sheets:
            if "</" in sheet:
                what = "which would end the style element of 404.html; write it as '<\\/'"
                raise BuildError(f"{path}: holds '</', {what}")
        (path, sheet), *added = sheets
        if self._is_ours(path):
            sheet = _without_comments(sheet)
        return "\n".join([sheet, *(owners for _, owners in added if owners)])

    def mark(self) -> str:
        """The site's mark: the owner's as it is, ours in the colours of the style."""
        path = self.path(MARK)
        if self._is_ours(path):
            return in_colours(_text(path), self.theme())
        return _text(path)

    def theme(self) -> Theme:
        """The colours that these styles state, the owner's word last."""
        theme = theme_of(self.text(STYLE))
        if self._own_style:
            return theme_of(_text(self._own_style), theme)
        return theme

    def loader(self) -> jinja2.BaseLoader:
        """The owner's template, else ours; ours by name below `ours/`."""
        ours = {OURS: jinja2.FileSystemLoader(self._folders[-1])}
        return jinja2.ChoiceLoader([*map(jinja2.FileSystemLoader, self._folders), jinja2.PrefixLoader(ours)])

    def explain(self, template: str, error: jinja2.TemplateError) -> str:
        """`file:line: message` for a template that is wrong."""
        place: tuple[str, int] = str(self.path(template)), 0
        if isinstance(error, jinja2.TemplateSyntaxError):
            place = error.filename or place[0], error.lineno
        else:
            at = error.__traceback__
            while at is not None:
                file = at.tb_frame.f_code.co_filename
                if file.startswith(tuple(map(str, self._folders))):
                    place = file, at.tb_lineno
                at = at.tb_next
        return f"{place[0]}:{place[1]}: {error.message or type(error).__name__}"


def _text(path: Path) -> str:
    """Empty where the file is missing.

    Raises:
        BuildError: it is no text.
    """
    try:
        return path.read_text("utf-8") if path.is_file() else ""
    except UnicodeDecodeError as error:
        raise BuildError(f"{path}: cannot be read as UTF-8 text: {error}") from error


def _without_comments(source: str) -> str:
    """A script or style of ours without indentation and lines that only comment: less for readers to load.

    No string of our scripts, and no comment of our style, goes over several lines.
    """
    lines = [line.strip() for line in source.splitlines()]
    return "\n".join(line for line in lines if line and not line.startswith(("//", "/*"))) + "\n"
