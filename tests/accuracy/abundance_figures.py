"""Figures of abundance: bias, spread and coverage of fractions and absolute counts against the truth."""

import math
from collections.abc import Iterable, Sequence

from accuracy.figures import Figure, mean, middle, number, share
from accuracy.scored import Scored
from accuracy.scores import band_of, bands, covers, relative_error, root_mean_square

CELLS_PER_UL = (1.0, 2.0, 5.0, 10.0, 100.0, 1000.0)
EXPECTED_EVENTS = (15.0, 60.0, 250.0, 1000.0, 4000.0)
FRACTIONS = ("pct_of_cd45", "per_100_cd45")
NOT_CELLS = ("bead_singlets", "cd45_pos")


def abundance_figures(scored: Sequence[Scored]) -> list[Figure]:
    """Return bias and spread by population and true cells per uL of blood.

    Parameters
    ----------
    scored : sequence of Scored
        Of files that were not rejected.
    """
    figures: list[Figure] = []
    for population, band, group in _by_abundance(scored):
        figures.append(number(population, band, "samples", len(group)))
        fraction = [(one, _fraction(one)) for one in group]
        gates = [_error(found, one.truth.realised_per_100_cd45) for one, found in fraction]
        blood = [_error(found, one.truth.generating_per_100_cd45) for one, found in fraction]
        counts = [_error(one.row.get("cells_per_ul"), one.truth.generating_cells_per_ul) for one in group]
        detail = "fraction of CD45+ against that of the file: the gates' error alone"
        figures.append(middle(population, band, "median bias of the gates", _known(gates), "%", detail))
        detail = "fraction of CD45+ against that of the blood"
        figures += _bias_and_spread(population, band, "fraction", _known(blood), detail)
        detail = "cells per uL against the blood's"
        figures += _bias_and_spread(population, band, "cells per uL", _known(counts), detail)
        figures.append(_counting(population, band, group))
    return figures


def _by_abundance(scored: Sequence[Scored]) -> Iterable[tuple[str, str, list[Scored]]]:
    cells = [one for one in scored if one.population not in NOT_CELLS and one.truth.generating_cells_per_ul is not None]
    for population in dict.fromkeys(one.population for one in cells):
        for band in bands(CELLS_PER_UL, "per uL"):
            group = [one for one in cells if one.population == population and _abundance(one) == band]
            if group:
                yield population, band, group


def _abundance(one: Scored) -> str:
    return band_of(one.truth.generating_cells_per_ul or 0.0, CELLS_PER_UL, "per uL")


def _fraction(one: Scored) -> float | None:
    return next((one.row[name] for name in FRACTIONS if one.row.get(name) is not None), None)


def _error(found: float | None, true: float | None) -> float:
    return math.nan if found is None or true is None else relative_error(found, true)


def _known(values: Iterable[float]) -> list[float]:
    return [value for value in values if not math.isnan(value)]


def _bias_and_spread(population: str, band: str, what: str, errors: list[float], detail: str) -> list[Figure]:
    spread = root_mean_square(errors) if errors else None
    told = f"root mean square of {len(errors)}; {detail}"
    return [
        mean(population, band, f"bias of {what}", errors, "%", detail),
        Figure(population, band, f"RMSE of {what}", spread, "%", "", told),
    ]


def _counting(population: str, band: str, group: Sequence[Scored]) -> Figure:
    errors = [100 / math.sqrt(one.expected) for one in group if one.expected > 0]
    value = root_mean_square(errors) if errors else None
    return Figure(population, band, "counting alone", value, "%", "", "100 / sqrt(expected events), root mean square")


def coverage_figures(scored: Sequence[Scored]) -> list[Figure]:
    """Return the share of 95 % intervals that hold the blood's truth, by population and expected events."""
    cells = [one for one in scored if one.population not in NOT_CELLS and one.expected > 0]
    figures: list[Figure] = []
    for population in dict.fromkeys(one.population for one in cells):
        for band in bands(EXPECTED_EVENTS, "events"):
            group = [one for one in cells if (one.population, _expected(one)) == (population, band)]
            if group:
                figures.append(number(population, band, "samples", len(group)))
                figures += coverage_of(population, band, group)
    return figures


def coverage_of(item: str, band: str, group: Sequence[Scored]) -> list[Figure]:
    """Return the coverage of each interval of some samples."""
    figures = []
    truths = {
        "pct_of_cd45": [one.truth.generating_per_100_cd45 for one in group],
        "per_100_cd45": [one.truth.generating_per_100_cd45 for one in group],
        "cells_per_ul": [one.truth.generating_cells_per_ul for one in group],
    }
    for name, true in truths.items():
        answers = [
            covers(one.row.get(f"{name}_low"), one.row.get(f"{name}_high"), value)
            for one, value in zip(group, true, strict=True)
            if value is not None
        ]
        known = [answer for answer in answers if answer is not None]
        figures.append(share(item, band, f"coverage of {name}", sum(known), len(known), "95 % intervals"))
    return figures


def _expected(one: Scored) -> str:
    return band_of(one.expected, EXPECTED_EVENTS, "events")
