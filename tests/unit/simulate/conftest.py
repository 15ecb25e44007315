from pathlib import Path

import numpy as np
import pytest

from marrowgate.settings.panel import Panel, load_panel
from marrowgate.simulate.cell_types import NAMES
from marrowgate.simulate.cells import KINDS, Recipe
from marrowgate.simulate.optics.instrument import Optics, make_optics


@pytest.fixture(scope="session")
def panels(repository: Path) -> dict[str, Panel]:
    folder = repository / "config" / "panels"
    return {name: load_panel(folder / f"{name}.yaml") for name in ("hspc", "immature")}


@pytest.fixture(scope="session")
def hspc_optics(panels) -> Optics:
    return make_optics(panels["hspc"])


@pytest.fixture
def make_pure_recipe():
    """Return a recipe of chosen kinds in equal parts, with nothing that confuses them unless asked for."""

    def make(*kinds: str, **changes) -> Recipe:
        rates = np.zeros(len(KINDS))
        for kind in kinds or NAMES:
            rates[KINDS.index(kind)] = 1.0
        nothing = np.zeros(len(KINDS))
        clean = {"dead": nothing, "coated": nothing, "apoptotic": 0.0, "sticky": 0.0, "doublets": 0.0, "shift": {}}
        return Recipe(rates=rates, **(clean | changes))

    return make
