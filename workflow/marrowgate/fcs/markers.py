"""What a `$PnS` label says: the marker, without its fluorochrome or its metal.

Only fluorochromes, metals, pulse suffixes and the label's own repetition of the channel name are taken off.
What is left is the marker as the laboratory wrote it: that CD184 is CXCR4 is for the panel to say.
Patterns are text here, as in `marrowgate.fcs.roles`.
"""

import re

from marrowgate.fcs.roles import LONGEST_NAME, read_name, spelled
from marrowgate.frozen import Frozen
from marrowgate.settings.marker_names import canonical, is_known_marker

_DYES = (
    r"FITC|PE|RD1|ECD|APC|PERCP|PI|DAPI|CY[2357]|CY55|PC[57]|PC55|KO|PB|KROMEORANGE|KRO"
    r"|(?:PE|APC|PERCP)-?(?:CY[357](?:-?5)?|EF(?:LUOR)?\d{3}|VIO(?:BRIGHT)?\d{0,3}|FIRE-?\d{3}|R700|H7)"
    r"|PE-?(?:TEXAS-?RED|TXRED|TR|CF594|DAZZLE-?(?:594)?|AF\d{3}|ALEXA-?(?:FLUOR-?)?\d{3})"
    r"|APC-?(?:AF|A|ALEXA-?(?:FLUOR-?)?|AX)?\d{3}|APC-?(?:H7|R700)"
    r"|(?:BV|BUV|BB|BYG|SB|NFR|NFB|NFV|NFY|RB|RY|RR|RV|CF|DY|DL|SPARK-?(?:BLUE|NIR|YG|VIOLET|UV)-?"
    r"|REALBLUE-?|REALYELLOW-?|STARBRIGHT-?(?:BLUE|VIOLET|RED|YELLOW|UV)-?)-?\d{3}"
    r"|BRILLIANT-?(?:VIOLET|ULTRA-?VIOLET|BLUE)-?\d{3}|SUPER-?BRIGHT-?\d{3}|NOVAFLUOR-?\w{1,8}-?\d{2,3}"
    r"|(?:AF|AX|ALEXA|ALEXA-?FLUOR|A)-?\d{3}|EF(?:LUOR)?-?\d{3}|EFLUOR-?\d{3}|DYLIGHT-?\d{3}|ATTO-?\d{3}"
    r"|Q(?:DOT|D)-?\d{3}|IF(?:LUOR)?-?\d{3}|CFLUOR-?[A-Z]{1,3}\d{3}"
    r"|PAC(?:IFIC)?-?(?:BLUE|BLU|ORANGE|OR)|V(?:450|500)|V(?:500)-?C|AMCYAN|CASCADE-?(?:BLUE|YELLOW)"
    r"|VIO-?(?:BLUE|GREEN)|VIO-?BRIGHT-?(?:FITC|B515|\d{3})|VIO\d{3}|KROME-?ORANGE|TEXAS-?RED|TXRED"
    r"|PE-?VIO-?\d{3}|PERCP-?(?:EF(?:LUOR)?|VIO)-?\d{3}|KIRAVIA-?BLUE-?\d{3}|NOVAFLUOR-?[A-Z]{1,8}-?\d{2,3}-?\d{2,3}S"
    r"|SB(?:V|B|R|Y|UV)\d{3}|SN[VB]\d{3}|SUPERNOVA-?V?\d{3}|HV\d{3}|OC515|PACO|PO|C750|REAL-?(?:BLUE|YELLOW)-?\d{3}"
    r"|TRI-?COLOR|SPECTRUM-?RED|CY-?CHROME|PE-?FIRE-?\d{3}|APC-?FIRE-?\d{3}|PERPCY5-?5|OREGON-?GREEN"
)
_ELEMENT = r"(?:Y|RH|PD|AG|IN|SN|I|XE|CS|BA|LA|CE|PR|ND|PM|SM|EU|GD|TB|DY|HO|ER|TM|YB|LU|HF|IR|PT|AU|OS|PB|BI|TE)"
_MASS = r"(?:89|1\d\d|20\d)"
_CADMIUM = r"1(?:0[68]|1[0-46])"  # its isotopes; written Cd, since CD110 is a marker
_METAL = rf"(?i:(?:{_MASS}{_ELEMENT}|{_ELEMENT}{_MASS})(?:D[ID])?)|(?:{_CADMIUM}C[dD]|Cd{_CADMIUM})(?:D[id])?"
_BARE_MASS = _MASS
_METAL_IN_BRACKETS = rf"(?i)\((?:{_MASS}(?:{_ELEMENT}|CD)|(?:{_ELEMENT}|CD){_MASS})\)(?:D[id])?"
_METAL_CHANNEL = rf"(?i)(?:{_ELEMENT}|CD)\({_MASS}(?:\.\d+)?\)-?(?:DUAL|D[ID])?"
_COLOUR = r"(?:RED|GREEN|YELLOW|BLUE|VIOLET|ORANGE|NIR|FAR-RED)-FLUORESCENCE(?:-WIDTH)?"
_PULSE = r"(?i)(?<=.)[-\s_](?:A|H|W|AREA|HEIGHT|WIDTH)$"
_SEPARATOR = r"[-\s_:|/]+"
_VERIFIED = r"(?i)\s*\(v\)$"
_ONE_OF_SEVERAL = r"CD\d+(?:R[ABO]|[a-zA-Z])?(?![a-z])(?=$|[^A-Za-z]|CD|Ig|TCR)|Ig[A-Z][a-z]*|TCR[a-z]*"
_CLONE = r"(?i)[\s_-]*(?:\(?\s*clone[:\s]+[\w.\-/]+\s*\)?)$"
_EMPTY_WORDS = r"EMPTY|NONE|BLANK|UNUSED|NOT-USED|NOT-STAINED|NA|N/A|N-A|NIL|-+|\d+"
_TRADE_MARKS = "[\u00ae\u2122\u00a9\u200b-\u200d\u2060\ufeff]"
_DASHES = "[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]"
_DETECTOR = (
    r"(?:FL|BL|VL|RL|YL|UVL?|IRL|[BVRYG]|UV|YG|RED|BLU|BLUE|GRN|YEL|NIR|VIOLET|[VBRYG]\d?FL)-?\d{1,3}"
    r"(?:-?(?:INT|PEAK|TOF))?(?:-?(?:LOG|LIN))?(?:-?(?:[AHW]|AREA|HEIGHT|WIDTH))?(?:-?(?:LOG|LIN))?"
    r"|(?:RED|BLU|GRN|YEL|NIR)-?[BVRYG]?-?(?:HLIN|HLOG|ALIN|ALOG|W|H|A)"
)
_FILTER = (
    r"(?:(?:BLUE|VIOLET|RED|GREEN|YELLOW|YG|UV|[VBRYG])-?)?"
    r"(?:\d{3}-?)?\d{3}/\d{1,3}(?:-?NM)?(?:-?(?:\d{3}(?:-?NM)?|[A-Z]{1,8}))?(?:-?[AHW])?"
)
_BRACKETS = r"[(\[]([^()\[\]]{1,30})[)\]]"
_ANTI = r"(?i)^anti[-\s]?(?:human|hu)?[-\s]+"
_CD = r"(?i)cd[\s-]?(?=\d)"
_MARKER_ALONE = r"CD\d{1,3}[A-Za-z]{0,2}|CXCR\d|CCR\d|7-AAD"
_CD_MARKER = r"(?i)CD\d{1,3}[A-Za-z]{0,3}|HLA-?(?:DR|DQ|DP|ABC)|CXCR\d|CCR\d"


class Stain(Frozen):
    """What a channel measures: marker and fluorochrome, each empty when unknown."""

    marker: str = ""
    fluorochrome: str = ""


def read_label(label: str, name: str) -> Stain:
    """Resolve the marker of a channel.

    Parameters
    ----------
    label : str
        `$PnS`, for example ``CD15-FITC``, ``148-CD34``, ``CD34(Nd148)Di``.
    name : str
        `$PnN`; used when there is no label and the name itself holds a marker.

    Returns
    -------
    Stain
        Marker and fluorochrome.
    """
    if max(len(label), len(name)) > LONGEST_NAME:
        return Stain()
    label, name = _plain_signs(label), _plain_signs(name)
    if re.fullmatch(_MARKER_ALONE, label) and label.casefold() not in name.casefold():
        # what all the rest would find; most labels are no more than this
        return Stain(label)
    if label.strip() and spelled(label) != spelled(name):
        return _resolve(label, name)
    resolved = _resolve(name, "")
    # a name is only trusted to hold a marker when it looks like one, or when a metal stands beside it
    if re.fullmatch(_CD_MARKER, resolved.marker) or re.search(_METAL_IN_BRACKETS, name):
        return resolved
    return Stain(fluorochrome=resolved.fluorochrome)


def _plain_signs(text: str) -> str:
    """Return a text without trade marks, and with plain dashes and blanks."""
    if text.isascii():
        return text
    return re.sub(_DASHES, "-", re.sub(_TRADE_MARKS, "", text)).replace("\u00a0", " ")


def is_metal_channel(name: str) -> bool:
    """Tell whether a channel's name is that of a metal of mass cytometry: ``Yb174Di``, ``Nd(147.916)-Dual``."""
    text = name.strip()
    return any(re.search(pattern, text) for pattern in (_METAL_IN_BRACKETS, _METAL_CHANNEL)) or bool(
        re.fullmatch(_METAL, re.sub(_SEPARATOR, "", text))
    )


def says_another_marker(label: str, name: str, marker: str) -> bool:
    """Say whether a file's label of a channel names a marker, and another one than the panel does.

    Capitals, hyphens and blanks make no difference. A label that names no marker says nothing.
    """
    written = read_label(label, name).marker
    # CD184 (CXCR4) and CXCR4/CD184 name one marker twice
    names = {canonical(part) for part in (written, *re.split(r"[()\[\]/]", written), *_in_one(label)) if part.strip()}
    return bool(names) and canonical(marker) not in names


def _in_one(label: str) -> list[str]:
    """Return the markers that a label is made of, as the two antibodies of ``CD56IgK``; none of any other label."""
    text = label.strip()
    names = re.findall(_ONE_OF_SEVERAL, text)
    left = re.sub(_ONE_OF_SEVERAL, "", text).strip(" +/&,;_-")
    return names if not left else []


def _resolve(label: str, name: str) -> Stain:
    text = re.sub(_CLONE, "", re.sub(_VERIFIED, "", label.strip()))
    text = re.sub(_ANTI, "", _without_clone(_not_the_channel(text, name)))
    text = text.replace(f"({name.strip()})", "").strip() if name.strip() else text
    if _says_nothing(text, name):
        return Stain()
    bare = re.sub(_METAL_IN_BRACKETS, "", text).strip()
    if bare != text:
        return _stain(bare, "")
    without_pulse = re.sub(_PULSE, "", text)
    return _strip_dyes(without_pulse)


def _not_the_channel(text: str, name: str) -> str:
    """Take the channel's own name off a label such as ``PE-Cy7-A :: CD34``, as FlowJo writes it."""
    parts = [part.strip() for part in text.split("::")]
    other = [part for part in parts if spelled(part) != spelled(name)]
    return other[0] if len(parts) > 1 and len(other) == 1 else text


def _without_clone(text: str) -> str:
    """Take brackets off that hold a clone: letters with digits that are the name of no marker. A dye stays."""
    brackets = re.search(_BRACKETS, text)
    if not brackets or not text.replace(brackets.group(), "").strip() or re.search(_METAL_IN_BRACKETS, text):
        return text
    inside = brackets.group(1).strip()
    if _is_tag(inside):
        return text.replace(brackets.group(), f" {inside} ").strip()
    is_clone = any(letter.isdigit() for letter in inside) and not is_known_marker(inside)
    return " ".join(text.replace(brackets.group(), " ").split()) if is_clone else text


def _says_nothing(text: str, name: str) -> bool:
    upper = spelled(text)
    plain = spelled(name)
    detector = re.sub(r"-(?:A|H|W|AREA|HEIGHT|WIDTH)$", "", plain)
    return (
        not upper
        or any(re.fullmatch(pattern, upper) for pattern in (_EMPTY_WORDS, _DETECTOR, _COLOUR, _FILTER))
        or bool(re.fullmatch(_METAL_CHANNEL, text.strip()))
        or upper in {plain, detector}
        or (bool(plain) and upper.startswith(plain + "-"))
        or read_name(text).role != "fluorescence"
    )


def _strip_dyes(text: str) -> Stain:
    """Take the longest run of words that is a dye or a metal off the end, else off the beginning."""
    words = list(re.finditer(r"[^-\s_:|/]+", text))
    for n in range(len(words), 0, -1):
        tail = text[words[-n].start() :]
        if _is_tag(tail):
            head = text[: words[-n].start()]
            return _stain(_after_mass(head), tail) if head.strip(" -_:|/") else _alone(text)
    for n in range(len(words), 0, -1):
        head = text[: words[n - 1].end()]
        if _is_tag(head) and n < len(words):
            return _stain(_after_mass(text[words[n].start() :]), head)
    return _stain(_after_mass(text), "")


def _is_tag(text: str) -> bool:
    compact = re.sub(_SEPARATOR, "-", text.strip(" -_:|/")).replace(".", "")
    dye = re.sub(r"CYANINE-?|CY-(?=[357])", "CY", compact.upper())
    return bool(re.fullmatch(_DYES, dye) or re.fullmatch(_METAL, compact.replace("-", "")))


def _alone(text: str) -> Stain:
    """Resolve a label that is nothing but a dye: one that stains cells by itself is also the marker."""
    if re.fullmatch(r"PI|DAPI", text.strip().upper()):
        return Stain(marker=text.strip().upper())
    return _stain("", text)


def _after_mass(text: str) -> str:
    """Take a mass number such as 148 off the beginning or the end."""
    text = text.strip(" -_:|/")
    words = re.split(_SEPARATOR, text)
    if len(words) > 1 and re.fullmatch(_BARE_MASS, words[0]):
        return text[len(words[0]) :]
    return text


def _stain(marker: str, tag: str) -> Stain:
    marker = re.sub(_CD, "CD", marker.strip(" -_:|/"))
    marker = re.sub(r"^HLA[-\s_]?(D[RPQ]|ABC)$", r"HLA-\1", marker, flags=re.IGNORECASE)
    metal = re.fullmatch(_METAL, re.sub(_SEPARATOR, "", tag))
    return Stain(marker, tag.strip(" -_:|/") if not metal else re.sub(_SEPARATOR, "", tag))
