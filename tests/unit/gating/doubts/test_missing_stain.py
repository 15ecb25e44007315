"""A stain that was forgotten: lymphocytes as dark as without it, and references that rest on a border nobody found."""

from dataclasses import replace

import pytest

from marrowgate.gating.boundary_error import error_of
from marrowgate.gating.consensus import AgreedGate, Consensus, agree
from marrowgate.gating.consensus_file import consensus_from_plain, consensus_to_plain
from marrowgate.gating.doubts.missing_stain import batch_brightness, doubt_dark, doubt_unplaced
from marrowgate.gating.final_gates import settle
from marrowgate.gating.geometry.gates import threshold
from marrowgate.gating.reasons import because
from marrowgate.gating.records import ControlRole, Fit, GateRecord
from marrowgate.settings.strategies.strategy import Fallback, Population, Strategy


def readings(median, width=200.0, dimension="CD34"):
    return {"lymphocytes": {dimension: (median, median + width / 2, width)}}


def lent(*codes, status="borrowed"):
    reasons = tuple(because(code, "why") for code in codes)
    return GateRecord("cd34_pos", "root", "valley", threshold("CD34", 0.5, "above"), status, reasons, error_of(0.01))


BATCH = {"CD34": (180.0, 200.0)}
LENT = lent("from_batch", "no_valley")


def test_batch_brightness__is_the_median_over_samples_and_needs_three():
    samples = [readings(20.0), readings(180.0, 150.0), readings(190.0, 210.0)]
    assert batch_brightness(samples) == {"CD34": (180.0, 200.0)}
    assert batch_brightness(samples[:2]) == {}
    assert batch_brightness([*samples, {"granulocytes": {"CD34": (1.0, 2.0, 3.0)}}]) == {"CD34": (180.0, 200.0)}


@pytest.mark.parametrize(("median", "is_doubt"), [(60.0, True), (61.0, False), (-30.0, True), (190.0, False)])
def test_doubt_dark__a_third_of_the_batch_s_brightness_is_too_little(median, is_doubt):
    found = doubt_dark(LENT, readings(median), BATCH)
    assert (found.status == "doubtful") is is_doubt
    assert [reason.code for reason in found.reasons] == ["stain_missing"] * is_doubt + ["from_batch", "no_valley"]


@pytest.mark.parametrize(("width", "is_doubt"), [(640.0, True), (641.0, False)])
def test_doubt_dark__and_half_a_standard_deviation_darker(width, is_doubt):
    assert (doubt_dark(LENT, readings(20.0), {"CD34": (180.0, width)}).status == "doubtful") is is_doubt


def test_doubt_dark__says_by_how_much():
    assert doubt_dark(LENT, readings(36.0), BATCH).reasons[0].sentence == (
        "lymphocytes have 0.20 times the CD34 of the batch's: the stain may be missing"
    )


@pytest.mark.parametrize(
    "record",
    [
        lent("far_from_batch", status="shifted"),
        lent(status="ok"),
        lent("from_batch", "too_few_events"),
        lent("given", "no_valley", status="overridden"),
        replace(LENT, gate=None, status="no_valley", error=error_of()),
        replace(LENT, gate=threshold("CD38", 0.5, "above")),
    ],
)
def test_doubt_dark__says_nothing_where_the_sample_shows_a_border_or_is_not_looked_at(record):
    assert doubt_dark(record, readings(20.0), BATCH) == record


def test_doubt_dark__says_nothing_without_a_batch_or_lymphocytes():
    assert doubt_dark(LENT, readings(20.0), {}) == LENT
    assert doubt_dark(LENT, {}, BATCH) == LENT


def fit(name, median, role=None):
    record = GateRecord("cd34_pos", "root", "valley", threshold("CD34", 0.5, "above"), "ok", (), error_of(0.01))
    return Fit(name, role or ControlRole(), (record,), {}, readings=readings(median))


def test_agree__samples_that_are_meant_to_lack_the_stain_do_not_say_how_bright_it_is():
    stained = [fit(f"S{at}", 180.0 + at) for at in range(3)]
    without = [fit(f"F{at}", 20.0, ControlRole("fmo", "CD34")) for at in range(4)]
    consensus = agree("hspc", "B1", [*stained, *without])
    assert consensus.brightness == {"CD34": (181.0, 200.0)}
    assert consensus_from_plain(consensus_to_plain(consensus)).brightness == consensus.brightness


def test_settle__a_lent_gate_is_in_doubt_where_the_stain_seems_to_be_missing():
    own = Fit(
        "S1",
        ControlRole(),
        (replace(LENT, gate=None, status="no_valley", error=error_of()),),
        {},
        readings=readings(9.0),
    )
    agreed = AgreedGate("cd34_pos", "root", "valley", "pooled", LENT.gate, (0.04,), error_of(0.01), 4)
    (record,) = settle(own, Consensus("hspc", "B1", (agreed,), {}, brightness=BATCH))
    assert (record.status, record.reasons[0].code) == ("doubtful", "stain_missing")


def bright_cells(cd71_codes, codes=("fallback", "too_few_events"), dimension="CD71"):
    """Return what is said of bright cells whose reference lies in those that are positive for CD71."""
    strategy = Strategy(
        description="",
        populations=(
            Population(name="positive", parent="root", method="valley", dimensions=("DNA", "CD71"), arguments={}),
            Population(name="reference", parent="positive", method="boolean", arguments={}),
            Population(
                name="bright", parent="root", method="reference_quantile", dimensions=(dimension,),
                arguments={"reference": "reference", "quantile": 0.25, "keep": "above"},
                fallback=Fallback(method="reference_quantile", arguments={}),
            ),
        ),
    )  # fmt: skip
    records = [
        GateRecord("positive", "root", "valley", None, "no_valley", tuple(because(code, "") for code in cd71_codes)),
        GateRecord(
            "bright",
            "root",
            "",
            threshold(dimension, 0.5, "above"),
            "fixed",
            tuple(because(code, "") for code in codes),
        ),
    ]
    _, bright = doubt_unplaced(strategy, records)
    return bright.status, [reason.code for reason in bright.reasons][:1]


def test_doubt_unplaced__a_stand_in_is_in_doubt_where_its_reference_rests_on_a_border_that_was_not_found():
    assert bright_cells(["no_valley"]) == ("doubtful", ["nothing_stained"])
    assert bright_cells(["from_batch", "no_valley"]) == ("doubtful", ["nothing_stained"])


def test_doubt_unplaced__few_cells_another_stain_and_a_found_gate_are_in_no_doubt():
    assert bright_cells(["too_few_events"]) == ("fixed", ["fallback"])
    assert bright_cells(["no_valley"], dimension="CD36") == ("fixed", ["fallback"])
    assert bright_cells(["no_valley"], codes=("fallback", "no_valley")) == ("fixed", ["fallback"])
    assert bright_cells(["no_valley"], codes=("drawn_in",)) == ("fixed", ["drawn_in"])
