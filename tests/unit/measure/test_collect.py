"""Tables of a run: rejected samples, platforms in the quality table, and no row that depends on another patient."""

import numpy as np
import pytest

from marrowgate.measure.blanks import BlankSample, find_blanks
from marrowgate.measure.collect import Measured, intensity_table, population_table, quality_table
from marrowgate.measure.intensity.sketch import make_sketch
from marrowgate.measure.record import PopulationCount, SampleRecord
from marrowgate.settings.config import Measure
from marrowgate.settings.quality import Quality
from marrowgate.settings.sheets import Sample
from marrowgate.settings.strategies.strategy import Strategy

ABOVE = {"keep": "above", "between": [1, 2]}
STRATEGY = Strategy.model_validate(
    {
        "populations": [
            {"name": "cd45_pos", "parent": "root", "method": "valley", "dimensions": ["CD45"], "arguments": ABOVE},
            {"name": "cd34_hspc", "parent": "cd45_pos", "method": "valley", "dimensions": ["CD34"], "arguments": ABOVE},
        ]
    }
)


def tube(patient_id, n=50, n_cd45=30_000, values=(1.0, 2.0, 3.0, 4.0, 5.0, 6.0), verdict="accepted", **cells):
    sample_id = f"{patient_id or 'batch'}_{cells.get('control_type', 'none')}_{cells.get('day', 0)}"
    counts = (
        PopulationCount("cd45_pos", "root", n_cd45, 90_000, (), "ok", ""),
        PopulationCount("cd34_hspc", "cd45_pos", n, n_cd45, ("cd45_pos",), "ok", ""),
    )
    given = {"sample_id": sample_id, "fcs": "x.fcs", "panel": "hspc", "batch": "B1", "patient_id": patient_id}
    manifest = {"verdict": verdict, "reasons": "truncated: cut" if verdict == "rejected" else "", "n_events": 90_000}
    sketches = (make_sketch("cd34_hspc", "CXCR4", np.array(values)),)
    record = SampleRecord(sample_id, manifest, counts if verdict != "rejected" else (), (), sketches)
    return Measured(record, Sample.model_validate({**given, **cells}), "triplet", STRATEGY)


def blanks_of(tubes):
    return find_blanks([BlankSample(one.sample, one.record, one.strategy) for one in tubes], {"hspc": ("CD45", "CD34")})


def test_population_table__a_rejected_tube_has_a_row_without_numbers_for_every_population():
    rows = population_table([tube("P1", verdict="rejected")], Measure())
    assert [(row["population"], row["n_events"], row["detection"]) for row in rows] == [
        ("cd45_pos", None, "not_gated"),
        ("cd34_hspc", None, "not_gated"),
    ]
    assert {row["gate_reason"] for row in rows} == {"truncated: cut"}


def test_quality_table__platforms_that_disagree_are_flagged():
    beads = PopulationCount("bead_singlets", "root", 5000, 6000, (), "ok", "")
    made = tube("P1", n_cd45=10_000, wbc_per_ul=4000, beads_per_tube=300_000, sample_volume_ul=100)
    record = SampleRecord("P1_none_0", made.record.manifest, (*made.record.counts, beads), (), ())
    both = Measured(record, made.sample, None, STRATEGY)
    (row,) = [r for r in quality_table([both], Quality(), Measure()) if r["check"] == "platform_difference_pct"]
    assert (row["value"], row["limit"], row["verdict"]) == (pytest.approx(50), 20, "flagged")
    assert row["reason"] == "CD45+ cells per uL differ by 50.0 % between the ways of counting"
    lenient = Measure(max_platform_difference_pct=60)
    (row,) = [r for r in quality_table([both], Quality(), lenient) if r["check"] == "platform_difference_pct"]
    assert row["verdict"] == "ok"


def test_quality_table__one_platform_is_not_checked_against_itself():
    rows = quality_table([tube("P1", wbc_per_ul=4000)], Quality(), Measure())
    assert "platform_difference_pct" not in {row["check"] for row in rows}


OTHERS = [tube("P2", n=900, values=(70.0, 80.0, 90.0, 95.0, 99.0), day=4), tube("P3", n=3, n_cd45=400, day=1)]


def test_measures__no_row_of_a_patient_depends_on_tubes_of_other_patients():
    """Pseudo-replication guard: events of one patient never count for another."""
    own = [tube("P1"), tube("P1", n=1, control_type="fmo", control_marker="CXCR4", control_for="P1_none_0")]
    blank = tube(None, n=2, control_type="fmo", control_marker="CD34")
    alone, among = [*own, blank], [*OTHERS, *own, blank]
    for tubes in (alone, among):
        assert len(population_table(tubes, Measure(), blanks_of(tubes))) == 2 * len(tubes)

    def of_patient(rows):
        return [row for row in rows if row.get("patient_id") == "P1"]

    first = of_patient(population_table(alone, Measure(), blanks_of(alone)))
    assert first == of_patient(population_table(among, Measure(), blanks_of(among)))
    assert {row["blank_source"] for row in first if row["population"] == "cd34_hspc"} == {"batch"}
    first = of_patient(intensity_table(alone, Measure(), 7, {}))
    assert first
    assert first == of_patient(intensity_table(among, Measure(), 7, {}))


def test_measures__every_row_names_one_tube():
    tubes = [*OTHERS, tube("P1")]
    for rows in (population_table(tubes, Measure()), intensity_table(tubes, Measure(), 7, {})):
        assert {row["sample_id"] for row in rows} == {one.sample.sample_id for one in tubes}
