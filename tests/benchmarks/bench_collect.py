"""What collecting the tables costs by the number of samples: CPU time and memory of each further sample.

`python tests/benchmarks/bench_collect.py --samples 1000 2000 8000`. The records are those of one simulated sample a
panel under many names, in batches of a hundred, so that only their number differs.
"""

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from large_study import REPOSITORY, make_study

LARGEST_GROWTH = 2.5
"""Bound on the CPU time of a further sample at the largest sizes over that at the smallest: the square gives 3.3."""
REPEATS = 3
MOST_MEGABYTES = 0.1
"""Bound on the memory of a further sample, MB (10^6 bytes)."""


def first_records(folder: Path) -> dict[str, str]:
    """Simulate, fit and gate one sample of each panel; return their records as text.

    Raises
    ------
    RuntimeError
        A step failed.
    """
    found = {}
    for panel, strategy in (("hspc", "blood_hspc"), ("immature", "blood_immature")):
        name, made = f"T01_v1_{panel}", folder / panel
        made.mkdir()
        settings = REPOSITORY / "config"
        given = ["--panel", str(settings / "panels" / f"{panel}.yaml")]
        with_strategy = [*given, "--strategy", str(settings / "strategies" / f"{strategy}.yaml")]
        fcs, scales, consensus = made / "a.fcs", made / "scales.yaml", made / "consensus.yaml"
        own = ["--sample-id", name, "--fcs", str(fcs), "--spillover", "file", "--scales", str(scales), *with_strategy]
        outputs = [f"--{what}={made / file}" for what, file in OUTPUTS.items()]
        batch = ["--panel-name", panel, "--batch", "B1"]
        for words in (
            ["simulate", "--scenario", "demo", "--seed", "1", "--sample-id", name, *given, "--fcs", str(fcs)],
            ["scales", *batch, *with_strategy, "--fcs", str(fcs), "--spillover", "file", "--out", str(scales)],
            ["fit", *own, f"--stability={made / 'stability.json'}", f"--out={made / 'fit.json'}"],
            ["consensus", *batch, "--fits", str(made / "fit.json"), "--out", str(consensus)],
            ["gate", *own, f"--fit={made / 'fit.json'}", f"--stability={made / 'stability.json'}",
             f"--consensus={consensus}", "--measure", "cd34_hspc:CXCR4", "lymphocytes:CXCR4", *outputs],
        ):  # fmt: skip
            subprocess.run([sys.executable, "-m", "marrowgate", *words], check=True)
        found[panel] = (made / "record.json").read_text(encoding="utf-8")
    return found


OUTPUTS = {
    "gates-xml": "gates.xml",
    "gates-tsv": "gates.tsv",
    "events": "events.parquet",
    "pictures": "pictures.json",
    "record": "record.json",
}


def collected(folder: Path, n_samples: int, records: dict[str, str]) -> dict[str, float]:
    """Return the figures of one size."""
    study = make_study(folder / str(n_samples), n_samples)
    made = study / "results" / "records"
    made.mkdir(parents=True)
    lines = (study / "config" / "samples.tsv").read_text(encoding="utf-8").splitlines()[1:]
    for line in lines:
        name, _, _, panel, *_ = line.split("\t")
        plain = json.loads(records[panel])
        plain["sample_id"] = plain["manifest"]["sample_id"] = name
        (made / f"{name}.json").write_text(json.dumps(plain), encoding="utf-8")
    outputs = ("manifest", "populations", "intensities", "quality", "corrections", "changes")
    words = [f"--{name}={study / 'results' / f'{name}.tsv'}" for name in outputs]
    command = [sys.executable, "-m", "marrowgate", "collect", "--config", "config/config.yaml", "--records", str(made)]
    runs = []
    for _ in range(REPEATS):
        started = subprocess.Popen([*command, *words, "--provenance=results/provenance.json"], cwd=study)
        _, status, used = os.wait4(started.pid, 0)
        if status:
            msg = "collect failed"
            raise RuntimeError(msg)
        runs.append(used)
    cpu_s = min(used.ru_utime + used.ru_stime for used in runs)
    return {"samples": n_samples, "cpu_s": cpu_s, "megabytes": min(used.ru_maxrss for used in runs) * 1024 / 1e6}


def of_a_further_sample(rows: Sequence[dict[str, float]], what: str) -> list[float]:
    """Return what each further sample costs between one size and the next."""
    return [
        (after[what] - before[what]) / (after["samples"] - before["samples"])
        for before, after in itertools.pairwise(rows)
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure every size, write the table, and hold growth and memory to their bounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", nargs="+", type=int, default=[200, 400, 1600], metavar="N", help="three or more")
    parser.add_argument("--out", type=Path, default=Path("results/benchmarks/collect.tsv"))
    args = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        records = first_records(Path(name))
        rows = [collected(Path(name), n_samples, records) for n_samples in args.samples]
    lines = ["\t".join(rows[0]), *("\t".join(f"{value:.4g}" for value in row.values()) for row in rows)]
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))
    seconds, megabytes = (of_a_further_sample(rows, what) for what in ("cpu_s", "megabytes"))
    print(f"a further sample: {1000 * seconds[-1]:.3g} ms and {megabytes[-1]:.2g} MB")
    return int(seconds[-1] > LARGEST_GROWTH * seconds[0] or megabytes[-1] > MOST_MEGABYTES)


if __name__ == "__main__":
    sys.exit(main())
