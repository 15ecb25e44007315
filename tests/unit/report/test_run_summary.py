"""The lines that a run ends with."""

from pathlib import Path

from marrowgate.report.run_summary import run_summary


def gate(sample_id, population, status, code="", weakest=None, control="none"):
    return {
        "sample_id": sample_id,
        "population": population,
        "gate_status": status,
        "gate_reason_code": code,
        "weakest_gate": weakest or population,
        "control_type": control,
    }


def test_run_summary__counts_verdicts_and_each_doubtful_gate_once():
    manifest = [{"verdict": word} for word in ("accepted", "accepted", "repaired", "rejected", "failed")]
    rows = [
        gate("a", "cd34_pos", "doubtful"),
        gate("a", "cd34_hspc", "doubtful", weakest="cd34_pos"),
        gate("b", "cd34_pos", "ok"),
        gate("b", "nrbc", "not_gated", code="marker_absent"),
        gate("c", "cd34_pos", "borrowed", control="fmo"),
        gate("d", "cd34_pos", "shifted"),
    ]
    assert run_summary(manifest, rows, Path("results/report.html"), "It is so.").splitlines() == [
        "files: 2 accepted, 1 repaired, 1 rejected, 1 failed because of a defect of marrowgate",
        "gates of stained samples: 2 flagged (1 doubtful, 1 shifted)",
        "report: results/report.html",
        "It is so.",
    ]
