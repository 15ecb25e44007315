"""The report page: one file with everything inside."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from marrowgate.files import write_text
from marrowgate.report import wording
from marrowgate.report.outcome_section import outcome_topics

Row = Mapping[str, Any]
CURVES = {"Overall survival": "overall_survival", "Disease-free survival": "disease_free_survival"}
"""Topic of the outcomes to the figure that stands in it."""


def write_page(
    path: Path,
    *,
    description: Mapping[str, str],
    findings: Sequence[str],
    manifest: Sequence[Row],
    tables: Mapping[str, Sequence[Row]],
    figures: Mapping[str, Path],
    provenance: Mapping[str, Any],
    simulated: str,
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
    provenance : mapping
        Content of provenance.json.
    simulated : str
        What of the run is simulated, in a sentence; empty when nothing is.
    """
    environment = Environment(
        loader=PackageLoader("marrowgate.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters |= {
        "number": wording.number,
        "words": wording.words,
        "endpoint": wording.endpoint_words,
        "method": wording.method_words,
        "status": wording.status_words,
        "effect": wording.effect,
        "patients": wording.patients,
    }
    flagged = [row for row in tables["quality"] if row["verdict"] == "flagged"]
    page = environment.get_template("report.html").render(
        description=description,
        verdicts=Counter(row["verdict"] for row in manifest),
        concordance=tables["concordance"],
        findings=[line.removeprefix("finding: ") for line in findings],
        not_accepted=[row for row in manifest if row["verdict"] != "accepted"],
        weak_gates=_weak_gates(tables["populations"]),
        flagged=flagged,
        contrasts=tables["contrasts"],
        sensitivity=_sensitivity(tables["contrasts"]),
        design=_design(tables["contrasts"]),
        outcomes=outcome_topics(tables["outcomes"]),
        curves={topic: name for topic, name in CURVES.items() if name in figures},
        figures={name: _inline(svg) for name, svg in figures.items()},
        provenance=provenance,
        simulated=simulated,
        n_tubes=len(manifest),
        patients=Counter(row["arm"] for row in _patients(tables["populations"])),
    )
    write_text(path, page)


def _sensitivity(contrasts: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """Give what stands beside each primary and secondary endpoint."""
    leads = [row["endpoint"] for row in contrasts if row["role"] in {"primary", "secondary"}]
    beside = [row for row in contrasts if row["role"] == "sensitivity"]
    found = [(lead, [row for row in beside if row["endpoint"] == lead]) for lead in dict.fromkeys(leads)]
    return [(lead, rows) for lead, rows in found if rows]


def _design(contrasts: Sequence[Row]) -> list[tuple[str, list[str]]]:
    """Give what is described of the arms: name and a text for each arm."""
    told = {row["endpoint"]: row["reason"] for row in contrasts if row["role"] == "design"}
    names = dict.fromkeys(name.removeprefix("triplet_") for name in told if name.startswith("triplet_"))
    return [(name, [told.get(f"{arm}_{name}", "") for arm in ("triplet", "doublet")]) for name in names]


def _patients(populations: Sequence[Row]) -> list[Row]:
    return list({row["patient_id"]: row for row in populations if row["patient_id"]}.values())


def _weak_gates(populations: Sequence[Row]) -> list[tuple[str, str, int, str]]:
    """Give (population, status, number of tubes, an example of the reason), most tubes first."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in populations:
        if row["gate_status"] not in {"ok", "fixed"}:
            groups.setdefault((row["population"], row["gate_status"]), []).append(row)
    listed = [(name, status, len(rows), rows[0]["gate_reason"] or "") for (name, status), rows in groups.items()]
    return sorted(listed, key=lambda entry: (-entry[2], entry[0], entry[1]))


def _inline(svg: Path) -> Markup:
    text = svg.read_text(encoding="utf-8")
    # the XML and DOCTYPE lines belong to a file of its own, not to a page
    return Markup(text[text.index("<svg") :])  # noqa: S704 - written by our own figures
