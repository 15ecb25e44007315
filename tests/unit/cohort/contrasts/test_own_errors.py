"""A defect of the program is never a row of the table: it ends the run."""

from collections.abc import Callable

import numpy as np
import pytest

from marrowgate.cohort.contrasts import longitudinal, time_rows
from marrowgate.cohort.contrasts.table import contrast_table
from marrowgate.cohort.study import Study
from marrowgate.errors import NotEstimableError
from marrowgate.settings.project import Project
from marrowgate.stats.mixed import LongData

QUICK = {"draws": 1000, "bootstrap_draws": 99, "stability_draws": 100}


def test_contrast_table__wrong_shape_in_a_model_is_raised(
    monkeypatch: pytest.MonkeyPatch, project: Callable[..., Project], study: Callable[..., Study]
) -> None:
    def too_long(*_: object) -> LongData:
        values, present = np.ones((8, 3)), np.ones((8, 3), dtype=np.bool_)
        return LongData(values, np.ones((8, 4, 4)), values, values, present)

    monkeypatch.setattr(longitudinal, "pad", too_long)
    with pytest.raises(IndexError):
        contrast_table(study(project(**QUICK)))


def test_contrast_table__data_without_an_estimate_are_a_row(
    monkeypatch: pytest.MonkeyPatch, project: Callable[..., Project], study: Callable[..., Study]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise NotEstimableError("nothing varies")

    monkeypatch.setattr(time_rows, "time_model", refuse)
    rows = [row for row in contrast_table(study(project(**QUICK))) if row["method"].startswith("mixed_model")]
    assert rows
    assert {row["status"] for row in rows} == {"refused"}
    assert all("nothing varies" in row["reason"] for row in rows)
