"""Tables of docs/scale.md by simulation: one Parquet partition a batch, written batch by batch and read by column.

`python tests/benchmarks/bench_partitions.py --samples 100000`. The rows are those of `collect` for a study of two
batches, written again and again under the names of further batches. Reading takes the counts of one population from
all partitions and groups them by patient, as a comparison of very many patients would begin.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import bench_collect
from large_study import SAMPLES_A_BATCH

POPULATION = "cd34_hspc"
WANTED = ["sample_id", "patient_id", "day", "n_events", "n_parent"]


def write(template: Path, folder: Path, n_samples: int) -> None:
    """Write a partition for every batch, one after the other."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    rows = pq.read_table(template)
    rows = rows.filter(pc.equal(rows["batch"], rows["batch"][0]))
    places = {name: rows.schema.get_field_index(name) for name in ("batch", "sample_id", "patient_id")}
    for batch in range(n_samples // SAMPLES_A_BATCH):
        part = rows
        for name, place in places.items():
            named = pc.binary_join_element_wise(rows[name].cast(pa.string()), pa.scalar(f"b{batch:06d}"), "_")
            part = part.set_column(place, name, named)
        own = folder / f"of_batch={batch:06d}"
        own.mkdir(parents=True)
        pq.write_table(part, own / "populations.parquet")


def read(folder: Path) -> int:
    """Return the patients of one population, with the counts of its visits added up."""
    import pyarrow.compute as pc
    import pyarrow.dataset as ds

    found = ds.dataset(folder, format="parquet", partitioning="hive")
    rows = found.to_table(columns=WANTED, filter=pc.field("population") == POPULATION)
    grouped = rows.group_by("patient_id").aggregate([("n_events", "sum"), ("n_parent", "sum"), ("day", "count")])
    return int(grouped.num_rows)


def main() -> int:
    """Write and read each size in a process of its own, and print what it costs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", nargs="+", type=int, default=[10_000, 100_000], metavar="N", help="sizes")
    parser.add_argument("--inside", type=json.loads, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.inside:
        step, template, folder, n_samples = args.inside
        if step == "write":
            write(Path(template), Path(folder), n_samples)
        else:
            print(read(Path(folder)))
        return 0
    print("samples\tstep\tpatients\tcpu_s\tmegabytes")
    with tempfile.TemporaryDirectory() as name:
        bench_collect.REPEATS = 1
        bench_collect.collected(Path(name), 2 * SAMPLES_A_BATCH, bench_collect.first_records(Path(name)))
        template = Path(name) / str(2 * SAMPLES_A_BATCH) / "results" / "populations.parquet"
        for n_samples in args.samples:
            folder = Path(name) / f"tables_{n_samples}"
            for step in ("write", "read"):
                inside = json.dumps([step, str(template), str(folder), n_samples])
                started = subprocess.Popen([sys.executable, __file__, "--inside", inside], stdout=subprocess.PIPE)
                said = started.stdout.read().decode().strip()
                _, status, used = os.wait4(started.pid, 0)
                if status:
                    return 1
                cpu_s, megabytes = used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6
                print(f"{n_samples}\t{step}\t{said}\t{cpu_s:.1f}\t{megabytes:.0f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
