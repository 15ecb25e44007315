import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import marrowgate
from marrowgate import __version__, cli
from marrowgate.cli import STEPS, main
from marrowgate.errors import Fault, UserError

HEAVY = ("numpy", "pandas", "scipy", "pyarrow", "pydantic", "matplotlib", "flowutils", "yaml", "lxml")
PACKAGE = Path(marrowgate.__file__).parent
EXISTING = [step for step in STEPS if (PACKAGE / "steps" / f"{cli._module_of(step)}.py").exists()]
SEE = "see marrowgate --help"


def loaded_after(*words: str) -> set[str]:
    """Return the heavy packages that a call has loaded, in a process of its own."""
    code = (
        "import sys\nfrom marrowgate.cli import main\n"
        f"try:\n    main({list(words)!r})\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(eval(done.stderr.splitlines()[-1]))  # noqa: S307 - a list of names that this test has printed


def marrowgate_process(*words: str, **more) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "marrowgate", *words], capture_output=True, text=True, check=False, **more
    )


@pytest.fixture
def step(monkeypatch):
    """Return a function that puts a step named `collect` in place."""

    def put(run, add_arguments=lambda parser: None):
        module = SimpleNamespace(add_arguments=add_arguments, run=run)
        monkeypatch.setattr(cli.importlib, "import_module", lambda name: module)

    return put


def raises(error):
    def run(args):
        raise error

    return run


# help


def test_help__loads_nothing_heavy():
    assert loaded_after("--help") == set()


@pytest.mark.parametrize("name", EXISTING)
def test_step_s_help__loads_nothing_heavy(name):
    assert loaded_after(name, "--help") == set()


@pytest.mark.parametrize("name", EXISTING)
def test_step_s_help__names_the_step_and_ends_with_0(capsys, name):
    with pytest.raises(SystemExit) as stopped:
        main([name, "--help"])
    assert stopped.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: marrowgate {name} ")


def test_help__lists_every_step(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])
    assert stopped.value.code == 0
    text = capsys.readouterr().out
    assert re.findall(r"^    (\S+)", text, flags=re.MULTILINE) == list(STEPS)


def test_every_step_module__is_a_sub_command():
    modules = {
        path.stem
        for path in (PACKAGE / "steps").glob("*.py")
        if "def run(" in path.read_text(encoding="utf-8") and "def add_arguments(" in path.read_text(encoding="utf-8")
    }
    assert modules - {cli._module_of(name) for name in STEPS} == set()


def test_version__is_printed(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["--version"])
    assert stopped.value.code == 0
    assert capsys.readouterr().out == f"marrowgate {__version__}\n"


# wrong words


def test_no_sub_command__is_one_line_and_2(capsys):
    assert main([]) == 2
    assert capsys.readouterr().err == (
        f"error: marrowgate: no sub-command was given; use one of {', '.join(STEPS)}; {SEE}\n"
    )


def test_unknown_sub_command__is_one_line_and_2(capsys):
    assert main(["frobnicate"]) == 2
    assert capsys.readouterr().err == (
        f"error: marrowgate: there is no sub-command 'frobnicate'; use one of {', '.join(STEPS)}; {SEE}\n"
    )


def test_misspelt_sub_command__is_told_with_the_nearest(capsys):
    assert main(["colect"]) == 2
    assert capsys.readouterr().err == "error: marrowgate: there is no sub-command 'colect'; did you mean 'collect'?\n"


@pytest.mark.parametrize("words", [["--frobnicate"], ["check", "--frobnicate"], ["check", "a", "b"]])
def test_unknown_option__is_one_line_and_2(capsys, words):
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == 2
    error = capsys.readouterr().err
    assert error.startswith("error: marrowgate")
    assert error.endswith("--help\n")
    assert error.count("\n") == 1


def test_missing_option__is_one_line_and_2(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["fit"])
    assert stopped.value.code == 2
    error = capsys.readouterr().err
    assert error.startswith("error: marrowgate fit: --sample-id, --fcs, --stability, ")
    assert error.endswith(" are missing; add them; see marrowgate fit --help\n")
    assert error.count("\n") == 1


DEMO = ["simulate", "--scenario", "demo", "--seed"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([*DEMO, "x"], "option --seed: must be a whole number, got 'x'; correct the value"),
        ([*DEMO, "1.5"], "option --seed: must be a whole number, got '1.5'; correct the value"),
        ([*DEMO, "-1"], "option --seed: must be at least 0, got '-1'; correct the value"),
        ([*DEMO, "1", "--events", "0"], "option --events: must be at least 1, got '0'; correct the value"),
        (["calibrate", "--slope-tolerance", "0,1"], "option --slope-tolerance: {number}"),
        (["calibrate", "--slope-tolerance", "nan"], "option --slope-tolerance: {number}"),
        (["calibrate", "--slope-tolerance", "0"], "option --slope-tolerance: must be above 0, got '0'"),
        (["calibrate", "--data-sets", "1", "x"], "option --data-sets: must be a whole number, got 'x'"),
        (DEMO, "option --seed: has no value; write it behind the option"),
        (["inspect", "--json=3", "x"], "option --json: takes no value, got '3'; write the option alone"),
        (
            [*DEMO, "1", "--fcs-version", "9"],
            "option --fcs-version: must be one of 2.0, 3.0, 3.1, 3.2, got '9'; use one of these",
        ),
        (
            ["spillover", "--max-residual", "1"],
            ("option --max-residual: may stand for --max-residual-pct or --max-residual-correlation; write it in full"),
        ),
        (["inspect"], "marrowgate inspect: FILE is missing; add it; see marrowgate inspect --help"),
        (
            ["inspect", "x", "--pannel", "y"],
            "marrowgate inspect: there is no option '--pannel'; did you mean '--panel'?",
        ),
        (
            ["check", "a", "b"],
            "marrowgate check: there is one word too many, 'b'; remove it; see marrowgate check --help",
        ),
    ],
)
def test_wrong_option__is_told_with_where_what_and_cure_and_2(capsys, words, message):
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == 2
    error = capsys.readouterr().err
    number = f"must be a number, got {words[-1]!r}; correct the value"
    assert error.startswith(f"error: {message.format(number=number)}")
    assert error.count("\n") == 1


def test_every_number_of_an_option__is_told_in_the_same_words(capsys):
    tried = 0
    for step in EXISTING:
        actions = cli.parser(step).command._actions
        for action in actions:
            if action.type is None or action.type is Path:
                continue
            with pytest.raises(SystemExit) as stopped:
                main([step, action.option_strings[0], "ten"])
            assert stopped.value.code == 2
            error = capsys.readouterr().err
            assert error.startswith(f"error: option {action.option_strings[0]}: must be a ")
            assert error.endswith("number, got 'ten'; correct the value\n")
            tried += 1
    assert tried > 10


# how a step ends


def test_step__gives_its_exit_code(step):
    step(lambda args: 3)
    assert main(["collect"]) == 3


def test_user_error__is_one_line_per_fault_and_2(step, capsys):
    step(raises(UserError([Fault("a.tsv line 2", "is wrong", "mend it"), Fault("b\nc", "holds\r\nlines", "mend it")])))
    assert main(["collect"]) == 2
    assert capsys.readouterr().err == "error: a.tsv line 2: is wrong; mend it\nerror: b c: holds lines; mend it\n"


def test_defect__is_a_traceback_and_how_to_report_it_and_1(step, capsys):
    step(raises(ZeroDivisionError("division by zero")))
    assert main(["collect"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("Traceback (most recent call last):\n")
    assert error.endswith(
        "ZeroDivisionError: division by zero\n"
        f"This is a defect of marrowgate {__version__}. Please report it with the command and the lines above, "
        "after taking names out of them.\n"
    )


def test_interrupt__is_silent_about_the_code_and_130(step, capsys):
    step(raises(KeyboardInterrupt()))
    assert main(["collect"]) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_log__goes_to_standard_error(step, capsys):
    import logging

    step(lambda args: logging.getLogger("marrowgate.steps.collect").info("hello") or 0)
    assert main(["collect"]) == 0
    assert capsys.readouterr().err == "INFO hello\n"


# in a process of its own


def test_process__ends_with_the_exit_code_and_no_traceback(tmp_path):
    done = marrowgate_process("check", "none.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == "error: none.yaml: there is no such file; make it, or correct the path\n"


@pytest.mark.parametrize(
    # argparse itself lets a failed writing of the help pass
    ("words", "codes"),
    [(["--help"], {0, 141}), (["check"], {141})],
)
def test_broken_pipe__is_silent(repository, words, codes):
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "marrowgate", *words],
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            cwd=repository,
        )
    finally:
        os.close(writing)
    assert done.stderr == ""
    assert done.returncode in codes


def test_program__does_not_look_for_garbage_at_its_start_and_end():
    code = (
        "import gc, sys; from marrowgate.launch import main; sys.argv = ['marrowgate', 'nothing']; code = main();"
        "print(code, gc.get_threshold()[0] >= 50_000, gc.isenabled(), gc.get_freeze_count() > 1_000)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "2 True True True\n"
