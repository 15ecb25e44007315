"""Rows of the mixed model: over the window, early and late in it, and the bootstrap of the primary contrast."""

import math
from typing import Any

from marrowgate.cohort.contrasts.estimate_row import estimate_row
from marrowgate.cohort.contrasts.longitudinal import TimeModel, time_contrasts, time_model
from marrowgate.cohort.study import Comparison
from marrowgate.endpoint_names import is_intensity
from marrowgate.errors import NotEstimableError
from marrowgate.stats.mixed_bootstrap import bootstrap_p
from marrowgate.stats.two_arms import Estimate

Row = dict[str, Any]
NOT_CONVERGED = "the model did not converge, so it gives no numbers"


def time_rows(study: Comparison, measure: str, endpoint: str, *, is_primary: bool) -> list[Row]:
    """Return the mixed model's rows: with the change as outcome, and with the baseline as covariate.

    Parameters
    ----------
    study : Comparison
        The cohort.
    measure, endpoint : str
        What is compared; batches are terms of the model for intensities.
    is_primary : bool
        Whether the contrast over the window is also tested by a parametric bootstrap.

    Returns
    -------
    list of dict
        A model that cannot be set up is refused, one that does not converge has no numbers; both say so.
    """
    with_batch = is_intensity(measure)
    rows: list[Row] = []
    for baseline_as in ("change", "covariate"):
        method = f"mixed_model_{baseline_as}"
        try:
            model = time_model(
                study.courses[measure], study.arms, study.clock, baseline_as=baseline_as, with_batch=with_batch
            )
            estimates, fitted = time_contrasts(model)
        except NotEstimableError as error:
            rows.append({"contrast": study.between, "method": method, "status": "refused", "reason": str(error)})
            continue
        counts = (model.n_first, model.n_second)
        if not fitted.converged:
            row = {
                "contrast": study.between,
                "method": method,
                "status": "not_converged",
                "reason": NOT_CONVERGED,
            }
            rows.append({**row, "n_arm_1": counts[0], "n_arm_2": counts[1]})
            continue
        kept = f"random effects: {fitted.structure}; terms: {', '.join(model.terms)}"
        for name, estimate in estimates:
            contrast = f"{study.between}, {name} in the window" if name else study.between
            row = estimate_row(endpoint, contrast, method, estimate, counts)
            rows.append({**row, "reason": f"{row['reason']}; {kept}"})
        if is_primary and baseline_as == "change":
            rows.append(_bootstrap_row(study, endpoint, model, estimates[0][1]))
    return rows


def _bootstrap_row(study: Comparison, endpoint: str, model: TimeModel, estimate: Estimate) -> Row:
    settings = study.project.config
    draws = settings.cohort.bootstrap_draws
    p, done = bootstrap_p(model.data, model.weights(""), draws, settings.seed, study.jobs)
    tested = Estimate(estimate.value, math.nan, math.nan, p, f"{done} of {draws} draws converged; no interval")
    counts = (model.n_first, model.n_second)
    return estimate_row(endpoint, study.between, "parametric_bootstrap", tested, counts)
