"""Words of the outcome columns: one spelling for each response and each adverse event."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

USUAL_RESPONSES = ("sCR", "CR", "CRi", "nCR", "VGPR", "PR", "MR", "SD", "PD", "NR", "NE")
"""Usual words for the best response, the deepest first (IMWG and leukaemia criteria)."""

NO_REMISSION = ("MR", "SD", "PD", "NR")
"""Usual words for a best response that is no remission."""


def word_key(word: str) -> str:
    """Return what two spellings of a word share: case, blanks, dashes and underscores do not count."""
    return re.sub(r"[\s_\-]+", " ", word).strip().casefold()


def spelled(word: str, known: Sequence[str]) -> str | None:
    """Return the known word that a word is a spelling of; None where there is none."""
    return next((accepted for accepted in known if word_key(accepted) == word_key(word)), None)


def one_spelling(words: Iterable[str]) -> dict[str, str]:
    """Return for each spelling the most frequent spelling of its word; of equally frequent ones the first."""
    counts = Counter(words)
    best: dict[str, str] = {}
    for word in counts:
        key = word_key(word)
        if key not in best or counts[word] > counts[best[key]]:
            best[key] = word
    return {word: best[word_key(word)] for word in counts}
