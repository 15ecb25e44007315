"""Write an FCS file: one data set, list mode, nothing in it but what is given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marrowgate.fcs.model import Spillover
from marrowgate.files import whole_file

HEADER_SIZE = 58
LARGEST_HEADER_OFFSET = 99_999_999
DELIMITER = "\x0c"
ALIGNMENT = 8  # a data segment that starts on a multiple of 8 can be mapped without copying
VERSIONS = ("2.0", "3.0", "3.1", "3.2")
BITS = {"F": (32,), "D": (64,), "I": (8, 16, 32, 64)}
ORDERS = {"little": "<", "big": ">"}
KINDS = {"F": "f", "D": "f", "I": "u"}
OWN_BITS = {"F": 32, "D": 64, "I": 32}


@dataclass(frozen=True)
class WriteChannel:
    """One channel to write: `$PnN`, `$PnS`, `$PnR`, `$PnG`, `$PnE` and `$PnV`.

    What FCS 3.2 adds is empty where it is not given: `kind`, `feature`, `analyte` and `tag` are `$PnTYPE`,
    `$PnFEATURE`, `$PnANALYTE` and `$PnTAG`; a `datatype` of its own is `$PnDATATYPE`.
    """

    name: str
    label: str = ""
    range: float = 262144
    gain: float = 1.0
    amplification: tuple[float, float] = (0.0, 0.0)
    voltage: float | None = None
    kind: str = ""
    feature: str = ""
    analyte: str = ""
    tag: str = ""
    datatype: Literal["", "F", "D", "I"] = ""

    @property
    def is_of_3_2(self) -> bool:
        """Whether something is given that only FCS 3.2 can say."""
        return any((self.kind, self.feature, self.analyte, self.tag, self.datatype))


def write_fcs(
    path: Path,
    events: ArrayLike,
    channels: Sequence[WriteChannel],
    *,
    version: Literal["2.0", "3.0", "3.1", "3.2"] = "3.1",
    datatype: Literal["F", "D", "I"] = "F",
    bits: int = 32,
    byteord: Literal["little", "big"] = "little",
    keywords: Mapping[str, str] | None = None,
    spillover: Spillover | None = None,
) -> None:
    """Write `events` as an FCS file, whole or not at all.

    Parameters
    ----------
    path : Path
        The file to make.
    events : array_like, shape (n_events, n_channels)
        Stored values: no gain and no amplification is applied on the way.
    channels : sequence of WriteChannel, length n_channels
        The columns.
    version : str
        FCS version in the header.
    datatype : str
        `$DATATYPE`; integers are unsigned.
    bits : int
        `$PnB`: 32 for F, 64 for D, 8, 16, 32 or 64 for I. Channels with a data type of their own have 32, 64 and 32.
    byteord : str
        Byte order of the data.
    keywords : mapping of str to str, optional
        Further keywords, written as given; standard ones with their ``$``. Empty values are left out,
        since the standard has no way to write them.
    spillover : Spillover, optional
        Written as ``$SPILLOVER`` from version 3.1 on, as ``SPILL`` before.

    Raises
    ------
    ValueError
        When the arguments do not fit each other.
    OSError
        When the file cannot be written.

    References
    ----------
    Data file standards FCS 3.1 (Spidlen et al. 2010, Cytometry A 77:97) and 3.2 (Spidlen et al. 2021, 99:100).
    """
    shape = np.shape(events)
    _refuse_misfit(shape, channels, version, datatype, bits)
    types = [
        (channel.datatype, OWN_BITS[channel.datatype]) if channel.datatype else (datatype, bits) for channel in channels
    ]
    data = _stored(events, types, byteord)
    entries = {
        **_structure(shape, datatype, byteord),
        **_channel_keywords(channels, [width for _, width in types]),
        **_spillover_keyword(spillover, version),
        **(keywords or {}),
    }
    start, text = _laid_out(entries, data.nbytes, version)
    with whole_file(path) as part, part.open("wb") as file:
        file.write(_header(version, len(text), start, data.nbytes))
        file.write(text)
        file.write(b" " * (start - HEADER_SIZE - len(text)))
        data.tofile(file)
        file.write(b"00000000")  # no checksum


def _refuse_misfit(
    shape: tuple[int, ...], channels: Sequence[WriteChannel], version: str, datatype: str, bits: int
) -> None:
    if version not in VERSIONS or bits not in BITS.get(datatype, ()):
        msg = f"FCS {version} with $DATATYPE {datatype} of {bits} bits is not a kind that can be written"
        raise ValueError(msg)
    if version < "3.2" and any(channel.is_of_3_2 for channel in channels):
        msg = f"FCS {version} has no types, features, analytes, tags and data types of channels; write 3.2"
        raise ValueError(msg)
    if len(shape) != 2 or shape[1] != len(channels):
        msg = f"events of shape {shape} do not fit {len(channels)} channels"
        raise ValueError(msg)


def _stored(
    events: ArrayLike, types: Sequence[tuple[str, int]], byteord: str
) -> NDArray[np.void] | NDArray[np.generic]:
    """Return the events as they are stored; each channel in its own type where these differ."""
    kinds = [np.dtype(f"{ORDERS[byteord]}{KINDS[kind]}{width // 8}") for kind, width in types]
    if len(set(kinds)) <= 1:
        return np.ascontiguousarray(events, kinds[0] if kinds else np.dtype("<f4"))
    columns = np.asarray(events)
    stored = np.empty(columns.shape[0], [(f"c{index}", kind) for index, kind in enumerate(kinds)])
    for index in range(columns.shape[1]):
        stored[f"c{index}"] = columns[:, index]
    return stored


def _structure(shape: tuple[int, ...], datatype: str, byteord: str) -> dict[str, str]:
    return {
        "$BYTEORD": "1,2,3,4" if byteord == "little" else "4,3,2,1",
        "$DATATYPE": datatype,
        "$MODE": "L",
        "$NEXTDATA": "0",
        "$PAR": str(shape[1]),
        "$TOT": str(shape[0]),
    }


def _channel_keywords(channels: Sequence[WriteChannel], bits: Sequence[int]) -> dict[str, str]:
    entries: dict[str, str] = {}
    for number, (channel, width) in enumerate(zip(channels, bits, strict=True), start=1):
        entries[f"$P{number}N"] = channel.name
        entries[f"$P{number}S"] = channel.label
        entries[f"$P{number}B"] = str(width)
        entries[f"$P{number}R"] = _number(channel.range)
        entries[f"$P{number}E"] = ",".join(_number(value) for value in channel.amplification)
        entries[f"$P{number}G"] = _number(channel.gain)
        entries[f"$P{number}V"] = "" if channel.voltage is None else _number(channel.voltage)
        entries[f"$P{number}TYPE"] = channel.kind
        entries[f"$P{number}FEATURE"] = channel.feature
        entries[f"$P{number}ANALYTE"] = channel.analyte
        entries[f"$P{number}TAG"] = channel.tag
        entries[f"$P{number}DATATYPE"] = channel.datatype
    return entries


def _spillover_keyword(spillover: Spillover | None, version: str) -> dict[str, str]:
    if spillover is None:
        return {}
    values = (_number(float(value)) for value in spillover.matrix.ravel())
    text = ",".join([str(len(spillover.labels)), *spillover.labels, *values])
    return {"$SPILLOVER" if version >= "3.1" else "SPILL": text}


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _laid_out(entries: Mapping[str, str], size: int, version: str) -> tuple[int, bytes]:
    """Find where the data start; from 3.0 on the TEXT holds that number, which changes its own length."""
    start = 0
    while True:
        offsets = {} if version == "2.0" else _offset_keywords(start, size)
        text = _text({**offsets, **entries})
        end = HEADER_SIZE + len(text)
        needed = -(-end // ALIGNMENT) * ALIGNMENT
        if needed <= start:
            return start, text
        start = needed


def _offset_keywords(start: int, size: int) -> dict[str, str]:
    segments = {"ANALYSIS": (0, 0), "STEXT": (0, 0), "DATA": (start, start + size - 1) if size else (0, 0)}
    return {
        f"${edge}{segment}": str(offset)
        for segment, offsets in segments.items()
        for edge, offset in zip(("BEGIN", "END"), offsets, strict=True)
    }


def _text(entries: Mapping[str, str]) -> bytes:
    doubled = DELIMITER * 2
    words = (word.replace(DELIMITER, doubled) for item in entries.items() if item[1] != "" for word in item)
    return (DELIMITER + DELIMITER.join(words) + DELIMITER).encode()


def _header(version: str, text_size: int, start: int, size: int) -> bytes:
    text_end = HEADER_SIZE + text_size - 1
    data_end = start + size - 1
    if not size:
        start, data_end = 0, 0
    elif data_end > LARGEST_HEADER_OFFSET:
        if version == "2.0":
            msg = f"FCS 2.0 has no way to write {size} bytes of data"
            raise ValueError(msg)
        start, data_end = 0, 0
    offsets = (HEADER_SIZE, text_end, start, data_end, 0, 0)
    return (f"FCS{version}    " + "".join(f"{offset:>8}" for offset in offsets)).encode("ascii")
