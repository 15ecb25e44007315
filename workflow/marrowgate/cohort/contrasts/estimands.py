"""What each method of the contrasts estimates, in words; methods of one estimand can be held against each other."""

from collections.abc import Mapping

OWN_CHANGE = "mean change from baseline of one arm"
MEAN_CHANGE = "difference of the arms' mean changes from baseline"
EQUAL_BASELINE = "difference of the arms at equal baseline"
NONE = "none: there is no value"

ESTIMANDS: Mapping[str, str] = {
    "conditional_binomial": MEAN_CHANGE,
    "change_score": MEAN_CHANGE,
    "permutation": MEAN_CHANGE,
    "mixed_model_change": MEAN_CHANGE,
    "parametric_bootstrap": MEAN_CHANGE,
    "perturbation": MEAN_CHANGE,
    "perturbation_gates": MEAN_CHANGE,
    "tipping_point": "shift of the missing visits that would change the conclusion",
    "hodges_lehmann": "median difference between the changes of two patients, one of each arm",
    "ancova": EQUAL_BASELINE,
    "mixed_model_covariate": EQUAL_BASELINE,
    "ancova_adjusted": "difference of the arms at equal baseline and covariates",
    "change_score_adjusted": "difference of the arms' mean changes at equal covariates",
    "negative_binomial": "ratio of the arms' changes, patients with many events weighing more",
    "level_difference": "difference of the arms' mean levels, whatever they were before treatment",
    "fisher_exact": "odds ratio of responding",
    "fisher_mid_p": "odds ratio of responding",
    "newcombe": "difference of the shares of responders",
    "miettinen_nurminen": "difference of the shares of responders",
    "clopper_pearson": "share of responders of one arm",
    "conditional_binomial_one_arm": OWN_CHANGE,
    "paired_change": OWN_CHANGE,
    "none": NONE,
}

ATTENUATED = "; drawn towards none, because many counts are too small for logarithms"
COUNTED = "; each count thinned to the depth of the arm and phase with the fewest cells"


def estimand_of(method: str) -> str:
    """Return what a method estimates.

    Raises
    ------
    KeyError
        The method has no estimand: it must be given one above.
    """
    return ESTIMANDS[method]
