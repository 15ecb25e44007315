"""Scores against hand-worked values."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accuracy.scores import band_of, bands, confuse, covers, relative_error, root_mean_square


def mask(text: str) -> np.ndarray:
    return np.array([letter == "x" for letter in text])


def test_confuse__counts_hits_and_both_kinds_of_error():
    confusion = confuse(mask("xxx..."), mask(".xxx.."))
    assert (confusion.both, confusion.only_found, confusion.only_true) == (2, 1, 1)
    assert (confusion.n_found, confusion.n_true) == (3, 3)
    # precision 2/3, recall 2/3
    assert confusion.f1 == pytest.approx(2 / 3)


def test_f1__is_the_harmonic_mean_of_precision_and_recall():
    confusion = confuse(mask("xxxxx"), mask("x...."))
    # precision 1/5, recall 1: 2 * 0.2 / 1.2
    assert confusion.f1 == pytest.approx(1 / 3)


def test_f1__is_0_when_only_one_side_has_events_and_unknown_when_none_has():
    assert confuse(mask("x."), mask("..")).f1 == 0
    assert confuse(mask(".."), mask("x.")).f1 == 0
    assert math.isnan(confuse(mask(".."), mask("..")).f1)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1))
def test_f1__lies_between_0_and_1_and_is_1_only_without_error(pairs):
    found, true = (np.array(side) for side in zip(*pairs, strict=True))
    f1 = confuse(found, true).f1
    if math.isnan(f1):
        assert not found.any()
        assert not true.any()
    else:
        assert 0 <= f1 <= 1
        assert (f1 == 1) == bool((found == true).all())


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (0, "below 15 events"),
        (14.99, "below 15 events"),
        (15, "15 to 60 events"),
        (59.9, "15 to 60 events"),
        (60, "60 and more events"),
    ],
)
def test_band_of__an_edge_belongs_to_the_band_above(value, name):
    assert band_of(value, (15.0, 60.0), "events") == name


def test_bands__are_named_in_order():
    assert bands((1.0, 20.0)) == ["below 1", "1 to 20", "20 and more"]


def test_relative_error__is_in_percent_of_the_truth():
    assert relative_error(1.1, 1.0) == pytest.approx(10)
    assert relative_error(0.5, 1.0) == pytest.approx(-50)


def test_relative_error__is_unknown_where_nothing_is_true():
    assert math.isnan(relative_error(1.0, 0.0))


def test_root_mean_square__of_3_and_4():
    assert root_mean_square([3.0, -4.0]) == pytest.approx(math.sqrt(12.5))
    assert math.isnan(root_mean_square([]))


@pytest.mark.parametrize(("true", "answer"), [(1.0, True), (2.0, True), (0.99, False), (2.01, False)])
def test_covers__limits_belong_to_the_interval(true, answer):
    assert covers(1.0, 2.0, true) is answer


def test_covers__is_unknown_without_an_interval():
    assert covers(None, 2.0, 1.0) is None
    assert covers(1.0, None, 1.0) is None
