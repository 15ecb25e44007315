"""The shipped strategies on simulated sick blood, through `try`: counts are right or not `ok`."""

from dataclasses import dataclass

import pytest

from accuracy.diseases import JUDGING_COHORT, is_far
from accuracy.instruments import choose_samples
from accuracy.tried import GateScore, score_samples
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.plan import find_sample

SEED = 20270105
"""Of blood that no gate was chosen on."""
N_EVENTS = 20_000


@dataclass(frozen=True)
class Sick:
    """Scores of two samples of one panel by population."""

    scores: list[GateScore]

    def of(self, population: str) -> list[GateScore]:
        found = [score for score in self.scores if score.population == population]
        assert len(found) == 2
        return found


def sick(tmp_path, disease: str, panel: str, seed: int = SEED) -> Sick:
    plan = make_plan("demo", seed, "home", disease)
    chosen = [one.sample_id for one in choose_samples(make_plan("demo", seed), 2) if one.panel == panel]
    samples = [find_sample(plan, sample_id) for sample_id in chosen]
    return Sick(score_samples(disease, plan, samples, tmp_path, N_EVENTS))


@pytest.mark.parametrize("share", [0, 10, 30, 60])
def test_left_shift__immature_granulocytes_are_counted_or_in_doubt(tmp_path, share):
    ig = sick(tmp_path, f"left_shift_{share}", "immature").of("ig")
    unflagged = [score for score in ig if not score.is_gate_flagged]
    assert not [score for score in unflagged if is_far(score)]
    if share:
        assert all(score.confusion.n_true > 300 for score in ig)
        assert unflagged
    else:
        # where there are none, those that are found are fewer than 1 in 250 granulocytes
        assert all(score.confusion.n_found < 40 for score in ig)


@pytest.mark.parametrize(
    ("disease", "panel", "population"),
    [
        ("aml_cd34_neg_20", "hspc", "lymphocytes"),
        ("aml_cd34_neg_60", "hspc", "lymphocytes"),
        ("aml_cd34_neg_60", "immature", "lymphocytes"),
        ("aml_cd34_pos_20", "hspc", "cd34_hspc"),
        ("aml_cd34_pos_60", "hspc", "cd34_hspc"),
    ],
)
def test_leukaemia__blasts_are_no_lymphocytes_and_cd34_cells_are_counted_or_in_doubt(
    tmp_path, disease, panel, population
):
    scores = sick(tmp_path, disease, panel).of(population)
    assert all(score.confusion.n_true > 300 for score in scores)
    assert not [score for score in scores if is_far(score) and not score.is_gate_flagged]


def test_leukaemia__lymphocytes_that_are_mostly_blasts_are_doubtful(tmp_path):
    lymphocytes = sick(tmp_path, "aml_cd34_neg_60", "hspc", JUDGING_COHORT).of("lymphocytes")
    among_blasts, apart = sorted(lymphocytes, key=lambda score: -score.blasts)
    assert among_blasts.blasts > among_blasts.confusion.n_true
    assert among_blasts.status == "doubtful"
    assert apart.blasts < 0.1 * apart.confusion.n_true
    assert not apart.is_gate_flagged
