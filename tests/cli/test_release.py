"""`release` freezes and compares; the check of the config tells what a release cannot serve."""

import json
import re
from pathlib import Path

import pytest
import yaml

from cli.test_overrides import SHARED, errors, folder, gate  # noqa: F401 - a fixture
from marrowgate.cli import main
from marrowgate.tables import read_rows

RELEASE = Path("config/strategies/released/r1.yaml")


@pytest.fixture
def released(folder: Path) -> Path:  # noqa: F811
    """Return the folder of one gated sample, whose batch is released."""
    sheet = Path("config/samples.tsv")
    sheet.write_text("".join(sheet.read_text(encoding="utf-8").splitlines(keepends=True)[:2]), encoding="utf-8")
    assert collect() == 0
    assert main(["release", "r1"]) == 0
    return folder


def collect() -> int:
    """Finish the run of the one sample."""
    tables = [
        word
        for name in ("populations", "intensities", "quality", "corrections")
        for word in (f"--{name}", f"results/tables/{name}.tsv")
    ]
    words = ["collect", "--config", "config/config.yaml", "--records", "results/records/a.json"]
    return main([*words, *tables, "--manifest", "results/manifest.tsv", "--provenance", "results/provenance.json"])


def configure(text: str) -> None:
    config = Path("config/config.yaml")
    config.write_text(config.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_release__says_what_it_is_made_of(released, capsys):
    head, _ = yaml.safe_load_all(RELEASE.read_text(encoding="utf-8"))
    panel = head["panels"]["culture"]
    assert list(head["samples"]) == ["a"]
    assert {"fit", "consensus", "gate"} <= set(head["code"])
    assert panel["channels"][3] == {"channel": "APC-A", "marker": "CD34", "fluorochrome": "APC"}
    assert panel["strategy"] == "culture"
    assert set(panel["batches"]) == {"b"}
    assert errors(capsys, "release", "r1") == [
        f"{RELEASE}: the release is there already, and a release never changes; take another name"
    ]


def test_release__a_sample_gated_against_it_stands_as_its_own_batch_did(released):
    before = {row["population"]: row["boundary"] for row in read_rows(Path("results/gates/a.tsv"))}
    words = ["consensus", "--panel-name", "culture", "--batch", "new", "--reference", str(RELEASE)]
    assert main([*words, "--out", "results/consensus/culture_b.yaml"]) == 0
    assert gate(results="new") == 0
    assert {row["population"]: row["boundary"] for row in read_rows(Path("new/gates/a.tsv"))} == before


def test_release__two_are_compared(released, capsys):
    capsys.readouterr()
    assert main(["release", "r2"]) == 0
    # its strategy looks at no landmark cells, so nothing is missed
    assert capsys.readouterr().out == f"{RELEASE.with_name('r2.yaml')}: 1 panel, 1 batch, 1 sample\n"
    assert main(["release", "--diff", "r1", "r2"]) == 0
    assert capsys.readouterr().out == "r1 and r2 hold the same gates\n"
    assert errors(capsys, "release", "--diff", "r1", "r22") == [
        "config/strategies/released/r22.yaml: there is no such release; did you mean 'r2'?"
    ]


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ((), "marrowgate release: needs a name, or --diff with two names; write marrowgate release NAME"),
        (("r 1",), "r 1: a name may hold only letters, digits and underscore; write _ for other signs"),
        (("r3", "--batches", "c"), "--batches: no sample that is gated has 'c'; name some of b"),
        (
            ("r3", "--results", "nowhere"),
            "nowhere: there is no finished run in it; run the workflow first, or name its folder with --results",
        ),
    ],
)
def test_release__what_cannot_be_made_is_told(released, capsys, words, fault):
    assert errors(capsys, "release", *words) == [fault]


def test_release__of_a_run_that_is_not_that_of_the_project_is_refused(released, capsys):
    """The gates would be those of other settings than the release says."""
    panel, strategy = Path("config/panels/culture.yaml"), Path("config/strategies/culture.yaml")
    sheet, agreed = Path("config/samples.tsv"), Path("results/consensus/culture_b.yaml")
    before = {path: path.read_text(encoding="utf-8") for path in (panel, strategy, sheet, agreed)}
    panel.write_text(before[panel].replace("fluorochrome: APC,", "fluorochrome: AF647,"), encoding="utf-8")
    strategy.write_text(before[strategy].replace("spreads: 4", "spreads: 5"), encoding="utf-8")
    sheet.write_text(f"{before[sheet]}b\ta_fmo.fcs\tculture\tb\t\t\t\n", encoding="utf-8")
    agreed.write_text(f"{before[agreed]}\n", encoding="utf-8")
    assert before[panel] != panel.read_text(encoding="utf-8")
    assert errors(capsys, "release", "r2") == [
        (
            "panel culture: changed since the run was finished: panel channels, strategy arguments; "
            "run the workflow first"
        ),
        "sample sheet: since the run was finished new in the sheet: b; run the workflow first",
        "results/consensus/culture_b.yaml: is not the file of the finished run; run the workflow first",
    ]
    for path, text in before.items():
        path.write_text(text, encoding="utf-8")
    strategy.write_text(f"# words that gate nothing\n{before[strategy]}", encoding="utf-8")
    assert main(["release", "r2"]) == 0


def test_release__names_the_code_that_made_the_gates_not_the_one_that_freezes_them(released):
    run = Path("results/provenance.json")
    run.write_text(
        re.sub(r'("fit": ")\w+', r"\g<1>0123456789abcdef", run.read_text(encoding="utf-8")), encoding="utf-8"
    )
    assert main(["release", "r2"]) == 0
    head = next(yaml.safe_load_all(RELEASE.with_stem("r2").read_text(encoding="utf-8")))
    assert head["code"]["fit"] == "0123456789abcdef"


@pytest.mark.parametrize("entry", ["gated_with", "batches_sha256", "code_digests", "records_sha256"])
def test_release__of_results_that_an_earlier_version_made_is_one_line(released, capsys, entry):
    path = Path("results/provenance.json")
    run = json.loads(path.read_text(encoding="utf-8"))
    del run[entry]
    path.write_text(json.dumps(run), encoding="utf-8")
    assert errors(capsys, "release", "r2") == [
        (
            f"{path}: is of a run of marrowgate {run['marrowgate']} that kept less than a release needs; "
            "run the workflow first"
        )
    ]


def test_release__of_a_damaged_run_is_one_line(released, capsys):
    Path("results/provenance.json").write_text('{"marrowgate"', encoding="utf-8")
    assert errors(capsys, "release", "r2") == ["results/provenance.json: is damaged; run the workflow first"]


def test_release__without_files_of_its_batch_is_one_line(released, capsys):
    for name in ("fits", "stability"):
        Path(f"results/{name}/a.json").unlink()
    assert errors(capsys, "release", "r2") == [
        "results/fits/a.json: there is no such file, and 1 more of batch b are missing; run the workflow first"
    ]


def test_check__a_release_of_another_panel_or_strategy_is_a_fault(released, capsys):
    configure("reference: r1\n")
    assert main(["check"]) == 0
    panel, strategy = Path("config/panels/culture.yaml"), Path("config/strategies/culture.yaml")
    text = panel.read_text(encoding="utf-8")
    panel.write_text("description: Another word\n" + text.partition("\n")[2], encoding="utf-8")
    assert main(["check"]) == 0
    panel.write_text(
        text.replace("marker: CD34, fluorochrome: APC", "marker: CD34, fluorochrome: AF647"), encoding="utf-8"
    )
    strategy.write_text(strategy.read_text(encoding="utf-8").replace("spreads: 4", "spreads: 5"), encoding="utf-8")
    cure = "make a release of this panel and strategy, or write none for it in reference_of_panel"
    assert errors(capsys, "check") == [
        (
            "config/config.yaml line 10, reference: panel 'culture' is not the one of release 'r1' "
            f"(APC-A: fluorochrome APC then, AF647 now); {cure}"
        ),
        (
            "config/config.yaml line 10, reference: strategy 'culture' is not the one of release 'r1', 'culture' at "
            f"that time; {cure}"
        ),
    ]
    configure("reference_of_panel: {culture: none}\n")
    assert main(["check"]) == 0


def test_check__a_release_of_other_code_is_a_finding(released, capsys):
    configure("reference: r1\n")
    capsys.readouterr()
    assert main(["check"]) == 0
    assert "release r1" not in capsys.readouterr().out
    text = RELEASE.read_text(encoding="utf-8")
    (digest,) = re.findall(r"\bfit: '?(\w+)'?", text.partition("---")[0])
    RELEASE.write_text(text.replace(digest, "0" * len(digest), 1), encoding="utf-8")
    assert main(["check", "--out", "check.txt"]) == 0
    said = (
        "finding: release r1: it was made by other code: fit differ; its gates hold, but a new sample's own gates may "
        "be found otherwise; make another one and compare with --diff"
    )
    assert said in capsys.readouterr().out.splitlines()
    assert said in Path("check.txt").read_text(encoding="utf-8").splitlines()
    configure("reference_of_panel: {culture: none}\n")
    assert main(["check"]) == 0
    assert "release r1" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("reference: r11\n", "reference: there is no release config/strategies/released/r11.yaml; did you mean 'r1'?"),
        (
            "batches: {b: {reference: s}}\n",
            (
                "batches.b.reference: there is no release config/strategies/released/s.yaml; "
                "correct the name, or make it with marrowgate release"
            ),
        ),
        (
            "reference_of_panel: {cultur: r1}\n",
            "reference_of_panel.cultur: config/samples.tsv has no panel 'cultur'; did you mean 'culture'?",
        ),
        ("batches: {b: {lockd: true}}\n", "batches.b.lockd: there is no such entry; did you mean 'locked'?"),
    ],
)
def test_check__a_wrong_name_is_one_line(released, capsys, text, fault):
    configure(text)
    assert errors(capsys, "check") == [f"config/config.yaml line 10, {fault}"]
