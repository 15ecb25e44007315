"""Gates that a person gave, held against the samples' scales before any job is sent."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from marrowgate.errors import Fault, UserError
from marrowgate.fcs.read import read_fcs
from marrowgate.gating.batch_scales import asks_batch, freeze_scales
from marrowgate.gating.overrides.given_gates import boundary_faults
from marrowgate.gating.records import read_fit
from marrowgate.gating.sample_events import channels_of, transform_of
from marrowgate.no_result import read_no_result
from marrowgate.settings.files.given_file import is_there
from marrowgate.settings.project import Project
from marrowgate.signal.transforms import Transform

SCALES = Path("results/scales")


def overrides_off_scale(project: Project, scales: Path = SCALES) -> Iterator[Fault]:
    """Tell which boundaries of overrides lie outside the scales of their samples.

    A sample whose row is wrong, whose file is not there yet, or whose batch has no scales yet, is passed over: `gate`
    tells it then. So is a boundary on the scale that the sample's gates were found on, see `correct`.

    Parameters
    ----------
    project : Project
        With its overrides, and with the samples, panels and strategies that these are of.
    scales : Path
        Folder of the scales that an earlier run chose for each batch; the samples' fits stand beside it.
    """
    samples = {sample.sample_id: sample for sample in project.samples}
    for name, overrides in project.overrides.items():
        if name not in samples:
            continue
        sample = samples[name]
        panel = project.panels[sample.panel]
        strategy = project.strategies[project.config.strategy_of_panel[sample.panel]]
        chosen = scales / f"{sample.panel}_{sample.batch}.yaml" if asks_batch(strategy, panel) else None
        if not is_there(Path(sample.fcs)) or (chosen is not None and not is_there(chosen)):
            continue
        file = read_fcs(Path(sample.fcs), sample.data_set, panel=panel, gain=project.config.signal.gain)
        if file.events is None:
            continue
        try:
            fixed = freeze_scales(strategy, panel, chosen).scales
            wanted = {name for gate in overrides.boundaries.values() for name in gate.dimensions}
            channels = channels_of(file.channels, wanted)
            own = {name: transform_of(name, channel, fixed) for name, channel in channels.items()}
        except UserError as error:
            yield from error.faults
        else:
            faults = list(boundary_faults(overrides, own))
            if faults:
                # a sample that was gated against a release may have followed its own landmark cells
                followed = own | _scales_of_fit(scales.parent / "fits" / f"{name}.json", own)
                yield from boundary_faults(overrides, followed)


def _scales_of_fit(path: Path, wanted: Mapping[str, Transform]) -> dict[str, Transform]:
    """Return the scales that an earlier run found the sample's gates on."""
    if not is_there(path) or read_no_result(path) is not None:
        return {}
    return {name: scale for name, scale in read_fit(path).scales.items() if name in wanted}
