"""A sample that is open and one that is gated, with their tables as pandas frames; see `marrowgate.library`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marrowgate.columns import table_columns
from marrowgate.errors import Fault, UserError
from marrowgate.fcs.model import FcsFile
from marrowgate.fcs.read import file_sha256
from marrowgate.gating.open_sample import SpilloverSource, start_rows
from marrowgate.gating.records import GateRecord
from marrowgate.gating.sample_events import EventRows, SampleEvents
from marrowgate.measure.collect import Measured, intensity_table, population_table
from marrowgate.measure.compensation_doubts import mark_tables
from marrowgate.measure.gated_sample import measure_gated
from marrowgate.measure.manifest import manifest_row
from marrowgate.settings.config import Measure
from marrowgate.settings.panel import Panel
from marrowgate.settings.quality import Quality
from marrowgate.settings.sheets import Sample
from marrowgate.settings.strategies.strategy import ROOT, Strategy
from marrowgate.signal.stability.stability_file import RunQuality

if TYPE_CHECKING:
    import pandas as pd

SEED = 20170405
"""The seed of the demo and of `marrowgate try`."""
BATCH = "opened"
_DTYPES = {"string": "object", "int64": "Int64", "float64": "float64", "bool": "boolean"}


@dataclass(frozen=True)
class OpenedSample:
    """A sample that can be gated; made by `open_sample` and `open_samples`.

    Parameters
    ----------
    sample_id : str
        Name of the sample.
    path : Path
        Its FCS file.
    data_set : int
        Which data set of the file, from 1.
    file : FcsFile
        The file as read, with its verdict and repairs.
    sample_events : SampleEvents
        Its events, compensated where they are asked for.
    panel : Panel
        Names the markers.
    strategy : Strategy
        With the scales as chosen.
    spillover : str
        Where the spillover matrix is from.
    run_quality : RunQuality
        Unstable stretches of the run, whose events are not gated, and what was checked.
    """

    sample_id: str
    path: Path
    data_set: int
    file: FcsFile
    sample_events: SampleEvents
    panel: Panel
    strategy: Strategy
    spillover: SpilloverSource
    run_quality: RunQuality

    @property
    def stable_rows(self) -> EventRows:
        """Return the numbers of the events outside the unstable stretches of the run: those that are gated."""
        return start_rows(self.sample_events, self.run_quality.stretches)


@dataclass(frozen=True)
class GatedSample:
    """A sample with its final gates and the events of each population; made by `gate`.

    Parameters
    ----------
    sample : OpenedSample
        The sample.
    gates : tuple of GateRecord
        Each with status, uncertainty and reason.
    rows : dict of str to ndarray of intp
        Ascending numbers of the events of each population that has a gate; ``root`` is what was gated.
    """

    sample: OpenedSample
    gates: tuple[GateRecord, ...]
    rows: dict[str, EventRows]

    def counts(self) -> "pd.DataFrame":
        """Return counts and fractions of every population.

        Returns
        -------
        DataFrame
            One row for each population of the strategy, which is the index; the columns of `populations.tsv`
            (`docs/columns.md`). A population without a gate has no number, but a status and a reason.
        """
        return _frame("populations", self._tables([])[0]).set_index("population")

    def intensities(self, wanted: Sequence[tuple[str, str]] | None = None) -> "pd.DataFrame":
        """Return the intensities of markers on populations.

        Parameters
        ----------
        wanted : sequence of (str, str), optional
            Populations and markers; by default every marker of class `state` on every population that has a gate.

        Returns
        -------
        DataFrame
            One row for each population and marker, which are the index; the columns of `intensities.tsv`
            (`docs/columns.md`). Values are compensated and on the linear scale.

        Raises
        ------
        UserError
            The strategy has no such population, or the panel no such marker.
        """
        populations = {population.name for population in self.sample.strategy.populations}
        markers = {entry.marker: entry.marker_class for entry in self.sample.panel.channels if entry.marker}
        if wanted is None:
            gated = [record.population for record in self.gates if record.population in self.rows]
            wanted = [(name, marker) for name in gated for marker, kind in markers.items() if kind == "state"]
        named = [("strategy", "population", population, frozenset(populations)) for population, _ in wanted]
        named += [("panel", "marker", marker, frozenset(markers)) for _, marker in wanted]
        faults = [
            Fault("intensities", f"the {file} has no {what} {name!r}", f"name a {what} of the {file}")
            for file, what, name, known in named
            if name not in known
        ]
        if faults:
            raise UserError(faults)
        return _frame("intensities", self._tables(wanted)[1]).set_index(["population", "marker"])

    def events(self) -> "pd.DataFrame":
        """Return every event of the file with its populations.

        Returns
        -------
        DataFrame
            One row for each event. Float64 columns for scatter and markers, compensated and on the linear scale;
            bool `qc_ok`, false in an unstable stretch of the run; a bool column for each population that has a gate.
        """
        import numpy as np
        import pandas as pd

        sample_events, n_events = self.sample.sample_events, self.sample.file.n_events
        every = np.arange(n_events, dtype=np.intp)
        columns: dict[str, Any] = {name: sample_events.linear(name, every) for name in sample_events.channels}
        inside = {"qc_ok": self.sample.stable_rows, **self.rows}
        del inside[ROOT]
        for name, rows in inside.items():
            columns[name] = np.zeros(n_events, dtype=np.bool_)
            columns[name][rows] = True
        return pd.DataFrame(columns)

    def _tables(self, wanted: Sequence[tuple[str, str]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        sample, limits = self.sample, Quality()
        manifest = manifest_row(sample.sample_id, sample.file, file_sha256(sample.path))
        record = measure_gated(
            sample.sample_events,
            sample.panel,
            self.gates,
            self.rows,
            manifest,
            wanted,
            limits,
            sample.run_quality,
            sample.strategy,
        )
        row = Sample(
            sample_id=sample.sample_id, fcs=str(sample.path), data_set=sample.data_set, panel=BATCH, batch=BATCH
        )
        measured = [Measured(record, row, None, sample.strategy)]
        return mark_tables(
            population_table(measured, Measure()),
            intensity_table(measured, Measure(), SEED, {}),
            measured,
            limits.max_spillover_difference,
            is_wanted=sample.spillover != "none",
        )


def _frame(table: str, rows: Sequence[Mapping[str, Any]]) -> "pd.DataFrame":
    """Return rows as a frame with the columns and types of a table; a missing count is NA."""
    import pandas as pd

    types = {column.name: _DTYPES[column.dtype] for column in table_columns(table)}
    return pd.DataFrame(list(rows), columns=list(types)).astype(types)
