"""What FCS 3.2 lets a file declare of a channel: `$PnTYPE`, `$PnFEATURE`, `$PnANALYTE` and `$PnTAG`.

What is declared comes before what the names say.
"""

from dataclasses import replace
from types import MappingProxyType

from marrowgate.fcs.keywords import Keywords
from marrowgate.fcs.markers import Stain
from marrowgate.fcs.roles import LONGEST_NAME, Pulse, Reading
from marrowgate.settings.panel import Role

_ROLES: MappingProxyType[str, Role] = MappingProxyType(
    {
        "time": "time",
        "index": "index",
        "classification": "ignored",
        "electronic volume": "ignored",
        "raw fluorescence": "fluorescence",
        "unmixed fluorescence": "fluorescence",
        "spectral": "fluorescence",
        "mass": "fluorescence",
    }
)
_SCATTER = MappingProxyType({"forward scatter": "FSC", "side scatter": "SSC"})
_PULSES: MappingProxyType[str, Pulse] = MappingProxyType({"area": "A", "height": "H", "width": "W"})


def declared_type(keywords: Keywords, number: int) -> str:
    """Return `$PnTYPE` in small letters with blanks; SpectroFlo writes it with underscores."""
    return " ".join(keywords.text(f"$P{number}TYPE").replace("_", " ").casefold().split())


def declared_reading(keywords: Keywords, number: int, by_name: Reading) -> Reading:
    """Return the role that a channel declares, or else what its name says.

    Parameters
    ----------
    keywords : Keywords
        The TEXT.
    number : int
        Number of the channel, from 1.
    by_name : Reading
        What the name says; it keeps its say on which laser and which scale.

    References
    ----------
    Spidlen et al. 2021, Cytometry A 99:100, data file standard FCS 3.2.
    """
    kind = declared_type(keywords, number)
    pulse = _PULSES.get(keywords.text(f"$P{number}FEATURE").casefold(), "")
    if kind in _SCATTER:
        if by_name.role == "scatter" and by_name.scatter == _SCATTER[kind]:
            return replace(by_name, pulse=pulse or by_name.pulse)
        return Reading("scatter", _SCATTER[kind], pulse)
    return Reading(_ROLES[kind]) if kind in _ROLES else by_name


def declared_stain(keywords: Keywords, number: int, by_label: Stain) -> Stain:
    """Return the marker and fluorochrome that a channel declares, each or else what its label says."""
    marker = keywords.text(f"$P{number}ANALYTE")[:LONGEST_NAME]
    fluorochrome = keywords.text(f"$P{number}TAG")[:LONGEST_NAME]
    return Stain(marker or by_label.marker, fluorochrome or by_label.fluorochrome)
