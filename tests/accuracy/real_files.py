"""Real files with a label for every event, through `marrowgate try` as users do: F1, status and a picture of each.

Usage: python tests/accuracy/real_files.py [--real ../shared/data] [--docs docs/accuracy_real.md]
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from accuracy.scratch import REPOSITORY
from accuracy.tried import MILD, RIGHT, WRONG
from marrowgate.fcs.read import read_fcs
from marrowgate.files import write_text
from real.scored import found_in, labels, score, tried

CONFIG = REPOSITORY / "config"
COLOURS = ("tab:blue", "tab:green", "tab:orange", "tab:red", "tab:purple")
LEAST_LOST = 0.01
"""Share of a file's events that is worth a word when quality control leaves it out."""
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
        words=("--spillover", "none"),
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


def main() -> None:
    """Gate, score, draw, write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=Path, default=REPOSITORY.parent / "shared" / "data")
    parser.add_argument("--docs", type=Path, default=REPOSITORY / "docs" / "accuracy_real.md")
    args = parser.parse_args()
    parts = [HEAD]
    with tempfile.TemporaryDirectory() as folder:
        for one in data_sets(args.real):
            files = [args.real / name for name in one.files]
            out = tried(Path(folder) / one.name, one.panel, one.strategy, files, *one.words)
            picture = args.docs.parent / "pictures" / f"real_{one.name}.png"
            draw(one, files, out, picture)
            parts.append(section(one, files, out, picture.name))
    parts.append(UNLABELLED)
    write_text(args.docs, "\n".join(parts))


HEAD = """# Accuracy on real files

Public files with a label for every event, gated by `marrowgate try --one-batch` with the shipped strategies; the labels
play no part in it. F1 of each population, and the gate's status where it is not `ok`. Made by `make accuracy-real`.
The Navios files are compensated in the source and are gated with `--spillover none`; without it every gate is in doubt.
"""


UNLABELLED = """## Files without labels

**FC500** (`aml/`, ten samples of 500 events, five of patients with acute myeloid leukaemia; `blood_immature`).
Lymphocytes that nothing warns of carry neither CD13 nor CD15. The blasts of samples 1 and 2, which lie in their place,
are `doubtful` (`cut_by_box`). Neutrophils lie at the top of CD16 and of forward scatter, so immature cells
(`cd16_low`) are `doubtful` (`at_full_scale`) wherever any are found. `tests/real/test_gating_fc500.py` holds this.

**Embryonic stem cells in culture** (`timecourse/`, LSRFortessa; `blood_hspc`). No sample has a valley of the
viability dye in the stretch of blood, so `viable` is `no_valley` and all that lies below is `not_gated`. That is
right: these are no leucocytes. Days 0 and 4 show no lymphocytes; what is taken for some on days 8 and 10 differs by a
factor of ten in CD34 and CD45, and makes the landmark `shifted`.

**Marrow of a FACSDiva** (`cd34/diva_cd45_cd34_marrow.fcs`; `blood_hspc`). `lymphocytes` are `doubtful`
(`second_cluster`), the gates that they place too (`reference_in_doubt`). CD34 has `no_valley`; nothing below has a
number.
"""


def given_labels(one: DataSet, path: Path) -> Labels:
    """Return the label of every event of a file."""
    return labels(path.with_name(path.stem + one.labels), one.column)


def section(one: DataSet, files: list[Path], out: Path, picture: str) -> str:
    """Return the table of a data set."""
    lines = [f"## {one.title}", "", f"Strategy `{one.strategy}`, tuned on {one.tuned}.", ""]
    lines += ["| file | " + " | ".join(one.truth) + " |", "|---|" + "---|" * len(one.truth)]
    columns: dict[str, dict[str, float]] = {population: {} for population in one.truth}
    judged: list[tuple[float, str]] = []
    for path in files:
        given, cells = given_labels(one, path), []
        for population, truth in one.truth.items():
            f1, status = score(out, path.stem, population, truth(given), given != one.unlabelled)
            if truth(given).sum() >= 20:
                columns[population][path.stem] = f1
                judged.append((f1, status))
            cells.append(f"{f1:.3f}" + ("" if status == "ok" else f" {status}"))
        lines.append(f"| {path.stem} | " + " | ".join(cells) + " |")
    if len(files) > 1:
        lines.append(medians("median", columns, ()))
    if one.sick:
        lines.append(medians("median of healthy blood", columns, one.sick))
    told = [flags(judged), *held_cells(one, files, out), *left_out(files, out), *best_threshold(one, files)]
    return "\n".join(
        [*lines, "", "\n".join(told), "", f"![{one.title}: found, and as labelled](pictures/{picture})", ""]
    )


def held_cells(one: DataSet, files: list[Path], out: Path) -> list[str]:
    """Return which share of some labelled cells a population holds, in each file and in median."""
    lines = []
    for population, kinds in one.held.items():
        for name, truth in kinds.items():
            pairs = [(found_in(out, path.stem, population), truth(given_labels(one, path))) for path in files]
            shares = [float(found[cells].mean()) for found, cells in pairs]
            by_file = ", ".join(f"{100 * share:.1f}" for share in shares)
            median = f"{100 * np.median(shares):.1f} % of the labelled {name} cells"
            lines.append(f"`{population}` holds {median} in median ({by_file} %).")
    return lines


def left_out(files: list[Path], out: Path) -> list[str]:
    """Return which files lose events to quality control; these events count as not found."""
    names = [path.stem for path in files]
    lost = {name: float(np.mean(~found_in(out, name, "qc_ok"))) for name in names}
    shares = ", ".join(f"{100 * share:.0f} % of {name}" for name, share in lost.items() if share >= LEAST_LOST)
    return (
        [f"Quality control leaves out unstable stretches, whose cells count as not found: {shares}."] if shares else []
    )


def best_threshold(one: DataSet, files: list[Path]) -> list[str]:
    """Return the highest F1 of any threshold in one channel with the labels known, for each file."""
    if not one.threshold:
        return []
    population, channel = one.threshold
    best = []
    for path in files:
        given, file = given_labels(one, path), read_fcs(path, 1)
        counted = given != one.unlabelled
        column = next(found.index for found in file.channels if found.name == channel)
        values, truth = file.events[counted, column], one.truth[population](given)[counted]
        above = np.argsort(-values, kind="stable")
        right, kept = np.cumsum(truth[above]), np.arange(1, values.size + 1)
        last = np.append(np.diff(values[above]) != 0, True)
        best.append(float((2 * right / (kept + truth.sum()))[last].max()))
    scores = ", ".join(f"{f1:.3f}" for f1 in best)
    return [f"With the labels known, the best threshold on {channel} reaches {scores} for {population}."]


def medians(title: str, columns: dict[str, dict[str, float]], without: tuple[str, ...]) -> str:
    """Return a line of medians, without some files."""
    kept = [[f1 for name, f1 in values.items() if name not in without] for values in columns.values()]
    return f"| {title} | " + " | ".join(f"{np.median(values):.3f}" for values in kept) + " |"


def flags(judged: list[tuple[float, str]]) -> str:
    """Return how many gates are wrong and not flagged, and how many are right and flagged."""
    wrong, right = ([status for f1, status in judged if is_so(f1)] for is_so in (WRONG.__gt__, RIGHT.__lt__))
    n_ok, mild = wrong.count("ok"), sum(status in MILD for status in wrong)
    flagged = sum(status not in MILD for status in right)
    of_wrong = f"{len(wrong)} are wrong (F1 below {WRONG}), {n_ok} of them `ok` and {mild - n_ok} `fixed` or `borrowed`"
    of_right = f"{len(right)} are right (above {RIGHT}), {flagged} of them flagged"
    return f"Of {len(judged)} gates with 20 or more labelled cells {of_wrong}; {of_right}."


def draw(one: DataSet, files: list[Path], out: Path, picture: Path) -> None:
    """Draw each file twice: coloured by what was found, and by the labels."""
    across = min(len(files), 3)
    n_rows = -(-len(files) // across)
    figure, axes = plt.subplots(n_rows, 2 * across, figsize=(4.4 * across, 2.1 * n_rows), squeeze=False)
    for axis in axes.flat:
        axis.set_axis_off()
    for number, path in enumerate(files):
        pair = axes[number // across, 2 * (number % across) : 2 * (number % across) + 2]
        draw_pair(pair, one, path, out)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="lower center", ncols=5, fontsize=7, markerscale=8)
    figure.tight_layout(rect=(0, 0.06, 1, 1))
    figure.savefig(picture, dpi=60)
    plt.close(figure)


def draw_pair(pair: np.ndarray, one: DataSet, path: Path, out: Path) -> None:
    """Draw one file: left as found, right as labelled."""
    file, given = read_fcs(path, 1), given_labels(one, path)
    columns = {channel.name: channel.index for channel in file.channels}
    x, y = (file.events[:, columns[name]] for name in one.axes)
    if file.channels[0].range > 20_000:
        x, y = np.log10(np.maximum(x, 1)), np.log10(np.maximum(y, 1))
    for axis, side in zip(pair, ("found", "labelled"), strict=True):
        axis.set_axis_on()
        axis.plot(x, y, ",", color="0.8")
        shown = [name for name in one.truth if name not in {"cd45_pos", "cd3_pos"}]
        for name, colour in zip(shown, COLOURS, strict=False):
            members = found_in(out, path.stem, name) if side == "found" else one.truth[name](given)
            axis.plot(x[members], y[members], ".", markersize=0.6, color=colour, label=name)
        axis.set_title(f"{path.stem}, {side}", fontsize=7)
        axis.set_xlabel(one.axes[0], fontsize=6)
        axis.set_ylabel(one.axes[1], fontsize=6)
        axis.tick_params(labelsize=5)
        axis.set_xlim(*np.quantile(x, [0.0005, 0.9995]))
        axis.set_ylim(*np.quantile(y, [0.0005, 0.9995]))


if __name__ == "__main__":
    main()
