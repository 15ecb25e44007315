"""Stability and detector settings of a run: found by `fit`, kept for `gate`, which starts without such libraries."""

import json
from dataclasses import asdict
from pathlib import Path

from marrowgate.files import write_text
from marrowgate.frozen import Frozen
from marrowgate.signal.checks import Check
from marrowgate.signal.detector_settings import Settings
from marrowgate.signal.stability.unstable_stretches import Stretch, stretches_from_plain, stretches_to_plain


class RunQuality(Frozen):
    """Quality of one sample's run.

    Parameters
    ----------
    stretches : tuple of Stretch
        Unstable parts of the run; their events are not gated.
    checks : tuple of Check
        For the quality table.
    settings : Settings
        Voltage and gain of each detector.
    fcs_sha256 : str
        Digest of the file that it was found in; `gate` applies it, and the gates, to no other bytes.
    """

    stretches: tuple[Stretch, ...] = ()
    checks: tuple[Check, ...] = ()
    settings: Settings | None = None
    fcs_sha256: str = ""


def write_run_quality(path: Path, quality: RunQuality) -> None:
    """Write as JSON."""
    plain = {
        "stretches": stretches_to_plain(quality.stretches),
        "checks": [asdict(check) for check in quality.checks],
        "settings": {name: list(values) for name, values in (quality.settings or {}).items()},
        "fcs_sha256": quality.fcs_sha256,
    }
    write_text(path, json.dumps(plain, indent=1, allow_nan=False) + "\n")


def read_run_quality(path: Path) -> RunQuality:
    """Read what `write_run_quality` wrote."""
    plain = json.loads(path.read_text(encoding="utf-8"))
    return RunQuality(
        stretches_from_plain(plain["stretches"]),
        tuple(Check(**entry) for entry in plain["checks"]),
        {name: (voltage, gain) for name, (voltage, gain) in plain["settings"].items()},
        plain["fcs_sha256"],
    )
