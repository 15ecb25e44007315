"""What plain `snakemake` prints: progress, what failed with the end of its log, warnings.

Snakemake finds the module by its name; `profiles/*/config.yaml` asks for it with `logger: marrowgate`. The whole of
Snakemake's own output stands in `.snakemake/log`, and on the terminal with `--printshellcmds` or `--dry-run`.
"""

import logging
import sys
import time
from pathlib import Path
from typing import Any, TextIO

from snakemake.logging import ColorizingTextHandler
from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

STEP_PCT = 5
"""Progress is printed when it has passed a further share of the jobs of so many per cent ..."""
LONGEST_SILENCE = 60.0
"""... or after so many seconds without a line."""
LINES_OF_LOG = 15
FAILURES_IN_FULL = 5
"""Of more failed jobs only the log is named, so that one cause does not fill the terminal."""
TRIED_AGAIN = "Trying to restart job"
"""Snakemake has no event for it; without that line a job that is made again looks like one that is lost."""


class LogHandler(LogHandlerBase):  # type: ignore[misc]
    """Print little while all goes well."""

    def __post_init__(self) -> None:
        """Begin with nothing printed."""
        settings = self.common_settings
        self._is_full = settings.dryrun or settings.verbose or settings.printshellcmds or settings.debug_dag
        self._full = ColorizingTextHandler(nocolor=settings.nocolor, stream=self._stream())
        self._printed_pct = -STEP_PCT
        self._printed_at = time.monotonic()
        self._failures = 0

    @property
    def writes_to_stream(self) -> bool:
        """Take the place of Snakemake's own output."""
        return True

    @property
    def writes_to_file(self) -> bool:
        """Leave the log file to Snakemake."""
        return False

    @property
    def has_filter(self) -> bool:
        """Use Snakemake's filter, which knows `quiet`."""
        return False

    @property
    def has_formatter(self) -> bool:
        """Use Snakemake's formatter for what is passed on as it is."""
        return False

    @property
    def needs_rulegraph(self) -> bool:
        """Do without the graph."""
        return False

    def emit(self, record: logging.LogRecord) -> None:
        """Print a record, or nothing."""
        if self._is_full:
            self._full.setFormatter(self.formatter)
            self._full.emit(record)
            return
        text = self._text(record)
        if text:
            print(text, file=self._stream(), flush=True)
            self._printed_at = time.monotonic()

    def _stream(self) -> TextIO:
        return sys.stdout if self.common_settings.stdout else sys.stderr

    def _text(self, record: logging.LogRecord) -> str:
        event: Any = getattr(record, "event", None)
        if event == LogEvent.PROGRESS:
            return self._progress(record.__dict__["done"], record.__dict__["total"])
        if event == LogEvent.RUN_INFO:
            return f"{record.__dict__['stats'].get('total', 0)} jobs"
        if event == LogEvent.JOB_ERROR:
            self._failures += 1
            return failure_text(record.__dict__, in_full=self._failures <= FAILURES_IN_FULL)
        text = record.getMessage()
        is_wanted = record.levelno >= logging.WARNING or text.startswith(TRIED_AGAIN)
        return text if event in {None, LogEvent.ERROR} and is_wanted else ""

    def _progress(self, done: int, total: int) -> str:
        pct = 100 * done // max(total, 1)
        is_due = pct >= self._printed_pct + STEP_PCT or done == total
        if not is_due and time.monotonic() - self._printed_at < LONGEST_SILENCE:
            return ""
        self._printed_pct = pct - pct % STEP_PCT
        return f"{done:,} of {total:,} jobs done ({pct} %)"


def failure_text(job: dict[str, Any], *, in_full: bool) -> str:
    """Say which job failed, where its log is, and how it ends.

    Parameters
    ----------
    job : dict
        Snakemake's record of the error: `rule_name`, `output`, `log`.
    in_full : bool
        Whether the end of the log is shown.
    """
    outputs, logs = list(job.get("output") or ()), [str(path).split(" (")[0] for path in job.get("log") or ()]
    made = f", which makes {str(outputs[0]).split(' (')[0]}" if outputs else ""
    lines = [f"failed: {job['rule_name']}{made}"]
    for path in logs:
        lines.append(f"  its log: {path}")
        if in_full:
            lines += [f"    {line}" for line in _end_of(Path(path))]
    return "\n".join(lines)


def _end_of(path: Path) -> list[str]:
    if not path.is_file():
        return ["(there is no log)"]
    return path.read_text(encoding="utf-8", errors="replace").splitlines()[-LINES_OF_LOG:]
