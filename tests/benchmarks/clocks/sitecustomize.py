"""Clocks of a run: what each process of marrowgate spent, and what the stages of a sample took of it.

Python imports this by its name at every start when this folder is on its path. Where the variable names a file, each
process adds a line to it when it ends: command, CPU seconds, and the CPU seconds of each stage.
"""

import atexit
import json
import os
import sys
import time
from typing import NoReturn

VARIABLE = "MARROWGATE_CLOCKS"
_stages: dict[str, float] = {}


def _note() -> None:
    program, *words = sys.argv or [""]
    if program.endswith("warm.py"):
        command = "warm process"
    elif os.path.basename(program) == "marrowgate":  # noqa: PTH119 - importing pathlib is no part of a run
        # who asks the warm process, and waits, imports next to nothing
        command = words[0] if words and "numpy" in sys.modules else "caller"
    else:
        return
    line = json.dumps([command, time.process_time(), _stages])
    with open(os.environ[VARIABLE], "a", encoding="utf-8") as clocks:  # noqa: PTH123 - as above
        clocks.write(line + "\n")


def _note_and_exit(status: int) -> NoReturn:
    _note()
    _exit(status)


def _clock_stages() -> None:
    """Put clocks on the stages before the warm process copies itself for the first time."""
    if not _stages and "marrowgate.gating.fit" in sys.modules:
        from bench_sample import put_clocks

        put_clocks(_stages)


if VARIABLE in os.environ:
    atexit.register(_note)
    _exit, os._exit = os._exit, _note_and_exit
    os.register_at_fork(before=_clock_stages)
