"""Beads that moved are a flag on the contrasts whose intensities moved with them, and on no other."""

from dataclasses import replace

import pytest

from marrowgate.cohort.bead_drift import bead_drifts, drift_findings
from marrowgate.cohort.contrasts.table import contrast_table
from marrowgate.cohort.study import make_study
from marrowgate.measure.intensity.calibrated import bead_rows
from marrowgate.settings.config import Intensity, Measure
from marrowgate.settings.panel import Panel
from marrowgate.settings.sheets import Sample

REASON = "the bead peak is 1.60 times that of the other batches"
PANEL = Panel.model_validate(
    {"channels": [{"channel": "PE-A", "aliases": ["PE"], "marker": "CXCR4"}, {"channel": "APC-A", "marker": "CD34"}]}
)
COLUMNS = ("median_fi", "ratio_fi", "abc")


def quality(check="bead_fold_PE-A", verdict="flagged", sample_id="beads_B2"):
    return {"sample_id": sample_id, "batch": "B2", "check": check, "verdict": verdict, "reason": REASON}


@pytest.fixture
def made(project):
    """A cohort in two batches, each with patients of both arms, and a bead sample in the second."""
    plain = project(draws=1000, bootstrap_draws=99, stability_draws=100)
    samples = tuple(
        sample.model_copy(update={"batch": "B1" if place % 2 else "B2"}) for place, sample in enumerate(plain.samples)
    )
    beads = Sample(sample_id="beads_B2", fcs="b.fcs", panel="p", batch="B2", control_type="beads", bead_lot="PE01")
    measure = Measure(intensities=(Intensity(population="cd34_hspc", marker="CXCR4"),))
    config = plain.config.model_copy(update={"measure": measure})
    return replace(plain, samples=(*samples, beads), panels={"p": PANEL}, config=config)


def intensities(project):
    rows = []
    for place, sample in enumerate(one for one in project.samples if one.control_type == "none"):
        row = {"sample_id": sample.sample_id, "population": "cd34_hspc", "marker": "CXCR4", "n_events": 200}
        for column in COLUMNS:
            value = 1000.0 + 37 * (place % 7)
            row |= {column: value, f"{column}_low": value * 0.9, f"{column}_high": value * 1.1}
        rows.append(row)
    return rows


def leads(project, *quality_rows):
    study = make_study(project, [], intensities(project), quality_rows)
    roles = {"primary", "secondary", "exploratory"}
    return {
        row["endpoint"]: (row["status"], row["reason"])
        for row in contrast_table(study)
        if row["role"] in roles
        and row["endpoint"].endswith("_fi_log2_change") | row["endpoint"].endswith("abc_log2_change")
    }


def test_contrasts__of_intensities_that_moved_are_flagged_with_batch_and_fold(made):
    calm, moved = leads(made), leads(made, quality())
    name = "cd34_hspc_CXCR4_{}_log2_change"
    plain = f"batch B2: {REASON} in PE-A"
    ratio = f"{plain}; a ratio to the control is free of it only where the control's median is light and no offset"
    for column, sentence in (("median_fi", plain), ("ratio_fi", ratio)):
        status, reason = moved[name.format(column)]
        assert status == "flagged"
        assert sentence in reason
        assert sentence not in calm[name.format(column)][1]
    # a binding capacity is read off the beads that moved
    assert moved[name.format("abc")] == calm[name.format("abc")]


def test_contrasts__are_not_flagged_by_another_channel_or_a_sound_one(made):
    calm = leads(made)
    assert leads(made, quality("bead_fold_APC-A")) == calm
    assert leads(made, quality(verdict="ok")) == calm
    assert leads(made, quality("bead_sd_PE-A")) == calm


def test_drift_findings__batch_that_the_measure_does_not_use_says_nothing(made, reading):
    drifts = {("p", "B2", "CXCR4"): REASON}
    own = [reading(7.0, 1000.0, sample_id="P0_d7", batch="B1")]
    assert drift_findings(made, drifts, "cd34_hspc_CXCR4_median_fi", own) == []
    other = [reading(7.0, 1000.0, sample_id="P0_d7", batch="B2")]
    (found,) = drift_findings(made, drifts, "cd34_hspc_CXCR4_median_fi", other)
    assert (found.code, found.level, found.sentence) == ("bead_drift", "flagged", f"batch B2: {REASON}")
    assert drift_findings(made, drifts, "cd34_hspc_per_100_cd45", other) == []


def test_bead_drifts__are_found_in_the_rows_that_collect_writes(made):
    first = Sample(sample_id="beads_B1", fcs="a.fcs", panel="p", batch="B1", control_type="beads", bead_lot="PE01")
    both = replace(made, samples=(*made.samples, first))
    about = {"bead_lot": "PE01", "channel": "PE-A", "peak": 1}
    calibrated = {
        "p_B1": [{**about, "sample_id": "beads_B1", "batch": "B1", "median_fi": 100.0}],
        "p_B2": [{**about, "sample_id": "beads_B2", "batch": "B2", "median_fi": 160.0}],
    }
    assert bead_drifts(both, bead_rows(both, calibrated, 1.7)) == {}
    assert bead_drifts(both, bead_rows(both, calibrated, 1.5)) == {
        ("p", "B1", "CXCR4"): "the bead peak is 0.63 times that of the other batches in PE-A",
        ("p", "B2", "CXCR4"): "the bead peak is 1.60 times that of the other batches in PE-A",
    }
