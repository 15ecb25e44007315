"""Instrument and gates over the run: beads, detector settings, landmarks and gates, one point per sample or batch."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import mean, median, stdev
from typing import Any

from marrowgate.report.charts.chart import Axis, Frame, dot, line, linear_axis, log_axis, text
from marrowgate.report.charts.style import STATUS_COLOURS
from marrowgate.report.sections.hand_section import edges_of
from marrowgate.report.wording import number, words

Row = Mapping[str, Any]
Point = tuple[str, str, float, str]
QUIET = "#5b6873"
FEWEST_FOR_SD = 5
NAMES_ROOM = 0.15
"""Room behind the last point for the names of the lines, by that of the points."""
MOST_TITLES = 400
"""Above so many points of a chart those that are ok have no title each, so that the page stays small."""


@dataclass(frozen=True)
class Series:
    """One value over the run.

    Parameters
    ----------
    name, unit : str
        What is drawn.
    points : tuple of (str, str, float, str)
        Sample or bead sample, batch, value and status; in the order of the sheet.
    is_log : bool
        Whether its axis is logarithmic.
    limits : tuple of float
        Values that are drawn as broken lines; empty: mean and two and three standard deviations from five points on.
    """

    name: str
    unit: str
    points: tuple[Point, ...]
    is_log: bool = False
    limits: tuple[float, ...] = ()


def series_chart(series: Series) -> str:
    """Draw a series: batches apart, each point in the colour of its status, limits as broken lines.

    With five points and more and no limits given, mean, two and three standard deviations are drawn
    (Levey and Jennings 1950, Am J Clin Pathol 20:1059).
    """
    series = replace(series, points=_batch_by_batch(series.points))
    values = [value for _, _, value, _ in series.points]
    levels = _levels(series, values)
    ends = [*values, *(value for value, _ in levels)]
    axis = log_axis(ends, series.unit) if series.is_log and min(values) > 0 else linear_axis(ends, series.unit)
    ticks, names, borders = _batches(series)
    # what the lines are is named behind the last point, off the data
    room = NAMES_ROOM * len(values) if levels else 0.0
    frame = Frame(Axis(-0.5, len(values) - 0.5 + room, "", ticks=ticks, names=names), axis, height=180)
    marks = [line((frame.across(at), 14), (frame.across(at), 138), "#c9d0d6") for at in borders]
    for value, name in levels:
        y = frame.down(value)
        marks += [
            line((frame.left, y), (350, y), QUIET, 1, "" if name == "mean" else "4 3"),
            text(350, y - 3, name, "end", on_marks=True),
        ]
    many = len(values) > MOST_TITLES
    for at, (who, _, value, status) in enumerate(series.points):
        title = "" if many and status == "ok" else f"{who}: {number(value)} {series.unit}, {words(status)}"
        colour = STATUS_COLOURS.get(status, STATUS_COLOURS["doubtful"])
        marks.append(dot(frame.across(at), frame.down(value), colour, title, is_square=status != "ok"))
    return frame.svg(f"{series.name}, {series.unit}, over the samples of the run", marks)


def _batch_by_batch(points: Sequence[Point]) -> tuple[Point, ...]:
    """Return points with those of a batch together; batches in the order of their first points."""
    batches = list(dict.fromkeys(batch for _, batch, _, _ in points))
    return tuple(sorted(points, key=lambda point: batches.index(point[1])))


def _levels(series: Series, values: Sequence[float]) -> list[tuple[float, str]]:
    if series.limits:
        return [(value, "limit") for value in series.limits]
    if len(values) < FEWEST_FOR_SD or stdev(values) == 0:
        return []
    middle, sd = mean(values), stdev(values)
    drawn = [(middle, "mean"), (middle + 2 * sd, "+2 SD"), (middle - 2 * sd, "-2 SD")]
    drawn += [(middle + 3 * sd, "+3 SD"), (middle - 3 * sd, "-3 SD")]
    return [(value, name) for value, name in drawn if value > 0 or not series.is_log]


def _batches(series: Series) -> tuple[tuple[float, ...], tuple[str, ...], list[float]]:
    """Return where each batch's name stands, the names, and the borders between batches."""
    spans: dict[str, list[int]] = {}
    for at, (_, batch, _, _) in enumerate(series.points):
        spans.setdefault(batch, []).append(at)
    middles = {batch: median(positions) for batch, positions in spans.items()}
    every = max(1, len(spans) // 8)
    kept = [batch for i, batch in enumerate(spans) if i % every == 0]
    borders = [max(positions) + 0.5 for positions in list(spans.values())[:-1]] if len(spans) <= 40 else []
    return tuple(middles[batch] for batch in kept), tuple(batch[:12] for batch in kept), borders


def bead_series(calibration: Sequence[Row], max_fold: float) -> list[Series]:
    """Return for each channel of the beads its brightest peak by batch, as fold of the median of the batches."""
    kept = []
    channels = dict.fromkeys(row["channel"] for row in calibration)
    for channel in channels:
        # a channel that the lot has no values for shows its beads' spill alone
        own = [row for row in calibration if row["channel"] == channel and row["median_fi"] and row["assigned"]]
        brightest = max((row["peak"] for row in own), default=None)
        peaks = [row for row in own if row["peak"] == brightest and row["median_fi"] > 0]
        if len(peaks) < 2:
            continue
        middle = median(row["median_fi"] for row in peaks)
        points = [(row["sample_id"], row["batch"], row["median_fi"] / middle, "ok") for row in peaks]
        points = [(*p[:3], "ok" if 1 / max_fold <= p[2] <= max_fold else "doubtful") for p in points]
        name = f"{channel}, brightest bead"
        kept.append(Series(name, "fold of the batches' median", tuple(points), True, (1 / max_fold, max_fold)))
    return kept


def settings_series(
    settings: Mapping[str, Mapping[str, Sequence[float | None]]], batches: Mapping[str, tuple[str, str]], limit: float
) -> Series | None:
    """Return for each sample the largest difference of a detector's setting from the median of its batch, per cent.

    Parameters
    ----------
    settings : mapping of str to mapping of str to (voltage, gain)
        Detector settings by sample_id and channel.
    batches : mapping of str to (str, str)
        sample_id to panel and batch, in the order of the sheet.
    limit : float
        Difference that is flagged, per cent.
    """
    of_sample = {
        name: {channel: value for channel, (voltage, gain) in own.items() if (value := voltage or gain)}
        for name, own in settings.items()
    }
    of_channel: dict[tuple[tuple[str, str], str], list[float]] = defaultdict(list)
    for name, key in batches.items():
        for channel, value in of_sample.get(name, {}).items():
            of_channel[key, channel].append(value)
    points = []
    for name, key in batches.items():
        own = of_sample.get(name, {})
        if own:
            worst = max(100 * abs(value / median(of_channel[key, channel]) - 1) for channel, value in own.items())
            points.append((name, key[1], worst, "doubtful" if worst > limit else "ok"))
    title = "voltage or gain, largest difference of a detector"
    return Series(title, "% from the batch's median", tuple(points), limits=(limit,)) if points else None


def landmark_series(landmarks: Sequence[Row]) -> list[Series]:
    """Return each landmark over the samples: where lymphocytes, negatives or beads lie, on the linear scale.

    Parameters
    ----------
    landmarks : sequence of mapping
        sample_id, panel, batch, of, by, dimension, value, status; in the order of the sheet.
    """
    by_name: dict[tuple[str, str, str, str], list[tuple[str, str, float, str]]] = {}
    for row in landmarks:
        if row["value"] is not None:
            point = (row["sample_id"], row["batch"], row["value"], row["status"])
            by_name.setdefault((row["panel"], row["of"], row["by"], row["dimension"]), []).append(point)
    return [
        Series(f"{panel}: {words(of)}, {words(by)}", dimension, tuple(points), _can_be_log(points))
        for (panel, of, by, dimension), points in by_name.items()
        if len(points) > 1
    ]


def gate_series(
    gates: Mapping[str, Sequence[Row]], batches: Mapping[str, tuple[str, str]], populations: Sequence[Row]
) -> list[Series]:
    """Return the position of each gate over the samples, by panel.

    A straight boundary is drawn on the linear scale; of a slanted or round gate, which has no one position, the share
    of its parent is drawn instead.

    Parameters
    ----------
    gates : mapping of str to sequence of mapping
        sample_id to the rows of its gates.
    batches : mapping of str to (str, str)
        sample_id to panel and batch, of the stained samples in the order of the sheet.
    populations : sequence of mapping
        Rows of the table of populations.
    """
    shares = {(row["sample_id"], row["population"]): row["pct_of_parent"] for row in populations}
    kept: dict[tuple[str, str, str], list[tuple[str, str, float, str]]] = {}
    for name, (panel, batch) in batches.items():
        for row in gates.get(name, ()):
            if row["method"] == "boolean":
                continue
            edges = edges_of(row["boundary"])
            for dimension, side, value in edges:
                key = (panel, row["population"], f"{dimension} {'from' if side == '>=' else 'below'}")
                kept.setdefault(key, []).append((name, batch, value, row["status"]))
            share = shares.get((name, row["population"]))
            if not edges and share is not None:
                key = (panel, row["population"], f"% of {words(row['parent'])}")
                kept.setdefault(key, []).append((name, batch, share, row["status"]))
    return [
        Series(f"{panel}: {words(population)}", what, tuple(points), _can_be_log(points))
        for (panel, population, what), points in kept.items()
        if len(points) > 1
    ]


def _can_be_log(points: Sequence[tuple[str, str, float, str]]) -> bool:
    values = [value for _, _, value, _ in points]
    return min(values) > 0 and max(values) / min(values) > 5
