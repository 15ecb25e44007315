"""`marrowgate collect`: join the samples' records into the tables of the run."""

import argparse
import logging
import traceback
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pyarrow as pa

    from marrowgate.measure.record import SampleRecord
    from marrowgate.settings.project import Project

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--config", required=True, type=Path, help="config file")
    parser.add_argument("--overrides", default="{}", help="entries that take the place of the config's, as JSON")
    parser.add_argument("--records", nargs="*", default=[], type=Path, help="what gate wrote, one per sample")
    parser.add_argument("--spillover", nargs="*", default=[], type=Path, help="checks of the spillover matrices, .tsv")
    parser.add_argument("--calibration", nargs="*", default=[], type=Path, help="calibration of the batches, .tsv")
    parser.add_argument("--manifest", required=True, type=Path, help="manifest to write, .tsv")
    parser.add_argument("--populations", required=True, type=Path, help="populations to write, .tsv")
    parser.add_argument("--intensities", required=True, type=Path, help="intensities to write, .tsv")
    parser.add_argument("--quality", required=True, type=Path, help="quality to write, .tsv")
    parser.add_argument(
        "--corrections", required=True, type=Path, help="counts before and after a person's gates, .tsv"
    )
    parser.add_argument("--changes", type=Path, help="rows that differ from the last run to write, .tsv")
    parser.add_argument("--provenance", required=True, type=Path, help="provenance to write, .json")


def run(args: argparse.Namespace) -> int:
    """Write the tables and the provenance; Parquet beside each table."""
    import json

    from marrowgate.content import named_digests, sha256_of
    from marrowgate.files import write_text
    from marrowgate.gating.method_checks import method_faults
    from marrowgate.provenance import provenance
    from marrowgate.settings.project import override_files, project_files, release_files
    from marrowgate.settings.project_reader import load_project, parse_overrides
    from marrowgate.snakefile.rules import STEPS
    from marrowgate.steps.finished_run import gated_with
    from marrowgate.steps.sample_files import sample_files
    from marrowgate.tables import joined, write_arrow

    project = load_project(args.config, method_faults, parse_overrides(args.overrides))
    paths = sample_files(args.records, project, ".json")
    records = {record.sample_id: record for record in map(_read, paths)}
    tables = _tables_without_defects(args, project, records)
    for name, table in tables.items():
        write_arrow(getattr(args, name), table)
    failed = [name for name, record in records.items() if record.manifest["verdict"] == "failed"]
    if failed:
        log.error("%d samples have no numbers because of a defect of marrowgate: %s", len(failed), ", ".join(failed))
    digests = {name: record.manifest["sha256"] for name, record in records.items()}
    described = provenance(
        project.config, project_files(project) | override_files(project) | release_files(project), digests, STEPS
    )
    described["gated_with"] = gated_with(project)
    described["records_sha256"] = {path.stem: sha256_of(path) for path in paths}
    described["batches_sha256"] = {
        output: digest
        for record in records.values()
        for output, digest in record.digests.items()
        if output.startswith(("consensus/", "scales/"))
    }
    described["tables_sha256"] = named_digests(
        path
        for name in ("manifest", "populations", "intensities", "quality", "corrections")
        for path in (getattr(args, name), getattr(args, name).with_suffix(".parquet"))
    )
    write_text(args.provenance, json.dumps(described, indent=2) + "\n")
    if args.changes is not None:
        write_arrow(args.changes, joined("changes", _changes(args, project, tables, described)))
    return 0


def _changes(
    args: argparse.Namespace, project: "Project", tables: "Mapping[str, pa.Table]", described: "Mapping[str, Any]"
) -> "Iterator[list[dict[str, Any]]]":
    """Hold the tables against those that the Snakefile set aside; without a last run nothing has changed."""
    import json

    import pyarrow.parquet as pq

    from marrowgate.measure.changes import COMPARED, COMPARED_INTENSITIES, Change, change_rows, intensity_change_rows
    from marrowgate.snakefile.last_run import LAST_RUN
    from marrowgate.tables import rows_of

    folder = args.provenance.parent / LAST_RUN
    if not (folder / "provenance.json").is_file():
        return
    last = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    samples = {sample.sample_id: sample for sample in project.samples}
    change = Change(last, described, samples, project.config.strategy_of_panel)
    for name, rows, columns in (
        ("populations", change_rows, COMPARED),
        ("intensities", intensity_change_rows, COMPARED_INTENSITIES),
    ):
        path = folder / f"{name}.parquet"
        if path.is_file():
            before = pq.read_table(path, memory_map=False)
            # another version may have had fewer columns
            known = [column for column in columns if column in before.column_names]
            yield rows(rows_of(before, known), rows_of(tables[name], columns), change)


def _read(path: Path) -> "SampleRecord":
    """Read a sample's record; one that cannot be read is a sample without numbers."""
    from marrowgate.measure.record import read_record, record_without_numbers
    from marrowgate.no_result import failure

    try:
        return read_record(path)
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 - the other samples do not wait for the defect to be mended
        traceback.print_exc()
        return record_without_numbers(path.stem, failure("collect", error))


def _tables_without_defects(
    args: argparse.Namespace, project: "Project", records: "dict[str, SampleRecord]"
) -> "dict[str, pa.Table]":
    """Make the tables; a sample in whose rows a defect shows is left without numbers in all, also as control."""
    from marrowgate.measure.collect import SampleDefectError
    from marrowgate.measure.record import record_without_numbers
    from marrowgate.no_result import failure

    while True:
        try:
            return _tables(args, project, records)
        except SampleDefectError as error:
            if not isinstance(error.__cause__, Exception) or records[error.sample_id].manifest["verdict"] == "failed":
                raise
            traceback.print_exc()
            no_result = failure("collect", error.__cause__)
            sha256 = records[error.sample_id].manifest["sha256"]
            records[error.sample_id] = record_without_numbers(error.sample_id, no_result, sha256)


def _tables(
    args: argparse.Namespace, project: "Project", records: "Mapping[str, SampleRecord]"
) -> "dict[str, pa.Table]":
    from marrowgate.measure.collect import (
        blanks_of,
        intensity_rows_of,
        manifest_table,
        measured_samples,
        override_rows_of,
        population_rows_of,
        quality_rows_of,
    )
    from marrowgate.measure.compensation_doubts import compensation_doubts
    from marrowgate.measure.intensity.calibrated import bead_rows, calibration_lines
    from marrowgate.measure.visit_differences import visit_differences
    from marrowgate.tables import joined, read_rows

    samples = measured_samples(project, records)
    settings, quality, seed = project.config.measure, project.config.quality, project.config.seed
    calibrated = {path.stem: read_rows(path) for path in args.calibration}
    lines = calibration_lines(project, calibrated)
    of_stains = {path.stem: read_rows(path) for path in args.spillover}
    checks = [row for rows in of_stains.values() for row in rows]
    checks += bead_rows(project, calibrated, quality.max_bead_fold)
    differences = visit_differences(project, records, quality.max_setting_change_pct)
    doubts = compensation_doubts(
        samples,
        quality.max_spillover_difference,
        is_wanted=lambda batch: project.config.signal.spillover_source(batch) != "none",
        of_stains=of_stains,
    )
    rows = {
        "manifest": [manifest_table(samples)],
        "populations": map(doubts.populations, population_rows_of(samples, settings, blanks_of(project, samples))),
        "intensities": map(doubts.intensities, intensity_rows_of(samples, settings, seed, lines, differences)),
        "quality": chain(quality_rows_of(samples, quality, settings), [checks]),
        "corrections": override_rows_of(samples),
    }
    return {name: joined(name, parts) for name, parts in rows.items()}
