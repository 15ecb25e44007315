"""What is no fault of a project, and what its owner may not have meant: patients without sample, beads without lot."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from marrowgate.endpoint_names import imported_measure
from marrowgate.settings.files.given_file import is_there, names_in
from marrowgate.settings.messages import correct_to, nearest
from marrowgate.settings.outcome_words import one_spelling, spelled
from marrowgate.settings.project import Project
from marrowgate.settings.project_checks.endpoint_checks import impossible_names, nameable
from marrowgate.settings.sheets import Sample
from marrowgate.settings.strategies.strategy import rests_on_numbers

_MANY = 10
TERM_LIKENESS = 0.85

Note = tuple[str, str]


def project_notes(project: Project) -> Iterator[Note]:
    """Say what `check` should tell of a project without faults, as (where, what and what to do)."""
    yield from _renamed_notes(project)
    yield from _panel_notes(project)
    if project.config.patients is not None:
        if project.config.sample_sheet is not None:
            yield from _patient_notes(project)
            yield from _visit_notes(project)
        yield from _response_notes(project)
        yield from _term_notes(project)
    yield from _bead_notes(project)
    yield from _cohort_notes(project)
    yield from _strategy_notes(project)


def _panel_notes(project: Project) -> Iterator[Note]:
    """Tell which channels of a panel say nothing: a draft that was not finished."""
    for name, panel in project.panels.items():
        empty = [
            channel.channel for channel in panel.channels if not (channel.marker or channel.scatter or channel.role)
        ]
        if empty:
            yield f"panel {name}", f"no marker stands for {', '.join(empty)}; write it, or remove the line"


def _renamed_notes(project: Project) -> Iterator[Note]:
    """Tell which names are written with signs that no file name can hold, and how they are called here."""
    renamed: dict[tuple[str, str], list[str]] = {}
    for sheet, column, written, used in project.renamed:
        renamed.setdefault((sheet, column), []).append(f"{written!r} is called {used}")
    for (sheet, column), names in renamed.items():
        more = f" and {len(names) - _MANY} more likewise" if len(names) > _MANY else ""
        yield f"{sheet}, column {column}", f"{', '.join(names[:_MANY])}{more}"


def _patient_notes(project: Project) -> Iterator[Note]:
    """Tell which patients have no stained sample, and which have none before treatment."""
    own: dict[str, list[Sample]] = {patient_id: [] for patient_id in project.patients}
    for sample in _stained(project, lambda stained: stained.patient_id in own):
        own[str(sample.patient_id)].append(sample)
    absent = [patient_id for patient_id, samples in own.items() if not samples]
    if absent:
        what = "no fully stained sample in the sample sheet; add its rows, or take the patient out of the patient sheet"
        yield _named("patient", absent), what
    late = [patient_id for patient_id, samples in own.items() if samples and not any(map(_is_baseline, samples))]
    if late:
        what = "no sample at day 0 or before, so there is no change from baseline; day 0 is that of the first dose"
        yield _named("patient", late), what


def _visit_notes(project: Project) -> Iterator[Note]:
    """Tell which stained samples stand in no comparison, since patient or time is not given."""
    nobody = _stained(project, lambda sample: sample.patient_id is None)
    if nobody:
        yield (
            _named("sample", [sample.sample_id for sample in nobody]),
            "no patient_id, so it is not compared; fill it in",
        )
    timeless = _stained(
        project,
        lambda sample: (
            sample.patient_id is not None and sample.day is None and sample.cycle is None and sample.days_off is None
        ),
    )
    if timeless:
        what = "neither day nor cycle, so it is not compared over time; fill in day"
        yield _named("sample", [sample.sample_id for sample in timeless]), what


def _response_notes(project: Project) -> Iterator[Note]:
    given = tuple(dict.fromkeys(patient.response for patient in project.patients.values() if patient.response))
    for word in project.config.cohort.responses:
        if given and spelled(word, given) is None:
            cure = correct_to(word, given, f"responses are {', '.join(given)}")
            yield "cohort.responses", f"no patient has the response {word!r}; {cure}"


def _term_notes(project: Project) -> Iterator[Note]:
    """Tell which adverse events may be slips of others; spellings in another case are one already."""
    counts = Counter(one_spelling(event.term for event in project.toxicity)[event.term] for event in project.toxicity)
    for term, n in counts.items():
        near = nearest(term, [other for other in counts if counts[other] > n], TERM_LIKENESS)
        if near:
            what = f"{near!r} stands there {counts[near]} times; if they are one adverse event, write one word for it"
            yield f"toxicity term {term!r}", what


def _bead_notes(project: Project) -> Iterator[Note]:
    """Tell which bead samples calibrate nothing. Counting beads need no file, so this is no fault."""
    there = names_in(Path(project.config.signal.bead_lots), ".yaml")
    for sample in project.samples:
        if sample.control_type != "beads":
            continue
        where = f"sample {sample.sample_id}"
        if sample.bead_lot is None:
            yield where, "bead_lot is empty, so the beads calibrate nothing; name their lot"
        elif not is_there(project.bead_lot_path(sample.bead_lot)):
            path = project.bead_lot_path(sample.bead_lot)
            near = nearest(sample.bead_lot, there)
            cure = f"did you mean lot {near!r}?" if near else "write the values of the lot's sheet into it"
            what = f"there is no file {path} for lot {sample.bead_lot!r}, so the beads calibrate nothing; {cure}"
            yield where, what


def _cohort_notes(project: Project) -> Iterator[Note]:
    """Tell which names of the section cohort no table will have, where they are no fault."""
    config = project.config
    imported = [imported_measure(row.measure, row.unit) for row in project.measurements]
    known = nameable(config, project.strategies.values(), project.panels.values(), imported)
    for where, what, cure in impossible_names(known):
        entry = str(where[0])
        if config.patients is not None and entry != "populations":
            # a name that is given is a fault then
            usual = getattr(config.cohort, entry)
            name = usual[where[1]] if len(where) > 1 else usual
            text = f"is not given, and the usual {name!r} will be in no table: {what}; name what you compare"
            yield f"cohort.{entry}", text
        elif entry in config.cohort.model_fields_set:
            yield f"cohort.{entry}", f"{what} (nothing is compared without patients); {cure}"


def _strategy_notes(project: Project) -> Iterator[Note]:
    """Tell which strategies are tied to one instrument by numbers in the units of its files."""
    for name, strategy in sorted(project.strategies.items()):
        steps = [
            (node.name, step) for node in strategy.populations for step in (node, node.fallback) if step is not None
        ]
        tied = list(dict.fromkeys(population for population, step in steps if rests_on_numbers(step)))
        if tied and strategy.home is None:
            what = "numbers in the file's own units, which ties the strategy to one instrument; add the section home"
            if strategy.scales.fluorescence.cofactor is not None:
                # without scatter there are no landmark cells for a home
                what = "counts of ions as numbers, which ties the strategy to mass cytometers of like sensitivity"
            yield f"strategy {name}, {_named('population', tied)}", what


def _stained(project: Project, keep: Callable[[Sample], bool]) -> list[Sample]:
    return [sample for sample in project.samples if sample.control_type == "none" and keep(sample)]


def _is_baseline(sample: Sample) -> bool:
    if sample.days_off is not None:
        return False
    return sample.day <= 0 if sample.day is not None else sample.cycle == 0


def _named(what: str, names: Sequence[str]) -> str:
    more = f" and {len(names) - _MANY} more" if len(names) > _MANY else ""
    return f"{what}{'s' if len(names) > 1 else ''} {', '.join(names[:_MANY])}{more}"
