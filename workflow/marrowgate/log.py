"""Logging: the library logs to its own loggers, the command line sends them to standard error."""

import logging
import sys

from marrowgate.plain_text import one_line


class _StandardError(logging.Handler):
    """Writes to what standard error is at the moment, one line for each record."""

    def emit(self, record: logging.LogRecord) -> None:
        line = one_line(self.format(record))
        sys.stderr.write(f"{line}\n")


def set_up(level: int = logging.INFO) -> None:
    """Send the package's log records to standard error, one line each."""
    handler = _StandardError()
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    logger = logging.getLogger("marrowgate")
    logger.handlers[:] = [handler]
    logger.setLevel(level)
