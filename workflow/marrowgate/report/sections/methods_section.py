"""The methods of a run in words, written from its settings: ready for a paper's supplement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marrowgate.plain_text import counted
from marrowgate.report.wording import METHODS, endpoint_words, words
from marrowgate.settings.project import Project

REFERENCES = (
    "Lee JA et al. MIFlowCyt: the minimum information about a flow cytometry experiment. Cytometry A 2008;73:926-930.",
    (
        "Spidlen J et al. Gating-ML 2.0: International Society for Advancement of Cytometry standard for representing "
        "gating descriptions. Cytometry A 2015;87:683-687."
    ),
    (
        "Sutherland DR et al. The ISHAGE guidelines for CD34+ cell determination by flow cytometry. J Hematother "
        "1996;5:213-226."
    ),
    (
        "Parks DR, Roederer M, Moore WA. A new Logicle display method avoids deceptive effects of logarithmic scaling. "
        "Cytometry A 2006;69:541-551."
    ),
    (
        "White S et al. FlowKit: a Python toolkit for integrated manual and automated cytometry analysis workflows. "
        "Front "
        "Immunol 2021;12:768541."
    ),
    "Moelder F et al. Sustainable data analysis with Snakemake. F1000Research 2021;10:33.",
)


@dataclass(frozen=True)
class Topic:
    """One item of the methods: its title and its paragraphs."""

    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Methods:
    """The methods of a run.

    Parameters
    ----------
    topics : tuple of Topic
        In the order of the MIFlowCyt items.
    panels : mapping of str to sequence of (str, str, str, str)
        Panel to its channels: channel, marker, fluorochrome and clone.
    gates : mapping of str to sequence of (str, str, str)
        Strategy to its populations: name, parent, and how the gate is found.
    references, cite : sequence of str, str
        What to cite.
    """

    topics: tuple[Topic, ...]
    panels: Mapping[str, Sequence[tuple[str, str, str, str]]]
    gates: Mapping[str, Sequence[tuple[str, str, str]]]
    references: Sequence[str]
    cite: str


def methods_of(project: Project, provenance: Mapping[str, Any], manifest: Sequence[Mapping[str, Any]]) -> Methods:
    """Write the methods from the settings, the sheets and the provenance.

    Parameters
    ----------
    project : Project
        Settings, sheets, panels and strategies.
    provenance : mapping
        Content of provenance.json.
    manifest : sequence of mapping
        Rows of the manifest, for the instruments.
    """
    topics = (
        _experiment(project),
        _specimen(project),
        _instrument(project, manifest),
        _signal(project),
        _gating(project),
        _measuring(project),
        _statistics(project),
        _software(provenance),
    )
    revision = provenance.get("git_revision")
    version = f"version {provenance['marrowgate']}" + (f", revision {revision}" if revision else "")
    return Methods(
        tuple(topic for topic in topics if topic.paragraphs),
        {name: _channels(panel) for name, panel in project.panels.items()},
        {name: _gates(strategy) for name, strategy in project.strategies.items()},
        REFERENCES,
        f"The marrowgate authors. marrowgate: flow cytometry from FCS files to a cohort answer, {version}. "
        f"Settings {provenance['settings_sha256'][:12]}.",
    )


def _channels(panel: Any) -> list[tuple[str, str, str, str]]:
    return [
        (
            entry.channel,
            entry.marker or entry.scatter or words(entry.role or ""),
            entry.fluorochrome or "",
            entry.clone or "",
        )
        for entry in panel.channels
    ]


def _gates(strategy: Any) -> list[tuple[str, str, str]]:
    return [(p.name, p.parent, words(p.method)) for p in strategy.populations]


def _experiment(project: Project) -> Topic:
    report, cohort = project.config.report, project.config.cohort
    paragraphs = []
    if report.project or report.laboratory:
        paragraphs.append(f"{', '.join(part for part in (report.project, report.laboratory) if part)}.")
    kinds = [sample.control_type for sample in project.samples]
    paragraphs.append(
        f"{len(kinds)} samples, {kinds.count('none')} stained and {len(kinds) - kinds.count('none')} "
        f"controls, in {counted(len({sample.batch for sample in project.samples}), 'batch')}."
    )
    if project.patients:
        paragraphs.append(
            f"{len(project.patients)} patients. The primary endpoint is {endpoint_words(cohort.primary)}; secondary "
            f"endpoints: {'; '.join(map(endpoint_words, cohort.secondary)) or 'none'}."
        )
    return Topic("Experiment (MIFlowCyt 1)", tuple(paragraphs))


def _specimen(project: Project) -> Topic:
    kept = ("preparation", "lysis", "anticoagulant")
    paragraphs = []
    for name in kept:
        values = sorted({str(getattr(s, name)) for s in project.samples if getattr(s, name, None)})
        if values:
            paragraphs.append(f"{name.capitalize()}: {', '.join(map(words, values))}.")
    return Topic(
        "Specimen and reagents (MIFlowCyt 2)", (*paragraphs, "The reagents of each panel stand in the tables below.")
    )


def _instrument(project: Project, manifest: Sequence[Mapping[str, Any]]) -> Topic:
    names = sorted({row["cytometer"] for row in manifest if row["cytometer"]})
    paragraphs = [f"Cytometer as its files name it: {', '.join(names)}."] if names else []
    paragraphs.append(
        "Voltages and gains were read from each file and held against the batch and the patient's other visits; a "
        f"difference above {project.config.quality.max_setting_change_pct:g} % is flagged."
    )
    return Topic("Instrument (MIFlowCyt 3)", tuple(paragraphs))


def _signal(project: Project) -> Topic:
    signal, quality = project.config.signal, project.config.quality
    source = {
        "file": "the spillover keyword of each file",
        "none": "no matrix: the values are not compensated",
        "stains": "the single stains of each batch",
    }.get(signal.spillover, "a matrix that the settings name")
    return Topic(
        "Data processing (MIFlowCyt 4.1 to 4.3)",
        (
            f"List-mode values were compensated with {source}.",
            (
                "Fluorescence was transformed by the logicle function, its parameters written with every gate; "
                "scatter was kept "
                "linear. Gates are stored as Gating-ML 2.0."
            ),
            (
                "Stretches of a run in which a signal moved by more than "
                f"{quality.max_signal_shift_sd:g} standard deviations were left out before gating, unless cells came "
                "in other shares and their signal stayed; such stretches, and those in which the event rate changed "
                f"more than {quality.max_rate_fold:g}-fold, were flagged and kept."
            ),
        ),
    )


def _gating(project: Project) -> Topic:
    paragraphs = [
        (
            "Gates were found in each sample by the methods in the tables below, compared with those of the panel's "
            "other samples "
            "of the batch, and taken over, pulled in or marked where a sample gave none or another one. Each gate has "
            "a status."
        ),
        *(f"{name}: {s.description}" for name, s in project.strategies.items() if s.description),
    ]
    return Topic("Gating (MIFlowCyt 4.4)", tuple(paragraphs))


def _measuring(project: Project) -> Topic:
    measure = project.config.measure
    paragraphs = [
        (
            "Fractions have exact binomial 95 % intervals (Clopper and Pearson 1934, Biometrika 26:404), widened by "
            "the uncertainty of the gates in quadrature on the log scale (Zou and Donner 2008, Stat Med 27:1693). "
            f"Cells per microlitre carry a coefficient of variation of {measure.pipetting_cv_pct:g} % for a pipetting "
            f"step, {measure.bead_lot_cv_pct:g} % for the bead lot and {measure.analyser_cv_pct:g} % for the analyser."
        ),
        f"A population is quantifiable when its coefficient of variation is at most {measure.wanted_cv_pct:g} %.",
    ]
    pairs = [f"{wanted.marker} on {endpoint_words(wanted.population)}" for wanted in measure.intensities]
    if pairs:
        paragraphs.append(
            f"Medians of fluorescence were measured for {', '.join(pairs)}, each with its control where there is one."
        )
    return Topic("Counts and intensities", tuple(paragraphs))


def _statistics(project: Project) -> Topic:
    cohort = project.config.cohort
    if not project.patients:
        return Topic("Statistics", ())
    first, last = cohort.window_cycles
    window = f"cycles {first} to {last}" if cohort.align == "phase" else "days {:g} to {:g}".format(*cohort.window_days)
    return Topic(
        "Statistics",
        (
            (
                f"The patient is the unit. Changes from baseline over the visits on therapy in {window} are compared "
                "on the log2 "
                f"scale: those of counts by {METHODS['conditional_binomial']}, those of other values by the "
                f"{METHODS['change_score']} (Welch). Beside each stand {METHODS['ancova']}, {METHODS['permutation']} "
                "and "
                f"{METHODS['mixed_model_change']}; responders are compared by {METHODS['fisher_exact']} with the "
                f"{METHODS['newcombe']}."
            ),
            (
                f"Visits after the last dose are {'left out' if cohort.after_stopping == 'leave_out' else 'kept'}. "
                "The p-values of "
                "the secondary endpoints are adjusted by Holm, those of exploratory ones by Benjamini and Hochberg."
            ),
            (
                f"A patient responds when {endpoint_words(cohort.responder_measure)} exceeds "
                f"{cohort.responder_limit:g} and "
                f"{cohort.reference_change:.3g} times the patient's baseline at two successive visits of at least "
                f"{cohort.responder_min_events} events each, and lies above the baseline's interval."
            ),
            f"Random draws begin with seed {project.config.seed}.",
        ),
    )


def _software(provenance: Mapping[str, Any]) -> Topic:
    listed = ", ".join(f"{name} {version}" for name, version in provenance["libraries"].items())
    return Topic("Software", (f"marrowgate {provenance['marrowgate']}, Python {provenance['python']}. {listed}",))
