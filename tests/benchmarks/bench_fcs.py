"""How fast FCS files are read, and in how much memory, beside FlowIO in the same run.

Run: python tests/benchmarks/bench_fcs.py --out results/benchmarks/fcs_read.tsv
"""

import argparse
import multiprocessing
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

from marrowgate.fcs.read import read_fcs, read_header
from marrowgate.fcs.write import WriteChannel, write_fcs
from marrowgate.files import write_text

N_EVENTS = 500_000
N_CHANNELS = 16
N_HEADERS = 2_000
ROUNDS = 7
BOUNDS = {
    "float32_little_read_ratio": 0.3,
    "float32_big_read_ratio": 0.4,
    "float32_little_time_ratio": 0.4,
    "float32_big_time_ratio": 0.5,
    "uint16_log_time_ratio": 0.3,
    "float32_little_marrowgate_peak_memory": 2.5,
}
"""What must hold on every machine: ratios of one run, never a time."""
Row = tuple[str, float, str, str]


def main() -> int:
    """Write the table; end with 1 when a bound is broken."""
    parser = argparse.ArgumentParser(description="Measure the reading of FCS files.")
    parser.add_argument("--out", type=Path, required=True, help="table to write, .tsv")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(Path(folder))
    lines = [
        "name\tvalue\tunit\tdetail",
        *(f"{name}\t{value:.4g}\t{unit}\t{detail}" for name, value, unit, detail in rows),
    ]
    write_text(args.out, "\n".join(lines) + "\n")
    print("\n".join(lines))
    broken = [
        f"{name} is {value:.3g}, the bound is {BOUNDS[name]:g}"
        for name, value, *_ in rows
        if value > BOUNDS.get(name, value)
    ]
    print("\n".join(broken))
    return 1 if broken else 0


def measure(folder: Path) -> list[Row]:
    """Measure each kind of file."""
    rng = np.random.default_rng(1)
    rows: list[Row] = []
    floats = rng.normal(5_000, 2_000, (N_EVENTS, N_CHANNELS)).astype(np.float32)
    words = rng.integers(0, 1024, (N_EVENTS, N_CHANNELS), dtype=np.uint16)
    kinds: dict[str, tuple[np.ndarray, dict[str, object], dict[str, object]]] = {
        "float32_little": (floats, {}, {}),
        "float32_big": (floats, {"byteord": "big"}, {}),
        "uint16_log": (words, {"datatype": "I", "bits": 16}, {"range": 1024, "amplification": (4.0, 1.0)}),
    }
    for kind, (events, how, of_channel) in kinds.items():
        path = folder / f"{kind}.fcs"
        channels = [WriteChannel(f"FL{number}-A", **of_channel) for number in range(N_CHANNELS)]  # type: ignore[arg-type]
        write_fcs(path, events, channels, **how)  # type: ignore[arg-type]
        rows += compare(kind, path)
    rows.append(headers(folder / "float32_little.fcs"))
    return rows


def compare(kind: str, path: Path) -> list[Row]:
    """Time both readers in turn, in CPU time, so that a busy machine hits neither; memory in a process of its own."""
    readers: dict[str, Callable[[Path], np.ndarray]] = {"marrowgate": ours, "flowio": theirs}
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in readers}
    for _ in range(ROUNDS):
        for name, reader in readers.items():
            begin = time.process_time()
            events = reader(path)
            is_read = time.process_time()
            touch(events)
            times[name].append((is_read - begin, time.process_time() - begin))
            del events
    detail = f"{N_EVENTS} events x {N_CHANNELS} channels, median of {ROUNDS}, file cached"
    rows: list[Row] = []
    for number, (kind_of_time, how) in enumerate((("read", "read alone"), ("time", "every value touched afterwards"))):
        medians = {name: statistics.median(pair[number] for pair in pairs) for name, pairs in times.items()}
        rows += [
            (f"{kind}_{name}_{kind_of_time}", value, "CPU s", f"{detail}; {how}") for name, value in medians.items()
        ]
        ratio = medians["marrowgate"] / medians["flowio"]
        rows.append((f"{kind}_{kind_of_time}_ratio", ratio, "ratio", f"marrowgate / flowio; {how}"))
    size = path.stat().st_size
    for name, reader in readers.items():
        peak = in_new_process(reader, path)
        detail = f"growth of the process's peak resident memory over a file of {size} bytes"
        rows.append((f"{kind}_{name}_peak_memory", peak / size, "x file", detail))
    return rows


def ours(path: Path) -> np.ndarray:
    """Read with marrowgate, which looks at every value once for what is not finite."""
    events = read_fcs(path).events
    assert events is not None
    return events


def theirs(path: Path) -> np.ndarray:
    """Read with FlowIO."""
    import flowio

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        events: np.ndarray = flowio.FlowData(str(path)).as_array()
    return events


def touch(events: np.ndarray) -> float:
    """Use every value, so that none is left unread in the file."""
    return float(events[:, 0].sum() + events.max())


def in_new_process(reader: Callable[[Path], np.ndarray], path: Path) -> float:
    """Return the growth of peak memory in bytes, in a process that did nothing before."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_growth, (reader, path))


def _growth(reader: Callable[[Path], np.ndarray], path: Path) -> float:
    import flowio  # noqa: F401 - imported beforehand for both, so that it is not counted

    Path("/proc/self/clear_refs").write_text("5")  # forget the peak that the process was started with
    before = _memory("VmRSS")
    touch(reader(path))
    return _memory("VmHWM") - before


def _memory(entry: str) -> float:
    """Return an entry of the kernel's account of this process, in bytes (Linux)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(float(line.split()[1]) * 1024 for line in lines if line.startswith(f"{entry}:"))


def headers(path: Path) -> Row:
    """Time the reading of many headers."""
    begin = time.perf_counter()
    for _ in range(N_HEADERS):
        read_header(path)
    seconds = time.perf_counter() - begin
    return ("headers_per_second", N_HEADERS / seconds, "files/s", f"{N_HEADERS} headers of {N_CHANNELS} channels")


if __name__ == "__main__":
    sys.exit(main())
