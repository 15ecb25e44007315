"""Quality over time on runs whose anomalies are known."""

import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marrowgate.signal.stability.acquisition_time import acquisition_time
from marrowgate.signal.stability.unstable_stretches import (
    CHECKS,
    StabilityLimits,
    Stretch,
    find_unstable,
    stable_events,
    stretches_from_plain,
    stretches_to_plain,
)

LIMITS = StabilityLimits(max_rate_fold=1.5, max_signal_shift=0.3, max_drift_pct=20, max_unstable_pct=10)
N = 20_000


def columns(rng, times, factor=1.0):
    n = times.size
    bright = rng.random(n) < 0.4
    signal = np.where(bright, rng.lognormal(8, 0.5, n), rng.lognormal(4, 0.6, n)) * factor
    return {"Time": times, "FSC-A": rng.normal(6e4, 5e3, n), "PE-A": signal, "APC-A": rng.normal(0, 60, n)}


def steady_times(rng, n=N):
    return np.sort(rng.random(n)) * 1000


def checks_of(stability):
    return {check.check: check for check in stability.checks}


def test_find_unstable__steady_run_has_no_stretch(make_file):
    rng = np.random.default_rng(1)
    found = find_unstable(make_file(columns(rng, steady_times(rng))), LIMITS)
    assert found.stretches == ()
    assert tuple(check.check for check in found.checks) == CHECKS
    assert {check.verdict for check in found.checks} == {"ok"}
    assert checks_of(found)["unstable_pct"].value == 0.0
    assert found.drift["PE-A"] == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize(("start", "end", "rate"), [(450, 550, 0.05), (700, 712, 5.0), (0, 100, 0.3), (900, 1000, 3.0)])
def test_find_unstable__clog_or_burst_is_told_with_its_edges_and_its_events_stay(make_file, start, end, rate):
    rng = np.random.default_rng(2)
    times = steady_times(rng, 40_000)
    odd = (times >= start) & (times < end)
    if rate < 1:
        times = times[~odd | (rng.random(times.size) < rate)]
    else:
        times = np.sort(np.concatenate([times, start + (end - start) * rng.random(int(odd.sum() * (rate - 1)))]))
    found = find_unstable(make_file(columns(rng, times)), LIMITS)
    unusual = ~stable_events(times.astype(np.float32).astype(np.float64), found.rate_stretches)
    odd = (times >= start) & (times < end)
    assert unusual[odd].mean() > 0.95
    assert unusual[~odd].mean() < 0.01
    assert {stretch.cause for stretch in found.rate_stretches} == {"rate"}
    assert found.stretches == ()
    checks = checks_of(found)
    assert checks["rate_change_fold"].verdict == "flagged"
    assert checks["rate_change_fold"].reason.endswith(f"{100 * unusual.mean():.1f} % of the events, which are kept")
    assert (checks["unstable_pct"].value, checks["unstable_pct"].verdict) == (0.0, "ok")


def test_find_unstable__a_clog_that_shifts_a_signal_loses_its_events(make_file):
    rng = np.random.default_rng(2)
    times = steady_times(rng, 40_000)
    odd = (times >= 450) & (times < 550)
    times = times[~odd | (rng.random(times.size) < 0.3)]
    odd = (times >= 450) & (times < 550)
    found = find_unstable(make_file(columns(rng, times, np.where(odd, 0.3, 1.0))), LIMITS)
    lost = ~stable_events(times.astype(np.float32).astype(np.float64), found.stretches)
    assert lost[odd].mean() > 0.8
    assert lost[~odd].mean() < 0.02
    assert {stretch.cause for stretch in found.stretches} == {"PE-A"}


def test_find_unstable__stretch_with_a_shifted_signal_is_found(make_file):
    rng = np.random.default_rng(3)
    times = steady_times(rng)
    odd = (times >= 300) & (times < 400)
    found = find_unstable(make_file(columns(rng, times, np.where(odd, 0.4, 1.0))), LIMITS)
    flagged = ~stable_events(times.astype(np.float32).astype(np.float64), found.stretches)
    assert flagged[odd].mean() > 0.9
    assert flagged[~odd].mean() < 0.02
    (stretch,) = found.stretches
    assert stretch.cause == "PE-A"
    assert stretch.size < -0.3
    check = checks_of(found)["signal_shift_sd"]
    assert check.verdict == "flagged"
    assert check.reason == "PE-A is shifted"


@pytest.mark.parametrize("end", [0.5, 0.7, 1.0, 1.4, 2.0])
def test_find_unstable__drift_is_measured_and_judged(make_file, end):
    rng = np.random.default_rng(4)
    times = steady_times(rng, 40_000)
    found = find_unstable(make_file(columns(rng, times, 1 + (end - 1) * times / 1000)), LIMITS)
    assert found.drift["PE-A"] == pytest.approx(end, rel=0.08)
    check = checks_of(found)["signal_drift_pct"]
    assert check.verdict == ("ok" if end == 1.0 else "flagged")
    if end != 1.0:
        assert check.reason.startswith(f"PE-A drifts by {100 * (found.drift['PE-A'] - 1):+.0f} % over the run")


def test_find_unstable__change_in_the_mix_of_cells_is_no_drift(make_file):
    rng = np.random.default_rng(5)
    times = steady_times(rng, 40_000)
    bright = rng.random(times.size) < 0.3 + 0.2 * times / 1000
    mixed = columns(rng, times)
    mixed["PE-A"] = np.where(bright, rng.lognormal(8, 0.5, times.size), rng.lognormal(4, 0.6, times.size))
    assert find_unstable(make_file(mixed), LIMITS).drift["PE-A"] == pytest.approx(1.0, abs=0.06)


def two_kinds(rng, times, share_of_first, gain=1.0):
    """Return events of two kinds of cells, and which are of the first kind."""
    first = rng.random(times.size) < share_of_first
    place = {"FSC-A": (9e4, 5e4), "SSC-A": (1.2e5, 3e4), "PE-A": (200.0, 6000.0), "APC-A": (3000.0, 150.0)}
    columns = {name: np.where(first, *pair) * rng.lognormal(0, 0.2, times.size) for name, pair in place.items()}
    return {"Time": times, **columns, "PE-A": columns["PE-A"] * gain}, first


@pytest.mark.parametrize("share", [0.05, 0.95])
def test_find_unstable__a_stretch_with_another_mix_of_cells_is_told_and_kept(make_file, share):
    rng = np.random.default_rng(12)
    times = steady_times(rng)
    odd = times < 150
    cells, _ = two_kinds(rng, times, np.where(odd, share, 0.5))
    found = find_unstable(make_file(cells), LIMITS)
    assert found.stretches == ()
    told = ~stable_events(times.astype(np.float32).astype(np.float64), found.mix_stretches)
    assert told[odd].mean() > 0.9
    assert told[~odd].mean() < 0.02
    checks = checks_of(found)
    assert {name for name, check in checks.items() if check.verdict == "flagged"} == {"mix_change_sd"}
    assert checks["mix_change_sd"].value > 0.8
    sentence = f"cells come in other shares in {100 * told.mean():.1f} % of the events, which are kept: "
    assert checks["mix_change_sd"].reason.startswith(sentence)
    assert (checks["unstable_pct"].value, checks["signal_shift_sd"].value) == (0.0, 0.0)


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_find_unstable__a_stretch_with_another_mix_and_another_signal_is_lost(make_file, share):
    rng = np.random.default_rng(13)
    times = steady_times(rng)
    odd = times < 150
    cells, _ = two_kinds(rng, times, np.where(odd, share, 0.5), np.where(odd, 0.3, 1.0))
    found = find_unstable(make_file(cells), LIMITS)
    lost = ~stable_events(times.astype(np.float32).astype(np.float64), found.stretches)
    assert lost[odd].mean() > 0.9
    assert lost[~odd].mean() < 0.02
    # where the other mix makes up for the other gain, the mean of PE-A alone would not tell
    assert "PE-A" in {stretch.cause for stretch in found.stretches}
    assert found.mix_stretches == ()


def test_find_unstable__a_stretch_of_what_the_rest_of_the_run_does_not_show_is_lost(make_file):
    rng = np.random.default_rng(14)
    times = steady_times(rng)
    odd = times >= 850
    cells, _ = two_kinds(rng, times, 0.5)
    for name in ("FSC-A", "SSC-A", "PE-A", "APC-A"):
        cells[name] = np.where(odd, rng.uniform(1.0, 9.0, times.size), cells[name])
    found = find_unstable(make_file(cells), LIMITS)
    lost = ~stable_events(times.astype(np.float32).astype(np.float64), found.stretches)
    assert lost[odd].mean() > 0.9


def test_find_unstable__without_a_usual_stretch_beside_it_a_shift_is_one_of_the_signal(make_file):
    rng = np.random.default_rng(15)
    times = np.sort(rng.random(2400)) * 1000
    first_half = times < 500
    cells, _ = two_kinds(rng, times, np.where(first_half, 0.02, 0.98))
    found = find_unstable(make_file(cells), LIMITS)
    assert found.mix_stretches == ()
    assert checks_of(found)["unstable_pct"].verdict == "flagged"


def test_find_unstable__half_a_file_lost_flags_the_file(make_file):
    rng = np.random.default_rng(6)
    times = steady_times(rng)
    found = find_unstable(make_file(columns(rng, times, np.where(times < 600, 1.0, 0.2))), LIMITS)
    check = checks_of(found)["unstable_pct"]
    assert check.verdict == "flagged"
    assert check.value == pytest.approx(40, abs=2)
    assert "% of the events are unstable: " in check.reason


def test_find_unstable__trickle_after_a_fast_run_is_what_is_unusual(make_file):
    rng = np.random.default_rng(10)
    times = np.sort(np.concatenate([rng.uniform(0, 300, 16_000), rng.uniform(300, 1000, 4000)]))
    found = find_unstable(make_file(columns(rng, times)), LIMITS)
    flagged = ~stable_events(times.astype(np.float32).astype(np.float64), found.rate_stretches)
    assert flagged[times > 302].all()
    assert not flagged[times < 298].any()


def test_find_unstable__pause_without_events_is_no_stretch(make_file):
    rng = np.random.default_rng(7)
    times = steady_times(rng)
    found = find_unstable(make_file(columns(rng, np.where(times < 500, times, times + 100))), LIMITS)
    assert found.stretches == found.rate_stretches == ()


def test_find_unstable__coarse_clock_makes_no_stretch(make_file):
    rng = np.random.default_rng(8)
    times = np.floor(steady_times(rng) / 7)  # 143 ticks for 200 bins
    assert find_unstable(make_file(columns(rng, times)), LIMITS).stretches == ()


def test_find_unstable__order_of_the_events_in_the_file_does_not_matter(make_file):
    rng = np.random.default_rng(9)
    times = steady_times(rng)
    times = times[(times < 450) | (times > 550) | (rng.random(N) < 0.05)]
    ordered = columns(rng, times)
    mixed = rng.permutation(times.size)
    found = find_unstable(make_file(ordered), LIMITS)
    turned = find_unstable(make_file({name: np.asarray(values)[mixed] for name, values in ordered.items()}), LIMITS)
    assert turned.stretches == found.stretches


@pytest.mark.parametrize(
    ("times", "reason"),
    [
        (np.zeros(5000), "no time channel that runs"),
        (np.arange(100.0), "100 events, 2000 are needed"),
    ],
)
def test_find_unstable__what_cannot_be_checked_is_not_checked(make_file, times, reason):
    found = find_unstable(make_file(columns(np.random.default_rng(1), times)), LIMITS)
    assert {(check.verdict, check.value, check.reason) for check in found.checks} == {("not_checked", None, reason)}


def test_find_unstable__file_without_time_is_not_checked(make_file):
    found = find_unstable(make_file({"PE-A": np.arange(5000.0)}), LIMITS)
    assert {check.reason for check in found.checks} == {"no time channel that runs"}


def test_find_unstable__steady_run_imports_neither_ruptures_nor_scipy(tmp_path):
    code = """
import sys
import numpy as np
from marrowgate.fcs.model import Channel, FcsFile, Verdict
from marrowgate.signal.stability.unstable_stretches import StabilityLimits, find_unstable
rng = np.random.default_rng(1)
events = np.column_stack([np.sort(rng.random(20_000)), rng.lognormal(5, 1, 20_000)])
roles = ("time", "fluorescence")
channels = tuple(
    Channel(i, role, "", "", "", role, "", 32, 0.0, (0.0, 0.0), None, None) for i, role in enumerate(roles)
)
file = FcsFile(1, Verdict("accepted"), "3.1", 20_000, channels, None, "", {}, {}, events)
assert find_unstable(file, StabilityLimits(1.5, 0.3, 20, 20)).stretches == ()
print(sorted({"ruptures", "scipy", "pandas"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@given(st.lists(st.tuples(st.floats(0, 50), st.floats(0, 50)), max_size=5))
@settings(max_examples=50)
def test_stable_events__equals_the_definition(pairs):
    times = np.linspace(0, 60, 61)
    stretches = [Stretch(min(pair), max(pair), "rate", 2.0) for pair in pairs]
    expected = [not any(s.start <= time < s.end for s in stretches) for time in times]
    assert stable_events(times, stretches).tolist() == expected


def test_acquisition_time__counter_that_ran_over_goes_on(make_file):
    true = np.arange(0.0, 3000.0, 1.0)
    found = acquisition_time(make_file({"Time": true % 1024}))
    assert (np.diff(found) >= 0).all()
    assert found[-1] == pytest.approx(true[-1], rel=0.01)


def test_acquisition_time__events_in_another_order_keep_their_times(make_file):
    times = np.random.default_rng(1).permutation(5000).astype(np.float64)
    assert np.array_equal(acquisition_time(make_file({"Time": times})), times)


def test_stretches__are_read_back_from_json():
    stretches = (Stretch(1.5, 2.5, "rate", 0.2), Stretch(9.0, float("inf"), "PE-A", -0.4))
    text = json.dumps(stretches_to_plain(stretches), allow_nan=False)
    assert stretches_from_plain(json.loads(text)) == stretches


def test_find_unstable__a_surge_with_many_events_does_not_make_its_own_level_the_usual_one(make_file):
    rng = np.random.default_rng(11)
    times = np.sort(np.concatenate([rng.uniform(0, 1000, 12_000), rng.uniform(800, 900, 9_000)]))
    surge = (times >= 800) & (times < 900)
    found = find_unstable(make_file(columns(rng, times, np.where(surge, 0.3, 1.0))), LIMITS)
    lost = ~stable_events(times.astype(np.float32).astype(np.float64), found.stretches)
    assert lost[surge].mean() > 0.9
    assert lost[~surge].mean() < 0.05
