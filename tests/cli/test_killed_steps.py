"""A step killed at any moment leaves whole files or none under their names."""

from fuzz.kill_tries import try_kill


def test_fit__killed_at_random_moments_leaves_nothing_half_written(tmp_path, real_data):
    answers = [try_kill(real_data / "timecourse" / "D0.fcs", tmp_path, seed, 1.5) for seed in range(4)]
    assert "killed" in answers
