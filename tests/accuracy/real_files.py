"""Real files with a label for every event, through `marrowgate try` as users do: F1, status and a picture of each.

Usage: python tests/accuracy/real_files.py [--real ../shared/data] [--docs docs/accuracy_real.md]
"""

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from accuracy.real_pictures import draw, draw_found, given_labels
from accuracy.real_sets import DataSet, Unlabelled, data_sets, unlabelled_sets
from accuracy.scratch import REPOSITORY
from accuracy.tried import MILD, RIGHT, WRONG
from marrowgate.fcs.read import read_fcs
from marrowgate.files import write_text
from real.scored import found_in, score, tried

LEAST_LOST = 0.01
"""Share of a file's events that is worth a word when quality control leaves it out."""


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
        parts.append("## Files without labels\n")
        for unlabelled in unlabelled_sets():
            files = [args.real / name for name in unlabelled.files]
            out = tried(Path(folder) / unlabelled.name, unlabelled.panel, unlabelled.strategy, files)
            picture = args.docs.parent / "pictures" / f"real_{unlabelled.name}.png"
            draw_found(unlabelled, files, out, picture)
            parts.append(unlabelled_section(unlabelled, picture.name))
    write_text(args.docs, "\n".join(parts))


HEAD = """# Accuracy on real files

Public files with a label for every event, gated by `marrowgate try --one-batch` with the shipped strategies; the labels
play no part in it. F1 of each population, and the gate's status where it is not `ok`. Made by `make accuracy-real`.
The Navios files are compensated in the source and are gated with `--spillover none`; without it every gate is in doubt.
"""


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
    told += [one.remark] if one.remark else []
    return "\n".join(
        [*lines, "", "\n".join(told), "", f"![{one.title}: found, and as labelled](pictures/{picture})", ""]
    )


def unlabelled_section(one: Unlabelled, picture: str) -> str:
    """Return what was found in files that nobody labelled."""
    folder = Path(one.files[0]).parent
    heading = f"**{one.title}** (`{folder}/`; strategy `{one.strategy}`)."
    return f"{heading}\n{one.words}\n\n![{one.title}: found](pictures/{picture})\n"


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


if __name__ == "__main__":
    main()
