"""Rows of `tables/contrasts.tsv`: every endpoint compared between the arms, with its role, status and reason."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from marrowgate.cohort.contrasts import changes, responder_contrasts, sensitivity
from marrowgate.cohort.contrasts.count_pairs import has_few_events
from marrowgate.cohort.contrasts.disagreement import disagreements
from marrowgate.cohort.contrasts.estimands import ATTENUATED, COUNTED, estimand_of
from marrowgate.cohort.contrasts.estimate_row import estimate_row
from marrowgate.cohort.contrasts.lead import Lead, lead_row
from marrowgate.cohort.contrasts.responders import Response, declared_rule, find_responses
from marrowgate.cohort.contrasts.time_rows import time_rows
from marrowgate.cohort.contrasts.within_arm import within_arm_rows
from marrowgate.cohort.design import Finding, is_flagged
from marrowgate.cohort.design_table import find_all
from marrowgate.cohort.study import Comparison, Study
from marrowgate.columns import TABLES
from marrowgate.endpoint_names import COMPARED_CHANGES, COMPARED_LEVEL, RESPONDER, endpoint_name
from marrowgate.settings.arms import ArmPair
from marrowgate.stats.multiplicity import benjamini_hochberg, holm
from marrowgate.stats.two_arms import Estimate

Row = dict[str, Any]
NEVER_MADE = "no value of this endpoint: correct its name in the settings, or see why populations are missing"
ROLES = ("primary", "secondary", "exploratory")


def contrast_table(study: Study) -> list[Row]:
    """Compare the arms on every endpoint.

    Parameters
    ----------
    study : Study
        The cohort.

    Returns
    -------
    list of dict
        One lead row per endpoint with its role (primary, secondary, exploratory), and the methods and sensitivity
        analyses beside it (role sensitivity). A study of one arm has its changes from baseline. Empty without patients.
    """
    if not study.arms:
        return []
    arms = study.project.config.arms
    if len(arms.names) == 1:
        return in_order(adjust(_one_arm_rows(study, arms.names[0])))
    pairs = arms.compared
    return in_order(adjust([row for pair in pairs for row in _pair_rows(study.compare(pair))]))


def _one_arm_rows(study: Study, arm: str) -> list[Row]:
    rows = []
    for row in within_arm_rows(study, arm):
        own = {"arm_1": arm, "role": role_of(study, row["endpoint"]), "estimand": estimand_of(row["method"])}
        named = {f"n_{arm}": row.get("n_arm_1")} if f"n_{arm}" in TABLES["contrasts"] else {}
        rows.append({**row, **own, **named})
    settings = study.project.config.cohort
    for endpoint in dict.fromkeys((settings.primary, *settings.secondary)):
        if endpoint not in {row["endpoint"] for row in rows}:
            row = {"endpoint": endpoint, "contrast": arm, "method": "none", "estimand": estimand_of("none")}
            row |= {"arm_1": arm, "role": role_of(study, endpoint), "status": "refused", "reason": NEVER_MADE}
            rows.append(row)
    return rows


def _pair_rows(study: Comparison) -> list[Row]:
    rows: list[Row] = []
    for measure in study.readings:
        rows += _measure_rows(study, measure)
    rows += _never_made(study, {row["endpoint"] for row in rows})
    return [{"estimand": estimand_of(row["method"]), **row, **_arm_columns(row, study.arms.pair)} for row in rows]


def _arm_columns(row: Row, pair: ArmPair) -> Row:
    """Name the arms of a row; the columns ``n_<arm>`` of the table are filled for the arms of these names."""
    counts = {f"n_{arm}": row.get(name) for arm, name in zip(pair, ("n_arm_1", "n_arm_2"), strict=True)}
    named = {name: count for name, count in counts.items() if name in TABLES["contrasts"]}
    return {"arm_1": pair.first, "arm_2": pair.second, **named}


def in_order(rows: Sequence[Row]) -> list[Row]:
    """Put endpoints in the order of their role; what stands beside a lead row follows it."""
    roles = {role: rank for rank, role in enumerate(ROLES)}
    of_endpoint = {row["endpoint"]: roles[row["role"]] for row in rows if row["role"] in roles}
    return sorted(rows, key=lambda row: of_endpoint.get(row["endpoint"], len(roles)))


def adjust(rows: Sequence[Row]) -> list[Row]:
    """Add p_adjusted: the primary's own p, Holm for the secondary and Benjamini-Hochberg for the exploratory rows."""
    adjusted = [dict(row) for row in rows]
    for role, method in (("primary", holm), ("secondary", holm), ("exploratory", benjamini_hochberg)):
        own = [row for row in adjusted if row["role"] == role and _is_number(row.get("p_value"))]
        values = method([row["p_value"] for row in own])
        for row, value in zip(own, values, strict=True):
            row["p_adjusted"] = float(value)
    return adjusted


def role_of(study: Study, endpoint: str) -> str:
    """Return the role that the settings declare for an endpoint's lead row."""
    settings = study.project.config.cohort
    if endpoint == settings.primary:
        return "primary"
    return "secondary" if endpoint in settings.secondary else "exploratory"


def _measure_rows(study: Comparison, measure: str) -> list[Row]:
    findings = find_all(study, measure)
    rows: list[Row] = []
    if measure == study.project.config.cohort.responder_measure:
        rows += _responder_rows(study, measure, findings)
    for name, part in COMPARED_CHANGES.items():
        rows += _change_rows(study, measure, endpoint_name(measure, name), part, findings)
    if not any(course.baseline for course in study.courses[measure].values()):
        rows += _level_rows(study, measure, findings)
    return rows


def _responder_rows(study: Comparison, measure: str, findings: Sequence[Finding]) -> list[Row]:
    endpoint = endpoint_name(measure, RESPONDER)
    refused = _refused(study, endpoint, findings, "fisher_exact")
    if refused:
        return refused
    courses, settings = study.courses[measure], study.project.config.cohort
    responses = find_responses(courses, declared_rule(settings))
    table = responder_contrasts.two_by_two(responses, study.arms)
    if table is None:
        reason = "an arm has no patient of whom the response is known"
        return [_refusal(study, endpoint, "fisher_exact", [reason])]
    reasons = _left_out(study, responses)
    rows = responder_contrasts.responder_rows(table, study.arms.pair)
    rows = [_finished(row, endpoint, "sensitivity", findings, reasons) for row in rows]
    rows[0]["role"] = role_of(study, endpoint)
    for row in sensitivity.responder_sensitivity(study, measure):
        rows.append(_finished(row, endpoint, "sensitivity", findings))
    return rows


def _left_out(study: Comparison, responses: Mapping[str, Response]) -> list[str]:
    verdicts = [responses[name].verdict if name in responses else "unknown" for name in study.arms]
    unknown, too_few = verdicts.count("unknown"), verdicts.count("not_assessable")
    notes = [f"{unknown} patients of unknown response are left out"] if unknown else []
    return [*notes, f"{too_few} patients with too few cells to assess are left out"] if too_few else notes


def _change_rows(study: Comparison, measure: str, endpoint: str, part: str, findings: Sequence[Finding]) -> list[Row]:
    refused = _refused(study, endpoint, findings, "change_score")
    if refused:
        return refused
    pairs = changes.make_pairs(study.courses[measure], study.arms, part)
    if min(pairs.counts) < 2:
        reason = f"{study.arms.named_counts(pairs.counts)} patients have both values: two are needed"
        return [_refusal(study, endpoint, "change_score", [reason])]
    if part == "peak_matched" and (reason := changes.unequal_exclusion(study.courses[measure], study.arms)):
        return [_refusal(study, endpoint, "change_score", [reason])]
    settings = study.project.config
    name = (measure, endpoint, study.between)
    row, lead = _lead(study, name, part, pairs)
    rows = [row]
    score = changes.change_score(pairs)
    if lead.method != "change_score":
        beside = _row(endpoint, study.between, "change_score", score, pairs.counts)
        rows.append({**beside, "estimand": f"{beside['estimand']}{COUNTED}"})
    others = changes.companions(pairs, settings.cohort.draws, settings.seed)
    rows += [_row(endpoint, study.between, method, estimate, pairs.counts) for method, estimate in others]
    if part == "window_mean":
        rows += time_rows(study, measure, endpoint, is_primary=role_of(study, endpoint) == "primary")
        rows += sensitivity.change_sensitivity(
            study, measure, endpoint, pairs, lead.estimate, is_key=_is_key(study, endpoint)
        )
    attenuated = lead.method != "change_score" and has_few_events(study.courses[measure])
    rows = disagreements(rows, lead, pairs, attenuated=attenuated)
    if attenuated:
        rows = [{**row, "estimand": f"{_estimand(row)}{ATTENUATED}"} if _on_logs(row) else row for row in rows]
    rows = [_finished(row, endpoint, "sensitivity", findings) for row in rows]
    rows[0]["role"] = role_of(study, endpoint)
    return rows


def _estimand(row: Row) -> str:
    return str(row.get("estimand") or estimand_of(row["method"]))


def _on_logs(row: Row) -> bool:
    return row["method"] not in {"conditional_binomial", "negative_binomial", "tipping_point"}


def _lead(study: Comparison, name: tuple[str, str, str], part: str, pairs: changes.Pairs) -> tuple[Row, Lead]:
    row_and_lead = lead_row(study.courses[name[0]], study.arms, study.clock, name, part)
    if row_and_lead is None:
        msg = f"{name[1]}: the lead has no patients although its pairs are {pairs.counts}"
        raise RuntimeError(msg)
    return row_and_lead


def _is_key(study: Comparison, endpoint: str) -> bool:
    return role_of(study, endpoint) != "exploratory"


def _level_rows(study: Comparison, measure: str, findings: Sequence[Finding]) -> list[Row]:
    """Compare the levels on therapy where no patient has a baseline; it is flagged, since arms may differ before."""
    endpoint = endpoint_name(measure, COMPARED_LEVEL)
    refused = _refused(study, endpoint, findings, "level_difference")
    if refused:
        return refused
    return [
        _finished(row, endpoint, role_of(study, endpoint), findings)
        for row in sensitivity.level_difference(study, measure, endpoint)
    ]


def _refused(study: Comparison, endpoint: str, findings: Sequence[Finding], method: str) -> list[Row]:
    reasons = [finding.sentence for finding in findings if finding.level == "refused"]
    return [_refusal(study, endpoint, method, reasons)] if reasons else []


def _refusal(study: Comparison, endpoint: str, method: str, reasons: Sequence[str]) -> Row:
    return {
        "endpoint": endpoint,
        "contrast": study.between,
        "role": role_of(study, endpoint),
        "method": method,
        "status": "refused",
        "reason": "; ".join(reasons),
    }


def _never_made(study: Comparison, made: set[str]) -> Iterable[Row]:
    """Return a row for each declared endpoint that no reading leads to."""
    settings = study.project.config.cohort
    for endpoint in dict.fromkeys((settings.primary, *settings.secondary)):
        if endpoint not in made:
            yield _refusal(study, endpoint, "none", [NEVER_MADE])


def _row(endpoint: str, contrast: str, method: str, estimate: Estimate, counts: tuple[int, int]) -> Row:
    return estimate_row(endpoint, contrast, method, estimate, counts)


def _finished(row: Row, endpoint: str, role: str, findings: Sequence[Finding], reasons: Sequence[str] = ()) -> Row:
    """Return a row with its endpoint, role, status and reasons; what the design flags stands on each."""
    flags = [finding.sentence for finding in findings if finding.level == "flagged"]
    status = row.get("status") or ("flagged" if is_flagged(findings) else "ok")
    return {
        **row,
        "endpoint": endpoint,
        "role": role,
        "status": status,
        "reason": _joined(row.get("reason"), *reasons, *flags),
    }


def _joined(*parts: str | None) -> str:
    return "; ".join(part for part in parts if part)


def _is_number(value: Any) -> bool:
    return isinstance(value, float) and value == value  # noqa: PLR0124 - NaN
