"""The model over time, and the terms it is given."""

from collections.abc import Callable

import pytest

from marrowgate.cohort.contrasts.longitudinal import time_contrasts, time_model
from marrowgate.cohort.study import Comparison
from marrowgate.errors import NotEstimableError
from marrowgate.settings.project import Project

MEASURE = "immature_per_100_cd45"
Study_ = Callable[..., Comparison]


def model_of(study: Comparison, **more: object) -> object:
    options = {"baseline_as": "change", "with_batch": False} | more
    return time_model(study.courses[MEASURE], study.arms, study.clock, **options)


def test_time_contrasts__finds_the_planted_rise(project: Callable[..., Project], study: Study_) -> None:
    model = model_of(study(project()))
    assert (model.n_first, model.n_second) == (4, 4)
    found, fitted = time_contrasts(model)
    assert fitted.converged
    assert [name for name, _ in found] == ["", "early", "late"]
    for _, estimate in found:
        assert estimate.low < 3.0 < estimate.high


def test_time_model__batch_that_stays_with_the_patient_drops_out_of_a_change(
    project: Callable[..., Project], study: Study_
) -> None:
    same = study(project(("triplet", "doublet") * 4, sample=lambda arm, day: {}))
    assert model_of(same, with_batch=True).terms == ("intercept", "arm", "time", "arm x time")


def test_time_model__batch_that_changes_with_the_visit_is_a_term(
    project: Callable[..., Project], study: Study_
) -> None:
    made = study(project(batch=lambda arm, day: "B2" if (day == 14) == (arm == "triplet") else "B1"))
    assert model_of(made, with_batch=True).terms[-1] == "batch B2"
    covariate = model_of(made, with_batch=True, baseline_as="covariate")
    assert covariate.terms[4:] == ("baseline", "batch B2")


def test_time_model__a_change_of_batch_is_the_visits_batch_less_the_baselines(
    project: Callable[..., Project], study: Study_
) -> None:
    made = study(project(batch=lambda arm, day: "B2" if (day == 0) == (arm == "triplet") else "B1"))
    model = model_of(made, with_batch=True)
    # triplet patients go from B2 to B1, doublet patients from B1 to B2: the term is -1 and +1, never 0
    assert "batch B2" not in model.terms or set(model.data.x[:, :, -1][model.data.present]) == {-1.0, 1.0}
    mixed = study(project(batch=lambda arm, day: "B2" if day in {0.0, 14.0} else "B1"))
    model = model_of(mixed, with_batch=True)
    assert model.terms[-1] == "batch B2"
    # the baseline is in B2: a visit in B2 is no change, one in B1 is -1
    assert set(model.data.x[:, :, -1][model.data.present]) == {-1.0, 0.0}


def test_time_model__too_few_readings(project: Callable[..., Project], study: Study_) -> None:
    made = study(project(("triplet", "triplet", "doublet", "doublet"), days=(0.0, 7.0)))
    with pytest.raises(NotEstimableError, match="4 readings in the window, 8 are needed"):
        model_of(made)
