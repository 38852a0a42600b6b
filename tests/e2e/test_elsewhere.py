"""docs/elsewhere.md, followed: cron on any machine, nginx, GitLab's jobs, a container's lines.

What could not be had is said: no GitLab and no container runtime; their files are validated, and the commands in them
are run in clean folders.
"""

from __future__ import annotations

import gzip
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from tests.e2e.reader import Reader
from tests.e2e.test_documents import find
from tests.pretend_bluesky import did
from tests.rehearsal.github import git
from tests.rehearsal.networks import Networks
from tests.tools.bluesky_network import missing

pytestmark = pytest.mark.slow
FOLDER = ROOT / "docs/elsewhere"
SITE = "https://papers.example.org/papers/"


def settle(reader: Reader, networks: Networks) -> None:
    """Commit a config.yaml that leads to loopback."""
    (reader.folder / "config.yaml").write_text(networks.config(SITE, x=False))
    git("commit", "--quiet", "--all", "--message", "My accounts", cwd=reader.folder)
    git("push", "--quiet", "origin", "main", cwd=reader.folder)


def cron_lines() -> list[tuple[str, str]]:
    """(when, command) of each crontab line in the document."""
    lines = [find("docs/elsewhere.md: 17 */3").text.strip(), find("docs/elsewhere.md: 47 5").text.strip()]
    found = [re.fullmatch(r"((?:[\d*/,-]+ ){4}[\d*/,-]+) +(.+)", line) for line in lines]
    assert all(found)
    return [(each[1], each[2]) for each in found if each]


def test_a_machine_is_set_up_and_publishes_as_the_document_says(reader: Reader, networks: Networks) -> None:
    reader.env["FRESH_PYTHON"] = "1"
    networks.bluesky.handles["your-name.bsky.social"] = did("ada")
    *commands, publish = find("docs/elsewhere.md: python3 -m venv").text.strip().splitlines()
    for command in commands:
        reader.type(command)
    config = (reader.folder / "config.yaml").read_text()
    assert "your-name.bsky.social" in config
    ours, blocks = re.subn(r"(?m)^networks:.*\n(?:  .*\n)*", networks.settings(), config)
    assert blocks == 1
    (reader.folder / "config.yaml").write_text(ours)
    git("commit", "--quiet", "--all", "--message", "My accounts", cwd=reader.folder)
    git("push", "--quiet", "origin", "main", cwd=reader.folder)
    said = reader.type(publish)
    assert re.search(r"^[1-9]\d* pages$", said, re.MULTILINE), said
    assert "1 paper, 1 post (bluesky 1)" in git("log", "--format=%s", "origin/main", cwd=reader.folder)
    assert (reader.folder / "site/abs/2611.00001/index.html").exists()
    networks.post()
    (update, run), (daily, prune) = cron_lines()
    assert (update.split()[1], daily.split()[1]) == ("*/3", "5")
    reader.stand_in("rsync", "aws", "npx")
    assert "committed: 1 paper, 1 post" in reader.type(run)
    assert reader.called == ["rsync -a --delete site/ /var/www/papers/"]
    hosts = re.findall(r"^\| [^|]+ \| `([^`]+)` \|$", (ROOT / "docs/elsewhere.md").read_text(), re.MULTILINE)
    assert hosts[0] in run
    for host in hosts[1:]:  # whatever the host is, the folder is there and the words reach its program whole
        assert "site" in "".join(shlex.split(host))
        reader.type(host)
    assert reader.called[1:] == hosts[1:]
    reader.type(prune)
    assert git("status", "--porcelain", "--", "config.yaml", "generator", cwd=reader.folder) == ""


def test_a_run_that_fails_publishes_nothing_and_two_at_once_are_one(reader: Reader, networks: Networks) -> None:
    settle(reader, networks)
    reader.has_packages()
    (reader.folder / "content/mine.md").write_text("# Mine\n")
    script = "docs/elsewhere/update.sh 'touch published'"
    (reader.folder / "config.yaml").write_text("site: {titel: wrong}\n")
    with pytest.raises(AssertionError, match="titel"):
        reader.type(script)
    assert not (reader.folder / "published").exists()
    git("checkout", "--quiet", "--", "config.yaml", cwd=reader.folder)
    busy = f"exec 8>.cache/update.lock; flock 8; {script}"
    assert "still at work" in reader.type(busy)
    assert not (reader.folder / "published").exists()


def _validate_by_gitlabs_schema() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.gitlab-ci", "--data-transform",
         "gitlab-ci", str(FOLDER / "gitlab-ci.yml")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_jobs_for_gitlab_are_valid_and_their_scripts_publish(
    reader: Reader, networks: Networks, tmp_path: Path
) -> None:
    _validate_by_gitlabs_schema()
    settle(reader, networks)
    jobs: dict[str, Any] = yaml.safe_load((FOLDER / "gitlab-ci.yml").read_text())
    bare = reader.folder.parent / "papers.git"
    token = "glcbt-canaryOfGitlab"
    ours = f"https://gitlab-ci-token:{token}@gitlab.example/ada/papers.git"
    config = tmp_path / "gitconfig"
    config.write_text(f'[url "{bare}"]\n\tinsteadOf = {ours}\n')
    for name in ("fetch", "pages"):
        clone = tmp_path / name
        git("clone", "--quiet", "--depth=1", bare.as_uri(), str(clone), cwd=tmp_path)
        git("checkout", "--quiet", "--detach", cwd=clone)  # as GitLab's runner leaves it
        shell = Reader(tmp_path / f"home-{name}", clone)
        shell.env = {
            "GIT_CONFIG_GLOBAL": str(config),
            "CI_JOB_TOKEN": token,
            "CI_SERVER_HOST": "gitlab.example",
            "CI_PROJECT_PATH": "ada/papers",
            "CI_DEFAULT_BRANCH": "main",
            "GITLAB_USER_NAME": "Ada Example",
            "GITLAB_USER_EMAIL": "ada@example.org",
            "CI": "true",
        }
        said = shell.type("\n".join([*jobs["default"]["before_script"], *jobs[name]["script"]]))
        assert token not in said
    assert git("log", "-1", "--format=%s", "main", cwd=bare) == "1 paper, 1 post (bluesky 1)"
    (published,) = jobs["pages"]["artifacts"]["paths"]
    assert (tmp_path / "pages" / published / "abs/2611.00001/index.html").exists()


class Image:
    """What a Containerfile makes, without a container: each line is done below a folder in place of `/`."""

    def __init__(self, root: Path, source: Path, shell: Reader) -> None:
        self.root, self.source, self.shell = root, source, shell
        self.place = root
        self.env: dict[str, str] = {}
        self.entry: list[str] = []
        self.command: list[str] = []

    def do(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        if word in {"FROM", "#", ""}:
            return
        ways: dict[str, Callable[[str], None]] = {
            "WORKDIR": self._workdir,
            "COPY": self._copy,
            "RUN": self.run,
            "ENV": lambda text: self.env.update(each.partition("=")[::2] for each in text.split()),
            "ENTRYPOINT": lambda text: self.entry.extend(yaml.safe_load(text)),
            "CMD": lambda text: self.command.extend(yaml.safe_load(text)),
        }
        ways[word](rest)

    def run(self, command: str) -> None:
        """In the work folder, with the image's environment, whose paths begin at the folder."""
        self.shell.folder = self.place
        self.shell.env = {name: value.replace("/", f"{self.root}/", 1) for name, value in self.env.items()}
        self.shell.type(command)

    def _workdir(self, text: str) -> None:
        self.place = self.root / text.lstrip("/")
        self.place.mkdir(parents=True, exist_ok=True)

    def _copy(self, text: str) -> None:
        source, target = text.split()
        if (self.source / source).is_dir():
            shutil.copytree(self.source / source, self.place / target)
        else:
            shutil.copy2(self.source / source, self.place / target)


def test_the_lines_of_the_container_make_a_program_that_updates_what_is_mounted(
    reader: Reader, networks: Networks, tmp_path: Path
) -> None:
    image = Image(tmp_path / "root", reader.folder, Reader(tmp_path / "home-image", tmp_path))
    for line in (FOLDER / "Containerfile").read_text().splitlines():
        image.do(line)
    (image.root / "papers/config.yaml").write_text(networks.config(SITE, x=False))
    image.run(shlex.join([*image.entry, *image.command]))
    assert (image.root / "papers/site/abs/2611.00001/index.html").exists()
    build, *runs = find("docs/elsewhere.md: podman build").text.strip().splitlines()
    words = shlex.split(build)
    assert (words[:2], (ROOT / words[words.index("--file") + 1]).exists()) == (["podman", "build"], True)
    for line in runs:
        _, given = line.split('"$PWD:/papers" papers')
        if given:
            image.run(shlex.join([*image.entry, *given.split()]))


def _nginx() -> str:
    found = shutil.which("nginx") or next((path for path in ("/usr/sbin/nginx",) if os.access(path, os.X_OK)), None)
    if found is None:
        missing("nginx is not installed (scripts/install_test_tools.sh)")
        raise AssertionError
    return found


@pytest.fixture
def served(reader: Reader, networks: Networks, tmp_path: Path) -> Iterator[str]:
    """A built page below /papers/ of a real nginx with the document's configuration, on loopback -> its address."""
    program = _nginx()
    settle(reader, networks)
    reader.type("trending-arxiv update")
    folder = tmp_path / "nginx"
    (folder / "www").mkdir(parents=True)
    shutil.copytree(reader.folder / "site", folder / "www/papers")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = (FOLDER / "nginx.conf").read_text().replace("listen 8080;", f"listen 127.0.0.1:{port};")
    own = own.replace("/var/www;", f"{folder}/www;").replace("include mime.types;", "include /etc/nginx/mime.types;")
    scratch = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
        f"http {{ access_log off; {scratch}\n{own}\n}}\n"
    )
    running = subprocess.Popen([program, "-p", str(folder), "-c", str(folder / "nginx.conf")], stderr=subprocess.PIPE)
    try:
        for _ in range(100):
            assert running.poll() is None, running.stderr and running.stderr.read()
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.communicate(timeout=20)


@pytest.mark.tools
def test_nginx_serves_the_page_under_a_path_with_its_types_compressed_and_with_its_own_404(served: str) -> None:
    types = {
        "": "text/html",
        "top/week/": "text/html",
        "feed.xml": "application/rss+xml",
        "top/week/atom.xml": "application/atom+xml",
        "feed.json": "application/feed+json",
        "api/v1/index.json": "application/json",
        "manifest.webmanifest": "application/manifest+json",
        "sitemap.xml": "text/xml",
        "abs/2611.00001/": "text/html",
    }
    for path, kind in types.items():
        request = urllib.request.Request(f"{served}/papers/{path}", headers={"Accept-Encoding": "gzip"})  # noqa: S310
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 (loopback)
            assert answer.headers.get_content_type() == kind, path
            body = answer.read()
            if len(body) > 1000 and kind != "application/manifest+json":
                assert answer.headers["Content-Encoding"] == "gzip", path
                assert gzip.decompress(body)
    with urllib.request.urlopen(f"{served}/papers/abs/2611.00001", timeout=20) as answer:  # noqa: S310 (loopback)
        assert answer.url == f"{served}/papers/abs/2611.00001/"
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{served}/papers/nothing/here", timeout=20)  # noqa: S310 (loopback)
    assert caught.value.code == 404
    assert b"<html" in caught.value.read()
