"""The report page: one file with everything inside."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from marrowgate.files import write_text
from marrowgate.measure.manifest import WITHOUT_NUMBERS
from marrowgate.report import wording
from marrowgate.report.corrections_section import corrections_section
from marrowgate.report.course_rows import CourseRows, course_legend
from marrowgate.report.gates_section import weak_gates
from marrowgate.report.outcome_section import outcome_topics
from marrowgate.report.plan import SURVIVAL
from marrowgate.report.planted_section import PlantedLine
from marrowgate.report.populations_section import panel_tables
from marrowgate.report.quality_section import check_lines

Row = Mapping[str, Any]
FILTERS = {
    "number": wording.number,
    "words": wording.words,
    "endpoint": wording.endpoint_words,
    "method": wording.method_words,
    "status": wording.status_words,
    "effect": wording.effect,
    "patients": wording.patients,
    "check": wording.check_words,
    "p_value": wording.p_value,
    "note": wording.note_words,
}


def write_page(
    path: Path,
    *,
    description: Mapping[str, str],
    findings: Sequence[str],
    manifest: Sequence[Row],
    tables: Mapping[str, Sequence[Row]],
    figures: Mapping[str, Path],
    courses: Mapping[str, CourseRows],
    left_out: Sequence[str],
    provenance: Mapping[str, Any],
    simulated: str,
    planted: Sequence[PlantedLine],
    arms: Sequence[str],
    made_from: Mapping[str, str],
) -> None:
    """Write the page.

    Parameters
    ----------
    path : Path
        The file to make.
    description : mapping of str to str
        Panel to the description of its strategy.
    findings : sequence of str
        What `check` found in the headers, a line each.
    manifest : sequence of mapping
        Rows of the manifest.
    tables : mapping of str to sequence of mapping
        Rows of the other tables by name.
    figures : mapping of str to Path
        Name to SVG file; put into the page.
    courses : mapping of str to CourseRows
        What the figures over time show, by name of the figure; those without a row are not put into the page.
    left_out : sequence of str
        A sentence for everything that the page has nothing to show of.
    provenance : mapping
        Content of provenance.json.
    simulated : str
        What of the run is simulated, in a sentence; empty when nothing is.
    planted : sequence of PlantedLine
        The truth of a simulated run beside what was found.
    arms : sequence of str
        Names of the arms, in their order.
    made_from : mapping of str to str
        Files that the page was made from, by their place in the results, to the digests of their bytes.
    """
    environment = Environment(
        loader=PackageLoader("marrowgate.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters |= FILTERS
    populations = tables["populations"]
    rejected = {row["sample_id"]: row["reasons"] or "" for row in manifest if row["verdict"] in WITHOUT_NUMBERS}
    page = environment.get_template("report.html").render(
        description=description,
        tiles=_tiles(manifest, populations),
        left_out=left_out,
        findings=[line.removeprefix("finding: ") for line in findings],
        not_accepted=[row for row in manifest if row["verdict"] != "accepted"],
        contrasts=tables["contrasts"],
        sensitivity=_sensitivity(tables["contrasts"]),
        arms=arms,
        declared=[row for row in tables["design"] if row["item"] == "estimand"],
        flows=_flows(tables["design"]),
        design=_design(tables["design"], arms),
        summary=tables["summary"],
        courses={name: course for name, course in courses.items() if course.rows},
        legend=course_legend([row for course in courses.values() for row in course.rows]),
        panels=panel_tables(populations, rejected),
        outcomes=outcome_topics(tables["outcomes"], arms),
        curves={title: name for name, (_, title) in SURVIVAL.items() if name in figures},
        statuses=_statuses(populations),
        weak_gates=weak_gates(populations, frozenset(rejected)),
        n_rejected=len(rejected),
        corrections=corrections_section(tables.get("corrections", ())),
        concordance=tables["concordance"],
        checks=check_lines(tables["quality"]),
        flagged=[row for row in tables["quality"] if row["verdict"] == "flagged"],
        figures={name: _inline(svg) for name, svg in figures.items()},
        provenance=provenance,
        simulated=simulated,
        made_from=made_from,
        planted=planted,
    )
    write_text(path, page)


def _sensitivity(contrasts: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """Return what stands beside each primary and secondary endpoint."""
    leads = [row["endpoint"] for row in contrasts if row["role"] in {"primary", "secondary"}]
    beside = [row for row in contrasts if row["role"] == "sensitivity"]
    found = [(lead, [row for row in beside if row["endpoint"] == lead]) for lead in dict.fromkeys(leads)]
    return [(lead, rows) for lead, rows in found if rows]


def _flows(design: Sequence[Row]) -> dict[tuple[str, str], list[Row]]:
    """Return the rows that count the patients towards the primary contrast, by pair of arms."""
    flows: dict[tuple[str, str], list[Row]] = {}
    for row in design:
        if row["item"].startswith("flow_"):
            flows.setdefault((row["arm_1"], row["arm_2"]), []).append(row)
    return flows


def _design(design: Sequence[Row], arms: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Return what is described of the arms: name and a text for each arm."""
    reasons = {row["item"]: row["reason"] for row in design if not row["measure"]}
    names = dict.fromkeys(
        name.removeprefix(f"{arm}_") for arm in arms for name in reasons if name.startswith(f"{arm}_")
    )
    return [(name, [reasons.get(f"{arm}_{name}", "") for arm in arms]) for name in names]


def _tiles(manifest: Sequence[Row], populations: Sequence[Row]) -> list[tuple[int, str]]:
    """Return the numbers at the top: samples by what they are and by verdict, patients by arm where there are arms."""
    stained = {row["sample_id"] for row in populations if row["control_type"] == "none"}
    verdicts = Counter(row["verdict"] for row in manifest)
    arms = Counter({row["patient_id"]: row["arm"] for row in populations if row["patient_id"]}.values())
    no_arm = " without an arm" if len(arms) > 1 else ""
    tiles = [
        (len(stained), f"stained {_samples(len(stained))}"),
        (len(manifest) - len(stained), f"control {_samples(len(manifest) - len(stained))}"),
        *((verdicts[word], word) for word in ("accepted", "repaired", "rejected", "failed")),
        *((n, f"{arm or ''} patient{'' if n == 1 else 's'}{'' if arm else no_arm}".strip()) for arm, n in arms.items()),
    ]
    return [(n, name) for n, name in tiles if n or name == "accepted"]


def _samples(n: int) -> str:
    return "sample" if n == 1 else "samples"


def _statuses(populations: Sequence[Row]) -> list[tuple[str, str]]:
    """Return the gate statuses that occur in stained samples, each with its meaning."""
    found = {row["gate_status"] for row in populations if row["control_type"] == "none"}
    return [(wording.words(status), meaning) for status, meaning in wording.GATE_STATUSES.items() if status in found]


def _inline(svg: Path) -> Markup:
    text = svg.read_text(encoding="utf-8")
    # the XML and DOCTYPE lines belong to a file of its own, not to a page
    return Markup(text[text.index("<svg") :])  # noqa: S704 - written by our own figures
