"""What a channel is for, told by its whole name.

A name is taken apart completely: a detector, what was measured of the pulse, and the scale. A name with
anything left over is fluorescence, so that a marker called FSP1 or TIM-3 is never mistaken.
"""

import re
from dataclasses import dataclass
from typing import Literal

from marrowgate.settings.panel import Role

Pulse = Literal["A", "H", "W", ""]


LONGEST_NAME = 200  # longer ones are no names, and would take long to understand


@dataclass(frozen=True)
class Reading:
    """A channel's name, understood.

    Parameters
    ----------
    role : Role
        What the channel is for.
    scatter : str
        ``FSC`` or ``SSC`` for scatter.
    pulse : str
        ``A``, ``H`` or ``W``; empty when the name does not say.
    distance : int
        How far the name is from the plain one: 0 for FSC-A, more for another laser, a second detector or
        a logarithmic scale. Of several channels the nearest gets the canonical name.
    """

    role: Role
    scatter: str = ""
    pulse: Pulse = ""
    distance: int = 0


_LASER = r"(?:\d{3}(?:NM)?|UV|YG|[VBRYG])"
_FORWARD = r"FSC|FS|FALS|FLS|FORWARD-SC(?:ATTER)?|FWD-SC(?:ATTER)?|FORWARD-LIGHT-SCATTER|SMALL-ANGLE"
_SIDE = r"SSC|SS|SALS|RALS|SIDE-SC(?:ATTER)?|SIDE-LIGHT-SCATTER|RIGHT-ANGLE|ORTHOGONAL|BSC|BACK-SCATTER"
_PULSE = r"A|H|W|AREA|HEIGHT|WIDTH|INT|INTEGRAL|PEAK|PK|TOF"
_SCATTER = re.compile(
    rf"(?P<laser>{_LASER}-?)?"
    rf"(?:(?P<forward>{_FORWARD})|(?P<side>{_SIDE}))"
    r"(?P<detector>-?\d|-?PMT|-?PAR(?:ALLEL)?|-?PERP(?:ENDICULAR)?|-?DIODE)?"
    rf"(?P<filter>-?{_LASER}|-?\d{{3}}/\d{{1,3}})?"
    rf"(?:-?(?P<log1>LOG|LIN))?(?:-?(?P<pulse>{_PULSE}))?(?:-?(?P<log2>LOG|LIN))?"
)
_TIME = re.compile(
    r"TIME(?:-?(?:\d|MSW|LSW|HIGH|LOW|S|SEC|SECS|SECONDS|MS|TICKS|TICK|\(.{1,20}\)))?"
    r"|HDR-TM?|HDR-TIME|TIME-?STAMP|CLOCK-?TIME|COMPUTED-TIME|ELAPSED-TIME|ACQUISITION-TIME|EVENT-TIME|CLOCK"
)
_INDEX = re.compile(
    r"(?:EVENT|CELL|OBJECT|ROW|FILE|PARTICLE)-?(?:#|NO|NUM|NUMBER|COUNT|COUNTER|ID|IDX|INDEX)"
    r"|EVENT|EVENTS|INDEX|IDX|ABSOLUTE-?EVENT-?NUMBER|HDR-[CS]E|CELLID|UNIQUE-ID"
    r"|(?:INDEX-?)?SORT-?(?:INDEX|WELL|ROW|COL|COLUMN|X{0,2}|[XY]|TRAY|\d{1,2})|IDX-?(?:ROW|COL)"
    r"|TRAY-?[XY]|WELL|SAMPLE-?(?:ID|NUMBER)|FILE|TUBE"
)
_IGNORED = re.compile(
    r"(?:TRIGGER-)?(?:PULSE-)?WIDTH|(?:EVENT|CELL|PULSE)-?LENGTH|TIME-OF-FLIGHT|TOF|HDR-V|VOLUME"
    r"|CENTER|OFFSET|RESIDUAL|AMPLITUDE|BEAD|BEADS|BEAD-?(?:FLAG|DIST|ID)|BEAD-?DISTANCE"
    r"|SORT-?(?:CLASS|RESULT|RESULT-BITS|FLAG|FLAGS|DECISION|GATE|BITS|ENABLE-BITS|DESTINATION).{0,8}"
    r"|DROP-?(?:PHASE|NUMBER)|ROI-BITS.{0,8}|CLASSIFIER-BITS|ADC-?\d{1,2}|FLAGS?|PHASE|RATIO|UNUSED"
    r"|BC-?SEPARATION-?DIST|MAHALANOBIS-?DIST|CLUSTER|CLUSTER-?ID|BARCODE|GATE-?SOURCE|SATURATED|SPEED"
)
_PULSES: dict[str, Pulse] = {
    "": "",
    "A": "A",
    "H": "H",
    "W": "W",
    "AREA": "A", "INT": "A", "INTEGRAL": "A", "HEIGHT": "H", "PEAK": "H", "PK": "H", "WIDTH": "W", "TOF": "W",
}  # fmt: skip
_OTHER_DETECTOR = re.compile(r"-?(?:[2-9]|PERP(?:ENDICULAR)?)")
_TRANSMITTED = {"488", "488NM", "B"}  # the laser on which plain scatter is measured


def spelled(name: str) -> str:
    """Bring a name to capitals with single hyphens, without brackets around a laser and leading marks."""
    text = re.sub(r"[\[\]*<>]", " ", name).strip().upper()
    text = re.sub(r"[\s_.\-:]+", "-", text).strip("-")
    return re.sub(r"^COMP-|^(?:FJ-)?COMP-", "", text)


def read_name(name: str) -> Reading:
    """Tell the role of a channel from its whole name.

    Parameters
    ----------
    name : str
        `$PnN`, or `$PnS` where the name says nothing.

    Returns
    -------
    Reading
        Fluorescence when the name is none of the known ones.
    """
    if len(name) > LONGEST_NAME:
        return Reading("fluorescence")
    text = spelled(name)
    if _TIME.fullmatch(text):
        return Reading("time")
    if found := _SCATTER.fullmatch(text):
        return _scatter(found)
    if _INDEX.fullmatch(text):
        return Reading("index")
    if _IGNORED.fullmatch(text):
        return Reading("ignored")
    return Reading("fluorescence")


def _scatter(found: re.Match[str]) -> Reading:
    given = found["pulse"] or ""
    pulse = _PULSES[given]
    laser = (found["laser"] or found["filter"] or "").strip("-").partition("/")[0]
    distance = 0
    if laser:
        distance += 1 if laser in _TRANSMITTED else 4
    if found["detector"]:
        distance += 8 if _OTHER_DETECTOR.fullmatch(found["detector"]) else 1
    if "LOG" in {found["log1"], found["log2"]}:
        distance += 2
    return Reading("scatter", "FSC" if found["forward"] else "SSC", pulse, distance)
