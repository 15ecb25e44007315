import hashlib

import numpy as np
import pytest

from marrowgate.fcs.read import read_fcs
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.plan import find_sample
from marrowgate.simulate.cohorts.project import events_of, write_files, write_sample
from marrowgate.simulate.make import batch_optics, make_tube
from marrowgate.simulate.optics.fcs_file import FileKind

PLAIN = FileKind()


def digests(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_write_files__same_bytes_for_any_number_of_processes(repository, tmp_path):
    plan = make_plan("demo", 3)
    panels = repository / "config" / "panels"
    for jobs in (1, 2):
        truths = list(write_files(plan, tmp_path / str(jobs), panels, jobs=jobs, n_events=200, kind=PLAIN))
        assert [name for name, _ in truths] == [sample.sample_id for sample in plan.samples]
    first, second = digests(tmp_path / "1"), digests(tmp_path / "2")
    assert first == second
    assert len(first) == 2 * len(plan.samples)
    assert len(set(first.values())) == len(first)


def test_write_sample__file_holds_the_tube_and_its_true_matrix(repository, panels, tmp_path):
    plan = make_plan("demo", 3)
    sample = find_sample(plan, "D03_v2_immature")
    path = tmp_path / "x.fcs"
    write_sample(plan, sample, repository / "config" / "panels", path, None, n_events=3000, kind=PLAIN)
    found = read_fcs(path, panel=panels["immature"])
    assert found.verdict.status == "accepted"
    assert found.version == "3.1"
    assert np.array_equal(found.events, make_tube(plan, sample, panels["immature"], 3000).events.T)
    assert [channel.label for channel in found.channels if channel.label] == [
        entry.marker for entry in panels["immature"].channels if entry.marker
    ]
    assert np.allclose(found.spillover.matrix, batch_optics(plan, sample, panels["immature"]).spillover)


@pytest.mark.parametrize("version", ["2.0", "3.0", "3.1", "3.2"])
def test_write_sample__integers_big_endian_in_any_version(repository, panels, tmp_path, version):
    plan = make_plan("demo", 3)
    sample = find_sample(plan, "D03_v2_hspc")
    path = tmp_path / "x.fcs"
    kind = FileKind(version, "I", "big")
    write_sample(plan, sample, repository / "config" / "panels", path, None, n_events=500, kind=kind)
    found = read_fcs(path, panel=panels["hspc"])
    expected = np.maximum(np.rint(make_tube(plan, sample, panels["hspc"], 500).events.T), 0)
    assert found.version == version
    assert np.array_equal(found.events, expected)


def troubled(name):
    plan = make_plan("dirty", 3)
    return plan, next(sample for sample in plan.samples if sample.trouble.name == name)


def test_write_sample__wrong_matrix_is_stated_but_not_used(repository, panels, tmp_path):
    plan, sample = troubled("wrong_spillover")
    path = tmp_path / "x.fcs"
    write_sample(plan, sample, repository / "config" / "panels", path, None, n_events=500, kind=PLAIN)
    stated, true = read_fcs(path).spillover.matrix, batch_optics(plan, sample, panels["hspc"]).spillover
    off = ~np.eye(len(true), dtype=bool)
    assert np.allclose(stated[off], 2 * true[off])
    assert np.allclose(np.diag(stated), 1)


def test_write_sample__swapped_panel_has_the_other_panels_channels(repository, panels, tmp_path):
    plan, sample = troubled("swapped_panel")
    path = tmp_path / "x.fcs"
    write_sample(plan, sample, repository / "config" / "panels", path, None, n_events=500, kind=PLAIN)
    assert [channel.name for channel in read_fcs(path).channels] == [
        entry.channel for entry in panels["immature"].channels
    ]


def test_write_sample__truncated_file_is_cut_short(repository, tmp_path):
    plan, sample = troubled("truncated")
    path = tmp_path / "x.fcs"
    write_sample(plan, sample, repository / "config" / "panels", path, None, n_events=5000, kind=PLAIN)
    assert path.stat().st_size < 0.65 * 5000 * 14 * 4
    found = read_fcs(path)
    assert found.verdict.status in {"rejected", "repaired"}


def test_events_of__keeps_the_proportion_of_the_tubes():
    plan = make_plan("demo", 3)
    sizes = [events_of(plan, find_sample(plan, f"T01_v1_{kind}"), 4000) for kind in ("hspc", "fmo", "immature")]
    assert sizes == [4000, 2000, 3000]
    assert events_of(plan, find_sample(plan, "T01_v1_hspc"), None) == 40_000
