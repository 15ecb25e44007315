"""Why samples are lost on the way to the numbers."""

import pytest

from marrowgate.report.sections.flow_section import population_flow


@pytest.mark.parametrize(
    ("n_events", "gate_cv", "detection", "why"),
    [
        (2, 5.0, "not_detected", "not above the limit of blank"),
        (24, 5.0, "detected", "fewer than the 25 events that the wanted CV takes"),
        (25, 18.0, "detected", "enough events, but the gates are not sure enough for the wanted CV"),
        (56, None, "detected", "enough events, but how sure the gates are is not known"),
    ],
)
def test_population_flow__says_whether_events_or_gates_are_what_is_wanting(n_events, gate_cv, detection, why):
    row = {"population": "cd34_hspc", "control_type": "none", "n_events": n_events, "events_needed": 25}
    row |= {"gate_cv_pct": gate_cv, "detection": detection, "gate_status": "ok", "gate_reason": "", "sample_id": "a"}
    ((_, stages),) = population_flow([row], ["cd34_hspc"])
    assert [stage.n for stage in stages] == [1, 1, 0]
    assert stages[-1].lost == ((1, why),)
