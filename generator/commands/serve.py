"""`serve`: the site on this machine, built again and reloaded in the browser after every change."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.commands import build, sample
from generator.commands.options import Options, with_options
from generator.model.errors import TrendingError

if TYPE_CHECKING:
    from generator.commands.live_server import LiveServer
    from generator.config import Config

DEFAULT_PORT = 8000
_TRIES = 20
_POLL_S = 0.7


class _Port(click.IntRange):
    name = "port"


@click.command("serve")
@click.option(
    "--port",
    default=None,
    type=_Port(0, 65535),
    help="Port on 127.0.0.1; 0: any free port.",
    show_default="8000 or next",
)
@with_options
def command(options: Options, port: int | None) -> None:
    """Build, show the site on http://127.0.0.1:8000/, and build again after every change. Ctrl-C ends it.

    If data/ is empty, a made-up sample is shown.
    """
    work = _Work(options)
    seen = work.seen()
    work.build()
    server = _open(work, port)
    options.console.say(f"serving {work.site} on {server.address} - Ctrl-C ends it")
    options.console.done({"url": server.address, "site": str(work.site), "sample": work.shows_sample})
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        work.watch(server, seen)
    except KeyboardInterrupt:
        options.console.say("\nstopped")
    finally:
        server.close()


@dataclass(slots=True)
class _Work:
    """What is built for serving: the owner's data, or the sample in the cache where there is none."""

    options: Options
    shows_sample: bool = False
    base_path: str = "/"
    told: bool = False

    @property
    def site(self) -> Path:
        if self.shows_sample:
            return self.options.cache / "sample" / "site"
        return self.options.site

    def build(self) -> None:
        from generator.storage.store import Store  # noqa: PLC0415

        config = self.options.load_config()
        self.base_path = config.site.base_path
        self.shows_sample = Store(self.options.data).is_empty()
        if self.shows_sample:
            self._build_sample(config)
        else:
            build.run(self.options, config)

    def _build_sample(self, config: Config) -> None:
        folder = self.options.cache / "sample"
        sample.write(self.options, folder / "data")
        if not self.told:
            self.told = True
            self.options.console.say(
                f"{self.options.data} is empty: showing a made-up sample (kept in {folder}, nothing of it is published)"
            )
        options = replace(self.options, cache=folder / "cache")
        build.run(options, sample.sample_config(config), data=folder / "data", site=self.site)

    def watch(self, server: LiveServer, before: Mapping[str, tuple[int, int]]) -> None:
        """Build after every change of data, configuration, templates or content; a mistake is told, not the end.

        Args:
            server: told of every build.
            before: what was seen before the last build began: what changes while it runs is built next.
        """
        spoken = replace(self.options.console, as_json=False)  # the one object of --json is written already
        while True:
            time.sleep(_POLL_S)
            after = self.seen()
            if after == before:
                continue
            before = after
            try:
                self.build()
                server.show(self.site, self.base_path)
            except (TrendingError, OSError) as error:
                problems = getattr(error, "problems", [])
                spoken.failed(error, problems)

    def seen(self) -> dict[str, tuple[int, int]]:
        """What the files that a build reads look like now."""
        from generator.commands.watching import look_at  # noqa: PLC0415

        options = self.options
        return look_at((options.config_path, options.trackers, options.data, options.templates, options.content))


def _open(work: _Work, port: int | None) -> LiveServer:
    """Listen on the port that was asked for, else on 8000 or the next free one."""
    from generator.commands.live_server import LiveServer  # noqa: PLC0415

    ports = [port] if port is not None else list(range(DEFAULT_PORT, DEFAULT_PORT + _TRIES))
    for candidate in ports:
        try:
            server = LiveServer(candidate, work.site, work.base_path)
        except OSError:
            continue
        if port is None and candidate != DEFAULT_PORT:
            work.options.console.say(f"port {DEFAULT_PORT} is taken: using {candidate}")
        return server
    ports_text = f"port {ports[0]} is" if len(ports) == 1 else f"ports {ports[0]} to {ports[-1]} are"
    raise TrendingError(f"{ports_text} taken: stop the other program, or use --port NUMBER (0: any free port)")
