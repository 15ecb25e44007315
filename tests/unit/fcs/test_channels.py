from pathlib import Path

import pytest

from marrowgate.fcs import channels
from marrowgate.fcs.model import Channel, FcsFile
from marrowgate.fcs.read import read_header
from marrowgate.settings.panel import Panel
from unit.fcs.builder import TWO_EVENTS, fcs_bytes, keywords, write


def read(folder: Path, names: list[str], labels: list[str] | None = None, panel: Panel | None = None) -> FcsFile:
    entries = keywords(n_events=0, n_channels=len(names))
    entries |= {f"$P{number}N": name for number, name in enumerate(names, 1)}
    entries |= {f"$P{number}S": label for number, label in enumerate(labels or [], 1)}
    file = read_header(write(folder, fcs_bytes(entries, b"", header_data=(0, 0), text_data=(0, 0))), panel=panel)
    assert file.verdict.status == "accepted", file.verdict
    return file


def canonical(file: FcsFile) -> dict[str, str]:
    return {channel.name: channel.scatter for channel in file.channels if channel.scatter}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["FSC-A", "FSC-H", "SSC-A"], {"FSC-A": "FSC-A", "FSC-H": "FSC-H", "SSC-A": "SSC-A"}),
        (["FSC", "SSC"], {"FSC": "FSC-A", "SSC": "SSC-A"}),
        (["FSC", "SSC", "SSCW", "SSCA"], {"FSC": "FSC-A", "SSC": "SSC-H", "SSCW": "SSC-W", "SSCA": "SSC-A"}),
        (["FS INT LIN", "FS PEAK LIN", "FS TOF LIN"],
         {"FS INT LIN": "FSC-A", "FS PEAK LIN": "FSC-H", "FS TOF LIN": "FSC-W"}),
        (["VSSC-A", "SSC-A"], {"SSC-A": "SSC-A"}), (["VSSC-A", "BSSC-A"], {"BSSC-A": "SSC-A"}),
        (["VSSC-A"], {"VSSC-A": "SSC-A"}), (["SSC-B-A", "SSC-A"], {"SSC-A": "SSC-A"}),
        (["FSC LogH", "FSC LinH"], {"FSC LinH": "FSC-H"}), (["SS Lin", "SS Log"], {"SS Lin": "SSC-A"}),
        (["488-FSC1-Area", "488-FSC2-Area"], {"488-FSC1-Area": "FSC-A"}),
        (["FSC Par", "FSC Perp"], {"FSC Par": "FSC-A"}),
    ],
)  # fmt: skip
def test_scatter__nearest_name_gets_the_canonical_one(
    tmp_path: Path, names: list[str], expected: dict[str, str]
) -> None:
    assert canonical(read(tmp_path, names)) == expected


def test_scatter__no_two_channels_share_a_canonical_name(tmp_path: Path) -> None:
    names = ["FSC-A", "FS-A", "FSC_A", "FSC1-A", "488-FSC-A", "FSC", "FS", "FS INT LIN", "SSC-A", "VSSC-A", "SSC"]
    given = [channel.scatter for channel in read(tmp_path, names).channels if channel.scatter]
    assert len(given) == len(set(given)) == 4


def test_roles__label_speaks_where_the_name_says_nothing(tmp_path: Path) -> None:
    file = read(tmp_path, ["P1", "Par2", "FL1"], ["FSC-A", "Time", "CD34"])
    assert [channel.role for channel in file.channels] == ["scatter", "time", "fluorescence"]
    assert file.channels[0].scatter == "FSC-A"


PANEL = Panel.model_validate(
    {
        "channels": [
            {"channel": "PE-A", "aliases": ["FL2-A"], "marker": "CXCR4", "fluorochrome": "PE"},
            {"channel": "VSSC-A", "scatter": "SSC-A"},
            {"channel": "Odd clock", "role": "time"},
            {"channel": "Junk", "role": "ignored"},
        ]
    }
)


def by_name(file: FcsFile) -> dict[str, Channel]:
    return {channel.name: channel for channel in file.channels}


def test_panel__comes_before_the_names(tmp_path: Path) -> None:
    names = ["SSC-A", "VSSC-A", "PE-A", "Odd clock", "Junk", "FITC-A"]
    channels = by_name(read(tmp_path, names, ["", "", "CD184", "", "", "CXCR4"], PANEL))
    assert (channels["VSSC-A"].scatter, channels["SSC-A"].scatter) == ("SSC-A", "")
    assert (channels["PE-A"].marker, channels["PE-A"].fluorochrome) == ("CXCR4", "PE")
    assert (channels["Odd clock"].role, channels["Junk"].role) == ("time", "ignored")
    assert channels["FITC-A"].marker == ""  # the panel's marker is not claimed by a second channel


@pytest.mark.parametrize("name", ["FL2-A", "fl2-a", "pe-a", " PE-A "])
def test_panel__aliases_and_capitals(tmp_path: Path, name: str) -> None:
    assert read(tmp_path, [name, "FITC-A"], panel=PANEL).channels[0].marker == "CXCR4"


def test_markers__area_keeps_a_marker_that_height_and_width_repeat(tmp_path: Path) -> None:
    file = read(tmp_path, ["APC-H", "APC-A", "APC-W", "PE-H"], ["CD34", "CD34", "CD34", "CD45"])
    assert [channel.marker for channel in file.channels] == ["", "CD34", "", "CD45"]


def test_markers__scatter_and_time_have_none(tmp_path: Path) -> None:
    file = read(tmp_path, ["FSC-A", "Time", "Width"], ["CD34", "clock", "CD45"])
    assert [channel.marker for channel in file.channels] == ["", "", ""]


def test_channels__keywords_are_typed(tmp_path: Path) -> None:
    entries = keywords(P2E="4,0.1", P2G="2.5", P2V="450", P2S="CD34 PE", P3E="4;1", P1E="4.0,1.0,2")
    file = read_header(write(tmp_path, fcs_bytes(entries)))
    channel = file.channels[1]
    assert (channel.amplification, channel.gain, channel.voltage) == ((4.0, 0.1), 2.5, 450.0)
    assert (channel.label, channel.marker, channel.fluorochrome) == ("CD34 PE", "CD34", "PE")
    assert (channel.bits, channel.range) == (32, 1024.0)
    codes = [note.code for note in file.verdict.repairs]
    assert codes == ["amplification_unreadable", "amplification_ignored"]


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("0,0", (0, 0)), ("0.0,0.0", (0, 0)), (" 4.0 , 1.0 ", (4, 1)), ("4,0", (4, 1)), ("4,0.1024", (4, 0.1024)),
        ("5.0,0.00", (5, 1)), ("4,0,1,0", (4, 1)), ("0,1", (0, 0)), ("", (0, 0)),
    ],
)  # fmt: skip
def test_channels__amplification_in_every_spelling(tmp_path: Path, text: str, pair: tuple[float, float]) -> None:
    entries = keywords(n_events=0, datatype="I", bits=16, P1E=text)
    file = read_header(write(tmp_path, fcs_bytes(entries, b"", header_data=(0, 0), text_data=(0, 0))))
    assert file.channels[0].amplification == pair
    assert file.verdict.status == "accepted"


def declared(folder: Path, **changes: str) -> Channel:
    return read_header(write(folder, fcs_bytes(keywords(**changes), version="3.2"))).channels[1]


@pytest.mark.parametrize(
    ("changes", "role", "scatter"),
    [
        ({"P2TYPE": "Side Scatter", "P2FEATURE": "Area", "P2N": "Det 7"}, "scatter", "SSC-A"),
        ({"P2TYPE": "Side Scatter", "P2FEATURE": "Height", "P2N": "SSC"}, "scatter", "SSC-H"),
        ({"P2TYPE": "Forward Scatter", "P2N": "Det 1-W"}, "scatter", "FSC-H"),
        ({"P2TYPE": "Index"}, "index", ""), ({"P2TYPE": "Classification"}, "ignored", ""),
        ({"P2TYPE": "Raw Fluorescence", "P2N": "SSC-A"}, "fluorescence", ""),
        ({"P2TYPE": "TIME", "P2N": "clock 9"}, "time", ""), ({"P2TYPE": "something else"}, "fluorescence", ""),
    ],
)  # fmt: skip
def test_declared__type_comes_before_the_name(tmp_path: Path, changes: dict[str, str], role: str, scatter: str) -> None:
    channel = declared(tmp_path, **changes)
    assert (channel.role, channel.scatter) == (role, scatter)


def test_declared__analyte_and_tag_come_before_the_label(tmp_path: Path) -> None:
    channel = declared(tmp_path, P2S="sample 3 FITC", P2ANALYTE="CD34", P2TAG="PE")
    assert (channel.marker, channel.fluorochrome) == ("CD34", "PE")
    channel = declared(tmp_path, P2S="CD45 FITC", P2TAG="PE")
    assert (channel.marker, channel.fluorochrome) == ("CD45", "PE")


@pytest.mark.parametrize("character", ["\x1b", "\x00", "\x07", "\x9b", "\ufffe", "\u202e"])
def test_names__control_characters_are_left_out_and_noted(tmp_path, character):
    entries = keywords(P1N=f"FITC{character}-A", P1S=f"CD{character}3")
    file = read_header(write(tmp_path, fcs_bytes(entries, TWO_EVENTS)))
    assert file.verdict.status == "repaired"
    assert [note.code for note in file.verdict.repairs] == ["control_characters_left_out"]
    assert "names or labels of 2 channels" in file.verdict.repairs[0].sentence
    assert (file.channels[0].name, file.channels[0].label) == ("FITC-A", "CD3")


def test_names__padding_is_no_control_character(tmp_path):
    file = read_header(write(tmp_path, fcs_bytes(keywords(P1N="FITC-A\x00\x00"), TWO_EVENTS)))
    assert (file.verdict.status, file.channels[0].name) == ("accepted", "FITC-A")


def test_panel__what_it_says_of_a_channel_is_not_asked_of_the_name(tmp_path, monkeypatch):
    def asked(name: str, *_: str) -> None:
        raise AssertionError(name)

    monkeypatch.setattr(channels, "read_name", asked)
    monkeypatch.setattr(channels, "read_label", asked)
    entries = [{"channel": "Odd-1", "marker": "CD34"}, {"channel": "Odd-2", "scatter": "SSC-A"}]
    panel = Panel.model_validate({"channels": [*entries, {"channel": "Odd-3", "role": "time"}]})
    file = read(tmp_path, ["Odd-1", "Odd-2", "Odd-3"], ["CD45 PE", "Time", "CD3"], panel)
    assert [channel.role for channel in file.channels] == ["fluorescence", "scatter", "time"]
    assert [channel.marker for channel in file.channels] == ["CD34", "", ""]
    with pytest.raises(AssertionError, match="Odd-4"):
        read(tmp_path, ["Odd-1", "Odd-4"], panel=panel)
