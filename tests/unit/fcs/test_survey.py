from pathlib import Path

import numpy as np
import pytest

from marrowgate.fcs.survey import (
    FINDINGS,
    Surveyed,
    consistency_findings,
    duplicate_acquisitions,
    duplicate_files,
    fewer_bits_findings,
    panel_findings,
    survey,
)
from marrowgate.fcs.write import WriteChannel, write_fcs
from marrowgate.settings.panel import Panel
from unit.fcs.builder import TWO_EVENTS, fcs_bytes, keywords, write

CLOCK = {"DATE": "17-MAR-1987", "BTIM": "10:00:00", "ETIM": "10:01:00"}
PANEL = Panel.model_validate(
    {
        "channels": [
            {"channel": "PE-A", "marker": "CXCR4"},
            {"channel": "APC-A", "marker": "CD34"},
            {"channel": "FSC-A", "scatter": "FSC-A"},
        ]
    }
)


def made(folder: Path, name: str, shift: float = 0, **changes: str) -> Surveyed:
    return survey(write(folder, fcs_bytes(keywords(**changes), TWO_EVENTS + np.float32(shift)), name))


def test_survey__copy_under_another_name_is_a_duplicate(tmp_path: Path) -> None:
    files = [made(tmp_path, "a.fcs"), made(tmp_path, "b.fcs", 1), made(tmp_path, "c.fcs")]
    assert duplicate_files(files) == [(0, 2)]
    assert duplicate_acquisitions(files) == []


def test_survey__same_acquisition_exported_twice(tmp_path: Path) -> None:
    files = [
        made(tmp_path, "a.fcs", FIL="a.fcs", **CLOCK),
        made(tmp_path, "b.fcs", FIL="export.fcs", **CLOCK),
        made(tmp_path, "c.fcs", FIL="c.fcs", **{**CLOCK, "BTIM": "11:00:00"}),
    ]
    assert duplicate_files(files) == []
    assert duplicate_acquisitions(files) == [(0, 1)]


def test_survey__copies_are_told_once(tmp_path: Path) -> None:
    files = [made(tmp_path, "a.fcs", **CLOCK), made(tmp_path, "b.fcs", **CLOCK)]
    assert duplicate_files(files) == [(0, 1)]
    assert duplicate_acquisitions(files) == []


def test_survey__files_without_a_clock_are_not_compared(tmp_path: Path) -> None:
    assert duplicate_acquisitions([made(tmp_path, "a.fcs"), made(tmp_path, "b.fcs", 1)]) == []


def test_survey__two_data_sets_of_a_file_are_no_duplicates(tmp_path: Path) -> None:
    one = fcs_bytes(keywords(NEXTDATA="2072"))
    path = write(tmp_path, one + fcs_bytes())
    assert duplicate_files([survey(path, 1), survey(path, 2)]) == []


def lmd(folder: Path, first: str, second: str, n_events: int = 2) -> Path:
    more = np.ones((n_events, 3), "<f4")
    return write(
        folder,
        fcs_bytes(keywords(NEXTDATA="2072"), version=first) + fcs_bytes(keywords(n_events), more, version=second),
    )


def test_survey__events_that_the_next_data_set_holds_with_more_bits(tmp_path: Path) -> None:
    path = lmd(tmp_path, "2.0", "3.0")
    findings = fewer_bits_findings([survey(path, 2), survey(path, 1)])
    assert [(finding.index, finding.note.code, finding.note.sentence) for finding in findings] == [
        (
            1,
            "data_set_of_fewer_bits",
            "data set 2 of the file holds the same events with more bits; write 2 as its data_set",
        )
    ]


@pytest.mark.parametrize(("first", "second", "n_events"), [("3.0", "3.0", 2), ("2.0", "2.0", 2), ("2.0", "3.0", 3)])
def test_survey__other_data_sets_are_no_copies(tmp_path: Path, first: str, second: str, n_events: int) -> None:
    path = lmd(tmp_path, first, second, n_events)
    assert fewer_bits_findings([survey(path, 1), survey(path, 2)]) == []


@pytest.mark.parametrize("content", [b"", b"nothing", fcs_bytes()[:300]])
def test_survey__damaged_files_have_a_verdict(tmp_path: Path, content: bytes) -> None:
    item = survey(write(tmp_path, content))
    assert item.file.verdict.status == "rejected"
    assert survey(tmp_path / "none").file.verdict.reasons[0].code == "missing_file"


def test_survey__panel_channels_that_are_missing(tmp_path: Path) -> None:
    (finding,) = panel_findings([made(tmp_path, "a.fcs")], PANEL)
    assert finding.note.code == "panel_channel_missing"
    assert finding.note.sentence == "1 of 3 channels of the panel are missing: APC-A (CD34)"


@pytest.mark.parametrize(
    ("names", "kinds"),
    [
        ([f"V{number}-A" for number in range(1, 25)], ["panel_channel_missing", "raw_spectral"]),
        ([f"V{number}-A" for number in range(1, 24)], ["panel_channel_missing"]),
        ([f"Yb{number}Di" for number in range(101, 125)], ["panel_channel_missing"]),
    ],
)
def test_survey__raw_file_of_a_spectral_cytometer_is_to_be_unmixed(
    tmp_path: Path, names: list[str], kinds: list[str]
) -> None:
    path = tmp_path / "a.fcs"
    write_fcs(path, np.ones((5, len(names))), [WriteChannel(name) for name in names])
    notes = [finding.note for finding in panel_findings([survey(path, 1)], PANEL)]
    assert [note.code for note in notes] == kinds
    assert "raw_spectral" not in kinds or notes[1].sentence == (
        "the file has 24 raw detectors, as a spectral cytometer writes them: "
        "marrowgate unmix makes the channels of the panel from them"
    )


def test_survey__missing_channels_are_named_as_the_panel_writes_them(tmp_path: Path) -> None:
    channels = [{"channel": "FS Lin", "scatter": "FSC-A"}, {"channel": "SSC-A", "scatter": "SSC-A"}]
    panel = Panel.model_validate({"channels": [{"channel": "PE-A", "marker": "CXCR4"}, *channels]})
    (finding,) = panel_findings([made(tmp_path, "a.fcs")], panel)
    assert finding.note.sentence == "2 of 3 channels of the panel are missing: FS Lin (FSC-A), SSC-A"


def test_survey__label_that_names_another_marker(tmp_path: Path) -> None:
    files = [made(tmp_path, "a.fcs", P3N="APC-A", P2S="CD45 PE"), made(tmp_path, "b.fcs", P3N="APC-A", P2S="cxcr4-PE")]
    (finding,) = panel_findings(files, PANEL)
    assert (finding.index, finding.note.code) == (0, "panel_label_differs")
    assert finding.note.sentence == "channel 2 is CXCR4 in the panel and labelled otherwise in the file"


def test_survey__visits_with_other_channels_or_settings(tmp_path: Path) -> None:
    files = [made(tmp_path, f"{n}.fcs", n, P2V="450") for n in range(3)]
    files.append(made(tmp_path, "voltage.fcs", P2V="500"))
    files.append(made(tmp_path, "gain.fcs", P2V="450", P1G="2"))
    files.append(made(tmp_path, "channels.fcs", P2N="FITC-A"))
    found = {(finding.index, finding.note.code) for finding in consistency_findings(files)}
    assert found == {(3, "voltage_differs"), (4, "gain_differs"), (5, "channels_differ")}
    assert {code for _, code in found} <= set(FINDINGS)


def test_survey__nothing_to_compare(tmp_path: Path) -> None:
    assert consistency_findings([]) == []
    assert consistency_findings([survey(tmp_path / "none")]) == []
