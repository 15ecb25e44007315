"""The command line: one sub-command per step, imported only when it is called.

Exit codes: 0 done, 2 the input is wrong (one line per fault), 1 a defect of the program, 3 findings under ``--strict``.
A reader that closes the pipe and Ctrl-C end it as they end every program, with 141 and 130.
"""

import argparse
import faulthandler
import importlib
import keyword
import os
import re
import sys
import traceback
from collections.abc import Sequence
from typing import NoReturn

from marrowgate import __version__
from marrowgate.errors import Fault, UserError, fault
from marrowgate.files import FULL
from marrowgate.log import set_up
from marrowgate.options import option_fault

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

STEPS = {
    "init": "draft the sheets, panels and settings of a project from FCS files",
    "check": "check sheets, panels, strategies and all FCS headers before any job is sent",
    "inspect": "say of single FCS files what they are and whether they can be used",
    "try": "take a handful of files the whole per-sample way, without sheets",
    "simulate": "make FCS files with known truth",
    "spillover": "compute a batch's spillover from its single stains, or read one from a file",
    "unmix": "unmix raw files of a spectral cytometer, with its single stains",
    "calibrate": "calibrate a batch's intensities with its beads",
    "scales": "choose a batch's scales from its samples, where the strategy says so",
    "prepare": "check a panel and its strategy once for all samples' steps",
    "fit": "find the gates of one sample",
    "consensus": "settle the gates of a panel and batch from all its fits",
    "gate": "apply the gates to one sample and count",
    "correct": "write a sample's found gates as a file that a person can edit",
    "release": "freeze the gates of finished batches, so that later samples are gated against them; or compare two",
    "collect": "join the samples' results into tables",
    "compare": "compare the arms over treatment time",
    "outcomes": "summarise clinical outcomes",
    "concordance": "gate a handful of samples again with FlowKit and compare event by event",
    "pictures": "write contact sheets and figures of the gates",
    "report": "write the report page",
    "plan": "say what a run would make again, and why",
    "verify": "hold a finished run against the digests of all its files",
}


_BROKEN_PIPE = 141
_INTERRUPTED = 130


class _Parser(argparse.ArgumentParser):
    """Tells what is wrong with an option like every other fault; `command` is the step that was called."""

    command: argparse.ArgumentParser | None = None

    def error(self, message: str) -> NoReturn:
        self.refuse(message)

    def refuse(self, message: str, name: str | None = None) -> NoReturn:
        """End with the fault; `name` is the option or argument that argparse speaks of."""
        called = self.command or self
        known = re.findall(r"--[\w-]+", called.format_usage())
        self.exit(2, f"error: {option_fault(called.prog, message, known, name)}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one sub-command.

    Returns
    -------
    int
        The exit code.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if arguments is None:
        # a file cut short while it is mapped ends the program without an exception: a word of it in the log
        faulthandler.enable()
    for name in _THREADS:
        # Snakemake sets these to the rule's threads; by hand one thread is fastest for work of this size
        os.environ.setdefault(name, "1")
    try:
        try:
            return _run(words)
        finally:
            # here, so that a pipe that is closed already is noticed before the interpreter ends
            sys.stdout.flush()
    except BrokenPipeError:
        # the reader of the pipe went away; nothing more can be said to it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _BROKEN_PIPE
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return _INTERRUPTED


def _run(words: Sequence[str]) -> int:
    try:
        args = _parse(words)
        set_up()
        return int(args.run(args))
    except UserError as error:
        for line in error.faults:
            print(f"error: {line}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        raise
    except OSError as error:
        if error.errno not in FULL:
            return _defect()
        fault = Fault(
            str(error.filename or "the disk"), f"cannot be written ({error.strerror})", "free space, run again"
        )
        print(f"error: {fault}", file=sys.stderr)
        return 2
    except Exception:  # noqa: BLE001 - the one place where a defect becomes an exit code
        return _defect()


def _defect() -> int:
    traceback.print_exc()
    print(
        f"This is a defect of marrowgate {__version__}. Please report it with the command and the lines above, "
        "after taking names out of them.",
        file=sys.stderr,
    )
    return 1


def _step_of(words: Sequence[str]) -> str:
    """Return the sub-command, or an empty text when there is only an option such as --help."""
    if not words:
        raise fault("marrowgate", "no sub-command was given", f"use one of {', '.join(STEPS)}; see marrowgate --help")
    if words[0].startswith("-") or words[0] in STEPS:
        return words[0]
    import difflib

    near = difflib.get_close_matches(words[0], STEPS, n=1)
    cure = f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(STEPS)}; see marrowgate --help"
    raise fault("marrowgate", f"there is no sub-command {words[0]!r}", cure)


def _parse(words: Sequence[str]) -> argparse.Namespace:
    top = parser(_step_of(words))
    try:
        return top.parse_args(words)
    except argparse.ArgumentError as error:
        top.refuse(error.message, error.argument_name)


def parser(step: str) -> _Parser:
    """Return the parser; only the arguments of `step` are declared, so that no other step is imported."""
    top = _Parser(
        prog="marrowgate", description="Flow cytometry from FCS files to a cohort answer.", exit_on_error=False
    )
    top.add_argument("--version", action="version", version=f"marrowgate {__version__}")
    commands = top.add_subparsers(metavar="SUBCOMMAND", required=True)
    # where a step is called, the others are in nobody's sight
    for name, sentence in ({step: STEPS[step]} if step in STEPS else STEPS).items():
        command = commands.add_parser(
            name, help=sentence, description=f"{sentence[0].upper()}{sentence[1:]}.", exit_on_error=False
        )
        if name == step:
            module = importlib.import_module(f"marrowgate.steps.{_module_of(name)}")
            module.add_arguments(command)
            command.set_defaults(run=module.run)
            top.command = command
    return top


def _module_of(step: str) -> str:
    # a module cannot have the name of a Python keyword, a sub-command can
    return f"{step}_" if keyword.iskeyword(step) else step.replace("-", "_")


if __name__ == "__main__":
    sys.exit(main())
