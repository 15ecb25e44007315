"""Spillover and compensation of real files, against the matrix and the values that came with them."""

import csv
from dataclasses import replace

import flowkit as fk
import numpy as np
import pytest
from flowutils import compensate as flowutils_compensate

from marrowgate.fcs.read import read_fcs
from marrowgate.signal.spillover.compensation import compensate_column, compensation_weights
from marrowgate.signal.spillover.matrix_csv import read_spillover
from marrowgate.signal.spillover.single_stains import spillover_from_stains
from marrowgate.signal.spillover.stained_events import StainSample, stained_events

TOLERANCE = {"FITC": 0.02, "PE": 0.02, "APC": 0.02, "7AAD": 0.02, "AF700": 0.06, "APC-Cy7": 0.06}


@pytest.fixture(scope="module")
def controls(real_data):
    folder = real_data / "compensation"
    with (folder / "Compensation-Channels.csv").open(encoding="utf-8") as stream:
        detector = {row["name"]: row["channel"] for row in csv.DictReader(stream)}
    stains = [
        StainSample(name, detector[f"Compensation-{name}.fcs"], read_fcs(folder / f"Compensation-{name}.fcs"))
        for name in TOLERANCE
    ]
    return stains, read_fcs(folder / "Compensation-Unstained.fcs")


@pytest.fixture(scope="module")
def reference(real_data):
    return read_spillover(real_data / "compensation" / "Compensation-Spillover-Matrix.csv")


@pytest.fixture(scope="module")
def computed(controls, reference):
    return spillover_from_stains(*controls, reference.labels)


@pytest.mark.parametrize("name", TOLERANCE)
def test_spillover_from_stains__near_the_reference(controls, reference, computed, name):
    stain = next(stain for stain in controls[0] if stain.sample_id == name)
    row = reference.labels.index(stain.detector)
    assert np.abs(computed[0].matrix[row] - reference.matrix[row]).max() < TOLERANCE[name]


def test_spillover_from_stains__noisy_control_is_reported(computed):
    status = {report.sample_id: report.status for report in computed[1]}
    assert status["PE"] == status["APC"] == status["FITC"] == "ok"
    assert status["APC-Cy7"] == "weak"


@pytest.mark.parametrize("name", TOLERANCE)
def test_spillover_from_stains__bright_events_have_the_unstained_median_elsewhere(controls, reference, computed, name):
    stains, unstained = controls
    stain = next(stain for stain in stains if stain.sample_id == name)
    own = reference.labels.index(stain.detector)
    picked = stained_events(stain, unstained, reference.labels)
    inverse = np.linalg.inv(computed[0].matrix)
    excess = np.median(picked.stained @ inverse, axis=0) - np.median(picked.background @ inverse, axis=0)
    assert np.abs(np.delete(excess, own)).max() < 0.01 * excess[own]


def compensated(file, spillover):
    """All events with the columns of the matrix compensated."""
    columns = {channel.name: channel.index for channel in file.channels}
    weights = compensation_weights(spillover, file.channels, [columns[label] for label in spillover.labels])
    values = file.events.astype(np.float64)
    for place, column in weights.items():
        values[:, place] = compensate_column(file.events, column)
    return values


def beside(folder, file):
    """Return the array that came with test_comp_example.fcs; it has no header of numpy."""
    return np.fromfile(folder / "test_comp_example.npy", dtype="<f8").reshape(file.n_events, -1)


def test_compensate_column__with_the_matrix_in_the_file_equals_the_values_beside_it(real_data):
    # the file's own matrix is the identity and the array beside it holds the events as they were measured: both are
    # equal to the events, so this pair alone cannot show a wrong compensation; the two tests below can
    folder = real_data / "compensation"
    file = read_fcs(folder / "test_comp_example.fcs")
    assert np.array_equal(file.spillover.matrix, np.eye(14))
    assert np.array_equal(file.events, beside(folder, file))
    assert np.allclose(compensated(file, file.spillover), beside(folder, file), rtol=1e-4)


def test_compensate_column__with_a_matrix_from_csv_equals_flowkit(real_data):
    folder = real_data / "compensation"
    file = read_fcs(folder / "test_comp_example.fcs")
    found = compensated(file, read_spillover(folder / "comp_complete_example.csv"))
    names = [channel.name for channel in file.channels]
    sample = fk.Sample(beside(folder, file), channel_labels=names, sample_id="x")
    sample.apply_compensation(str(folder / "comp_complete_example.csv"))
    assert np.allclose(found, sample.get_events(source="comp"), rtol=1e-4, atol=1e-3)
    assert np.abs(found - file.events).max() > 1000


def test_compensate_column__values_mixed_by_the_matrix_are_given_back(real_data):
    folder = real_data / "compensation"
    file = read_fcs(folder / "test_comp_example.fcs")
    matrix = read_spillover(folder / "comp_complete_example.csv")
    places = [channel.index for channel in file.channels if channel.name in matrix.labels]
    mixed = beside(folder, file)
    mixed[:, places] = mixed[:, places] @ matrix.matrix
    again = compensated(replace(file, events=mixed), matrix)
    assert np.allclose(again, beside(folder, file), rtol=1e-4, atol=1e-6)


def test_compensate_column__with_a_matrix_from_csv_equals_flowutils(real_data):
    folder = real_data / "compensation"
    file = read_fcs(folder / "test_comp_example.fcs")
    matrix = read_spillover(folder / "comp_complete_example.csv")
    columns = {channel.name: channel.index for channel in file.channels}
    places = [columns[label] for label in matrix.labels]
    expected = flowutils_compensate.compensate(file.events.astype(np.float64), matrix.matrix, places)
    found = compensated(file, matrix)
    assert np.abs(found - file.events).max() > 100
    assert np.allclose(found, expected, rtol=1e-4, atol=1e-3)
