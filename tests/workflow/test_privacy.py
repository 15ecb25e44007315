"""A name and a date in every keyword, in the folder and in the file name leave nothing behind."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from marrowgate.fcs.write import WriteChannel, write_fcs
from workflow.runs import project_from, snakemake, write_sheet

TEMPLATE = Path(__file__).parent / "timecourse"
NAME, DATE = "Zephyrine Quillfeather", "31-FEB-1987"
PLANTED = [NAME, "Zephyrine", "Quillfeather", DATE, "1987-02-31", "31.02.1987", "31-FEB"]
KEYWORDS = (
    *("$FIL", "$SRC", "$OP", "$INST", "$INSTADDRESS", "$DATE", "$CELLS", "$PROJ", "$SMNO", "$EXP", "$COM", "$SYS"),
    *("$CYT", "$CYTSN", "$LAST_MODIFIED", "$LAST_MODIFIER", "$ORIGINATOR", "$PLATEID", "$PLATENAME", "$WELLID"),
    *("$SPECIMENID", "$SPECIMENTYPE", "$CARRIERID", "$LOCATIONID", "$SAMPLEID", "$TR", "$G1E", "$PKN1", "$CSTOT"),
    *("PATIENT ID", "PATIENT NAME", "TUBE NAME", "EXPERIMENT NAME", "SAMPLE ID", "GUID", "CREATOR", "EXPORT USER NAME"),
    *("$BTIM", "$ETIM", "$VOL", "$ABRT", "$LOST", "THRESHOLD", "CST SETUP DATE", "@SAMPLEID1", "$UNICODE"),
)
CHANNELS = ("FSC-A", "FSC-H", "SSC-A", "APC-A", "BV786-A", "PE-Cy7-A", "PerCP-Cy5-5-A", "Time", "FITC-A")


def planted_file(path: Path, seed: int) -> None:
    generator = np.random.default_rng(seed)
    area = generator.normal(80000, 15000, 3000)
    columns = [area, area * generator.normal(0.9, 0.02, 3000), generator.normal(40000, 9000, 3000)]
    columns += [generator.lognormal(5 + seed % 3, 1, 3000) for _ in CHANNELS[3:]]
    events = np.column_stack(columns).astype(np.float32)
    # of the words of a file only the channels' names leave it: without them no gate could say what it is about
    channels = [WriteChannel(name, label=f"{NAME} {DATE}") for name in CHANNELS]
    values = dict.fromkeys(KEYWORDS, f"{NAME} {DATE} 1987-02-31 31.02.1987 QUILLFEATHER")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_fcs(path, events, channels, keywords=values)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = project_from(TEMPLATE, tmp_path_factory.mktemp("planted"))
    rows = []
    for number, day in enumerate((0, 7, 14)):
        fcs = folder / "raw" / f"{NAME} {DATE}" / f"{NAME} 1987-02-31 visit{number}.fcs"
        planted_file(fcs, number)
        rows.append(
            {
                "sample_id": f"V{number}",
                "patient_id": "P1",
                "fcs": str(fcs),
                "panel": "culture",
                "batch": "run1",
                "day": str(day),
            }
        )
    broken = folder / "raw" / NAME / f"{NAME}.fcs"
    broken.parent.mkdir()
    broken.write_bytes((folder / "raw" / f"{NAME} {DATE}" / f"{NAME} 1987-02-31 visit0.fcs").read_bytes()[:9000])
    rows.append({**rows[0], "sample_id": "broken", "fcs": str(broken), "day": "21"})
    write_sheet(folder / "config" / "samples.tsv", rows)
    snakemake(folder)
    return folder


def everything_in(file: Path) -> bytes:
    """Return the bytes of a file in lower case; Parquet is compressed, so what it holds is written out beside them."""
    content = file.read_bytes()
    if file.suffix == ".parquet":
        table = pq.read_table(file)
        content += f"{table.to_pydict()} {table.schema.metadata} {table.schema}".encode()
    return content.lower()


def test_privacy__the_planted_words_are_really_in_the_files(finished: Path):
    for file in (finished / "raw").rglob("*.fcs"):
        content = file.read_bytes()
        assert NAME.encode() in content
        assert DATE.encode() in content


def test_privacy__no_byte_of_results_and_logs_holds_a_planted_word(finished: Path):
    places = [finished / "results", finished / ".snakemake" / "log", finished / ".snakemake" / "metadata"]
    searched = 0
    for place in places:
        for file in place.rglob("*"):
            if not file.is_file():
                continue
            content = everything_in(file)
            searched += 1
            for word in PLANTED:
                assert word.lower().encode() not in content, (file.name, word)
                assert word.lower() not in file.name.lower()
    assert searched > 30


def test_privacy__every_kind_of_output_was_searched(finished: Path):
    kinds = {file.suffix for file in (finished / "results").rglob("*") if file.is_file()}
    assert kinds == {
        *(".tsv", ".parquet", ".xml", ".json", ".yaml", ".svg", ".html", ".log", ".txt", ".png", ".pdf"),
    }
