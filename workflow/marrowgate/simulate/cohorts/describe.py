"""The generator's figures and scenarios as tables for docs/simulation.md, which a test holds against them."""

from collections.abc import Iterable, Mapping, Sequence

from marrowgate.simulate.cell_types import BACKGROUND, CELL_TYPES
from marrowgate.simulate.cohorts.scenarios import SCENARIOS
from marrowgate.simulate.diseases import Disease, named_diseases
from marrowgate.simulate.optics.instruments import Instrument, named_instruments
from marrowgate.simulate.parameters import (
    APOPTOTIC,
    BLOOD,
    CLINICAL,
    COAT,
    COLONIES,
    DEAD,
    DIFFERENTIAL,
    HSPC_STAGES,
    IG_STAGES,
    RESPONSES,
    STICKY,
    TOXICITIES,
    TUBE,
    Parameter,
)

SECTIONS: Mapping[str, Mapping[str, Parameter]] = {
    "Blood": BLOOD,
    "Sample": TUBE,
    "Dead cells": DEAD,
    "Apoptotic cells": APOPTOTIC,
    "Sticky cells": STICKY,
    "Platelets on other cells": COAT,
    "Clinical outcomes": CLINICAL,
    "Colony-forming cells": COLONIES,
}


def scenario_table() -> str:
    """Return the scenarios with what the workflow should find, as Markdown."""
    rows = [
        (
            scenario.name,
            f"{scenario.n_triplet} + {scenario.n_doublet}",
            str(scenario.n_responders),
            f"{scenario.n_batches}, {scenario.batch_rule.replace('_', ' ')}",
            f"{scenario.events['hspc']:,}",
            "; ".join(scenario.expected),
        )
        for scenario in SCENARIOS.values()
    ]
    header = (
        "scenario",
        "triplet + doublet",
        "true responders",
        "batches",
        "events of a CD34 sample",
        "what is true, and should be found",
    )
    return _table(header, rows)


def parameter_tables() -> str:
    """Return every rate with its unit and source, as Markdown."""
    parts = []
    for title, table in SECTIONS.items():
        rows = [(name, f"{entry.value:g}", entry.unit, entry.source) for name, entry in table.items()]
        parts.append(f"### {title}\n\n{_table(('name', 'value', 'unit', 'source'), rows)}")
    return "\n\n".join(parts)


def composition_table() -> str:
    """Return composition of white cells without immature ones, and the stages of IG and CD34+ cells, as Markdown."""
    rows = [(kind, f"{100 * share:g} %", f"{spread:g}") for kind, (share, spread) in DIFFERENTIAL.items()]
    rows += [(kind, f"{100 * rest:g} to {100 * full:g} % of IG", "") for kind, (rest, full) in IG_STAGES.items()]
    rows += [(kind, f"{100 * share:g} % of CD34+", "") for kind, share in HSPC_STAGES.items()]
    return _table(("cell type", "share", "spread between patients (ln)"), rows)


def outcome_tables() -> str:
    """Return the shares of best responses and of the highest grades of toxicity, the same in both arms, as Markdown."""
    responses = [(name, f"{100 * share:g} %") for name, share in RESPONSES.items()]
    grades = [(term, *(f"{100 * share:g} %" for share in shares)) for term, shares in TOXICITIES.items()]
    header = ("adverse event", "grade 1", "grade 2", "grade 3", "grade 4")
    return f"{_table(('best response', 'patients'), responses)}\n\n{_table(header, grades)}"


def cell_table() -> str:
    """Return scatter, DNA and markers of every cell type, as Markdown; abundances in thousands of molecules."""
    rows = [
        (
            cell.name,
            f"{cell.fsc / 1000:g} / {cell.ssc / 1000:g}",
            f"{cell.dna:g}",
            f"{cell.autofluorescence:g}",
            ", ".join(f"{marker} {median / 1000:g} ({spread:g})" for marker, (median, spread) in cell.markers.items()),
        )
        for cell in CELL_TYPES
    ]
    background = ", ".join(
        f"{marker} {median / 1000:g} ({spread:g})" for marker, (median, spread) in BACKGROUND.items()
    )
    rows.append(("every other cell", "", "", "", background))
    return _table(("cell type", "FSC / SSC, thousands", "DNA", "autofluorescence", "markers"), rows)


def instrument_table() -> str:
    """Return the named instruments, as Markdown; gains relative to the home instrument."""
    rows = [
        (
            instrument.name,
            f"{instrument.full_scale:,}",
            f"integers, {instrument.decades:g} decades"
            if instrument.decades
            else {"F": "floats", "I": "integers"}[instrument.datatype],
            _gains(instrument),
            f"{instrument.fsc:g}, {instrument.ssc:g}",
            f"{instrument.photons:g}, {instrument.electronic:g}",
            instrument.note,
        )
        for instrument in named_instruments().values()
    ]
    header = (
        "instrument",
        "full scale",
        "file",
        "gains of the detectors",
        "FSC, SSC",
        "photons, electronic",
        "what it stands for",
    )
    return _table(header, rows)


def disease_table() -> str:
    """Return the diseases with their cells, folds and sources, as Markdown."""
    rows = [
        (
            disease.name,
            disease.note,
            disease.level,
            ", ".join(f"{kind} {share:g}" for kind, share in disease.cells.items()),
            _changes(disease),
            ", ".join(f"{level}" for level in disease.shown),
            disease.source,
        )
        for disease in named_diseases().values()
    ]
    header = ("disease", "what it is", "level", "cells, shares", "other changes, fold", "levels shown", "source")
    return _table(header, rows)


def _changes(disease: Disease) -> str:
    parts = [f"{kind} {fold:g}" for kind, fold in disease.folds.items()]
    parts += [f"all white cells {disease.wbc_fold:g}"] if disease.wbc_fold != 1 else []
    parts += [f"cells with platelets {disease.coating:g}"] if disease.coating != 1 else []
    return ", ".join(parts)


def _gains(instrument: Instrument) -> str:
    own = ", ".join(f"{name} {instrument.gain_of(name):.3g}" for name in instrument.gains)
    others = f"{instrument.gain:.3g}"
    return f"{own}, others {others}" if own else f"all {others}"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
