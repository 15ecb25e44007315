"""Pages of pictures: contact sheets of many samples, and all pictures of a few."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from marrowgate.measure.pictures.density import FEW
from marrowgate.measure.pictures.model import PROTOCOL, STEP, Picture, SamplePictures
from marrowgate.report.content_policy import sha256_of_text
from marrowgate.report.pictures.looks import DARK_STATUS, QUIET, RAMPS, STATUS_MARKS
from marrowgate.report.pictures.sheet_rows import (
    DrawnSample,
    SheetRow,
    SheetSample,
    columns_of,
    drawn_sample,
    in_order,
    sheet_rows,
)
from marrowgate.report.pictures.svg import Written, page_css, svg_text
from marrowgate.report.wording import words

Links = Sequence[tuple[str, str]]
Pictures = list[tuple[Markup, str]]


def contact_sheet(
    title: str,
    samples: Sequence[SheetSample],
    kind: str = STEP,
    *,
    pages: Mapping[str, str] | None = None,
    links: Links = (),
) -> str:
    """Return a page with a row for each sample and a small picture for each gate, the worst first.

    Parameters
    ----------
    title : str
        Its heading.
    samples : sequence of SheetSample
        The samples.
    kind : str
        `STEP` or `PROTOCOL`.
    pages : mapping of str to str, optional
        sample_id to the address of the sample's own page; with them the pictures lead there. Without, they are
        enlarged where they are.
    links : sequence of (str, str)
        Names and addresses of other pages.
    """
    return sheet_of_rows(title, sheet_rows(samples, kind, is_lean=bool(pages)), kind, pages=pages, links=links)


def sheet_of_rows(
    title: str,
    unordered: Iterable[SheetRow],
    kind: str,
    *,
    pages: Mapping[str, str] | None = None,
    links: Links = (),
) -> str:
    """Return a contact sheet of rows that are drawn; the other arguments are those of `contact_sheet`.

    Parameters
    ----------
    unordered : iterable of SheetRow
        The rows, which hold whole pictures where there are no `pages`.
    """
    rows = in_order(unordered)
    samples = [row.sample for row in rows]
    script = _own("contact_sheet.js")
    note = next((s.pictures.protocol for s in samples if s.pictures.protocol), "") if kind == PROTOCOL else ""
    return (
        _environment()
        .get_template("contact_sheet.html")
        .render(
            title=title,
            note=note,
            rows=rows,
            columns=columns_of(rows),
            filters=_filters(rows),
            statuses=_signs(status for row in rows for status in row.statuses),
            colours=_colours(samples) if kind == PROTOCOL else (),
            few=FEW,
            pages=pages or {},
            links=links,
            style=_style(),
            script=Markup(script),  # noqa: S704 - our own file
            style_sha256=sha256_of_text(_style()),
            script_sha256=sha256_of_text(script),
        )
    )


@dataclass(frozen=True)
class _Part:
    """A sample of a page of pictures: its anchor, and its groups with heading, note and pictures."""

    anchor: str
    sample: SheetSample
    groups: list[tuple[str, str, Pictures]]


def pictures_page(title: str, samples: Sequence[SheetSample], *, links: Links = ()) -> str:
    """Return a page with every picture of some samples at its whole size.

    Parameters
    ----------
    title : str
        Its heading.
    samples : sequence of SheetSample
        The samples, in their order on the page.
    links : sequence of (str, str)
        Names and addresses of other pages.
    """
    return page_of_drawn(title, map(drawn_sample, samples), links=links)


def page_of_drawn(title: str, samples: Iterable[DrawnSample], *, links: Links = ()) -> str:
    """Return the page of samples whose pictures are drawn; the other arguments are those of `pictures_page`."""
    parts = [
        _Part(f"sample-{number}", drawn.sample, list(_groups(drawn))) for number, drawn in enumerate(samples, start=1)
    ]
    statuses = {gate.shown_status for part in parts for gate in part.sample.pictures.gates.values()}
    return (
        _environment()
        .get_template("pictures.html")
        .render(
            title=title,
            parts=parts,
            links=links,
            statuses=_signs(statuses),
            style=_style(),
            style_sha256=sha256_of_text(_style()),
        )
    )


def _groups(drawn: DrawnSample) -> Iterable[tuple[str, str, Pictures]]:
    pictures = drawn.sample.pictures
    if pictures.of_kind(STEP):
        steps = [(_whole(drawing), _reason(pictures, picture)) for picture, drawing in drawn.of_kind(STEP) if drawing]
        yield "Gates", _left_out(pictures), steps
    against = [(_whole(drawing), names or "no control") for _, drawing, names in drawn.against]
    if against:
        yield "Markers and controls", "", against
    protocol = [(_whole(drawing), "") for _, drawing in drawn.of_kind(PROTOCOL) if drawing]
    if protocol:
        yield pictures.protocol or "Protocol", _legend(pictures), protocol


def _left_out(pictures: SamplePictures) -> str:
    """Say which gates are not drawn because what they lie in has no events to show."""
    names = [words(picture.gates[0]) for picture in pictures.of_kind(STEP) if picture.n_parent is None]
    return f"Not drawn, since what they lie in has no gate: {', '.join(names)}." if names else ""


def _whole(drawing: Written) -> Markup:
    return Markup(svg_text(drawing, is_whole=False))  # noqa: S704 - escaped where it is written


def _reason(pictures: SamplePictures, picture: Picture) -> str:
    return "; ".join(pictures.gates[name].reason for name in picture.gates if pictures.gates[name].reason)


def _legend(pictures: SamplePictures) -> str:
    named = _colours_of(pictures)
    if not named:
        return ""
    others = ", ".join(f"{colour}: {words(name)}" for name, colour in zip(named[1:], _COLOURS, strict=False))
    return f"Yellow rings: {words(named[0])}, at most {FEW} of them, evenly chosen. {others.capitalize()}."


_COLOURS = ("green", "purple", "brown")


def _colours(samples: Sequence[SheetSample]) -> tuple[str, ...]:
    return next((named for sample in samples if (named := _colours_of(sample.pictures))), ())


def _colours_of(pictures: SamplePictures) -> tuple[str, ...]:
    """Return the populations that colour most plots of the protocol."""
    every = [picture.colours for picture in pictures.of_kind(PROTOCOL)]
    return max(every, key=every.count) if every else ()


def _filters(rows: Sequence[SheetRow]) -> dict[str, list[str]]:
    values_of = {
        "status": [status for status in STATUS_MARKS if any(status in row.statuses for row in rows)],
        "panel": [row.sample.panel for row in rows],
        "batch": [row.sample.batch for row in rows],
        "patient": [row.sample.patient_id for row in rows],
        "kind": ["stained" if row.sample.control == "none" else row.sample.control for row in rows],
    }
    return {name: values if name == "status" else sorted(set(values) - {""}) for name, values in values_of.items()}


def _signs(statuses: Iterable[str]) -> list[tuple[str, str]]:
    there = set(statuses)
    return [(status, sign) for status, (_, sign) in STATUS_MARKS.items() if status in there]


@cache
def _style() -> Markup:
    light = "".join(f".s-{status}{{color:{colour}}}" for status, (colour, _) in STATUS_MARKS.items())
    dark = "".join(f".s-{status}{{color:{DARK_STATUS.get(status, QUIET[1])}}}" for status in STATUS_MARKS)
    owners = "".join(f".owner{number}{{color:{few_many[1]}}}" for number, few_many in enumerate(RAMPS))
    dark_owners = "".join(f".owner{number}{{color:{few_many[0]}}}" for number, few_many in enumerate(RAMPS))
    text = f"{light}{owners}@media screen and (prefers-color-scheme:dark){{{dark}{dark_owners}}}"
    return Markup(f"{_own('contact_sheet.css')}{page_css()}{text}")  # noqa: S704 - our own files


def _own(name: str) -> str:
    return resources.files("marrowgate.report").joinpath("templates", name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    """Return what fills the templates; it keeps them, since reading one takes longer than filling it."""
    environment = Environment(
        loader=PackageLoader("marrowgate.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["words"] = words
    return environment
