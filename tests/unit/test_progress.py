import io
import sys

import pytest

from marrowgate.progress import with_progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()])
def test_progress__passes_everything_on(monkeypatch, stream):
    monkeypatch.setattr(sys, "stderr", stream)
    assert list(with_progress(range(120), "files")) == list(range(120))


def test_progress__is_silent_when_piped(monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    list(with_progress(range(120), "files"))
    assert sys.stderr.getvalue() == ""


def test_progress__says_on_a_terminal_how_far_it_is(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    list(with_progress(range(120), "files"))
    assert sys.stderr.getvalue() == "\r0 of 120 files\r50 of 120 files\r100 of 120 files\r120 of 120 files\n"


def test_progress__is_silent_when_there_is_little_to_do(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    list(with_progress(range(20), "files"))
    assert sys.stderr.getvalue() == ""
