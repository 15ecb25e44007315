"""Files of mass cytometers: counts of metal ions instead of light, so that nothing spills over."""

from marrowgate.fcs.markers import is_metal_channel
from marrowgate.fcs.model import FcsFile

_INSTRUMENTS = frozenset({"cytof", "cytof2", "cytof3", "cytof-xt", "cytofxt", "helios"})
_MOST = 0.5


def is_mass_cytometry(file: FcsFile) -> bool:
    """Tell whether a file comes from a mass cytometer, by `$CYT` or by the names of most of its stained channels."""
    if _INSTRUMENTS & {word.casefold() for word in file.cytometer.split()}:
        return True
    names = [channel.name for channel in file.channels if channel.role == "fluorescence"]
    return bool(names) and sum(map(is_metal_channel, names)) > _MOST * len(names)
