"""A strategy file is checked as a whole: all faults in one message."""

import pytest

from marrowgate.errors import Fault, UserError
from marrowgate.gating.method_checks import load_checked_strategy, method_faults
from marrowgate.gating.methods import names
from marrowgate.settings.strategies.scales import Scale, Scales
from marrowgate.settings.strategies.strategy import Population, Strategy

BAD = """\
populations:
  - {name: cd45_pos, parent: nowhere, dimensions: [CD45], method: valley, arguments: {keep: above, between: [1, 2]}}
  - {name: cd34_pos, parent: root, dimensions: [CD45, CD34], method: slanted_valley,
     arguments: {between: [1, 2], pivot: 5, among: nobody}}
  - {name: odd, parent: cd34_pos, dimensions: [CD34], method: magic}
  - {name: ratio, parent: cd34_pos, dimensions: [CD34], method: reference_ratio,
     arguments: {reference: later, ratio: -1, keep: above}}
  - {name: later, parent: cd34_pos, dimensions: [CD34, CD45], method: valley, arguments: {keep: up, between: [1, 2]}}
  - {name: same, parent: cd34_pos, dimensions: [FSC-A], method: copy, arguments: {of: unknown}}
  - {name: second, parent: cd34_pos, dimensions: [CD34], method: valley, arguments: {keep: above, between: [1, 2]},
     fallback: {method: singlets, dimensions: [CD34], arguments: {}}}
  - {name: either, parent: cd34_pos, method: boolean, arguments: {operator: or, operands: [nothing]}}
  - {name: cd34_hspc, parent: cd34_pos, dimensions: [CD45], method: fixed, arguments: {low: [1]}}
"""

FAULTS = {
    "cd45_pos": ["no parent 'nowhere'"],
    "cd34_pos": ["its reference 'nobody'", "not inside cd45_pos, which the ISHAGE order asks for"],
    "odd": ["no method 'magic'"],
    "ratio": ["its reference 'later'", "argument ratio of method reference_ratio"],
    "later": ["method valley takes 1 dimension, got 2", "argument keep of method valley"],
    "same": ["its reference 'unknown'"],
    "second": ["method singlets takes 2 dimensions, got 1"],
    "either": ["names 'nothing'"],
}


def test_strategy__all_faults_in_one_message(tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text(BAD, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        load_checked_strategy(path)
    for population, texts in FAULTS.items():
        told = [fault.what for fault in caught.value.faults if fault.where.endswith(f"population {population}")]
        for text in texts:
            assert any(text in what for what in told), (population, text, told)
    assert all(fault.cure for fault in caught.value.faults)
    assert len(caught.value.faults) == sum(map(len, FAULTS.values()))


ALL = ", ".join(names())
METHOD_FAULTS = {
    "magic": (
        {"dimensions": ["CD34"], "method": "magic"},
        [("there is no method 'magic'", f"use one of {ALL}")],
    ),
    "valey": (
        {"dimensions": ["CD34"], "method": "valey"},
        [("there is no method 'valey'", "did you mean 'valley'?")],
    ),
    "misspelt argument": (
        {"dimensions": ["CD34"], "method": "valley", "arguments": {"keep": "above", "betwen": [1, 2]}},
        [
            ("argument between of method valley: this entry is missing", "add it"),
            ("argument betwen of method valley: there is no such entry", "did you mean 'between'?"),
        ],
    ),
    "two dimensions for one": (
        {"dimensions": ["CD34", "CD45"], "method": "valley", "arguments": {"keep": "above", "between": [1, 2]}},
        [("method valley takes 1 dimension, got 2", "correct dimensions")],
    ),
    "one dimension for two": (
        {"dimensions": ["FSC-A"], "method": "singlets"},
        [("method singlets takes 2 dimensions, got 1", "correct dimensions")],
    ),
    "three dimensions": (
        {"dimensions": ["CD34", "CD45", "CD38"], "method": "copy", "arguments": {"of": "other"}},
        [("method copy takes 1 or 2 dimensions, got 3", "correct dimensions")],
    ),
    "a dimension for none": (
        {"dimensions": ["CD34"], "method": "boolean", "arguments": {"operator": "not", "operands": ["other"]}},
        [("method boolean takes no dimensions, got 1", "correct dimensions")],
    ),
    "too many bounds": (
        {"dimensions": ["CD34"], "method": "fixed", "arguments": {"low": [1, 2], "high": [3]}},
        [
            (
                "method fixed: low needs 1 number, one for each dimension, got 2",
                "correct low or dimensions",
            )
        ],
    ),
    "too few bounds": (
        {"dimensions": ["CD34", "CD45"], "method": "fixed", "arguments": {"low": [1], "high": [3]}},
        [
            ("method fixed: low needs 2 numbers, one for each dimension, got 1", "correct low or dimensions"),
            ("method fixed: high needs 2 numbers, one for each dimension, got 1", "correct high or dimensions"),
        ],
    ),
    "a polygon on a line": (
        {
            "dimensions": ["CD34"],
            "method": "fixed",
            "arguments": {"kind": "polygon", "vertices": [[0, 0], [1, 0], [1, 1]]},
        },
        [("method fixed: a polygon needs 2 dimensions, got 1", "correct kind or dimensions")],
    ),
    "a mixture's box": (
        {"dimensions": ["CD34", "CD45"], "method": "mixture", "arguments": {"low": [1], "high": [3, 4]}},
        [("method mixture: low needs 2 numbers, one for each dimension, got 1", "correct low or dimensions")],
    ),
    "a fallback's bounds": (
        {
            "dimensions": ["CD34"],
            "method": "valley",
            "arguments": {"keep": "above", "between": [1, 2]},
            "fallback": {"method": "fixed", "arguments": {"high": [1, 2]}},
        },
        [("method fixed: high needs 1 number, one for each dimension, got 2", "correct high or dimensions")],
    ),
    "right": ({"dimensions": ["CD34"], "method": "fixed", "arguments": {"low": [1]}}, []),
}


OTHER = Population(name="other", parent="root", dimensions=("CD34",), method="fixed", arguments={"low": [1]})


@pytest.mark.parametrize("case", METHOD_FAULTS)
def test_method__faults_are_told_exactly(case):
    entry, wanted = METHOD_FAULTS[case]
    strategy = Strategy(populations=(OTHER, Population.model_validate({"name": "it", "parent": "root", **entry})))
    assert method_faults(strategy) == [(1, "it", what, cure) for what, cure in wanted]


def test_strategy__a_fault_names_file_line_and_population(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(
        "populations:\n  - {name: it, parent: root, dimensions: [CD34], method: fixed, arguments: {low: [1, 2]}}\n",
        encoding="utf-8",
    )
    with pytest.raises(UserError) as caught:
        load_checked_strategy(path)
    what = "method fixed: low needs 1 number, one for each dimension, got 2"
    assert caught.value.faults == (Fault(f"{path} line 2, population it", what, "correct low or dimensions"),)


def test_method__a_slanted_line_is_refused_on_a_biexponential_scale():
    arguments = {"reference": "other", "first": [1, 0.1], "second": [0.6, 0.04], "keep": "below"}
    line = Population(
        name="it", parent="root", dimensions=("FSC-A", "CD16"), method="reference_line", arguments=arguments
    )
    strategy = Strategy(populations=(OTHER, line), scales=Scales(fluorescence=Scale(kind="biexponential")))
    ((_, _, what, _),) = method_faults(strategy)
    assert what == (
        "the gate of method reference_line is not parallel to the axes, which CD16 on a biexponential scale needs"
    )
    assert method_faults(Strategy(populations=(OTHER, line))) == []
