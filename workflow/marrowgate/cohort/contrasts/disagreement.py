"""Whether the methods of one estimand differ by more than their common patients allow."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from marrowgate.cohort.contrasts.changes import Pairs
from marrowgate.cohort.contrasts.estimands import MEAN_CHANGE
from marrowgate.cohort.contrasts.lead import Lead, welch_influence
from marrowgate.stats.normal import Z_95

Row = dict[str, Any]
LIMIT = 2.576
"""Standard errors of the difference of two estimates (1 %) above which they disagree."""
LEAST_SHARE = 0.25
"""Part of the larger variance that the difference of two estimates has at least, where it is not known better."""
METHODS = ("change_score", "mixed_model_change")


def disagreements(rows: Sequence[Row], lead: Lead, pairs: Pairs, *, attenuated: bool = False) -> list[Row]:
    """Return the rows with the status `disagree` where another method of the lead's estimand says something else.

    The difference of two estimates is held against its own error. For the change score that is the root of the square
    sum of the patients' differences in influence. For the mixed model, whose estimate is the more efficient one under
    its assumptions, the variance is the difference of both variances (Hausman 1978, Econometrica 46:1251), at least a
    quarter of the larger one.

    Parameters
    ----------
    rows : sequence of dict
        All rows of an endpoint, the lead first.
    lead : Lead
        What the first row was made of.
    pairs : Pairs
        Patients of the change score.
    attenuated : bool
        Whether the counts are so small that the methods on the log scale estimate less than the lead does: then they
        cannot be held against it.
    """
    first = rows[0]
    if attenuated or not _has_number(first) or not lead.influence.size:
        return list(rows)
    marked = [dict(row) for row in rows]
    for row in marked[1:]:
        whole = row["contrast"] == first["contrast"] and row["method"] in METHODS and row.get("status") is None
        if not whole or not _has_number(row) or not str(row.get("estimand", "")).startswith(MEAN_CHANGE):
            continue
        gap, error = row["estimate"] - first["estimate"], _error(first, row, lead, pairs)
        if error > 0 and abs(gap) > LIMIT * error:
            sentence = (
                f"{row['method']} and {first['method']} differ by {gap:+.2f} log2, {abs(gap) / error:.1f} of its errors"
            )
            for doubted in (first_row := marked[0], row):
                doubted["status"] = "disagree"
                doubted["reason"] = "; ".join(part for part in (doubted.get("reason"), sentence) if part)
            first = first_row
    return marked


def _error(first: Row, row: Row, lead: Lead, pairs: Pairs) -> float:
    own = welch_influence(pairs)
    if row["method"] == "change_score" and own.size == lead.influence.size:
        return float(np.sqrt(np.sum((own - lead.influence) ** 2)))
    variances = [((estimate["ci_high"] - estimate["ci_low"]) / (2 * Z_95)) ** 2 for estimate in (first, row)]
    return math.sqrt(max(abs(variances[0] - variances[1]), LEAST_SHARE * max(variances)))


def _has_number(row: Row) -> bool:
    return all(
        isinstance(row.get(name), float) and math.isfinite(row[name]) for name in ("estimate", "ci_low", "ci_high")
    )
