"""Figures, their Monte Carlo errors, and how they are written."""

import math
from pathlib import Path

import numpy as np
import pytest

from accuracy.figures import Figure, markdown, mean, middle, number, share, write_figures
from marrowgate.tables import read_rows


def test_share__has_an_exact_interval():
    figure = share("ig", "", "coverage", 3, 100)
    assert figure.value == 3
    assert figure.error == "0.6 to 8.5"
    assert figure.detail == "3 of 100"


def test_share__of_nothing_has_no_value():
    figure = share("ig", "", "coverage", 0, 0)
    assert figure.value is None
    assert figure.error == ""


def test_mean__has_its_standard_error():
    # standard deviation of 1, 2, 3, 4 is 1.291, over the root of 4
    figure = mean("ig", "", "bias", [1.0, 2.0, 3.0, 4.0], "%")
    assert figure.value == 2.5
    assert figure.error == "± 0.65"


def test_mean__of_one_value_has_no_error_and_of_none_no_value():
    assert mean("ig", "", "bias", [1.0], "%").error == ""
    assert mean("ig", "", "bias", [], "%").value is None


def test_middle__error_is_near_that_of_the_median_of_normal_values():
    values = np.random.default_rng(1).standard_normal(10_000)
    figure = middle("ig", "", "bias", values.tolist(), "%")
    error = float(figure.error.removeprefix("± "))
    assert error == pytest.approx(math.sqrt(math.pi / 2) / 100, rel=0.2)


def test_middle__too_few_values_have_no_error():
    figure = middle("ig", "", "bias", [1.0, 2.0, 9.0], "%")
    assert figure.value == 2
    assert figure.error == ""


def test_write_figures__error_stands_in_the_detail(tmp_path: Path):
    write_figures(tmp_path / "f1.tsv", [share("ig", "1 to 20 cells", "F1 below 0.5", 1, 2, "all samples")])
    assert read_rows(tmp_path / "f1.tsv") == [
        {
            "name": "ig, 1 to 20 cells, F1 below 0.5",
            "value": 50.0,
            "unit": "%",
            "detail": "1 of 2; all samples; Monte Carlo error: 1.3 to 98.7",
        }
    ]


def test_markdown__one_row_per_item_and_band_and_one_column_per_measure():
    figures = [
        number("ig", "few", "samples", 12),
        share("ig", "few", "coverage", 3, 100),
        number("nrbc", "many", "samples", 7),
    ]
    assert markdown(figures, "population", "cells").splitlines() == [
        "| population | cells | samples | coverage (%) |",
        "| --- | --- | --- | --- |",
        "| ig | few | 12 | 3.0 (0.6 to 8.5) |",
        "| nrbc | many | 7 |  |",
    ]


def test_markdown__what_is_missing_is_called_none():
    assert "| ig | none |" in markdown([share("ig", "", "coverage", 0, 0)], "population")


def test_markdown__without_figures_is_a_sentence_and_no_empty_table():
    assert markdown([], "marker", "CD34+ events") == "Nothing in this run could be measured."


def test_markdown__units_that_differ_stand_in_the_cells():
    figures = [Figure("a", "", "found", 2.0, "%"), Figure("b", "", "found", 0.5, "fold")]
    assert markdown(figures, "what").splitlines()[0] == "| what | found |"
    assert "| a | 2.0 % |" in markdown(figures, "what")
    assert "| b | 0.500 fold |" in markdown(figures, "what")
