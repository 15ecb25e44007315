"""The real files of docs/accuracy_real.md: which files, which strategy, which labels."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from accuracy.scratch import REPOSITORY

CONFIG = REPOSITORY / "config"
TESTS = REPOSITORY / "tests"
Labels = np.ndarray
Truth = Callable[[Labels], Labels]


@dataclass(frozen=True)
class DataSet:
    """Files of one kind.

    Parameters
    ----------
    name, title : str
        In file names, and for the reader.
    strategy : str
        A shipped strategy.
    panel : Path
        Relative to the folder of real files, or to config.
    files : tuple of str
        Relative to the folder of real files.
    labels : str
        What stands in place of `.fcs` in the name of the labels.
    column : str
        Column of the labels.
    truth : dict of str to callable
        Population to the events that belong to it, given the labels.
    axes : tuple of str
        Channels of the picture.
    linear : tuple of float
        Up to where the picture's scales are linear, and logarithmic beyond; 0 is linear all along.
    tuned : str
        Which files the strategy was tuned on.
    unlabelled : str
        Label of events that are not counted.
    words : tuple of str
        Further options of `try`.
    sick : tuple of str
        Files that the second median leaves out.
    threshold : tuple of str
        A population and its channel: the best that a threshold reaches there with the labels known is said; or empty.
    remark : str
        What is to be known beside the numbers.
    held : dict of str to dict of str to callable
        Population to the cells, by name, of which it is said how many it holds.
    """

    name: str
    title: str
    strategy: str
    panel: Path
    files: tuple[str, ...]
    labels: str
    column: str
    truth: dict[str, Truth]
    axes: tuple[str, str]
    tuned: str
    unlabelled: str = ""
    words: tuple[str, ...] = ()
    sick: tuple[str, ...] = ()
    threshold: tuple[str, ...] = ()
    linear: tuple[float, float] = (0.0, 0.0)
    remark: str = ""
    held: dict[str, dict[str, Truth]] = field(default_factory=dict)


def is_one_of(*names: str) -> Truth:
    """Return the function that marks some labels."""
    return lambda given: np.isin(given, names)


def data_sets(real: Path) -> Iterator[DataSet]:
    """Return what is scored."""
    donors, tubes = (
        ("01", "03", "05", "08"),
        tuple(sorted(path.stem[-2:] for path in (real / "euroflow").glob("*.fcs"))),
    )
    yield DataSet(
        "navios", "Fluorescence marrow, Beckman Coulter Navios", "blood_hspc", real / "marrow_navios" / "panel.yaml",
        tuple(f"marrow_navios/flowcyt_{name}.fcs" for name in donors), ".labels.csv", "label",
        {"cd34_hspc": is_one_of("HSPC"), "monocytes": is_one_of("monocytes"), "lymphocytes": is_one_of("T", "B")},
        ("FL10 INT", "FL5 INT"), "donors 01 and 05; lymphocytes hold NK cells, which have no label of their own",
        words=("--spillover", "none"), linear=(300.0, 300.0), remark=NAVIOS,
        held={"lymphocytes": {"T and B": is_one_of("T", "B"), "T": is_one_of("T"), "B": is_one_of("B")}},
    )  # fmt: skip
    yield DataSet(
        "euroflow", "Blood, EuroFlow LST sample", "blood_lst", CONFIG / "panels" / "lst_display.yaml",
        tuple(f"euroflow/euroflow_{name}.fcs" for name in tubes), ".labels.csv.gz", "group",
        {
            "lymphocytes": is_one_of("lymphocytes"), "monocytes": is_one_of("monocytes"),
            "granulocytes": is_one_of("neutrophils", "eosinophils"), "eosinophils": is_one_of("eosinophils"),
            "cd45_pos": lambda given: ~np.isin(given, ["debris", "nrbc"]),
        },
        ("CD45", "SSC-A"),
        "samples 01, 03, 05, 09, 25, and for monocytes, eosinophils and doubts looked at on all; "
        "22 and 25 are mantle cell lymphoma, 35 is hairy cell leukaemia",
        sick=("euroflow_22", "euroflow_25", "euroflow_35"),
    )  # fmt: skip
    first, second = {"003": "3"}, {"003": "4"}
    for name in ("001", "002", "003", "004"):
        cd4, cd8 = first.get(name, "1"), second.get(name, "3")
        yield DataSet(
            f"gvhd_{name}", f"T cells, FACSCalibur, sample {name}", "blood_t_cells",
            CONFIG / "panels" / "t_cells_display.yaml", (f"gvhd/{name}.fcs",), ".labels.csv", "V1",
            {"cd4_pos": is_one_of(cd4), "cd8_pos": is_one_of(cd8), "cd3_pos": is_one_of(cd4, cd8)},
            ("FL1.H", "FL4.H"),
            "all four; cells bright in CD3 without CD4 or CD8 are labelled as no T cells", "0",
            threshold=("cd3_pos", "FL3.H"),
        )  # fmt: skip


@dataclass(frozen=True)
class Unlabelled:
    """Files of one kind that nobody labelled.

    Parameters
    ----------
    name, title : str
        In file names, and for the reader.
    strategy : str
        A shipped strategy.
    panel : Path
        Absolute.
    files : tuple of str
        Relative to the folder of real files.
    axes : tuple of str
        Channels of the picture.
    linear : tuple of float
        Up to where the picture's scales are linear, and logarithmic beyond; 0 is linear all along.
    shown : tuple of str
        Populations that are drawn.
    words : str
        What was found, for the reader.
    """

    name: str
    title: str
    strategy: str
    panel: Path
    files: tuple[str, ...]
    axes: tuple[str, str]
    linear: tuple[float, float]
    shown: tuple[str, ...]
    words: str


NAVIOS = """The border of CD34 is that of all four donors together. One standard deviation of it moves the count by more
than a tenth to either side, so what lies behind it is `doubtful` (`crowded_border`). In donor 08 cells come in other
shares in the first 1,400 events; quality control says so and keeps them."""

FC500 = """Ten samples of 500 events, five of patients with acute myeloid leukaemia. Lymphocytes that nothing warns of
carry neither CD13 nor CD15. The blasts of samples 1 and 2, which lie in their place, are `doubtful` (`cut_by_box`),
and so are lymphocytes and blasts in the ellipse of sample 5 (`second_cluster`).
Neutrophils lie at the top of CD16 and of forward scatter, so immature cells (`cd16_low`) are `doubtful`
(`at_full_scale`) wherever any are found. `tests/real/test_gating_fc500.py` holds this."""

CULTURE = """These are no leucocytes. No sample has a valley of the viability dye in the stretch of blood
(`no_valley`), so `viable` and all that lies below is `not_gated`, which is right. Days 0 and 4 show no lymphocytes;
what is taken for some on days 8 and 10 differs by a factor of ten in CD34 and CD45, and the landmark is `shifted`."""

DIVA = """`lymphocytes` are `doubtful` (`second_cluster`), the gates that they place too (`reference_in_doubt`).
CD34 has `no_valley`; nothing below has a number."""


def unlabelled_sets() -> tuple[Unlabelled, ...]:
    """Return what is drawn without labels."""
    return (
        Unlabelled(
            "fc500", "Blood and marrow, FC500", "blood_immature", TESTS / "real" / "aml" / "panel_fc500.yaml",
            tuple(f"aml/sample{number}.fcs" for number in range(1, 11)), ("FL3 Log", "SS Log"), (10.0, 10.0),
            ("lymphocytes", "cd16_low"), FC500,
        ),
        Unlabelled(
            "timecourse", "Embryonic stem cells in culture, LSRFortessa", "blood_hspc",
            TESTS / "workflow" / "timecourse" / "panels" / "culture.yaml",
            tuple(f"timecourse/{day}.fcs" for day in ("D0", "D4", "D8", "D10")),
            ("PerCP-Cy5-5-A", "SSC-A"), (0.0, 0.0), ("singlets", "viable"), CULTURE,
        ),
        Unlabelled(
            "diva", "Marrow, FACSDiva", "blood_hspc", TESTS / "real" / "diva_marrow" / "panel.yaml",
            ("cd34/diva_cd45_cd34_marrow.fcs",), ("PerCP-A", "SSC-A"), (300.0, 0.0),
            ("cd45_pos", "lymphocytes", "granulocytes", "cd34_hspc"), DIVA,
        ),
    )  # fmt: skip
