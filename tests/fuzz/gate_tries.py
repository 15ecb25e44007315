"""`gate` on a full disk and killed: one line or one set of files, and a second call makes what is missing."""

import random
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from fuzz.kill_tries import SETTINGS, fit_words
from marrowgate.content import place_in_results, sha256_of
from marrowgate.measure.record import read_record

FULL = re.compile(
    r"error: \S+/disk/\S+: cannot be written \(No space left on device\);"
    r" check the folder, its rights and the free space\n"
)
WRITTEN = ["a.parquet", "a.tsv", "a.xml", "e.parquet", "p.json", "r.json"]
"""What `gate` leaves where there is room."""
# in a namespace of its own: a disk of the size, the command, and what lies on the disk when it ends
ON_SMALL_DISK = """
disk=$1; size=$2; shift 2
mount -t tmpfs -o "size=$size" tmpfs "$disk" || exit 99
"$@"; code=$?
find "$disk" -type f -printf '%f\\n' | sort
exit $code
"""


def on_disk(disk: Path, size: str, words: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command with an empty disk of `size` mounted on a folder; its files are listed on standard output."""
    disk.mkdir(exist_ok=True)
    unshared = ["unshare", "--map-root-user", "--mount", "sh", "-c", ON_SMALL_DISK, "sh", str(disk), size]
    return subprocess.run([*unshared, *words], capture_output=True, text=True, check=False)


def gate_words(fcs: Path, folder: Path) -> list[str]:
    """Fit a file into a folder, and return the command that gates it onto `folder`/disk."""
    disk = folder / "disk"
    subprocess.run(fit_words(fcs, folder), check=True, capture_output=True)
    panel, strategy = SETTINGS / "panels" / "culture.yaml", SETTINGS / "strategies" / "culture.yaml"
    settings = ["--panel", str(panel), "--strategy", str(strategy)]
    marrowgate = [sys.executable, "-m", "marrowgate"]
    agree = ["consensus", "--panel-name", "culture", "--batch", "b", "--fits", str(folder / "f.json")]
    agree += ["--out", str(folder / "c.yaml")]
    subprocess.run([*marrowgate, *agree], check=True, capture_output=True)
    words = ["gate", "--sample-id", "a", "--fcs", str(fcs), *settings, "--fit", str(folder / "f.json")]
    words += ["--consensus", str(folder / "c.yaml"), "--stability", str(folder / "s.json")]
    made = {"gates-xml": "a.xml", "gates-tsv": "a.tsv", "events": "e.parquet", "pictures": "p.json", "record": "r.json"}
    return [
        *marrowgate,
        *words,
        *(word for name, file in made.items() for word in (f"--{name}", str(disk / file))),
    ]


def try_disk(words: list[str], folder: Path, seed: int, largest_kb: int) -> str:
    """Gate onto a disk of random size, and look at what is there.

    Parameters
    ----------
    words : list of str
        From `gate_words`.
    folder : Path
        The same folder.
    seed : int
        Draws the size, 4 kB or more.
    largest_kb : int
        Largest size, kB.

    Returns
    -------
    str
        ``full`` or ``finished``.
    """
    done = on_disk(folder / "disk", f"{random.Random(seed).randint(1, largest_kb // 4) * 4}k", words)
    left = done.stdout.split()
    if (done.returncode, done.stderr, left) == (0, "", WRITTEN):
        return "finished"
    parts = [name for name in left if name.endswith(".part")]
    if done.returncode != 2 or not FULL.fullmatch(done.stderr) or "r.json" in left or parts:
        msg = f"exit code {done.returncode}, {left}: {done.stderr}"
        raise AssertionError(msg)
    return "full"


def try_killed_gate(words: list[str], folder: Path, seed: int, longest_s: float) -> str:
    """Kill `gate` after a random time: a record that is there names the bytes of the others, and a second call ends.

    Parameters
    ----------
    words : list of str
        From `gate_words`.
    folder : Path
        The same folder.
    seed : int
        Draws the time.
    longest_s : float
        Longest time, seconds.

    Returns
    -------
    str
        ``killed`` or ``finished`` before it could be killed.
    """
    disk = folder / "disk"
    shutil.rmtree(disk, ignore_errors=True)
    disk.mkdir()
    started = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(random.Random(seed).uniform(0, longest_s))
    started.kill()
    code = started.wait()
    _assert_one_set(disk, is_whole=code == 0)
    subprocess.run(words, check=True, capture_output=True)
    _assert_one_set(disk, is_whole=True)
    return "finished" if code == 0 else "killed"


def _assert_one_set(disk: Path, *, is_whole: bool) -> None:
    """Raise AssertionError where a record stands beside other files than those that it names, or is missing."""
    left = sorted(path.name for path in disk.iterdir() if path.suffix != ".part")
    if "r.json" not in left and not is_whole:
        return
    if left != WRITTEN:
        msg = f"not one set: {left}"
        raise AssertionError(msg)
    digests = read_record(disk / "r.json").digests
    wrong = [name for name in WRITTEN[:-1] if digests.get(place_in_results(disk / name)) != sha256_of(disk / name)]
    if wrong:
        msg = f"the record does not name these bytes of {wrong}"
        raise AssertionError(msg)
