"""The verdict on a data set: every code that it may carry, and what the code means."""

from collections.abc import Sequence
from types import MappingProxyType

from marrowgate.fcs.model import Note, Status, Verdict

REJECTIONS = MappingProxyType(
    {
        "missing_file": "There is no file at this place.",
        "unreadable_file": "The place is a folder, a pipe or a device, or the file may not be read.",
        "no_such_data_set": "The file holds fewer data sets than the number asked for.",
        "not_fcs": "The file does not begin as an FCS file does.",
        "unsupported_version": "The FCS version is not 2.0, 3.0, 3.1 or 3.2.",
        "bad_header": "The HEADER does not say where the TEXT is.",
        "bad_text": "The TEXT cannot be taken apart into keywords and values.",
        "text_too_large": "The TEXT is larger, or has more keywords, than any instrument writes.",
        "missing_keyword": "A keyword without which the data cannot be read is missing.",
        "bad_keyword": "A keyword without which the data cannot be read has a value that makes no sense.",
        "header_only": "The file ends before the DATA begin.",
        "truncated": "The file ends inside the DATA.",
        "offsets_past_end": "The DATA are said to lie beyond the end of the file.",
        "offsets_overlap": "The DATA are said to lie inside the HEADER or the TEXT.",
        "offsets_ambiguous": "HEADER and TEXT place the DATA differently, and nothing tells which is right.",
        "tot_mismatch": "$TOT and the number of events in the DATA differ.",
        "histogram_mode": "$MODE is C or U: the file holds histograms, not events.",
        "unsupported_datatype": "$DATATYPE or $PnDATATYPE is not one of I, F, D and A.",
        "unsupported_byte_order": "$BYTEORD is neither ascending nor descending.",
        "unsupported_bits": "$PnB is a width that the data type does not have.",
        "duplicate_channels": "Two channels have the same $PnN.",
        "bad_ascii_data": "$DATATYPE is A and the DATA are not numbers.",
        "non_finite_values": "Values are not numbers, or infinite.",
        "implausible_values": "Floating-point values are absurdly large or small, or integers are floats in truth.",
    }
)

REPAIRS = MappingProxyType(
    {
        "end_offset_off_by_one": "The end of the DATA is off by one byte; $TOT and the file agree.",
        "data_end_from_tot": "The end of the DATA is wrong; it was taken from $TOT, which fits the file.",
        "trailing_bytes_ignored": "The DATA end with padding or less than one event; these bytes were left out.",
        "tot_from_data_length": "$TOT is missing or no number; events were counted from the DATA.",
        "offsets_from_text": "The HEADER does not place the DATA; $BEGINDATA was used.",
        "data_offset_chosen": "HEADER and TEXT place the DATA differently; the one that fits was used.",
        "text_begin_off_by_one": "The TEXT begins one byte before the place that the HEADER gives.",
        "text_end_off_by_one": "The end of the TEXT is off by one byte.",
        "text_end_too_early": "The HEADER ends the TEXT too early; it was read on to the DATA.",
        "latin1_text": "The TEXT is not UTF-8; it was read as Latin-1.",
        "undoubled_delimiter": "Values hold the delimiter undoubled; keywords were found by their names.",
        "empty_keyword_ignored": "A keyword is empty; what stands behind it was left out.",
        "keywords_without_dollar": "Standard keywords stand without $; they were taken as standard.",
        "duplicate_keyword": "A standard keyword has two values; the first was used.",
        "supplemental_text_ignored": "The supplemental TEXT cannot be read; keywords in it are missing.",
        "bytes_after_data": "More events seem to follow the DATA; they were not read.",
        "data_set_not_linked": "$NEXTDATA names no data set, and one begins behind the DATA; it counts as one more.",
        "next_data_ignored": "$NEXTDATA points to a place where no data set begins.",
        "byte_order_spelling": "$BYTEORD is not written as the standard says; its meaning is plain.",
        "bits_from_datatype": "$PnB does not fit $DATATYPE; the width of the data type was used.",
        "bits_from_data_length": "$PnB does not fit the DATA; values fill whole bytes.",
        "range_unusable": "$PnR is missing or no number; no bits were masked.",
        "extra_bits_masked": "Values have bits above $PnR; these were masked, as the standard says.",
        "integers_rounded": "Integers above 2^53 were rounded to the nearest float64.",
        "control_characters_left_out": "Names or labels of channels hold control characters, which were left out.",
        "channel_named_by_number": "A channel has no $PnN; it is called P and its number.",
        "amplification_ignored": "$PnE is logarithmic on floating-point data; values are linear already.",
        "amplification_spelling": "$PnE is not written as the standard says; its meaning is plain.",
        "amplification_unreadable": "$PnE is no pair of numbers where none is needed; the channel was taken as linear.",
        "spillover_in_per_cent": "The spillover matrix is written in per cent; it was divided by 100.",
        "spillover_several": "The file holds spillover matrices that differ; the first that is no identity was used.",
        "spillover_applied": "The values are compensated or unmixed already; the matrix was not applied again.",
        "spillover_ignored": "The spillover matrix cannot be read, or names channels that are not there.",
    }
)


class RejectedError(Exception):
    """A data set cannot be used; carries the reason. Never leaves `marrowgate.fcs`."""

    def __init__(self, note: Note):
        self.note = note
        super().__init__(f"{note.code}: {note.sentence}")


def refusal(*, code: str, sentence: str) -> RejectedError:
    """Make the error for one of `REJECTIONS`; the sentence gives the numbers and nothing private."""
    return RejectedError(Note(code, sentence))


def repair(code: str, sentence: str) -> Note:
    """Make the note for one of `REPAIRS`; the sentence gives the numbers and nothing private."""
    return Note(code, sentence)


def judge(reasons: Sequence[Note], repairs: Sequence[Note]) -> Verdict:
    """Make the verdict: rejected with any reason, else repaired with any repair, else accepted."""
    status: Status = "rejected" if reasons else "repaired" if repairs else "accepted"
    return Verdict(status, tuple(reasons), tuple(repairs))
