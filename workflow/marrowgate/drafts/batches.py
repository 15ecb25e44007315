"""Which files were acquired in one run of an instrument: batches by instrument, settings and day."""

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from marrowgate.fcs.acquisition import Acquired

Settings = tuple[tuple[str, float | None, float | None], ...]


@dataclass(frozen=True)
class RunFacts:
    """What tells the run that a file is of.

    Parameters
    ----------
    acquired : Acquired
        Instrument and day.
    panel : str
        Its panel: detectors of another panel may be set otherwise in the same run.
    settings : tuple
        Channel, voltage and gain of the stained and scatter channels.
    known : str
        The batch that a sheet gives it already; empty when it is new.
    """

    acquired: Acquired
    panel: str
    settings: Settings
    known: str = ""


def batch_names(runs: Sequence[RunFacts]) -> list[str]:
    """Return a batch for each file, in their order: ``b1`` for the first day, and so on; empty where no day is known.

    Without a day nothing says which files are of one run: other files of the same settings may be of another day.
    Files whose settings differ from the first ones of their panel in the same run get a batch of their own, ``b1_2``.
    A file of the same run as one that has its batch already gets that one.
    """
    days = sorted({run.acquired.day for run in runs if run.acquired.day is not None})
    # days first, then instruments in the order of their first file
    keys = dict.fromkeys(_run(run) for run in runs if run.acquired.day is not None)
    ordered = sorted(keys, key=lambda key: days.index(key[1]))
    known = {(_run(run), run.panel, run.settings): run.known for run in runs if run.known and run.acquired.day}
    of_run = {key[0]: name for key, name in reversed(known.items())}
    free = _free_names({run.known for run in runs})
    names = {key: of_run.get(key) or next(free) for key in ordered}
    variants: dict[Hashable, list[Settings]] = {}
    drafted = []
    for run in runs:
        if run.known or run.acquired.day is None:
            drafted.append(run.known)
            continue
        key = _run(run)
        same = known.get((key, run.panel, run.settings))
        if same:
            drafted.append(same)
            continue
        seen = variants.setdefault((key, run.panel), _known_settings(known, key, run.panel))
        if run.settings not in seen:
            seen.append(run.settings)
        variant = seen.index(run.settings)
        drafted.append(names[key] if variant == 0 else f"{names[key]}_{variant + 1}")
    return drafted


def day_numbers(runs: Sequence[RunFacts]) -> list[int | None]:
    """Return the day of acquisition of each file as days since the earliest; None where it is not known."""
    first = min((run.acquired.day for run in runs if run.acquired.day is not None), default=None)
    return [None if first is None or run.acquired.day is None else (run.acquired.day - first).days for run in runs]


def _run(run: RunFacts) -> tuple[str, date]:
    if run.acquired.day is None:
        msg = "a file without a day belongs to no known run"
        raise ValueError(msg)
    return run.acquired.instrument, run.acquired.day


def _known_settings(
    known: Mapping[tuple[tuple[str, date], str, Settings], str], key: tuple[str, date], panel: str
) -> list[Settings]:
    return [settings for run, of_panel, settings in known if (run, of_panel) == (key, panel)]


def _free_names(taken: Collection[str]) -> Iterator[str]:
    number = 1
    while True:
        if f"b{number}" not in taken:
            yield f"b{number}"
        number += 1
