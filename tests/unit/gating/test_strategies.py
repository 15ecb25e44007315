"""The shipped strategies on simulated samples: whole panels, reduced panels, negative samples, any order."""

import itertools
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from marrowgate.fcs.read import read_fcs
from marrowgate.gating.apply import apply_gates
from marrowgate.gating.consensus import agree
from marrowgate.gating.consensus_file import write_consensus
from marrowgate.gating.final_gates import settle
from marrowgate.gating.fit import fit_sample
from marrowgate.gating.method_checks import load_checked_strategy
from marrowgate.gating.methods import needs_of
from marrowgate.gating.open_sample import start_rows
from marrowgate.gating.records import USABLE, ControlRole, read_fit, write_fit
from marrowgate.gating.sample_events import make_sample_events
from marrowgate.gating.walk.walk import SampleToFit
from marrowgate.settings.panel import load_panel
from marrowgate.settings.strategies.strategy import strategy_dimensions
from marrowgate.simulate.cells import KINDS
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.project import _stated_spillover
from marrowgate.simulate.make import batch_optics
from marrowgate.simulate.make import make_tube as simulate_tube
from marrowgate.simulate.optics.fcs_file import FileKind, write_tube
from marrowgate.simulate.truth import member_mask

CONFIG = Path(__file__).resolve().parents[3] / "config"
STRATEGIES = {"hspc": "blood_hspc", "immature": "blood_immature"}
B_CELLS = {"cd34_b_precursors", "cd34_not_b"}
"""Without a gate in the shipped panel, which has neither CD19 nor CD10."""
SEED = 90210


def strategy_of(panel):
    return load_checked_strategy(CONFIG / "strategies" / f"{STRATEGIES[panel]}.yaml")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Return file and the truth of some of a batch's samples, both panels; a patient has few reticulocytes or many."""
    folder = tmp_path_factory.mktemp("samples")
    plan = make_plan("demo", SEED)
    found = {}
    for kind in ("hspc", "immature"):
        panel = load_panel(CONFIG / "panels" / f"{kind}.yaml")
        wanted = [s for s in plan.samples if s.panel == kind and s.control_type == "none" and s.batch == "B1"]
        for sample in wanted[:10]:
            tube = simulate_tube(plan, sample, panel, 40_000)
            optics = batch_optics(plan, sample, panel)
            path = folder / f"{sample.sample_id}.fcs"
            write_tube(path, tube, panel, optics, _stated_spillover(optics, 1.0), FileKind("3.1", "F", "little"))
            found.setdefault(kind, []).append((sample.sample_id, path, tube.truth))
    return found


def open_without(path, kind, *markers):
    """Open a file as if the panel did not name some markers."""
    panel = load_panel(CONFIG / "panels" / f"{kind}.yaml")
    kept = tuple(entry for entry in panel.channels if entry.marker not in markers)
    strategy = strategy_of(kind)
    dimensions = {name for population in strategy.populations for name in population.dimensions}
    file = read_fcs(path, panel=replace_channels(panel, kept))
    return make_sample_events(file, dimensions - set(markers), strategy.scales, compensate=True)


def replace_channels(panel, channels):
    return panel.model_copy(update={"channels": channels})


def gated(kind, path, *markers, start=None):
    tube = open_without(path, kind, *markers)
    rows = start_rows(tube) if start is None else start
    fit = fit_sample(SampleToFit("S", tube, rows, ControlRole(), {}, 1), strategy_of(kind))
    return {record.population: record for record in fit.gates}, apply_gates(tube, fit.gates, rows)


def f1(rows, truth):
    found = np.zeros(truth.size, dtype=bool)
    found[rows] = True
    return 2 * np.count_nonzero(found & truth) / (np.count_nonzero(found) + np.count_nonzero(truth))


def batch_gates(files, kind, *markers):
    tubes = [(name, open_without(path, kind, *markers), truth) for name, path, truth in files[kind]]
    strategy = strategy_of(kind)
    fits = [
        fit_sample(SampleToFit(name, tube, start_rows(tube), ControlRole(), {}, 1), strategy) for name, tube, _ in tubes
    ]
    agreed = agree(kind, "B1", fits)
    records = [settle(fit, agreed) for fit in fits]
    return [(r, apply_gates(tube, r, start_rows(tube)), t) for r, (_, tube, t) in zip(records, tubes, strict=True)]


@pytest.fixture(scope="module")
def whole(files):
    """Return all samples of each panel gated as one batch; no test changes what it holds."""
    return {kind: batch_gates(files, kind) for kind in files}


@pytest.fixture(scope="module")
def first_alone(files):
    """Return the first sample of each panel gated by itself."""
    return {kind: gated(kind, files[kind][0][1]) for kind in files}


def without_gate(records):
    return {record.population for record in records if record.status not in USABLE}


@pytest.mark.parametrize(
    ("kind", "population", "least"),
    [
        ("hspc", "cd45_pos", 0.98),
        ("hspc", "lymphocytes", 0.985),
        ("hspc", "monocytes", 0.97),
        ("hspc", "granulocytes", 0.985),
        ("hspc", "cd34_hspc", 0.9),
        ("hspc", "bead_singlets", 0.99),
        ("immature", "lymphocytes", 0.985),
        ("immature", "monocytes", 0.96),
        ("immature", "granulocytes", 0.985),
        ("immature", "ig", 0.8),
        ("immature", "erythroid_cd71_pos", 0.88),
        ("immature", "cd45_pos", 0.98),
        ("immature", "eosinophils", 0.95),
    ],
)
def test_strategy__finds_what_is_there(whole, kind, population, least):
    results = whole[kind]
    scores = [f1(rows[population], member_mask(truth, population)) for _, rows, truth in results]
    assert np.median(scores) >= least
    assert {
        record.population for records, _, _ in results for record in records if record.status not in USABLE
    } <= B_CELLS


def test_immature__number_of_immature_granulocytes_is_right(whole):
    results = whole["immature"]
    found = sum(rows["ig"].size for _, rows, _ in results)
    true = sum(np.count_nonzero(member_mask(truth, "ig")) for _, _, truth in results)
    # the error of the number itself is 1 / sqrt(true), about 3 %
    assert found == pytest.approx(true, rel=0.1)


def test_hspc__is_nested_in_ishage_order(whole):
    for _, rows, _ in whole["hspc"]:
        order = ("cd34_hspc", "cd34_cd45_dim", "cd34_pos", "low_ssc", "cd45_pos", "viable", "singlets", "cells")
        for inner, outer in itertools.pairwise(order):
            assert np.isin(rows[inner], rows[outer]).all()
        kept = rows["lymphocytes_of_that_size"].size / rows["lymphocytes"].size
        assert kept == pytest.approx(0.99, abs=0.01)


def test_hspc__a_tube_without_progenitors_shows_none(files):
    name, path, truth = files["hspc"][0]
    others = batch_gates({"hspc": files["hspc"][1:]}, "hspc")
    line = next(record for record in others[0][0] if record.population == "cd34_pos")
    tube = open_without(path, "hspc")
    is_hspc = np.isin(truth.kind, np.unique(truth.kind[member_mask(truth, "cd34_hspc")]))
    start = np.flatnonzero(~is_hspc)
    fit = fit_sample(SampleToFit(name, tube, start, ControlRole(), {}, 1), strategy_of("hspc"))
    own = {record.population: record for record in fit.gates}
    assert own["cd34_pos"].status in {"no_valley", "ok"}
    records = [line if record.population == "cd34_pos" else record for record in fit.gates]
    after = [one for one in others[0][0] if one.population.startswith("cd34_") and one.population != "cd34_pos"]
    names = {record.population for record in after}
    rows = apply_gates(tube, [*(one for one in records if one.population not in names), *after], start)
    assert rows["cd34_hspc"].size <= 4


def test_hspc__few_progenitors_in_a_small_batch_are_found_by_the_batch_s_border_and_the_tube_s_own_gates(files):
    opened = [(name, open_without(path, "hspc"), truth) for name, path, truth in files["hspc"][:3]]
    _, _, truth = opened[2]
    is_hspc = np.isin(truth.kind, np.unique(truth.kind[member_mask(truth, "cd34_hspc")]))
    few = np.flatnonzero(is_hspc)[8:]
    starts = [start_rows(tube) for _, tube, _ in opened]
    starts[2] = np.setdiff1d(starts[2], few)
    fits = [
        fit_sample(SampleToFit(name, tube, start, ControlRole(), {}, 1), strategy_of("hspc"))
        for (name, tube, _), start in zip(opened, starts, strict=True)
    ]
    assert next(one for one in fits[2].gates if one.population == "cd34_pos").status == "no_valley"
    records = settle(fits[2], agree("hspc", "B1", fits))
    status = {one.population: one.status for one in records if one.population.startswith("cd34_")}
    assert status.pop("cd34_pos") == "borrowed"
    assert {one for name, one in status.items() if name not in B_CELLS} == {"ok"}
    assert without_gate(records) <= B_CELLS
    found = apply_gates(opened[2][1], records, starts[2])["cd34_hspc"]
    true = np.setdiff1d(np.flatnonzero(member_mask(truth, "cd34_hspc")), few)
    assert np.count_nonzero(np.isin(true, found)) >= true.size - 2
    assert found.size <= true.size + 2


def test_hspc__alone_without_a_border_of_cd34_what_lies_below_has_no_gate_either(files):
    name, path, truth = files["hspc"][0]
    tube = open_without(path, "hspc")
    is_hspc = np.isin(truth.kind, np.unique(truth.kind[member_mask(truth, "cd34_hspc")]))
    fit = fit_sample(SampleToFit(name, tube, np.flatnonzero(~is_hspc), ControlRole(), {}, 1), strategy_of("hspc"))
    settled = {one.population: one for one in settle(fit, agree("hspc", "B1", [fit]))}
    assert settled["cd34_pos"].status == "no_valley"
    assert settled["cd34_hspc"].status == "not_gated"
    assert settled["cd34_hspc"].reason == "needs cd34_cd45_dim, which has no gate"


@pytest.mark.parametrize(
    ("kind", "marker", "absent", "kept"),
    [
        ("hspc", "7-AAD", {"viable"}, {"cd45_pos", "cd34_hspc", "bead_singlets"}),
        ("hspc", "CD235a", {"beads", "bead_singlets", "cells"}, {"singlets", "cd45_pos", "cd34_hspc"}),
        ("hspc", "CD14", {"monocytes", "not_monocytes"}, {"cd45_pos", "lymphocytes", "cd34_hspc"}),
        ("hspc", "CD34", {"cd34_pos", "cd34_hspc"}, {"cd45_pos", "lymphocytes", "monocytes", "bead_singlets"}),
        ("immature", "7-AAD", {"viable"}, {"cd45_pos", "ig", "nrbc", "eosinophils", "immature", "megakaryocytic"}),
        (
            "immature",
            "CRTH2",
            {"eosinophils", "nonspecific", "neutrophils"},
            {"granulocytes", "ig", "nrbc", "immature"},
        ),
        ("immature", "CD14", {"monocytes", "not_monocytes"}, {"ig", "nrbc", "immature", "megakaryocytic"}),
        ("immature", "DNA", {"nucleated", "nrbc"}, {"ig", "erythroid_cd71_pos", "immature", "megakaryocytic"}),
        ("immature", "CD235a", {"erythroid", "erythroid_cd71_pos", "nrbc"}, {"ig", "megakaryocytic", "eosinophils"}),
        ("immature", "CD71", {"erythroid_cd71_pos"}, {"ig", "nrbc", "erythroid", "immature"}),
        ("immature", "CD41a", {"platelets", "megakaryocytic"}, {"ig", "nrbc", "immature"}),
        ("immature", "CD10", {"cd10_low"}, {"ig", "nrbc", "immature"}),
    ],
)
def test_strategy__without_a_marker_everything_else_works(files, first_alone, kind, marker, absent, kept):
    records, rows = gated(kind, files[kind][0][1], marker)
    for population in absent:
        assert records[population].status == "not_gated", population
        assert (records[population].reasons[0].code, records[population].reasons[0].sentence) == (
            "marker_absent",
            f"the panel lacks {marker}",
        ), population
    # a single small sample may be too poor for a valley of rare cells, with all markers just as well
    with_all, _ = first_alone[kind]
    fine = {name for name in kept if with_all[name].status in USABLE}
    poorer = {name for name in fine if records[name].status == "no_valley" and name == "erythroid_cd71_pos"}
    assert {name: records[name].reason for name in fine - poorer if name not in rows} == {}


@pytest.mark.parametrize(
    ("kind", "absent", "wanted", "method"),
    [
        ("hspc", ("FSC-H",), ("singlets", "lymphocytes", "cd34_hspc"), "negative_tail"),
        ("hspc", ("FSC-H", "FSC-W"), ("lymphocytes", "granulocytes", "cd34_hspc"), None),
        ("hspc", ("FSC-A", "FSC-H", "FSC-W"), ("lymphocytes", "granulocytes", "cd34_hspc"), None),
        ("hspc", ("FSC-A", "SSC-A"), ("lymphocytes", "granulocytes", "cd34_hspc"), "negative_tail"),
        ("immature", ("FSC-A", "FSC-H", "FSC-W"), ("lymphocytes", "granulocytes", "ig", "nrbc"), None),
    ],
)
def test_strategy__a_missing_scatter_channel_does_not_stop_what_lies_below(files, kind, absent, wanted, method):
    _, path, truth = files[kind][0]
    panel = load_panel(CONFIG / "panels" / f"{kind}.yaml")
    panel = replace_channels(panel, tuple(entry for entry in panel.channels if entry.scatter not in absent))
    strategy = strategy_of(kind)
    named = read_fcs(path, panel=panel)
    kept = tuple(channel for channel in named.channels if channel.scatter not in absent)
    tube = make_sample_events(
        replace(named, channels=kept), set(strategy_dimensions(strategy)), strategy.scales, compensate=True
    )
    fit = fit_sample(SampleToFit("S", tube, start_rows(tube), ControlRole(), {}, 1), strategy)
    records = {record.population: record for record in fit.gates}
    assert (records["singlets"].method if records["singlets"].gate else None) == method
    rows = apply_gates(tube, fit.gates, start_rows(tube))
    lost = {name: records[name].reason for name in wanted if name not in rows}
    assert set(lost) <= {"cd34_hspc"}
    assert all("no valley" in records["cd34_pos"].reason for _ in lost)
    assert f1(rows["lymphocytes"], member_mask(truth, "lymphocytes")) > 0.95


def is_kind(truth, *names):
    return np.isin(truth.kind, [KINDS.index(name) for name in names]) & ~truth.is_dead & (truth.partner < 0)


@pytest.mark.parametrize("kind", ["hspc", "immature"])
def test_strategy__monocytes_with_dim_cd14_are_among_them(whole, kind):
    kept = [
        np.isin(np.flatnonzero(is_kind(truth, "monocyte_nonclassical")), rows["monocytes"]).mean()
        for _, rows, truth in whole[kind]
    ]
    assert np.median(kept) > 0.8


@pytest.mark.parametrize("kind", ["hspc", "immature"])
def test_strategy__without_cd14_lymphocytes_end_where_monocytes_begin(files, kind):
    for _, path, truth in files[kind][:4]:
        records, rows = gated(kind, path, "CD14")
        assert f1(rows["lymphocytes"], member_mask(truth, "lymphocytes")) > 0.97
        classical = is_kind(truth, "monocyte_classical")
        assert np.isin(np.flatnonzero(classical), rows["lymphocytes"]).mean() < 0.05
        assert records["lymphocytes"].parent == "cd45_pos"


@pytest.mark.parametrize("kind", ["hspc", "immature"])
def test_strategy__a_tube_without_monocytes_still_has_the_others(files, kind):
    _, path, truth = files[kind][0]
    start = np.flatnonzero(
        ~np.isin(truth.kind, [KINDS.index(f"monocyte_{one}") for one in ("classical", "nonclassical")])
    )
    records, rows = gated(kind, path, start=start)
    # granulocytes crowd the border of the stated polygon for monocytes, and nothing fills its middle
    assert records["monocytes"].status == {"hspc": "fixed", "immature": "doubtful"}[kind]
    assert rows["monocytes"].size < 0.005 * rows["cd45_pos"].size
    for population in ("lymphocytes", "granulocytes"):
        assert f1(rows[population], member_mask(truth, population)) > 0.98


def test_immature__granulocytes_hold_eosinophils_and_neutrophils_do_not(whole):
    for _, rows, truth in whole["immature"]:
        eosinophils = np.flatnonzero(is_kind(truth, "eosinophil"))
        assert np.isin(eosinophils, rows["granulocytes"]).mean() > 0.97
        assert np.isin(eosinophils, rows["neutrophils"]).mean() < 0.05


def test_immature__every_population_of_cells_is_viable(files, whole):
    dead_found = {}
    for (_, rows, truth), (_, path, _) in zip(whole["immature"][:5], files["immature"][:5], strict=True):
        dead = truth.is_dead & (truth.partner < 0)
        for population in rows.keys() - {"root", "singlets", "with_nucleus"}:
            assert np.isin(rows[population], rows["viable"]).all(), population
        assert np.isin(rows["viable"], rows["singlets"]).all()
        _, without = gated("immature", path, "7-AAD")
        for name, found in (("with", rows), ("without", without)):
            dead_found.setdefault(name, []).append(dead[found["cd45_pos"]].mean())
    assert min(dead_found["without"]) > 0.005
    assert max(dead_found["with"]) < 0.1 * min(dead_found["without"])


@pytest.mark.parametrize(("absent", "least"), [((), 0.95), (("7-AAD",), 0.88)])
def test_immature__eosinophils_of_a_tube_alone_with_few_events(files, absent, least):
    for _, path, truth in files["immature"][:6]:
        records, rows = gated("immature", path, *absent, start=np.arange(10_000))
        inside = np.arange(truth.kind.size) < 10_000
        assert records["eosinophils"].status == "ok"
        assert f1(rows["eosinophils"], member_mask(truth, "eosinophils") & inside) >= least


def test_immature__without_crth2_ig_say_that_eosinophils_are_among_them(files, whole):
    with_marker = {record.population: record for record in whole["immature"][0][0]}
    records, rows, _ = batch_gates({"immature": files["immature"][:4]}, "immature", "CRTH2")[0]
    without = {record.population: record for record in records}
    for population in ("ig_stage1", "ig_stage2", "ig", "immature"):
        assert "no_eosinophil_marker" not in with_marker[population].reason_code
        assert "no_eosinophil_marker" in without[population].reason_code
        assert population in rows


def test_immature__without_a_nuclear_dye_ig_stand_alone_and_say_so(files):
    records, rows = gated("immature", files["immature"][1][1], "DNA")
    np.testing.assert_array_equal(rows["immature"], rows["ig"])
    assert "no_nuclear_dye" in records["immature"].reason_code
    assert records["erythroid_cd71_pos"].method == "valley"


@pytest.mark.parametrize("kind", ["hspc", "immature"])
def test_fit__an_empty_start_gives_statuses(files, kind):
    records, rows = gated(kind, files[kind][0][1], start=np.array([], dtype=np.intp))
    assert all(record.reason for record in records.values() if record.gate is None)
    assert all(rows[name].size == 0 for name in rows)


def test_fit__does_not_depend_on_the_order_of_events_beyond_draws(files):
    name, path, _ = files["hspc"][0]
    tube = open_without(path, "hspc")
    strategy = strategy_of("hspc")
    order = np.random.default_rng(2).permutation(tube.file.n_events)
    shuffled = replace(tube, file=replace(tube.file, events=tube.file.events[order]), _columns={})
    one, two = (
        fit_sample(SampleToFit(name, each, start_rows(each), ControlRole(), {}, 1), strategy)
        for each in (tube, shuffled)
    )
    first, second = (apply_gates(each, fit.gates, start_rows(each)) for each, fit in ((tube, one), (shuffled, two)))
    for population in first:
        size = first[population].size
        assert second[population].size == pytest.approx(size, abs=2 + 0.002 * size), population


def fit_to_file(kind, path, out):
    tube = open_without(path, kind)
    write_fit(out, fit_sample(SampleToFit(out.stem, tube, start_rows(tube), ControlRole(), {}, 1), strategy_of(kind)))


def test_consensus__is_the_same_to_the_byte_for_any_order_and_number_of_processes(files, tmp_path):
    kind = "immature"
    names = [f"S{number}.json" for number in range(3)]
    paths = [path for _, path, _ in files[kind][:3]]
    for folder in ("alone", "two"):
        (tmp_path / folder).mkdir()
    for path, name in zip(paths, names, strict=True):
        fit_to_file(kind, path, tmp_path / "alone" / name)
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        list(pool.map(fit_to_file, [kind] * 3, reversed(paths), [tmp_path / "two" / name for name in reversed(names)]))
    texts = set()
    for folder, order in itertools.product(("alone", "two"), itertools.permutations(names)):
        write_consensus(tmp_path / "c.yaml", agree(kind, "B1", [read_fit(tmp_path / folder / name) for name in order]))
        texts.add((tmp_path / "c.yaml").read_bytes())
    assert len(texts) == 1


@pytest.mark.parametrize("population", ["cd10_low", "ig_stage1", "ig_stage2"])
def test_immature__multiples_of_neutrophils_are_held_against_lymphocytes(population):
    strategy = load_checked_strategy(CONFIG / "strategies" / "blood_immature.yaml")
    (step,) = (one for one in strategy.populations if one.name == population)
    needs = needs_of(step)
    assert needs.references == ("mature_neutrophils", "lymphocytes")
    assert needs.placed_by == ("mature_neutrophils",)
