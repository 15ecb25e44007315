"""The sub-commands that the workflow's rules call."""

STEPS = (
    "check",
    "simulate",
    "spillover",
    "calibrate",
    "scales",
    "fit",
    "consensus",
    "gate",
    "collect",
    "compare",
    "concordance",
    "outcomes",
    "pictures",
    "report",
)
