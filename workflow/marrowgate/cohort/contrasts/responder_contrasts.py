"""Contrasts of responders: exact tests and intervals, and the sensitivity over rules."""

import math
from collections.abc import Mapping
from typing import Any

from marrowgate.cohort.compared_arms import ComparedArms
from marrowgate.cohort.contrasts.responders import Response, Rule, find_responses
from marrowgate.cohort.courses import Course
from marrowgate.settings.arms import ArmPair
from marrowgate.stats.intervals import binomial_interval
from marrowgate.stats.proportions import (
    TwoByTwo,
    fisher_p,
    miettinen_nurminen_interval,
    newcombe_interval,
    odds_ratio_interval,
)

Row = dict[str, Any]
NOBODY = "nobody responds, or everybody: the odds ratio is not defined"


def two_by_two(responses: Mapping[str, Response], arms: ComparedArms) -> TwoByTwo | None:
    """Count responders among the patients of whom it is known; None when an arm has nobody of whom it is known."""
    known = {p: r for p, r in responses.items() if p in arms and r.is_known}
    counts = []
    for arm in arms.pair:
        own = [response.verdict == "responder" for patient_id, response in known.items() if arms[patient_id] == arm]
        counts += [sum(own), len(own)]
    return TwoByTwo(*counts) if counts[1] and counts[3] else None


def responder_rows(table: TwoByTwo, pair: ArmPair) -> list[Row]:
    """Return the rows of one comparison of responders; the first is the lead.

    Parameters
    ----------
    table : TwoByTwo
        Responders among the patients of whom it is known.
    pair : ArmPair
        The arms.

    Returns
    -------
    list of dict
        Fisher's test with the conditional odds ratio, its mid-p value, two intervals of the risk difference, and each
        arm's proportion with its exact interval. They have no role, endpoint or adjusted p-value yet.
    """
    odds, low, high = odds_ratio_interval(table)
    ratio: Row = {"estimate": odds, "scale": "odds_ratio", "ci_low": low, "ci_high": high}
    if math.isnan(odds):
        ratio |= {"status": "not_estimable", "reason": NOBODY}
    counts = f"{table.x1} of {table.n1} {pair.first} and {table.x2} of {table.n2} {pair.second} patients respond"
    ratio["reason"] = "; ".join(part for part in (counts, ratio.get("reason", "")) if part)
    rows: list[Row] = [
        {"method": "fisher_exact", **ratio, "p_value": fisher_p(table)},
        {"method": "fisher_mid_p", **ratio, "p_value": fisher_p(table, mid=True)},
    ]
    for method, interval in (("newcombe", newcombe_interval), ("miettinen_nurminen", miettinen_nurminen_interval)):
        low, high = interval(table)
        rows.append(
            {
                "method": method,
                "estimate": table.difference,
                "scale": "risk_difference",
                "ci_low": low,
                "ci_high": high,
            }
        )
    rows = [{"contrast": pair.contrast, **row} for row in rows]
    for arm, x, n in ((pair.first, table.x1, table.n1), (pair.second, table.x2, table.n2)):
        low, high = binomial_interval(x, n)
        row = {"contrast": arm, "method": "clopper_pearson", "estimate": x / n, "scale": "proportion"}
        rows.append({**row, "ci_low": low, "ci_high": high, "reason": f"{x} of {n} patients respond"})
    return [{"n_arm_1": table.n1, "n_arm_2": table.n2, **row} for row in rows]


def rule_row(courses: Mapping[str, Course], arms: ComparedArms, rule: Rule) -> Row:
    """Return Fisher's test under another rule, with the responders of each arm in its reason."""
    contrast = f"{arms.pair.contrast}, {rule}"
    table = two_by_two(find_responses(courses, rule), arms)
    if table is None:
        return {"method": "fisher_exact", "contrast": contrast, "status": "refused"} | {
            "reason": "an arm has no patient of whom the response is known"
        }
    return {**responder_rows(table, arms.pair)[0], "contrast": contrast}
