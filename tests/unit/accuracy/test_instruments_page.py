from dataclasses import replace

from accuracy.instruments_page import DRAWN, NAMED, page, path_of
from accuracy.tried import GateScore, doubt_table

HOME = GateScore("home", "S1", "immature", "ig", 950, 50, 50, "ok", False)
LOST = replace(HOME, setting="any_1001", both=0, only_found=0, only_true=1000, status="not_gated")
SICK = replace(HOME, setting="left_shift_45", both=500, only_found=0, only_true=500)


def test_page__shows_what_fails_as_it_is():
    forgotten = replace(LOST, setting="immature_CD16_all")
    text = page([HOME], [[LOST]], [[replace(HOME, setting="navios")]], [[SICK]], [[forgotten]])
    headings = ("# Accuracy on other", "## Instruments", "### Instruments by name", "## Diseases", "### Counts of")
    for heading in (*headings, "## Forgotten stains"):
        assert f"\n{heading}" in f"\n{text}"
    assert "| left_shift_45 | ig (immature) | 1000 | 500 | -50 | ok | 0 |" in text
    lost = next(line for line in text.splitlines() if line.startswith("| any_1001"))
    assert lost.endswith("| 0.000 | nan | nan | 1 | 0 |")
    assert "| any_1001 | S1 | ig | 0.00 | 1000 | 0 | not_gated | no | no |" in text
    assert "| left_shift_45 | S1 | ig | 0.67 | 1000 | 500 | ok | no | no |" in text
    assert "| immature, CD16, all | 1 | 1 | 1 | 0 | 0 | none | 0 |" in text
    assert "| not_gated | 0 | 1 | 0 | 0 |" in text
    assert text.endswith("|\n")


def test_page__judges_24_drawn_instruments_and_every_named_one_but_home(tmp_path):
    assert len(set(DRAWN)) == 24
    assert "home" not in NAMED
    assert {"navios", "fc500", "noisy"} <= set(NAMED)
    assert path_of(tmp_path, ("diseases", "none")) == tmp_path / "diseases" / "none.tsv"


def test_doubt_table__counts_right_and_wrong_gates_for_each_doubt_and_no_remark_beside_one():
    right = replace(HOME, status="doubtful", codes="hollow; from_batch; crowded_border")
    wrong = replace(LOST, status="doubtful", codes="hollow")
    shown = doubt_table({"a": [right, right, wrong, HOME], "b": [replace(right, codes="pooled; from_batch")]})
    assert shown.splitlines() == [
        "| doubt | a, right | a, wrong | b, right | b, wrong |",
        "| --- | --- | --- | --- | --- |",
        "| crowded_border | 2 | 0 | 0 | 0 |",
        "| from_batch | 0 | 0 | 1 | 0 |",
        "| hollow | 2 | 1 | 0 | 0 |",
        "| pooled | 0 | 0 | 1 | 0 |",
    ]
