from datetime import date

from marrowgate.drafts.batches import RunFacts, batch_names, day_numbers
from marrowgate.fcs.acquisition import Acquired

FIRST, LATER = date(2024, 3, 5), date(2024, 3, 12)
USUAL, OTHER = (("PE-A", 400.0, None),), (("PE-A", 450.0, None),)


def run(day: date | None, panel: str = "p", settings=USUAL, known: str = "", instrument: str = "i") -> RunFacts:
    return RunFacts(Acquired(instrument, day), panel, settings, known)


def test_days__are_batches_in_their_order():
    assert batch_names([run(LATER), run(FIRST), run(LATER)]) == ["b2", "b1", "b2"]


def test_instruments_of_one_day__are_batches_of_their_own():
    assert batch_names([run(FIRST), run(FIRST, instrument="j")]) == ["b1", "b2"]


def test_panels_of_one_run__share_a_batch_though_their_detectors_differ():
    assert batch_names([run(FIRST), run(FIRST, panel="q", settings=OTHER)]) == ["b1", "b1"]


def test_other_settings_of_the_same_panel__are_another_batch():
    assert batch_names([run(FIRST), run(FIRST, settings=OTHER), run(FIRST)]) == ["b1", "b1_2", "b1"]


def test_file_without_day__has_no_batch():
    assert batch_names([run(None), run(FIRST)]) == ["", "b1"]


def test_new_file_of_a_known_run__gets_the_name_that_the_sheet_has():
    assert batch_names([run(FIRST, known="monday"), run(FIRST), run(LATER)]) == ["monday", "monday", "b1"]
    assert batch_names([run(FIRST, known="b1"), run(LATER)]) == ["b1", "b2"]
    assert batch_names([run(FIRST, known="b1"), run(FIRST, settings=OTHER)]) == ["b1", "b1_2"]


def test_days__are_counted_from_the_first():
    assert day_numbers([run(LATER), run(None), run(FIRST)]) == [7, None, 0]
