"""GitHub's REST API, as far as the workflows need it. Standard library alone, so that nothing must be installed first.

Paths and answers: docs.github.com/rest, read 2026-11-23.
"""

from __future__ import annotations

import json
import os
import re
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

_TIMEOUT_S = 30
_TRIES = 3
_SERVER_ERROR = 500
_LARGEST = 8 * 1_048_576


class ApiError(Exception):
    """GitHub did not do what was asked. `status` is 0 where there was no answer."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The token goes to the address that we were given, and nowhere else."""

    def redirect_request(self, *_args: Any, **_named: Any) -> None:
        return None


class GitHub:
    """The API of the repository that this runs for, with the rights of the job's token."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self.repository = environment["GITHUB_REPOSITORY"]
        self.pause_s = float(environment.get("RETRY_S", "3"))
        self._token = environment["GH_TOKEN"]
        self._base = f"{environment.get('GITHUB_API_URL', 'https://api.github.com')}/repos/{self.repository}"
        if not re.match(r"https://|http://127\.0\.0\.1[:/]", self._base):
            raise ApiError("GITHUB_API_URL is no https address: the token is not sent there")
        self._opener = urllib.request.build_opener(_NoRedirect)

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """One call; again where the service or the line is ill.

        Args:
            method: of HTTP.
            path: below the repository, with a leading slash.
            body: as JSON.

        Returns:
            The decoded answer, None where it is empty.

        Raises:
            ApiError: with the status of the last try.
        """
        for attempt in range(1, _TRIES + 1):
            try:
                return self._ask_once(method, path, body)
            except ApiError as error:
                if attempt == _TRIES or 0 < error.status < _SERVER_ERROR:
                    raise
            time.sleep(self.pause_s * attempt)
        raise AssertionError  # the last try returns or raises

    def _ask_once(self, method: str, path: str, body: Mapping[str, Any] | None) -> Any:
        request = urllib.request.Request(  # noqa: S310 (checked in __init__)
            self._base + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self._token}",
                "Accept": "application/vnd.github+json",
                "Content-Type": "application/json",
                "User-Agent": "trending-arxiv",
                "X-GitHub-Api-Version": "2022-11-28",
            },
        )
        try:
            with self._opener.open(request, timeout=_TIMEOUT_S) as answer:
                content = answer.read(_LARGEST)
            return json.loads(content) if content else None
        except urllib.error.HTTPError as error:
            raise ApiError(f"{method} {path}: GitHub answered {error.code}", error.code) from None
        except (OSError, ValueError) as error:
            raise ApiError(f"{method} {path}: no answer of GitHub ({type(error).__name__})") from None
