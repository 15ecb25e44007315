import pytest

from marrowgate.simulate.cohorts.describe import (
    cell_table,
    composition_table,
    disease_table,
    instrument_table,
    outcome_tables,
    parameter_tables,
    scenario_table,
)

TABLES = [
    cell_table,
    composition_table,
    disease_table,
    instrument_table,
    outcome_tables,
    parameter_tables,
    scenario_table,
]


@pytest.mark.parametrize("table", TABLES)
def test_documentation__has_the_figures_of_the_code(repository, table):
    assert table() in (repository / "docs" / "simulation.md").read_text()


def test_parameter_tables__every_figure_says_where_it_comes_from():
    for line in parameter_tables().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 4:
            assert cells[3]
