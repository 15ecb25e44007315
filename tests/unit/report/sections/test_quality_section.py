"""The quality checks of the page."""

from typing import Any

from marrowgate.report.sections.quality_section import check_lines


def row(check: str, value: float | None, verdict: str) -> dict[str, Any]:
    return {"check": check, "value": value, "limit": 20.0, "verdict": verdict}


def test_check_lines__flagged_of_checked_and_the_range():
    rows = [
        row("viable_pct", 99.0, "ok"),
        row("cv_pct_blasts", 10.0, "ok"),
        row("cv_pct_blasts", 31.6, "flagged"),
        row("cv_pct_blasts", None, "flagged"),
        row("cv_pct_blasts", None, "not_checked"),
    ]
    first, second = check_lines(rows)
    assert (first.check, first.flagged, first.made, first.not_made) == ("counting CV of blasts, %", 2, 3, 1)
    assert (first.values, first.limit) == ("10 to 31.6", "20")
    assert (second.check, second.flagged, second.values) == ("viable among singlets, %", 0, "99")


def test_check_lines__what_was_never_checked_has_no_values():
    (line,) = check_lines([row("doublets_pct", None, "not_checked")])
    assert (line.made, line.not_made, line.values, line.limit) == (0, 1, "-", "-")
