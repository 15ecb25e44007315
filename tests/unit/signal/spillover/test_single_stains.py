"""Spillover from single stains whose true spillover is known."""

import numpy as np
import pytest

from marrowgate.signal.spillover.single_stains import spillover_from_stains
from marrowgate.signal.spillover.slopes import STEPS, slopes_within, spillover_slopes
from marrowgate.signal.spillover.stained_events import StainedEvents, StainSample, stained_events

DETECTORS = ("FITC-A", "PE-A", "APC-A")
TRUE = np.array([[1.0, 0.20, 0.01], [0.03, 1.0, 0.05], [0.0, 0.002, 1.0]])
AUTOFLUORESCENCE = np.array([200.0, 100.0, 50.0])


def tube(make_file, rng, stain=None, n=8000, share=0.5, level=20_000.0, scatter=(60_000.0, 30_000.0)):
    light = AUTOFLUORESCENCE * rng.lognormal(0, 0.2, (n, 1))
    if stain is not None:
        stained = rng.random(n) < share
        light = light + (stained * rng.lognormal(np.log(level), 0.5, n))[:, None] * TRUE[stain]
    values = light + rng.normal(size=(n, 3)) * np.sqrt(15 * light + 900)
    spread = rng.lognormal(0, 0.1, (n, 2))
    columns = {"FSC-A": scatter[0] * spread[:, 0], "SSC-A": scatter[1] * spread[:, 1]}
    return make_file(columns | dict(zip(DETECTORS, values.T, strict=True)))


def stains(make_file, rng, **kinds):
    return [
        StainSample(f"only_{name}", name, tube(make_file, rng, place, **kinds)) for place, name in enumerate(DETECTORS)
    ]


@pytest.mark.parametrize("with_unstained", [True, False])
def test_spillover_from_stains__recovers_the_true_matrix(make_file, with_unstained):
    rng = np.random.default_rng(1)
    unstained = tube(make_file, rng) if with_unstained else None
    spillover, reports = spillover_from_stains(stains(make_file, rng), unstained, DETECTORS)
    assert spillover.labels == DETECTORS
    assert np.abs(spillover.matrix - TRUE).max() < 0.003
    assert [report.status for report in reports] == ["ok"] * 3
    assert {report.background for report in reports} == {"unstained" if with_unstained else "own_negatives"}


def test_spillover_from_stains__rows_are_fluorochromes_and_columns_are_detectors(make_file):
    rng = np.random.default_rng(2)
    spillover, _ = spillover_from_stains(stains(make_file, rng), tube(make_file, rng), DETECTORS)
    fitc, pe = DETECTORS.index("FITC-A"), DETECTORS.index("PE-A")
    # FITC shines strongly into the PE detector, PE hardly into the FITC detector
    assert spillover.matrix[fitc, pe] == pytest.approx(0.20, abs=0.003)
    assert spillover.matrix[pe, fitc] == pytest.approx(0.03, abs=0.003)


def test_spillover_from_stains__order_of_the_stains_does_not_matter(make_file):
    rng = np.random.default_rng(3)
    tubes = stains(make_file, rng)
    forward, _ = spillover_from_stains(tubes, None, DETECTORS)
    backward, _ = spillover_from_stains(tubes[::-1], None, DETECTORS)
    assert np.array_equal(forward.matrix, backward.matrix)


def test_spillover_from_stains__beads_are_not_held_against_unstained_cells(make_file):
    rng = np.random.default_rng(4)
    cells = tube(make_file, rng, scatter=(120_000.0, 90_000.0))
    spillover, reports = spillover_from_stains(stains(make_file, rng), cells, DETECTORS)
    assert {report.background for report in reports} == {"own_negatives"}
    assert np.abs(spillover.matrix - TRUE).max() < 0.003


def test_spillover_from_stains__a_fifth_of_autofluorescent_debris_hardly_matters(make_file):
    rng = np.random.default_rng(5)
    tubes = []
    for stain in stains(make_file, rng):
        events = stain.file.events.copy()
        debris = rng.random(events.shape[0]) < 0.2
        events[debris, 2:] += rng.lognormal(6, 0.5, (np.count_nonzero(debris), 1))
        columns = {channel.name: events[:, channel.index] for channel in stain.file.channels}
        tubes.append(StainSample(stain.sample_id, stain.detector, make_file(columns)))
    spillover, _ = spillover_from_stains(tubes, tube(make_file, rng), DETECTORS)
    assert np.abs(spillover.matrix - TRUE).max() < 0.01


def test_spillover_from_stains__detector_without_a_stain_gets_a_row_without_spillover(make_file):
    rng = np.random.default_rng(6)
    spillover, _ = spillover_from_stains(stains(make_file, rng)[:1], None, DETECTORS)
    assert np.array_equal(spillover.matrix[1:], np.eye(3)[1:])
    assert spillover.matrix[0, 1] == pytest.approx(0.20, abs=0.003)


def test_spillover_from_stains__empty_stain_is_missing(make_file):
    rng = np.random.default_rng(7)
    not_stained = StainSample("only_FITC", "FITC-A", tube(make_file, rng, n=2000))
    spillover, (report,) = spillover_from_stains([not_stained], tube(make_file, rng), DETECTORS)
    assert report.status == "missing"
    assert "events are brighter than the background" in report.reason
    assert np.array_equal(spillover.matrix, np.eye(3))


def test_spillover_from_stains__dim_stain_is_weak(make_file):
    rng = np.random.default_rng(8)
    dim = StainSample("only_FITC", "FITC-A", tube(make_file, rng, 0, level=250.0))
    _, (report,) = spillover_from_stains([dim], tube(make_file, rng), DETECTORS)
    assert report.status == "weak"
    assert "SD above the background, 10 are wanted" in report.reason


def test_spillover_from_stains__few_events_are_weak(make_file):
    rng = np.random.default_rng(9)
    few = StainSample("only_FITC", "FITC-A", tube(make_file, rng, 0, n=300))
    _, (report,) = spillover_from_stains([few], tube(make_file, rng), DETECTORS)
    assert report.status == "weak"
    assert "stained events, 100 are wanted" in report.reason


def test_spillover_from_stains__dead_cells_against_live_background_are_weak(make_file):
    rng = np.random.default_rng(10)
    events = stains(make_file, rng)[0].file.events.copy()
    stained = events[:, 2] > 5000
    events[stained, 4] += 1500  # dead cells shine by themselves
    columns = dict(zip(("FSC-A", "SSC-A", *DETECTORS), events.T, strict=True))
    _, (report,) = spillover_from_stains(
        [StainSample("s", "FITC-A", make_file(columns))], tube(make_file, rng), DETECTORS
    )
    assert report.status == "weak"
    assert report.reason.startswith("the slope into APC-A is 0.0")
    assert report.reason.endswith("their autofluorescence seems to differ")


def test_spillover_from_stains__file_without_a_detector_is_missing(make_file):
    rng = np.random.default_rng(11)
    columns = {name: rng.normal(100, 10, 500) for name in ("FSC-A", "SSC-A", "FITC-A")}
    _, (report,) = spillover_from_stains([StainSample("s", "FITC-A", make_file(columns))], None, DETECTORS)
    assert report.reason == "the file has no channel PE-A, APC-A"


def test_spillover_from_stains__two_stains_of_one_detector_are_refused(make_file):
    rng = np.random.default_rng(12)
    tubes = stains(make_file, rng)[:1] * 2
    with pytest.raises(ValueError, match=r"each stain needs a detector of its own .* FITC-A"):
        spillover_from_stains(tubes, None, DETECTORS)


def test_stained_events__events_at_the_top_of_the_range_are_left_out(make_file):
    rng = np.random.default_rng(13)
    bright = tube(make_file, rng, 0)
    events = bright.events.copy()
    events[:1000, 2] = 262143.0
    columns = dict(zip(("FSC-A", "SSC-A", *DETECTORS), events.T, strict=True))
    picked = stained_events(StainSample("s", "FITC-A", make_file(columns)), tube(make_file, rng), DETECTORS)
    assert picked.stained[:, 0].max() < 0.99 * 262144


def test_spillover_from_stains__file_without_scatter_is_used_whole(make_file):
    rng = np.random.default_rng(14)
    whole = stains(make_file, rng)[0].file
    columns = {channel.name: whole.events[:, channel.index] for channel in whole.channels[2:]}
    spillover, (report,) = spillover_from_stains([StainSample("s", "FITC-A", make_file(columns))], None, DETECTORS)
    assert report.status == "ok"
    assert np.abs(spillover.matrix[0] - TRUE[0]).max() < 0.003


def test_spillover_slopes__bright_events_weigh_more_than_dim_ones():
    # 5 of 9 events say 0.10 at 100, 4 say 0.20 at 10,000: weights 5 x 10 against 4 x 100
    own = np.array([100.0] * 5 + [10_000.0] * 4)
    other = own * np.array([0.10] * 5 + [0.20] * 4)
    picked = StainedEvents(np.column_stack([own, other]), np.zeros((30, 2)), "unstained")
    assert spillover_slopes(picked, 0) == pytest.approx([1.0, 0.20])


def test_slopes_within__distant_steps_of_brightness_weigh_more_than_near_ones():
    # all steps but one lie 1 apart and say 0.10; the last lies 1,000 away, and its pairs with the others say 0.20
    own = np.append(np.arange(STEPS - 1, dtype=float), 1000.0)
    other = np.append(0.10 * own[:-1], 0.20 * own[-1])
    stained = np.repeat(np.column_stack([own, other]), 5, axis=0)
    assert slopes_within(stained, 0) == pytest.approx([1.0, 0.20], abs=0.001)
