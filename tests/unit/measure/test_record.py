"""A record is read back as it was written."""

from dataclasses import replace

import numpy as np

from marrowgate.fcs.model import Spillover
from marrowgate.measure.intensity.sketch import make_sketch
from marrowgate.measure.measured_volume import Volume
from marrowgate.measure.record import Crossing, GateCv, PopulationCount, SampleRecord, read_record, write_record
from marrowgate.signal.checks import at_most
from marrowgate.signal.detector_readings import ReferenceReading

MATRIX = Spillover(("PE-A", "APC-A"), np.array([[1.0, 0.1], [0.02, 1.0]]))


def test_record__comes_back_whole(tmp_path):
    counts = (
        PopulationCount(
            "cd45_pos", "root", 900, 1000, (), "ok", "", GateCv(0.01, 0.02, 0.0), crossing=Crossing(2.5, 30)
        ),
        PopulationCount("cd34_hspc", "cd45_pos", None, 900, ("cd45_pos",), "not_gated", "no valley"),
    )
    checks = (at_most("doublets_pct", 3.0, 20.0, "why"),)
    sketches = (make_sketch("cd34_hspc", "CXCR4", np.array([3.0, 1.0, 2.0])),)
    settings = {"PE-A": (450.0, None), "APC-A": (None, 2.0)}
    record = SampleRecord(
        "S1", {"verdict": "accepted"}, counts, checks, sketches, settings, Volume((123.5,)), 950, MATRIX
    )
    record = replace(record, detectors={"CD34": ReferenceReading(1.3, 0.2, 12)})
    write_record(tmp_path / "r.json", record)
    found = read_record(tmp_path / "r.json")
    assert (found.sample_id, found.manifest, found.counts, found.checks) == ("S1", record.manifest, counts, checks)
    assert (found.settings, found.volume, found.n_cd45_with_dead) == (settings, Volume((123.5,)), 950)
    assert found.spillover.labels == MATRIX.labels
    assert found.detectors == record.detectors
    np.testing.assert_array_equal(found.spillover.matrix, MATRIX.matrix)
    assert found.sketches[0].values.tolist() == [1.0, 2.0, 3.0]


def test_record__of_a_file_without_volume_or_viability(tmp_path):
    write_record(tmp_path / "r.json", SampleRecord("S1", {}, (), (), ()))
    found = read_record(tmp_path / "r.json")
    assert (found.volume, found.n_cd45_with_dead, found.settings, found.spillover) == (Volume(), None, {}, None)
