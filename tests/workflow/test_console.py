"""What plain `snakemake` prints of a whole run."""

import shutil
from pathlib import Path

from workflow.runs import snakemake

TEMPLATE = Path(__file__).parent / "timecourse"


def test_console__a_run_ends_with_what_it_found_in_a_screen_of_lines(tmp_path: Path):
    shutil.copytree(TEMPLATE, tmp_path / "config")
    (tmp_path / "a.fcs").write_bytes(b"no FCS file")
    rows = "sample_id\tfcs\tpanel\tbatch\na\ta.fcs\tculture\tb\n"
    (tmp_path / "config" / "samples.tsv").write_text(rows, encoding="utf-8")
    done = snakemake(tmp_path)
    lines = (done.stdout + done.stderr).splitlines()
    assert len(lines) < 40
    assert max(map(len, lines)) < 300
    assert done.stdout.splitlines()[-4:] == [
        "files: 0 accepted, 0 repaired, 1 rejected",
        "gates of stained samples: 4 flagged (4 not gated)",
        "report: results/report.html",
        "No arms are compared in this run.",
    ]
    again = snakemake(tmp_path, "--dry-run")
    assert "Nothing to be done" in again.stdout + again.stderr
    assert "Shell command: " in snakemake(tmp_path, "--dry-run", "--printshellcmds", "--forceall").stdout
