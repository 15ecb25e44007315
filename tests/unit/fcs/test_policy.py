"""$PnE, $PnG and $TIMESTEP, with values worked by hand."""

from pathlib import Path

import numpy as np
import pytest

from marrowgate.fcs.model import FcsFile, Gain
from marrowgate.fcs.policy import seconds
from marrowgate.fcs.read import read_fcs, read_header
from unit.fcs.builder import TWO_EVENTS, fcs_bytes, keywords, write


def read(folder: Path, entries: dict[str, str], data: np.ndarray, gain: Gain = "ignore") -> FcsFile:
    file = read_fcs(write(folder, fcs_bytes(entries, data)), gain=gain)
    assert file.events is not None, file.verdict
    return file


STORED = np.array([[0, 512, 7], [256, 1023, 9]], "<u2")


def test_amplification__integers_become_linear(tmp_path: Path) -> None:
    # four decades over 1024 channels: 0 -> 1, 256 -> 10, 512 -> 100, 1023 -> 10^(4092/1024) = 9910.46
    file = read(tmp_path, keywords(datatype="I", bits=16, P1E="4,1", P2E="4,0"), STORED)
    np.testing.assert_allclose(file.events, [[1, 100, 7], [10, 9910.45856, 9]], rtol=1e-7)  # type: ignore[arg-type]
    assert file.policy["amplification"] == "1=4,1 2=4,1"


def test_amplification__lowest_value_is_a_factor(tmp_path: Path) -> None:
    file = read(tmp_path, keywords(datatype="I", bits=16, P1E="4,0.1"), STORED)
    np.testing.assert_allclose(file.events[:, 0], [0.1, 1.0], rtol=1e-12)  # type: ignore[index]


def test_amplification__floats_stay_as_they_are(tmp_path: Path) -> None:
    # FlowIO 1.4 makes 1.0135 of 1.5 here
    file = read(tmp_path, keywords(P1E="4,1"), TWO_EVENTS)
    np.testing.assert_array_equal(file.events, TWO_EVENTS)  # type: ignore[arg-type]
    assert [note.code for note in file.verdict.repairs] == ["amplification_ignored"]
    assert file.policy["amplification"] == "none"


def test_gain__is_not_applied_unless_asked_for(tmp_path: Path) -> None:
    file = read(tmp_path, keywords(P1G="2", P2G="0.5"), TWO_EVENTS)
    np.testing.assert_array_equal(file.events, TWO_EVENTS)  # type: ignore[arg-type]
    assert file.policy["gain"] == "ignored"


def test_gain__divides_linear_channels(tmp_path: Path) -> None:
    file = read(tmp_path, keywords(P1G="2", P2G="0.5", P3G="0.01"), TWO_EVENTS, "apply")
    # Time has a gain in FACSDiva files; it is left alone
    np.testing.assert_array_equal(file.events, [[0.75, 40, 300], [-1.25, 80, 600]])  # type: ignore[arg-type]
    assert file.policy["gain"] == "1=2 2=0.5"
    np.testing.assert_array_equal(read_fcs(tmp_path / "file.fcs").events, TWO_EVENTS)  # type: ignore[arg-type]


def test_gain__never_divides_what_was_logarithmic(tmp_path: Path) -> None:
    # FlowIO 1.4 does both: 100 becomes 50
    entries = keywords(datatype="I", bits=16, P2E="4,1", P2G="2", P1G="2")
    file = read(tmp_path, entries, STORED, "apply")
    np.testing.assert_allclose(file.events[:, :2], [[0, 100], [128, 9910.45856]], rtol=1e-7)  # type: ignore[index]
    assert file.policy["gain"] == "1=2"


@pytest.mark.parametrize("gain", ["0", "1.0", "", "much", "-2"])
def test_gain__that_says_nothing_changes_nothing(tmp_path: Path, gain: str) -> None:
    file = read(tmp_path, keywords(P1G=gain), TWO_EVENTS, "apply")
    np.testing.assert_array_equal(file.events, TWO_EVENTS)  # type: ignore[arg-type]
    assert file.policy["gain"] == "none"


def test_timestep__time_stays_as_stored_and_is_given_in_seconds(tmp_path: Path) -> None:
    file = read(tmp_path, keywords(TIMESTEP="0.01"), TWO_EVENTS)
    np.testing.assert_array_equal(file.events[:, 2], [300, 600])  # type: ignore[index]
    np.testing.assert_allclose(seconds(file), [3.0, 6.0])  # type: ignore[arg-type]
    assert file.policy["timestep"] == "not applied (0.01 s)"


def test_timestep__without_it_there_are_no_seconds(tmp_path: Path) -> None:
    assert seconds(read(tmp_path, keywords(), TWO_EVENTS)) is None
    assert seconds(read(tmp_path, keywords(TIMESTEP="xxxx"), TWO_EVENTS)) is None
    assert seconds(read(tmp_path, keywords(TIMESTEP="0.01", P3N="FL3"), TWO_EVENTS)) is None


def test_policy__header_tells_what_would_be_applied(tmp_path: Path) -> None:
    path = write(tmp_path, fcs_bytes(keywords(datatype="I", bits=16, P1E="4,1"), STORED))
    assert read_header(path).policy == read_fcs(path).policy
