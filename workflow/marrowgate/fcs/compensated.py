"""Channels whose stored values are compensated or unmixed already: a matrix would be applied twice.

FlowJo exports compensated channels as ``FJComp-PE-A`` or ``Comp-PE-A``; spectral cytometers write unmixed channels and
say so in `$PnTYPE`; Beckman Coulter's instruments store the first data set of an LMD file compensated, with what was
taken off in `$DFCnTOm`, per cent.
"""

import re

from marrowgate.fcs.declared import declared_type
from marrowgate.fcs.keywords import Keywords
from marrowgate.settings.panel import Role

_OF_FLOWJO = r"(?i)\s*[<\[]?\s*(?:FJ-?)?COMP-.+"
_BY_INSTRUMENT = r"\$DFC(\d{1,2})TO(\d{1,2})"


def is_compensated(keywords: Keywords, number: int, name: str, role: Role, *, by_instrument: bool) -> bool:
    """Tell whether the stored values of a channel are compensated or unmixed.

    Parameters
    ----------
    keywords : Keywords
        The TEXT.
    number : int
        Number of the channel, from 1.
    name : str
        Its `$PnN`.
    role : Role
        What it is for.
    by_instrument : bool
        See `compensated_by_instrument`.
    """
    if role != "fluorescence":
        return False
    return bool(re.fullmatch(_OF_FLOWJO, name)) or by_instrument or "unmixed" in declared_type(keywords, number)


def compensated_by_instrument(keywords: Keywords) -> bool:
    """Tell whether a data set says in `$DFCnTOm` that something was taken off its values."""
    keywords_of_matrix = (keyword for keyword in keywords.values if keyword.startswith("$DFC"))
    return any(re.fullmatch(_BY_INSTRUMENT, keyword) and keywords.number(keyword) for keyword in keywords_of_matrix)
