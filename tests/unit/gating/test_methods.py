"""A strategy file is checked as a whole: all faults in one message."""

import pytest

from marrowgate.errors import UserError
from marrowgate.gating.methods import load_checked_strategy

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
    "later": ["method valley takes 1 dimensions, got 2", "argument keep of method valley"],
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
