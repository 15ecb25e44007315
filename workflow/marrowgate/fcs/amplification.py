"""`$PnE`: whether stored integers are logarithms, and of how many decades."""

import re
from collections.abc import Sequence

from marrowgate.fcs.keywords import Keywords, to_number
from marrowgate.fcs.layout import Layout
from marrowgate.fcs.model import Note
from marrowgate.fcs.verdict import refusal, repair
from marrowgate.settings.panel import Role

_LONGEST_PAIR = 100
_MOST_DECADES = 300
_LINEAR_WORDS = r"(?i)(?:0(?:[.,]0*)?|LIN(?:EAR)?|NA|N/A|NONE)"
_NUMBER = r"0{0,40}\d{1,20}(?:\.\d{0,20})?(?:E[+-]?\d{1,3})?"
_STANDARD = rf"(?i)\s*{_NUMBER}\s*,\s*{_NUMBER}\s*"
_PAIR = rf"(?i)[\s(\[]*({_NUMBER})\s*[,;:/|\s]\s*({_NUMBER})[\s)\];,]*(?:[^\w\s.,;:)\]][^\d]*)?"
_WITH_COMMA = r"0{0,40}\d{1,9},\d{1,20}"
_DECIMAL_COMMAS = rf"\s*({_WITH_COMMA})\s*[,;]\s*({_WITH_COMMA})\s*"
_ONE_COMMA = rf"(?i)\s*({_WITH_COMMA}|{_NUMBER})\s*;\s*({_WITH_COMMA}|{_NUMBER})\s*"


def amplifications(
    keywords: Keywords, layout: Layout, roles: Sequence[Role], repairs: list[Note]
) -> list[tuple[float, float]]:
    """Read `$PnE` of every channel: decades, and the value of the lowest channel.

    Parameters
    ----------
    keywords : Keywords
        The TEXT.
    layout : Layout
        How the values are stored; floats are linear whatever `$PnE` says.
    roles : sequence of Role, length n_channels
        By the names; of channels that measure no signal a `$PnE` is not needed.
    repairs : list of Note
        Repairs that were needed are added.

    Raises
    ------
    RejectedError
        `bad_keyword` when stored integers may be logarithms, and the file does not tell of what.
    """
    texts = [keywords.text(f"$P{number}E") for number in range(1, len(layout.types) + 1)]
    pairs = [_amplification(text) for text in texts]
    whole = [kind in {"I", "A"} for kind in layout.types]
    unreadable = [index for index, pair in enumerate(pairs) if pair is None]
    _refuse_logarithms([index for index in unreadable if whole[index]], roles)
    if unreadable:
        sentence = f"$PnE of {len(unreadable)} channels is no pair of numbers; these were taken as linear"
        repairs.append(repair("amplification_unreadable", sentence))
    _refuse_without_range(keywords, [index for index, pair in enumerate(pairs) if whole[index] and pair], pairs, roles)
    logarithms = [
        text for text, pair, is_whole in zip(texts, pairs, whole, strict=True) if is_whole and pair and pair[0]
    ]
    _note_spelling(logarithms, repairs)
    return [pair or (0.0, 0.0) for pair in pairs]


def _note_spelling(logarithms: Sequence[str], repairs: list[Note]) -> None:
    """Note how many `$PnE` of logarithms were understood though they are not written as the standard says."""
    n_respelled = sum(not _is_plain(text) for text in logarithms)
    if n_respelled:
        sentence = f"$PnE of {n_respelled} channels is not written as two numbers with a comma"
        repairs.append(repair("amplification_spelling", sentence))


def _refuse_logarithms(unreadable: Sequence[int], roles: Sequence[Role]) -> None:
    """Refuse stored integers of a signal that may be logarithms nobody knows the base of."""
    needed = [str(index + 1) for index in unreadable if roles[index] in {"fluorescence", "scatter"}]
    if needed:
        numbers = ", ".join(needed[:10])
        sentence = f"$PnE of {len(needed)} integer channels is no pair of numbers (channels {numbers})"
        raise refusal(code="bad_keyword", sentence=sentence)


def _refuse_without_range(
    keywords: Keywords, candidates: Sequence[int], pairs: Sequence[tuple[float, float] | None], roles: Sequence[Role]
) -> None:
    """Refuse logarithms of a signal whose `$PnR` does not tell over how many channels the decades lie."""
    needed = [
        str(index + 1)
        for index in candidates
        if (pairs[index] or (0.0,))[0] > 0
        and (keywords.number(f"$P{index + 1}R") or 0.0) <= 0
        and roles[index] in {"fluorescence", "scatter"}
    ]
    if needed:
        sentence = f"$PnR of {len(needed)} logarithmic channels is no number (channels {', '.join(needed[:10])})"
        raise refusal(code="bad_keyword", sentence=sentence)


def _is_plain(text: str) -> bool:
    return bool(re.fullmatch(_STANDARD, text) or re.fullmatch(_DECIMAL_COMMAS, text))


def _amplification(text: str) -> tuple[float, float] | None:
    """Return decades and lowest value; None when the text has no sure meaning."""
    text = text[:_LONGEST_PAIR]
    if not text or re.fullmatch(_LINEAR_WORDS, text):  # optional in practice: missing means linear
        return 0.0, 0.0
    if commas := re.fullmatch(_DECIMAL_COMMAS, text) or re.fullmatch(_ONE_COMMA, text):
        parts = [part.replace(",", ".") for part in commas.groups()]
    elif pair := re.fullmatch(_PAIR, text):
        parts = list(pair.groups())
    else:
        return None
    decades, lowest = (to_number(part) for part in parts)
    if decades is None or lowest is None or decades > _MOST_DECADES:
        return None
    # the standard says to read 4,0 as 4,1
    return decades, (lowest or 1.0) if decades else 0.0
