from pathlib import Path

import flowio
import numpy as np
import pytest

from marrowgate.errors import UserError
from marrowgate.fcs.read import read_fcs
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.plan import find_sample
from marrowgate.simulate.cohorts.project import write_sample
from marrowgate.simulate.make import make_tube
from marrowgate.simulate.optics.fcs_file import FileKind
from marrowgate.simulate.optics.instrument import DETECTORS
from marrowgate.simulate.optics.instruments import (
    DETECTOR_NAMES,
    HOME,
    draw_instrument,
    find_instrument,
    named_instruments,
)


def write(instrument: str, repository: Path, path: Path) -> None:
    plan = make_plan("demo", 3, instrument)
    sample = find_sample(plan, "T01_v2_hspc")
    write_sample(plan, sample, repository / "config" / "panels", path, None, n_events=2000, kind=FileKind())


def tube_on(instrument: str, panels):
    plan = make_plan("demo", 3, instrument)
    return make_tube(plan, find_sample(plan, "T01_v2_hspc"), panels["hspc"], 2000)


def test_named_instruments__only_home_is_as_the_simulators_figures_are():
    plain = {
        name for name, one in named_instruments().items() if (one.gain, one.gains, one.fsc, one.ssc) == (1, {}, 1, 1)
    }
    assert plain == {"home", "noisy"}
    assert named_instruments()["home"].full_scale == HOME.full_scale == 262_144


def test_named_instruments__gains_are_those_of_detectors_that_there_are():
    assert set(DETECTOR_NAMES) == set(DETECTORS)
    assert {name for one in named_instruments().values() for name in one.gains} <= set(DETECTORS)


def test_draw_instrument__gains_and_full_scales_cover_what_the_documentation_says():
    drawn = [draw_instrument(seed) for seed in range(60)]
    gains = np.array([[one.gain_of(name) for name in DETECTORS] for one in drawn])
    scatter = np.array([[one.scatter_gain("FSC"), one.scatter_gain("SSC")] for one in drawn])
    for values, low, high in ((gains, 0.2, 5.0), (scatter, 0.4, 2.5)):
        assert low <= values.min() < 1.1 * low
        assert high >= values.max() > 0.9 * high
        assert np.abs(np.log(values).mean()) < 0.2
    assert {one.full_scale for one in drawn} == {2**18, 2**20, 2**22, 2**24}
    assert {one.datatype for one in drawn} == {"F", "I"}


def test_draw_instrument__a_seed_is_an_instrument():
    assert find_instrument("any_7") == draw_instrument(7) != draw_instrument(8)


@pytest.mark.parametrize("name", ["nobody", "any_", "any_x", "any_-1"])
def test_find_instrument__unknown_names_are_refused_with_the_known_ones(name):
    with pytest.raises(UserError) as error:
        find_instrument(name)
    (found,) = error.value.faults
    assert found.what == f"there is no instrument {name!r}"
    assert found.cure.startswith("use one of home, diva, navios")
    assert found.cure.endswith("or any_ and a seed, such as any_7")


def test_make_plan__the_blood_and_the_truth_do_not_depend_on_the_instrument(panels):
    home, other = tube_on("home", panels), tube_on("any_5", panels)
    assert np.array_equal(home.truth.kind, other.truth.kind)
    gain = find_instrument("any_5").fsc
    is_low = home.events[0] * max(gain, 1) < 250_000
    assert other.events[0][is_low] == pytest.approx(gain * home.events[0][is_low], rel=1e-5)


def test_write_sample__logarithmic_amplifiers_write_ten_bit_words(repository, tmp_path, panels):
    write("fc500", repository, tmp_path / "x.fcs")
    text = flowio.FlowData(str(tmp_path / "x.fcs")).text
    assert [text[f"p{number}e"] for number in (1, 7)] == ["0,0", "4,0"]
    assert {text[f"p{number}r"] for number in range(1, 14)} == {"1024"}
    assert {text[f"p{number}b"] for number in range(1, 15)} == {"16"}
    assert (text["datatype"], text["cyt"]) == ("I", "Simulated fc500")


def test_write_sample__logarithmic_files_read_back_as_the_light_that_was_seen(repository, tmp_path, panels):
    write("fc500", repository, tmp_path / "x.fcs")
    seen, read = tube_on("fc500", panels).events, read_fcs(tmp_path / "x.fcs").events
    for column in range(6, 13):
        kept = (seen[column] > 1) & (seen[column] < 10_000)
        ratio = read[kept, column] / seen[column][kept]
        assert 10 ** (-4 / 1024) - 1e-6 < ratio.min()
        assert ratio.max() < 1 + 1e-6
        assert np.all(read[seen[column] <= 1, column] == 1)


def test_write_sample__integers_hold_no_negative_value_and_stay_in_their_range(repository, tmp_path):
    write("accuri", repository, tmp_path / "x.fcs")
    file = read_fcs(tmp_path / "x.fcs")
    assert file.verdict.status == "accepted"
    assert file.events.min() == 0
    assert {channel.range for channel in file.channels} == {2**24}
    assert np.all(file.events == np.rint(file.events))


def test_write_sample__a_narrow_full_scale_cuts_bright_light(repository, tmp_path):
    write("bright", repository, tmp_path / "x.fcs")
    file = read_fcs(tmp_path / "x.fcs")
    cd14 = [channel.name for channel in file.channels].index("APC-A")
    assert file.events[:, cd14].max() == 262_143
    assert 0.001 < (file.events[:, cd14] == 262_143).mean() < 0.2
