"""What marrowgate, FlowIO and FlowKit make of matrices and channel names, as the second and third table of docs/fcs.md.

Run: python tests/benchmarks/fcs_meaning.py --doc docs/fcs.md
Every cell is measured on files that are made here.
"""

import argparse
import sys
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from marrowgate.fcs.read import read_fcs
from marrowgate.files import write_text
from marrowgate.signal.spillover.compensation import compensate, compensation_weights
from marrowgate.signal.spillover.matrix_of_sample import in_names_of_file
from marrowgate.signal.stability.acquisition_time import acquisition_time
from unit.fcs.builder import fcs_bytes, keywords

BEGIN, END = "<!-- {}: begin, made by tests/benchmarks/fcs_meaning.py -->", "<!-- {}: end -->"
MATRIX = np.array([[1, 0.15], [0.02, 1]])
VALUES = "1,0.15,0.02,1"
EVENTS = np.random.default_rng(6).lognormal(7, 0.5, (40, 3)).astype("<f4")
COMPENSATED = EVENTS[:, 1:].astype(float) @ np.linalg.inv(MATRIX)


@dataclass(frozen=True)
class MatrixKind:
    """A file with a matrix; `applied` tells whether it is to be applied, None that the sample is to be refused."""

    name: str
    keywords: dict[str, str]
    applied: bool | None = True
    names: tuple[str, str] = ("PE-A", "BV510-A")
    by_batch: bool = field(default=False)


def main() -> None:
    """Write both tables into the document, or print them."""
    parser = argparse.ArgumentParser(description="Measure what three readers make of matrices and names.")
    parser.add_argument("--doc", type=Path, help="document whose tables are replaced; printed when left out")
    args = parser.parse_args()
    for title, rows in tables().items():
        if args.doc is None:
            print("\n".join(rows))
            continue
        before, _, rest = args.doc.read_text(encoding="utf-8").partition(BEGIN.format(title))
        _, _, after = rest.partition(END.format(title))
        body = "\n".join(rows)
        write_text(args.doc, f"{before}{BEGIN.format(title)}\n\n{body}\n\n{END.format(title)}{after}")


def tables() -> dict[str, list[str]]:
    """Measure both tables."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.fcs"
        return {"matrices": matrix_rows(path), "names": name_rows(path)}


def matrix_rows(path: Path) -> list[str]:
    """Measure every kind of matrix: are the values those that the matrix means?"""
    rows = ["| kind of matrix | right answer | marrowgate | FlowKit |", "|---|---|---|---|"]
    for kind in matrix_kinds():
        names = {"P1N": "FSC-A", "P2N": kind.names[0], "P3N": kind.names[1]}
        path.write_bytes(fcs_bytes(keywords(40, **names) | kind.keywords, EVENTS, version="3.2"))
        wanted = {True: "applied", False: "not applied again", None: "refuse"}[kind.applied]
        rows.append(f"| {kind.name} | {wanted} | {told(kind, ours, path)} | {told(kind, flowkit, path)} |")
    return rows


def told(kind: MatrixKind, reader: Callable[[Path, MatrixKind], np.ndarray], path: Path) -> str:
    """Hold the values that a reader gives against the right ones."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            values = reader(path, kind)
    except Exception as error:  # noqa: BLE001 - whatever it raises is the finding
        return f"refuses ({type(error).__name__})"
    right = COMPENSATED if kind.applied else EVENTS[:, 1:]
    if kind.applied is not None and np.allclose(values, right, rtol=1e-5):
        return "right"
    return "**uncompensated**" if np.allclose(values, EVENTS[:, 1:]) else "**wrong values**"


def ours(path: Path, kind: MatrixKind) -> np.ndarray:
    """Compensate as `gate` does."""
    from marrowgate.signal.spillover.matrix_of_sample import refuse_unusable

    file = read_fcs(path)
    refuse_unusable(file)
    spillover = file.spillover
    if kind.by_batch:
        from marrowgate.fcs.model import Spillover

        spillover = in_names_of_file(Spillover(("PE-A", "BV510-A"), MATRIX), file.channels, None)
    assert file.events is not None
    if spillover is None:
        return file.events[:, 1:]
    found = compensate(file.events, compensation_weights(spillover, file.channels, (1, 2)))
    return np.column_stack([found[1], found[2]])


def flowkit(path: Path, kind: MatrixKind) -> np.ndarray:
    """Apply the file's matrix with FlowKit, as its manual says."""
    import flowkit

    sample = flowkit.Sample(str(path))
    text = sample.metadata.get("spillover") or sample.metadata.get("spill")
    if text is None and not kind.by_batch:
        return sample.get_events(source="raw")[:, 1:]
    matrix = flowkit.Matrix(MATRIX, list(kind.names)) if kind.by_batch else text
    sample.apply_compensation(matrix)
    return sample.get_events(source="comp")[:, 1:]


def matrix_kinds() -> list[MatrixKind]:
    """Matrices as tools write them."""
    real = {"$SPILLOVER": f"2,PE-A,BV510-A,{VALUES}"}
    return [
        MatrixKind("plain", real),
        MatrixKind("labels of FlowJo, `PE-A :: CD34`", {"$SPILLOVER": f"2,PE-A :: CD34,BV510-A :: CD45,{VALUES}"}),
        MatrixKind(
            "name and label, `PE-A - CD34`, `CD45 (BV510-A)`",
            {"$SPILLOVER": f"2,PE-A - CD34,CD45 (BV510-A),{VALUES}", "$P2S": "CD34", "$P3S": "CD45"},
        ),
        MatrixKind("other dashes and quotes", {"$SPILLOVER": f'2,PE\u2011A,"BV510-A",{VALUES}'}),
        MatrixKind("labels without `-A`", {"$SPILLOVER": f"2,PE,BV510,{VALUES}"}),
        MatrixKind("semicolons", {"$SPILLOVER": "2;PE-A;BV510-A;1;0.15;0.02;1"}),
        MatrixKind("semicolons and decimal commas", {"$SPILLOVER": "2;PE-A;BV510-A;1;0,15;0,02;1"}),
        MatrixKind("a row for each line", {"$SPILLOVER": "2,PE-A,BV510-A\n1,0.15\n0.02,1"}),
        MatrixKind(
            "a detector that the file has lost and nothing spills into",
            {"$SPILLOVER": "3,PE-A,APC-A,BV510-A,1,0,0.15,0,1,0,0.02,0,1"},
        ),
        MatrixKind("per cent", {"$SPILLOVER": "2,PE-A,BV510-A,100,15,2,100"}),
        MatrixKind(
            "an identity before the real one",
            {"$SPILLOVER": "2,PE-A,BV510-A,1,0,0,1", "SPILL": f"2,PE-A,BV510-A,{VALUES}"},
        ),
        MatrixKind("labels that name no channel", {"$SPILLOVER": f"2,APC-A,KO-A,{VALUES}"}, applied=None),
        MatrixKind(
            "a compensation matrix in its place", {"$SPILLOVER": "2,PE-A,BV510-A,1.003,-0.15,-0.02,1.003"}, applied=None
        ),
        MatrixKind("per cent beside a diagonal of 1", {"$SPILLOVER": "2,PE-A,BV510-A,1,15,2,1"}, applied=None),
        MatrixKind("two fluorochromes exchanged", {"$SPILLOVER": "2,PE-A,BV510-A,1,50,6.7,1"}, applied=None),
        MatrixKind("singular", {"$SPILLOVER": "2,PE-A,BV510-A,1,0.5,2,1"}, applied=None),
        MatrixKind("`FJComp-` channels of FlowJo", real, applied=False, names=("FJComp-PE-A", "FJComp-BV510-A")),
        MatrixKind(
            "unmixed channels, `$PnTYPE`",
            real | {"$P2TYPE": "Unmixed_Fluorescence", "$P3TYPE": "Unmixed_Fluorescence"},
            applied=False,
        ),
        MatrixKind("matrix of the batch, first data set of an LMD file", {"$DFC1TO2": "15.0"}, False, by_batch=True),
    ]


NAMES = {
    "FS00-A": "scatter", "SS02-A": "scatter", "405-LALS(Area)": "scatter", "SSC (Violet)-A": "scatter",
    "Forward Scatter (FSC-HLin)": "scatter", "FSC PMT-A": "scatter", "EV": "ignored", "DOUBLET": "ignored",
    "tSNE_1": "ignored", "UMAP_1": "ignored", "cluster.id": "ignored", "PC1": "ignored", "SSC-A (405)": "scatter",
    "OmiqEventID": "index", "Acq Time": "time", "FlowSOM_cluster_id": "ignored",
    "Eccentricity": "ignored", "Event_length": "ignored",
    "Original_ID": "index", "Time-A": "time", "T0": "time", "TIME_MSW": "time", "FL03-A": "fluorescence",
    "TIM-3": "fluorescence",
}  # fmt: skip


def name_rows(path: Path) -> list[str]:
    """Measure the role of every name, and the time of two words."""
    rows = ["| channel | right answer | marrowgate | FlowIO |", "|---|---|---|---|"]
    for name, role in NAMES.items():
        path.write_bytes(fcs_bytes(keywords(40, P2N=name, P3N="FITC-A"), EVENTS))
        own = read_fcs(path).channels[1].role
        rows.append(f"| `{name}` | {role} | {_marked(own, role)} | {_marked(flowio_role(path), role)} |")
    path.write_bytes(fcs_bytes(keywords(40, P2N="TIME_MSW", P3N="TIME_LSW"), _words()))
    times = acquisition_time(read_fcs(path))
    joined = "joined" if times is not None and np.array_equal(times, np.arange(40) * 9000.0) else "**lost**"
    rows.append(f"| time in two words, `TIME_MSW` and `TIME_LSW` | joined | {joined} | **{flowio_role(path)}** |")
    return rows


def _words() -> np.ndarray:
    ticks = np.arange(40) * 9000
    return np.column_stack([EVENTS[:, 0], ticks // 65536, ticks % 65536]).astype("<f4")


def _marked(found: str, role: str) -> str:
    same = found == role or (found == "other" and role in {"ignored", "index"})
    return found if same else f"**{found}**"


def flowio_role(path: Path) -> str:
    """Return the kind that FlowIO gives the second channel."""
    import flowio

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data = flowio.FlowData(str(path))
    if data.time_index == 1:
        return "time"
    if 1 in data.scatter_indices:
        return "scatter"
    return "fluorescence" if 1 in data.fluoro_indices else "other"


if __name__ == "__main__":
    main()
