"""What is estimated, in words."""

import pytest

from marrowgate.cohort.estimand import describe_estimand
from marrowgate.cohort.visits import Clock
from marrowgate.settings.config import Cohort

CYCLES = Clock("cycles", (0.0, 3.0), {})


def test_describe_estimand__names_window_and_disturbances() -> None:
    text = describe_estimand(Cohort(), CYCLES)
    assert "over cycles 1 to 3, each patient's time counted in cycles of the patient's own length" in text
    assert "visits after the last dose do not count (while on treatment)" in text
    assert "patients with recent G-CSF or plerixafor are kept" in text
    for word in ("transplant", "death or drop-out", "without a baseline"):
        assert word in text


def test_describe_estimand__follows_the_settings() -> None:
    settings = Cohort(after_stopping="keep", recent_gcsf="leave_out")
    text = describe_estimand(settings, Clock("days", (1.0, 63.0), {}, "cycle lengths are not known"))
    assert "days 1 to 63 after the first dose" in text
    assert "(treatment policy)" in text
    assert "G-CSF or plerixafor are left out" in text
    assert text.endswith("cycle lengths are not known")


@pytest.mark.parametrize("name", ["window_cycles", "window_days"])
def test_cohort__window_that_runs_backwards(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} runs backwards, from 3 to 1; give the first, then the last"):
        Cohort(**{name: (3, 1)})


def test_cohort__another_responder_measure_needs_its_own_limits() -> None:
    measure = "differential_per_100_wbc"
    wanted = (
        "responder_measure 'differential_per_100_wbc' needs responder_limit and responder_limits too, in its own unit"
    )
    with pytest.raises(ValueError, match=wanted):
        Cohort(responder_measure=measure)
    with pytest.raises(ValueError, match="needs responder_limits too"):
        Cohort(responder_measure=measure, responder_limit=0.5)
    settings = Cohort(responder_measure=measure, responder_limit=0.5, responder_limits=(0.5, 1.0))
    assert settings.responder_limit == 0.5
