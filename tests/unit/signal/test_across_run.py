"""Checks across a run: detector settings, bead series, margin events."""

import math
from dataclasses import replace

import numpy as np
import pytest

from marrowgate.signal.beads.levey_jennings import bead_checks, bead_series, peak_of_batches
from marrowgate.signal.detector_settings import setting_checks, settings_of
from marrowgate.signal.margins import margin_check, margin_pct

USUAL = {"FITC-A": (470.0, 1.0), "PE-A": (480.0, 1.0)}


def test_settings_of__time_has_none(make_file):
    file = make_file({"Time": np.ones(2), "FSC-A": np.ones(2), "PE-A": np.ones(2)})
    assert settings_of(file) == {"FSC-A": (500.0, None), "PE-A": (500.0, None)}


def test_setting_checks__same_settings_are_ok():
    assert {check.verdict for check in setting_checks(USUAL, [USUAL] * 3, [USUAL], 0.5)} == {"ok"}


def test_setting_checks__voltage_that_differs_is_named():
    own = USUAL | {"PE-A": (510.0, 1.0)}
    batch, visits = setting_checks(own, [USUAL, USUAL, own], [own], 0.5)
    assert batch.verdict == "flagged"
    assert batch.value == pytest.approx(6.25)
    assert batch.reason == "voltage of PE-A is 510, in the batch it is 480"
    assert visits.verdict == "ok"


def test_setting_checks__gain_that_differs_is_named():
    own = USUAL | {"FITC-A": (470.0, 2.0)}
    assert setting_checks(own, [USUAL], [], 0.5)[0].reason == "gain of FITC-A is 2, in the batch it is 1"


@pytest.mark.parametrize(("own", "others"), [({}, [USUAL]), (USUAL, []), (USUAL, [{"PE-A": (None, None)}])])
def test_setting_checks__nothing_to_compare_with_is_not_checked(own, others):
    (batch, _) = setting_checks(own, others, [], 0.5)
    assert batch.verdict == "not_checked"
    assert batch.reason == "no voltage or gain to compare with the batch"


def test_bead_series__batch_that_is_out_is_found():
    peaks = {f"B{n}": value for n, value in enumerate([100.0, 102, 98, 101, 99, 100, 140], start=1)}
    series = {point.batch: point for point in bead_series(peaks)}
    assert series["B7"].rule == "1-3s"
    assert series["B7"].fold == pytest.approx(1.4, rel=0.01)
    assert {series[f"B{n}"].rule for n in range(1, 7)} == {"in"}


def test_bead_series__two_of_a_hundred_in_control_batches_warn():
    rng = np.random.default_rng(1)
    peaks = {str(n): math.exp(value) for n, value in enumerate(rng.normal(5, 0.05, 2000))}
    share = np.mean([point.rule != "in" for point in bead_series(dict(list(peaks.items())[:400]))])
    assert 0.02 < share < 0.08


def test_bead_series__few_batches_have_a_fold_and_no_verdict_by_sd():
    points = bead_series({"B1": 100.0, "B2": 150.0})
    assert [point.rule for point in points] == ["not_judged"] * 2
    assert points[1].fold == pytest.approx(1.5)
    (alone,) = bead_series({"B1": 100.0})
    assert (alone.fold, alone.z, alone.rule) == (1.0, None, "not_judged")


def test_bead_checks__fold_and_rule_are_told():
    peaks = {f"B{n}": value for n, value in enumerate([100.0, 102, 98, 101, 99, 100, 140], start=1)}
    by_sd, by_fold = bead_checks("PE-A", bead_series(peaks), 1.25)["B7"]
    assert (by_sd.check, by_sd.verdict) == ("bead_sd_PE-A", "flagged")
    assert by_sd.reason.endswith("SD from the others is out (rule 1-3s)")
    assert (by_fold.check, by_fold.verdict, by_fold.limit) == ("bead_fold_PE-A", "flagged", 1.25)
    assert by_fold.reason == "the bead peak is 1.40 times that of the other batches"
    few, _ = bead_checks("PE-A", bead_series({"B1": 100.0, "B2": 101.0}), 1.25)["B1"]
    assert (few.verdict, few.reason) == ("not_checked", "1 other batches, 5 are needed")


def rows(batch, *medians):
    return [{"batch": batch, "channel": "PE-A", "peak": n, "median_fi": m} for n, m in enumerate(medians, start=1)]


def test_peak_of_batches__brightest_peak_that_all_batches_have():
    assert peak_of_batches([*rows("B1", 1.0, 10.0, 100.0), *rows("B2", 2.0, 20.0)], "PE-A") == {"B1": 10.0, "B2": 20.0}
    refused = {"batch": "B3", "channel": "PE-A", "peak": None, "median_fi": None}
    assert peak_of_batches([*rows("B1", 1.0), refused], "PE-A") == {"B1": 1.0}
    assert peak_of_batches([], "PE-A") == {}


def test_margin_check__names_the_worst_channel(make_file):
    values = np.linspace(0, 1000, 200)
    file = make_file({"FSC-A": np.full(200, 262143.0), "PE-A": values, "APC-A": np.where(values > 900, 262143, values)})
    assert margin_pct(file, file.channels[0]) == 100.0
    check = margin_check(file, 5.0)
    assert check.verdict == "flagged"
    assert check.value == pytest.approx(10.0, abs=0.5)
    assert check.reason.endswith("% of the events are at the top of APC-A")


def test_margin_pct__logarithmic_channel_ends_below_its_decades(make_file):
    file = make_file({"PE-A": np.array([1.0, 100.0, 9910.5])})
    channel = replace(file.channels[0], amplification=(4.0, 1.0), range=1024.0)
    assert margin_pct(file, channel) == pytest.approx(100 / 3)


def test_margin_check__without_a_range_is_not_checked(make_file):
    file = make_file({"PE-A": np.ones(3)})
    without = replace(file, channels=(replace(file.channels[0], range=0.0),))
    assert margin_check(without, 5.0).verdict == "not_checked"


def test_peak_of_batches__a_channel_in_which_the_beads_do_not_shine_has_none():
    noise = [{**row, "spread_pct": 180.0} for row in (*rows("B1", 8.0), *rows("B2", 31.0))]
    assert peak_of_batches(noise, "PE-A") == {}
    shining = [{**row, "spread_pct": 12.0} for row in (*rows("B1", 80.0), *rows("B2", 81.0))]
    assert peak_of_batches(shining, "PE-A") == {"B1": 80.0, "B2": 81.0}
