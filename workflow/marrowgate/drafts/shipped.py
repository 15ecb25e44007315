"""The panels and strategies that come with marrowgate, and what each strategy is for."""

from dataclasses import dataclass
from pathlib import Path

from marrowgate.errors import fault
from marrowgate.settings.files.given_file import is_there
from marrowgate.settings.files.shipped import FOLDERS


@dataclass(frozen=True)
class Shipped:
    """A strategy that comes with marrowgate.

    Parameters
    ----------
    name : str
        Its file, without ``.yaml``.
    aim : str
        The population that it is there for.
    cells : str
        What kind of sample it was tried on, in words.
    panel : str
        The panel that it is tied to; empty when any panel with its markers may have it.
    """

    name: str
    aim: str
    cells: str
    panel: str = ""


STRATEGIES = (
    Shipped("blood_hspc", "cd34_hspc", "CD34+ progenitors in lysed blood"),
    Shipped("blood_immature", "ig_stage1", "immature granulocytic and erythroid cells in lysed blood"),
    Shipped("blood_lst", "lymphocytes", "white cells of blood in the EuroFlow LST tube", "lst_display"),
    Shipped("blood_t_cells", "cd3_pos", "T cells on a display scale", "t_cells_display"),
    Shipped("marrow_cytof", "cd34_hspc", "CD34+ progenitors of marrow by mass cytometry", "marrow_cytof"),
)
"""In the order in which they are proposed."""


def settings_folder() -> Path:
    """Return the folder that holds the shipped ``panels`` and ``strategies``: in the package, or in the repository.

    Raises
    ------
    UserError
        Neither is there.
    """
    for folder in FOLDERS:
        if is_there(strategy_file(STRATEGIES[0].name, folder)):
            return folder
    raise fault("marrowgate", "its strategies are not installed", "name one with --strategy")


def strategy_file(name: str, folder: Path) -> Path:
    """Return the path of a shipped strategy."""
    return folder / "strategies" / f"{name}.yaml"


def panel_file(name: str, folder: Path) -> Path:
    """Return the path of a shipped panel."""
    return folder / "panels" / f"{name}.yaml"
