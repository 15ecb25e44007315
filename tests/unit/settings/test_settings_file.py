"""A config with wrong entries still gives the rest."""

from hypothesis import given
from hypothesis import strategies as st

from marrowgate.settings.settings_file import read_settings

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
