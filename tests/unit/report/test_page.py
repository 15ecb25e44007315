"""The page as a reader meets it."""

import base64
import gzip
import hashlib
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from marrowgate.columns import table_columns
from marrowgate.report.charts.course_rows import CourseRows
from marrowgate.report.page import inline_svg, write_page
from marrowgate.report.page_inputs import PageInputs, SampleFiles
from marrowgate.report.plan import Course
from marrowgate.report.sections.planted_section import PlantedLine
from marrowgate.settings.report import ReportSettings
from unit.report.projects import project, sample

Row = dict[str, Any]
ARMS = {"arm_1": "triplet", "arm_2": "doublet"}
PROVENANCE = {"marrowgate": "0", "seed": 1, "settings_sha256": "a" * 64, "python": "3", "libraries": {}}
CONTRAST = {column.name: None for column in table_columns("contrasts")}
POPULATION = {column.name: None for column in table_columns("populations")}
MANIFEST = {column.name: None for column in table_columns("manifest")}
QUALITY = {column.name: None for column in table_columns("quality")}
OUTCOME = {column.name: None for column in table_columns("outcomes")}


DESIGN = {column.name: None for column in table_columns("design")}


def design(item: str, **more: Any) -> Row:
    return {**DESIGN, "item": item, "contrast": "triplet - doublet", **ARMS} | more


def contrast(endpoint: str, **more: Any) -> Row:
    return {**CONTRAST, "endpoint": endpoint, "contrast": "triplet - doublet", "status": "ok", **ARMS} | more


@pytest.fixture
def text(tmp_path: Path) -> Callable[..., str]:
    """Write a page and give its text without tags."""

    def make(contrasts: list[Row], outcomes: list[Row], **more: Any) -> str:
        svg = tmp_path / "drawn.svg"
        svg.write_text("<?xml version='1.0'?><svg id='a'>DRAWN</svg>")
        names = ("populations", "intensities", "quality", "concordance", "design", "summary", "endpoints")
        tables: dict[str, list[Row]] = {name: more.get(name, []) for name in names}
        populations = {"blasts": "root"}
        samples = [sample(row["sample_id"], 0.0) for row in more.get("manifest", [])]
        inputs = PageInputs(
            project=project({"p": populations}, samples, report=ReportSettings(**more.get("report", {}))),
            findings=more.get("findings", []),
            manifest=more.get("manifest", []),
            tables=tables | {"contrasts": contrasts, "outcomes": outcomes},
            files=more.get("files", []),
            figures=dict.fromkeys(("gate_status", "overall_survival"), svg),
            courses=more.get("courses", {}),
            left_out=more.get("left_out", []),
            provenance={**PROVENANCE, "inputs_sha256": {}},
            simulated=more.get("simulated", ""),
            planted=more.get("planted", ()),
            made_from={"tables/populations.parquet": "0" * 64},
            samples=more.get("samples", SampleFiles()),
        )
        write_page(tmp_path / "report.html", inputs)
        page = (tmp_path / "report.html").read_text()
        assert "http" not in page.replace("http-equiv", "").replace('xmlns="http://www.w3.org/2000/svg"', "")
        body = page.split("</style>")[1].rsplit("<dialog", 1)[0]
        # a title is what a pointer shows, not what stands on the page
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", re.sub(r"<title>.*?</title>", " ", body))))

    return make


def test_write_page__role_status_and_reason_stand_in_words(text: Callable[..., str]) -> None:
    told = text(
        [
            contrast("x_log2_change", role="primary", method="change_score", estimate=1.0, ci_low=0.0, ci_high=2.0,
                     scale="log2 fold", p_value=0.04, p_adjusted=0.04, n_arm_1=22, n_arm_2=24),
            contrast("x_log2_change", role="sensitivity", method="ancova", status="disagree", reason="they differ"),
            contrast("y_responder", role="secondary", method="fisher_exact", status="refused", reason="batch is arm"),
        ],
        [],
        design=[
            design("estimand", reason="change over cycles 1 to 3, while on treatment"),
            design("flow_in_the_sheet", n_arm_1=22, n_arm_2=25, reason="patients in the sheet"),
            design("triplet_visits", reason="four visits"),
            design("doublet_visits", reason="five visits"),
            design("stops_early", measure="x", reason="not a property of an arm"),
        ],
        summary=[
            {"endpoint": "x_log2_change", "role": "primary", "summary": "twice as much"},
            {"endpoint": "z_log2_change", "role": "exploratory", "summary": "not said here"},
        ],
    )  # fmt: skip
    assert "What is compared. change over cycles 1 to 3, while on treatment" in told
    assert "x, mean change in the window (primary): twice as much." in told
    assert "not said here" not in told
    assert "47 patients in the sheet 22 triplet 25 doublet" in told
    assert "visits four visits five visits" in told
    assert (
        "x, mean change in the window (primary) 2-fold (1 to 4) 0.040 0.040 22 + 24 difference of mean changes" in told
    )
    assert "y, responders (secondary) - - - - Fisher's exact test refused batch is arm" in told
    assert "x, mean change in the window: 1 other methods" in told
    assert "analysis of covariance on baseline methods disagree they differ" in told


def test_write_page__outcomes_with_their_figure(text: Callable[..., str]) -> None:
    row = {
        **OUTCOME,
        "measure": "os_median_months",
        "outcome": "os",
        "arm": "all",
        "n": 9,
        "n_events": 4,
        "note": "not reached",
    }
    told = text([], [row])
    assert "Overall survival DRAWN outcome all median, months not reached" in told
    assert told.count("DRAWN") == 1
    assert "Clinical outcomes" not in text([], [])


def test_write_page__simulated_data_are_called_so(text: Callable[..., str]) -> None:
    assert "Simulated data. Its patients do not exist." in text([], [], simulated="Its patients do not exist.")
    assert "Simulated data" not in text([], [])


def test_write_page__words_of_the_users_are_escaped(text: Callable[..., str]) -> None:
    told = text([contrast("z_log2_change", role="primary", method="none", status="refused", reason="<b>R&D</b>")], [])
    assert "<b>R&D</b>" in told


def tube(sample_id: str, **more: Any) -> Row:
    who = {"sample_id": sample_id, "panel": "p", "population": "blasts", "parent": "root", "control_type": "none"}
    return {**POPULATION, **who, "gate_status": "ok", "n_events": 7, "n_parent": 100} | more


def accepted(*names: str) -> list[Row]:
    return [{**MANIFEST, "sample_id": name, "verdict": "accepted"} for name in names]


def test_write_page__own_populations_are_shown_with_their_numbers(text: Callable[..., str]) -> None:
    told = text([], [], populations=[tube("a")], manifest=accepted("a"))
    assert "1 stained sample 1 accepted" in told
    assert "p: 1 stained sample population name in the strategy events gate blasts blasts 7 of 100 ok" in told
    assert "patient" not in told[: told.index("Methods #")]


def test_write_page__tiles_count_patients_by_arm_only_where_there_are_arms(text: Callable[..., str]) -> None:
    rows = [tube("a", patient_id="P1"), tube("b", patient_id="P2"), tube("c", control_type="fmo")]
    told = text([], [], populations=rows, manifest=accepted("a", "b", "c"))
    assert "2 stained samples 1 control sample 3 accepted 2 patients" in told
    rows[0]["arm"] = "triplet"
    told = text([], [], populations=rows, manifest=accepted("a", "b", "c"))
    assert "1 triplet patient 1 patient without an arm" in told


def test_write_page__sections_without_content_are_named_and_left_out(text: Callable[..., str]) -> None:
    told = text([], [], left_out=["Clinical outcomes: the patient sheet has none."])
    assert (
        "Left out of this report, since there is nothing to show: Clinical outcomes: the patient sheet has none."
        in told
    )
    for heading in ("Comparison of the arms", "over treatment time", "Populations", "Agreement with FlowKit", "Checks"):
        assert heading not in told
    assert "DRAWN" not in told


def test_write_page__a_course_stands_first_with_its_notes(text: Callable[..., str]) -> None:
    row = {"day": 0, "days_off": None, "arm": None, "patient_id": None, "sample_id": "a", "is_weak": False, "x": 2.0}
    shown = CourseRows("blasts", "% of all events", "x", False, (row,), ("All 2 stained samples have a value.",))
    told = text([], [], courses={"blasts_over_time": (Course("blasts", "populations", "x", "blasts"), shown)})
    assert "Each patient over time" in told
    assert "blasts, days" in told
    assert "All 2 stained samples have a value." in told
    assert told.index("All 2 stained") < told.index("Flow of samples #")


def test_write_page__a_rejected_file_is_told_where_its_numbers_would_stand(text: Callable[..., str]) -> None:
    rows = [tube("a"), tube("b", n_events=None, n_parent=None, gate_status="not_gated", gate_reason="truncated: short")]
    rejected = {**MANIFEST, "sample_id": "b", "verdict": "rejected", "reasons": "truncated: short"}
    told = text([], [], populations=rows, manifest=[*accepted("a"), rejected])
    assert "Rejected, failed and repaired samples sample verdict reasons repairs b rejected truncated: short" in told
    assert "b has no numbers: truncated: short" in told
    assert "1 sample has no gates because the file was rejected" in told
    assert "Gates that the sample itself did not give" not in told


def test_write_page__weak_gates_and_checks_are_told_once(text: Callable[..., str]) -> None:
    weak = tube("a", gate_status="borrowed", gate_reason="from 9 samples of the batch")
    check = {**QUALITY, "sample_id": "a", "batch": "b", "check": "viable_pct", "value": 50.0, "limit": 70.0}
    check |= {"verdict": "flagged", "reason": "few live"}
    unknown = {**QUALITY, "sample_id": "a", "batch": "b", "check": "doublets_pct", "verdict": "not_checked"}
    told = text([], [], populations=[weak], manifest=accepted("a"), quality=[check, unknown])
    assert "p blasts borrowed 1 from 9 samples of the batch" in told
    assert "viable among singlets, % 1 1 0 50 70 events outside the singlet gate, % - 0 1 - -" in told
    looks = told[told.index("List, worst first") :]
    assert "1 a viable among singlets, %: 50, limit 70 flagged few live" in looks


def test_write_page__planted_truth_stands_beside_what_was_found(text):
    line = PlantedLine("CD34+ cells per uL", "responders", "3.1", "2.9", "median of 4")
    assert "Planted and found" not in text([], [])
    page = text([], [], planted=[line])
    assert "CD34+ cells per uL responders 3.1 2.9 median of 4" in " ".join(page.split())


def test_write_page__names_of_project_and_laboratory_are_of_the_settings(text: Callable[..., str]) -> None:
    report = {"project": "Marrow & more", "laboratory": "Laboratory 7", "run_date": "2026-01-31"}
    told = text([], [], report=report)
    assert "Marrow & more Laboratory 7 , 2026-01-31, marrowgate 0" in told
    assert "marrowgate report marrowgate 0, seed 1" in text([], [])


def test_write_page__script_is_the_one_that_the_policy_allows(text: Callable[..., str], tmp_path: Path) -> None:
    text([], [])
    page = (tmp_path / "report.html").read_text()
    script = re.search(r"<script>(.*?)</script>", page, re.DOTALL)
    policy = re.search(r"script-src 'sha256-([^']+)'", page)
    assert script is not None
    assert policy is not None
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert policy[1] == digest
    assert page.count("<script>") == 1
    assert page.index("Content-Security-Policy") < page.index("<style>")
    assert not re.search(r"\son\w+=", page.split("<body>")[1].split("<script")[0])


def test_write_page__a_download_is_the_file_as_it_is_on_disk(text: Callable[..., str], tmp_path: Path) -> None:
    table = tmp_path / "populations.tsv"
    table.write_bytes("sample_id\tx\na\t1\n\u00b5\t<script>\n".encode())
    text([], [], files=[table])
    packed = re.search(r'id="file-populations.tsv">([^<]+)<', (tmp_path / "report.html").read_text())
    assert packed is not None
    assert gzip.decompress(base64.b64decode(packed[1])) == table.read_bytes()


def test_inline_svg__names_of_two_figures_do_not_meet() -> None:
    svg = '<?xml?><svg><g id="p"/><use xlink:href="#p"/><g clip-path="url(#p)"/></svg>'
    assert inline_svg(svg, "one") == '<svg><g id="one-p"/><use xlink:href="#one-p"/><g clip-path="url(#one-p)"/></svg>'
