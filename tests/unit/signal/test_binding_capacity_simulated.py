"""CXCR4 molecules on CD34+ cells of simulated visits, calibrated with the batch's own PE beads."""

import numpy as np

from accuracy.signal_abc import answer_visit

VISITS = ("T01_v1", "T01_v4", "D02_v1", "D03_v2", "T05_v3", "D07_v4")


def test_binding_capacity__cxcr4_on_cd34_cells_is_recovered():
    found = [answer_visit(5, 100_000, visit) for visit in VISITS]
    answers = [answer for answer in found if answer is not None]
    assert len(answers) >= 4
    assert abs(float(np.median([answer.ratio for answer in answers])) - 1) < 0.05
    assert sum(answer.is_covered for answer in answers) >= len(answers) - 1
