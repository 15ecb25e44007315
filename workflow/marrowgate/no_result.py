"""A step that gives no result leaves a file that says why in place of each of its outputs; the others run on."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Literal

from marrowgate.files import write_text
from marrowgate.frozen import Frozen

STEP_FAILED = "step_failed"
"""Code of the reason when a defect of the program, and not the file, is why there are no numbers."""
_KEY = "marrowgate_no_result"
_LONGEST = 65_536


class NoResult(Frozen):
    """Why a sample or batch has no numbers.

    Parameters
    ----------
    verdict : str
        ``rejected``: its file or controls cannot be used. ``failed``: a defect of the program.
    reasons : str
        As ``code: sentence``, joined by `` | ``.
    """

    verdict: Literal["rejected", "failed"]
    reasons: str


class NoResultError(Exception):
    """What a step needs has no result; carries why."""

    def __init__(self, no_result: NoResult):
        self.no_result = no_result
        super().__init__(no_result.reasons)


def failure(step: str, error: Exception) -> NoResult:
    """Return what a sample's tables say of an unforeseen exception; its own words stay in the log."""
    what = f"{STEP_FAILED}: {step} ended with {type(error).__name__}, a defect of marrowgate; see the log of this step"
    return NoResult("failed", what)


def write_no_result(path: Path, no_result: NoResult) -> None:
    """Write why there is no result, in place of an output of any kind."""
    write_text(path, json.dumps({_KEY: asdict(no_result)}) + "\n")


def read_no_result(path: Path) -> NoResult | None:
    """Return why a file holds no result; None when it holds one."""
    with path.open("rb") as stream:
        start = stream.read(_LONGEST)
    if not start.startswith(f'{{"{_KEY}"'.encode()):
        return None
    return NoResult(**json.loads(start)[_KEY])


def stop_without(*paths: Path | None) -> None:
    """Stop when one of the inputs holds no result.

    Raises
    ------
    NoResultError
        With the reason of the first such input.
    """
    for path in paths:
        no_result = None if path is None else read_no_result(path)
        if no_result is not None:
            raise NoResultError(no_result)
