"""The page as a reader meets it."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from marrowgate.columns import table_columns
from marrowgate.report.page import write_page

Row = dict[str, Any]
PROVENANCE = {"marrowgate": "0", "seed": 1, "settings_sha256": "a" * 64, "python": "3", "libraries": {}}
CONTRAST = {column.name: None for column in table_columns("contrasts")}
OUTCOME = {column.name: None for column in table_columns("outcomes")}


def contrast(endpoint: str, **more: Any) -> Row:
    return {**CONTRAST, "endpoint": endpoint, "contrast": "triplet - doublet", "status": "ok"} | more


@pytest.fixture
def text(tmp_path: Path) -> Callable[..., str]:
    """Write a page and give its text without tags."""

    def make(contrasts: list[Row], outcomes: list[Row], simulated: str = "") -> str:
        svg = tmp_path / "drawn.svg"
        svg.write_text("<?xml version='1.0'?><svg>DRAWN</svg>")
        tables: dict[str, list[Row]] = {"populations": [], "quality": [], "concordance": []}
        write_page(
            tmp_path / "report.html",
            description={},
            findings=[],
            manifest=[],
            tables=tables | {"contrasts": contrasts, "outcomes": outcomes},
            figures=dict.fromkeys(("gate_status", "immature_over_time", "overall_survival"), svg),
            provenance={**PROVENANCE, "inputs_sha256": {}},
            simulated=simulated,
        )
        page = (tmp_path / "report.html").read_text()
        assert "http" not in re.sub(r"http-equiv", "", page)
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.split("</style>")[1])))

    return make


def test_write_page__role_status_and_reason_stand_in_words(text: Callable[..., str]) -> None:
    told = text(
        [
            contrast("x_log2_change", role="declared", method="estimand", reason="x_log2_change: while on treatment"),
            contrast("flow_in_the_sheet", role="design", n_triplet=22, n_doublet=25, reason="patients in the sheet"),
            contrast("triplet_visits", role="design", reason="four visits"),
            contrast("doublet_visits", role="design", reason="five visits"),
            contrast("x_log2_change", role="primary", method="change_score", estimate=1.0, ci_low=0.0, ci_high=2.0,
                     scale="log2 fold", p_value=0.04, p_adjusted=0.04, n_triplet=22, n_doublet=24),
            contrast("x_log2_change", role="sensitivity", method="ancova", status="disagree", reason="they differ"),
            contrast("y_responder", role="secondary", method="fisher_exact", status="refused", reason="batch is arm"),
        ],
        [],
    )  # fmt: skip
    assert "x, mean change in the window: while on treatment" in told
    assert "patients in the sheet 22 25" in told
    assert "visits four visits five visits" in told
    assert "x, mean change in the window (primary) 2-fold (1 to 4) 0.04 0.04 22 + 24 difference of mean changes" in told
    assert "y, responders (secondary) - - - - Fisher's exact test refused batch is arm" in told
    assert "x, mean change in the window: other methods and sensitivity" in told
    assert "analysis of covariance on baseline methods disagree they differ" in told


def test_write_page__outcomes_with_their_figure(text: Callable[..., str]) -> None:
    row = {**OUTCOME, "measure": "os_median_months", "arm": "all", "n": 9, "n_events": 4, "note": "not reached"}
    told = text([], [row])
    assert "Overall survival DRAWN all median, months not reached" in told
    assert told.count("DRAWN") == 3
    assert "There is nothing to compare" in told
    assert "Clinical outcomes" not in text([], [])


def test_write_page__simulated_data_are_called_so(text: Callable[..., str]) -> None:
    assert "Simulated data. Its patients do not exist." in text([], [], "Its patients do not exist.")
    assert "Simulated data" not in text([], [])


def test_write_page__words_of_the_users_are_escaped(text: Callable[..., str]) -> None:
    told = text([contrast("z_log2_change", role="primary", method="none", status="refused", reason="<b>R&D</b>")], [])
    assert "<b>R&D</b>" in told
