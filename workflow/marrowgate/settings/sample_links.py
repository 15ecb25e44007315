"""How the samples of a project depend on each other: batches, controls, baselines."""

from collections.abc import Sequence

from marrowgate.settings.files.given_file import is_there
from marrowgate.settings.project import Project
from marrowgate.settings.sheets import Sample

FITTED = {"none", "fmo", "isotype", "unstained"}
"""Control types of samples that hold cells and are gated; single stains and beads are not."""


def gated(project: Project) -> tuple[Sample, ...]:
    """Return the samples that are gated, in the order of the sheet."""
    return tuple(sample for sample in project.samples if sample.control_type in FITTED)


def batches(project: Project) -> tuple[tuple[str, str], ...]:
    """Return every (panel, batch) that has a gated sample."""
    return tuple(dict.fromkeys((sample.panel, sample.batch) for sample in gated(project)))


def members(project: Project, panel: str, batch: str) -> tuple[Sample, ...]:
    """Return the gated samples of a panel and batch."""
    return tuple(sample for sample in _of_batch(project, panel, batch) if sample.control_type in FITTED)


def scale_samples(project: Project, panel: str, batch: str) -> tuple[Sample, ...]:
    """Return samples that the scales of a panel and batch are chosen from: the stained ones, or all when none is."""
    own = members(project, panel, batch)
    return tuple(sample for sample in own if sample.control_type == "none") or own


def role_of(project: Project, sample: Sample) -> tuple[str, str]:
    """Return what a sample is a control of: kind (none, fmo, isotype, unstained, baseline) and marker."""
    if sample.control_type != "none":
        return sample.control_type, sample.control_marker or ""
    return ("baseline", "") if sample is baseline_of(project, sample) else ("none", "")


def baseline_of(project: Project, sample: Sample) -> Sample | None:
    """Return the patient's first stained sample of the same panel at day 0 or before."""
    of_patient = project.samples_of_patient.get((sample.patient_id or "", sample.panel), ())
    same = [other for other in of_patient if other.control_type == "none" and other.day is not None and other.day <= 0]
    return min(same, key=lambda other: (other.day, other.sample_id), default=None)


def controls_to_fit_first(project: Project, sample: Sample, needs: Sequence[tuple[str, str]]) -> tuple[Sample, ...]:
    """Return the samples whose boundaries the sample's fit takes over: its own controls, else those of its batch.

    A control takes nothing over from other controls of its kind.

    Parameters
    ----------
    project : Project
        All samples.
    sample : Sample
        One of them.
    needs : sequence of (str, str)
        Kind and marker of the controls that the sample's strategy asks for (`gating.methods.control_needs`).
    """
    controls: list[Sample] = []
    for kind, marker in needs:
        if sample.control_type == kind or (kind == "baseline" and sample.control_type != "none"):
            continue
        controls += _controls(project, sample, kind, marker)
    return tuple(dict.fromkeys(controls))


def stains_of(project: Project, panel: str, batch: str) -> tuple[Sample, ...]:
    """Return the single stains of a panel and batch."""
    return tuple(sample for sample in _of_batch(project, panel, batch) if sample.control_type == "single_stain")


def unstained_of(project: Project, panel: str, batch: str) -> Sample | None:
    """Return the unstained sample of a panel and batch."""
    unstained = [sample for sample in _of_batch(project, panel, batch) if sample.control_type == "unstained"]
    return unstained[0] if unstained else None


def bead_samples(project: Project) -> dict[tuple[str, str], tuple[Sample, ...]]:
    """Return the bead samples of known lots of each panel and batch that has any, in the order of the sheet."""
    beads: dict[tuple[str, str], tuple[Sample, ...]] = {}
    for sample in project.samples:
        if sample.control_type == "beads" and sample.bead_lot and is_there(project.bead_lot_path(sample.bead_lot)):
            key = (sample.panel, sample.batch)
            beads[key] = (*beads.get(key, ()), sample)
    return beads


def spillover_word(project: Project, sample: Sample) -> str:
    """Return what `fit` and `gate` are told of a sample's spillover: file, none or matrix."""
    source = project.config.signal.spillover_source(sample.batch)
    return source if source in {"file", "none"} else "matrix"


def gates_from(sample: Sample) -> str:
    """Return the sample whose fit is applied: a control that belongs to a sample is gated by that sample's gates."""
    return sample.control_for or sample.sample_id


def _controls(project: Project, sample: Sample, kind: str, marker: str) -> Sequence[Sample]:
    if kind == "baseline":
        baseline = baseline_of(project, sample)
        return () if baseline is None or baseline is sample else (baseline,)
    own = project.controls_of_sample.get(sample.sample_id, ())
    batch = project.shared_controls.get((sample.panel, sample.batch), ())
    for candidates in (own, batch):
        for candidate in candidates:
            is_of_kind = candidate.control_type == kind and candidate.panel == sample.panel
            if is_of_kind and (candidate.control_marker or marker) == marker:
                return (candidate,)
    return ()


def _of_batch(project: Project, panel: str, batch: str) -> tuple[Sample, ...]:
    return project.samples_of_batch.get((panel, batch), ())
