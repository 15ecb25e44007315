"""Files made in memory for the tests of this room."""

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from marrowgate.fcs.model import Channel, FcsFile, Verdict

SCATTER = ("FSC-A", "SSC-A")


def _file(columns: Mapping[str, np.ndarray], markers: Mapping[str, str] | None = None) -> FcsFile:
    channels = tuple(
        Channel(
            index=index,
            name=name,
            label="",
            marker=(markers or {}).get(name, ""),
            fluorochrome="",
            role="scatter" if name in SCATTER else "time" if name == "Time" else "fluorescence",
            scatter=name if name in SCATTER else "",
            bits=32,
            range=262144.0,
            amplification=(0.0, 0.0),
            gain=None,
            voltage=500.0,
        )
        for index, name in enumerate(columns)
    )
    events = np.column_stack([np.asarray(values, dtype=np.float32) for values in columns.values()])
    return FcsFile(1, Verdict("accepted"), "3.1", events.shape[0], channels, None, "", {}, {}, events)


@pytest.fixture(scope="session")
def make_file() -> Callable[..., FcsFile]:
    """Return a function that makes an accepted file from columns: scatter, Time and fluorescence by their names."""
    return _file
