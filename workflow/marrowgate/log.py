"""Logging: the library logs to its own loggers, the command line sends them to standard error."""

import logging
import sys


def set_up(level: int = logging.INFO) -> None:
    """Send the package's log records to standard error, one line each."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    logger = logging.getLogger("marrowgate")
    logger.handlers[:] = [handler]
    logger.setLevel(level)
    logger.propagate = False
