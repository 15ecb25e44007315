from itertools import pairwise

import numpy as np
import pytest

from marrowgate.simulate.cells import KINDS, draw_cells
from marrowgate.simulate.optics.instrument import detect, make_optics
from marrowgate.simulate.optics.particles import LOTS, PE_MOLECULES, RAINBOW_LEVELS, particle_signals


def seen(optics, recipe, kind, n=4000):
    rng = np.random.default_rng(8)
    cells = draw_cells(rng, optics, recipe, np.full(n, KINDS.index(kind), dtype=np.int8))
    return detect(rng, optics, cells.signal, cells.autofluorescence, None)


def test_lots__hold_known_kinds():
    assert {kind for lot in LOTS.values() for kind in lot} <= set(KINDS)


def test_pe_beads__signal_is_proportional_to_molecules(hspc_optics, make_pure_recipe):
    row = hspc_optics.channels.index("PE-A")
    levels = [
        np.median(seen(hspc_optics, make_pure_recipe(), f"pe_bead_{level}")[row])
        for level in range(1, len(PE_MOLECULES) + 1)
    ]
    slope = np.polyfit(np.log10(PE_MOLECULES), np.log10(levels), 1)[0]
    assert slope == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("panel", ["hspc", "immature"])
def test_rainbow_beads__every_detector_sees_eight_separate_brightnesses(panels, make_pure_recipe, panel):
    optics = make_optics(panels[panel])
    for row in range(len(optics.channels)):
        edges = []
        for level in range(1, len(RAINBOW_LEVELS) + 1):
            light = seen(optics, make_pure_recipe(), f"rainbow_bead_{level}")[row]
            edges.append(np.quantile(light, [0.1, 0.9]))
        for below, above in pairwise(edges):
            assert below[1] < above[0]


def test_capture_beads__only_the_caught_antibody_shines(hspc_optics):
    signals = particle_signals(hspc_optics, "CD45")
    assert np.all(signals["capture_bead_blank"] == 0)
    assert np.flatnonzero(signals["capture_bead_stained"]).tolist() == [hspc_optics.markers.index("CD45")]
