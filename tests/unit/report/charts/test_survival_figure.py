"""Survival curves and the table below them."""

from typing import Any

import pytest
from lifelines import KaplanMeierFitter

from marrowgate.cohort.outcomes.survival_rows import survival_rows
from marrowgate.cohort.outcomes.table import make_groups
from marrowgate.report.charts.survival_figure import survival, survival_curves
from marrowgate.settings.arms import ArmPair
from marrowgate.settings.config import Cohort
from marrowgate.settings.sheets import Patient

ARMS = ("triplet", "doublet")
MONTHS = (2.7, 5.3, 11.7, 14.9, 16.4, 17.4, 27.5, 36.9, 45.4)


def rows(*, two_arms: bool) -> list[dict[str, Any]]:
    patients = [
        Patient(
            patient_id=f"P{n}",
            arm="doublet" if two_arms and n % 2 else "triplet",
            os_months=months,
            os_event="1" if n < 4 else "0",
        )
        for n, months in enumerate(MONTHS)
    ]
    return survival_rows(make_groups(patients, ARMS), Cohort(), (ArmPair(*ARMS),))


def test_survival_curves__golden_series() -> None:
    (curve,) = survival_curves(rows(two_arms=False), "os", ARMS)
    assert (curve.arm, curve.n, curve.last) == ("all", 9, 45.4)
    fitter = KaplanMeierFitter().fit(MONTHS, [1] * 4 + [0] * 5)
    for month, value, _, _ in curve.points:
        assert value == pytest.approx(fitter.predict(month))
    assert {2.7, 5.3, 11.7, 14.9} <= {point[0] for point in curve.points}
    assert [month for month, _ in curve.marks] == [16.4, 17.4, 27.5, 36.9, 45.4]
    for month, value in curve.marks:
        assert value == pytest.approx(fitter.predict(month))
    assert curve.counts["at_risk"][24.0] == 3
    assert curve.counts["events"][24.0] == 4
    assert curve.counts["censored"][24.0] == 2
    for month, at_risk in curve.counts["at_risk"].items():
        assert at_risk + curve.counts["events"][month] + curve.counts["censored"][month] == 9


def test_survival_curves__marks_stand_at_the_height_of_the_curve_before_the_next_event() -> None:
    followed = [(4.0, 0), (4.0, 0), (6.0, 1), (6.0, 0), (9.0, 1), (12.0, 0)]
    patients = [
        Patient(patient_id=f"P{n}", arm="triplet", os_months=months, os_event=str(event))
        for n, (months, event) in enumerate(followed)
    ]
    table = survival_rows(make_groups(patients, ARMS), Cohort(), (ArmPair(*ARMS),))
    (curve,) = survival_curves(table, "os", ARMS)
    # of six one dies at 6 months with four at risk, one at 9 with two
    assert curve.marks == ((4.0, 1.0), (6.0, pytest.approx(3 / 4)), (12.0, pytest.approx(3 / 8)))
    counts = {row["months"]: row["estimate"] for row in table if row["measure"] == "os_censored_then_patients"}
    assert counts == {4.0: 2, 6.0: 1, 12.0: 1}


def test_survival_curves__two_arms_are_drawn_instead_of_all() -> None:
    assert [curve.arm for curve in survival_curves(rows(two_arms=True), "os", ARMS)] == ["triplet", "doublet"]


def test_survival__figure_has_curve_band_and_the_counts_as_text() -> None:
    figure = survival(rows(two_arms=False), "os", "Overall survival", ARMS)
    curve, below = figure.axes
    line, marks, in_legend = curve.lines
    assert list(marks.get_xdata()) == [16.4, 17.4, 27.5, 36.9, 45.4]
    assert (marks.get_marker(), in_legend.get_label(), list(in_legend.get_xdata())) == ("|", "censored", [])
    assert line.get_xdata()[-1] == 45.4
    assert line.get_ydata()[-1] == pytest.approx(5 / 9)
    assert len(curve.collections) == 1
    assert curve.get_xlabel() == "months from the start of treatment"
    written = [text.get_text() for text in below.texts]
    assert [word for word in written if not word.isdigit()] == ["all", "at risk", "censored", "events"]
    assert len(written) == 4 + 3 * 8


def test_survival__no_follow_up_says_so() -> None:
    figure = survival([], "dfs", "Disease-free survival", ARMS)
    assert [text.get_text() for text in figure.axes[0].texts] == ["no follow-up is given"]
