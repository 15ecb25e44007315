"""Runs over many seeds that go on where they were stopped, and `make accuracy-cohort` from end to end."""

import math
import os
import shlex
import subprocess
import sys

import pytest

from accuracy.cohort_size import BOOTSTRAP, answer_seed, size_rows
from accuracy.resumed import answers_by_seed, digest_of
from marrowgate.tables import read_rows


def squared(seed):
    return {"square": float(seed * seed), "unknown": math.nan}


def refused(seed):
    msg = f"seed {seed} was done before"
    raise AssertionError(msg)


def squares(answers):
    return {seed: answer["square"] for seed, answer in answers.items()}


def test_answers_by_seed__what_is_done_is_not_done_again(tmp_path):
    kept = tmp_path / "seeds" / "kept.jsonl"
    first = answers_by_seed(squared, range(1, 4), kept, "a", 1)
    assert squares(answers_by_seed(refused, range(1, 4), kept, "a", 1)) == squares(first) == {1: 1, 2: 4, 3: 9}
    more = answers_by_seed(squared, [4, 2], kept, "a", 2)
    assert squares(more) == {4: 16, 2: 4}
    assert math.isnan(more[2]["unknown"])
    assert squares(answers_by_seed(refused, [1, 2, 3, 4], kept, "a", 1)) == {1: 1, 2: 4, 3: 9, 4: 16}


def test_answers_by_seed__a_line_that_was_cut_off_is_done_again(tmp_path):
    kept = tmp_path / "kept.jsonl"
    answers_by_seed(squared, [1, 2], kept, "a", 1)
    kept.write_bytes(kept.read_bytes()[:-5])
    assert squares(answers_by_seed(squared, [1, 2], kept, "a", 1)) == {1: 1, 2: 4}
    assert squares(answers_by_seed(refused, [1, 2], kept, "a", 1)) == {1: 1, 2: 4}


def test_answers_by_seed__answers_of_other_code_are_thrown_away(tmp_path):
    kept = tmp_path / "kept.jsonl"
    answers_by_seed(squared, [1, 2], kept, "a", 1)
    with pytest.raises(AssertionError, match="seed 1 was done before"):
        answers_by_seed(refused, [1], kept, "b", 1)


def test_digest_of__changes_with_steps_modules_and_settings():
    digests = {
        digest_of(["compare"], ["cohort_model.py"], "null"),
        digest_of(["fit"], ["cohort_model.py"], "null"),
        digest_of(["compare"], ["cohort_size.py"], "null"),
        digest_of(["compare"], ["cohort_model.py"], "fair_null"),
    }
    assert len(digests) == 4
    assert digest_of(["compare"], ["cohort_model.py"], "null") in digests


def test_size_rows__tests_that_gave_no_p_value_do_not_count():
    answers = {1: {"t": 0.01, "model": math.nan, BOOTSTRAP: 0.5}, 2: {"t": 0.2, "model": 0.03}}
    rows = {row["name"]: row["value"] for row in size_rows("null", answers)}
    wanted = {"size: t": 50.0, "size: model": 100.0, f"size: {BOOTSTRAP}": 0.0, "not converged: model": 1.0}
    assert rows == wanted


def test_answer_seed__the_bootstrap_is_run_on_the_first_seeds_alone():
    assert BOOTSTRAP not in answer_seed("fair_null", 50, 0, 1)


def test_make_accuracy_cohort__runs_from_end_to_end(repository, tmp_path):
    sizes = ["NULL_COHORTS=2", "FAIR_COHORTS=1", "EFFECT_COHORTS=2", "CORES=1"]
    told = subprocess.run(
        ["make", "-n", "accuracy-cohort", *sizes], cwd=repository, capture_output=True, text=True, check=True
    )
    listed = [shlex.split(line)[1:] for line in told.stdout.splitlines() if "/python -m accuracy." in line]
    # the comparison at count level writes a page of the docs and has tests of its own
    commands = [
        command for command in listed if not {"accuracy.count_comparison", "accuracy.count_strangers"} & set(command)
    ]
    assert (len(listed), len(commands)) == (7, 5)
    env = {**os.environ, "PYTHONPATH": f"{repository / 'tests'}{os.pathsep}{repository / 'workflow'}"}
    for command in commands:
        small = ["--bootstrap-cohorts", "1", "--draws", "50"] if "accuracy.cohort_size" in command else []
        subprocess.run([sys.executable, *command, *small], cwd=tmp_path, env=env, check=True, capture_output=True)
    tables = tmp_path / "results" / "accuracy"
    names = [
        "cohort_correlation",
        "cohort_published",
        *(f"cohort_size_{s}" for s in ("fair_null", "moving_batches", "null")),
    ]
    assert sorted(path.stem for path in tables.glob("*.tsv")) == names
    for name in names:
        rows = read_rows(tables / f"{name}.tsv")
        assert rows
        assert all(row["value"] is not None for row in rows)
    assert "of 2, exact" in next(row["detail"] for row in read_rows(tables / "cohort_size_null.tsv"))
