"""A step killed at any moment leaves whole files or none under their names."""

import sys

import pytest

from fuzz.gate_tries import gate_words, try_killed_gate
from fuzz.kill_tries import try_kill

CHANGE_A_FILE = """
import pathlib, subprocess, sys
subprocess.run(sys.argv[2:], check=True)
pathlib.Path(sys.argv[1]).write_text("other")
"""


def test_fit__killed_at_random_moments_leaves_nothing_half_written(tmp_path, real_data):
    answers = [try_kill(real_data / "timecourse" / "D0.fcs", tmp_path, seed, 1.5) for seed in range(4)]
    assert "killed" in answers


def test_gate__killed_at_random_moments_leaves_one_set_or_no_record(tmp_path, real_data):
    words = gate_words(real_data / "timecourse" / "D0.fcs", tmp_path)
    answers = [try_killed_gate(words, tmp_path, seed, 1.0) for seed in range(3)]
    assert "killed" in answers


def test_try_killed_gate__refuses_a_record_beside_other_bytes(tmp_path, real_data):
    words = gate_words(real_data / "timecourse" / "D0.fcs", tmp_path)
    changed = [sys.executable, "-c", CHANGE_A_FILE, str(tmp_path / "disk" / "a.tsv"), *words]
    with pytest.raises(AssertionError, match=r"the record does not name these bytes of \['a.tsv'\]"):
        try_killed_gate(changed, tmp_path, 1, 0.0)
