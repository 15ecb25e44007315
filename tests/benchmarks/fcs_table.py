"""What marrowgate, FlowIO and FlowKit make of one small file of each kind, as the table of docs/fcs.md.

Run: python tests/benchmarks/fcs_table.py --doc docs/fcs.md
Every cell is measured: the files are made here, with values that are known.
"""

import argparse
import importlib.metadata
import sys
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from marrowgate.fcs.read import read_fcs
from marrowgate.files import write_text
from unit.fcs.builder import DATA_BEGIN, TEXT_BEGIN, fcs_bytes, keywords, text_segment

MARK = ("<!-- table: begin, made by tests/benchmarks/fcs_table.py -->", "<!-- table: end -->")
RNG = np.random.default_rng(5)
FLOATS = RNG.normal(1000, 300, (40, 3)).astype("<f4")
WORDS = RNG.integers(1, 1024, (40, 3)).astype("<u2")
FULL_RANGE = {"P1R": "65536", "P2R": "65536", "P3R": "65536"}
LOG = {"datatype": "I", "bits": 16}
LAST = DATA_BEGIN + FLOATS.nbytes - 1


@dataclass(frozen=True)
class Kind:
    """One kind of file; `events` is None when the right answer is a refusal."""

    name: str
    content: bytes
    events: np.ndarray | None
    label: str = ""
    data_set: int = 1


def main() -> None:
    """Write the table into the document, or print it."""
    parser = argparse.ArgumentParser(description="Measure what three readers make of each kind of file.")
    parser.add_argument("--doc", type=Path, help="document whose table is replaced; printed when left out")
    args = parser.parse_args()
    table = "\n".join(rows())
    if args.doc is None:
        print(table)
        return
    before, _, rest = args.doc.read_text(encoding="utf-8").partition(MARK[0])
    _, _, after = rest.partition(MARK[1])
    write_text(args.doc, f"{before}{MARK[0]}\n\n{table}\n\n{MARK[1]}{after}")


def rows() -> list[str]:
    """Measure every kind."""
    versions = {name: importlib.metadata.version(name) for name in ("flowio", "flowkit")}
    lines = [
        f"| kind of file | right answer | marrowgate | FlowIO {versions['flowio']} | FlowKit {versions['flowkit']} |",
        "|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as folder:
        for kind in [*readable(), *damaged()]:
            path = Path(folder) / "file.fcs"
            path.write_bytes(kind.content)
            wanted = "refuse" if kind.events is None else f"{len(kind.events)} events"
            cells = [kind.name, wanted, ours(path, kind), theirs(path, kind, flowio), theirs(path, kind, flowkit)]
            lines.append(f"| {' | '.join(cells)} |")
    return lines


def ours(path: Path, kind: Kind) -> str:
    """Say what marrowgate does."""
    file = read_fcs(path, kind.data_set)
    codes = ", ".join(f"`{note.code}`" for note in (*file.verdict.reasons, *file.verdict.repairs))
    if file.events is None:
        return f"refuses: {codes}"
    word = outcome(kind, file.events, file.channels[1].label)
    return f"{word}, noted: {codes}" if codes else word


def theirs(path: Path, kind: Kind, reader: Callable[[Path, int], tuple[np.ndarray, str]]) -> str:
    """Say what another reader does."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            events, label = reader(path, kind.data_set)
    except Exception as error:  # noqa: BLE001 - whatever it raises is the finding
        name = type(error).__qualname__ if type(error).__module__ != "struct" else "struct.error"
        return f"refuses ({name})"
    return outcome(kind, events, label)


def outcome(kind: Kind, events: np.ndarray, label: str) -> str:
    """Hold what was read against what is in the file."""
    if kind.events is None:
        return "**reads it**"
    if events.shape != kind.events.shape:
        return f"**{len(events)} events**"
    if not np.allclose(events, kind.events, rtol=1e-6, atol=0):
        return "**wrong values**"
    return "right" if label == kind.label else "**label lost**"


def flowio(path: Path, data_set: int) -> tuple[np.ndarray, str]:
    """Read with FlowIO, linear values."""
    import flowio

    data = flowio.read_multiple_data_sets(str(path))[data_set - 1]
    return data.as_array(preprocess=True), data.pns_labels[1]


def flowkit(path: Path, data_set: int) -> tuple[np.ndarray, str]:
    """Read with FlowKit, linear values."""
    import flowkit

    several = data_set > 1
    sample = flowkit.read_multi_dataset_fcs(str(path))[data_set - 1] if several else flowkit.Sample(str(path))
    return sample.get_events(source="raw"), sample.pns_labels[1]


def readable() -> list[Kind]:
    """Kinds that have a right answer."""
    return [*plain_kinds(), *integer_kinds(), *text_kinds(), *offset_kinds(), *policy_kinds(), *reported_kinds()]


def plain_kinds() -> list[Kind]:
    """Floats, text and types."""
    stored = np.array([tuple(row) for row in np.rint(FLOATS)], [("a", "<f4"), ("b", "<f8"), ("c", "<u4")])
    mixed = {"P2DATATYPE": "D", "P2B": "64", "P3DATATYPE": "I", "P3R": "4294967296"}
    free = {"P1B": "*", "P2B": "*", "P3B": "*"}
    numbers = b" ".join(b"%d" % value for value in WORDS.ravel())
    big = FLOATS.astype(">f4")
    spaced = keywords(40, BYTEORD="4, 3, 2, 1")
    return [
        Kind("32-bit floats, little-endian", fcs_bytes(keywords(40), FLOATS), FLOATS),
        Kind("32-bit floats, big-endian", fcs_bytes(keywords(40, BYTEORD="4,3,2,1"), big), FLOATS),
        Kind("`$BYTEORD` with spaces", fcs_bytes(spaced, big), FLOATS),
        Kind("64-bit floats", fcs_bytes(keywords(40, datatype="D", bits=64), FLOATS.astype("<f8")), FLOATS),
        Kind(
            "FCS 3.2, types mixed by `$PnDATATYPE`",
            fcs_bytes(keywords(40, **mixed), stored.tobytes(), version="3.2"),
            np.rint(FLOATS),
        ),
        Kind("ASCII numbers", fcs_bytes(keywords(40, datatype="A", **free), numbers), WORDS),
        Kind("no events, `$TOT` 0", fcs_bytes(keywords(0), b"", header_data=(0, 0), text_data=(0, 0)), FLOATS[:0]),
        Kind("`$MODE` left out (3.2)", fcs_bytes(keywords(40, MODE=None), FLOATS, version="3.2"), FLOATS),
    ]


def integer_kinds() -> list[Kind]:
    """Integers of many widths."""
    extra = WORDS | np.array([0, 0x0400, 0x0800], "<u2")
    three = WORDS.astype(">u4").view(np.uint8).reshape(40, 3, 4)[:, :, 1:].tobytes()
    bits = "".join(f"{value:010b}" for value in WORDS.ravel())
    packed = int(bits, 2).to_bytes(len(bits) // 8, "big")
    mixed = np.array([tuple(row) for row in WORDS], [("a", "<u2"), ("b", "<u4"), ("c", "<u2")]).tobytes()
    log = {"P2E": "4,0"}
    linear = WORDS.astype(float)
    linear[:, 1] = 10 ** (4 * linear[:, 1] / 1024)
    sixteen = {"datatype": "I", "bits": 16}
    return [
        Kind("16-bit integers", fcs_bytes(keywords(40, **sixteen), WORDS), WORDS),
        Kind(
            "16-bit integers, log amplified, FCS 2.0",
            fcs_bytes(keywords(40, **sixteen, **log), WORDS, version="2.0"),
            linear,
        ),
        Kind("extra bits above `$PnR` (Coulter)", fcs_bytes(keywords(40, **sixteen), extra), WORDS),
        Kind("`$PnR` written 1024.0", fcs_bytes(keywords(40, **sixteen, P1R="1024.0"), WORDS), WORDS),
        Kind("16 and 32 bits mixed", fcs_bytes(keywords(40, **sixteen, P2B="32"), mixed), WORDS),
        Kind(
            "24-bit integers (Cytek)", fcs_bytes(keywords(40, datatype="I", bits=24, BYTEORD="4,3,2,1"), three), WORDS
        ),
        Kind(
            "10-bit integers, packed", fcs_bytes(keywords(40, datatype="I", bits=10, BYTEORD="4,3,2,1"), packed), WORDS
        ),
        Kind("`$PnB` 10, kept in 16 bits", fcs_bytes(keywords(40, datatype="I", bits=10), WORDS), WORDS),
    ]


def text_kinds() -> list[Kind]:
    """Peculiarities of the TEXT."""
    two = DATA_BEGIN + FLOATS.nbytes
    supplement = text_segment({"$P2S": "CD34"})
    place = {"BEGINSTEXT": str(two), "ENDSTEXT": str(two + len(supplement) - 1)}
    empty = {"$SRC": "", **keywords(40, P2S="CD34")}
    latin = fcs_bytes(keywords(40, P2S="CD34", COM="#g"), FLOATS).replace(b"#g", b"\xb5g")
    sets = fcs_bytes(keywords(40, NEXTDATA=str(two)), FLOATS) + fcs_bytes(keywords(40), FLOATS + 1)
    user = {**keywords(40, P2S="CD34"), "P2S": "lot 7"}
    return [
        Kind("delimiter `^`", fcs_bytes(keywords(40, P2S="CD34"), FLOATS, delimiter="^"), FLOATS, "CD34"),
        Kind("delimiter doubled in a value", fcs_bytes(keywords(40, P2S="CD3/CD34"), FLOATS), FLOATS, "CD3/CD34"),
        Kind(
            "delimiter `\\|` doubled in a value",
            fcs_bytes(keywords(40, P2S="CD3|34"), FLOATS, delimiter="|"),
            FLOATS,
            "CD3|34",
        ),
        Kind("empty value before the first keyword that matters", fcs_bytes(empty, FLOATS), FLOATS, "CD34"),
        Kind("own keyword P2S beside `$P2S`", fcs_bytes(user, FLOATS), FLOATS, "CD34"),
        Kind("Latin-1 text", latin, FLOATS, "CD34"),
        Kind(
            "label in the supplemental TEXT", fcs_bytes(keywords(40, **place), FLOATS, tail=supplement), FLOATS, "CD34"
        ),
        Kind("second of two data sets", sets, FLOATS + 1, data_set=2),
    ]


def offset_kinds() -> list[Kind]:
    """Offsets that are wrong, with a right answer."""

    def at(begin: int, end: int) -> bytes:
        return fcs_bytes(keywords(40), FLOATS, header_data=(begin, end), text_data=(begin, end), tail=b"0" * 8)

    shifted = (DATA_BEGIN + 46, LAST + 46)
    tail = b"\xff" * 60
    return [
        Kind("end of the DATA one byte too far", at(DATA_BEGIN, LAST + 1), FLOATS),
        Kind("end of the DATA equal to their begin (iQue)", at(DATA_BEGIN, DATA_BEGIN), FLOATS),
        Kind("blank offsets in the HEADER", fcs_bytes(keywords(40), FLOATS, header_data=("", "")), FLOATS),
        Kind("zeros in the HEADER", fcs_bytes(keywords(40), FLOATS, header_data=(0, 0)), FLOATS),
        Kind("no offsets in the TEXT", fcs_bytes(keywords(40), FLOATS, text_data=None), FLOATS),
        Kind("HEADER wrong, TEXT right", fcs_bytes(keywords(40), FLOATS, header_data=(500, LAST)), FLOATS),
        Kind(
            "TEXT wrong by 46 bytes, HEADER right (CyAn)",
            fcs_bytes(keywords(40), FLOATS, text_data=shifted, tail=tail),
            FLOATS,
        ),
        Kind("end of the TEXT one byte short", fcs_bytes(keywords(40), FLOATS, header_text=short_text()), FLOATS),
        Kind("`$TOT` missing", fcs_bytes(keywords(40, TOT=None), FLOATS), FLOATS),
        Kind("`$NEXTDATA` to nowhere", fcs_bytes(keywords(40, NEXTDATA="100"), FLOATS), FLOATS),
    ]


def short_text() -> tuple[int, int]:
    """Place of the TEXT without its last delimiter."""
    entries = {"$BEGINDATA": str(DATA_BEGIN), "$ENDDATA": str(LAST), **keywords(40)}
    return TEXT_BEGIN, TEXT_BEGIN + len(text_segment(entries)) - 2


def policy_kinds() -> list[Kind]:
    """Stored values that have to become linear ones, as FlowJo and flowCore show them."""
    linear = WORDS.astype(float)
    linear[:, 1] = 10 ** (4 * linear[:, 1] / 1024)
    return [
        Kind("`$PnE` 4,1 on floats", fcs_bytes(keywords(40, P2E="4,1"), FLOATS), FLOATS),
        Kind("`$PnG` 2 on floats (FlowJo: not applied)", fcs_bytes(keywords(40, P2G="2"), FLOATS), FLOATS),
        Kind(
            "`$PnE` 4,1 and `$PnG` 2 on integers",
            fcs_bytes(keywords(40, datatype="I", bits=16, P2E="4,1", P2G="2"), WORDS),
            linear,
        ),
    ]


def reported_kinds() -> list[Kind]:
    """Kinds that public bug reports tell of."""
    linear = WORDS.astype(float)
    linear[:, 1] = 10 ** (4 * linear[:, 1] / 1024)
    padded = keywords(40, TOT="0" * 17 + "40", PAR="0" * 18 + "3")
    last = {"$BEGINDATA": str(DATA_BEGIN), "$ENDDATA": str(LAST), **keywords(40), "$P2S": "CD34"}
    early = (TEXT_BEGIN, TEXT_BEGIN + len(text_segment(last)) - 21)
    orphan = text_segment({"$BEGINDATA": str(DATA_BEGIN), "$ENDDATA": str(LAST), **keywords(40, P2S="CD34")})
    second = fcs_bytes(keywords(40), FLOATS) + fcs_bytes(keywords(40), FLOATS + 1)
    ends = (DATA_BEGIN, DATA_BEGIN + WORDS.nbytes)
    ten = fcs_bytes(keywords(40, datatype="I", bits=10), WORDS, version="2.0", header_data=ends, tail=b"0")
    supplement = text_segment({"$P2S": "CD34"})
    cut = keywords(40, BEGINSTEXT=str(LAST + 1), ENDSTEXT=str(LAST + len(supplement) - 5))
    return [
        Kind("numbers padded with zeros to 19 digits (Diva 9)", fcs_bytes(padded, FLOATS), FLOATS),
        Kind(
            "end of the TEXT 20 bytes too early, the label stands last",
            fcs_bytes({**keywords(40), "$P2S": "CD34"}, FLOATS, header_text=early),
            FLOATS,
            "CD34",
        ),
        Kind(
            "keyword without a name behind `$TOT`",
            fcs_bytes(text=orphan.replace(b"$TOT/40/", b"$TOT/40//orphan/"), data=FLOATS),
            FLOATS,
            "CD34",
        ),
        Kind("`$BYTEORD` 01,02,03,04", fcs_bytes(keywords(40, BYTEORD="01,02,03,04"), FLOATS), FLOATS),
        Kind("supplemental TEXT 5 bytes too short", fcs_bytes(cut, FLOATS, tail=supplement), FLOATS, "CD34"),
        Kind("`$PnE` 4;1", fcs_bytes(keywords(40, **LOG, P2E="4;1"), WORDS), linear),
        Kind("`$PnB` 10, kept in 16 bits, end one byte too far (FC500)", ten, WORDS),
        Kind("second file glued behind the first, `$NEXTDATA` 0", second, FLOATS + 1, data_set=2),
        Kind(
            "more events behind the DATA than `$TOT` says",
            fcs_bytes(keywords(40), FLOATS, tail=FLOATS[:20].tobytes()),
            FLOATS,
        ),
    ]


def damaged() -> list[Kind]:
    """Kinds that must be refused."""
    good = fcs_bytes(keywords(40), FLOATS)
    nan = FLOATS.copy()
    nan[3, 1] = np.nan
    wrong = (DATA_BEGIN + 2, LAST + 2)
    both = fcs_bytes(keywords(40), FLOATS, header_data=wrong, text_data=wrong, tail=b"\0" * 8)
    words = keywords(40, datatype="I", bits=32, BYTEORD="3,4,1,2", **FULL_RANGE)
    return [
        Kind("`$TOT` too high", fcs_bytes(keywords(40, TOT="41"), FLOATS), None),
        Kind("`$TOT` too low", fcs_bytes(keywords(40, TOT="1"), FLOATS), None),
        Kind("`$TOT` 10^12", fcs_bytes(keywords(40, TOT="1000000000000"), FLOATS), None),
        Kind("`$PAR` 10^6", fcs_bytes(keywords(40, PAR="1000000"), FLOATS), None),
        Kind("one byte short", good[:-1], None),
        Kind("half of the file", good[: DATA_BEGIN + FLOATS.nbytes // 2], None),
        Kind("HEADER and TEXT only", good[: TEXT_BEGIN + 400], None),
        Kind("DATA offsets wrong in both places", both, None),
        Kind("big-endian floats said to be little-endian", fcs_bytes(keywords(40), FLOATS.astype(">f4")), None),
        Kind("floats said to be 32-bit integers", fcs_bytes(keywords(40, datatype="I", bits=32), FLOATS), None),
        Kind("`$PnE` 4,1 without a `$PnR`", fcs_bytes(keywords(40, **LOG, P2E="4,1", P2R="0"), WORDS), None),
        Kind("`$BYTEORD` 3,4,1,2", fcs_bytes(words, FLOATS.astype("<u4")), None),
        Kind("NaN in the data", fcs_bytes(keywords(40), nan), None),
        Kind("`$MODE` C, a histogram", fcs_bytes(keywords(40, MODE="C"), FLOATS), None),
        Kind("`$PnE` of integers that says nothing (log)", fcs_bytes(keywords(40, **LOG, P2E="log"), WORDS), None),
        Kind("`$PnE` 4,1 of integers without `$PnR`", fcs_bytes(keywords(40, **LOG, P2E="4,1", P2R=None), WORDS), None),
        Kind("two channels with one `$PnN`", fcs_bytes(keywords(40, P2N="FSC-A"), FLOATS), None),
        Kind("no FCS file", b"oi21j08cn\n", None),
        Kind("empty file", b"", None),
    ]


if __name__ == "__main__":
    main()
