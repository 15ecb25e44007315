"""Names, dates and places in a file stay in it."""

from pathlib import Path

import pytest

from marrowgate.fcs.read import data_sets, read_fcs, read_header
from unit.fcs.builder import TWO_EVENTS, fcs_bytes, keywords, write

PLANTED = "Zebulon Quimby"
PRIVATE = (
    "$OP", "$INST", "$SRC", "$FIL", "$COM", "$CELLS", "$EXP", "$PROJ", "$SMNO", "$SYS", "$LAST_MODIFIER", "$WELLID",
    "$PLATENAME", "$PLATEID", "$CYTSN", "PATIENT ID", "TUBE NAME", "SAMPLE ID", "EXPERIMENT NAME", "EXPORT USER NAME",
    "CREATOR", "GUID", "@SAMPLEID1", "$CARRIERID", "$LOCATIONID", "$UNSTAINEDCENTERS", "$TR",
)  # fmt: skip


def planted(**changes: str | None) -> dict[str, str]:
    dates = {"$DATE": "17-MAR-1987", "$BTIM": "10:00:00", "$ETIM": "10:01:30", "$LAST_MODIFIED": "17-MAR-1987"}
    return keywords(**changes) | dict.fromkeys(PRIVATE, PLANTED) | dates


@pytest.mark.parametrize(
    "changes",
    [{}, {"TOT": "9"}, {"PAR": "99"}, {"MODE": PLANTED}, {"BYTEORD": PLANTED}, {"DATATYPE": PLANTED},
     {"TOT": PLANTED}, {"P1B": PLANTED, "DATATYPE": "I"}, {"P1E": PLANTED}, {"SPILLOVER": f"2,{PLANTED}"},
     {"SPILLOVER": f"2,{PLANTED},PE-A,1,0,0,1"}, {"P2N": "FSC-A"}, {"VOL": PLANTED}, {"TIMESTEP": PLANTED}],
)  # fmt: skip
def test_privacy__nothing_that_was_planted_leaves_the_file(tmp_path: Path, changes: dict[str, str]) -> None:
    folder = tmp_path / PLANTED
    folder.mkdir()
    path = write(folder, fcs_bytes(planted(**changes), TWO_EVENTS), f"{PLANTED}.fcs")
    for file in (read_fcs(path), read_header(path), *data_sets(path), read_fcs(path, 7)):
        shown = repr(file)
        assert "Zebulon" not in shown
        assert "Quimby" not in shown
        assert "1987" not in shown
        assert "10:00" not in shown


def test_privacy__names_are_not_in_the_sentence_on_a_missing_file(tmp_path: Path) -> None:
    assert "Zebulon" not in repr(read_fcs(tmp_path / PLANTED / "none.fcs"))


def test_facts__numbers_without_dates(tmp_path: Path) -> None:
    entries = planted(VOL="30500", TIMESTEP="0.01", LOST="7", ABRT="3", CYT="LSRII")
    file = read_header(write(tmp_path, fcs_bytes(entries)))
    assert dict(file.facts) == {
        "$VOL": "30500", "$TIMESTEP": "0.01", "$LOST": "7", "$ABRT": "3", "acquisition_s": "90",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "volume"),
    [("30590", "30590"), ("30.59", "30.59"), ("30,59", "30.59"), ("30.59 uL", "30590"), ("30,59 \u00b5l", "30590"),
     ("30590 nL", "30590"), ("0.03059 mL", "30590"), ("3E4", "30000"), ("30 Jane", None), ("mL", None)],
)  # fmt: skip
def test_facts__volume_with_its_unit_is_in_nanolitres(tmp_path: Path, text: str, volume: str | None) -> None:
    assert read_header(write(tmp_path, fcs_bytes(keywords(VOL=text)))).facts.get("$VOL") == volume


@pytest.mark.parametrize(
    ("begin", "end", "duration"),
    [("23:59:30", "00:00:15", "45"), ("10:00:00.50", "10:00:02.25", "1.75"), ("10:00:00:30", "10:00:01:00", "0.5")],
)
def test_facts__duration_over_midnight_and_with_fractions(tmp_path: Path, begin: str, end: str, duration: str) -> None:
    file = read_header(write(tmp_path, fcs_bytes(keywords(BTIM=begin, ETIM=end))))
    assert file.facts["acquisition_s"] == duration


@pytest.mark.parametrize(
    ("text", "make"),
    [
        ("LSRII", "LSRII"), ("BD FACSAria  II", "BD FACSAria II"), ("Cytek xP5: NCSU CORE", "Cytek xP5"),
        ("MACSQuant VYB,2.5.1345.9863", "MACSQuant VYB"), ("Guava Muse, Viacount 1.5.1", "Guava Muse"),
        ("Aurora 2021-03-17", "Aurora"), ("LSR 17.03.1987", "LSR"), ("LSR 17-MAR-1987", "LSR"),
        ("LSR 3/17/87", "LSR"), ("Canto\nII", "Canto II"), ("LSRFortessa of Jane Doe", "LSRFortessa"),
        ("FACSymphony A5", "FACSymphony A5"), ("FC 500", "FC 500"), ("FC Doe 500", "FC 500"),
        ("NL-3000", "NL-3000"), ("MACSQuantVYB", "MACSQuantVYB"),
        ("Jane Doe", "unlisted"), ("II Doe 500", "unlisted"), ("x" * 500, "unlisted"), ("", ""),
    ],
)  # fmt: skip
def test_cytometer__only_the_words_that_makers_use(tmp_path: Path, text: str, make: str) -> None:
    entries = keywords(CYT=text)
    assert read_header(write(tmp_path, fcs_bytes(entries, delimiter="|"))).cytometer == make
