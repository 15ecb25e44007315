"""The report page: one file with everything inside."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from marrowgate.files import write_text

Row = Mapping[str, Any]


def write_page(
    path: Path,
    *,
    description: Mapping[str, str],
    findings: Sequence[str],
    manifest: Sequence[Row],
    tables: Mapping[str, Sequence[Row]],
    figures: Mapping[str, Path],
    provenance: Mapping[str, Any],
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
    """
    environment = Environment(
        loader=PackageLoader("marrowgate.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["number"] = number
    environment.filters["words"] = words
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
        outcomes=tables["outcomes"],
        figures={name: _inline(svg) for name, svg in figures.items()},
        provenance=provenance,
        n_tubes=len(manifest),
        patients=Counter(row["arm"] for row in _patients(tables["populations"])),
    )
    write_text(path, page)


def number(value: Any) -> str:
    """Show a value of a table: numbers with three significant digits, missing ones as a dash."""
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.3g}"
    return str(value)


def words(name: str | None) -> str:
    """Show a name of a table with spaces, so that long ones can be broken into lines."""
    return (name or "").replace("_", " ")


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
