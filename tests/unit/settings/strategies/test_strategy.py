from pathlib import Path

import pytest

from marrowgate.errors import UserError
from marrowgate.gating.method_checks import method_faults
from marrowgate.settings.strategies.scales import Scale, Scales
from marrowgate.settings.strategies.strategy import ancestors
from marrowgate.settings.strategies.strategy_reader import load_strategy


@pytest.fixture(autouse=True)
def _in_own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def population(name: str, parent: str, rest: str = "dimensions: [CD45], method: fixed, arguments: {low: [1]}") -> str:
    return f"  - {{name: {name}, parent: {parent}, {rest}}}\n"


def boolean(name: str, operands: str) -> str:
    return population(name, "root", f"method: boolean, arguments: {{operator: or, operands: {operands}}}")


def faults(*populations: str, more: str = "") -> list[str]:
    """Return what is wrong with a strategy, whether it can be read or not."""
    Path("s.yaml").write_text("populations:\n" + "".join(populations) + more, encoding="utf-8")
    try:
        return [str(fault) for fault in load_strategy(Path("s.yaml"), method_faults)[1]]
    except UserError as error:
        return [str(fault) for fault in error.faults]


@pytest.mark.parametrize("name", ["blood_hspc", "blood_immature"])
def test_shipped_strategies__are_right(repository, name):
    assert load_strategy(repository / "config" / "strategies" / f"{name}.yaml", method_faults)[1] == []


# the tree


def test_unknown_parent__is_told_with_the_nearest_name():
    assert faults(population("singlets", "root"), population("cd45_pos", "singlet")) == [
        "s.yaml line 3, population cd45_pos: there is no parent 'singlet'; did you mean 'singlets'?"
    ]


def test_unknown_parent__unlike_any_other_is_told():
    assert faults(population("a", "root"), population("b", "living")) == [
        "s.yaml line 3, population b: there is no parent 'living'; name a population of this file, or root"
    ]


def test_parent_behind_its_child__is_told():
    assert faults(population("b", "a"), population("a", "root")) == [
        "s.yaml line 2, population b: its parent 'a' stands behind it; put parents before their children"
    ]


def test_own_parent__is_told():
    assert faults(population("a", "a")) == [
        "s.yaml line 2, population a: it is its own parent; name the population that it is gated in, or root"
    ]


def test_name_twice__is_told():
    assert faults(population("a", "root"), population("a", "root")) == [
        "s.yaml line 3, population a: this name stands for the second time; give each population its own name"
    ]


def test_root__is_no_name_of_a_population():
    assert faults(population("root", "root"))[0] == (
        "s.yaml line 2, population root: 'root' is the name of all events; give the population another name"
    )


def test_dimension_twice__is_told():
    rest = "dimensions: [CD45, CD45], method: fixed, arguments: {low: [1, 1]}"
    assert faults(population("a", "root", rest)) == [
        "s.yaml line 2, population a: the dimension 'CD45' stands twice; name two dimensions, or one"
    ]


def test_boolean_operand__that_is_unknown_or_behind_is_told():
    assert faults(population("ig", "root"), boolean("both", "[ig, igg, late]"), population("late", "root")) == [
        (
            "s.yaml line 3, population both: the Boolean gate names 'igg', which is not a population before it; "
            "did you mean 'ig'?"
        ),
        (
            "s.yaml line 3, population both: the Boolean gate names 'late', which is not a population before it; "
            "name populations that stand before this one"
        ),
    ]


def test_boolean_operands__that_are_no_list_are_told_once():
    assert faults(population("ig", "root"), boolean("both", "ig")) == [
        (
            "s.yaml line 3, population both: argument operands of method boolean: must be a list, got 'ig'; "
            "write it as [first, second]"
        )
    ]


def test_reference__that_does_not_stand_before_is_told():
    rest = "dimensions: [SSC-A], method: reference_quantile, "
    rest += "arguments: {reference: lymphocyte, quantile: 0.9, keep: below}"
    assert faults(population("lymphocytes", "root"), population("low", "root", rest)) == [
        (
            "s.yaml line 3, population low: its reference 'lymphocyte' is not a population before it; "
            "did you mean 'lymphocytes'?"
        )
    ]


def test_ishage__cd34_hspc_outside_cd34_pos_is_told():
    tree = (population("cd45_pos", "root"), population("cd34_pos", "cd45_pos"), population("cd34_hspc", "cd45_pos"))
    assert faults(*tree) == [
        (
            "s.yaml line 4, population cd34_hspc: it is not inside cd34_pos, which the ISHAGE order asks for; "
            "make cd34_pos its parent or its parent's parent"
        )
    ]


def test_ishage__cd34_pos_outside_cd45_pos_is_told():
    tree = (population("cd45_pos", "root"), population("cd34_pos", "root"), population("cd34_hspc", "cd34_pos"))
    assert faults(*tree) == [
        (
            "s.yaml line 3, population cd34_pos: it is not inside cd45_pos, which the ISHAGE order asks for; "
            "make cd45_pos its parent or its parent's parent"
        )
    ]


def test_ishage__steps_between_the_criteria_are_allowed():
    tree = (population("cd45_pos", "root"), population("cd34_pos", "cd45_pos"), population("low", "cd34_pos"))
    assert faults(*tree, population("cd34_hspc", "low")) == []


def test_ishage__does_not_bind_a_strategy_without_its_last_criterion():
    assert faults(population("cd45_pos", "root"), population("cd34_pos", "root")) == []


def test_ancestors__are_cut_where_they_go_round():
    assert ancestors("a", {"a": "b", "b": "c", "c": "b"}) == ["b", "c"]


# entries and methods


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        (
            "dimensions: [CD45], method: vally",
            "there is no method 'vally'; did you mean 'valley'?",
        ),
        (
            "dimensions: [CD45, CD34], method: valley, arguments: {keep: above, between: [1, 2]}",
            "method valley takes 1 dimension, got 2; correct dimensions",
        ),
        (
            "dimensions: [CD45], method: valley, arguments: {keep: above, between: [1, 2], max_ratio: 1.5}",
            "argument max_ratio of method valley: must be below 1, got 1.5; correct the value",
        ),
        (
            "dimensions: [CD45], method: valley, arguments: {keep: over, between: [1, 2]}",
            "argument keep of method valley: must be 'above' or 'below', got 'over'; use one of these",
        ),
        (
            "dimensions: [CD45], method: valley, arguments: {keep: above, between: [1, 2], depth: 3}",
            "argument depth of method valley: there is no such entry; ",
        ),
        (
            "dimensions: [CD45], method: valley, arguments: {keep: above}",
            "argument between of method valley: this entry is missing; add it",
        ),
        (
            "dimensions: [CD45], method: fixed, arguments: {low: [1]}, fallback: {method: fixd}",
            "there is no method 'fixd'; did you mean 'fixed'?",
        ),
    ],
)
def test_wrong_method__is_told(rest, message):
    (found,) = faults(population("a", "root", rest))
    assert found.startswith(f"s.yaml line 2, population a: {message}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            population("CD45+", "root"),
            (
                "s.yaml line 2, populations.name: "
                "must begin with a small letter and hold only small letters, digits and underscore, got 'CD45+'; "
                "write it like cd34_pos"
            ),
        ),
        (
            population("a", "root", "dimensions: CD45, method: fixed"),
            "s.yaml line 2, populations.dimensions: must be a list, got 'CD45'; write it as [first, second]",
        ),
        (
            population("a", "root", "dimension: [CD45], method: fixed"),
            "s.yaml line 2, populations.dimension: there is no such entry; did you mean 'dimensions'?",
        ),
        (population("a", "root", "optional: true"), "s.yaml line 2, populations.method: this entry is missing; add it"),
        (
            population("a", "root", "method: fixed, optional: maybe"),
            "s.yaml line 2, populations.optional: must be true or false, got 'maybe'; use one of these",
        ),
    ],
)
def test_wrong_entry__is_told(text, message):
    assert faults(text) == [message]


def test_wrong_scale__is_told():
    more = "scales:\n  scatter: {kind: lin}\n  markers:\n    CD45: {kind: asinh, cofacter: 5}\n"
    assert faults(population("a", "root"), more=more) == [
        (
            "s.yaml line 4, scales.scatter.kind: must be 'linear', 'asinh', 'log', 'logicle', 'hyperlog' or "
            "'biexponential', got 'lin'; use one of these"
        ),
        "s.yaml line 6, scales.markers.CD45.cofacter: there is no such entry; did you mean 'cofactor'?",
    ]


@pytest.mark.parametrize(
    ("scale", "message"),
    [
        ("{kind: logicle, w: batch}", ".w: must be a number or from_batch, got 'batch'; correct the value"),
        ("{kind: logicle, w: [1]}", ".w: must be a number or from_batch, got [1]; correct the value"),
        (
            "{kind: hyperlog, w: from_batch}",
            ": w: from_batch goes with kind: logicle, not with hyperlog; give w as a number",
        ),
        (
            "{kind: logicle, cofactor: 5}",
            ": cofactor goes with kind: asinh, not with logicle; correct the kind, or give t",
        ),
        (
            "{kind: logicle, w: 3}",
            ": logicle scale: the linear decades w must be between 0 and m / 2 = 2.25, they are 3; correct it",
        ),
        (
            "{kind: biexponential, w: 0.5}",
            ": biexponential scale: the width basis w must be -1 or less, it is 0.5; correct it",
        ),
    ],
)
def test_scale_that_cannot_be__is_told(scale, message):
    more = f"scales:\n  markers:\n    CD45: {scale}\n"
    (found,) = faults(population("a", "root"), more=more)
    assert found == f"s.yaml line 5, scales.markers.CD45{message}"


@pytest.mark.parametrize(
    ("scale", "width"),
    [("{kind: logicle}", 0.5), ("{kind: biexponential}", -100), ("{kind: biexponential, w: -10}", -10)],
)
def test_width__not_given_is_the_usual_one_of_the_kind(scale, width):
    Path("s.yaml").write_text(f"scales: {{fluorescence: {scale}}}\npopulations:\n" + population("a", "root"))
    assert load_strategy(Path("s.yaml"))[0].scales.fluorescence.width == width


@pytest.mark.parametrize(
    ("rest", "gate"),
    [
        (
            "dimensions: [CD45, SSC-A], method: cluster, arguments: {low: [1, 1], high: [9, 9]}",
            "the gate of method cluster",
        ),
        (
            "dimensions: [SSC-A, CD45], method: fixed, arguments: {kind: polygon, vertices: [[1, 1], [2, 1], [2, 2]]}",
            "the gate of method fixed",
        ),
    ],
)
def test_slanted_gate_on_a_biexponential_scale__is_told(rest, gate):
    more = "scales: {fluorescence: {kind: biexponential}}\n"
    (found,) = faults(population("a", "root", rest), more=more)
    assert found == (
        f"s.yaml line 2, population a: {gate} is not parallel to the axes, which CD45 on a biexponential scale needs; "
        "take logicle for that scale, or a method with one dimension"
    )
    assert faults(population("a", "root", rest)) == []


def test_rectangle_on_a_biexponential_scale__is_right():
    rest = "dimensions: [CD45, SSC-A], method: fixed, arguments: {low: [1, 1]}"
    assert faults(population("a", "root", rest), more="scales: {fluorescence: {kind: biexponential}}\n") == []


@pytest.mark.parametrize(("kind", "is_light"), [("logicle", True), ("asinh", True), ("linear", False)])
def test_scales__on_a_linear_one_fluorescence_is_a_display_and_no_light(kind, is_light):
    assert Scales(fluorescence=Scale(kind=kind)).is_light is is_light
