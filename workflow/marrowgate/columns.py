"""Every column that any table may have, and the tables that are made of them.

A table is typed by this registry when it is written (`marrowgate.tables`), and `docs/columns.md` is generated from it.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from marrowgate.endpoint_names import DEFAULT_ARMS
from marrowgate.frozen import Frozen

DType = Literal["string", "int64", "float64", "bool"]


class Column(Frozen):
    """One column: its name, dtype, unit, denominator and meaning.

    `unit` and `denominator` are empty where there is none.
    """

    name: str
    dtype: DType
    meaning: str
    unit: str = ""
    denominator: str = ""


def _text(name: str, meaning: str) -> Column:
    return Column(name, "string", meaning)


def _count(name: str, meaning: str, unit: str = "events") -> Column:
    return Column(name, "int64", meaning, unit)


def _number(name: str, meaning: str, unit: str = "", denominator: str = "") -> Column:
    return Column(name, "float64", meaning, unit, denominator)


def _with_interval(column: Column) -> tuple[Column, Column, Column]:
    """Return a column and the two limits of its 95 % interval."""
    low = replace(column, name=f"{column.name}_low", meaning=f"lower 95 % limit of {column.name}")
    high = replace(column, name=f"{column.name}_high", meaning=f"upper 95 % limit of {column.name}")
    return column, low, high


_COLUMNS = (
    # who and when
    _text("sample_id", "one sample as analysed, unique in the sheet"),
    _text("patient_id", "pseudonym of the patient"),
    _text("arm", "arm of the patient, as in the patient sheet"),
    _number("day", "days since the first dose; 0 or less is baseline", "days"),
    _number("cycle", "treatment cycle number"),
    _number("cycle_day", "day in the treatment cycle", "days"),
    _number("days_off", "days since the last dose after stopping; empty while on therapy", "days"),
    _text("panel", "name of the panel"),
    _text("batch", "instrument run: same settings, reagents and day"),
    # the file
    _text("fcs", "path of the file as it was given"),
    Column("data_set", "int64", "1-based index of the data set in the file"),
    _text("verdict", "manifest: accepted, repaired, rejected or failed; quality: ok, flagged or not_checked"),
    _text("reasons", "why a file was rejected or a step failed, as code: sentence, joined by ' | '"),
    _text("repairs", "what was repaired on reading, as code: sentence, joined by ' | '"),
    _text("policy", "what was applied to the stored values: amplification, gain, time step"),
    _text("sha256", "SHA-256 of the file's bytes"),
    _text("fcs_version", "version of the FCS standard that the file follows"),
    _count("n_channels", "channels in the file", "channels"),
    _text("cytometer", "instrument model, $CYT"),
    # populations and gates
    _text("population", "name of the population in the strategy"),
    _text("parent", "population that the gate is applied to"),
    _text("method", "method that made the row's gate or estimate"),
    _text("boundary", "the gate's boundaries as dimension=value, on the linear compensated scale"),
    _text("boundary_sd", "standard deviation of each boundary, on the transformed scale (full scale is 1)"),
    _text("scales", "scale of each of the gate's dimensions, as dimension=kind(t,m,w,a)"),
    _text("status", "state of the row's result; the documented words are in docs/statuses.md"),
    _text("reason", "why the status is what it is"),
    _text("reason_code", "codes of reason, one for each of its sentences, as docs/statuses.md lists them"),
    _count("n_events", "events in the population (manifest: in the file)"),
    _count("n_parent", "events in the parent population; of root, those outside unstable stretches"),
    _count("n_cd45", "viable CD45+ events of the sample"),
    *_with_interval(_number("pct_of_parent", "share of the parent", "%", "parent")),
    *_with_interval(
        _number("pct_of_cd45", "share of viable CD45+ events; only for populations inside them", "%", "cd45_pos")
    ),
    *_with_interval(_number("per_100_cd45", "events per 100 viable CD45+ events", "events", "100 cd45_pos")),
    *_with_interval(_number("cells_per_ul", "absolute count in blood", "cells/uL")),
    _text("count_method", "how cells_per_ul was found: beads, dual_platform, volumetric, or none"),
    _number("cv_pct", "coefficient of variation from counting alone, 100/sqrt(n_events)", "%"),
    _text("detection", "quantifiable, detected, not_detected or not_gated"),
    _number("gate_cv_pct", "coefficient of variation of n_events from the gates' boundary_sd alone", "%"),
    _count("events_needed", "events of the population that the wanted counting CV takes"),
    _count("cd45_events_needed", "CD45+ events to acquire for that, at this sample's share"),
    _text("missing_reason", "why a fraction is missing although the population was gated"),
    _text("cd45_gate_status", "status of the weakest gate on the way to the denominator cd45_pos"),
    _text("cd45_gate_reason", "reason of that gate's status"),
    _text("cd45_gate_reason_code", "codes of cd45_gate_reason"),
    _text("count_status", "whether the sample's platforms agree: agree, disagree, one_platform or none"),
    _text("count_reason", "why they disagree, or why there is no absolute count"),
    _text("blank_source", "what the limits rest on: batch, run, is_blank, neighbours or no_blank"),
    _count("blank_n_tubes", "blank samples that the limits rest on", "samples"),
    _count("blank_n_events", "events of the population in those blank samples"),
    _count("blank_n_cd45", "CD45+ events of those blank samples"),
    _text(
        "lob_method",
        "how the limit of blank was found: poisson, negative_binomial (blanks differ too much for it) or nonparametric",
    ),
    _number("lob_events", "limit of blank of this sample", "events"),
    _number("lod_events", "limit of detection of this sample", "events"),
    _number("loq_events", "limit of quantitation of this sample", "events"),
    _text(
        "gate_status",
        "status of the weakest gate on the way to the population; of one that is joined of others, theirs count too",
    ),
    _text("gate_reason", "reason of that gate's status"),
    _text("gate_reason_code", "codes of gate_reason, one for each of its sentences, as docs/statuses.md lists them"),
    _text("weakest_gate", "population whose gate gave gate_status"),
    # what changed since the last run
    _text("changed", "columns of populations or intensities that differ from the last run"),
    _count("last_n_events", "n_events of the last run"),
    _number("change_pct", "difference of n_events from the last run", "%", "last_n_events"),
    _number("last_pct_of_parent", "pct_of_parent of the last run", "%", "n_parent"),
    _number("last_median_fi", "median_fi of the last run", "channel units"),
    _number("median_change_pct", "difference of median_fi from the last run", "%", "last_median_fi"),
    _text("last_gate_status", "gate_status of the last run"),
    # corrections
    _count("found_n_events", "n_events with the gates as they were found"),
    _count("found_n_parent", "n_parent with the gates as they were found"),
    _number("found_pct_of_parent", "share of found_n_events", "%", "found_n_parent"),
    _text("found_gate_status", "gate_status with the gates as they were found"),
    _text("reviewer", "who gave the population's gate; empty where it only rests on a given one"),
    _text("review_date", "when the gate was given, as the reviewer wrote it"),
    _text("review_reason", "why the found gate was not right, as the reviewer wrote it"),
    # intensities
    _text("marker", "marker that is measured"),
    *_with_interval(_number("median_fi", "median fluorescence, compensated linear scale", "channel units")),
    _text("control_type", "populations: what the sample is a control of; intensities: fmo, isotype, internal or none"),
    _text("control_sample_id", "sample that served as control"),
    _number("control_median_fi", "median fluorescence of the same population in the control", "channel units"),
    *_with_interval(_number("delta_fi", "median_fi minus control_median_fi", "channel units")),
    *_with_interval(_number("ratio_fi", "median_fi divided by control_median_fi")),
    *_with_interval(_number("abc", "antibody binding capacity, control subtracted", "molecules/cell")),
    _text("abc_unit", "what the lot of beads counts; molecules are antibodies only for a 1:1 conjugate"),
    _number("pct_above_control", "share of events above the control's quantile", "%", "population"),
    _count("control_n_events", "events of the population in the control"),
    _number("pct_overton", "share of events brighter than the control, cumulative subtraction", "%", "population"),
    _number("geo_mean_fi", "geometric mean; missing unless all values are above 0", "channel units"),
    *_with_interval(_number("std_median_fi", "median with the strata in the settings' shares", "channel units")),
    _text("std_status", "state of std_median_fi: ok, few_events or missing"),
    _text("std_reason", "why std_status is what it is"),
    _text("visit_status", "whether the marker was measured alike at the patient's visits: ok, differs, not_checked"),
    _text("visit_reason", "what differs between the patient's visits, or is not known"),
    # quality
    _text("check", "name of the quality check"),
    _number("value", "value of the check or endpoint, in the unit that its name states"),
    _number("limit", "limit that the value was held against"),
    # endpoints and contrasts
    _text("endpoint", "name of the endpoint; its unit stands in the name"),
    _number("low", "lower 95 % limit of value"),
    _number("high", "upper 95 % limit of value"),
    _count("n_visits", "visits that the value rests on", "visits"),
    _text("contrast", "what is compared with what"),
    _text("role", "primary, secondary, exploratory or sensitivity"),
    _text("estimand", "what the row estimates; rows of one estimand can be held against each other"),
    *_with_interval(_number("difference", "difference of the arms' mean changes, in difference_unit")),
    _text("difference_unit", "unit of difference"),
    _number(
        "detectable", "difference found with a power of 80 % at 5 %, on the scale given; beside p of 0.05 and more"
    ),
    _text(
        "item", "what of the design: estimand, flow_<step>, <arm>_<topic>, a count of cells, or a finding's short name"
    ),
    _text("phase", "baseline or window"),
    _number("value_arm_1", "value of the first arm, in `unit`"),
    _number("value_arm_2", "value of the second arm, in `unit`"),
    _text("summary", "the lead row of an endpoint in a sentence"),
    _number("estimate", "estimate of the contrast or outcome, on the scale given"),
    _text("scale", "scale of the estimate"),
    _number("ci_low", "lower 95 % limit of estimate"),
    _number("ci_high", "upper 95 % limit of estimate"),
    _number("p_value", "two-sided p-value"),
    _number("p_adjusted", "p-value adjusted for the contrasts of the same role"),
    _text("arm_1", "first arm of the contrast; a difference is that of the first arm less the second"),
    _text("arm_2", "second arm of the contrast"),
    _count("n_arm_1", "patients of the first arm in the contrast", "patients"),
    _count("n_arm_2", "patients of the second arm in the contrast", "patients"),
    *(_count(f"n_{arm}", f"n_arm_1 or n_arm_2 where an arm is called {arm}", "patients") for arm in DEFAULT_ARMS),
    _text("measure", "clinical outcome, or imported measurement"),
    _count("n", "patients", "patients"),
    _text("outcome", "what happened: response, best_response, os, dfs, relapse, toxicity and so on"),
    _number("months", "time that the row tells of; empty where it is of no one time", "months"),
    _text("note", "what the reader must know about the row"),
    # agreement with another engine
    _count("n_other", "events of the population by the other engine"),
    _count("n_differ", "events that only one of the two engines has in the population"),
    # figures of benchmarks and accuracy runs
    _text("name", "what was measured"),
    _text("unit", "unit of value"),
    _text("detail", "how it was measured"),
    # calibration beads
    _text("channel", "name of the channel in the file, $PnN"),
    _text("bead_lot", "lot of the calibration beads"),
    _count("peak", "kind of bead, from 1 for the dimmest", ""),
    _number("spread_pct", "robust coefficient of variation of the peak", "%", "median_fi"),
    _number("assigned", "value of the kind of bead in the lot's table, in `unit`"),
    _number("left_out", "value that the line through the other peaks gives to the peak, in `unit`"),
    _number("left_out_pct", "difference of left_out from assigned", "%", "assigned"),
    _number("slope", "slope of log10(assigned + bead_shine) on log10(median_fi)"),
    _number("intercept", "intercept of that line"),
    _number("bead_shine", "what a bead shines by itself, in `unit`; 0 when the lot has no blank bead"),
    _number("r_squared", "share of the variance that the line explains"),
    _number("residual_sd", "standard deviation of the residuals, log10"),
    _number(
        "range_low", "calibration: signal of the dimmest peak used; contrasts: lower end of the draws, no confidence"
    ),
    _number(
        "range_high", "calibration: signal of the brightest peak used; contrasts: upper end of the draws, no confidence"
    ),
)

COLUMNS: dict[str, Column] = {column.name: column for column in _COLUMNS}

_VISIT_KEY = ("sample_id", "patient_id", "arm", "day")

TABLES: dict[str, tuple[str, ...]] = {
    "manifest": (
        *("sample_id", "verdict", "reasons", "repairs", "sha256", "fcs_version", "n_events", "n_channels"),
        *("cytometer", "policy"),
    ),
    "tried": (
        *("sample_id", "verdict", "reasons", "repairs", "sha256", "fcs_version", "n_events", "n_channels"),
        *("cytometer", "policy", "fcs", "data_set"),
    ),
    "inspection": (
        *("fcs", "data_set", "verdict", "reasons", "repairs", "fcs_version", "n_events", "n_channels"),
        "cytometer",
    ),
    "gates": ("population", "parent", "method", "boundary", "boundary_sd", "scales", "status", "reason", "reason_code"),
    "counts": ("population", "parent", "n_events", "n_parent", "gate_status", "gate_reason", "gate_reason_code"),
    "populations": (
        *("sample_id", "patient_id", "arm", "day", "cycle", "cycle_day", "days_off", "panel", "batch"),
        *("population", "parent", "n_events", "n_parent", "n_cd45"),
        *("pct_of_parent", "pct_of_parent_low", "pct_of_parent_high"),
        *("pct_of_cd45", "pct_of_cd45_low", "pct_of_cd45_high"),
        *("per_100_cd45", "per_100_cd45_low", "per_100_cd45_high"),
        *("cells_per_ul", "cells_per_ul_low", "cells_per_ul_high", "count_method"),
        *("cv_pct", "detection", "gate_status", "gate_reason", "control_type"),
        *("gate_cv_pct", "events_needed", "cd45_events_needed", "missing_reason", "cd45_gate_status"),
        *("cd45_gate_reason", "count_status", "count_reason", "blank_source", "blank_n_tubes", "blank_n_events"),
        *("blank_n_cd45", "lob_method", "lob_events", "lod_events", "loq_events"),
        *("gate_reason_code", "weakest_gate", "cd45_gate_reason_code"),
    ),
    "changes": (
        *("sample_id", "patient_id", "panel", "batch", "population", "marker", "changed", "last_n_events", "n_events"),
        *("change_pct", "last_pct_of_parent", "pct_of_parent", "last_median_fi", "median_fi", "median_change_pct"),
        *("last_gate_status", "gate_status", "reason"),
    ),
    "corrections": (
        *("sample_id", "patient_id", "panel", "batch", "population", "parent"),
        *("found_n_events", "found_n_parent", "found_pct_of_parent", "found_gate_status"),
        *("n_events", "n_parent", "pct_of_parent", "gate_status", "reviewer", "review_date", "review_reason"),
    ),
    "intensities": (
        *(*_VISIT_KEY, "population", "marker", "n_events", "median_fi", "median_fi_low", "median_fi_high"),
        *("control_type", "control_sample_id", "control_median_fi"),
        *("delta_fi", "delta_fi_low", "delta_fi_high", "ratio_fi", "ratio_fi_low", "ratio_fi_high"),
        *("abc", "abc_low", "abc_high", "pct_above_control", "status", "reason"),
        *("control_n_events", "pct_overton", "geo_mean_fi", "std_median_fi", "std_median_fi_low", "std_median_fi_high"),
        *("std_status", "std_reason", "visit_status", "visit_reason", "abc_unit", "reason_code"),
        *("gate_status", "gate_reason_code"),
    ),
    "quality": ("sample_id", "batch", "check", "value", "limit", "verdict", "reason"),
    "endpoints": ("patient_id", "arm", "endpoint", "value", "low", "high", "n_visits", "status", "reason"),
    "design": (
        *("contrast", "arm_1", "arm_2", "measure", "item", "phase", "n_arm_1", "n_arm_2"),
        *("value_arm_1", "value_arm_2", "unit", "status", "reason"),
    ),
    "summary": ("endpoint", "contrast", "role", "status", "summary"),
    "contrasts": (
        *("endpoint", "contrast", "role", "method", "estimand", "estimate", "scale", "ci_low", "ci_high"),
        *("p_value", "p_adjusted", "range_low", "range_high", "difference", "difference_low", "difference_high"),
        *("difference_unit", "detectable", *(f"n_{arm}" for arm in DEFAULT_ARMS), "status", "reason", "arm_1", "arm_2"),
        *("n_arm_1", "n_arm_2"),
    ),
    "outcomes": (
        *("measure", "arm", "n", "n_events", "estimate", "ci_low", "ci_high", "method", "note", "outcome", "months"),
    ),
    "concordance": ("sample_id", "population", "n_events", "n_other", "n_differ", "status", "reason"),
    "figures": ("name", "value", "unit", "detail"),
    "calibration": (
        *(
            "batch",
            "sample_id",
            "bead_lot",
            "channel",
            "peak",
            "n_events",
            "median_fi",
            "spread_pct",
            "assigned",
            "unit",
        ),
        *("left_out", "left_out_pct", "slope", "intercept", "bead_shine", "r_squared", "residual_sd"),
        *("range_low", "range_high", "status", "reason"),
    ),
}

VISIT_KEY = ("patient_id", "arm", "day", "cycle", "cycle_day", "days_off")
"""Columns that every row of `visits` begins with."""

VISIT_MEASURES = (
    "n_events",
    "per_100_cd45",
    "per_100_cd45_low",
    "per_100_cd45_high",
    "cells_per_ul",
    "gate_status",
    "cells_per_ul_low",
    "cells_per_ul_high",
    "count_method",
)
"""Columns of `populations` that `visits` carries once for each population, as ``<population>_<column>``."""

VISIT_INTENSITIES = ("median_fi", "delta_fi", "ratio_fi", "abc", "status")
"""Columns of `intensities` that `visits` carries as ``<population>_<marker>_<column>``."""


def table_columns(table: str) -> tuple[Column, ...]:
    """Return the columns of a table in their order.

    Raises
    ------
    KeyError
        There is no such table.
    """
    return tuple(COLUMNS[name] for name in TABLES[table])


def prefixed(prefix: str, names: Iterable[str]) -> tuple[Column, ...]:
    """Return columns of the wide visit table: each registered column under a prefixed name."""
    return tuple(
        replace(COLUMNS[name], name=f"{prefix}_{name}", meaning=f"{COLUMNS[name].meaning}, of {prefix}")
        for name in names
    )


def markdown() -> str:
    """Write the registry as the page docs/columns.md."""
    visits = "; ".join(
        (
            _listed(VISIT_KEY),
            f"for each population `<population>_<column>` with {_listed(VISIT_MEASURES)}",
            f"for each measured marker `<population>_<marker>_<column>` with {_listed(VISIT_INTENSITIES)}",
            "one column per imported measurement",
        )
    )
    tables = [line for table, names in TABLES.items() for line in (f"## {table}", "", _listed(names), "")]
    rows = [f"| `{c.name}` | {c.dtype} | {c.unit} | {c.denominator} | {c.meaning} |" for c in COLUMNS.values()]
    lines = [
        *("# Tables and their columns", ""),
        *("This page is generated from `workflow/marrowgate/columns.py` by `make docs`.", ""),
        *tables,
        *("## visits", "", f"{visits}.", ""),
        *("## Columns", "", "| column | dtype | unit | denominator | meaning |", "|---|---|---|---|---|"),
        *rows,
    ]
    return "\n".join(lines) + "\n"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
