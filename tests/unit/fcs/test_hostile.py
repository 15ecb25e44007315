"""Files made to hurt: a verdict in bounded time and memory."""

import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from marrowgate.fcs.model import FcsFile
from marrowgate.fcs.read import data_sets, read_fcs, read_header
from unit.fcs.builder import DATA_BEGIN, TWO_EVENTS, fcs_bytes, keywords, text_segment, write

MEGABYTE = 2**20
CPU_SECONDS = 60.0
"""Over ten times what the slowest of these files takes; what other programs take does not count."""


def sparse(folder: Path, head: bytes, size: int) -> Path:
    """A file of any size that takes no room on the disk."""
    path = write(folder, head)
    with path.open("r+b") as file:
        file.truncate(size)
    return path


def bounded(read: Callable[[Path], FcsFile], path: Path, room: int = 16 * MEGABYTE) -> FcsFile:
    """Read within the room, and in far less CPU time than work that grows with the square of the file would take."""
    tracemalloc.start()
    begin = time.process_time()
    try:
        file = read(path)
        assert time.process_time() - begin < CPU_SECONDS
        assert tracemalloc.get_traced_memory()[1] < room
    finally:
        tracemalloc.stop()
    return file


def code_of(file: FcsFile) -> str:
    assert file.verdict.status == "rejected"
    assert file.events is None
    return file.verdict.reasons[0].code


@pytest.mark.parametrize("read", [read_fcs, read_header])
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"TOT": "1000000000000"}, "tot_mismatch"), ({"TOT": "9" * 18}, "tot_mismatch"), ({"TOT": "9" * 5000}, None),
        ({"PAR": "1000000"}, "bad_keyword"), ({"PAR": "9" * 400}, "bad_keyword"), ({"PAR": "9999"}, "tot_mismatch"),
        ({"P1B": "9" * 18, "DATATYPE": "I"}, "bad_keyword"), ({"P1E": "300,1e300", "DATATYPE": "I"}, None),
        ({"P1R": "9" * 300, "DATATYPE": "I"}, None), ({"BYTEORD": "1,2,3,4" + ",5" * 400}, "unsupported_byte_order"),
        ({"SPILLOVER": "500," + "1," * 900}, None), ({"SPILLOVER": "99999999999"}, None),
        ({"NEXTDATA": "9" * 18}, None), ({"P1N": "A" * 1000, "CYT": "B" * 500}, None), ({"TIMESTEP": "1e999"}, None),
        ({"BTIM": "99:99:99", "ETIM": "00:00:00"}, None), ({"TOT": "-1"}, "bad_keyword"), ({"TOT": "\u0663"}, None),
    ],
)  # fmt: skip
def test_hostile__keywords(
    tmp_path: Path, changes: dict[str, str], code: str | None, read: Callable[[Path], FcsFile]
) -> None:
    file = bounded(read, write(tmp_path, fcs_bytes(keywords(**changes), data_begin=8192)))
    if code:
        assert code_of(file) == code
    else:
        assert file.verdict.status == "repaired" or not file.verdict.reasons


@pytest.mark.parametrize("place", [(10**7, 10**7 + 23), (99_999_999, 99_999_999), (2**63, 2**63 + 23)])
def test_hostile__offsets_beyond_the_file(tmp_path: Path, place: tuple[int, int]) -> None:
    path = write(tmp_path, fcs_bytes(header_data=(0, 0), text_data=place))
    assert code_of(bounded(read_fcs, path)) in {"offsets_past_end", "missing_keyword"}


def test_hostile__100_megabytes_of_text(tmp_path: Path) -> None:
    head = b"FCS3.0    " + b"".join(f"{n:>8}".encode() for n in (58, 99_999_998, 0, 0, 0, 0)) + b"/$PAR/1/"
    path = sparse(tmp_path, head, 100 * MEGABYTE)
    assert code_of(bounded(read_fcs, path)) == "text_too_large"


def test_hostile__30_megabytes_of_delimiters(tmp_path: Path) -> None:
    size = 30 * MEGABYTE
    head = b"FCS3.0    " + b"".join(f"{n:>8}".encode() for n in (58, 57 + size, 0, 0, 0, 0))
    path = write(tmp_path, head + b"/" * size)
    assert code_of(bounded(read_fcs, path, room=4 * size)) == "text_too_large"


def test_hostile__one_value_of_30_megabytes(tmp_path: Path) -> None:
    size = 30 * MEGABYTE
    text = b"/$PAR/1/A/" + b"x" * size + b"/"
    head = b"FCS3.0    " + b"".join(f"{n:>8}".encode() for n in (58, 57 + len(text), 0, 0, 0, 0))
    path = write(tmp_path, head + text)
    assert code_of(bounded(read_fcs, path, room=6 * size)) == "missing_keyword"


@pytest.mark.parametrize(
    "keyword", ["SPILL", "$COMP", "$BYTEORD", "$P1E", "$P1S", "$P1N", "$CYT", "$BTIM", "$P1R", "$VOL"]
)
@pytest.mark.parametrize("piece", [b"1,", b"CD34 ", b"1", b"-A_", b"(", b" "])
def test_hostile__one_value_of_4_megabytes_in_the_wrong_place(tmp_path: Path, keyword: str, piece: bytes) -> None:
    value = piece * (4 * MEGABYTE // len(piece))
    entries = {name: text for name, text in keywords(datatype="I", bits=32).items() if name != keyword}
    text = text_segment(entries)[:-1] + b"/" + keyword.encode() + b"/" + value + b"/"
    place = (58 + len(text), 58 + len(text) + 23)
    content = fcs_bytes(text=text, data_begin=place[0], header_data=place)
    bounded(read_fcs, write(tmp_path, content), room=10 * len(content))


def test_hostile__value_made_of_doubled_delimiters(tmp_path: Path) -> None:
    text = b"/$PAR/1/A/" + b"x//" * 32_000 + b"x/"
    head = b"FCS3.0    " + b"".join(f"{n:>8}".encode() for n in (58, 57 + len(text), 0, 0, 0, 0))
    assert code_of(bounded(read_fcs, write(tmp_path, head + text))) == "missing_keyword"


def test_hostile__thousands_of_data_sets(tmp_path: Path) -> None:
    one = fcs_bytes(keywords(NEXTDATA=str(DATA_BEGIN + TWO_EVENTS.nbytes)))
    path = write(tmp_path, one * 3000)
    files: list[FcsFile] = []

    def read_last(at: Path) -> FcsFile:
        files.extend(data_sets(at))
        return files[-1]

    last = bounded(read_last, path)
    assert len(files) == 1000
    assert last.verdict.status == "accepted"


def test_hostile__data_sets_inside_each_other(tmp_path: Path) -> None:
    # every step lands inside the TEXT of the set before
    content = fcs_bytes(keywords(NEXTDATA="200", OWN="FCS3.0    " * 60))
    assert len(data_sets(write(tmp_path, content))) == 1


def test_hostile__gigabyte_of_nothing_is_a_view(tmp_path: Path) -> None:
    n = 80_000_000
    entries = keywords(n_events=n)
    place = (DATA_BEGIN, DATA_BEGIN + n * 12 - 1)
    head = fcs_bytes(entries, b"", header_data=(0, 0), text_data=place)
    path = sparse(tmp_path, head, place[1] + 1)
    file = bounded(read_header, path)
    assert (file.verdict.status, file.n_events) == ("accepted", n)


def test_hostile__packed_bits_stay_within_ten_times_the_file(tmp_path: Path) -> None:
    n = 400_000
    data = np.random.default_rng(1).integers(0, 256, n * 3 * 10 // 8, dtype=np.uint8)
    path = write(tmp_path, fcs_bytes(keywords(n_events=n, datatype="I", bits=10), data))
    file = bounded(read_fcs, path, room=10 * path.stat().st_size)
    assert file.n_events == n


@pytest.mark.parametrize("bits", [8, 16, 24])
def test_hostile__small_integers_stay_within_ten_times_the_file(tmp_path: Path, bits: int) -> None:
    n = 500_000
    data = np.random.default_rng(1).integers(0, 256, n * 3 * bits // 8, dtype=np.uint8)
    entries = keywords(n_events=n, datatype="I", bits=bits, P1E="4,1", P1R="256", P2R="256", P3R="256")
    path = write(tmp_path, fcs_bytes(entries, data))
    bounded(read_fcs, path, room=10 * path.stat().st_size)


def test_hostile__one_channel_of_small_logarithmic_integers_stays_within_ten_times_the_file(tmp_path: Path) -> None:
    n = 2_000_000
    data = np.arange(n, dtype=np.uint32).astype(np.uint8)
    path = write(tmp_path, fcs_bytes(keywords(n, 1, "I", 8, P1E="4,1", P1R="256"), data))
    bounded(read_fcs, path, room=10 * path.stat().st_size)
