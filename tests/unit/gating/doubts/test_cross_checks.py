"""What a gate stands on and what lies beside it: landmarks and references in doubt, borders, overlaps."""

import numpy as np
import pytest

from marrowgate.fcs.model import Channel, FcsFile, Verdict
from marrowgate.gating.doubts.cross_checks import at_border, moved_by_landmark, off_landmark, other_landmarks, overlaps
from marrowgate.gating.fit import fit_sample
from marrowgate.gating.geometry.gates import Rectangle, threshold
from marrowgate.gating.landmarks.cells import find_cells
from marrowgate.gating.landmarks.factors import sample_landmarks
from marrowgate.gating.landmarks.readings import cells_of_sample
from marrowgate.gating.landmarks.rows import LandmarkRow
from marrowgate.gating.open_sample import start_rows
from marrowgate.gating.records import ControlRole
from marrowgate.gating.sample_events import make_sample_events
from marrowgate.gating.walk.walk import SampleToFit
from marrowgate.settings.strategies.strategy import Strategy
from unit.gating.test_landmarks import cells, fitted, opened, strategy

FIXED = {"name": "placed", "parent": "root", "dimensions": ["CD45"], "method": "fixed", "arguments": {"low": [2000]}}
VALLEY = {"name": "found", "parent": "root", "dimensions": ["CD45"], "method": "valley",
          "arguments": {"keep": "above", "between": [300, 6000]}}  # fmt: skip


def row(factor, status="shifted", dimension="CD45"):
    return LandmarkRow("lymphocytes", "median", dimension, 20_000.0 * factor, factor, 500, status)


def codes(record):
    return tuple(reason.code for reason in record.reasons)


def test_other_landmarks__are_the_sample_s_own_and_the_ends_of_what_is_in_doubt():
    factors = {"CD45": 2.0, "SSC-A": 1.0}
    assert other_landmarks([row(2.0, "ok")], factors, ()) == []
    assert other_landmarks([row(5.0)], factors, ()) == [{"CD45": 2.5}]
    # of several landmarks of a dimension the first counts
    assert other_landmarks([row(5.0), row(0.5)], factors, ()) == [{"CD45": 2.5}]
    assert other_landmarks([], factors, ("SSC-A",)) == [{"SSC-A": 1 / 1.6}, {"SSC-A": 1.6}]


@pytest.mark.parametrize(("at", "n_doubts"), [(0.515, 0), (0.525, 1), (None, 1)])
def test_moved_by_landmark__a_gate_found_in_the_same_place_is_in_no_doubt(at, n_doubts):
    other = None if at is None else threshold("CD45", at, "above")
    doubts = moved_by_landmark(threshold("CD45", 0.5, "above"), [{"CD45": 2.0}], lambda _: other)
    assert [doubt.code for doubt in doubts] == ["landmark_in_doubt"] * n_doubts
    if at == 0.525:
        assert doubts[0].sentence == (
            "with other landmarks (CD45 2.00 times the batch's) it lies 0.025 of full scale away"
        )


def batch(*gains, populations=(FIXED, VALLEY)):
    """Return the gates of samples whose CD45 channels have these gains."""
    values = [cells(seed)[0] * [1.0, gain, 1.0] for seed, gain in enumerate(gains)]
    _, _, fits = fitted(values, strategy(populations=list(populations)))
    return [{record.population: record for record in fit.gates} for fit in fits]


def test_fit__a_shifted_landmark_puts_a_placed_gate_in_doubt_and_not_one_that_its_valley_places():
    *others, shifted = batch(1, 1, 1, 2.5)
    assert {one[name].status for one in others for name in ("placed", "found")} <= {"fixed", "ok"}
    assert (shifted["placed"].status, codes(shifted["placed"])[0]) == ("doubtful", "landmark_in_doubt")
    assert shifted["found"].status == "ok"


def test_fit__a_landmark_that_the_batch_does_not_agree_on_puts_placed_gates_of_all_samples_in_doubt():
    gates = batch(0.3, 1, 3.5)
    assert {one["placed"].status for one in gates} == {"doubtful"}
    assert all("landmark_in_doubt" in codes(one["placed"]) for one in gates)


def test_fit__a_gate_that_a_doubtful_population_places_is_doubtful():
    beside = {"name": "beside", "parent": "root", "dimensions": ["SSC-A"], "method": "reference_ratio",
              "arguments": {"reference": "placed", "ratio": 1.0, "keep": "below"}}  # fmt: skip
    *_, shifted = batch(1, 1, 1, 2.5, populations=(FIXED, beside))
    assert (shifted["beside"].status, codes(shifted["beside"])) == ("doubtful", ("reference_in_doubt",))
    first, *_ = batch(1, 1, 1, 2.5, populations=(FIXED, beside))
    assert first["beside"].status == "ok"


def test_find_cells__of_high_scatter_are_granulocytes_of_all_kinds_and_no_beads():
    values, kinds = cells()
    beads = np.column_stack([np.full(300, 250_000.0), np.full(300, 200_000.0)])
    beads *= np.random.default_rng(1).lognormal(0, 0.02, beads.shape)
    young = values[kinds == "granulocytes"][:400, :2] * [1.0, 0.3]
    side_scatter, cd45 = np.concatenate([values[:, :2], beads, young]).T
    rows = find_cells(side_scatter, cd45).rows["high_scatter"]
    labels = np.concatenate([kinds, np.full(300, "beads"), np.full(400, "young")])[rows]
    assert np.count_nonzero(labels == "beads") == 0
    assert np.count_nonzero(labels == "young") > 300
    assert np.count_nonzero(labels == "granulocytes") > 0.9 * np.count_nonzero(kinds == "granulocytes")


def test_landmark__by_upper_is_the_84_percent_quantile():
    values, _ = cells()
    home = {"landmarks": [{"of": "high_scatter", "by": "upper", "values": {"CD34": 50}}]}
    asked = strategy(home=home, populations=[{**FIXED, "dimensions": ["CD34"]}])
    sample = opened(values, asked.scales)
    (found,) = sample_landmarks(sample, asked.home, cells_of_sample(sample))
    rows = find_cells(values[:, 0].astype(np.float32), values[:, 1].astype(np.float32)).rows["high_scatter"]
    wanted = float(np.quantile(values[rows, 2].astype(np.float32), 0.84))
    assert (found.of, found.by, found.dimension) == ("high_scatter", "upper", "CD34")
    assert found.value == pytest.approx(wanted, rel=1e-4)
    assert found.factor == pytest.approx(wanted / 50, rel=1e-4)


def test_off_landmark__cells_that_lie_elsewhere_than_the_sample_s_landmark():
    values, kinds = cells()
    sample = opened(values, strategy().scales)
    lymphocytes, granulocytes = (np.flatnonzero(kinds == name) for name in ("lymphocytes", "granulocytes"))
    median = float(np.median(values[lymphocytes, 1]))
    landmarks = [LandmarkRow("lymphocytes", "median", "CD45", median, 1.0, 500, "ok")]
    assert off_landmark(sample, "lymphocytes", lymphocytes, landmarks) == ()
    assert off_landmark(sample, "", granulocytes, landmarks) == ()
    (doubt,) = off_landmark(sample, "lymphocytes", granulocytes, landmarks)
    assert doubt.code == "off_landmark"


@pytest.mark.parametrize(
    ("n_near", "n_far", "doubtful"), [(3, 40, True), (2, 10, False), (4, 96, False), (6, 94, True)]
)
def test_at_border__events_that_crowd_at_a_bound_further_out(n_near, n_far, doubtful):
    values = np.concatenate([np.full(n_near, 0.31), np.full(n_far, 0.5)])
    gates = {"outer": Rectangle(("X",), (0.3,), (None,))}
    doubts = at_border(["outer"], np.arange(values.size), gates, lambda _, rows: values[rows])
    assert [doubt.code for doubt in doubts] == ["at_border"] * doubtful
    assert at_border([], np.arange(values.size), gates, lambda _, rows: values[rows]) == ()


@pytest.mark.parametrize(("n_both", "doubtful"), [(10, False), (11, True)])
def test_overlaps__a_tenth_of_the_smaller_may_lie_in_both(n_both, doubtful):
    rows = {"lymphocytes": np.arange(1000), "others": np.arange(5000, 6000)}
    found = overlaps(["lymphocytes", "others"], np.arange(1000 - n_both, 1100 - n_both), rows)
    assert list(found) == ["lymphocytes"] * doubtful


def test_fit__populations_that_share_events_are_both_doubtful():
    upper = {**FIXED, "name": "upper", "arguments": {"low": [4000]}, "apart_from": ["placed"]}
    values, _ = cells()
    asked = strategy(populations=[FIXED, upper])
    sample = opened(values, asked.scales)
    gates = fit_sample(SampleToFit("S", sample, start_rows(sample), ControlRole(), {}, 1), asked).gates
    assert [(one.status, codes(one)[0]) for one in gates] == [("doubtful", "overlap")] * 2


def singlets_of(share, share_of_width=None, **more):
    """Return the gate of singlets where a share of the events is beyond the top of area, and one beyond that of width.

    Width is not measured where its share is not given.
    """
    rng = np.random.default_rng(2)
    area = rng.lognormal(11, 0.3, 5000)
    columns = {"FSC-A": area, "FSC-H": area * rng.normal(0.8, 0.02, area.size)}
    if share_of_width is not None:
        columns["FSC-W"] = rng.normal(60_000, 2000, area.size)
    tops = {"FSC-A": np.quantile(area, 1 - share), "FSC-H": np.quantile(area, 1 - share)}
    tops["FSC-W"] = np.quantile(columns.get("FSC-W", area), 1 - (share_of_width or 0))
    channels = tuple(
        Channel(i, name, "", "", "", "scatter", name, 32, float(tops[name]) + 1, (0.0, 0.0), None, None)
        for i, name in enumerate(columns)
    )
    events = np.column_stack([np.minimum(values, tops[name]) for name, values in columns.items()])
    file = FcsFile(1, Verdict("accepted"), "3.1", area.size, channels, None, "", {}, {}, events)
    single = {"name": "singlets", "parent": "root", "dimensions": ["FSC-A", "FSC-H"], "method": "singlets", **more}
    asked = Strategy.model_validate({"populations": [single]})
    sample = make_sample_events(file, {"FSC-A", "FSC-H", "FSC-W"}, asked.scales, compensate=False)
    (record,) = fit_sample(SampleToFit("S", sample, start_rows(sample), ControlRole(), {}, 1), asked).gates
    return record


@pytest.mark.parametrize(("share", "status"), [(0.05, "ok"), (0.2, "doubtful")])
def test_fit__singlets_of_a_scatter_that_saturates_are_doubtful(share, status):
    record = singlets_of(share)
    assert record.status == status
    assert codes(record) == (("at_full_scale",) if status == "doubtful" else ())


@pytest.mark.parametrize(
    ("share", "share_of_width", "status", "code", "dimensions"),
    [
        (0.009, 0.0, "ok", (), ("FSC-A", "FSC-H")),
        (0.011, 0.0, "ok", ("beyond_scale",), ("FSC-W",)),
        (0.2, 0.005, "ok", ("beyond_scale",), ("FSC-W",)),
        (0.05, 0.02, "ok", (), ("FSC-A", "FSC-H")),
        (0.2, 0.2, "doubtful", ("at_full_scale",), ("FSC-A", "FSC-H")),
        (0.2, None, "doubtful", ("at_full_scale",), ("FSC-A", "FSC-H")),
    ],
)
def test_fit__width_stands_in_where_area_saturates_and_width_does_not(share, share_of_width, status, code, dimensions):
    by_width = {"dimensions": ["FSC-W"], "method": "negative_tail", "arguments": {"keep": "below", "spreads": 5}}
    record = singlets_of(share, share_of_width, fallback=by_width)
    assert (record.status, codes(record)[: len(code) or 1], record.gate.dimensions) == (status, code, dimensions)
    if code == ("beyond_scale",) and share == 0.2:
        assert record.reasons[0].sentence == "20 % of root lie at the top of FSC-A, so FSC-W stands in"
        assert record.method == "negative_tail"


@pytest.mark.parametrize(
    ("method", "arguments", "sentence"),
    [
        ("valley", {"keep": "above", "between": [300, 6000]}, "valley with the fallback's arguments"),
        ("fixed", {"low": [2000]}, "fixed stands in for valley"),
    ],
)
def test_fit__a_fallback_says_what_stands_in(method, arguments, sentence):
    no_valley = {"keep": "above", "between": [300, 6000], "min_events": 10_000_000}
    step = VALLEY | {"arguments": no_valley, "fallback": {"method": method, "arguments": arguments}}
    (gates,) = batch(1.0, populations=(step,))
    assert gates["found"].status == "fixed"
    assert gates["found"].reasons[0].sentence == sentence
