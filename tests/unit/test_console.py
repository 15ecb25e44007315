"""What a run prints: little while all goes well, and what failed with the end of its log."""

import logging
from types import SimpleNamespace

import pytest
from snakemake_interface_logger_plugins.common import LogEvent

from snakemake_logger_plugin_marrowgate import FAILURES_IN_FULL, LogHandler, failure_text


@pytest.fixture
def handler(capsys):
    settings = SimpleNamespace(
        stdout=True, dryrun=False, verbose=False, printshellcmds=False, debug_dag=False, nocolor=True, quiet=()
    )
    return LogHandler(settings, None)


def record(level=logging.INFO, message=None, **extra):
    made = logging.LogRecord("snakemake", level, "", 0, message, None, None)
    made.__dict__.update(extra)
    return made


def test_console__ten_thousand_jobs_are_a_screen_of_progress(handler, capsys):
    for done in range(1, 10_001):
        handler.emit(record(event=LogEvent.JOB_INFO, msg="x" * 10_000))
        handler.emit(record(event=LogEvent.PROGRESS, done=done, total=10_000))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 22
    assert lines[-1] == "10,000 of 10,000 jobs done (100 %)"
    assert max(map(len, lines)) < 80


def test_console__a_failed_job_is_named_with_the_end_of_its_log(tmp_path):
    log = tmp_path / "gate.log"
    log.write_text("\n".join(f"line {n}" for n in range(100)))
    job = {"rule_name": "gate", "output": ["results/gates/a.xml", "b"], "log": [f"{log} (check log file(s))"]}
    text = failure_text(job, in_full=True)
    assert text.splitlines()[:2] == ["failed: gate, which makes results/gates/a.xml", f"  its log: {log}"]
    assert text.endswith("line 99")
    assert len(text.splitlines()) < 20
    assert "line" not in failure_text(job, in_full=False)


def test_console__many_failures_of_one_cause_do_not_fill_the_screen(handler, capsys, tmp_path):
    log = tmp_path / "gate.log"
    log.write_text("cause\n" * 50)
    for n in range(300):
        job = {"rule_name": "gate", "output": [f"{n}.xml"], "log": [str(log)], "input": ["x"] * 5000}
        handler.emit(record(logging.ERROR, event=LogEvent.JOB_ERROR, **job))
    out = capsys.readouterr().out
    assert out.count("failed: gate") == 300
    assert out.count("cause") == 15 * FAILURES_IN_FULL


def test_console__warnings_and_errors_are_passed_on_and_chatter_is_not(handler, capsys):
    handler.emit(record(logging.WARNING, "something to know"))
    handler.emit(record(logging.ERROR, "something wrong", event=LogEvent.ERROR))
    handler.emit(record(logging.INFO, "Building DAG of jobs..."))
    assert capsys.readouterr().out == "something to know\nsomething wrong\n"


def test_console__a_job_that_is_made_again_is_said_to_be(handler, capsys):
    handler.emit(record(logging.INFO, "Trying to restart job 7."))
    assert capsys.readouterr().out == "Trying to restart job 7.\n"
