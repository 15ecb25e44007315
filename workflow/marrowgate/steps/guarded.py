"""One sample's work, walled in: a defect that shows in one sample does not stop the others."""

import logging
import traceback
from collections.abc import Callable

from marrowgate.errors import UserError
from marrowgate.no_result import NoResult, NoResultError, failure

log = logging.getLogger(__name__)


def guarded(step: str, name: str, work: Callable[[], int], instead: Callable[[NoResult], None], *, strict: bool) -> int:
    """Do a step's work for one sample or batch; when it cannot be done, write why in place of the outputs.

    Faults of the user and of the machine (a full disk, a folder that cannot be written) are not caught: the step is
    to be run again when they are mended.

    Parameters
    ----------
    step : str
        Name of the sub-command.
    name : str
        Sample or batch.
    work : callable
        Does the work and gives the exit code.
    instead : callable
        Writes every output of the step without a result.
    strict : bool
        Whether the exit code tells of it: 3 for a file or a control that cannot be used, 1 for a defect.

    Returns
    -------
    int
        The exit code.
    """
    try:
        return work()
    except (UserError, OSError):
        raise
    except NoResultError as error:
        no_result = error.no_result
    except Exception as error:  # noqa: BLE001 - it becomes a record that says so, never a number
        traceback.print_exc()
        no_result = failure(step, error)
    log.error("%s: no result: %s", name, no_result.reasons)
    instead(no_result)
    if not strict:
        return 0
    return 3 if no_result.verdict == "rejected" else 1
