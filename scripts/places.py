"""Where in a repository on GitHub a person must click: the words of the menu, and the address."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Places:
    """Links into one repository, as Markdown."""

    root: str
    """https://github.com/OWNER/NAME"""
    branch: str

    @classmethod
    def here(cls, environment: Mapping[str, str] = os.environ) -> Places:
        """The repository that a workflow runs in."""
        server = environment.get("GITHUB_SERVER_URL", "https://github.com")
        branch = environment.get("DEFAULT_BRANCH") or environment.get("GITHUB_REF_NAME") or "main"
        return cls(f"{server}/{environment['GITHUB_REPOSITORY']}", branch)

    @property
    def pages(self) -> str:
        """Where Pages is switched on."""
        return f"[**Settings › Pages**]({self.root}/settings/pages)"

    @property
    def secrets(self) -> str:
        """Where secrets are set."""
        return f"[**Settings › Secrets and variables › Actions**]({self.root}/settings/secrets/actions)"

    @property
    def rules(self) -> str:
        """Where branches are protected."""
        return f"[**Settings › Rules › Rulesets**]({self.root}/settings/rules)"

    @property
    def permissions(self) -> str:
        """What workflows may do."""
        return f"[**Settings › Actions › General**]({self.root}/settings/actions)"

    @property
    def environments(self) -> str:
        """Where an environment lets branches in."""
        return f"[**Settings › Environments**]({self.root}/settings/environments)"

    @property
    def branches(self) -> str:
        """All branches, and what became of them."""
        return f"[**Code › Branches**]({self.root}/branches)"

    @property
    def actions(self) -> str:
        """All runs."""
        return f"[**Actions**]({self.root}/actions)"

    @property
    def config(self) -> str:
        """The configuration, opened for editing."""
        return f"[**config.yaml**]({self.root}/edit/{self.branch}/config.yaml)"

    def workflow(self, file: str, name: str) -> str:
        """A workflow's page, with its Run workflow button."""
        return f"[**Actions › {name}**]({self.root}/actions/workflows/{file})"

    def run(self, run_id: str) -> str:
        """One run."""
        return f"[this run]({self.root}/actions/runs/{run_id})"


def page_url(repository: str) -> str:
    """Where Pages publishes a repository unless it has a domain of its own."""
    owner, _, name = repository.partition("/")
    host = f"{owner.lower()}.github.io"
    return f"https://{host}/" if name.lower() == host else f"https://{host}/{name}/"
