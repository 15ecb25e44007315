"""Sheet rows and records for tests of the measures."""

from marrowgate.measure.intensity.sketch import make_sketch
from marrowgate.measure.record import SampleRecord
from marrowgate.settings.sheets import Sample


def sample(sample_id, **cells):
    """Return a stained sample of patient P1, unless told otherwise."""
    given = {"sample_id": sample_id, "fcs": "x.fcs", "panel": "hspc", "batch": "B1", "patient_id": "P1", "day": 3.0}
    return Sample.model_validate({**given, **cells})


def control(sample_id, control_for=None, kind="fmo", **cells):
    """Return a control sample of CXCR4."""
    return sample(sample_id, control_type=kind, control_marker="CXCR4", control_for=control_for, **cells)


def record(sample_id, values, settings=None, **populations):
    """Return what gate found: CXCR4 on cd34_hspc, and on other populations."""
    sketches = [make_sketch(name, "CXCR4", own) for name, own in {"cd34_hspc": values, **populations}.items()]
    return SampleRecord(sample_id, {"verdict": "accepted"}, (), (), tuple(sketches), settings or {})
