"""What differs in how a marker was measured between the visits of a patient, and so makes them hard to compare."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from marrowgate.measure.record import SampleRecord
from marrowgate.settings.panel import PanelChannel
from marrowgate.settings.project import Project
from marrowgate.settings.sheets import Sample
from marrowgate.signal.detector_settings import Settings

Differences = Mapping[tuple[str, str], tuple[str, str]]
"""sample_id and marker to status (``ok``, ``differs``, ``not_checked``) and reason."""


@dataclass(frozen=True)
class Staining:
    """How a marker was measured in one sample; None where it is not stated.

    Parameters
    ----------
    preparation, lysis : str or None
        From the sample sheet.
    antibody : str or None
        Clone and fluorochrome, from the panel; None unless both are given.
    voltage, gain : float or None
        `$PnV` and `$PnG` of the marker's channel.
    """

    preparation: str | None
    lysis: str | None
    antibody: str | None
    voltage: float | None
    gain: float | None


def visit_differences(
    project: Project, records: Mapping[str, SampleRecord], max_change_pct: float
) -> dict[tuple[str, str], tuple[str, str]]:
    """Compare every stained sample with the patient's other samples in which the same marker was measured.

    Parameters
    ----------
    project : Project
        Sheet and panels.
    records : mapping of str to SampleRecord
        Tells which markers were measured, and the detector settings.
    max_change_pct : float
        Difference of a voltage or gain that does not count, per cent.

    Returns
    -------
    dict of (str, str) to (str, str)
        See `Differences`.
    """
    measured: dict[tuple[str | None, str], dict[str, Staining]] = {}
    for sample in project.samples:
        record = records.get(sample.sample_id)
        if record is None or sample.control_type != "none":
            continue
        for marker in dict.fromkeys(sketch.marker for sketch in record.sketches):
            entry = next(channel for channel in project.panels[sample.panel].channels if channel.marker == marker)
            staining = staining_of(sample, entry, record.settings)
            measured.setdefault((sample.patient_id, marker), {})[sample.sample_id] = staining
    differences = {}
    for (patient_id, marker), stainings in measured.items():
        for sample_id, own in stainings.items():
            others = [staining for name, staining in stainings.items() if name != sample_id] if patient_id else []
            differences[sample_id, marker] = compare(own, others, max_change_pct)
    return differences


def staining_of(sample: Sample, entry: PanelChannel, settings: Settings) -> Staining:
    """Say how a marker was measured.

    Parameters
    ----------
    sample : Sample
        The sample's row.
    entry : PanelChannel
        The marker's line of the panel.
    settings : Settings
        Voltage and gain by channel, as the file states them.
    """
    names = (entry.channel, *entry.aliases)
    voltage, gain = next((settings[name] for name in names if name in settings), (None, None))
    antibody = f"{entry.clone} {entry.fluorochrome}" if entry.clone and entry.fluorochrome else None
    return Staining(sample.preparation, sample.lysis, antibody, voltage, gain)


def compare(own: Staining, others: Sequence[Staining], max_change_pct: float) -> tuple[str, str]:
    """Compare a sample with the patient's other samples.

    Returns
    -------
    tuple of (str, str)
        ``differs`` with each difference; else ``not_checked`` with what is not stated, or when it is the only one;
        else ``ok``. A gain that no sample states is not asked for.
    """
    if not others:
        return "not_checked", "no other visit of the patient"
    differing, unknown = [], []
    for name in ("preparation", "lysis", "antibody", "voltage", "gain"):
        value, stated = getattr(own, name), [value for other in others if (value := getattr(other, name)) is not None]
        if value is None or len(stated) < len(others):
            unknown += [name] if name != "gain" or value is not None or stated else []
        if unlike := _unlike_visits(value, stated, max_change_pct):
            differing.append(f"{name} is {_in_words(value)}, {unlike} of {len(others)} other visits")
    if differing:
        return "differs", "; ".join(differing)
    return ("not_checked", f"not stated at every visit: {', '.join(unknown)}") if unknown else ("ok", "")


def _unlike_visits(value: str | float | None, stated: Sequence[str | float], max_change_pct: float) -> str:
    """Return the values of other visits that are unlike this one, the most frequent first; empty when none is."""
    if value is None:
        return ""
    unlike = Counter(other for other in stated if _unlike(value, other, max_change_pct))
    return ", ".join(f"{_in_words(other)} at {n}" for other, n in unlike.most_common())


def _unlike(value: str | float, other: str | float, max_change_pct: float) -> bool:
    if isinstance(value, str) or isinstance(other, str):
        return value != other
    return abs(value - other) > max_change_pct / 100 * abs(other)


def _in_words(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:g}"
