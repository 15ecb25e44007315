"""CXCR4 molecules on CD34+ cells of simulated visits, calibrated with the batch's own PE beads."""

import numpy as np
import pytest

from marrowgate.fcs.read import read_fcs
from marrowgate.settings.panel import load_panel
from marrowgate.signal.bead_lots import BeadLot
from marrowgate.signal.binding_capacity import binding_capacity
from marrowgate.signal.calibration import CalibrationLimits, calibrate
from marrowgate.signal.compensation import compensate_column, compensation_weights
from marrowgate.simulate.blood import cxcr4_abc_median
from marrowgate.simulate.cohort import make_plan
from marrowgate.simulate.fcs_file import FileKind
from marrowgate.simulate.particles import PE_MOLECULES
from marrowgate.simulate.plan import find_sample
from marrowgate.simulate.project import make_tube, write_sample
from marrowgate.simulate.truth import member_mask

LOT = BeadLot(lot="PE01", unit="PE molecules per bead", kinds=4, values={"PE": PE_MOLECULES})
LIMITS = CalibrationLimits(slope_tolerance=0.1, min_r_squared=0.99, max_left_out_pct=15.0)
VISITS = ("T01_v1", "T01_v4", "D02_v1", "D03_v2", "T05_v3", "D07_v4")


@pytest.fixture(scope="module")
def world(repository, tmp_path_factory):
    return make_plan("published", 5), repository / "config" / "panels", tmp_path_factory.mktemp("tubes")


def written(world, sample_id, n_events):
    plan, panels, folder = world
    path = folder / f"{sample_id}.fcs"
    sample = find_sample(plan, sample_id)
    write_sample(plan, sample, panels, path, None, n_events=n_events, kind=FileKind())
    return sample, read_fcs(path, panel=load_panel(panels / "hspc.yaml"))


def cxcr4_of_cd34(world, sample_id):
    sample, file = written(world, sample_id, 100_000)
    plan, panels, _ = world
    truth = make_tube(plan, sample, load_panel(panels / "hspc.yaml"), 100_000).truth
    cells = member_mask(truth, "cd34_hspc")
    pe = next(channel.index for channel in file.channels if channel.marker == "CXCR4")
    weights = compensation_weights(file.spillover, file.channels, [pe])[pe]
    return sample, compensate_column(file.events[cells], weights)


def draws(values, rng):
    return np.median(rng.choice(values, (500, values.size)), axis=1)


def test_binding_capacity__cxcr4_on_cd34_cells_is_recovered(world):
    rng = np.random.default_rng(1)
    off, covered, n = [], 0, 0
    for visit in VISITS:
        sample, stained = cxcr4_of_cd34(world, f"{visit}_hspc")
        _, control = cxcr4_of_cd34(world, f"{visit}_fmo")
        _, beads = written(world, f"{sample.batch}_hspc_pe_beads", 8000)
        (line,) = (c.line for c in calibrate(beads, LOT, LIMITS) if c.line is not None)
        found = binding_capacity(
            line, np.median(stained), np.median(control), draws(stained, rng), draws(control, rng), rng
        )
        true = cxcr4_abc_median(sample.blood)
        if true >= 3 * line.molecules(np.array([np.median(control)]))[0]:
            off.append(found.value / true - 1)
            covered += found.low <= true <= found.high
            n += 1

    assert n >= 4
    assert abs(float(np.median(off))) < 0.05
    assert covered >= n - 1
