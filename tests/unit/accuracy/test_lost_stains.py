from dataclasses import replace

from accuracy import lost_stains
from accuracy.lost_stains import NAMES, lost_table, score_lost
from accuracy.tried import GateScore

GOOD = GateScore("immature_CD16_one", "S1", "immature", "ig", 95, 5, 5, "ok", False)
WRONG = replace(GOOD, both=10, only_true=90)


def test_lost_table__tells_wrong_gates_that_are_refused_flagged_by_their_sample_and_not_flagged():
    scores = [
        GOOD,
        replace(GOOD, status="doubtful"),
        replace(WRONG, status="not_gated", both=0),
        replace(WRONG, status="fixed", is_sample_flagged=True),
        replace(WRONG, population="eosinophils"),
        replace(WRONG, both=1, only_true=18),
    ]
    line = lost_table([scores]).splitlines()[2]
    assert line == "| immature, CD16, one | 5 | 3 | 1 | 1 | 2 | eosinophils (ok), ig (fixed) | 1 |"


def test_score_lost__takes_the_stain_out_of_all_samples_of_the_panel_or_of_the_second(monkeypatch):
    seen = {}

    def scored(setting, plan, samples, folder, n_events):
        seen[setting] = [(sample.panel, sample.control_type, sample.control_marker) for sample in samples]
        return [replace(GOOD, setting=setting, sample_id=sample.sample_id) for sample in samples]

    monkeypatch.setattr(lost_stains, "score_samples", scored)
    assert len(score_lost("immature_CRTH2_all", 3, 3, 1000)) == 3
    assert len(score_lost("hspc_CD14_one", 3, 3, 1000)) == 1
    lost, kept = ("immature", "fmo", "CRTH2"), ("hspc", "none", "")
    assert seen == {"immature_CRTH2_all": [lost] * 3, "hspc_CD14_one": [kept, ("hspc", "fmo", "CD14"), kept]}
    assert {name.count("_") for name in NAMES} == {2}
