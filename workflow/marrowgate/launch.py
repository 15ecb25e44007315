"""The program `marrowgate`: hands its command to the run's warm process where there is one, else does it by itself.

Python, numpy and the modules of a sample's step take longer to start than most samples take to gate. So a local run
has one process that has them loaded (`marrowgate.warm`). For each command it makes a copy of itself, which works with
the caller's folder, environment and open files as a process of its own. This module imports next to nothing.
"""

import gc
import os
import sys
from collections.abc import Sequence

VARIABLE = "MARROWGATE_WARM"
"""Names the socket of the warm process; the run sets it for its own jobs."""
COLLECT_AFTER = 100_000
"""New objects before Python looks for cycles that can be freed; its own 700 make it look a hundred times at a start."""
KILLED = 137
"""Exit code where the process that did the work was killed, as a shell has it."""


def main() -> int:
    """Run the command line.

    Returns
    -------
    int
        The exit code.
    """
    address = os.environ.get(VARIABLE)
    code = ask_warm_process(address, sys.argv[1:]) if address else None
    if code is not None:
        return code
    gc.set_threshold(COLLECT_AFTER)
    from marrowgate.cli import main as run_here

    code = run_here()
    # the process ends: nothing is looked through once more
    gc.freeze()
    return code


def who_am_i() -> list[str]:
    """Return what two processes must share so that one can stand in for the other: Python, libraries and code."""
    return [sys.executable, sys.prefix, os.path.realpath(__file__)]


def ask_warm_process(address: str, words: Sequence[str]) -> int | None:
    """Have the warm process do a command.

    Parameters
    ----------
    address : str
        Its socket.
    words : sequence of str
        The command, without the program's name.

    Returns
    -------
    int or None
        The exit code; None where nobody answers, or somebody with other code or libraries: nothing was done then.
    """
    import json
    import socket

    folder = os.getcwd()  # noqa: PTH109 - importing pathlib takes as long as all else here
    request = {"who": who_am_i(), "words": list(words), "folder": folder, "environment": dict(os.environ)}
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        try:
            connection.connect(address)
            # its inputs and outputs are ours, so that logs, pipes and terminals stay what they are
            socket.send_fds(connection, [b"\0"], [0, 1, 2])
            connection.sendall(json.dumps(request).encode() + b"\n")
            begun = connection.recv(1)
        except OSError:
            return None
        if begun != b"+":
            return None
        answer = connection.makefile("rb").read()
    return int(answer) if answer else KILLED
