"""What the pictures of a large study cost: in `gate`, per sample; and 47 patients x 6 visits x 2 samples drawn.

Run: python tests/benchmarks/bench_pictures.py. Writes results/benchmarks/pictures.tsv. The two samples are simulated
and gated; the others of the study are the same pictures under other names.
"""

import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from marrowgate.files import write_text
from marrowgate.gating.apply import apply_gates
from marrowgate.gating.consensus import agree
from marrowgate.gating.final_gates import settle
from marrowgate.gating.fit import fit_sample
from marrowgate.gating.method_checks import load_checked_strategy
from marrowgate.gating.open_sample import open_sample, start_rows
from marrowgate.gating.records import ControlRole
from marrowgate.gating.walk.walk import SampleToFit
from marrowgate.measure.pictures.make import make_pictures
from marrowgate.measure.pictures.model import PROTOCOL, STEP, SamplePictures, read_pictures, write_pictures
from marrowgate.report.pictures.pages import contact_sheet, pictures_page
from marrowgate.report.pictures.sheet_rows import SheetSample
from marrowgate.settings.panel import load_panel
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.plan import find_sample
from marrowgate.simulate.cohorts.project import write_sample
from marrowgate.simulate.optics.fcs_file import FileKind

CONFIG = Path(__file__).resolve().parents[2] / "config"
N_EVENTS, PATIENTS, VISITS = 300_000, 47, 6
PANELS = {"hspc": "blood_hspc", "immature": "blood_immature"}
MOST_SECONDS, MOST_BYTES = 360.0, 15e6
"""Of one core: three minutes on two; and of one page."""
Row = tuple[str, float, str, str]


def main() -> int:
    """Write the table; end with 1 when a bound does not hold."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        made = {panel: _gated(panel, Path(folder), rows) for panel in PANELS}
        seconds, largest = _drawn(made, Path(folder), rows)
    body = [f"{name}\t{value:.4g}\t{unit}\t{detail}" for name, value, unit, detail in rows]
    lines = ["name\tvalue\tunit\tdetail", *body]
    write_text(Path("results/benchmarks/pictures.tsv"), "\n".join(lines) + "\n")
    print("\n".join(lines))
    return int(seconds > MOST_SECONDS or largest > MOST_BYTES)


def _gated(panel_name: str, folder: Path, rows: list[Row]) -> SamplePictures:
    """Simulate and gate a sample, and measure what its pictures cost."""
    plan = make_plan("published", 11)
    sample = find_sample(plan, f"T01_v4_{panel_name}")
    path = folder / f"{sample.sample_id}.fcs"
    write_sample(plan, sample, CONFIG / "panels", path, None, n_events=N_EVENTS, kind=FileKind("3.1", "F", "little"))
    panel = load_panel(CONFIG / "panels" / f"{panel_name}.yaml")
    strategy = load_checked_strategy(CONFIG / "strategies" / f"{PANELS[panel_name]}.yaml")
    _, events = open_sample(path, 1, panel, strategy, gain="ignore", spillover="file")
    assert events is not None
    start = start_rows(events)
    fit = fit_sample(SampleToFit(sample.sample_id, events, start, ControlRole(), {}, 1), strategy)
    records = settle(fit, agree(panel_name, "bench", [fit]))
    members = apply_gates(events, records, start)
    began = time.process_time()
    pictures = make_pictures(sample.sample_id, events, strategy, records, members)
    kept = folder / f"{sample.sample_id}.json"
    write_pictures(kept, pictures)
    detail = f"{len(pictures.pictures)} pictures of {N_EVENTS} events"
    rows.append((f"pictures_in_gate_{panel_name}", 1e3 * (time.process_time() - began), "ms", detail))
    rows.append((f"pictures_file_{panel_name}", kept.stat().st_size / 1e3, "kB", detail))
    return pictures


def _drawn(made: dict[str, SamplePictures], folder: Path, rows: list[Row]) -> tuple[float, float]:
    """Draw the study: contact sheets that lead to pages of samples, read from their files; seconds and largest page."""
    names = [f"P{patient:02d}_v{visit}" for patient in range(PATIENTS) for visit in range(1, VISITS + 1)]
    for panel, pictures in made.items():
        for name in names:
            write_pictures(folder / panel / f"{name}_{panel}.json", replace(pictures, sample_id=f"{name}_{panel}"))
    began, sizes = time.process_time(), []
    for panel, pictures in made.items():
        paths = sorted((folder / panel).iterdir())
        samples = [
            SheetSample(path.stem, panel, "B1", path.stem[:3], "0", "none", "", read_pictures(path)) for path in paths
        ]
        pages = {sample.sample_id: f"samples/{sample.sample_id}.html" for sample in samples}
        kinds = (STEP, PROTOCOL) if pictures.of_kind(PROTOCOL) else (STEP,)
        for kind in kinds:
            page = contact_sheet(f"{kind} {panel}", samples, kind, pages=pages)
            sizes.append((len(page.encode()), f"{kind}s of panel {panel}, {len(samples)} samples"))
        for sample in samples:
            write_text(folder / "pages" / f"{sample.sample_id}.html", pictures_page(sample.sample_id, [sample]))
    seconds = time.process_time() - began
    largest = max(sizes)
    rows.append(("study_drawn", seconds, "s", f"{len(names) * len(made)} samples, one of {os.cpu_count()} cores"))
    rows.append(("largest_page", largest[0] / 1e6, "MB", largest[1]))
    return seconds, largest[0]


if __name__ == "__main__":
    sys.exit(main())
