"""What is built does not depend on the order in which a Python keeps sets: each process has another (a new seed)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.run import Copy
from tests.site_samples import NOW
from tests.trees import SAMPLE

pytestmark = pytest.mark.slow
SEEDS = ("1", "20", "300")


def test_every_seed_gives_the_same_data_and_the_same_site(tmp_path: Path) -> None:
    made = []
    for seed in SEEDS:
        copy = Copy(tmp_path / seed, SAMPLE)
        for command in (("sample",), ("build", "--json")):
            ran = copy.run(*command, "--now", NOW.isoformat(), env={"PYTHONHASHSEED": seed}, fresh=True)
            assert ran.status == 0, ran.err
        assert json.loads(ran.out)["written"] > 100
        made.append({"data": copy.files("data"), "site": copy.files("site")})
    assert made[0]["site"].keys() == made[1]["site"].keys() == made[2]["site"].keys()
    for other in made[1:]:
        for folder, files in other.items():
            assert [name for name in files if files[name] != made[0][folder][name]] == []
