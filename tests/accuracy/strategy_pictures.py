"""Draw every step of a shipped strategy on one sample: the parent's events and the gate.

Usage: python tests/accuracy/strategy_pictures.py [--real ../shared/data] [--out docs/pictures]
"""

import argparse
import tempfile
from pathlib import Path

from marrowgate.gating.apply import apply_gates
from marrowgate.gating.consensus import agree
from marrowgate.gating.final_gates import settle
from marrowgate.gating.fit import fit_sample
from marrowgate.gating.method_checks import load_checked_strategy
from marrowgate.gating.open_sample import SpilloverSource, open_sample, start_rows
from marrowgate.gating.records import ControlRole
from marrowgate.gating.walk.walk import SampleToFit
from marrowgate.measure.pictures.make import make_pictures
from marrowgate.measure.pictures.model import PROTOCOL, STEP
from marrowgate.report.pictures.figure import save_figure
from marrowgate.report.pictures.sample_figure import figure_of
from marrowgate.report.pictures.sheet_rows import SheetSample
from marrowgate.settings.panel import load_panel
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.project import write_sample
from marrowgate.simulate.optics.fcs_file import FileKind

CONFIG = Path(__file__).resolve().parents[2] / "config"
SCENARIO, SEED, N_TUBES = "published", 11, 4


def main() -> None:
    """Draw the strategies."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--real", type=Path, default=CONFIG.parents[1] / "shared" / "data")
    parser.add_argument("--out", type=Path, default=CONFIG.parent / "docs" / "pictures")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for panel, strategy in (("hspc", "blood_hspc"), ("immature", "blood_immature")):
            draw(strategy, *shipped(strategy, panel), simulated(panel, Path(folder)), "file", args.out)
    marrow = args.real / "cd34" / "marrow_cytof_basal1.fcs"
    if marrow.exists():
        draw("marrow_cytof", *shipped("marrow_cytof", "marrow_cytof"), [marrow], "none", args.out)
    blood = args.real / "euroflow" / "euroflow_01.fcs"
    if blood.exists():
        draw("blood_lst", *shipped("blood_lst", "lst_display"), [blood], "none", args.out)


def shipped(strategy: str, panel: str) -> tuple[Path, Path]:
    """Return the files of a strategy and a panel that marrowgate ships."""
    return CONFIG / "strategies" / f"{strategy}.yaml", CONFIG / "panels" / f"{panel}.yaml"


def simulated(kind, folder):
    """Write some samples of one batch, the one with the most CD34+ cells first."""
    plan = make_plan(SCENARIO, SEED)
    tubes = [s for s in plan.samples if s.panel == kind and s.control_type == "none" and s.visit]
    best = max(tubes, key=lambda s: s.visit.effect)
    batch = [best, *(s for s in tubes if s.batch == best.batch and s is not best)][:N_TUBES]
    paths = []
    for sample in batch:
        path = folder / f"{sample.sample_id}.fcs"
        file_kind = FileKind("3.1", "F", "little")
        write_sample(plan, sample, CONFIG / "panels", path, None, n_events=sample.n_events, kind=file_kind)
        paths.append(path)
    return paths


def draw(
    name: str, strategy_path: Path, panel_path: Path, paths: list[Path], spillover: SpilloverSource, out: Path
) -> None:
    """Gate the files as one batch and draw the first of them: its gates, and its protocol where there is one."""
    strategy = load_checked_strategy(strategy_path)
    panel = load_panel(panel_path)
    samples = [open_sample(path, 1, panel, strategy, gain="ignore", spillover=spillover)[1] for path in paths]
    fits = [
        fit_sample(SampleToFit(path.stem, sample, start_rows(sample), ControlRole(), {}, 1), strategy)
        for path, sample in zip(paths, samples, strict=True)
    ]
    records = settle(fits[0], agree(name, "picture", fits))
    rows = apply_gates(samples[0], records, start_rows(samples[0]))
    pictures = make_pictures(paths[0].stem, samples[0], strategy, records, rows)
    for kind, ending in ((STEP, ""), (PROTOCOL, "_protocol")):
        if pictures.of_kind(kind):
            sample = SheetSample(paths[0].stem, panel_path.stem, "", "", "", "none", "", pictures)
            save_figure(figure_of(sample, kind), out / f"strategy_{name}{ending}.png")


if __name__ == "__main__":
    main()
