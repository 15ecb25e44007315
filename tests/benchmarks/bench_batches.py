"""The plan of docs/scale.md tried by simulation: very many samples whose jobs are batches, planned by Snakemake.

`python tests/benchmarks/bench_batches.py --samples 100000`. There are no files of samples: a job of a batch finds its
samples in the batch's own sheet, so that Snakemake holds some jobs a batch and none a sample.
"""

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from bench_plan import dry_run

BATCHED = """
BATCHES = range({batches})
rule all:
    input: "tables/summary.tsv"
rule fit:
    input: "sheets/{{b}}.tsv"
    output: directory("fits/{{b}}")
    shell: "fit {{input}} {{output}}"
rule consensus:
    input: "fits/{{b}}"
    output: "consensus/{{b}}.yaml"
    shell: "consensus {{input}} {{output}}"
rule gate:
    input: "sheets/{{b}}.tsv", "fits/{{b}}", "consensus/{{b}}.yaml"
    output: directory("gates/{{b}}"), directory("events/{{b}}"), "records/{{b}}.parquet"
    shell: "gate {{input}} {{output}}"
rule collect:
    input: expand("records/{{b}}.parquet", b=BATCHES)
    output: directory("tables/populations"), directory("tables/intensities")
    shell: "collect"
rule compare:
    input: "tables/populations", "tables/intensities"
    output: "tables/summary.tsv"
    shell: "compare {{input}} {{output}}"
"""


def main() -> int:
    """Plan each size and print what it costs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", nargs="+", type=int, default=[10_000, 100_000], metavar="N", help="sizes")
    parser.add_argument("--batch", type=int, default=100, metavar="N", help="samples of a batch")
    args = parser.parse_args()
    print("samples\tbatches\tjobs\tcpu_s\tmegabytes")
    for n_samples in args.samples:
        batches = -(-n_samples // args.batch)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "sheets").mkdir()
            for batch in range(batches):
                (folder / "sheets" / f"{batch}.tsv").touch()
            (folder / "Snakefile").write_text(BATCHED.format(batches=batches), encoding="utf-8")
            seconds, megabytes = dry_run(folder, folder / "Snakefile")
        print(f"{n_samples}\t{batches}\t{3 * batches + 3}\t{seconds:.1f}\t{megabytes}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
