"""The whole of `tables/endpoints.tsv`."""

from typing import Any

from marrowgate.cohort.contrasts.responders import Rule, declared_rule, find_responses
from marrowgate.cohort.endpoints import course_rows, least_value_rows, responder_rows
from marrowgate.cohort.study import Study
from marrowgate.endpoint_names import RESPONDER, RESPONDER_LEAST, RESPONDER_ONE_VISIT, endpoint_name


def endpoint_table(study: Study) -> list[dict[str, Any]]:
    """Return all summaries of all measures in all patients, and who responds by the declared and the one-visit rule."""
    rows: list[dict[str, Any]] = []
    for measure, courses in study.courses.items():
        for patient_id, arm in study.arms.items():
            rows += course_rows(patient_id, arm, measure, courses.get(patient_id))
    settings = study.project.config.cohort
    measure = settings.responder_measure
    if measure in study.courses:
        rule = declared_rule(settings)
        one_visit = Rule(rule.limit, rule.fold, rule.min_events, successive=False)
        for name, chosen in ((RESPONDER, rule), (RESPONDER_ONE_VISIT, one_visit)):
            responses = find_responses(study.courses[measure], chosen)
            rows += responder_rows(study.arms, endpoint_name(measure, name), responses)
        declared = find_responses(study.courses[measure], rule)
        rows += least_value_rows(study.arms, endpoint_name(measure, RESPONDER_LEAST), declared)
    return rows
