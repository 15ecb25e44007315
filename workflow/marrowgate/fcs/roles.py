"""What a channel is for, told by its whole name.

A name is taken apart completely: a detector, what was measured of the pulse, and the scale. A name with
anything left over is fluorescence, so that a marker called FSP1 or TIM-3 is never mistaken.
Patterns are text here: `re` compiles them at their first use, which a step with a panel never makes of most of them.
"""

import re
from typing import Literal, get_args

from marrowgate.frozen import Frozen
from marrowgate.settings.panel import Role

Pulse = Literal["A", "H", "W", ""]


LONGEST_NAME = 200  # longer ones are no names, and would take long to understand


class Reading(Frozen):
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
_COLOUR = r"(?:VIOLET|BLUE|RED|GREEN|YELLOW(?:-GREEN)?|YELGRN|IMAGING)"
_FORWARD = (
    r"FSC|FS|FALS|FLS|FORWARD-SC(?:ATTER)?|FWD-SC(?:ATTER)?|FORWARD-LIGHT-SCATTER|SALS"
    r"|(?:SMALL|LOW|FORWARD)-ANGLE(?:-LIGHT-SCATTER)?"
)
_SIDE = (
    r"SSC|SS|MALS|LALS|RALS|SIDE-SC(?:ATTER)?|SIDE-LIGHT-SCATTER|ORTHOGONAL|90-DEGREE|BSC|BACK-?SCATTER"
    r"|(?:RIGHT|LARGE|MEDIUM|WIDE)-ANGLE(?:-LIGHT-SCATTER)?"
)
_PULSE = r"A|H|W|AREA|HEIGHT|WIDTH|INT|INTEGRAL|PEAK|PK|TOF"
_SCATTER = (
    rf"(?P<laser>\d{{3}}/\d{{1,3}}-|{_COLOUR}-|\(?{_LASER}\)?-?)?"
    rf"(?:(?P<forward>{_FORWARD})|(?P<side>{_SIDE}))"
    r"(?P<detector>-?0?\d(?:-?(?:PAR|PERP))?|-?PMT|-?PAR(?:ALLEL)?|-?PERP(?:ENDICULAR)?|-?DIODE)?"
    rf"(?P<filter>-?\((?:{_LASER}|{_COLOUR})\)|-?{_LASER}|-?\d{{3}}/\d{{1,3}}|-{_COLOUR})?"
    rf"(?:-?(?P<log1>LOG|LIN(?:EAR)?))?(?:-?\(?(?P<pulse>{_PULSE})\)?)?(?:-?(?P<log2>LOG|LIN(?:EAR)?))?"
    rf"(?P<behind>-?\((?:\d{{3}}|{_COLOUR})\)|-\d{{3}})?"
)
_IN_BRACKETS = r"([^()]+?)-?\(([^()]+)\)"
_TIME = (
    r"TIME(?:-?(?:[AHWL]|\d|[ML]S[WB]|(?:HIGH|HI|LOW|LO)(?:-WORD)?|S|SEC|SECS|SECONDS|(?:\d{1,4}-?)?[MU]S|TICKS|TICK"
    r"|\(.{1,20}\)))?|T[01]|HDR-TM?|HDR-TIME|TIME-?STAMP|(?:CLOCK|COMPUTED|COMP|ELAPSED|ACQUISITION|ACQ|EVENT|LASER)-?TIME"
    r"|CLOCK|ELAPSED|SECONDS|TICKS|CAMERA-TIMER"
)
_COUNTED = (
    r"(?:EVENT|CELL|OBJECT|ROW|FILE|PARTICLE|ORIGINAL|ORIG|UNIQUE|SAMPLE|PLATE|WELL|TUBE|RUN|SUBSET|BATCH|POPULATION"
    r"|GROUP|CAMERA-LINE|PATIENT|DONOR|SUBJECT|FCS|TILE|IMAGE|SEQ(?:UENCE)?)"
)
_INDEX = (
    rf"{_COUNTED}S?-?(?:EVENT-?|CELL-?|FILE-?)?(?:#|NO|NR|NUM|NUMBER|COUNT|COUNTER|IDS?|IDX|INDEX|ORIGIN|ROW|COL|COLUMN)"
    r"|EVENTS?|INDEX|IDX|ID|UUID|SEQ(?:UENCE)?|CELLS?|ABSOLUTE-?EVENT-?NUMBER|HDR-[CS]E|COUNTER|FCS-?FILE|FILE-?NAME"
    r"|(?:INDEX-?)?SORT-?(?:INDEX-?[XY]?|WELL|ROW|COL|COLUMN|X{0,2}|[XY]|TRAY|\d{1,2})|IDX-?(?:ROW|COL)"
    r"|TRAY-?[XY]|WELL|FILE|TUBE|PLATE|OMIQ-?(?:FILE|FILTER|ID|EVENT).{0,10}|ORIG-IDENT"
)
_EMBEDDING = (
    r"(?:OMIQ-?)?(?:(?:FI|FIT-?|OPT-?|HSNE-|H|VI|B-?H-?)?T?-?SNE|VISNE|UMAP|TRIMAP|PACMAP|PHATE|ISOMAP"
    r"|DIFF(?:USION)?-?MAP|EMBEDSOM|DDRTREE)"
)
_CLUSTERS = (
    r"(?:OMIQ-?)?(?:FLOWSOM|FSOM|R?PHENOGRAPH|X-?SHIFT|K-?MEANS|SPADE|CITRUS|LEIDEN|LOUVAIN|FLOWMEANS|FLOWCLUST|CLUSTERX"
    r"|FLOWGRID|SEURAT|GMM|H?DBSCAN)"
)
_REPAIRED = r"(?:FLOW-?AI|FLOW-?CUT|FLOW-?CLEAN|PEACO-?QC|QC)"
_IGNORED = (
    r"(?:TRIGGER-)?(?:PULSE-)?WIDTH|(?:EVENT|CELL|PULSE)-?LENGTH|TIME-OF-FLIGHT|TOF|HDR-V|VOLUME"
    r"|CENTER|OFFSET|RESIDUAL|AMPLITUDE|BEAD|BEADS|BEAD-?(?:FLAG|DIST|ID)|BEAD-?DISTANCE"
    r"|SORT-?(?:CLASS|RESULT|RESULT-BITS|FLAG|FLAGS|DECISION|GATE|BITS|ENABLE-BITS|DESTINATION).{0,8}"
    r"|DROP-?(?:PHASE|NUMBER)|ROI-BITS.{0,8}|CLASSIFIER-BITS|ADC-?\d{1,2}|FLAGS?|PHASE|RATIO|UNUSED"
    r"|BC-?SEPARATION-?DIST|MAHALANOBIS-?DIST|BARCODE|GATE-?SOURCE|SATURATED|SPEED|FLOW-SPEED"
    r"|(?:META-?)?CLUSTER(?:S|ING)?-?(?:ID|NO|NUMBER|INDEX)?|META-?CLUSTERS?"
    rf"|{_CLUSTERS}-?(?:META-?)?(?:CLUSTER)?(?:S|ING)?-?(?:ID)?(?:-[A-Z0-9]{{1,8}}){{0,2}}"
    r"|META-?\d{1,3}|SOM-?(?:\d{1,4}|[XY])|CLUST|PC-?[12346]|(?:FIT-?)?TSNE|UMAP"
    rf"|{_EMBEDDING}-?(?:DIM-?|C-?|AXIS-?|COMPONENT-?)?(?:\d{{1,2}}|[XYZ])(?:-[A-Z0-9]{{1,8}})?"
    r"|DENSITY|PSEUDO-?TIME|TRAJECTORY|WANDERLUST|WISHBONE|BRANCH|PROBABILITY|CONSENSUS"
    r"|RANDOM|DOWN-?SAMPLED?(?:-?(?:NO|NUMBER|ID))?|(?:FILE-)?NOISE|(?:IS-?)?OUTLIERS?|(?:IS-?)?SATURATED|SATURATION"
    r"|FLOW-?RATE|TEMP(?:ERATURE)?|PRESSURE|LASER"
    rf"|{_REPAIRED}(?:-?(?:VECTORS?|FLAG|GOOD|BAD|PASS(?:ED)?|STATUS|EVENTS|QC|MAD|IT))?|GOOD-?VS-?BAD|(?:GOOD|BAD|KEPT|REMOVED)-?EVENTS?"
    r"|REMOVE-FROM-.{1,10}|(?:IS-?)?GATED?(?:-?ID)?|IN-?GATE|CLASSIFICATION|CLASS|CLASSIFIER|(?:IS-?)?BEADS?|BC(?:-?ID)?"
    r"|(?:CLASS-|CELL-)?LABELS?|INDIVIDUAL|POP(?:ULATION)?S?|GROUP|CONDITION|DONOR|PATIENT|TIME-?POINT|CELL-?TYPE"
    r"|(?:CYTOF-)?BATCH|SAMPLE|BARCODE-?ID|(?:EVENT|IMAGE)-?FLAGS?|SORT-?MODE"
    r"|EV|ELECTRONIC-VOLUME|(?:IS-?)?(?:DOUBLET|SINGLET|DEBRIS)S?(?:-?(?:FLAG|SCORE|DISCRIMINATOR))?|INFO|STATUS|TRIGGER|PULSE"
    r"|(?:AXIAL-)?LIGHT-?LOSS.{0,20}"
)
_IMAGE_FEATURE = (
    r"(?:ASPECT-RATIO|AREA|PERIMETER|DIAMETER|LENGTH|THICKNESS.{0,4}|HEIGHT|WIDTH|MAJOR-AXIS|MINOR-AXIS|CIRCULARITY"
    r"|ELONGATEDNESS|COMPACTNESS|LOBE-COUNT|SHAPE-RATIO|SYMMETRY-\d|SPOT-.{1,20}|GRADIENT-(?:MAX|RMS)|CONTRAST|MODULATION"
    r"|BRIGHT-DETAIL-.{1,20}|BKGD-.{1,10}|RAW-.{1,20}|MAX-PIXEL|MIN-PIXEL|MEAN-PIXEL|MEDIAN-PIXEL|STD-DEV|SATURATION-.{1,10}"
    r"|CENTROID-[XY].{0,12}|DELTA-CENTROID-.{1,10}|RADIAL-DELTA-CENTROID|H-[A-Z]+-(?:MEAN|STD)|INTERNALIZATION|SIMILARITY"
    r"|ANGLE|ANGLE-INTENSITY|INTENSITY-CONCENTRATION-RATIO|VALLEY.{0,4}|XCORR|ENSQUARED-ENERGY|FOCUS|UNCOMPENSATED-INTENSITY"
    r"|SIMILARITY-BRIGHT-DETAIL.{0,8})(?:-(?:MC|M\d{1,2}|CH\d{1,2}|OBJECT|MORPHOLOGY|INTENSITY|DEFAULT-MASK).{0,30})"
    r"|(?:ECCENTRICITY|RADIAL-MOMENT|LONG-MOMENT|SHORT-MOMENT|MAX-INTENSITY|TOTAL-INTENSITY|DIFFUSIVITY|CORRELATION|SIZE"
    r"|DELTA-COM|(?:DELTA-)?CENTER-OF-MASS)(?:-[XY])?(?:-?\(.{1,20}\))"
    r"|(?:ECCENTRICITY|DELTA-CENTER-OF-MASS|RADIAL-MOMENT|LONG-MOMENT|SHORT-MOMENT|DIFFUSIVITY)"
)
_PULSES: dict[str, Pulse] = {
    "": "",
    "A": "A",
    "H": "H",
    "W": "W",
    "AREA": "A", "INT": "A", "INTEGRAL": "A", "HEIGHT": "H", "PEAK": "H", "PK": "H", "WIDTH": "W", "TOF": "W",
}  # fmt: skip
_OTHER_DETECTOR = r"-?0?(?:[2-9]|PERP(?:ENDICULAR)?)"
_PLAIN = {
    "TIME": Reading("time"),
    **{
        f"{kind}-{pulse}": Reading("scatter", kind, pulse)
        for kind in ("FSC", "SSC")
        for pulse in get_args(Pulse)
        if pulse
    },
}
"""What the patterns say of the names that nearly every file has."""
_TRANSMITTED = {"488", "488NM", "B", "BLUE"}  # the laser on which plain scatter is measured


_MARKS, _BETWEEN, _COMPENSATED = re.compile(r"[\[\]*<>]"), re.compile(r"[\s_.\-:]+"), re.compile(r"^(?:FJ-?)?COMP-")


def spelled(name: str) -> str:
    """Bring a name to capitals with single hyphens, without brackets around a laser and leading marks."""
    text = _MARKS.sub(" ", name).strip().upper()
    return _COMPENSATED.sub("", _BETWEEN.sub("-", text).strip("-"))


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
    # FlowJo writes the channel and its label, ``Time :: Time``
    text = spelled(name.partition("::")[0] if "::" in name else name)
    if text in _PLAIN:
        return _PLAIN[text]
    if re.fullmatch(_TIME, text):
        return Reading("time")
    if match := re.fullmatch(_SCATTER, text) or _named_twice(text):
        return _scatter(match)
    if re.fullmatch(_INDEX, text):
        return Reading("index")
    if re.fullmatch(_IGNORED, text) or re.fullmatch(_IMAGE_FEATURE, text):
        return Reading("ignored")
    return Reading("fluorescence")


def _named_twice(text: str) -> re.Match[str] | None:
    """Read a name such as ``Forward Scatter (FSC-HLin)``: words, and the short name in brackets."""
    parts = re.fullmatch(_IN_BRACKETS, text)
    outer, inner = (re.fullmatch(_SCATTER, part) for part in parts.groups()) if parts else (None, None)
    return inner if outer and inner and bool(outer["forward"]) == bool(inner["forward"]) else None


def _scatter(match: re.Match[str]) -> Reading:
    given = match["pulse"] or ""
    pulse = _PULSES[given]
    laser = (match["laser"] or match["filter"] or match["behind"] or "").strip("-()").partition("/")[0]
    distance = 0
    if laser:
        distance += 1 if laser in _TRANSMITTED else 4
    if match["detector"]:
        distance += 8 if re.fullmatch(_OTHER_DETECTOR, match["detector"]) else 1
    if "LOG" in {match["log1"], match["log2"]}:
        distance += 2
    return Reading("scatter", "FSC" if match["forward"] else "SSC", pulse, distance)
