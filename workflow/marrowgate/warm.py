"""The warm process of a local run: it has loaded what the steps of a sample import, and copies itself for each command.

A copy is a process of its own: a defect, a full memory or a signal ends the one command. It ends when its caller
ends, and the warm process ends with the process that started it.
"""

import gc
import importlib
import json
import os
import selectors
import shutil
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from typing import NoReturn

from marrowgate.launch import VARIABLE, who_am_i

PRELOADED = (
    "locale",
    "numpy.ma",
    "numpy.random",
    "marrowgate.cli",
    "marrowgate.content",
    "marrowgate.steps.fit",
    "marrowgate.steps.gate",
    "marrowgate.steps.guarded",
    "marrowgate.settings.prepared",
    "marrowgate.gating.batch_scales",
    "marrowgate.gating.consensus_file",
    "marrowgate.gating.final_gates",
    "marrowgate.gating.fit",
    "marrowgate.gating.open_sample",
    "marrowgate.gating.releases.following",
    "marrowgate.gating.estimators.boolean",
    "marrowgate.gating.estimators.cluster",
    "marrowgate.gating.estimators.control_quantile",
    "marrowgate.gating.estimators.copy",
    "marrowgate.gating.estimators.fixed",
    "marrowgate.gating.estimators.mixture",
    "marrowgate.gating.estimators.negative_tail",
    "marrowgate.gating.estimators.reference_line",
    "marrowgate.gating.estimators.reference_quantile",
    "marrowgate.gating.estimators.reference_ratio",
    "marrowgate.gating.estimators.singlets",
    "marrowgate.gating.estimators.slanted_valley",
    "marrowgate.gating.estimators.upper_mode",
    "marrowgate.gating.estimators.valley",
    "marrowgate.measure.record",
    "marrowgate.signal.limits",
    "marrowgate.signal.stability.unstable_stretches",
    "marrowgate.steps.sample_outputs",
)
"""What `fit` and `gate` import; another command imports the rest by itself."""
_GRACE_S = 5.0
_LARGEST_REQUEST = 1 << 26


def main(address: str, lifeline: int) -> int:
    """Listen until the other end of the lifeline closes.

    Parameters
    ----------
    address : str
        Socket to listen at, in a folder of its own, which is removed at the end.
    lifeline : int
        File descriptor of a pipe whose other end the process holds that this one is for.
    """
    for name in PRELOADED:
        importlib.import_module(name)
    # what is loaded stays, and no copy looks through it again for what can be freed
    gc.collect()
    gc.freeze()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener, selectors.DefaultSelector() as waiting:
        listener.bind(address)
        listener.listen(64)
        waiting.register(listener, selectors.EVENT_READ)
        waiting.register(lifeline, selectors.EVENT_READ)
        while all(key.fileobj is listener for key, _ in waiting.select()):
            _forget_ended(os.WNOHANG)
            connection, _ = listener.accept()
            with connection:
                if os.fork() == 0:
                    listener.close()
                    waiting.close()
                    os.close(lifeline)
                    _serve(connection)
    shutil.rmtree(Path(address).parent, ignore_errors=True)
    _forget_ended(0)
    return 0


def _forget_ended(options: int) -> None:
    """Take note of copies that have ended, and with no options wait for all of them."""
    try:
        while os.waitpid(-1, options)[0]:
            pass
    except ChildProcessError:
        return


def _serve(connection: socket.socket) -> NoReturn:
    """Do one command in this copy, and end it."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        request = _taken_over(connection)
        if request is not None:
            connection.sendall(b"+")
            threading.Thread(target=_end_with_caller, args=(connection,), daemon=True).start()
            code = _done(request)
            connection.sendall(str(code).encode())
    finally:
        # nothing of the process that was copied is to be run at the end
        os._exit(code)


def _taken_over(connection: socket.socket) -> list[str] | None:
    """Take over the caller's files, folder and environment; return its words, or None from other code or libraries."""
    _, descriptors, _, _ = socket.recv_fds(connection, 1, 3)
    with connection.makefile("rb") as stream:
        request = json.loads(stream.readline(_LARGEST_REQUEST))
    if request["who"] != who_am_i():
        return None
    for own, taken in enumerate(descriptors):
        os.dup2(taken, own)
        os.close(taken)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    os.environ.pop(VARIABLE, None)
    words: list[str] = request["words"]
    return words


def _done(words: list[str]) -> int:
    from marrowgate.cli import main as run

    sys.argv = ["marrowgate", *words]
    try:
        code = run()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def _end_with_caller(connection: socket.socket) -> None:
    """Interrupt the work when the caller is gone, as the terminal would have done."""
    connection.recv(1)
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(_GRACE_S)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
