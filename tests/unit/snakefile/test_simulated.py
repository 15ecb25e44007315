from types import SimpleNamespace

from marrowgate.snakefile import simulated
from marrowgate.snakefile.simulated import simulated_together


def project(*samples):
    rows = [SimpleNamespace(sample_id=name, batch=batch, simulated=made) for name, batch, made in samples]
    return SimpleNamespace(samples=rows, is_simulated=lambda sample: sample.simulated)


def names(portions):
    return [[sample.sample_id for sample in portion] for portion in portions]


def test_simulated_together__takes_the_samples_of_a_batch_and_leaves_given_files_alone():
    rows = project(("a", "B1", True), ("b", "B2", True), ("c", "B1", True), ("mine", "B1", False))
    assert names(simulated_together(rows)) == [["a", "c"], ["b"]]


def test_simulated_together__parts_a_large_batch_in_portions_that_a_command_can_name(monkeypatch):
    monkeypatch.setattr(simulated, "SAMPLES_A_JOB", 2)
    rows = project(*((name, "B1", True) for name in "abcde"))
    assert names(simulated_together(rows)) == [["a", "b"], ["c", "d"], ["e"]]


def test_simulated_together__nothing_is_simulated():
    assert simulated_together(project(("mine", "B1", False))) == []
