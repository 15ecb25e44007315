"""A config with wrong entries still gives the rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marrowgate.errors import UserError
from marrowgate.settings.settings_file import entry_paths, merged, overriding_entries, read_settings

ENTRIES = st.one_of(st.none(), st.integers(), st.text(max_size=3), st.just({}), st.just([{}]), st.just({"seed": {}}))
NAMES = ["samples", "sample", "strategy_of_panel", "seed", "signal", "measure", "cohort", "simulation", "5", "null"]


def test_wrong_entries__are_left_out_and_doubtful(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("strategy_of_panel: {a: b}\nseed: x\nsamples: s.tsv\ncohort: {draws: 1, align: day}\n")
    settings = read_settings(path, {})
    assert [str(each).partition(": ")[2] for each in settings.faults] == [
        "must be a whole number, got 'x'; correct the value",
        "must be at least 1000, got 1; correct the value",
    ]
    assert settings.doubtful == {"seed", "cohort.draws"}
    assert settings.doubts("cohort", "measure")
    assert settings.doubts("cohort.draws")
    assert not settings.doubts("cohort.populations", "see", "samples")
    assert (settings.config.samples, settings.config.cohort.align, settings.config.cohort.draws) == (
        *("s.tsv", "day"),
        20000,
    )


def test_entry_whose_parts_contradict_each_other__is_left_out_whole(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("strategy_of_panel: {a: b}\ncohort: {window_days: [9, 1], align: day}\n")
    settings = read_settings(path, {})
    assert len(settings.faults) == 1
    assert settings.config.cohort.align == "phase"
    assert settings.doubts("cohort.populations")


def test_misspelt_entry_of_a_section__makes_doubtful_what_it_is_meant_to_be(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("strategy_of_panel: {a: b}\ncohort: {populationz: [x], frob: 3}\n")
    assert read_settings(path, {}).doubtful == {"cohort.populations", "cohort.frob"}


@given(st.dictionaries(st.sampled_from(NAMES), ENTRIES))
def test_any_entries__give_settings(tmp_path_factory, entries):
    path = tmp_path_factory.mktemp("config") / "config.yaml"
    path.write_text("5: 1\nnull: 2\n")
    settings = read_settings(path, entries)
    assert settings.faults
    assert settings.doubtful


def test_merged__sections_are_laid_over_each_other_and_other_values_replaced():
    content = {"measure": {"few_events": 20, "wanted_cv_pct": 10}, "seed": 1, "arms": {"names": ["a", "b"]}}
    later = {"measure": {"few_events": 30}, "seed": 2, "arms": {"names": ["c"]}, "quality": {}}
    assert merged(content, later) == {
        "measure": {"few_events": 30, "wanted_cv_pct": 10},
        "seed": 2,
        "arms": {"names": ["c"]},
        "quality": {},
    }
    assert content["measure"]["few_events"] == 20


def test_overriding_entries__later_files_and_then_the_option_win(tmp_path):
    (tmp_path / "a.yaml").write_text("seed: 1\nmeasure: {few_events: 30, wanted_cv_pct: 5}\n")
    (tmp_path / "b.yaml").write_text("seed: 2\nmeasure: {few_events: 40}\n")
    found = overriding_entries([tmp_path / "a.yaml", tmp_path / "b.yaml"], {"seed": 3})
    assert found == {"seed": 3, "measure": {"few_events": 40, "wanted_cv_pct": 5}}
    assert list(entry_paths(found)) == [("seed",), ("measure", "few_events"), ("measure", "wanted_cv_pct")]


def test_overriding_entries__a_file_without_entries_is_refused(tmp_path):
    (tmp_path / "a.yaml").write_text("- 1\n")
    with pytest.raises(UserError, match="does not hold key: value entries"):
        overriding_entries([tmp_path / "a.yaml"], {})


def test_read_settings__only_the_entry_that_was_given_is_called_an_option(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("strategy_of_panel: {p: s}\nmeasure:\n  few_events: 20\n  wanted_cv_pct: -1\n")
    settings = read_settings(path, {"measure": {"few_events": 1}})
    assert [str(one) for one in settings.faults] == [
        "--config measure.few_events: must be at least 5, got 1; correct the value",
        f"{path} line 4, measure.wanted_cv_pct: must be above 0, got -1; correct the value",
    ]
    assert read_settings(path, {"measure": {"wanted_cv_pct": 7}}).config.measure.few_events == 20
