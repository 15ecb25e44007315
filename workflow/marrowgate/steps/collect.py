"""`marrowgate collect`: join the samples' records into the tables of the run."""

import argparse
from pathlib import Path


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
    parser.add_argument("--provenance", required=True, type=Path, help="provenance to write, .json")


def run(args: argparse.Namespace) -> int:
    """Write the tables and the provenance; Parquet beside each table."""
    import json

    from marrowgate.files import write_text
    from marrowgate.gating.methods import method_faults
    from marrowgate.measure.calibrated import bead_rows, calibration_lines
    from marrowgate.measure.collect import (
        blanks_of,
        intensity_table,
        manifest_table,
        measured_samples,
        population_table,
        quality_table,
    )
    from marrowgate.measure.record import read_record
    from marrowgate.measure.visit_differences import visit_differences
    from marrowgate.provenance import provenance
    from marrowgate.settings.project import load_project, parse_overrides, project_files
    from marrowgate.tables import read_rows, write_table

    project = load_project(args.config, method_faults, parse_overrides(args.overrides))
    records = {record.sample_id: record for record in map(read_record, args.records)}
    samples = measured_samples(project, records)
    settings, quality, seed = project.config.measure, project.config.quality, project.config.seed
    calibrated = {path.stem: read_rows(path) for path in args.calibration}
    lines = calibration_lines(project, calibrated)
    checks = [row for path in args.spillover for row in read_rows(path)]
    checks += bead_rows(project, calibrated, quality.max_bead_fold)
    write_table(args.manifest, "manifest", manifest_table(samples))
    write_table(args.populations, "populations", population_table(samples, settings, blanks_of(project, samples)))
    differences = visit_differences(project, records, quality.max_setting_change_pct)
    write_table(args.intensities, "intensities", intensity_table(samples, settings, seed, lines, differences))
    write_table(args.quality, "quality", [*quality_table(samples, quality, settings), *checks])
    digests = {name: record.manifest["sha256"] for name, record in records.items()}
    described = provenance(project.config.model_dump(mode="json"), project_files(project), digests)
    write_text(args.provenance, json.dumps(described, indent=2) + "\n")
    return 0
