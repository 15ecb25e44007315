"""The dialogue of docs/first-ten-minutes.md: its commands, and the page written anew with what they print now.

``make first-ten-minutes`` writes the page and its picture; `tests/cli/test_first_ten_minutes.py` compares.
"""

import contextlib
import io
import os
import shlex
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
PAGE = REPOSITORY / "docs" / "first-ten-minutes.md"
PICTURE = REPOSITORY / "docs" / "pictures" / "first_ten_minutes.png"
BLOCK = "```console\n"


def commands(page: str) -> Iterator[tuple[str, list[str]]]:
    """Return the commands of a page's console blocks, each with the lines that it prints."""
    for block in page.split(BLOCK)[1:]:
        parts = block.partition("```")[0].split("$ ")[1:]
        for part in parts:
            command, *lines = part.splitlines()
            yield command, lines


def printed(command: str) -> list[str]:
    """Return what a command prints in the working directory."""
    from marrowgate.cli import main

    program, *words = shlex.split(command)
    if program == "cd":
        os.chdir(words[0])
        return []
    if program != "marrowgate":
        msg = f"the page calls {program}, which is not marrowgate"
        raise ValueError(msg)
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
        main(words)
    return [line.rstrip() for line in stream.getvalue().splitlines()]


def write_page(data: Path) -> None:
    """Run the commands in a new folder beside the data, and write what they print into the page; draw its picture."""
    from marrowgate.measure.pictures.model import STEP, read_pictures
    from marrowgate.report.pictures.figure import save_figure
    from marrowgate.report.pictures.sample_figure import figure_of
    from marrowgate.report.pictures.sheet_rows import SheetSample
    from marrowgate.report.pictures.table_statuses import rows_of_samples, with_table_statuses
    from marrowgate.tables import read_rows

    page, blocks = PAGE.read_text(encoding="utf-8"), []
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        Path("raw").symlink_to(data)
        for block in page.split(BLOCK)[1:]:
            words, _, behind = block.partition("```")
            lines = [line for command, _ in commands(BLOCK + words) for line in (f"$ {command}", *printed(command))]
            blocks.append("\n".join([*lines, f"```{behind}"]))
        tried = Path(folder, "tried")
        pictures = read_pictures(next(iter(sorted((tried / "pictures").glob("*.json")))))
        rows = rows_of_samples(read_rows(tried / "tables" / "populations.tsv"))
        pictures = with_table_statuses(pictures, rows[pictures.sample_id])
        save_figure(figure_of(SheetSample(pictures.sample_id, "", "", "", "", "none", "", pictures), STEP), PICTURE)
        os.chdir(REPOSITORY)
    PAGE.write_text(BLOCK.join([page.split(BLOCK)[0], *blocks]), encoding="utf-8")


if __name__ == "__main__":
    write_page(Path(sys.argv[1]).resolve())
