"""What may leave a file: an allow-list. Names, operators, institutions and dates are not on it.

Only numbers leave, since a text field may hold anything that somebody typed. Of the instrument (`$CYT`) only
the words that makers use leave, beside the channels' own names.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from marrowgate.fcs.instruments import known_words
from marrowgate.fcs.keywords import Keywords

FACTS = ("$VOL", "$TIMESTEP", "$LOST", "$ABRT")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2}):(\d{2})(?::(\d{1,2})|[:.,](\d{1,6}))?")
_DAY = 24 * 3600


def facts(keywords: Keywords) -> Mapping[str, str]:
    """Return the acquisition facts: numbers only, no dates.

    Returns
    -------
    mapping of str to str
        `$VOL` as written, `$TIMESTEP` in seconds, `$LOST` and `$ABRT` in events, and `acquisition_s`, the
        seconds from `$BTIM` to `$ETIM`, or from `$BEGINDATETIME` to `$ENDDATETIME`. Missing ones are left out.
    """
    values = {keyword: keywords.number(keyword) for keyword in FACTS}
    clocks = _duration(keywords.text("$BTIM"), keywords.text("$ETIM"))
    dates = _between(keywords.text("$BEGINDATETIME"), keywords.text("$ENDDATETIME"))
    values["acquisition_s"] = clocks if dates is None else dates
    return {name: f"{value:.10g}" for name, value in values.items() if value is not None}


def cytometer(keywords: Keywords) -> str:
    """Return the make of the instrument: the words of `$CYT` that makers use, and no others."""
    return known_words(keywords.text("$CYT"))


def _duration(begin: str, end: str) -> float | None:
    clocks = [_seconds(text) for text in (begin, end)]
    if clocks[0] is None or clocks[1] is None:
        return None
    return round((clocks[1] - clocks[0]) % _DAY, 6)


def _between(begin: str, end: str) -> float | None:
    """Return the seconds between two times of FCS 3.2, written as ISO 8601."""
    try:
        return round((datetime.fromisoformat(end) - datetime.fromisoformat(begin)).total_seconds(), 6)
    except (ValueError, TypeError):  # not there, not ISO, or one of them without a time zone
        return None


def _seconds(text: str) -> float | None:
    match = _CLOCK.fullmatch(text)
    if not match:
        return None
    hours, minutes, whole, sixtieths, fraction = match.groups()
    part = int(sixtieths) / 60 if sixtieths else float(f"0.{fraction or 0}")
    return int(hours) * 3600 + int(minutes) * 60 + int(whole) + part
