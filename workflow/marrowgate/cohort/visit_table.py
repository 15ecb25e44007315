"""The visit table: one row per patient and visit, with every population, intensity and imported measurement."""

from collections.abc import Iterable
from typing import Any

from marrowgate.cohort.readings import Rows, chosen_samples
from marrowgate.cohort.visits import Visit, visit_of, visit_on
from marrowgate.columns import VISIT_INTENSITIES, VISIT_KEY, VISIT_MEASURES, Column, prefixed, table_columns
from marrowgate.endpoint_names import imported_measure
from marrowgate.settings.project import Project
from marrowgate.settings.sheets import Sample


def visit_table(project: Project, populations: Rows, intensities: Rows) -> tuple[list[Column], list[dict[str, Any]]]:
    """Join the samples of each visit.

    Parameters
    ----------
    project : Project
        Sheets.
    populations, intensities : sequence of mapping
        Rows of the tables of these names; control samples are passed over.

    Returns
    -------
    tuple
        Columns and rows, in the order of the sheet. Of several samples with the same population the one with the most
        CD45+ events counts.
    """
    samples = {sample.sample_id: sample for sample in project.samples if sample.control_type == "none"}
    rows: dict[Visit, dict[str, Any]] = {}
    visits = {sample.sample_id: _visit(sample, project) for sample in samples.values()}
    for visit in visits.values():
        if visit is not None:
            rows.setdefault(visit, _key(project, visit))
    names: dict[str, Column] = {}
    for row in chosen_samples(populations, samples):
        _add(rows, visits[row["sample_id"]], prefixed(row["population"], VISIT_MEASURES), row, names)
    for row in intensities:
        prefix = f"{row['population']}_{row['marker']}"
        if row["sample_id"] in visits:
            _add(rows, visits[row["sample_id"]], prefixed(prefix, VISIT_INTENSITIES), row, names, prefix)
    for imported in project.measurements:
        visit = visit_on(imported.patient_id, imported.day, project.samples)
        name = imported_measure(imported.measure, imported.unit)
        names.setdefault(name, Column(name, "float64", "imported measurement", imported.unit))
        rows.setdefault(visit, _key(project, visit))[name] = imported.value
    key = [column for column in table_columns("populations") if column.name in VISIT_KEY]
    ordered = sorted(key, key=lambda column: VISIT_KEY.index(column.name))
    return [*ordered, *names.values()], list(rows.values())


def _visit(sample: Sample, project: Project) -> Visit | None:
    """Join samples by patient and day, also where the cycle stands in the row of one of them only."""
    if sample.patient_id is None or sample.day is None:
        return visit_of(sample)
    return visit_on(sample.patient_id, sample.day, project.samples)


def _key(project: Project, visit: Visit) -> dict[str, Any]:
    patient = project.patients.get(visit.patient_id)
    times = {name: getattr(visit, name) for name in ("patient_id", "day", "cycle", "cycle_day", "days_off")}
    return {**times, "arm": patient.arm if patient else None}


def _add(
    rows: dict[Visit, dict[str, Any]],
    visit: Visit | None,
    columns: Iterable[Column],
    row: Any,
    names: dict[str, Column],
    prefix: str = "",
) -> None:
    if visit is None:
        return
    start = len(prefix or row["population"]) + 1
    for column in columns:
        names.setdefault(column.name, column)
        rows[visit][column.name] = row[column.name[start:]]
