# What all rules share: the project's settings, checked once, and where a sample's file is.
#
# Inputs:  config/config.yaml, or the files given with --configfile; later files and --config entries are laid over the first one.
# Outputs: data/links/<sample_id>.fcs, links under which the workflow sees the users' files.

import gc
import json
import shutil
import sys
from dataclasses import asdict
from pathlib import Path

try:
    import marrowgate
except ImportError:
    print(
        "error: marrowgate is not installed where snakemake is, which reads the settings with it, also with --sdm conda;"
        f" run: {sys.executable} -m pip install {workflow.basedir}",
        file=sys.stderr,
    )
    sys.exit(2)

from marrowgate.code_digest import code_digests
from marrowgate.errors import Fault, UserError
from marrowgate.snakefile.clocks import stop_clocks
from marrowgate.snakefile.disk import bytes_needed, bytes_there, disk_line, storage_line
from marrowgate.snakefile.fingerprints import fingerprint
from marrowgate.snakefile.handful import random_handful
from marrowgate.snakefile.meaning import (
    descriptions_content,
    file_content,
    panel_meaning,
    strategy_meaning,
)
from marrowgate.snakefile.lost_files import lost_files
from marrowgate.snakefile.memory import megabytes_needed
from marrowgate.gating.batch_scales import asks_batch
from marrowgate.gating.method_checks import method_faults
from marrowgate.gating.methods import control_needs
from marrowgate.report.pictures.plan import (
    FIGURE_ENDINGS,
    planned_sample_pages,
    planned_sheets,
)
from marrowgate.gating.overrides.override_scales import overrides_off_scale
from marrowgate.report.plan import planned_figures
from marrowgate.snakefile.frozen import all_but, frozen, lock_faults, reference_of
from marrowgate.snakefile.known_samples import KnownSamples
from marrowgate.snakefile.last_run import changes_line, keep_last_run
from marrowgate.snakefile.leftovers import (
    empty_folder_fault,
    failed_samples,
    nothing_lies_in,
    other_project,
    makes_report,
    remove_stale_report,
    set_aside_report,
    sweep,
)
from marrowgate.snakefile.links import LINKS, link_files
from marrowgate.snakefile.rules import STEPS
from marrowgate.snakefile.signatures import with_signature
from marrowgate.snakefile.simulated import simulated_together
from marrowgate.snakefile.warm_start import start_warm_process
from marrowgate.settings.project import override_files, project_files, release_files
from marrowgate.settings.project_reader import load_project
from marrowgate.settings.sample_links import (
    bead_samples,
    controls_to_fit_first,
    gated,
    gates_from,
    members,
    role_of,
    scale_samples,
    spillover_word,
    stains_of,
    unstained_of,
)
from marrowgate.settings.settings_file import overriding_entries
from marrowgate.signal.beads.lot_files import lot_faults
from marrowgate.signal.spillover.matrix_files import matrix_faults

# a plan is millions of objects of which next to none is garbage: looking through them again and again took a tenth of it
gc.set_threshold(50_000, 50, 1000)

# what `module ... prefix:` puts before every path; the user's own files lie where the settings say
PREFIX = workflow.modifier.path_modifier.prefix or ""
RESULTS = Path(f"{PREFIX}results")


def given(path):
    """Return the path of a file that is given and not made, so that no prefix of a module is put before it."""
    return local(str(path)) if PREFIX else str(path)


CONFIG_FILE, *LATER_CONFIG_FILES = map(
    Path, workflow.overwrite_configfiles or ["config/config.yaml"]
)
GIVEN = json.loads(json.dumps(dict(workflow.config_settings.config), default=str))
try:
    OVERRIDES = json.dumps(overriding_entries(LATER_CONFIG_FILES, GIVEN))
    if set(str(CONFIG_FILE)) & set("{}"):
        what = "there are braces in its path, which the workflow takes for wildcards"
        raise UserError([Fault(str(CONFIG_FILE), what, "rename it")])
    if not CONFIG_FILE.is_file() and nothing_lies_in(Path.cwd()):
        raise UserError([empty_folder_fault(CONFIG_FILE)])
    PROJECT = load_project(
        CONFIG_FILE,
        method_faults,
        json.loads(OVERRIDES),
        scale_faults=overrides_off_scale if workflow.is_main_process else None,
    )
    if workflow.is_main_process:
        faults = matrix_faults(PROJECT, CONFIG_FILE, json.loads(OVERRIDES))
        faults += other_project(
            {sample.sample_id for sample in PROJECT.samples}, RESULTS / "records"
        )
        faults = [*faults, *lot_faults(PROJECT), *overrides_off_scale(PROJECT)]
        faults += lock_faults(PROJECT, CONFIG_FILE, RESULTS)
        if faults:
            raise UserError(faults)
        link_files(PROJECT)
except UserError as error:
    for fault in error.faults:
        print(f"error: {fault}", file=sys.stderr)
    sys.exit(2)

# What holds words of the user stands in rules as a function: Snakemake would take braces in a plain text for wildcards.
CONFIG = PROJECT.config
SAMPLES = KnownSamples(PROJECT.samples)
GATED = [sample.sample_id for sample in gated(PROJECT)]
WANTED = [f"{population}:{marker}" for population, marker in CONFIG.measure.wanted]
QUALITY = json.dumps(asdict(CONFIG.quality))
BEAD_SAMPLES = bead_samples(PROJECT)
HANDFUL = random_handful(GATED, CONFIG.seed)
LINKED = [
    given(f"{LINKS}/{s.sample_id}.fcs")
    for s in PROJECT.samples
    if not PROJECT.is_simulated(s)
]
SIMULATED = [CONFIG.simulation.folder] if CONFIG.simulation else []
MADE = [str(RESULTS), *(f"{PREFIX}{folder}" for folder in SIMULATED)]
CODE = code_digests(STEPS)


def alternatives(names):
    """Return a wildcard constraint that lets only these names pass."""
    return "|".join(sorted(set(names))) or "none_at_all"


wildcard_constraints:
    # not all their names: Snakemake reads the whole of a constraint again for every file of every job
    sample_id="[A-Za-z0-9_]+",
    panel=alternatives(PROJECT.panels),
    batch=alternatives(sample.batch for sample in PROJECT.samples),


def content_of(*paths, kind="sheets"):
    """Return what tells one content of the user's files from another, also where the other is older.

    A parameter that is made from `input` does not count for Snakemake, so the files are named once more.
    """
    return file_content(kind, fingerprint([str(path) for path in paths], MADE))


def panel_settings(panel):
    """Return what of a panel and its strategy matters to a gate: their files' times and words do not."""
    strategy = PROJECT.strategies[CONFIG.strategy_of_panel[panel]]
    return [panel_meaning(PROJECT.panels[panel]), strategy_meaning(strategy)]


STRATEGIES = {
    panel: PROJECT.strategies[CONFIG.strategy_of_panel[panel]]
    for panel in PROJECT.panels
}
NEEDS = {panel: control_needs(strategy) for panel, strategy in STRATEGIES.items()}
WITH_SCALES = {
    panel: asks_batch(strategy, PROJECT.panels[panel])
    for panel, strategy in STRATEGIES.items()
}
PANEL_SETTINGS = {panel: panel_settings(panel) for panel in PROJECT.panels}


def panel_content(wildcards):
    return PANEL_SETTINGS[panel_name(wildcards)][0]


def strategy_content(wildcards):
    return PANEL_SETTINGS[panel_name(wildcards)][1]


def panel_name(wildcards):
    """Return the panel of a rule that has one, or that of its sample."""
    return getattr(wildcards, "panel", None) or SAMPLES[wildcards.sample_id].panel


def fcs_of_sample(sample_id):
    """Return the file of a sample: its own path when it is simulated, else the link that holds no name or date."""
    sample = SAMPLES[sample_id]
    return (
        sample.fcs
        if PROJECT.is_simulated(sample)
        else given(f"{LINKS}/{sample.sample_id}.fcs")
    )


def fcs_of(wildcards):
    return fcs_of_sample(wildcards.sample_id)


def overrides_of_sample(sample):
    """Return the gates that a person gave a sample, or the one that it is a control of; nothing where nobody did."""
    found = PROJECT.overrides.get(gates_from(sample))
    return [given(found.path)] if found else []


@with_signature
def content_of_fit(wildcards):
    return content_of(fcs_of(wildcards), kind="fcs")


@with_signature
def content_of_gate(wildcards):
    """Return the content of a sample's file, and of the gates that a person gave it."""
    given_gates = overrides_of_sample(SAMPLES[wildcards.sample_id])
    return [content_of_fit(wildcards), content_of(*given_gates, kind="gates")]


def settings_of_sample(sample):
    """Return what fit and gate are told of a sample, as words of their commands."""
    spillover = spillover_word(PROJECT, sample)
    gain = CONFIG.signal.gain
    return ["--data-set", sample.data_set, "--gain", gain, "--spillover", spillover]


@with_signature
def settings_of_fit(wildcards):
    sample = SAMPLES[wildcards.sample_id]
    control_type, control_marker = role_of(PROJECT, sample)
    control = ["--control-type", control_type, "--control-marker", control_marker]
    return [*settings_of_sample(sample), *control, "--seed", CONFIG.seed]


@with_signature
def settings_of_gate(wildcards):
    sample = SAMPLES[wildcards.sample_id]
    return [*settings_of_sample(sample), "--measure", *WANTED]


def disk_line_of_run():
    """Return the line that says what the run needs of the disk."""
    files = [Path(fcs_of_sample(name)) for name in GATED]
    given = [path for path in files if path.exists()]
    needed = bytes_needed(given, len(files) - len(given))
    provider = workflow.storage_settings.default_storage_provider
    if provider:
        return storage_line(needed, provider)
    there = bytes_there(Path(folder) for folder in [*MADE, ".snakemake/metadata"])
    return disk_line(needed, there, shutil.disk_usage(Path.cwd()).free)


@with_signature
def memory_of(wildcards, input, attempt):
    """Return megabytes by the file's header; a file that is not made yet is thought to be of usual size."""
    path = Path(input.fcs)
    return attempt * (megabytes_needed(path) if path.exists() else 600)


def memory_of_largest(wildcards, input, attempt):
    """Return megabytes for a step that reads one file after the other."""
    needed = [megabytes_needed(Path(f)) for f in input.fcs if Path(f).exists()]
    return attempt * max(needed, default=600)


def memory_for_flowkit(wildcards, input, attempt):
    """Return megabytes for FlowKit, which holds twelve times the file and more."""
    sizes = [Path(name).stat().st_size for name in input.fcs if Path(name).exists()]
    return attempt * round(600 + 20 * max(sizes, default=0) / 1e6)


def folder_of(files, name):
    """Return the folder of files, which object storage puts elsewhere; without files the folder of results."""
    return str(Path(files[0]).parent if files else RESULTS / name)


def files_of_samples():
    """Return what of the samples the target names beside the manifest, which needs the record of each.

    What lies in object storage is not looked up here, so the target names it in any case.
    """
    if not workflow.storage_settings.default_storage_provider:
        return lost_files(GATED, RESULTS)
    gates = expand("results/gates/{sample_id}.xml", sample_id=GATED)
    return gates + expand("results/events/{sample_id}.parquet", sample_id=GATED)


def control_fits(sample):
    controls = controls_to_fit_first(PROJECT, sample, NEEDS[sample.panel])
    return [f"results/fits/{control.sample_id}.json" for control in controls]


def released(wildcards):
    """Return the release that stands in for what a batch agrees on, or nothing."""
    return [
        given(path) for path in reference_of(PROJECT, wildcards.panel, wildcards.batch)
    ]


def content_of_release(wildcards):
    return content_of(*released(wildcards), kind="gates")


def fits_of_batch(wildcards):
    if released(wildcards):
        return []
    return [
        f"results/fits/{s.sample_id}.json"
        for s in members(PROJECT, wildcards.panel, wildcards.batch)
    ]


def inputs_of_sample(sample):
    """Return what fit and gate read of a sample: its file, and what was checked and computed for its batch."""
    return {
        "fcs": fcs_of_sample(sample.sample_id),
        "prepared": f"results/settings/{sample.panel}.json",
        "matrix": matrix_of_sample(sample),
        "scales": scales_of_sample(sample),
    }


@with_signature
def inputs_of_fit(wildcards):
    sample = SAMPLES[wildcards.sample_id]
    return {**inputs_of_sample(sample), "controls": control_fits(sample)}


@with_signature
def inputs_of_gate(wildcards):
    sample = SAMPLES[wildcards.sample_id]
    return {
        **inputs_of_sample(sample),
        "fit": f"results/fits/{gates_from(sample)}.json",
        "stability": f"results/stability/{sample.sample_id}.json",
        "consensus": f"results/consensus/{sample.panel}_{sample.batch}.yaml",
        "overrides": overrides_of_sample(sample),
    }


def matrix_of_scales(wildcards):
    samples = samples_of_scales(wildcards)
    return matrix_of_sample(samples[0]) if samples else []


def spillover_of_scales(wildcards):
    samples = samples_of_scales(wildcards)
    return spillover_word(PROJECT, samples[0]) if samples else "none"


def matrix_of_sample(sample):
    """Return the matrix of a sample's batch where one is computed or given, else nothing."""
    made = spillover_word(PROJECT, sample) == "matrix"
    return [f"results/spillover/{sample.panel}_{sample.batch}.csv"] if made else []


def scales_of_sample(sample):
    """Return the scales of a sample's batch where its strategy takes some from the batch, else nothing."""
    name = f"results/scales/{sample.panel}_{sample.batch}.yaml"
    return [name] if WITH_SCALES[sample.panel] else []


def samples_of_scales(wildcards):
    if released(wildcards):
        return []
    return scale_samples(PROJECT, wildcards.panel, wildcards.batch)


def given_matrix(wildcards):
    source = CONFIG.signal.spillover_source(wildcards.batch)
    return [] if source == "stains" else [given(source)]


def computed_stains(wildcards):
    if CONFIG.signal.spillover_source(wildcards.batch) != "stains":
        return []
    return stains_of(PROJECT, wildcards.panel, wildcards.batch)


def stain_files(wildcards):
    return [fcs_of_sample(sample.sample_id) for sample in computed_stains(wildcards)]


def unstained_file(wildcards):
    sample = unstained_of(PROJECT, wildcards.panel, wildcards.batch)
    return (
        [fcs_of_sample(sample.sample_id)]
        if sample and computed_stains(wildcards)
        else []
    )


def samples_of_beads(wildcards):
    return BEAD_SAMPLES[wildcards.panel, wildcards.batch]


def made_spillover(what):
    """Return the files that rule spillover makes for all batches whose matrix is not in the files."""
    needed = {
        (s.panel, s.batch)
        for s in gated(PROJECT)
        if spillover_word(PROJECT, s) == "matrix"
    }
    return [
        f"results/spillover/{panel}_{batch}.{what}" for panel, batch in sorted(needed)
    ]


def made_calibration(what):
    return [
        f"results/calibration/{panel}_{batch}.{what}"
        for panel, batch in sorted(BEAD_SAMPLES)
    ]
