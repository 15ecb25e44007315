"""Why a gate is as it is: every code that a reason may carry, and what the code means."""

from collections.abc import Iterable, Sequence
from types import MappingProxyType

from marrowgate.fcs.model import Note

Reasons = tuple[Note, ...]

CODES = MappingProxyType(
    {
        "marker_absent": "The panel lacks a marker that the population, or another one that it needs, is gated in.",
        "marker_left_out": "The sample is a control without the marker.",
        "needs_gate": "A population that this one needs has no gate.",
        "file_rejected": "The file is rejected.",
        "step_failed": "A step gave no result for the sample; the manifest says which.",
        "no_landmark": "The batch shows no landmark that brings the strategy's numbers to the file's units.",
        "no_fit": "The sample has no fit of its own.",
        "too_few_events": "Too few events to find a boundary.",
        "no_valley": "The valley that was looked for is not there.",
        "no_cluster": "The events in the target box make no cluster.",
        "no_component": "No component of the mixture has its mean in the target box.",
        "too_few_values": "The events have too few different values.",
        "no_control": "No control sample gives a boundary.",
        "no_gate_to_copy": "The population whose gate is to be copied has none in these dimensions.",
        "reference_not_stained": "The reference population is hardly brighter than cells without the marker.",
        "reference_not_positive": "The median of the reference population is not above 0.",
        "no_negative_peak": "There is no negative peak.",
        "outside_bounds": "The boundary lies outside the bounds that the strategy gives.",
        "no_mode": "There is no upper mode.",
        "few_in_mode": "The upper mode holds few of the events.",
        "cut_by_box": "The cluster reaches out of the box that it was sought in.",
        "hollow": "The middle of the cluster is emptier than a normal one's: two clusters are in it, or a flank.",
        "second_cluster": "The ellipse holds a second mode, with a valley between the two.",
        "second_valley": "Another valley parts the events as well, and many lie between the two.",
        "wide_boundary": "The boundary's own error is a tenth of the scale or more: it may lie almost anywhere.",
        "crowded_border": "Many events lie near a boundary, within its error, so that it moves the count much.",
        "cuts_through": "Many events lie beside the border that another population places: it cuts through cells.",
        "nothing_stained": "Hardly an event lies in the gate, and no border was found: no such cells, or no stain.",
        "stain_missing": "No border was found, and cells without the marker are as dark as without the stain.",
        "at_full_scale": "Many events of the reference population lie at the top of a channel: they were brighter.",
        "landmark_in_doubt": "A landmark is in doubt, so are the gate's numbers, and the gate depends on them.",
        "reference_in_doubt": "The population that places the gate is in doubt.",
        "off_landmark": "The cells lie elsewhere than the landmark of the same kind in the same sample.",
        "at_border": "Many events lie at the border of a population that this one lies in: neighbours reach into it.",
        "overlap": "Populations that ought to be apart share many events.",
        "two_modes": "The reference population has two modes, so its median and spread are those of neither.",
        "on_a_flank": "The component lies on the flank of its neighbours.",
        "wrong_scale": "The method does not work on this scale.",
        "ends_at_neighbour": "The gate ends where a neighbouring population begins.",
        "from_control": "The boundary comes from a control sample.",
        "copied": "The gate is that of another population.",
        "beyond_scale": "Many events are at the top of the gate's channels; the fallback's stand in.",
        "fallback": "The method found nothing; the fallback of the strategy stands in.",
        "from_batch": "The gate is that of the panel and batch.",
        "pooled": "The gate was found in the events of all samples of the batch.",
        "far_from_batch": "The boundary is further from the batch's than is allowed, and was pulled in to the limit.",
        "drawn_in": "The boundary is far from the batch's but within its own error; it was drawn in to the limit.",
        "no_consequence": "A gate on the way is in doubt, but wherever it lies the population stays nearly the same.",
        "follows_landmark": "Landmark cells are not as bright as in the release; the scale follows the sample's own.",
        "detector_moved": "The detector reads otherwise than in the release, or is set otherwise.",
        "given": "A person gave the gate; who, when and why stands in the reason.",
        "too_few_fits": "Too few samples of the batch found a gate to lend one.",
    }
)

REMARKS = frozenset(
    {
        "beyond_scale", "copied", "drawn_in", "ends_at_neighbour", "fallback", "from_batch", "from_control",
        "needs_gate", "no_valley", "pooled", "too_few_events",
    }
)  # fmt: skip
"""Codes of reasons that say where a gate comes from and do not speak against it."""


def because(code: str, sentence: str) -> Note:
    """Make a reason; the sentence gives its numbers.

    Raises
    ------
    KeyError
        The code is none of `CODES`.
    """
    if code not in CODES:
        raise KeyError(code)
    return Note(code, sentence)


def sentences_of(reasons: Iterable[Note]) -> str:
    """Return the sentences of reasons as one text, joined by '; '."""
    return "; ".join(reason.sentence for reason in reasons)


def codes_of(reasons: Iterable[Note]) -> str:
    """Return the codes of reasons as one text, joined by '; ', in the order of their sentences."""
    return "; ".join(reason.code for reason in reasons)


def has_code(reasons: Sequence[Note], code: str) -> bool:
    """Say whether one of the reasons has a code."""
    return any(reason.code == code for reason in reasons)
