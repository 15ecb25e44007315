"""Compensation of single columns."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from marrowgate.fcs.model import Spillover
from marrowgate.signal.spillover.compensation import SpilloverError, compensate_column, compensation_weights

MATRIX = np.array([[1.0, 0.2, 0.01], [0.03, 1.0, 0.0], [0.0, 0.1, 1.0]])


def file_with(make_file, names=("FSC-A", "FITC-A", "PE-A", "APC-A")):
    return make_file({name: np.ones(2) for name in names})


@given(arrays(np.float64, (5, 3), elements=st.floats(-1e3, 1e5)))
def test_compensate_column__undoes_the_spillover(make_file, true):
    channels = file_with(make_file).channels
    events = np.column_stack([np.zeros(5), true @ MATRIX])
    weights = compensation_weights(Spillover(("FITC-A", "PE-A", "APC-A"), MATRIX), channels, [1, 2, 3])
    for column in (1, 2, 3):
        assert np.allclose(compensate_column(events, weights[column]), true[:, column - 1], rtol=1e-9, atol=1e-6)


def test_compensation_weights__order_of_the_labels_need_not_be_that_of_the_file(make_file):
    channels = file_with(make_file).channels
    order = [2, 0, 1]
    labels = ("FITC-A", "PE-A", "APC-A")
    turned = Spillover(tuple(labels[place] for place in order), MATRIX[np.ix_(order, order)])
    plain = compensation_weights(Spillover(labels, MATRIX), channels, [2])[2]
    assert compensation_weights(turned, channels, [2])[2] == pytest.approx(plain)


def test_compensation_weights__column_without_a_label_is_left_out(make_file):
    weights = compensation_weights(Spillover(("FITC-A",), np.eye(1)), file_with(make_file).channels, [1, 2])
    assert weights == {1: {1: 1.0}}


def test_compensation_weights__label_that_the_file_lacks_is_named(make_file):
    with pytest.raises(SpilloverError, match="names BV421-A, which the file does not have"):
        compensation_weights(Spillover(("BV421-A",), np.eye(1)), file_with(make_file).channels, [1])


def test_compensation_weights__singular_matrix_is_refused(make_file):
    singular = Spillover(("FITC-A", "PE-A"), np.ones((2, 2)))
    with pytest.raises(SpilloverError, match="of FITC-A, PE-A is singular"):
        compensation_weights(singular, file_with(make_file).channels, [1])
