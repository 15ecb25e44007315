"""Gates that the sample itself did not give."""

from marrowgate.report.sections.gates_section import weak_gates


def row(
    sample_id: str, population: str, status: str, reason: str = "", control: str = "none", weakest: str = ""
) -> dict[str, str]:
    return {
        "sample_id": sample_id,
        "panel": "p",
        "population": population,
        "gate_status": status,
        "gate_reason": reason,
        "weakest_gate": weakest or population,
        "control_type": control,
    }


def test_weak_gates__a_gate_stands_once_with_the_populations_on_it():
    rows = [
        row("a", "cd45_pos", "borrowed", "from 9 samples; no valley of CD45"),
        row("a", "ig", "borrowed", "pooled of 20; cd45_pos: from 9 samples; no valley of CD45", weakest="cd45_pos"),
        row("a", "ig_stage1", "borrowed", "cd45_pos: from 9 samples; no valley of CD45", weakest="cd45_pos"),
    ]
    (gate,) = weak_gates(rows, frozenset())
    assert (gate.gate, gate.status, len(gate.reasons)) == ("cd45_pos", "borrowed", 1)
    assert gate.example == "from 9 samples; no valley of CD45"
    assert list(gate.others) == ["ig", "ig_stage1"]


def test_weak_gates__most_tubes_first_with_the_most_frequent_reason():
    rows = [row("a", "x", "shifted", "once"), *(row(name, "y", "failed", f"for {name > 'a'}") for name in "abc")]
    first, second = weak_gates(rows, frozenset())
    assert (first.gate, len(first.reasons), first.example) == ("y", 3, "for True")
    assert (second.gate, second.example) == ("x", "once")


def test_weak_gates__ok_and_placed_gates_controls_and_rejected_tubes_are_left_out():
    rows = [
        row("a", "x", "ok", "found in the events of 20 samples"),
        row("a", "y", "fixed"),
        row("b", "x", "borrowed", "from 9 samples", control="fmo"),
        row("c", "x", "not_gated", "truncated: too short"),
    ]
    assert weak_gates(rows, frozenset({"c"})) == []
    assert [
        gate.gate for gate in weak_gates([row("a", "y", "fixed", "fixed stands in for valley; no valley")], frozenset())
    ] == ["y"]


def test_weak_gates__a_weak_gate_without_a_reason_is_named():
    rows = [row("a", "ig", "overridden", "cd45_pos", weakest="cd45_pos")]
    rows.insert(0, row("a", "cd45_pos", "overridden"))
    (gate,) = weak_gates(rows, frozenset())
    assert (gate.gate, gate.example, list(gate.others)) == ("cd45_pos", "", ["ig"])
