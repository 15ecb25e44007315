"""The sub-commands that the workflow's rules call."""

STEPS = (
    "check",
    "simulate",
    "spillover",
    "calibrate",
    "scales",
    "prepare",
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
