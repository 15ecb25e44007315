"""Figures of the gates: F1 of each population by its true cells, and wrong gates that nothing warns of."""

import math
from collections.abc import Iterable, Mapping, Sequence

from accuracy.figures import Figure, mean, middle, number, share
from accuracy.scored import Scored
from accuracy.scores import band_of, bands
from marrowgate.simulate.bayes import BayesLimit

TRUE_CELLS = (1.0, 20.0, 50.0, 200.0)
WRONG = 0.5
ENOUGH = 20
Limits = Mapping[tuple[str, str], BayesLimit]


def f1_figures(scored: Sequence[Scored], limits: Limits) -> list[Figure]:
    """Return F1 by population and true cells.

    Parameters
    ----------
    scored : sequence of Scored
        Of files that were not rejected.
    limits : mapping of (sample_id, population) to BayesLimit
        Best F1 of some samples; its columns are left out when it is empty.
    """
    figures = []
    for population, band, group in by_band(scored):
        own = {(one.sample.sample_id, population): one for one in group}
        pairs = [(limits[key].f1, one.f1) for key, one in own.items() if key in limits and not math.isnan(one.f1)]
        f1 = [one.f1 for one in group if not math.isnan(one.f1)]
        figures += [
            number(population, band, "samples", len(group)),
            middle(population, band, "median F1", f1, "", "against the file's living single cells"),
            share(population, band, "F1 below 0.5", sum(value < WRONG for value in f1), len(f1)),
            share(population, band, "not gated", sum(one.confusion is None for one in group), len(group)),
        ]
        if limits:
            figures += _best(population, band, pairs)
    return figures


def _best(population: str, band: str, pairs: Sequence[tuple[float, float]]) -> list[Figure]:
    told = "the classifier that knows the densities, on fresh events of some of these samples"
    return [
        mean(population, band, "Bayes-optimal F1", [best for best, _ in pairs], "", told),
        mean(population, band, "F1 of those samples", [found for _, found in pairs], ""),
    ]


def by_band(scored: Sequence[Scored]) -> Iterable[tuple[str, str, list[Scored]]]:
    """Return the samples of each population and band of true cells that hold at least one."""
    for population in dict.fromkeys(one.population for one in scored):
        for band in bands(TRUE_CELLS)[1:]:
            group = [one for one in scored if (one.population, band_of(one.n_true, TRUE_CELLS)) == (population, band)]
            if group:
                yield population, f"{band} cells", group


def background_figures(scored: Sequence[Scored]) -> list[Figure]:
    """Return what gates find in samples that hold none of the population."""
    figures = []
    for population in dict.fromkeys(one.population for one in scored):
        group = [one for one in scored if one.population == population and one.confusion and one.n_true == 0]
        if group:
            per_100 = [100 * one.confusion.n_found / one.truth.realised_n_cd45 for one in group if one.confusion]
            figures.append(number(population, "", "samples without a true cell", len(group)))
            figures.append(mean(population, "", "found all the same", per_100, "events per 100 CD45+"))
    return figures


def flag_figures(scored: Sequence[Scored], enough: int = ENOUGH) -> list[Figure]:
    """Return the share of gates that are wrong and unflagged.

    Parameters
    ----------
    scored : sequence of Scored
        Of files that were not rejected.
    enough : int
        Fewest true cells; with fewer, F1 is a matter of luck.
    """
    counted = [one for one in scored if one.n_true >= enough]
    figures = []
    for population in ("all", *dict.fromkeys(one.population for one in counted)):
        group = [one for one in counted if population in {"all", one.population}]
        wrong = [one for one in group if one.f1 < WRONG]
        detail = f"gate and sample with {enough} or more true cells"
        figures += [
            number(population, "", "gates", len(group), "gates"),
            share(population, "", "wrong (F1 below 0.5)", len(wrong), len(group), detail),
            share(
                population, "", "wrong and not flagged", sum(not one.is_flagged for one in wrong), len(group), detail
            ),
            share(
                population, "", "wrong and plainly ok", sum(not one.has_any_mark for one in wrong), len(group), detail
            ),
            share(population, "", "right but flagged", _right_but_flagged(group), len(group), detail),
        ]
    return figures


def _right_but_flagged(group: Sequence[Scored]) -> int:
    return sum(one.f1 >= WRONG and one.is_flagged for one in group)
