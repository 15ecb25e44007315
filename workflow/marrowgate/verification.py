"""A finished run held against its own digests: files of the user, fit, gates, events, record, tables and report."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marrowgate.content import sha256_of
from marrowgate.settings.project import Project, override_files, project_files, release_files

_BOUND = re.compile(r'<meta name="marrowgate:([^"]+)" content="([0-9a-f]{64})">')

_STEPS = {"fits": "fit", "stability": "fit", "consensus": "consensus", "scales": "scales", "spillover": "spillover"}
"""Folder of the results to the step that writes into it."""


@dataclass(frozen=True)
class Verified:
    """One file of a run, and whether it is the one that the run was made from or that the run made.

    Parameters
    ----------
    name : str
        What it is.
    state : str
        ``ok``, ``differs`` or ``missing``.
    belongs_to : str
        The input or result that names its digest.
    """

    name: str
    state: str
    belongs_to: str

    @property
    def is_right(self) -> bool:
        """Whether the file is there and has the digest that is named."""
        return self.state == "ok"

    def __str__(self) -> str:
        return f"{self.state}: {self.name}: {self.belongs_to}"


def verified_results(results: Path) -> Iterator[Verified]:
    """Hold every file of a results folder that a digest is known of against it.

    Parameters
    ----------
    results : Path
        Folder of a finished run.

    Yields
    ------
    Verified
        Records, and what each was made from and with; tables; what the report was made from.
    """
    provenance = _read(results / "provenance.json")
    made_by = _made_by(provenance, "collect")
    for name, digest in provenance["records_sha256"].items():
        path = results / "records" / f"{name}.json"
        by_gate = _made_by(provenance, "gate")
        record = _compared(path, f"record of sample {name}", digest, f"provenance.json, {by_gate}")
        yield record
        if not record.is_right:
            continue
        plain = _read(path)
        source = plain["manifest"]["sha256"]
        of_input = f"sample {name}, input {source[:12] or 'without digest'}"
        if provenance["files_sha256"].get(name) != source:
            yield Verified(f"input of sample {name}", "differs", f"provenance.json, {made_by}")
        for key, wanted in plain["digests"].items():
            if key in provenance["inputs_sha256"]:
                if provenance["inputs_sha256"][key] != wanted:
                    yield Verified(f"{key} of sample {name}", "differs", f"provenance.json, {made_by}")
                continue
            step = _STEPS.get(key.split("/")[0], "gate")
            yield _compared(results / key, key, wanted, f"{of_input}, {_made_by(provenance, step)}")
    for key, wanted in provenance["tables_sha256"].items():
        yield _compared(results / key, key, wanted, f"all records, {made_by}")
    yield from _report(results, made_by)


def verified_inputs(results: Path, project: Project) -> Iterator[Verified]:
    """Hold the users' files and sheets against the digests in provenance.json.

    Parameters
    ----------
    results : Path
        Folder of a finished run.
    project : Project
        Says where the files are.
    """
    provenance = _read(results / "provenance.json")
    paths = {sample.sample_id: Path(sample.fcs) for sample in project.samples}
    for name, digest in provenance["files_sha256"].items():
        # a sample whose file could not be read has no digest
        if digest and name in paths:
            yield _compared(paths[name], f"file of sample {name}", digest, "provenance.json")
    sheets: Mapping[str, Path] = project_files(project) | override_files(project) | release_files(project)
    for name, digest in provenance["inputs_sha256"].items():
        yield _compared(sheets.get(name), name, digest, "provenance.json")


def _made_by(provenance: Mapping[str, Any], step: str) -> str:
    digest = provenance["code_digests"].get(step, "of unknown digest")
    return f"marrowgate {provenance['marrowgate']}, code {digest}"


def _report(results: Path, made_by: str) -> Iterator[Verified]:
    page = results / "report.html"
    if not page.is_file():
        yield Verified("report.html", "missing", f"the run, {made_by}")
        return
    bound = dict(_BOUND.findall(page.read_text(encoding="utf-8")))
    for key, digest in bound.items():
        yield _compared(results / key, key, digest, "report.html")
    if not bound:
        yield Verified("report.html", "differs", "it does not say what it was made from")


def _compared(path: Path | None, name: str, digest: str, belongs_to: str) -> Verified:
    if path is None or not path.is_file():
        return Verified(name, "missing", belongs_to)
    return Verified(name, "ok" if sha256_of(path) == digest else "differs", belongs_to)


def _read(path: Path) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return plain
