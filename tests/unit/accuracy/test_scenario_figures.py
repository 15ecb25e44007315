"""What is told of troubled samples, from samples that are written by hand."""

from dataclasses import replace
from pathlib import Path

from accuracy.scenario_figures import spared_figures, trouble_figures
from accuracy.scratch import Cohort, part_of
from marrowgate.simulate.cohorts.cohort import make_plan


def values(figures):
    return {(figure.item, figure.measure): figure.value for figure in figures}


def test_troubles__each_kind_is_counted_by_what_became_of_it(make_scored):
    scored = [
        make_scored(None, panel="hspc", sample_id="a", trouble="truncated", verdict="rejected"),
        make_scored((1, 0, 0), panel="hspc", sample_id="b", trouble="clog", checks=("clog",)),
        make_scored((1, 0, 0), panel="hspc", sample_id="c", trouble="clog"),
        make_scored((1, 0, 0), panel="hspc", sample_id="d"),
        make_scored((1, 0, 0), panel="immature", sample_id="e", trouble="clog"),
    ]
    found = values(trouble_figures(scored))
    assert found["truncated", "noticed at all"] == 100
    assert found["truncated", "rejected"] == 1
    assert found["clog", "samples"] == 2
    assert found["clog", "noticed at all"] == 50
    assert found["no trouble", "noticed at all"] == 0


def test_spared__counts_are_compared_with_those_of_the_clean_run():
    plan = part_of(make_plan("dirty", 1), 1, 1)
    hspc = [sample for sample in plan.samples if sample.panel == "hspc" and sample.control_type == "none"]
    healthy = [sample for sample in hspc if not sample.trouble.name][:4]
    cohort = Cohort(replace(plan, samples=tuple(healthy)), Path(), 1000)
    names = [sample.sample_id for sample in healthy]
    clean = dict(zip(names, (100, 50, 10, None), strict=True))
    dirty = dict(zip(names, (100, 40, None, None), strict=True))
    found = values(spared_figures(cohort, clean, dirty))
    assert found["samples without trouble", "CD34+ count changed"] == 50
    assert round(found["samples without trouble", "largest change"]) == 20
    assert found["samples without trouble", "gate lost or gained"] == 1
