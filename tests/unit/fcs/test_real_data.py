"""Every real file: the right events and channels, equal to FlowIO's where FlowIO is right."""

import warnings
from pathlib import Path

import flowio
import numpy as np
import pytest

from marrowgate.fcs.model import FcsFile
from marrowgate.fcs.read import data_sets, read_fcs, read_header

FOLDERS = ("vendors", "timecourse", "aml", "cd34", "compensation", "beads", "gates", "qc")

# what FlowIO 1.4 refuses or reads wrongly: events of each data set, and why ours are right
FLOWIO_FAILS = {
    "Beads006.fcs": [30_000],  # 24-bit integers
    "sample001.fcs": [33_024],
    "Cytek xP5.fcs": [23_126],
    "test_comp_example.fcs": [10_703],  # end one byte too far: 3318 to 773934 is 10703 * 18 * 4 + 1 bytes
    "SG_2014-09-26_Duplicate_Names.fcs": [8_129],
    "coulter.lmd": [18_110, 18_110],
    "Beckman Coulter - Cyan.fcs": [5_789],  # HEADER and TEXT differ by 46 bytes
    "data_start_offset_discrepancy_example.fcs": [2],
}


def real_files(folder: Path) -> list[Path]:
    found = [path for name in FOLDERS for path in sorted((folder / name).rglob("*")) if path.is_file()]
    with_magic = []
    for path in found:
        with path.open("rb") as file:
            if file.read(3) == b"FCS":
                with_magic.append(path)
    return with_magic


def flowio_sets(path: Path) -> list[flowio.FlowData]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return list(flowio.read_multiple_data_sets(str(path)))


def flowio_values(path: Path) -> list[np.ndarray]:
    return [their.as_array(preprocess=False) for their in flowio_sets(path)]


def stored_values(path: Path, number: int) -> np.ndarray:
    """Stored values: what our linear ones were before `$PnE`."""
    file = read_fcs(path, number)
    assert file.events is not None, file.verdict
    events = file.events.astype(np.float64)
    for entry in file.policy["amplification"].replace("none", "").split():
        channel = file.channels[int(entry.partition("=")[0]) - 1]
        decades, lowest = channel.amplification
        linear = events[:, channel.index]
        events[:, channel.index] = np.rint(np.log10(linear / lowest) * channel.range / decades)
    return events


def test_real__there_are_enough_of_them(real_data: Path) -> None:
    assert len(real_files(real_data)) >= 60


def test_real__every_file_is_readable(real_data: Path) -> None:
    for path in real_files(real_data):
        for header in data_sets(path):
            file = read_fcs(path, header.data_set)
            assert file.verdict.status in {"accepted", "repaired"}, (path, file.verdict)
            assert file.events is not None
            assert file.events.shape == (header.n_events, len(header.channels))
            assert set(header.verdict.repairs) <= set(file.verdict.repairs)
            assert {note.code for note in file.verdict.repairs} - {note.code for note in header.verdict.repairs} <= {
                "extra_bits_masked", "integers_rounded",
            }  # fmt: skip


def test_real__stored_values_equal_flowio_to_the_last_bit(real_data: Path) -> None:
    compared = 0
    for path in real_files(real_data):
        if path.name in FLOWIO_FAILS:
            continue
        theirs = flowio_sets(path)
        assert len(theirs) == len(data_sets(path))
        for number, their in enumerate(theirs, start=1):
            np.testing.assert_array_equal(stored_values(path, number), their.as_array(preprocess=False), str(path))
            compared += 1
    assert compared >= 55


def test_real__linear_values_equal_flowio_to_the_last_bit(real_data: Path) -> None:
    for path in real_files(real_data):
        if path.name in FLOWIO_FAILS or path.name == "variable_int_example.fcs":  # its $TIMESTEP is no number
            continue
        for number, their in enumerate(flowio_sets(path), start=1):
            expected = their.as_array(preprocess=True)
            file = read_fcs(path, number, gain="apply")
            assert file.events is not None
            for channel in file.channels:
                if not flowio_linear_is_right(file, channel.index):
                    continue
                ours = file.events[:, channel.index].astype(np.float64)
                np.testing.assert_array_equal(ours, expected[:, channel.index], f"{path} {channel.name}")


def flowio_linear_is_right(file: FcsFile, index: int) -> bool:
    """Time is kept as stored here; log amplification of floats and gain on top of it are FlowIO's faults."""
    channel = file.channels[index]
    if channel.amplification[0] == 0:
        return channel.role != "time"
    of_floats = any(note.code == "amplification_ignored" for note in file.verdict.repairs)
    return not of_floats and channel.gain in {None, 0.0, 1.0}


def test_real__where_flowio_fails_the_events_are_counted_right(real_data: Path) -> None:
    by_name = {path.name: path for path in real_files(real_data)}
    for name, counts in FLOWIO_FAILS.items():
        path = by_name[name]
        assert [read_fcs(path, number).n_events for number in range(1, len(counts) + 1)] == counts
        with pytest.raises((flowio.exceptions.FCSParsingError, ValueError)):
            flowio_values(path)


@pytest.mark.parametrize(("name", "n_events"), [("beads/Beads006.fcs", 30_000), ("vendors/Cytek xP5.fcs", 23_126)])
def test_real__24_bit_integers_by_hand(real_data: Path, name: str, n_events: int) -> None:
    # three bytes, most significant first, 8 channels, DATA from byte 4096
    raw = np.fromfile(real_data / name, np.uint8)[4096 : 4096 + n_events * 24].reshape(n_events, 8, 3).astype(int)
    stored = raw[:, :, 0] * 65536 + raw[:, :, 1] * 256 + raw[:, :, 2]
    file = read_fcs(real_data / name)
    assert file.events is not None
    np.testing.assert_array_equal(file.events[:, :3], stored[:, :3])
    np.testing.assert_allclose(file.events[:, 3], 10 ** (4 * stored[:, 3] / 1024), rtol=1e-14)


def test_real__first_cytek_event_by_hand(real_data: Path) -> None:
    file = read_fcs(real_data / "vendors" / "Cytek xP5.fcs")
    assert file.events is not None
    # 286 = 0x00011e, 164 = 0x0000a4; FL1 154 on 4 decades of 1024: 10^(616/1024) = 3.9954
    assert file.events[0, :3].tolist() == [0, 286, 164]
    assert file.events[0, 3] == pytest.approx(3.9954, abs=1e-4)


def test_real__cyan_data_begin_where_the_header_says(real_data: Path) -> None:
    path = real_data / "vendors" / "Beckman Coulter - Cyan.fcs"
    stored = np.fromfile(path, "<u2", 5789 * 12, offset=2284).reshape(-1, 12)
    file = read_fcs(path)
    assert file.events is not None
    np.testing.assert_array_equal(file.events[:, :5], stored[:, :5])
    # the event counter (channel 11) and the clock (channel 1) run forward, as they do from no other byte
    assert (np.diff(file.events[:, 10]) > 0).all()
    assert [note.code for note in file.verdict.repairs] == ["data_offset_chosen"]


def test_real__system_ii_extra_bits_are_masked(real_data: Path) -> None:
    path = real_data / "vendors" / "System II listmode with extra info in bits D10-D15.LMD"
    stored = np.fromfile(path, "<u2", 10_358 * 6, offset=2048).reshape(-1, 6)
    assert (stored > 1023).any()
    file = read_fcs(path)
    assert file.events is not None
    np.testing.assert_array_equal(file.events[:, :2], stored[:, :2] & 1023)
    expected = 10 ** (4 * (stored[:, 2:] & 1023) / 1024) * 0.1
    np.testing.assert_allclose(file.events[:, 2:], expected, rtol=1e-14)


def test_real__preprocessed_accuri_events(real_data: Path) -> None:
    expected = np.load(real_data / "vendors" / "B01 KC-A-W---91-US_preprocessed_events.npy")
    file = read_fcs(real_data / "vendors" / "B01 KC-A-W---91-US.fcs", gain="apply")
    assert file.events is not None
    time = next(channel.index for channel in file.channels if channel.role == "time")
    ours = file.events.copy()
    ours[:, time] *= 0.1  # that file was made with $TIMESTEP applied
    np.testing.assert_array_equal(ours, expected)


def test_real__mixed_widths_by_hand(real_data: Path) -> None:
    path = real_data / "vendors" / "variable_int_example.fcs"
    dtype = np.dtype({"names": [f"c{n}" for n in range(26)], "formats": ["<u2"] * 25 + ["<u4"]})
    stored = np.fromfile(path, dtype, 2, offset=6081)
    file = read_fcs(path)
    assert file.events is not None
    np.testing.assert_array_equal(file.events[:, 2], stored["c2"])
    np.testing.assert_array_equal(file.events[:, 25], stored["c25"] & 0xFFFFFF)  # $P26R is 11209599


@pytest.mark.parametrize(
    ("name", "status", "code", "sentence"),
    [
        ("corrupted.fcs", "rejected", "not_fcs", "the file does not begin with FCS and a version"),
        ("sample_header.fcs", "rejected", "header_only", "the DATA begin at byte 5912, the data set has 3931 bytes"),
        ("aria_truncated.fcs", "rejected", "truncated", "$TOT says 10000 events, the file ends after 6052"),
        ("fake_large_fcs.fcs", "repaired", "offsets_from_text",
         "the HEADER has no place for the DATA; bytes 2462 to 512201 come from the TEXT"),
    ],
)  # fmt: skip
def test_damaged__right_verdict(real_data: Path, name: str, status: str, code: str, sentence: str) -> None:
    for file in (read_fcs(real_data / "damaged" / name), read_header(real_data / "damaged" / name)):
        notes = (*file.verdict.reasons, *file.verdict.repairs)
        assert (file.verdict.status, [(note.code, note.sentence) for note in notes]) == (status, [(code, sentence)])


def test_damaged__repaired_file_has_its_values(real_data: Path) -> None:
    path = real_data / "damaged" / "fake_large_fcs.fcs"
    stored = np.fromfile(path, ">f4", 11_585 * 11, offset=2462).reshape(-1, 11)
    np.testing.assert_array_equal(read_fcs(path).events, stored)  # type: ignore[arg-type]


def test_real__roles_and_markers(real_data: Path) -> None:
    file = read_header(real_data / "cd34" / "diva_cd45_cd34_marrow.fcs")
    assert {channel.scatter for channel in file.channels} - {""} == {"FSC-A", "FSC-W", "SSC-A"}
    assert [channel.name for channel in file.channels if channel.role == "time"] == ["Time"]
    markers = {channel.marker: channel.name for channel in file.channels if channel.marker}
    assert markers["CD45"] == "PerCP-A"
    assert markers["CD34"] == "PE-Cy7-A"
    cytof = {channel.marker for channel in read_header(real_data / "cd34" / "marrow_cytof_basal1.fcs").channels}
    assert {"CD45", "CD34", "CD38", "CD33", "CD11b", "CD123", "CD90", "CD45RA", "DNA", "pSLP-76"} <= cytof
