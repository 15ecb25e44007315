"""Counts weigh in the mixed model by the events expected of them, not by those seen."""

import math

import numpy as np
import pytest

from accuracy.count_comparison import MEASURE, make_comparison
from marrowgate.cohort.contrasts import changes, longitudinal
from marrowgate.simulate.cohorts.count_scenarios import CountScenario, draw_counts_of

RARE = CountScenario("3 events a tube, a shift of 2", events=3, shift=math.log(2))


def test_time_model__rare_cells_are_not_drawn_down_by_their_own_low_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    def seen(readings, names, x):  # type: ignore[no-untyped-def]
        return [1 / math.sqrt(reading.n_events + 0.5) / math.log(2) for reading in readings]

    gaps: dict[str, list[float]] = {"expected": [], "seen": []}
    expected = longitudinal.expected_sds
    for seed in range(1, 13):
        study = make_comparison(draw_counts_of(RARE, seed))
        courses = study.courses[MEASURE]
        score = changes.change_score(changes.make_pairs(courses, study.arms, "window_mean")).value
        for name, weights in (("expected", expected), ("seen", seen)):
            monkeypatch.setattr(longitudinal, "expected_sds", weights)
            model = longitudinal.time_model(courses, study.arms, study.clock, baseline_as="change", with_batch=False)
            found, _ = longitudinal.time_contrasts(model)
            gaps[name].append(found[0][1].value - score)
    assert abs(np.mean(gaps["expected"])) < 0.05
    assert np.mean(gaps["seen"]) < -0.08


def test_expected_sds__follow_the_common_course_and_the_patient(monkeypatch: pytest.MonkeyPatch) -> None:
    study = make_comparison(draw_counts_of(CountScenario("many events", events=400, visit_sd=0.0, change_sd=(0, 0)), 1))
    kept = [(name, reading) for name, course in study.courses[MEASURE].items() for reading in course.window]
    x = np.column_stack([np.ones(len(kept)), [study.arms.is_first(name) for name, _ in kept]])
    found = longitudinal.expected_sds([reading for _, reading in kept], [name for name, _ in kept], x)
    own: dict[str, set[float]] = {}
    for (name, _), sd in zip(kept, found, strict=True):
        own.setdefault(name, set()).add(round(sd, 12))
    # nothing changes with time here, so all visits of a patient weigh the same whatever was counted
    assert all(len(values) == 1 for values in own.values())
    mean = np.mean([reading.n_events for name, reading in kept if name == "P000"])
    assert own["P000"].pop() == pytest.approx(1 / math.sqrt(mean) / math.log(2), rel=0.02)
