"""The report page: one file with everything inside."""

import re
from collections import Counter
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from marrowgate.files import write_text
from marrowgate.measure.manifest import WITHOUT_NUMBERS
from marrowgate.report import wording
from marrowgate.report.charts.checks_map import checks_map
from marrowgate.report.charts.course_rows import course_legend
from marrowgate.report.charts.forest_chart import forest_charts
from marrowgate.report.charts.timelines import timelines
from marrowgate.report.content_policy import sha256_of_text, without_styles
from marrowgate.report.data_tables import downloads
from marrowgate.report.look_pictures import look_pictures, picture_addresses
from marrowgate.report.page_inputs import PageInputs, Row
from marrowgate.report.pictures.svg import page_css
from marrowgate.report.plan import GATE_STATUS, SURVIVAL
from marrowgate.report.sections.answer_section import Answer, make_answer
from marrowgate.report.sections.corrections_section import corrected_samples, count_of_parent
from marrowgate.report.sections.flow_section import contrast_flow, population_flow, sample_flow
from marrowgate.report.sections.gates_section import weak_gates
from marrowgate.report.sections.hand_section import ToLookAt, counting_notes, to_look_at
from marrowgate.report.sections.instrument_section import (
    Series,
    bead_series,
    gate_series,
    landmark_series,
    series_chart,
    settings_series,
)
from marrowgate.report.sections.intensities_section import intensity_lines
from marrowgate.report.sections.methods_section import methods_of
from marrowgate.report.sections.outcome_section import outcome_topics
from marrowgate.report.sections.patients_section import patient_parts
from marrowgate.report.sections.populations_section import panel_tables
from marrowgate.report.sections.quality_section import check_lines

FILTERS = {
    "number": wording.number,
    "words": wording.words,
    "endpoint": wording.endpoint_words,
    "method": wording.method_words,
    "status": wording.status_words,
    "effect": wording.effect,
    "draws": wording.draws,
    "patients": wording.patients,
    "check": wording.check_words,
    "p_value": wording.p_value,
    "note": wording.note_words,
    "of_parent": count_of_parent,
}


def write_page(path: Path, inputs: PageInputs) -> Answer:
    """Write the page.

    Parameters
    ----------
    path : Path
        The file to make.
    inputs : PageInputs
        What it is written from.

    Returns
    -------
    Answer
        What stands first in it.
    """
    answer = make_answer(inputs.tables, inputs.responder, inputs.arms)
    looks = to_look_at(
        *(inputs.manifest, inputs.tables["populations"], inputs.tables["quality"]),
        *(inputs.samples.gates, inputs.reported),
    )
    content = {
        **_head(inputs),
        **_answer(inputs, answer),
        **_flow(inputs),
        **_looks(inputs, looks),
        **_patients(inputs, looks),
        **_results(inputs),
        **_origin(inputs),
    }
    write_text(path, _environment().get_template("report.html").render(content))
    return answer


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("marrowgate.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= FILTERS
    return environment


def _head(inputs: PageInputs) -> dict[str, Any]:
    script = (files("marrowgate.report") / "templates" / "page.js").read_text(encoding="utf-8")
    style = (files("marrowgate.report") / "templates" / "page.css").read_text(encoding="utf-8") + page_css()
    return {
        "report": inputs.project.config.report,
        "style": Markup(style),  # noqa: S704 - our own file
        "script": Markup(script),  # noqa: S704 - our own file
        "style_sha256": sha256_of_text(style),
        "script_sha256": sha256_of_text(script),
        "simulated": inputs.simulated,
        "made_from": inputs.made_from,
        "provenance": inputs.provenance,
        "description": _descriptions(inputs),
        "arms": inputs.arms,
    }


def _descriptions(inputs: PageInputs) -> dict[str, str]:
    project = inputs.project
    named = project.config.strategy_of_panel
    return {panel: project.strategies[named[panel]].description for panel in project.panels}


def _answer(inputs: PageInputs, answer: Answer) -> dict[str, Any]:
    populations = inputs.tables["populations"]
    return {
        "answer": answer,
        "tiles": tiles(inputs.manifest, populations),
        "timelines": timelines(inputs),
        "treated": any(course.is_treated for _, course in inputs.courses.values()),
        "legend": course_legend([row for _, course in inputs.courses.values() for row in course.rows]),
    }


def _flow(inputs: PageInputs) -> dict[str, Any]:
    populations = inputs.tables["populations"]
    return {
        "sample_stages": sample_flow(inputs.project, inputs.manifest, populations),
        "population_stages": population_flow(populations, inputs.reported),
        "contrast_stages": contrast_flow(inputs.tables["design"]),
        "not_accepted": [row for row in inputs.manifest if row["verdict"] != "accepted"],
        "findings": [line.removeprefix("finding: ") for line in inputs.findings],
        "left_out": inputs.left_out,
    }


def _looks(inputs: PageInputs, looks: Sequence[ToLookAt]) -> dict[str, Any]:
    tables, samples = inputs.tables, inputs.samples
    populations = tables["populations"]
    rejected = frozenset(row["sample_id"] for row in inputs.manifest if row["verdict"] in WITHOUT_NUMBERS)
    pictures = look_pictures(looks, samples.pictures, populations)
    charts = {
        "Calibration beads": bead_series(samples.calibration, inputs.project.config.quality.max_bead_fold),
        "Detector settings": _settings(inputs),
        "Landmarks": landmark_series(samples.landmarks),
        "Positions of the gates": gate_series(samples.gates, _batches(inputs, only_stained=True), populations),
    }
    return {
        "looks": looks,
        "pictures": pictures,
        "addresses": picture_addresses(inputs.project, samples.pictures),
        "counting": counting_notes(tables["quality"]),
        "checks": check_lines(tables["quality"]),
        "map": checks_map(tables["quality"], _batches(inputs)),
        "instrument": {
            name: [(series, Markup(series_chart(series))) for series in own]  # noqa: S704 - names in it are escaped
            for name, own in charts.items()
            if own
        },
        "statuses": _statuses(populations),
        "n_rejected": len(rejected),
        "corrections": corrected_samples(tables.get("corrections", ())),
        "weak_gates": weak_gates(populations, rejected),
        "concordance": tables["concordance"],
    }


def _settings(inputs: PageInputs) -> list[Series]:
    limit = inputs.project.config.quality.max_setting_change_pct
    series = settings_series(inputs.samples.settings, _batches(inputs), limit)
    return [] if series is None else [series]


def _batches(inputs: PageInputs, *, only_stained: bool = False) -> dict[str, tuple[str, str]]:
    """Return panel and batch of the samples, batch by batch in the order of the sheet."""
    own = [s for s in inputs.project.samples if s.control_type == "none" or not only_stained]
    order = {key: at for at, key in enumerate(dict.fromkeys((s.panel, s.batch) for s in own))}
    own.sort(key=lambda s: order[s.panel, s.batch])
    return {s.sample_id: (s.panel, s.batch) for s in own}


def _patients(inputs: PageInputs, looks: Sequence[ToLookAt]) -> dict[str, Any]:
    project = inputs.project
    called = [row for row in inputs.tables["endpoints"] if row["endpoint"] == inputs.responder]
    parts = patient_parts(
        *(project.patients, project.samples, {row["sample_id"]: row["verdict"] for row in inputs.manifest}),
        *(list(inputs.courses.values()), looks, project.config.report.reference_ranges),
        {row["patient_id"]: bool(row["value"]) for row in called if row["value"] is not None},
        inputs.arms,
    )
    return {"patient_parts": parts}


def _results(inputs: PageInputs) -> dict[str, Any]:
    tables, contrasts = inputs.tables, inputs.tables["contrasts"]
    rejected = {row["sample_id"]: row["reasons"] or "" for row in inputs.manifest if row["verdict"] in WITHOUT_NUMBERS}
    wanted = {GATE_STATUS, *SURVIVAL}
    outcome_figures = {name for name, _ in SURVIVAL.items() if name in inputs.figures}
    return {
        "contrasts": contrasts,
        "forest": [(name, Markup(chart)) for name, chart in forest_charts(contrasts)],  # noqa: S704 - names in it are escaped
        "sensitivity": _sensitivity(contrasts),
        "declared": [row for row in tables["design"] if row["item"] == "estimand"],
        "design": _design(tables["design"], inputs.arms),
        "summary": tables["summary"],
        "panels": panel_tables(tables["populations"], rejected),
        "intensities": intensity_lines(tables["intensities"]),
        "planted": inputs.planted,
        "outcomes": outcome_topics(tables["outcomes"], inputs.arms),
        "curves": {SURVIVAL[name][1]: name for name in outcome_figures},
        "figures": {name: _both_widths(inputs, name) for name in inputs.figures if name in wanted},
    }


def _origin(inputs: PageInputs) -> dict[str, Any]:
    return {
        "methods": methods_of(inputs.project, inputs.provenance, inputs.manifest),
        "downloads": downloads(inputs.files),
    }


def _sensitivity(contrasts: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """Return what stands beside each primary and secondary endpoint."""
    leads = [row["endpoint"] for row in contrasts if row["role"] in {"primary", "secondary"}]
    beside = [row for row in contrasts if row["role"] == "sensitivity"]
    lists = [(lead, [row for row in beside if row["endpoint"] == lead]) for lead in dict.fromkeys(leads)]
    return [(lead, rows) for lead, rows in lists if rows]


def _design(design: Sequence[Row], arms: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Return what is described of the arms: name and a text for each arm."""
    reasons = {row["item"]: row["reason"] for row in design if not row["measure"]}
    names = dict.fromkeys(
        name.removeprefix(f"{arm}_") for arm in arms for name in reasons if name.startswith(f"{arm}_")
    )
    return [(name, [reasons.get(f"{arm}_{name}", "") for arm in arms]) for name in names]


def tiles(manifest: Sequence[Row], populations: Sequence[Row]) -> list[tuple[int, str]]:
    """Return the numbers at the top: samples by what they are and by verdict, patients by arm where there are arms."""
    stained = {row["sample_id"] for row in populations if row["control_type"] == "none"}
    verdicts = Counter(row["verdict"] for row in manifest)
    arms = Counter({row["patient_id"]: row["arm"] for row in populations if row["patient_id"]}.values())
    no_arm = " without an arm" if len(arms) > 1 else ""
    counted = [
        (len(stained), f"stained {_samples(len(stained))}"),
        (len(manifest) - len(stained), f"control {_samples(len(manifest) - len(stained))}"),
        *((verdicts[word], word) for word in ("accepted", "repaired", "rejected", "failed")),
        *((n, f"{arm or ''} patient{'' if n == 1 else 's'}{'' if arm else no_arm}".strip()) for arm, n in arms.items()),
    ]
    return [(n, name) for n, name in counted if n or name == "accepted"]


def _samples(n: int) -> str:
    return "sample" if n == 1 else "samples"


def _statuses(populations: Sequence[Row]) -> list[tuple[str, str]]:
    """Return the gate statuses that occur in stained samples, each with its meaning."""
    present = {row["gate_status"] for row in populations if row["control_type"] == "none"}
    return [(wording.words(status), meaning) for status, meaning in wording.GATE_STATUSES.items() if status in present]


def _both_widths(inputs: PageInputs, name: str) -> Markup:
    """Return a figure as it is drawn for a wide and for a narrow screen; the page shows the one that fits."""
    wide = inline_svg(inputs.figures[name].read_text(encoding="utf-8"), name)
    if name not in inputs.narrow:
        return wide
    narrow = inline_svg(inputs.narrow[name], f"{name}-narrow")
    return Markup('<div class="on-wide">{}</div><div class="on-narrow">{}</div>').format(wide, narrow)


def inline_svg(text: str, name: str) -> Markup:
    """Return a figure for the page: its own names begin with the figure's, so that no two in the page are the same."""
    # the XML and DOCTYPE lines belong to a file of its own, not to a page
    text = text[text.index("<svg") :]
    text = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{name}-", without_styles(text))
    return Markup(text)  # noqa: S704 - written by our own figures
