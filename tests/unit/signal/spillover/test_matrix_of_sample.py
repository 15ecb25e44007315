"""Every sample is compensated with the matrix that is meant for it, or it is said why not."""

from pathlib import Path

import numpy as np
import pytest

from marrowgate.fcs.model import Spillover
from marrowgate.fcs.read import read_fcs, read_header
from marrowgate.fcs.write import WriteChannel, write_fcs
from marrowgate.gating.open_sample import open_sample
from marrowgate.settings.panel import Panel, PanelChannel, load_panel
from marrowgate.settings.strategies.strategy import Strategy
from marrowgate.signal.spillover.matrix_csv import write_spillover
from marrowgate.signal.spillover.matrix_of_sample import compensation_check
from marrowgate.signal.spillover.sample_findings import SPILLOVER_FINDINGS, spillover_findings

MATRIX = [[1, 0.15], [0.02, 1]]
VALUES = "1,0.15,0.02,1"
PANEL = Panel.model_validate(
    {
        "channels": [
            {"channel": "FSC-A", "scatter": "FSC-A"},
            {"channel": "PE-A", "aliases": ["FL2-A"], "marker": "CD34", "fluorochrome": "PE"},
            {"channel": "BV510-A", "aliases": ["FL10-A"], "marker": "CD45", "fluorochrome": "BV510"},
        ]
    }
)
POPULATIONS = [
    {"name": "all", "parent": "root", "dimensions": ["CD34"], "method": "fixed", "arguments": {"low": [0.0]}}
]
STRATEGY = Strategy.model_validate({"populations": POPULATIONS})
RNG = np.random.default_rng(8)
EVENTS = RNG.lognormal(7, 1, (500, 3)).astype(np.float32)
COMPENSATED = EVENTS[:, 1:].astype(np.float64) @ np.linalg.inv(MATRIX)


def make(folder: Path, names: tuple[str, ...] = ("FSC-A", "PE-A", "BV510-A"), **keywords: str) -> Path:
    path = folder / "one.fcs"
    events = np.column_stack([EVENTS, EVENTS[:, 1:]])[:, : len(names)]
    write_fcs(path, events, [WriteChannel(name) for name in names], keywords=keywords)
    return path


def opened(path: Path, spillover: str = "file", matrix: Path | None = None):
    return open_sample(
        path, 1, PANEL, STRATEGY, gain="ignore", spillover=spillover, matrix=matrix, further=frozenset({"CD45"})
    )


def values(path: Path, spillover: str = "file", matrix: Path | None = None) -> np.ndarray:
    _, sample = opened(path, spillover, matrix)
    assert sample is not None
    rows = np.arange(sample.file.n_events)
    return np.column_stack([sample.linear(marker, rows) for marker in ("CD34", "CD45")])


def codes(path: Path, source: str = "file") -> list[str]:
    return [note.code for note in spillover_findings(read_header(path, panel=PANEL), source, PANEL)]


@pytest.mark.parametrize("name", ["right", "labels_flowjo_colons", "percent"])
def test_reported_matrix__is_used(real_data: Path, name: str) -> None:
    file = read_header(real_data / "reported" / "spillover_lost_or_percent" / f"{name}.fcs")
    assert file.spillover is not None
    np.testing.assert_allclose(file.spillover.matrix, MATRIX, rtol=1e-15)
    assert file.spillover.labels == ("PE-A", "BV510-A")


@pytest.mark.parametrize(
    "text",
    [
        f"2,PE,BV510,{VALUES}",
        f"2,PE-A :: CD34,BV510-A :: CD45,{VALUES}",
        f"2,CD34 :: PE-A,CD45 :: BV510-A,{VALUES}",
        f"2,FL2-A,FL10-A,{VALUES}",
        f"2,FL2,FL10,{VALUES}",
        f"2,CD34,CD45,{VALUES}",
        f"2,Comp-PE-A,Comp-BV510-A,{VALUES}",
        f"2,PE_A,BV510_A,{VALUES}",
        f"2;PE-A;BV510-A;{VALUES.replace(',', ';')}",
        "2;PE-A;BV510-A;1;0,15;0,02;1",
        "2,PE-A,BV510-A,100,15,2,100",
        f"2,PE-A,BV510-A,{VALUES},",
    ],
)
def test_matrix__whose_meaning_is_sure_is_used(tmp_path: Path, text: str) -> None:
    path = make(tmp_path, **{"$SPILLOVER": text})
    np.testing.assert_allclose(values(path), COMPENSATED, rtol=1e-9)
    assert codes(path) == []


def test_matrix__without_pulse_means_the_channel_of_the_panel(tmp_path: Path) -> None:
    names = ("FSC-A", "PE-A", "BV510-A", "PE-H", "BV510-H")
    path = make(tmp_path, names, SPILL=f"2,PE,BV510,{VALUES}")
    assert read_header(path, panel=PANEL).spillover.labels == ("PE-A", "BV510-A")  # type: ignore[union-attr]
    assert read_header(path).spillover.labels == ("PE-A", "BV510-A")  # type: ignore[union-attr]
    heights = Panel.model_validate({"channels": [{"channel": f"{dye}-H", "marker": dye} for dye in ("PE", "BV510")]})
    assert read_header(path, panel=heights).spillover.labels == ("PE-H", "BV510-H")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text",
    [f"2,APC-A,BV510-A,{VALUES}", "2,PE-A,BV510-A,1.1,-0.2,-0.03,1.1", "2,PE-A,BV510-A,50,15,2,50",
     "2,PE-A,BV510-A,1,0.1", f"2,PE-A,PE-A,{VALUES}", "2,PE-A,BV510-A,1,x,0,1"],
)  # fmt: skip
def test_matrix__that_cannot_be_used_is_no_uncompensated_sample(tmp_path: Path, text: str) -> None:
    path = make(tmp_path, **{"$SPILLOVER": text})
    file, sample = opened(path)
    assert sample is None
    assert [note.code for note in file.verdict.reasons] == ["spillover_unusable"]
    assert file.verdict.reasons[0].sentence.endswith("write spillover: none for it if it needs none")
    assert codes(path) == ["spillover_unusable"]
    # whoever says that nothing is to be compensated has it so
    np.testing.assert_array_equal(values(path, "none"), EVENTS[:, 1:])


def test_identity__does_not_hide_the_real_matrix(tmp_path: Path) -> None:
    path = make(tmp_path, **{"$SPILLOVER": "2,PE-A,BV510-A,1,0,0,1", "SPILL": f"2,PE-A,BV510-A,{VALUES}"})
    np.testing.assert_allclose(values(path), COMPENSATED, rtol=1e-9)
    assert codes(path) == ["spillover_several"]


def test_same_matrix_twice__is_no_finding(tmp_path: Path) -> None:
    path = make(tmp_path, **{"$SPILLOVER": "2,BV510-A,PE-A,1,0.02,0.15,1", "SPILL": f"2,PE-A,BV510-A,{VALUES}"})
    np.testing.assert_allclose(values(path), COMPENSATED, rtol=1e-9)
    assert codes(path) == []


def test_matrix__without_one_of_the_stained_channels_is_told(tmp_path: Path) -> None:
    path = make(tmp_path, **{"$SPILLOVER": "2,PE-A,FSC-A,1,0.15,0.02,1"})
    assert codes(path) == ["spillover_incomplete"]
    check = compensation_check(read_fcs(path, panel=PANEL), "file")
    assert (check.value, check.verdict, check.reason) == (50, "flagged", "no matrix holds BV510-A")


def test_no_matrix__is_told_and_flagged(tmp_path: Path) -> None:
    path = make(tmp_path)
    assert (codes(path), codes(path, "none")) == (["spillover_missing"], [])
    file = read_fcs(path, panel=PANEL)
    assert compensation_check(file, "file").verdict == "flagged"
    assert compensation_check(file, "none").verdict == "not_checked"
    assert compensation_check(file, "file", is_light=False).verdict == "not_checked"


def test_none__beside_a_matrix_is_told(tmp_path: Path) -> None:
    assert codes(make(tmp_path, SPILL=f"2,PE-A,BV510-A,{VALUES}"), "none") == ["spillover_not_used"]
    assert codes(make(tmp_path, SPILL="2,PE-A,BV510-A,1,0,0,1"), "none") == []


# the matrix of a batch


@pytest.fixture
def batch_matrix(tmp_path: Path) -> Path:
    write_spillover(tmp_path / "matrix.csv", Spillover(("PE-A", "BV510-A"), np.array(MATRIX)))
    return tmp_path / "matrix.csv"


def test_batch_matrix__means_the_aliases_of_the_panel(real_data: Path) -> None:
    folder = real_data / "reported" / "alias_and_batch_matrix"
    panel = load_panel(folder / "panel.yaml")
    path = folder / "second_instrument.fcs"
    file, sample = open_sample(
        path, 1, panel, STRATEGY, gain="ignore", spillover="matrix", matrix=folder / "matrix.csv",
        further=frozenset({"CD45"}),
    )  # fmt: skip
    assert sample is not None
    assert file.spillover is not None
    assert file.spillover.labels == ("FL2-A", "FL10-A")
    stored = read_fcs(path).events
    assert stored is not None
    expected = stored[:, 3:5].astype(np.float64) @ np.linalg.inv(MATRIX)
    rows = np.arange(len(stored))
    np.testing.assert_allclose(sample.linear("CD34", rows), expected[:, 0], rtol=1e-9)
    np.testing.assert_allclose(sample.linear("CD45", rows), expected[:, 1], rtol=1e-9)
    assert list(spillover_findings(read_header(path, panel=panel), str(folder / "matrix.csv"), panel)) == []


def test_batch_matrix__with_a_detector_that_the_file_lacks_is_told(tmp_path: Path, batch_matrix: Path) -> None:
    path = make(tmp_path, ("FSC-A", "PE-A"))
    with_cd45 = make(tmp_path, ("FSC-A", "PE-A", "KO-A"))
    _, sample = opened(path, "matrix", batch_matrix)
    assert sample is None
    labelled = Panel(channels=(*PANEL.channels, PanelChannel(channel="KO-A", marker="CD7")))
    notes = list(spillover_findings(read_header(with_cd45, panel=labelled), str(batch_matrix), labelled))
    assert [(note.code, note.sentence) for note in notes] == [
        ("spillover_detectors_missing", "the spillover matrix names BV510-A, which the file does not have")
    ]


# compensated already


@pytest.mark.parametrize("prefix", ["FJComp-", "Comp-"])
def test_exported_channels_of_flowjo__are_not_compensated_again(
    tmp_path: Path, batch_matrix: Path, prefix: str
) -> None:
    names = ("FSC-A", f"{prefix}PE-A", f"{prefix}BV510-A")
    panel = Panel.model_validate(
        {"channels": [{"channel": names[1], "marker": "CD34"}, {"channel": names[2], "marker": "CD45"}]}
    )
    path = make(tmp_path, names, SPILL=f"2,PE-A,BV510-A,{VALUES}")
    for source, matrix in (("file", None), ("matrix", batch_matrix)):
        file, sample = open_sample(
            path,
            1,
            panel,
            STRATEGY,
            gain="ignore",
            spillover=source,
            matrix=matrix,  # type: ignore[arg-type]
        )
        assert sample is not None
        np.testing.assert_array_equal(sample.linear("CD34", np.arange(500)), EVENTS[:, 1])
        assert compensation_check(file, source).verdict == "ok"
        assert file.policy["compensation"] == "in the file (channels 2 3)"
    assert [note.code for note in read_header(path).verdict.repairs] == ["spillover_applied"]
    found = spillover_findings(read_header(path, panel=panel), "file", panel)
    assert [note.code for note in found] == ["compensated_already"]


def test_raw_channels__beside_their_compensated_copies_are_compensated(tmp_path: Path) -> None:
    names = ("FSC-A", "PE-A", "BV510-A", "FJComp-PE-A", "FJComp-BV510-A")
    np.testing.assert_allclose(values(make(tmp_path, names, SPILL=f"2,PE,BV510,{VALUES}")), COMPENSATED, rtol=1e-9)


@pytest.mark.parametrize("kind", ["Unmixed_Fluorescence", "unmixed fluorescence"])
def test_unmixed_channels__are_not_compensated_again(tmp_path: Path, batch_matrix: Path, kind: str) -> None:
    more = {"$P2TYPE": kind, "$P3TYPE": kind, "$SPILLOVER": f"2,PE-A,BV510-A,{VALUES}"}
    path = make(tmp_path, **more)
    np.testing.assert_array_equal(values(path), EVENTS[:, 1:])
    np.testing.assert_array_equal(values(path, "matrix", batch_matrix), EVENTS[:, 1:])
    assert codes(path) == ["compensated_already"]


def test_first_data_set_of_an_lmd_file__is_compensated_by_the_instrument(tmp_path: Path, batch_matrix: Path) -> None:
    path = make(tmp_path, **{"$DFC1TO2": "15.0", "$DFC2TO1": "2.0"})
    np.testing.assert_array_equal(values(path, "matrix", batch_matrix), EVENTS[:, 1:])
    zero = make(tmp_path, **{"$DFC1TO2": "0.0", "$DFC2TO1": "0.00"})
    np.testing.assert_allclose(values(zero, "matrix", batch_matrix), COMPENSATED, rtol=1e-9)


def test_real_lmd__first_data_set_only(real_data: Path) -> None:
    path = real_data / "vendors" / "coulter.lmd"
    assert [channel.name for channel in read_header(path, 1).channels if channel.compensated] == [
        "FL1 Log", "FL2 Log", "FL1 Lin", "FL2 Lin", "FL3 Lin", "FL3 Log",
    ]  # fmt: skip
    assert not any(channel.compensated for channel in read_header(path, 2).channels)


def test_mass_cytometry__needs_no_matrix(real_data: Path) -> None:
    file = read_header(real_data / "cd34" / "marrow_cytof_basal1.fcs")
    assert compensation_check(file, "file").reason == "mass cytometry: no light that spills over"


def test_findings__every_code_has_a_meaning() -> None:
    source = Path("workflow/marrowgate/signal/spillover/sample_findings.py")
    import re

    text = (Path(__file__).resolve().parents[4] / source).read_text(encoding="utf-8")
    assert set(re.findall(r'Note\(\s*"(\w+)"', text)) == set(SPILLOVER_FINDINGS)
