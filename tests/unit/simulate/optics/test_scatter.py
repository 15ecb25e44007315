import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marrowgate.simulate.optics.instruments import HOME, Instrument
from marrowgate.simulate.optics.scatter import digitised, join_pulses, single_pulse


def pulses(area, n=5000):
    return single_pulse(np.random.default_rng(1), np.full(n, area, dtype=np.float32))


def test_single_pulse__width_is_that_of_a_diva_file():
    assert 60_000 < np.median(pulses(80_000).width) < 65_000


def test_single_pulse__area_over_height_hardly_varies():
    pulse = pulses(80_000)
    ratio = pulse.area / pulse.height
    assert ratio.std() / ratio.mean() < 0.03


@given(
    first=st.floats(20_000, 150_000),
    second=st.floats(20_000, 150_000),
    overlap=st.floats(0, 0.9),
)
def test_join_pulses__areas_add_heights_add_less_and_width_is_longer(first, second, overlap):
    one, two = pulses(first, 50), pulses(second, 50)
    both = join_pulses(one, two, np.full(50, overlap, dtype=np.float32))
    assert np.allclose(both.area, one.area + two.area)
    assert np.all(both.height < one.height + two.height)
    assert np.all(both.height >= np.maximum(one.height, two.height))
    assert np.all(both.area / both.height > 0.99 * np.minimum(one.area / one.height, two.area / two.height))


def test_join_pulses__pairs_of_equal_cells_lie_off_the_singlet_diagonal():
    one, two = pulses(80_000), single_pulse(np.random.default_rng(2), np.full(5000, 80_000, dtype=np.float32))
    both = join_pulses(one, two, np.full(5000, 0.4, dtype=np.float32))
    limit = np.quantile(one.area / one.height, 0.999)
    assert ((both.area / both.height) > limit).mean() > 0.999
    assert np.median(both.width) > 1.3 * np.median(one.width)


def test_digitised__stops_at_the_top_of_the_range():
    cut = digitised(pulses(400_000), "FSC", HOME)
    assert np.all(cut.area == 262_143)
    assert np.all(cut.height == 262_143)


def test_digitised__an_instruments_gain_moves_areas_and_heights_and_its_full_scale_moves_widths():
    plain = pulses(80_000)
    found = digitised(plain, "SSC", Instrument("x", full_scale=2**20, fsc=7.0, ssc=2.0))
    assert found.area == pytest.approx(2 * plain.area)
    assert found.height == pytest.approx(2 * plain.height)
    assert found.width == pytest.approx(4 * plain.width)
