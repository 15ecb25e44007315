"""Damaged settings of every kind: a project or faults, never another exception; `make soak` goes on."""

import json
import random

import pytest

from fuzz.damage import damaged
from fuzz.settings_tries import prepare, read_settings, try_settings

TRIES = 120
FOUND_BY_SOAK = (2603, 27933)
"""Seeds of which other exceptions came once."""


def test_damaged_settings__are_read_or_refused_and_nothing_else(tmp_path):
    files = prepare(tmp_path)
    answers = [try_settings(tmp_path, files, seed) for seed in (*FOUND_BY_SOAK, *range(TRIES))]
    assert set(answers) == {"read", "refused"}
    assert answers.count("refused") > TRIES / 4


def test_damage__changes_what_it_is_given():
    content = b"sample_id\tfcs\nA\ta.fcs\n"
    made = {damaged(content, random.Random(seed)) for seed in range(50)}
    assert len(made) > 40
    assert damaged(content, random.Random(1)) == damaged(content, random.Random(1))


SHEETS = ("samples", "patients", "measurements", "toxicity")
FOLDERS = ("panels", "strategies", "overrides")


@pytest.mark.parametrize("name", ["9" * 3000, "a/" * 2000 + "b", "a" * 300 + "/b.tsv"])
@pytest.mark.parametrize("setting", [*SHEETS, *FOLDERS, "bead_lots", "spillover"])
def test_read_settings__a_path_that_cannot_be_looked_at_is_at_most_a_fault(tmp_path, monkeypatch, setting, name):
    prepare(tmp_path)
    monkeypatch.chdir(tmp_path)
    given = {"signal": {setting: name}} if setting in {"bead_lots", "spillover"} else {setting: name}
    answer = read_settings(json.dumps(given).encode())
    assert answer == "refused" or setting not in SHEETS
