"""A run that stalls: its stretch is marked and not gated, and no event is taken out of any file."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from marrowgate.cli import main
from marrowgate.fcs.read import read_fcs
from marrowgate.tables import read_rows

PANEL = "channels:\n  - {channel: FSC-A, scatter: FSC-A}\n  - {channel: PE-A, marker: CD24}\n"
STRATEGY = """\
populations:
  - {name: cells, parent: root, dimensions: [FSC-A], method: fixed, arguments: {low: [-1000000]}}
  - {name: none, parent: cells, dimensions: [CD24], method: fixed, arguments: {low: [1000000]}}
  - {name: others, parent: root, method: boolean, arguments: {operator: not, operands: [none]}}
"""


@pytest.fixture(scope="module")
def tried(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unstable")
    (folder / "p.yaml").write_text(PANEL, encoding="utf-8")
    (folder / "s.yaml").write_text(STRATEGY, encoding="utf-8")
    words = ["try", "--panel", str(folder / "p.yaml"), "--strategy", str(folder / "s.yaml"), "--out", str(folder)]
    assert main([*words, str(real_data / "qc" / "Bcells_1_Bcells1.fcs")]) == 0
    return folder


def test_unstable_stretch__is_a_mark_and_a_root_gate_and_never_a_deletion(tried, real_data):
    file = read_fcs(real_data / "qc" / "Bcells_1_Bcells1.fcs")
    table = pq.read_table(tried / "events" / "Bcells_1_Bcells1.parquet")
    columns = {name: table.column(name).to_numpy() for name in table.column_names}
    assert table.num_rows == file.n_events
    assert 0.02 < np.mean(~columns["qc_ok"]) < 0.7
    # every gate, and what a Boolean "not" leaves over, stands on the events that passed
    np.testing.assert_array_equal(columns["cells"], columns["qc_ok"])
    np.testing.assert_array_equal(columns["others"], columns["qc_ok"])
    counted = {row["population"]: row["n_events"] for row in read_rows(tried / "tables" / "populations.tsv")}
    assert counted["cells"] == np.count_nonzero(columns["qc_ok"])


def test_unstable_stretch__the_share_lost_is_told_with_its_limit(tried):
    table = pq.read_table(tried / "events" / "Bcells_1_Bcells1.parquet", columns=["qc_ok"])
    lost = 100 * np.mean(~table.column("qc_ok").to_numpy())
    row = next(row for row in read_rows(tried / "tables" / "quality.tsv") if row["check"] == "unstable_pct")
    assert row["value"] == pytest.approx(lost, abs=0.01)
    assert (row["limit"], row["verdict"]) == (10.0, "flagged")
    assert row["reason"]
