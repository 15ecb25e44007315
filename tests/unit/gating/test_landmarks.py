"""Landmark cells without a scale, and what a strategy's numbers mean on another instrument."""

import numpy as np
import pytest
from pydantic import ValidationError

from marrowgate.fcs.model import Channel, FcsFile, Verdict
from marrowgate.gating.apply import apply_gates
from marrowgate.gating.batch_scales import (
    BatchScales,
    choose_scales,
    freeze_scales,
    sample_scales,
    with_scales,
    write_scales,
)
from marrowgate.gating.consensus import agree
from marrowgate.gating.consensus_file import read_consensus, write_consensus
from marrowgate.gating.fit import fit_sample
from marrowgate.gating.landmarks.cells import find_cells
from marrowgate.gating.landmarks.factors import batch_landmarks, factors_of
from marrowgate.gating.landmarks.rows import LandmarkRow
from marrowgate.gating.open_sample import start_rows
from marrowgate.gating.records import ControlRole, read_fit, write_fit
from marrowgate.gating.sample_events import make_sample_events
from marrowgate.gating.walk.walk import SampleToFit
from marrowgate.settings.panel import Panel
from marrowgate.settings.strategies.strategy import Strategy

NAMES = ("SSC-A", "CD45", "CD34")
PANEL = Panel.model_validate(
    {
        "channels": [
            {"channel": "SSC-A", "scatter": "SSC-A"},
            {"channel": "APC-A", "marker": "CD45"},
            {"channel": "PE-A", "marker": "CD34"},
        ]
    }
)
# kind: events, median side scatter, CD45 and CD34
KINDS = {
    "lymphocytes": (2000, 20_000, 20_000, 0),
    "monocytes": (500, 50_000, 14_000, 0),
    "granulocytes": (4000, 120_000, 6_000, 0),
    "debris": (3000, 8_000, 200, 0),
    "beads": (400, 150_000, 90_000, 0),
    "cd34": (300, 25_000, 5_000, 8_000),
}


def cells(seed=1, **n_events):
    """Draw log-normal cells; return values of shape (n, 3) and the kind of each."""
    rng = np.random.default_rng(seed)
    values, kinds = [], []
    for kind, (n, side_scatter, cd45, cd34) in KINDS.items():
        number = n_events.get(kind, n)
        bright = np.exp(rng.normal(0, 0.2, (number, 3))) * [side_scatter, cd45, cd34]
        values.append(bright + rng.normal(0, 1, (number, 3)) * [500, 60, 100])
        kinds += [kind] * number
    return np.concatenate(values), np.array(kinds)


def opened(values, scales, top=262_144.0):
    channels = tuple(
        Channel(i, name, "", "" if name == "SSC-A" else name, "", "scatter" if name == "SSC-A" else "fluorescence",
                name if name == "SSC-A" else "", 32, top, (0.0, 0.0), None, None)
        for i, name in enumerate(NAMES)
    )  # fmt: skip
    events = np.asarray(values, dtype=np.float32)
    file = FcsFile(1, Verdict("accepted"), "3.1", len(events), channels, None, "", {}, {}, events)
    return make_sample_events(file, set(NAMES), scales, compensate=False)


def strategy(**more):
    home = {
        "landmarks": [
            {"of": "lymphocytes", "by": "median", "values": {"CD45": 20_000, "SSC-A": 20_000}},
            {"of": "lymphocytes", "by": "spread", "values": {"CD34": 100}},
        ]
    }
    populations = [
        {"name": "dim", "parent": "root", "dimensions": ["CD45"], "method": "valley",
         "arguments": {"keep": "above", "between": [300, 4000]}},
        {"name": "cd34_pos", "parent": "dim", "dimensions": ["CD34"], "method": "valley",
         "arguments": {"keep": "above", "between": [400, 5000]}, "pooled": True},
    ]  # fmt: skip
    return Strategy.model_validate({"home": home, "populations": populations} | more)


def fitted(tubes, asked, top=262_144.0):
    """Choose the scales from all samples, and fit each."""
    plain = [opened(values, asked.scales, top) for values in tubes]
    scales = choose_scales([sample_scales(one, asked, PANEL) for one in plain], asked, PANEL)
    frozen = with_scales(asked, PANEL, scales)
    samples = [opened(values, frozen.scales, top) for values in tubes]
    fits = [
        fit_sample(SampleToFit(f"S{i}", one, start_rows(one), ControlRole(), {}, 1), frozen)
        for i, one in enumerate(samples)
    ]
    return scales, samples, fits


@pytest.mark.parametrize("gains", [(1, 1), (0.01, 30), (40, 0.2)])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_cells__are_found_whatever_the_gain(gains, seed):
    values, kinds = cells(seed)
    rows = find_cells(values[:, 0] * gains[0], values[:, 1] * gains[1]).rows
    for kind in ("lymphocytes", "granulocytes"):
        assert (kinds[rows[kind]] == kind).mean() > 0.95
        assert rows[kind].size > 0.8 * (kinds == kind).sum()


def test_cells__few_lymphocytes_among_much_debris():
    values, kinds = cells(lymphocytes=200, debris=20_000)
    rows = find_cells(values[:, 0], values[:, 1]).rows
    assert (kinds[rows["lymphocytes"]] == "lymphocytes").mean() > 0.8


def test_cells__without_events_or_lymphocytes_the_reason_is_said():
    assert find_cells(np.array([]), np.array([])).reason == (
        "0 events with side scatter and CD45 above 0, 100 are needed"
    )
    values, kinds = cells()
    few = values[np.isin(kinds, ["lymphocytes"])][:50]
    assert find_cells(few[:, 0], few[:, 1]).rows == {}


@pytest.mark.parametrize(("gain", "top"), [(1.0, 2.0**18), (0.2, 2.0**18), (5.0, 2.0**20), (60.0, 2.0**24)])
def test_fit__the_same_cells_are_found_on_another_instrument(gain, top):
    values, kinds = cells()
    gains = np.array([1 / gain**0.3, gain, gain**0.7])
    scales, samples, (fit,) = fitted([values * gains], strategy(), top)
    factors = factors_of(scales.landmarks)
    assert [factors[name] for name in NAMES] == pytest.approx(gains, rel=0.15)
    assert fit.scales["CD45"].t == pytest.approx(262_144 * factors["CD45"])
    rows = apply_gates(samples[0], fit.gates, start_rows(samples[0]))
    assert np.mean(kinds[rows["cd34_pos"]] == "cd34") > 0.98
    assert rows["cd34_pos"].size == pytest.approx(300, abs=6)


def test_fit__gates_are_the_same_in_other_units():
    values, _ = cells()
    _, one, (first,) = fitted([values], strategy())
    _, other, (second,) = fitted([values * 1000.0], strategy(), 2.0**28)
    for before, after in zip(first.gates, second.gates, strict=True):
        assert after.gate.low == pytest.approx(before.gate.low, abs=0.002)
    ends = [fit.scales["CD34"].inverse(np.array(fit.gates[1].gate.low))[0] for fit in (first, second)]
    assert ends[1] == pytest.approx(1000 * ends[0], rel=0.02)
    assert one[0].scales != other[0].scales


def test_pooled_gate__is_sought_in_the_strategy_s_units():
    tubes = [cells(seed, cd34=40)[0] * 50.0 for seed in (1, 2, 3)]
    _, _, fits = fitted(tubes, strategy(), 2.0**24)
    agreed = agree("p", "B1", fits)
    pooled = next(one for one in agreed.gates if one.population == "cd34_pos")
    assert pooled.origin == "pooled"
    assert 50 * 400 < agreed.scales["CD34"].inverse(np.array(pooled.gate.low))[0] < 50 * 5000


def test_batch__outvotes_a_sample():
    tubes = [cells(seed)[0] for seed in (1, 2)] + [cells(3)[0] * [1.0, 3.0, 1.0]]
    scales, _, fits = fitted(tubes, strategy())
    assert factors_of(scales.landmarks)["CD45"] == pytest.approx(1.0, rel=0.1)
    status = [{row.dimension: row.status for row in fit.landmarks} for fit in fits]
    assert [one["CD45"] for one in status] == ["ok", "ok", "shifted"]
    assert {one["SSC-A"] for one in status} == {"ok"}


def test_batch__without_agreement_is_doubtful():
    rows = [(LandmarkRow("lymphocytes", "median", "CD45", value, value, 500, "ok"),) for value in (1.0, 2.0, 4.0)]
    (agreed,) = batch_landmarks(rows)
    assert (agreed.status, agreed.factor, agreed.n) == ("doubtful", 2.0, 3)
    assert agreed.reason == "1 of 3 samples lie within a factor of 1.6 of the median"
    assert batch_landmarks(rows[::-1]) == (agreed,)


def test_fit__without_landmark_numbers_mean_nothing_and_no_gate_is_made():
    values, kinds = cells()
    scales, _, (fit,) = fitted([values[kinds == "debris"][:80]], strategy())
    assert {row.status for row in scales.landmarks} == {"not_found"}
    assert (fit.gates[0].status, fit.gates[0].reason_code) == ("not_gated", "no_landmark")
    assert fit.gates[0].reason == "the batch shows no landmark for CD45"
    assert all(one.gate is None for one in fit.gates)


def test_factors__that_a_lab_gives_are_taken():
    values, _ = cells()
    asked = strategy(scales={"factors": {"CD45": 7.0}})
    _, samples, _ = fitted([values], asked)
    assert samples[0].factors["CD45"] == 7.0
    assert samples[0].factors["SSC-A"] == pytest.approx(1.0, rel=0.05)


def test_scales_file__holds_the_landmarks(tmp_path):
    values, _ = cells()
    asked = strategy()
    scales = choose_scales([sample_scales(opened(values, asked.scales), asked, PANEL)], asked, PANEL)
    write_scales(tmp_path / "s.yaml", "p", "B1", scales)
    assert freeze_scales(asked, PANEL, tmp_path / "s.yaml") == with_scales(asked, PANEL, scales)
    lost = with_scales(asked, PANEL, BatchScales({}))
    assert lost.scales.factors == {"CD45": None, "SSC-A": None, "CD34": None}


def test_fit_and_consensus_files__hold_the_landmarks(tmp_path):
    _, _, fits = fitted([cells(1)[0], cells(2)[0]], strategy())
    write_fit(tmp_path / "f.json", fits[0])
    back = read_fit(tmp_path / "f.json")
    assert (back.landmarks, back.factors) == (fits[0].landmarks, fits[0].factors)
    agreed = agree("p", "B1", fits)
    assert [row.n for row in agreed.landmarks] == [2, 2, 2]
    write_consensus(tmp_path / "c.yaml", agreed)
    assert read_consensus(tmp_path / "c.yaml").landmarks == agreed.landmarks


def test_home__a_scale_that_cannot_be_stretched_is_refused():
    with pytest.raises(ValidationError, match="home goes not with a biexponential scale"):
        strategy(scales={"fluorescence": {"kind": "biexponential"}})
