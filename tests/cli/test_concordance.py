"""`marrowgate concordance`: whatever FlowKit does with a file, there is a table."""

import os
import signal
from pathlib import Path

import pytest

from marrowgate.cli import main
from marrowgate.gating.exchange import flowkit_engine
from marrowgate.tables import read_rows

TEMPLATE = Path(__file__).parent.parent / "workflow" / "timecourse"
SETTINGS = ["--panel", "panels/culture.yaml", "--strategy", "strategies/culture.yaml"]
TRY = ["try", *(word if word[0] == "-" else str(TEMPLATE / word) for word in SETTINGS), "--out"]


@pytest.fixture(scope="module")
def tried(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("tried")
    assert main([*TRY, str(out), str(real_data / "timecourse" / "D0.fcs")]) == 0
    return out


def rows_of(tried: Path, out: Path, fcs: Path) -> list[tuple[str, str, str]]:
    words = ["concordance", "--sample-ids", "D0", "--fcs", str(fcs), "--data-sets", "1", "--out", str(out / "c.tsv")]
    words += ["--gates", str(tried / "gates" / "D0.xml"), "--events", str(tried / "events" / "D0.parquet")]
    assert main(words) == 0
    return [(row["population"], row["status"], row["reason"]) for row in read_rows(out / "c.tsv")]


def test_concordance__the_same_gates_hold_the_same_events(tried, tmp_path, real_data):
    rows = rows_of(tried, tmp_path, real_data / "timecourse" / "D0.fcs")
    assert [row[:2] for row in rows] == [(name, "same") for name in ("singlets", "viable")]


def test_concordance__a_file_that_flowkit_cannot_read_is_not_compared(tried, tmp_path, real_data):
    """FlowIO splits at the delimiter as a pattern, in which ^ means something else."""
    content = (real_data / "timecourse" / "D0.fcs").read_bytes()
    begin, end = int(content[10:18]), int(content[18:26])
    text = content[begin : end + 1]
    delimiter = text[:1]
    assert b"^" not in text
    changed = content[:begin] + text.replace(delimiter, b"^") + content[end + 1 :]
    (tmp_path / "D0.fcs").write_bytes(changed)
    assert rows_of(tried, tmp_path, tmp_path / "D0.fcs")[0][2] == "the file is not the one that was gated"
    assert main([*TRY, str(tmp_path), str(tmp_path / "D0.fcs")]) == 0
    (row,) = rows_of(tmp_path, tmp_path, tmp_path / "D0.fcs")
    assert row[:2] == (None, "not_compared")
    assert row[2].startswith("the comparison ended with ")
    assert row[2].endswith("; see its log")


def test_concordance__a_comparison_that_the_system_ends_is_not_compared(monkeypatch):
    monkeypatch.setattr(flowkit_engine, "compare_or_say_why", _killed)
    (row,) = flowkit_engine.compare_in_child("a", Path("a.fcs"), 1, Path("a.xml"), Path("a.parquet"))
    assert row == {
        "sample_id": "a",
        "status": "not_compared",
        "reason": "the comparison was ended by the system, as it does without memory",
    }


def _killed(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)
