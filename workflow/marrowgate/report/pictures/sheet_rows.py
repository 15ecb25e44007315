"""The rows of a contact sheet: a sample each, the worst first, a small picture for each gate."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from marrowgate.gating.records import WEAKEST_FIRST
from marrowgate.measure.pictures.model import PROTOCOL, STEP, Picture, SamplePictures
from marrowgate.report.pictures.against_control import ControlPictures, against_controls
from marrowgate.report.pictures.draw import draw_picture, population_words
from marrowgate.report.pictures.looks import STATUS_MARKS
from marrowgate.report.pictures.svg import Written, thumbnail, written


@dataclass(frozen=True)
class SheetSample:
    """A sample of a contact sheet.

    Parameters
    ----------
    sample_id, panel, batch, patient_id, day, control : str
        As the sheet has them; empty where it says nothing. `control` is ``none`` for a stained sample.
    trouble : str
        Why it has no gates: rejected or failed, with the reason; empty where it was gated.
    pictures : SamplePictures
        Its pictures.
    controls : tuple of ControlPictures
        Those that serve it.
    """

    sample_id: str
    panel: str
    batch: str
    patient_id: str
    day: str
    control: str
    trouble: str
    pictures: SamplePictures
    controls: tuple[ControlPictures, ...] = ()


@dataclass(frozen=True)
class DrawnSample:
    """A sample with its pictures drawn, for all pages on which they stand.

    Parameters
    ----------
    sample : SheetSample
        The sample.
    drawn : tuple of (Picture, Written or None)
        Every picture that it has, drawn where there is something to draw.
    against : tuple of (Picture, Written, str)
        Histograms over those of its controls, and the controls in words.
    """

    sample: SheetSample
    drawn: tuple[tuple[Picture, Written | None], ...]
    against: tuple[tuple[Picture, Written, str], ...]

    def of_kind(self, kind: str) -> list[tuple[Picture, Written | None]]:
        """Return the pictures of a kind."""
        return [(picture, drawing) for picture, drawing in self.drawn if picture.kind == kind]


@dataclass(frozen=True)
class Cell:
    """One small picture.

    Parameters
    ----------
    column : str
        Name of its column.
    svg : Markup
        The picture.
    status, sign, caption : str
        Status of its gate and the sign of it, empty where it has none; what stands below.
    """

    column: str
    svg: Markup
    status: str
    sign: str
    caption: str


@dataclass(frozen=True)
class SheetRow:
    """A sample and its small pictures, by column."""

    sample: SheetSample
    cells: dict[str, Cell]

    @property
    def statuses(self) -> tuple[str, ...]:
        """Statuses of its gates, the weakest first."""
        present = {cell.status for cell in self.cells.values() if cell.status}
        return tuple(sorted(present, key=WEAKEST_FIRST.index))

    @property
    def rank(self) -> tuple[int, int, str]:
        """The lower the sooner it is looked at: without gates, then by the weakest gate and how many are like it."""
        if self.sample.trouble:
            return (-1, 0, self.sample.sample_id)
        if not self.statuses:
            return (len(WEAKEST_FIRST), 0, self.sample.sample_id)
        weakest = self.statuses[0]
        alike = sum(cell.status == weakest for cell in self.cells.values())
        return (WEAKEST_FIRST.index(weakest), 0 if weakest == "ok" else -alike, self.sample.sample_id)


def statuses_rank(pictures: SamplePictures, kind: str) -> tuple[int, ...]:
    """Return how many gates of a sample's pictures have each status, the weakest first: the lower the surer."""
    shown = [pictures.gates[name].shown_status for picture in pictures.of_kind(kind) for name in picture.gates]
    return tuple(sum(status == weak for status in shown) for weak in WEAKEST_FIRST)


def sheet_rows(samples: Iterable[SheetSample], kind: str, *, is_lean: bool) -> list[SheetRow]:
    """Return a row for each sample, the worst first.

    Parameters
    ----------
    samples : iterable of SheetSample
        The samples.
    kind : str
        `STEP`: gates and histograms with controls; `PROTOCOL`: the plots of the protocol.
    is_lean : bool
        Whether the pictures hold only what the small ones show.
    """
    return in_order(sheet_row(drawn_sample(sample), kind, is_lean=is_lean) for sample in samples)


def in_order(rows: Iterable[SheetRow]) -> list[SheetRow]:
    """Return rows with the worst first."""
    return sorted(rows, key=lambda row: row.rank)


def sheet_row(drawn: DrawnSample, kind: str, *, is_lean: bool) -> SheetRow:
    """Return the row of a sample; the arguments are those of `sheet_rows`."""
    return SheetRow(drawn.sample, {cell.column: cell for cell in _cells(drawn, kind, is_lean=is_lean)})


def drawn_sample(sample: SheetSample) -> DrawnSample:
    """Draw the pictures of a sample."""
    pictures = sample.pictures
    drawn = (
        (picture, None if picture.n_parent is None else written(draw_picture(pictures, picture)))
        for kind in (STEP, PROTOCOL)
        for picture in pictures.of_kind(kind)
    )
    against = against_controls(pictures, sample.controls)
    return DrawnSample(
        sample, tuple(drawn), tuple((picture, written(scene), names) for picture, scene, names in against)
    )


def columns_of(rows: Sequence[SheetRow]) -> list[str]:
    """Return the columns that any row has, in the order of the row that has most."""
    longest = sorted(rows, key=lambda row: -len(row.cells))
    return list(dict.fromkeys(name for row in longest for name in row.cells))


def _cells(drawn: DrawnSample, kind: str, *, is_lean: bool) -> list[Cell]:
    pictures = drawn.sample.pictures
    cells = [_cell(pictures, picture, drawing, is_lean=is_lean) for picture, drawing in drawn.of_kind(kind)]
    if kind == PROTOCOL:
        return cells
    for picture, drawing, names in drawn.against:
        title = f"{picture.dimensions[0]} of {population_words(picture.parent)} and control"
        svg = Markup(thumbnail(drawing, is_lean=is_lean))  # noqa: S704 - escaped where it is written
        kinds = ", ".join(dict.fromkeys(name.partition(" ")[0] for name in names.split(", ")))
        cells.append(Cell(title, svg, "", "", f"against {kinds}" if names else "no control"))
    return cells


def column_of(picture: Picture) -> str:
    """Return the name of a picture's column."""
    return picture.title or population_words(picture.gates[0] if picture.gates else picture.parent)


def _cell(pictures: SamplePictures, picture: Picture, drawing: Written | None, *, is_lean: bool) -> Cell:
    """Return a small picture; without one where there is nothing to draw."""
    column = column_of(picture)
    svg = Markup(thumbnail(drawing, is_lean=is_lean) if drawing else "")  # noqa: S704 - escaped already
    gates = [pictures.gates[name] for name in picture.gates if name in pictures.gates]
    if not gates:
        return Cell(column, svg, "", "", "")
    weakest = min(gates, key=lambda gate: WEAKEST_FIRST.index(gate.shown_status))
    named = gates[-1]  # of a protocol's plot the last is what the plot is named for; a step has one
    caption = "no number" if named.n_events is None else f"{named.n_events:,}"
    if picture.kind == STEP and named.n_events is not None:
        caption = f"{100 * named.n_events / named.n_parent:.3g} %" if named.n_parent else "no events"
    return Cell(column, svg, weakest.shown_status, STATUS_MARKS[weakest.shown_status][1], caption)
