"""When and on which instrument a data set was acquired: to tell runs apart, never to be written down.

Dates and serial numbers stay in the process: what leaves it are numbers of days and of batches.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from marrowgate.fcs.head import data_set_bases, read_head
from marrowgate.fcs.keywords import Keywords
from marrowgate.fcs.source import open_source
from marrowgate.fcs.verdict import RejectedError

_FORMATS = ("%d-%b-%Y", "%d-%b-%y", "%Y-%m-%d", "%Y%m%d", "%d-%B-%Y", "%Y/%m/%d", "%Y-%b-%d", "%b-%d-%Y", "%d %b %Y")


@dataclass(frozen=True)
class Acquired:
    """Where and when.

    Parameters
    ----------
    instrument : str
        Digest of make and serial number; empty when the file names neither.
    day : date or None
        Day of acquisition; None when the file gives none, or none that has one meaning.
    """

    instrument: str
    day: date | None


def acquired(path: Path, data_set: int = 1) -> Acquired:
    """Return where and when a data set was acquired; never raises for a fault of the file."""
    try:
        with open_source(path) as source:
            base = next((at for n, at in enumerate(data_set_bases(source), start=1) if n == data_set), None)
            if base is None:
                return Acquired("", None)
            keywords = read_head(source, base, [])[1]
    except (RejectedError, OSError):
        return Acquired("", None)
    return Acquired(_instrument(keywords), _day(keywords))


def _instrument(keywords: Keywords) -> str:
    words = [keywords.text(name) for name in ("$CYT", "$CYTSN", "CYTNUM", "CYTOMETER ID")]
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:16] if any(words) else ""


def _day(keywords: Keywords) -> date | None:
    moment = keywords.text("$BEGINDATETIME")
    try:
        if moment:
            return datetime.fromisoformat(moment).date()
    except ValueError:
        pass
    return read_day(keywords.text("$DATE"))


def read_day(text: str) -> date | None:
    """Read a date of one meaning: the month is a word, or the year comes first; None for any other text."""
    plain = re.sub(r"[\s_.]+", "-", text.strip())
    for form in _FORMATS:
        try:
            return datetime.strptime(plain, form).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
    return None
