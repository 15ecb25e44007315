"""`correct` writes the found gates, `gate` takes what a person made of them, `check` tells what is wrong with it."""

import json
import re
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from marrowgate.cli import main
from marrowgate.measure.record import read_record
from marrowgate.tables import read_rows
from workflow.test_privacy import planted_file

TEMPLATE = Path(__file__).parent.parent / "workflow" / "timecourse"
SHARED = ["--panel", "config/panels/culture.yaml", "--strategy", "config/strategies/culture.yaml"]
FILE = Path("config/overrides/a.yaml")
BY_WHOM = ["--reviewer", "R. Viewer", "--reason", "debris was taken in"]
SHEET = """\
sample_id\tfcs\tpanel\tbatch\tcontrol_type\tcontrol_marker\tcontrol_for
a\ta.fcs\tculture\tb\t\t\t
a_fmo\ta_fmo.fcs\tculture\tb\tfmo\tCD38\ta
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with one sample that is gated, and its control."""
    shutil.copytree(TEMPLATE, tmp_path / "config")
    monkeypatch.chdir(tmp_path)
    Path("config/samples.tsv").write_text(SHEET, encoding="utf-8")
    for name in ("a", "a_fmo"):
        planted_file(Path(f"{name}.fcs"), 1)
    out = ["--out", "results/fits/a.json", "--stability", "results/stability/a.json"]
    assert main(["fit", "--sample-id", "a", "--fcs", "a.fcs", *SHARED, "--control-type", "baseline", *out]) == 0
    fits = ["--fits", "results/fits/a.json", "--out", "results/consensus/culture_b.yaml"]
    assert main(["consensus", "--panel-name", "culture", "--batch", "b", *fits]) == 0
    assert gate() == 0
    return tmp_path


def gate(*words: str, results: str = "results") -> int:
    made = ["--consensus", "results/consensus/culture_b.yaml", "--fit", "results/fits/a.json"]
    made += ["--stability", "results/stability/a.json"]
    out = ["--gates-xml", f"{results}/gates/a.xml", "--gates-tsv", f"{results}/gates/a.tsv"]
    out += [
        "--pictures",
        f"{results}/pictures/a.json",
        "--events",
        f"{results}/events/a.parquet",
        "--record",
        f"{results}/records/a.json",
    ]
    return main(["gate", "--sample-id", "a", "--fcs", "a.fcs", *SHARED, *made, *out, *words])


def errors(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    capsys.readouterr()
    assert main(list(words)) == 2
    return [line.removeprefix("error: ") for line in capsys.readouterr().err.splitlines()]


def counts(results: str = "results") -> dict[str, int | None]:
    return {count.population: count.n_events for count in read_record(Path(results) / "records" / "a.json").counts}


def test_correct__gates_that_nobody_changed_hold_the_same_events(folder, capsys):
    assert main(["correct", "a", "singlets", "viable", *BY_WHOM]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"{FILE}: 2 gates to edit"
    assert gate("--gate-overrides", str(FILE), results="again") == 0
    assert pq.read_table("again/events/a.parquet").equals(pq.read_table("results/events/a.parquet"))
    gates = {row["population"]: row for row in read_rows(Path("again/gates/a.tsv"))}
    assert [gates[name]["status"] for name in ("singlets", "viable", "cd34_pos")] == ["overridden", "overridden", "ok"]
    assert gates["viable"]["reason_code"] == "given"
    assert re.fullmatch(r"given by R\. Viewer on 20\d\d-\d\d-\d\d: debris was taken in", gates["viable"]["reason"])


def test_gate__counts_what_a_given_gate_changed_in_it_and_below(folder):
    before = counts()
    assert main(["correct", "a", "viable", *BY_WHOM]) == 0
    FILE.write_text(re.sub(r"high: \S+\}", "high: 300}", FILE.read_text(encoding="utf-8")), encoding="utf-8")
    assert gate("--gate-overrides", str(FILE)) == 0
    after = counts()
    record = read_record(Path("results/records/a.json"))
    assert [(entry.population, entry.found_n_events) for entry in record.corrections] == [
        (name, before[name]) for name in ("viable", "cd34_pos", "cd45_pos")
    ]
    assert after["singlets"] == before["singlets"]
    assert 0 < after["viable"] < before["viable"]
    assert "override a" in record.digests


def test_correct__adds_to_a_file_and_never_writes_over_a_gate(folder, capsys):
    assert main(["correct", "a", "viable", *BY_WHOM]) == 0
    text = FILE.read_text(encoding="utf-8")
    assert errors(capsys, "correct", "a", "viable") == [
        f"{FILE}: the gate of viable stands there already; edit it, or remove it first"
    ]
    assert main(["correct", "a", "cd34_pos", *BY_WHOM]) == 0
    assert FILE.read_text(encoding="utf-8").startswith(text)
    assert main(["check"]) == 0


def test_correct__without_reviewer_and_reason_check_asks_for_them(folder, capsys):
    assert main(["correct", "a", "viable"]) == 0
    assert errors(capsys, "check") == [
        f"{FILE} line 7, gates.reviewer: is empty; fill it in",
        f"{FILE} line 8, gates.reason: is empty; fill it in",
    ]


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (
            ("b", "viable"),
            "sample b: there is no such sample, or it is not gated; name a sample of the sheet that is gated",
        ),
        (
            ("a_fmo", "viable"),
            (
                "sample a_fmo: the control is gated with the gates of sample 'a', corrections included; "
                "correct that sample"
            ),
        ),
        (
            ("a", "viabel"),
            "population viabel: the sample's strategy has no such population; did you mean 'viable'?",
        ),
    ],
)
def test_correct__what_cannot_be_corrected_is_one_line(folder, capsys, words, fault):
    assert errors(capsys, "correct", *words) == [fault]
    assert not FILE.exists()


def test_check__a_boundary_outside_the_scale_is_told_beside_all_other_faults(folder, capsys):
    assert main(["correct", "a", "viable", "singlets", *BY_WHOM]) == 0
    text = re.sub(r"high: \S+\}", "high: 3000000}", FILE.read_text(encoding="utf-8"), count=1)
    FILE.write_text(text.replace("    reviewer: R. Viewer\n", "", 1), encoding="utf-8")
    Path("config/samples.tsv").write_text(SHEET.replace("\tfmo\t", "\tfmoo\t"), encoding="utf-8")
    told = errors(capsys, "check")
    assert [line.partition(": ")[0] for line in told] == [
        "config/samples.tsv line 3, column control_type",
        f"{FILE} line 4, gates.reviewer",
        f"{FILE} line 5, population viable",
    ]
    assert told[-1].partition(": ")[2] == (
        "7-AAD of 3000000 lies outside the scale, which goes from -110.875 to 262144; "
        "correct the value, or leave that end open"
    )


def test_check__a_boundary_on_the_scale_that_the_sample_followed_is_none_outside(folder, capsys):
    """Gated against a release, a sample's scale may be stretched; `correct` writes boundaries of that scale."""
    fit = Path("results/fits/a.json")
    plain = json.loads(fit.read_text(encoding="utf-8"))
    plain["scales"]["7-AAD"]["t"] *= 1.3
    fit.write_text(json.dumps(plain), encoding="utf-8")
    assert main(["correct", "a", "viable", *BY_WHOM]) == 0
    drafted = FILE.read_text(encoding="utf-8")
    FILE.write_text(re.sub(r"high: \S+\}", f"high: {1.2 * 262144}}}", drafted), encoding="utf-8")
    assert main(["check"]) == 0
    FILE.write_text(re.sub(r"high: \S+\}", f"high: {1.4 * 262144}}}", drafted), encoding="utf-8")
    (told,) = errors(capsys, "check")
    assert "outside the scale, which goes from -144.137 to 340787" in told


def test_check_and_gate__a_boundary_outside_the_scale_is_one_line(folder, capsys):
    assert main(["correct", "a", "viable", *BY_WHOM]) == 0
    FILE.write_text(re.sub(r"high: \S+\}", "high: 3000000}", FILE.read_text(encoding="utf-8")), encoding="utf-8")
    fault = (
        f"{FILE} line 5, population viable: 7-AAD of 3000000 lies outside the scale, which goes from "
        "-110.875 to 262144; correct the value, or leave that end open"
    )
    assert errors(capsys, "check") == [fault]
    capsys.readouterr()
    assert gate("--gate-overrides", str(FILE)) == 2
    assert capsys.readouterr().err.splitlines()[-1] == f"error: {fault}"
