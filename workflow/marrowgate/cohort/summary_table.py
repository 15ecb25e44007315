"""The whole of `tables/summary.tsv`: the lead row of every endpoint as a sentence."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

Row = Mapping[str, Any]
LEADS = ("primary", "secondary", "exploratory")
NO_NUMBER = {
    "refused": "not compared",
    "not_estimable": "no estimate is possible",
    "not_converged": "the model did not converge",
}
SMALLEST_P = 0.001
THOUSAND = 999.5
"""From here on a difference is given without decimals."""
CAUTION = {"flagged": "with caution", "disagree": "the methods disagree"}


def summary_table(contrasts: Iterable[Row]) -> list[dict[str, Any]]:
    """Return one line per endpoint and pair of arms, in the order of the contrasts.

    Parameters
    ----------
    contrasts : iterable of mapping
        Rows of `tables/contrasts.tsv`.
    """
    kept = ("endpoint", "contrast", "role", "status")
    return [
        {name: row[name] for name in kept} | {"summary": _sentence(row)} for row in contrasts if row["role"] in LEADS
    ]


def _sentence(row: Row) -> str:
    if not _known(row.get("p_value")) and not _known(row.get("ci_low")):
        said = NO_NUMBER.get(row["status"], "no estimate")
        return f"{said}: {row['reason']}" if row.get("reason") else said
    parts = [_effect(row), _patients(row), _p(row)]
    if _known(row.get("difference")):
        low, high = row["difference_low"], row["difference_high"]
        parts.insert(1, f"{_signed(row['difference'])} {row['difference_unit']}{_between(low, high, _signed)}")
    if _known(row.get("detectable")):
        parts.append(f"a {2.0 ** row['detectable']:.3g}-fold difference would be found in 4 of 5 such cohorts")
    if row["status"] in CAUTION:
        parts.append(f"{CAUTION[row['status']]}: {row['reason']}")
    return "; ".join(part for part in parts if part)


def _effect(row: Row) -> str:
    value, low, high = (row.get(name) for name in ("estimate", "ci_low", "ci_high"))
    if row.get("scale") == "proportion":
        return f"{_percent(value)} respond{_between(low, high, _percent)}"
    if row.get("scale") != "log2 fold":
        return f"odds ratio {_plain(value)}{_between(low, high, _plain)}"
    other = f" against {row['arm_2']}" if row.get("arm_2") else ", during against before treatment"
    return f"{_fold(value)}-fold in {row['arm_1']}{other}{_between(low, high, _fold)}"


def _patients(row: Row) -> str:
    if not row.get("arm_2"):
        return f"{row['n_arm_1']} {row['arm_1']} patients"
    return f"{row['n_arm_1']} {row['arm_1']} and {row['n_arm_2']} {row['arm_2']} patients"


def _percent(share: Any) -> str:
    return f"{100 * share:.3g} %"


def _p(row: Row) -> str:
    own, adjusted = row.get("p_value"), row.get("p_adjusted")
    if own is None or not _known(own):
        return ""
    p = f"p {_chance(own)}"
    return p if not _known(adjusted) or row["role"] == "primary" else f"{p}, adjusted {_chance(adjusted)}"


def _chance(value: Any) -> str:
    return "below 0.001" if value < SMALLEST_P else f"{value:.3f}"


def _between(low: Any, high: Any, shown: Any) -> str:
    return f" (95 % interval {shown(low)} to {shown(high)})" if _known(low) and _known(high) else ""


def _known(value: Any) -> bool:
    return isinstance(value, float) and not math.isnan(value)


def _plain(value: Any) -> str:
    return "not defined" if not _known(value) else "infinite" if math.isinf(value) else f"{value:.3g}"


def _fold(value: Any) -> str:
    return f"{2.0**value:.3g}" if _known(value) else "not known"


def _signed(value: Any) -> str:
    return f"{value:+,.0f}" if abs(value) >= THOUSAND else f"{value:+.3g}"
