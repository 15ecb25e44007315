from typing import Any

from marrowgate.report.population_words import headline, missing_lines, population_lines


def row(population: str, parent: str, n: int | None, n_parent: int | None = None, **more: Any) -> dict[str, Any]:
    pct = 100.0 * n / n_parent if n is not None and n_parent else None
    own = {
        "population": population,
        "parent": parent,
        "n_events": n,
        "n_parent": n_parent,
        "n_cd45": None,
        "pct_of_parent": pct,
        "pct_of_parent_low": None if pct is None else pct * 0.9,
        "pct_of_parent_high": None if pct is None else pct * 1.1,
        "pct_of_cd45": None,
        "gate_status": "ok" if n is not None else "not_gated",
        "gate_reason": "",
        "gate_reason_code": "",
        "weakest_gate": population,
    }
    return own | more


def test_headline__gives_the_share_of_the_denominator_with_its_interval_and_status():
    more = {"n_cd45": 40_000, "pct_of_cd45": 0.03, "pct_of_cd45_low": 0.0155, "pct_of_cd45_high": 0.0524}
    rows = [row("cd34_hspc", "cd45_pos", 12, 15, gate_status="doubtful", **more)]
    assert headline(rows, "cd34_hspc", "cd45_pos") == (
        "cd34_hspc: 12 of 40,000 cd45_pos, 0.030 % (0.015 to 0.052 %), doubtful"
    )


def test_headline__without_a_count_names_the_gate_that_failed():
    rows = [
        row("cd45_pos", "root", None, gate_reason="no valley", gate_reason_code="no_valley"),
        row("cd34_pos", "cd45_pos", None, gate_reason="needs cd45_pos", gate_reason_code="needs_gate"),
        row("cd34_hspc", "cd34_pos", None, gate_reason="needs cd34_pos", gate_reason_code="needs_gate"),
    ]
    assert headline(rows, "cd34_hspc", "cd45_pos") == "cd34_hspc: not gated; cd45_pos: no valley"
    assert list(population_lines(rows)) == ["not gated: cd45_pos; no valley", "and so not gated: cd34_pos, cd34_hspc"]


def test_headline__of_a_population_that_the_strategy_has_not_is_empty():
    assert headline([row("a", "root", 1, 2)], "b", "a") == ""


def test_zero_events__are_a_count_and_no_missing_gate():
    lines = list(population_lines([row("cd45_pos", "root", 100, 200), row("cd34_hspc", "cd45_pos", 0, 100)]))
    assert lines == [
        "population   events  % of parent   95 % interval  status",
        "cd45_pos        100         50.0    45.0 to 55.0  ok",
        "  cd34_hspc       0        0.000  0.000 to 0.000  ok",
    ]


def test_events_of_a_parent_that_has_none__are_a_count_without_a_share():
    empty = row("cd34_hspc", "cd34_pos", 0, 0)
    for name in ("pct_of_parent", "pct_of_parent_low", "pct_of_parent_high", "pct_of_cd45"):
        del empty[name]
    lines = list(population_lines([row("cd34_pos", "root", 0, 200), empty]))
    assert lines[-1].split() == ["cd34_hspc", "0", "ok"]
    assert headline([empty], "cd34_hspc", "cd45_pos") == "cd34_hspc: 0 of 0 cd34_pos, ok"


def test_reasons__are_told_once_for_all_that_rest_on_one_gate_and_loans_of_a_single_file_never():
    why = {
        "gate_reason": "no valley; 0 of the batch's samples found a gate",
        "gate_reason_code": "fallback; too_few_fits",
    }
    rows = [
        row("cd45_pos", "root", 5, 10, gate_status="fixed", **why),
        row("t", "cd45_pos", 3, 5, gate_status="fixed", weakest_gate="cd45_pos"),
        row("b", "cd45_pos", 2, 5),
    ]
    assert list(population_lines(rows))[4:] == ["look at cd45_pos, t: no valley"]


def test_missing_markers__begin_with_the_aim_and_tell_apart_what_is_passed_over():
    lacking = {("7-AAD",): ("viable",), ("CD14",): ("monocytes", "not_monocytes"), ("CD34",): ("cd34_pos", "cd34_hspc")}
    assert list(missing_lines(lacking, "cd34_hspc", {"viable", "not_monocytes"}, 1)) == [
        "this file has no CD34: no cd34_pos, cd34_hspc",
        "this file has no CD14: no monocytes",
        "passed over, for want of 7-AAD, CD14: viable, not_monocytes",
    ]


def test_table__each_population_stands_below_its_parent_whatever_the_order_of_the_strategy():
    rows = [row("a", "root", 9, 10), row("b", "root", 8, 10), row("a1", "a", 7, 9), row("b1", "b", 6, 8)]
    rows += [row("a11", "a1", 5, 7), row("a2", "a", 4, 9)]
    assert [line[: line.index(" ", len(line) - len(line.lstrip()))] for line in population_lines(rows)][1:] == [
        "a",
        "  a1",
        "    a11",
        "  a2",
        "b",
        "  b1",
    ]
