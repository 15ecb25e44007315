"""The shipped profiles fit the rules, and keep Snakemake from weighing every waiting job again and again."""

import math
import re
from pathlib import Path

import pytest
import yaml

NAMES = ("default", "slurm")


def profile(repository: Path, name: str) -> dict[str, object]:
    return yaml.safe_load((repository / "profiles" / name / "config.yaml").read_text(encoding="utf-8"))


def rules(repository: Path) -> set[str]:
    texts = [path.read_text(encoding="utf-8") for path in (repository / "workflow" / "rules").glob("*.smk")]
    return {name for text in texts for name in re.findall(r"^ *rule (\w+):", text, re.MULTILINE)}


@pytest.mark.parametrize("name", NAMES)
def test_profile__bounds_what_the_scheduler_weighs(repository, name):
    settings = profile(repository, name)
    assert 0 < settings["scheduler-subsample"] <= 200
    jobs, _, seconds = str(settings["max-jobs-per-timespan"]).rstrip("s").partition("/")
    assert int(jobs) >= 100
    # the clocks end with the run, which waits for them
    assert 1 < int(seconds) <= 10


@pytest.mark.parametrize("name", NAMES)
def test_profile__goes_on_after_a_killed_run_and_prints_through_the_own_logger(repository, name):
    settings = profile(repository, name)
    assert settings["rerun-incomplete"] is True
    assert settings["keep-going"] is True
    assert settings["logger"] == "marrowgate"


def test_slurm_profile__names_rules_that_there_are_and_groups_fit_apart_from_gate(repository):
    settings = profile(repository, "slurm")
    groups = dict(entry.split("=") for entry in settings["groups"])
    assert set(groups) | set(settings["set-resources"]) <= rules(repository)
    assert groups["fit"] != groups["gate"]
    sizes = dict(entry.split("=") for entry in settings["group-components"])
    assert set(sizes) == set(groups.values())
    # the layers of a group are as wide as its cores, and a queue of one hour must take its first attempt
    cores = int(str(settings["cores"]))
    for rule, group in groups.items():
        minutes, _, of_attempt = str(settings["set-resources"][rule]["runtime"]).partition(" ")
        assert math.ceil(int(sizes[group]) / cores) * int(minutes) < 60
        assert of_attempt == "* attempt"
