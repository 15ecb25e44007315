"""The unit of $VOL: by the speed at which cytometers draw, by the instrument, by the tube and the other platforms."""

from pathlib import Path

import numpy as np
import pytest

from marrowgate.fcs.model import FcsFile, Verdict
from marrowgate.fcs.read import read_fcs
from marrowgate.measure.measured_volume import Volume, measured_volume, usable_volume
from marrowgate.settings.sheets import Sample
from marrowgate.signal.stability.unstable_stretches import Stretch
from unit.measure.test_measure_sample import tube

SHEET = Sample(sample_id="S1", fcs="x.fcs", panel="hspc", batch="B1", tube_volume_ul=2000, sample_volume_ul=100)
OPEN = "$VOL may mean 0.3 or 300 uL, and nothing tells which: no volumetric count"


def file_of(vol: float, seconds: float | None = None, cytometer: str = "") -> FcsFile:
    facts = {"$VOL": str(vol)} | ({} if seconds is None else {"acquisition_s": str(seconds)})
    return FcsFile(1, Verdict("accepted"), "3.1", 5, (), None, cytometer, facts, {}, np.zeros((5, 0)))


def usable(*readings: float, n_events: int = 90_000, n_cd45: int | None = None, others: tuple[float, ...] = ()):
    return usable_volume(Volume(readings), n_events, SHEET, n_cd45, others)


@pytest.mark.parametrize(("name", "events"), [("aurora_uL_2700ev", 2700), ("right_nL_2700ev", 2700)])
def test_reported__both_units_give_the_same_volume(real_data: Path, name: str, events: int) -> None:
    file = read_fcs(real_data / "reported" / "vol_in_microlitres" / f"{name}.fcs")
    assert file.n_events == events
    assert measured_volume(file, ()).readings_ul == pytest.approx((30.59,))


@pytest.mark.parametrize(
    ("name", "volume"),
    [
        ("gates/flowjo_aurora/CellCounts4L-NY071-1.fcs", 30.5),
        ("vendors/B01 KC-A-W---91-US.fcs", 25.016),
        ("vendors/SG_2014-09-26_Duplicate_Names.fcs", 20.083),
    ],
)
def test_real_files__of_three_makes(real_data: Path, name: str, volume: float) -> None:
    assert measured_volume(read_fcs(real_data / name), ()).readings_ul == pytest.approx((volume,))


@pytest.mark.parametrize(
    ("vol", "seconds", "volume"),
    [(60_000, 60, 60), (60, 60, 60), (0.06, 60, 60), (2, 60, 2), (1_400_000, 60, 1400), (120_000, 7200, None)],
)
def test_unit__is_that_of_a_speed_that_cytometers_have(vol: float, seconds: float, volume: float | None) -> None:
    found = measured_volume(file_of(vol, seconds), ())
    if volume is None:
        # 120,000 nL in two hours are 17 nL per s, 120,000 uL are 17 uL per s: the tube would hold 120 mL
        assert found.readings_ul == (120_000,)
        assert usable_volume(found, 90_000, SHEET, None, ())[0] is None
    else:
        assert found.readings_ul == pytest.approx((volume,))


def test_unit__no_speed_fits() -> None:
    found = measured_volume(file_of(0.0001, 60), ())
    assert found.readings_ul == ()
    assert found.reason == ("$VOL says 0.0001 in 60 s: no cytometer draws so slowly or so fast; no volumetric count")


@pytest.mark.parametrize(
    ("cytometer", "readings"),
    [("Aurora", (300.0,)), ("Northern Lights", (300.0,)), ("BD Accuri C6", (0.3,)), ("", (0.3, 300.0)),
     ("Navios", (0.3, 300.0))],
)  # fmt: skip
def test_unit__without_a_clock_is_the_habit_of_the_instrument(cytometer: str, readings: tuple[float, ...]) -> None:
    assert measured_volume(file_of(300, None, cytometer), ()).readings_ul == pytest.approx(readings)
    # a clock of whole seconds that says 0 is none
    assert measured_volume(file_of(300, 0, cytometer), ()).readings_ul == pytest.approx(readings)


def test_open_unit__is_no_count() -> None:
    assert usable(0.3, 300.0, n_events=900) == (None, OPEN)


def test_open_unit__is_settled_by_the_tube_the_events_or_another_platform() -> None:
    assert usable(4.0, 4000.0) == (4.0, "")
    assert usable(0.3, 300.0) == (300.0, "")
    # 600 CD45+ of 300 uL of a tube of 2000 uL with 100 uL of blood are 40 per uL, of 0.3 uL 40,000
    assert usable(0.3, 300.0, n_events=900, n_cd45=600, others=(50.0,)) == (300.0, "")
    assert usable(0.3, 300.0, n_events=900, n_cd45=600, others=(30_000.0,)) == (0.3, "")


def test_volume__is_taken_when_it_can_be_right() -> None:
    assert usable(150.0) == (150.0, "")
    assert usable() == (None, "")
    without = SHEET.model_copy(update={"tube_volume_ul": None})
    assert usable_volume(Volume((150.0,)), 90_000, without, None, ()) == (None, "")


def test_volume__in_another_unit_is_refused_with_the_reason() -> None:
    assert usable(0.15) == (None, "$VOL says 0.15 uL for 90000 events, it is in another unit: no volumetric count")
    assert usable(150_000.0) == (None, "$VOL says 150000 uL, the tube held 2000 uL: no volumetric count")
    assert usable(150.0, n_cd45=60_000, others=(8.0,)) == (
        None, "$VOL gives a count 1000 fold from that of another platform, it is in another unit",
    )  # fmt: skip
    # a difference of less is for the comparison of platforms to tell
    assert usable(150.0, n_cd45=60_000, others=(400.0,)) == (150.0, "")


TIMES = {"Time": np.arange(101.0), "CD45": np.zeros(101)}


@pytest.mark.parametrize(
    ("stretches", "volume"),
    [((), 150.0), ((Stretch(20.0, 40.0, "rate", 3.0),), 120.0), ((Stretch(90.0, 300.0, "rate", 3.0),), 135.0)],
)
def test_volume__is_that_of_the_stable_run(stretches: tuple[Stretch, ...], volume: float) -> None:
    file = tube(TIMES, {"$VOL": "150000", "$TIMESTEP": "1"}, Time="time").file
    assert measured_volume(file, stretches).readings_ul == pytest.approx((volume,))


def test_volume__of_an_unstable_run_without_time_is_not_known() -> None:
    file = tube({"CD45": [1.0, 2.0]}, {"$VOL": "150000"}).file
    found = measured_volume(file, (Stretch(20.0, 40.0, "rate", 3.0),))
    assert found == Volume(
        (), "the run has unstable stretches and no time to tell how long they last; no volumetric count"
    )
    assert measured_volume(tube({"CD45": [1.0, 2.0]}, {}).file, ()) == Volume()
