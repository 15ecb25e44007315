"""The warm process: its copies are the program itself in everything that a caller can see."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

START = """
import sys, os
from marrowgate.snakefile.warm_start import start_warm_process
start_warm_process(100)
print(os.environ.get("MARROWGATE_WARM", ""), flush=True)
sys.stdin.read()
"""
ATTEMPTS = 5
"""Commands that are tried until one is seen at work: on a busy machine one may have ended before."""
PANEL = "panel: small\nchannels:\n  - {channel: FITC-A, marker: CD45, fluorochrome: FITC}\n"


def wait_until(holds, seconds: float = 60.0) -> bool:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
    return bool(holds())


@contextmanager
def started(folder: Path | None = None) -> Iterator[tuple[subprocess.Popen, Path]]:
    """Start a process that has a warm one, and ends when its input closes; give it and the warm one's socket."""
    command = [sys.executable, "-c", START]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder)
    try:
        assert process.stdout is not None
        named = Path(process.stdout.readline().strip())
        assert wait_until(named.exists)
        yield process, named
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def pair() -> Iterator[tuple[subprocess.Popen, Path]]:
    with started() as both:
        yield both


@pytest.fixture(scope="module")
def starter(pair: tuple[subprocess.Popen, Path]) -> subprocess.Popen:
    return pair[0]


@pytest.fixture(scope="module")
def place(pair: tuple[subprocess.Popen, Path]) -> Path:
    return pair[1]


def long_command(place: Path, folder: Path) -> subprocess.Popen:
    """Start a command that takes long enough to be looked at."""
    return subprocess.Popen(
        [*command("simulate", "--scenario", "demo", "--seed", "1", "--sample-id", "T01_v1_hspc"),
         *("--panel", str(Path(__file__).parents[2] / "config/panels/hspc.yaml"), "--fcs", "a.fcs"),
         *("--events", "3000000")],
        cwd=folder,
        env={**os.environ, "MARROWGATE_WARM": str(place)},
        stderr=subprocess.PIPE,
    )  # fmt: skip


def held_copy(place: Path, caller: subprocess.Popen) -> int | None:
    """Return the copy that does a command, stopped; None where it had ended before it was seen."""
    wait_until(lambda: copies(place) or caller.poll() is not None)
    for copy in copies(place):
        try:
            os.kill(copy, signal.SIGSTOP)
        except ProcessLookupError:
            continue
        return copy
    return None


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "marrowgate", *words]


def run(place: Path | str, *words: str, folder: Path) -> subprocess.CompletedProcess:
    environment = {**os.environ, "MARROWGATE_WARM": str(place)}
    return subprocess.run(command(*words), cwd=folder, env=environment, capture_output=True, text=True, check=False)


def seen(done: subprocess.CompletedProcess) -> tuple[int, str, str]:
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("--version",),
        ("nonsense",),
        ("fit", "--seed", "-1"),
        ("inspect", "--strict", "none.fcs"),
        ("inspect", "--strict", "broken.fcs"),
        ("prepare", "--panel", "p.yaml", "--strategy", "none.yaml", "--quality", "{}", "--out", "o.json"),
    ],
)
def test_warm_process__answers_as_the_program_itself(words: tuple[str, ...], place: Path, tmp_path: Path):
    (tmp_path / "broken.fcs").write_bytes(b"no FCS file")
    (tmp_path / "p.yaml").write_text(PANEL, encoding="utf-8")
    assert seen(run(place, *words, folder=tmp_path)) == seen(run("", *words, folder=tmp_path))


def test_warm_process__does_the_work_in_a_copy(place: Path, tmp_path: Path):
    """A copy that had done its work before its caller was killed tells nothing: then another is tried."""
    for attempt in range(ATTEMPTS):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        with long_command(place, folder) as caller:
            copy = held_copy(place, caller)
            assert copy != caller.pid
            caller.kill()
            if copy is not None:
                os.kill(copy, signal.SIGCONT)
            # nobody waits for it any more: it is interrupted, and leaves nothing half-written
            assert wait_until(lambda: not copies(place), 30)
        assert [path.name for path in folder.iterdir()] in ([], ["a.fcs"])
        if not list(folder.iterdir()):
            return
    pytest.fail("no copy was interrupted")


def test_warm_process__killed_copy_is_told_by_the_exit_code(place: Path, tmp_path: Path):
    for _ in range(ATTEMPTS):
        with long_command(place, tmp_path) as caller:
            copy = held_copy(place, caller)
            if copy is not None:
                os.kill(copy, signal.SIGKILL)
        assert caller.returncode in {0, 137}
        if caller.returncode:
            break
    assert caller.returncode == 137
    assert run(place, "--version", folder=tmp_path).returncode == 0


def test_no_warm_process__the_program_works_by_itself(tmp_path: Path):
    assert run(tmp_path / "nobody", "--version", folder=tmp_path).stdout.startswith("marrowgate ")


def test_warm_process__two_in_one_folder_do_not_know_of_each_other_and_a_socket_left_behind_stops_nobody(
    place: Path, tmp_path: Path
):
    with started(tmp_path) as (_, other):
        assert other != place
        (warm,) = warm_processes(other)
        words = ("inspect", "--strict", "none.fcs")
        alone = seen(run("", *words, folder=tmp_path))
        assert seen(run(other, *words, folder=tmp_path)) == seen(run(place, *words, folder=tmp_path)) == alone
        os.kill(warm, signal.SIGKILL)
        assert wait_until(lambda: not warm_processes(other))
        # its socket is still there, and nobody listens
        assert other.exists()
        assert seen(run(other, *words, folder=tmp_path)) == alone
        assert seen(run(place, *words, folder=tmp_path)) == alone
    shutil.rmtree(other.parent)


def test_warm_process__of_other_code_is_not_asked(place: Path, tmp_path: Path):
    (tmp_path / "marrowgate").symlink_to(Path(__file__).parents[2] / "workflow" / "marrowgate")
    changed = (
        "import os, sys; from marrowgate import launch; launch.who_am_i = lambda: ['another'];"
        f"print(launch.ask_warm_process({str(place)!r}, ['--version']))"
    )
    assert subprocess.check_output([sys.executable, "-c", changed], text=True) == "None\n"


def test_warm_process__ends_with_the_process_that_it_is_for(starter: subprocess.Popen, place: Path):
    (warm,) = warm_processes(place)
    starter.kill()
    assert wait_until(lambda: not Path(f"/proc/{warm}").exists())
    assert not place.parent.exists()


def test_warm_process__killed_by_itself_leaves_no_folder_behind():
    with started() as (process, named):
        (warm,) = warm_processes(named)
        os.kill(warm, signal.SIGKILL)
        assert wait_until(lambda: not warm_processes(named))
        assert named.parent.exists()
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait() == 0
        assert not named.parent.exists()


def warm_processes(place: Path) -> list[int]:
    """Return the warm process and its copies."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(place).encode() in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
        except OSError:
            continue
    return sorted(found)


def copies(place: Path) -> list[int]:
    return [pid for pid in warm_processes(place) if _parent(pid) in warm_processes(place)]


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[1])
    except OSError:
        return 0
