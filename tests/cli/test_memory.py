"""The memory that the rules ask for is enough: peak resident memory of whole commands."""

import subprocess
import sys
from pathlib import Path

import pytest

from marrowgate.snakefile.memory import megabytes_needed

CONFIG = Path(__file__).resolve().parents[2] / "config"
COMMON = ["--panel", str(CONFIG / "panels" / "hspc.yaml"), "--sample-id", "T01_v1_hspc"]
STRATEGY = ["--strategy", str(CONFIG / "strategies" / "blood_hspc.yaml")]


AND_TELL = (
    "import sys; from pathlib import Path; from marrowgate.cli import main; code = main(sys.argv[1:]); "
    "print(Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0]); sys.exit(code)"
)


def peak_mb(words: list[str]) -> float:
    """Run a sub-command in a process of its own and give the most memory it held."""
    told = subprocess.run([sys.executable, "-c", AND_TELL, *words], capture_output=True, text=True, check=True)
    return int(told.stdout.split()[-1]) * 1024 / 1e6


@pytest.mark.parametrize(
    ("events", "stored"),
    [
        (20_000, []),
        (400_000, []),
        (400_000, ["--datatype", "I", "--byteord", "big"]),
    ],
)
def test_memory__what_follows_from_the_header_is_enough_for_fit_and_gate(tmp_path, events, stored):
    fcs = tmp_path / "sample.fcs"
    made = ["--scenario", "demo", "--seed", "4", "--events", str(events), "--truth", str(tmp_path / "truth.parquet")]
    peak_mb(["simulate", *made, *COMMON, "--fcs", str(fcs), *stored])
    files = {name: str(tmp_path / name) for name in ("fit.json", "stability.json", "consensus.yaml")}
    found = ["--stability", files["stability.json"], "--scales", str(tmp_path / "scales.yaml")]
    needed = megabytes_needed(fcs)
    units = ["--panel-name", "hspc", "--batch", "b", *COMMON[:2], *STRATEGY, "--fcs", str(fcs)]
    assert peak_mb(["scales", *units, "--out", str(tmp_path / "scales.yaml")]) < needed
    assert peak_mb(["fit", *COMMON, "--fcs", str(fcs), *STRATEGY, *found, "--out", files["fit.json"]]) < needed
    batch = ["--panel-name", "hspc", "--batch", "b", "--fits", files["fit.json"]]
    peak_mb(["consensus", *batch, "--out", files["consensus.yaml"]])
    gates = ["--fit", files["fit.json"], "--consensus", files["consensus.yaml"], "--measure", "cd34_hspc:CXCR4"]
    outputs = {
        "xml": "gates-xml",
        "tsv": "gates-tsv",
        "parquet": "events",
        "pictures.json": "pictures",
        "json": "record",
    }
    written = [word for end, name in outputs.items() for word in (f"--{name}", str(tmp_path / f"out.{end}"))]
    assert peak_mb(["gate", *COMMON, "--fcs", str(fcs), *STRATEGY, *found, *gates, *written]) < needed
    assert needed < 250 + 20 * fcs.stat().st_size / 1e6


def test_memory__a_file_that_is_no_fcs_needs_what_a_step_needs(tmp_path):
    (tmp_path / "note.fcs").write_text("not FCS", encoding="ascii")
    assert megabytes_needed(tmp_path / "note.fcs") == 250
