"""What may leave a file: an allow-list. Names, operators, institutions and dates are not on it.

Only numbers leave, since a text field may hold anything that somebody typed. Of the instrument (`$CYT`) only
the words that makers use leave, beside the channels' own names.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from marrowgate.fcs.instruments import known_words
from marrowgate.fcs.keywords import Keywords, to_number

FACTS = ("$VOL", "$TIMESTEP", "$LOST", "$ABRT")
_CLOCK = (
    r"(?i)(?:\d{4}-\d{2}-\d{2}[T ])?(\d{1,2})([:.])([0-5]\d)\2([0-5]\d)(?::(\d{1,2})|[:.,](\d{1,9}))?:?"
    r"\s?(?:([AP])\.?M\.?|Z|[+-]\d{2}:?\d{2})?"
)
_VOLUME = r"(?i)(\d{1,15}(?:[.,]\d{1,15})?)\s?(nl|[u\u00b5\u03bc]l|ml|)"
_IN_NANOLITRES = {"": 1.0, "nl": 1.0, "ul": 1e3, "\u00b5l": 1e3, "\u03bcl": 1e3, "ml": 1e6}
_DAY = 24 * 3600
_FRAMES = 60
"""Frames per second of FCS 3.0; an instrument that writes more counts hundredths."""


def facts(keywords: Keywords) -> Mapping[str, str]:
    """Return the acquisition facts: numbers only, no dates.

    Returns
    -------
    mapping of str to str
        `$VOL` as written, in nanolitres where its unit stands beside it, `$TIMESTEP` in seconds, `$LOST` and `$ABRT` in
        events, and `acquisition_s`, the seconds from `$BTIM` to `$ETIM`, or from `$BEGINDATETIME` to `$ENDDATETIME`.
        Missing ones are left out.
    """
    values = {keyword: keywords.number(keyword) for keyword in FACTS}
    values["$VOL"] = _volume(keywords.text("$VOL"))
    clocks = _duration(keywords.text("$BTIM"), keywords.text("$ETIM"))
    dates = _between(keywords.text("$BEGINDATETIME"), keywords.text("$ENDDATETIME"))
    values["acquisition_s"] = clocks if dates is None else dates
    return {name: f"{value:.10g}" for name, value in values.items() if value is not None}


def _volume(text: str) -> float | None:
    """Read a volume, also one with a decimal comma or with its unit."""
    match = re.fullmatch(_VOLUME, text)
    if not match:
        return to_number(text)
    value = to_number(match[1].replace(",", "."))
    return None if value is None else value * _IN_NANOLITRES[match[2].casefold()]


def cytometer(keywords: Keywords) -> str:
    """Return the make of the instrument: the words of `$CYT` that makers use, and no others."""
    return known_words(keywords.text("$CYT"))


def _duration(begin: str, end: str) -> float | None:
    matches = [re.fullmatch(_CLOCK, text) for text in (begin, end)]
    frames = [int(match[5]) for match in matches if match and match[5]]
    per_second = _FRAMES if max(frames, default=0) < _FRAMES else 100
    clocks = [_seconds(match, per_second) for match in matches]
    if clocks[0] is None or clocks[1] is None:
        return None
    return round((clocks[1] - clocks[0]) % _DAY, 6)


def _between(begin: str, end: str) -> float | None:
    """Return the seconds between two times of FCS 3.2, written as ISO 8601."""
    try:
        seconds = round((datetime.fromisoformat(end) - datetime.fromisoformat(begin)).total_seconds(), 6)
    except (ValueError, TypeError):  # not there, not ISO, or one of them without a time zone
        return None
    return seconds if seconds >= 0 else None


def _seconds(match: re.Match[str] | None, per_second: int) -> float | None:
    """Return the seconds since midnight of a clock of 24 hours or of 12."""
    if not match:
        return None
    hours, _, minutes, whole, frames, fraction, half = match.groups()
    hour = int(hours)
    if hour > (12 if half else 24):
        return None
    if half:
        hour = hour % 12 + 12 * (half.upper() == "P")
    part = int(frames) / per_second if frames else float(f"0.{fraction or 0}")
    return hour * 3600 + int(minutes) * 60 + int(whole) + part
