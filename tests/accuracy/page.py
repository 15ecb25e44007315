"""The page docs/accuracy.md: figures between sentences that do not change with them."""

from collections.abc import Mapping, Sequence

from accuracy.contaminants import contaminant_table
from accuracy.figures import Figure, markdown
from accuracy.sizes import Size

Topics = Mapping[str, Sequence[Figure]]
GAP = 0.03

OPENING = """# Accuracy

This page is written by `make accuracy`. Do not edit it. Figures that are bad stand here as they are.

A cohort is simulated whose truth is known for every event ([simulation.md](simulation.md)). The workflow of this
repository, with its config, panels and strategies, gates and counts the files. It never sees the truth or the
simulator's settings. Then its answers are held against the truth.

Simulated blood is tidier than real blood. So these figures say where a method fails; they do not say how well it
does in a hospital.

How to read the tables:

- Brackets behind a rate hold its exact 95 % interval: how far it may be off because only so many were simulated.
  `±` is a standard error. Samples of the same patient are not independent, so errors of figures over samples are a
  little too small.
- The **generating** truth is that of the blood: 95 % intervals should cover it. The **realised** truth is what is
  in the file: F1 and the bias of gates are measured against it.
- F1 is the harmonic mean of precision and recall over events. True members are living single cells.
- `none` means that there was nothing to measure, and is no zero."""

F1 = """## Gates

F1 by the number of true cells in the file. Beside it stands the F1 of a classifier that knows how the events were
made, for some of the samples, and the F1 that was found in those same samples. No gate can be much better than that.
Files that were rejected do not count. Bands without samples have no row."""

RATES = """### Rates that these figures depend on

Set before any gate was fitted to a simulated file; [simulation.md](simulation.md) has all of them. With more
contamination the figures above would be worse."""

FLAGS = """### Wrong gates

A gate is called wrong when its F1 is below 0.5 with 20 or more true cells. It is flagged when its status is not
`ok`, `fixed` or `borrowed`, or when a quality check flagged the sample; the check of the counting error does not count.
*Plainly ok* means that not even `fixed` or `borrowed` stands there."""

BACKGROUND = """### Samples that hold none of a population

What the gate finds all the same."""

ABUNDANCE = """## Fractions and absolute counts

Relative errors by the true cells per uL of blood, in `published`. *Bias of the gates* compares the fraction of
CD45+ cells with that of the file, so counting error is left out. The other columns compare with the blood.
*Counting alone* is the error that a perfect gate would have. Samples with the CD34 stain count by beads, the others
with the analyser's white cells."""

PLATFORMS = """### Beads and the analyser

Bias of CD34+ cells per uL by counting beads and by the analyser's white cells, for the same samples through the real
gates, against the blood. The samples are those of `published`, with as many CD34+ cells as give 250 to 1,000 events, so
that counting error does not hide a bias. The errors of pipetting, of the beads' label and of the analyser are in the
figures. The bias should be within 2 %."""

COVERAGE = """## Intervals

Share of the 95 % intervals that hold the truth of the blood, by the events that a perfect gate would find on
average. From 15 events on it should lie between 93 and 97.5 %. Exact intervals cover more when there are fewer
events.

### Counting alone

Perfect gates. `per_100_cd45` has counting error and no other. `cells_per_ul` also has the error of pipetting and of the
bead lot's label (cd34_hspc, by beads) or of the analyser (ig and nrbc). The analyser counts dead cells too; perfect
gates tell them apart, so they are taken off."""

GATE_COVERAGE = """### Through the real gates

What users get: the intervals hold the `boundary_sd` of the gates and the errors of the bench. Samples of `published`
whose blood was given as many rare cells as the band asks for, through fit, consensus and gates. `boundary_sd` is how
much a boundary varies; a gate that is off by a few percent every time brings coverage down where there are many
events, because the counting error is small there."""

FILE_COVERAGE = """### In the whole workflow

The samples of `published` as they are."""

CXCR4 = """## CXCR4 on CD34+ cells

By the CD34+ events found. The truth of ratio, difference and median is that of {cells:,} CD34+ cells through the
same instrument. The truth of ABC is the median of molecules. `none` in the columns of ABC: the run gave no ABC."""

CXCR4_COVERAGE = """### Bias and coverage by events

Perfect gates: living CD34+ cells through the simulated instrument, so many of them as the row says, on eight visits
of each instrument run of `published`. Calibrated with the run's own sample of PE beads. ABC counts where it is at least
three times that of the control. Coverage should lie between 93 and 97.5 %, the median bias of the ratio within 3 %
from 100 events on and that of ABC within 5 %. Visits of a run hardly differ in background here; the interval allows
for differences, so with a small control the ratio is covered more often."""

FOLD = """### Change from baseline

Found change of `ratio_fi` over the true one, by the fewer events of both samples, where both have a ratio."""

RESPONDERS = """## Responder calls

`workflow` is the whole workflow on the patients of `published` that were simulated as files. `counts` are whole
cohorts at the level of counts, with perfect gates."""

TESTS = """## Tests over many cohorts

Whole cohorts at the level of counts: perfect gates, counting error, pipetting, the analyser's error, and CXCR4 on as
many cells as were counted. The primary test is the change score of immature cells per 100 CD45+ cells. CXCR4 is
compared in molecules (`abc`), with the ratio to the control (`ratio_fi`) beside it. As in the workflow a control sample
with few CD34+ cells is taken together with the control samples of its batch, and molecules are read off the batch's
sample of PE beads. A visit has no CXCR4 with fewer than five CD34+ cells, and no ratio in a batch whose controls'
median is within 3 standard errors of 0. How many patients have both values stands under *Estimates*. A cohort counts
for a test when each arm has two patients with both values.

### False positives

In `null` the arms do not differ in any change, but in visits, baseline and batches. A test at 5 % should be
significant in 5 % of the cohorts. One line is a
comparison that the workflow does not make."""

POWER = """### Power"""

ESTIMATES = """### Estimates

The true difference is the mean over the same cohorts counted with 100 million events a sample, for CXCR4, the ratio
included, that of the blood's molecules. Every cohort has the same number of responders. So estimates differ less
between cohorts than between real studies, and intervals may cover more than 95 %."""

REFUSED = """### Arm and batch are the same

In `confounded` every contrast must be refused."""

OUTCOMES = """## What the scenarios should show

### published

The patients that went through the whole workflow."""

TROUBLES = """### dirty

Each trouble sits in one CD34 sample. Expected: clogged, bursting and drifting samples are flagged; events carried over
from the sample before look like the sample's own and are not seen; the sample cut short is rejected or repaired; the
sample of the wrong panel is flagged by the labels of its channels; wrong spillover is flagged; other samples are not
flagged. *Noticed* is what was rejected, repaired or flagged; the check of the counting error does not count."""

SPARED = """The cohort was run twice, without and with the troubled files. No other sample should change."""


def page(topics: Topics, size: Size) -> str:
    """Write the page.

    Parameters
    ----------
    topics : mapping of str to sequence of Figure
        By the names of `accuracy.run`.
    size : Size
        What was simulated.
    """
    by_cells, by_abundance, by_events = (
        ("population", "true cells"),
        ("population", "abundance"),
        ("population", "band"),
    )
    parts = [
        *(OPENING, _sizes(size)),
        *(F1, "### published", markdown(topics["f1_published"], *by_cells), _gaps(topics["f1_published"])),
        *("### dirty", markdown(topics["f1_dirty"], *by_cells)),
        *(RATES, contaminant_table()),
        *(FLAGS, markdown(topics["wrong_gates"], "population")),
        *(BACKGROUND, markdown(topics["background"], "population")),
        *(ABUNDANCE, markdown(topics["abundance"], *by_abundance)),
        *(PLATFORMS, markdown(topics["platforms"], "counted by")),
        *(COVERAGE, markdown(topics["coverage_counts"], *by_events)),
        *(GATE_COVERAGE, markdown(topics["coverage_gates"], *by_events)),
        *(FILE_COVERAGE, markdown(topics["coverage_workflow"], *by_events)),
        *(CXCR4.format(cells=size.true_cells), markdown(topics["cxcr4"], "marker", "CD34+ events")),
        *(CXCR4_COVERAGE, markdown(topics["cxcr4_coverage"], "control", "CD34+ events")),
        *(FOLD, markdown(topics["cxcr4_fold"], "marker", "CD34+ events")),
        *(RESPONDERS, markdown(topics["responders"], "scenario", "how")),
        *(TESTS, markdown(topics["false_positives"], "scenario", "test")),
        *(POWER, markdown(topics["power"], "scenario", "test")),
        *(ESTIMATES, markdown(topics["estimates"], "scenario", "measure")),
        *(REFUSED, markdown(topics["confounded"], "scenario", "test")),
        *(OUTCOMES, markdown(topics["published"], "scenario", "what")),
        *(TROUBLES, markdown(topics["troubles"], "trouble")),
        *(SPARED, markdown(topics["spared"], "")),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _sizes(size: Size) -> str:
    files = "; ".join(f"`{name}` {triplet} + {doublet} patients" for name, (triplet, doublet) in size.patients.items())
    return (
        f"Simulated with seed {size.seed}. As files through the workflow: {files}; {size.events:,} events in a CD34 "
        f"sample. At the level of counts: {size.null_cohorts} cohorts of `null`, {size.effect_cohorts} of `published`, "
        f"{size.effect_cohorts} of `weak`, {size.refused_cohorts} of `confounded`. "
        "The figures of every table also stand in `results/accuracy/`."
    )


def _gaps(figures: Sequence[Figure]) -> str:
    """Name the rows whose F1 is far below the optimum of the same samples."""
    values = {(figure.item, figure.band, figure.measure): figure.value for figure in figures}
    far = []
    for item, band in dict.fromkeys((figure.item, figure.band) for figure in figures):
        best, found = values.get((item, band, "Bayes-optimal F1")), values.get((item, band, "F1 of those samples"))
        if best is not None and found is not None and best - found > GAP:
            far.append(f"{item} with {band} ({best - found:.2f})")
    if not far:
        return f"No row is more than {GAP} below the optimum of the same samples."
    return f"More than {GAP} below the optimum of the same samples: {'; '.join(far)}."
