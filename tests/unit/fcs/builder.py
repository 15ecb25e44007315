"""FCS files byte by byte, for tests: nothing is checked, so that every fault can be written."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

TEXT_BEGIN = 58
DATA_BEGIN = 2048
TWO_EVENTS = np.array([[1.5, 20.0, 300.0], [-2.5, 40.0, 600.0]], "<f4")


def keywords(
    n_events: int = 2, n_channels: int = 3, datatype: str = "F", bits: int = 32, **changes: str | None
) -> dict[str, str]:
    """Keywords of a plain file; in `changes` a leading P stands for $P and None takes a keyword out."""
    entries = {
        "$BYTEORD": "1,2,3,4",
        "$DATATYPE": datatype,
        "$MODE": "L",
        "$NEXTDATA": "0",
        "$PAR": str(n_channels),
        "$TOT": str(n_events),
    }
    for number, name in enumerate(["FSC-A", "PE-A", "Time", *(f"FL{n}-A" for n in range(4, 99))][:n_channels], 1):
        entries |= {
            f"$P{number}N": name,
            f"$P{number}B": str(bits),
            f"$P{number}R": "1024",
            f"$P{number}E": "0,0",
        }
    for keyword, value in changes.items():
        if value is None:
            entries.pop(f"${keyword}", None)
        else:
            entries[f"${keyword}"] = value
    return entries


def text_segment(entries: Mapping[str, str], delimiter: str = "/") -> bytes:
    """A TEXT segment with delimiters doubled."""
    words = (word.replace(delimiter, delimiter * 2) for item in entries.items() for word in item)
    return (delimiter + delimiter.join(words) + delimiter).encode("utf-8")


def fcs_bytes(
    entries: Mapping[str, str] | None = None,
    data: bytes | np.ndarray = TWO_EVENTS,
    *,
    version: str = "3.0",
    delimiter: str = "/",
    text: bytes | None = None,
    header_text: Sequence[object] | None = None,
    header_data: Sequence[object] | None = None,
    text_data: tuple[int, int] | str | None = "same",
    data_begin: int = DATA_BEGIN,
    gap: bytes = b" ",
    tail: bytes = b"",
) -> bytes:
    """A whole data set: HEADER, TEXT at byte 58, padding, DATA at byte 2048, tail."""
    raw = data if isinstance(data, bytes) else data.tobytes()
    place = (data_begin, data_begin + len(raw) - 1)
    found = dict(keywords() if entries is None else entries)
    if version > "2.0" and text_data is not None:
        begin, end = place if isinstance(text_data, str) else text_data
        found = {"$BEGINDATA": str(begin), "$ENDDATA": str(end), **found}
    segment = text_segment(found, delimiter) if text is None else text
    header_text = header_text or (TEXT_BEGIN, TEXT_BEGIN + len(segment) - 1)
    offsets = [*header_text, *(place if header_data is None else header_data), 0, 0]
    header = f"FCS{version}    ".encode() + b"".join(f"{offset:>8}".encode() for offset in offsets)
    start = header + segment
    assert len(start) <= data_begin
    return start + gap * (data_begin - len(start)) + raw + tail


def write(folder: Path, content: bytes, name: str = "file.fcs") -> Path:
    """Put bytes into a file."""
    path = folder / name
    path.write_bytes(content)
    return path
