"""Rows of intensities of a run: controls have none of their own, and what differs between visits stands on the row."""

from itertools import chain

import numpy as np

from marrowgate.columns import TABLES
from marrowgate.measure.collect import Measured, intensity_rows_of
from marrowgate.settings.config import Measure
from marrowgate.settings.strategies.strategy import Strategy
from unit.measure.samples import control, record, sample

RNG = np.random.default_rng(11)
STRATEGY = Strategy.model_validate(
    {"populations": [{"name": "a", "parent": "root", "dimensions": ["CD34"], "method": "fixed"}]}
)


def measured(tube, centre):
    return Measured(record(tube.sample_id, RNG.normal(centre, 90, 250)), tube, "triplet", STRATEGY)


def table(differences=None):
    tubes = [measured(sample("V1"), 4000), measured(control("F1", "V1"), 400), measured(sample("V2", day=9.0), 3000)]
    return list(chain.from_iterable(intensity_rows_of(tubes, Measure(), 1, {}, differences)))


def test_intensity_table__stained_tubes_have_rows_and_their_controls_stand_in_them():
    first, second = table()
    assert (first["sample_id"], first["control_sample_id"]) == ("V1", "F1")
    assert (second["sample_id"], second["control_sample_id"]) == ("V2", "F1")
    assert second["reason"].startswith("controls of other samples of the batch; too few samples")


def test_intensity_table__what_differs_between_visits_stands_on_the_row():
    told = ("differs", "preparation is ficoll, lysed at 1 of 1 other visits")
    first, second = table({("V1", "CXCR4"): told})
    assert (first["visit_status"], first["visit_reason"]) == told
    assert (second["visit_status"], second["visit_reason"]) == ("not_checked", "no other visit of the patient")


def test_intensity_table__every_column_is_registered():
    assert {name for row in table() for name in row} <= set(TABLES["intensities"])
