import warnings
from pathlib import Path

import flowio
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marrowgate.fcs.model import Spillover
from marrowgate.fcs.read import read_fcs
from marrowgate.fcs.write import WriteChannel, write_fcs
from marrowgate.plain_text import printable

CHANNELS = [
    WriteChannel("FSC-A"),
    WriteChannel("PE-A", "CD34 PE", range=1024, gain=2.5, amplification=(4.0, 0.1), voltage=450),
    WriteChannel("Time", range=0.5),
]
EVENTS = np.array([[1.5, 2.0, 3.0], [-4.0, 5.25, 6.0]])


@pytest.mark.parametrize("version", ["2.0", "3.0", "3.1", "3.2"])
@pytest.mark.parametrize(("datatype", "bits"), [("F", 32), ("D", 64), ("I", 8), ("I", 16), ("I", 32), ("I", 64)])
@pytest.mark.parametrize("byteord", ["little", "big"])
def test_write__what_was_written_is_read(tmp_path: Path, version: str, datatype: str, bits: int, byteord: str) -> None:
    channels = [WriteChannel(channel.name, range=2.0**bits) for channel in CHANNELS]
    events = np.abs(np.rint(EVENTS)) if datatype == "I" else EVENTS
    path = tmp_path / "file.fcs"
    write_fcs(path, events, channels, version=version, datatype=datatype, bits=bits, byteord=byteord)  # type: ignore[arg-type]
    file = read_fcs(path)
    assert file.verdict.status == "accepted", file.verdict
    np.testing.assert_array_equal(file.events, events)  # type: ignore[arg-type]
    if bits == 64 and datatype == "I":
        return  # FlowIO 1.4 does not read these
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        theirs = flowio.FlowData(str(path)).as_array(preprocess=False)
    np.testing.assert_array_equal(theirs, events)


def test_write__channels_and_keywords_come_back(tmp_path: Path) -> None:
    path = tmp_path / "file.fcs"
    spillover = Spillover(("FSC-A", "PE-A"), np.array([[1, 0.125], [1e-7, 1]]))
    given_keywords = {"$VOL": "1000", "$TIMESTEP": "0.01", "$CYT": "Simulator", "$COM": ""}
    write_fcs(path, EVENTS.astype("f4"), CHANNELS, spillover=spillover, keywords=given_keywords)
    file = read_fcs(path)
    assert [note.code for note in file.verdict.repairs] == ["amplification_ignored"]
    channel = file.channels[1]
    assert (channel.label, channel.range, channel.gain, channel.voltage) == ("CD34 PE", 1024, 2.5, 450)
    assert channel.amplification == (4.0, 0.1)
    assert dict(file.facts) == {"$VOL": "1000", "$TIMESTEP": "0.01"}
    assert file.cytometer == "Simulator"
    assert file.spillover is not None
    assert file.spillover.labels == spillover.labels
    np.testing.assert_array_equal(file.spillover.matrix, spillover.matrix)


def test_write__nothing_is_in_the_file_but_what_was_given(tmp_path: Path) -> None:
    path = tmp_path / "Zebulon.fcs"
    write_fcs(path, EVENTS, CHANNELS)
    text = path.read_bytes()[:1000]
    for keyword in (b"$FIL", b"$DATE", b"$BTIM", b"$OP", b"$SYS", b"Zebulon"):
        assert keyword not in text


def test_write__float32_is_kept_to_the_last_bit(tmp_path: Path) -> None:
    # FlowIO's writer passes by way of lists; here 16777217 needs D
    path = tmp_path / "file.fcs"
    write_fcs(path, [[16777217.0]], [WriteChannel("A")], datatype="D", bits=64)
    assert read_fcs(path).events[0, 0] == 16777217.0  # type: ignore[index]


def test_write__no_events(tmp_path: Path) -> None:
    path = tmp_path / "file.fcs"
    write_fcs(path, np.zeros((0, 3)), CHANNELS[:1] * 0 + [WriteChannel(name) for name in "ABC"])
    file = read_fcs(path)
    assert file.verdict.status == "accepted"
    assert file.events is not None
    assert file.events.shape == (0, 3)


def test_write__data_start_where_they_can_be_mapped(tmp_path: Path) -> None:
    path = tmp_path / "file.fcs"
    write_fcs(path, EVENTS, CHANNELS)
    assert int(path.read_bytes()[26:34]) % 8 == 0


@pytest.mark.parametrize("values", ["a\x0cb", "ends\x0c", "µ 细胞"])
def test_write__delimiter_and_letters_in_values(tmp_path: Path, values: str) -> None:
    path = tmp_path / "file.fcs"
    write_fcs(path, EVENTS[:, :1], [WriteChannel("A", values)])
    # control characters are left out where a label is read; the delimiter is one
    assert read_fcs(path).channels[0].label == values.replace("\x0c", "")


@pytest.mark.parametrize(
    "arguments",
    [{"version": "1.0"}, {"datatype": "A"}, {"bits": 24}, {"datatype": "D", "bits": 32}],
)
def test_write__kinds_that_cannot_be_written(tmp_path: Path, arguments: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="is not a kind that can be written"):
        write_fcs(tmp_path / "file.fcs", EVENTS, CHANNELS, **arguments)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_write__events_that_do_not_fit_the_channels(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"events of shape \(2, 3\) do not fit 2 channels"):
        write_fcs(tmp_path / "file.fcs", EVENTS, CHANNELS[:2])


def test_write__more_than_99_999_999_bytes(tmp_path: Path) -> None:
    path = tmp_path / "file.fcs"
    n = 6_300_000
    events = np.arange(n * 4, dtype="f4").reshape(n, 4)
    write_fcs(path, events, [WriteChannel(name) for name in "ABCD"])
    assert path.stat().st_size > 99_999_999
    assert path.read_bytes()[26:42] == b"       0       0"
    file = read_fcs(path)
    assert file.verdict.status == "accepted"
    assert file.events is not None
    np.testing.assert_array_equal(file.events[[0, -1]], events[[0, -1]])
    path.unlink()


@settings(max_examples=50, deadline=None)
@given(
    labels=st.lists(st.text(min_size=0, max_size=20).filter(lambda text: "\0" not in text), min_size=1, max_size=4),
    seed=st.integers(0, 1000),
)
def test_write__any_label_comes_back(tmp_path_factory: pytest.TempPathFactory, labels: list[str], seed: int) -> None:
    try:
        "".join(labels).encode("utf-8")
    except UnicodeEncodeError:
        return
    events = np.random.default_rng(seed).normal(size=(3, len(labels))).astype("f4")
    path = tmp_path_factory.mktemp("label") / "file.fcs"
    write_fcs(path, events, [WriteChannel(f"C{n}", label) for n, label in enumerate(labels)])
    file = read_fcs(path)
    np.testing.assert_array_equal(file.events, events)  # type: ignore[arg-type]
    assert [channel.label for channel in file.channels] == [
        printable(label, instead="").strip(" \t\r\n\0") for label in labels
    ]


# FCS 3.2


def test_write_3_2__types_mixed_and_declared_come_back(tmp_path: Path) -> None:
    events = np.array([[1.5, 2.0**40 + 0.5, 3e9], [-2.25, 1e-3, 7.0]])
    channels = [
        WriteChannel("FSC-A", kind="Forward Scatter", feature="Area"),
        WriteChannel("B1-A", kind="Unmixed Fluorescence", analyte="CD34", tag="PE", datatype="D"),
        WriteChannel("Clock", kind="Time", range=2**32, datatype="I"),
    ]
    dates = {"$BEGINDATETIME": "2024-05-06T07:08:09.5Z", "$ENDDATETIME": "2024-05-06T07:09:09.75Z"}
    more = {"$CARRIERTYPE": "plate", "$CARRIERID": "P7", "$LOCATIONID": "B03", "$UNSTAINEDINFO": "of the same day"}
    for order in ("little", "big"):
        write_fcs(tmp_path / "t.fcs", events, channels, version="3.2", byteord=order, keywords=dates | more)  # type: ignore[arg-type]
        file = read_fcs(tmp_path / "t.fcs")
        assert file.verdict.status == "accepted", file.verdict
        np.testing.assert_array_equal(file.events, events)  # type: ignore[arg-type]
    assert [(one.role, one.scatter, one.marker, one.fluorochrome, one.compensated) for one in file.channels] == [
        ("scatter", "FSC-A", "", "", False), ("fluorescence", "", "CD34", "PE", True), ("time", "", "", "", False),
    ]  # fmt: skip
    assert file.facts == {"acquisition_s": "60.25"}
    assert [channel.bits for channel in file.channels] == [32, 64, 32]


@pytest.mark.parametrize(("begin", "end"), [("", "2024-05-06T07:08:09"), ("yesterday", "today"),
                                            ("2024-05-06T07:08:09", "2024-05-06T07:08:09Z")])  # fmt: skip
def test_read_3_2__dates_that_make_no_duration_are_left_out(tmp_path: Path, begin: str, end: str) -> None:
    keywords = {"$BEGINDATETIME": begin, "$ENDDATETIME": end}
    write_fcs(tmp_path / "t.fcs", np.ones((2, 1)), [WriteChannel("PE-A")], version="3.2", keywords=keywords)
    assert read_fcs(tmp_path / "t.fcs").facts == {}


def test_write__what_only_3_2_can_say_is_refused_before(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"FCS 3\.1 has no types"):
        write_fcs(tmp_path / "t.fcs", np.ones((2, 1)), [WriteChannel("PE-A", kind="Time")])
