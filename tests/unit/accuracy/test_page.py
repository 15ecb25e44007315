"""The page from figures that are written by hand."""

import pytest

from accuracy.contaminants import DEPENDS_ON, contaminant_table
from accuracy.figures import Figure
from accuracy.page import page
from accuracy.sizes import FULL, QUICK
from marrowgate.simulate.cell_types import true_members
from marrowgate.simulate.parameters import TUBE

TOPICS = (
    "f1_published", "f1_dirty", "wrong_gates", "background", "abundance", "platforms", "coverage_counts",
    "coverage_gates", "coverage_workflow", "cxcr4", "cxcr4_coverage", "cxcr4_fold", "responders", "false_positives",
    "power", "estimates", "confounded",
    "published", "troubles", "spared",
)  # fmt: skip


def topics(**given: list[Figure]) -> dict[str, list[Figure]]:
    return {name: given.get(name, [Figure(name, "", "figure", 0.25, "")]) for name in TOPICS}


@pytest.mark.parametrize("topic", TOPICS)
def test_page__every_topic_has_its_figures_on_the_page(topic):
    assert f"| {topic} | 0.250 |" in page(topics(), FULL).replace(" |  | ", " | ")


def test_page__gaps_to_the_best_f1_are_named():
    def row(item: str, best: float, found: float) -> list[Figure]:
        return [Figure(item, "1 to 20 cells", "Bayes-optimal F1", best, ""),
                Figure(item, "1 to 20 cells", "F1 of those samples", found, "")]  # fmt: skip

    text = page(topics(f1_published=row("ig", 0.95, 0.65) + row("nrbc", 0.99, 0.97)), FULL)
    assert "ig with 1 to 20 cells (0.30)." in text
    assert "nrbc with" not in text


def test_page__says_how_much_was_simulated():
    assert f"{QUICK.null_cohorts} cohorts of `null`" in page(topics(), QUICK)


def test_contaminants__every_rate_is_one_of_the_generator_and_stands_with_its_source():
    table = contaminant_table()
    for population, names in DEPENDS_ON.items():
        assert true_members(population)
        for name in names:
            assert f"| {population} | {name} | {TUBE[name].value:g} {TUBE[name].unit} | {TUBE[name].source} |" in table


def test_full__is_large_enough_for_what_is_promised():
    assert FULL.null_cohorts >= 200
    assert FULL.draws_per_band >= 1000
    assert FULL.tubes_per_band >= 200
    assert FULL.true_cells >= 1_000_000
