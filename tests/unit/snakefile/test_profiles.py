"""The profile for a cluster: a second attempt gets more time, and groups hold more samples than one."""

from pathlib import Path

import pytest
import yaml


@pytest.fixture(scope="module")
def profile(repository: Path) -> dict:
    return yaml.safe_load((repository / "profiles" / "slurm" / "config.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("rule", ["fit", "gate"])
def test_slurm_profile__a_second_attempt_gets_more_time(profile, rule):
    asked = str(profile["set-resources"][rule]["runtime"])
    first, second = (eval(asked, {"attempt": attempt}) for attempt in (1, 2))  # noqa: S307 - as Snakemake does
    assert second > first
    assert profile["retries"] > 0


def test_slurm_profile__steps_of_single_samples_are_grouped(profile):
    groups = dict(entry.split("=") for entry in profile["groups"])
    sizes = dict(entry.split("=") for entry in profile["group-components"])
    assert {"fit", "gate"} <= groups.keys()
    assert all(int(sizes[group]) > 1 for group in groups.values())
