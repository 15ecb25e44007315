"""A lab calls its populations as it likes: roles say what they are for."""

import numpy as np
import pytest

from marrowgate.measure.blanks import blank_markers
from marrowgate.measure.measure_sample import count_with_dead, quality_checks
from marrowgate.measure.populations import platform_difference, population_rows
from marrowgate.measure.record import PopulationCount, SampleRecord
from marrowgate.settings.config import Measure
from marrowgate.settings.quality import Quality
from marrowgate.settings.sheets import Sample
from marrowgate.settings.strategies.strategy import Roles, Strategy
from marrowgate.settings.strategies.strategy_reader import load_strategy
from unit.measure.test_sample_checks import PANEL, tube

OWN = Roles(denominator="leukos", viable="alive", singlets="single", cells="no_beads", beads=("kugeln",),
            counting_beads="kugeln", rare="stem")  # fmt: skip


def counts():
    def count(name, parent, n, inside):
        return PopulationCount(name, parent, n, 20_000, inside, "ok", "", None)

    return (
        count("kugeln", "root", 1000, ()),
        count("leukos", "root", 10_000, ()),
        count("stem", "leukos", 50, ("leukos",)),
    )


def rows(roles):
    record = SampleRecord("S1", {"n_events": 20_000}, counts(), (), ())
    sheet = Sample(sample_id="S1", fcs="x.fcs", panel="p", batch="b", beads_per_tube=50_000, sample_volume_ul=100)
    return (
        {row["population"]: row for row in population_rows(record, sheet, None, Measure(), roles=roles)},
        record,
        sheet,
    )


def test_roles__name_denominator_and_beads():
    found, record, sheet = rows(OWN)
    assert found["stem"]["per_100_cd45"] == pytest.approx(0.5)
    assert found["stem"]["cells_per_ul"] == pytest.approx(50 * 50_000 / 1000 / 100)
    assert found["stem"]["count_method"] == "beads"
    assert found["kugeln"]["count_method"] == "none"
    assert platform_difference(record, sheet, Measure(), OWN) is None


def test_roles__other_names_give_no_denominator():
    found, _, _ = rows(Roles())
    assert found["stem"].get("per_100_cd45") is None
    assert found["stem"]["cd45_gate_reason"] == "the strategy has no cd45_pos"


def test_roles__name_singlets_and_living_cells():
    values = np.ones((100, 4))
    inside = {"root": np.arange(100), "no_beads": np.arange(80), "single": np.arange(60), "alive": np.arange(30)}
    checks = {one.check: one for one in quality_checks(tube(values), inside, PANEL, Quality(), OWN)}
    assert checks["doublets_pct"].value == pytest.approx(25)
    assert checks["viable_pct"].value == pytest.approx(50)
    usual = {one.check: one for one in quality_checks(tube(values), inside, PANEL, Quality(), Roles())}
    assert usual["viable_pct"].verdict == "not_checked"


def test_roles__denominator_has_no_blank():
    populations = [
        {"name": "leukos", "parent": "root", "dimensions": ["CD45"], "method": "fixed", "arguments": {"low": [1]}},
        {"name": "stem", "parent": "leukos", "dimensions": ["CD34"], "method": "fixed", "arguments": {"low": [1]}},
    ]
    strategy = Strategy.model_validate({"roles": {"denominator": "leukos", "rare": "stem"}, "populations": populations})
    assert blank_markers(strategy, ["CD45", "CD34"]) == {"leukos": frozenset(), "stem": frozenset({"CD34"})}


def test_roles__of_a_population_that_is_not_there_is_a_fault(tmp_path):
    (tmp_path / "s.yaml").write_text(
        "roles: {denominator: leuko}\npopulations:\n"
        "  - {name: leukos, parent: root, dimensions: [CD45], method: fixed, arguments: {low: [1]}}\n",
        encoding="utf-8",
    )
    _, (fault,) = load_strategy(tmp_path / "s.yaml")
    assert fault.what == "the role denominator is given to 'leuko', which is no population of this file"
    assert fault.cure == "did you mean 'leukos'?"


def test_roles__without_a_gate_for_dead_cells_none_are_counted():
    assert count_with_dead(tube(np.ones((1, 4))), (), {}, OWN) is None
