"""A real disk that is full: one line, exit code 2, nothing half written under its name, and room makes it go on."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from fuzz.kill_tries import SETTINGS, fit_words

FULL = re.compile(
    r"error: \S+/disk/\S+: cannot be written \(No space left on device\);"
    r" check the folder, its rights and the free space\n"
)
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


@pytest.fixture(scope="module")
def gate_words(tmp_path_factory: pytest.TempPathFactory, real_data: Path) -> tuple[Path, list[str]]:
    """Return a folder for a disk, and the command that gates a real sample onto it."""
    folder = tmp_path_factory.mktemp("full")
    fcs, disk = real_data / "timecourse" / "D0.fcs", folder / "disk"
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
    return disk, [
        *marrowgate,
        *words,
        *(word for name, file in made.items() for word in (f"--{name}", str(disk / file))),
    ]


@pytest.mark.parametrize("size", ["4k", "16k", "24k"])
def test_gate__full_disk_is_one_line_and_leaves_no_record(gate_words: tuple[Path, list[str]], size: str) -> None:
    done = on_disk(gate_words[0], size, gate_words[1])
    assert done.returncode == 2
    assert FULL.fullmatch(done.stderr), done.stderr
    left = done.stdout.split()
    assert "r.json" not in left
    assert not [name for name in left if name.endswith(".part")]


def test_gate__with_room_on_the_disk_it_writes_all(gate_words: tuple[Path, list[str]]) -> None:
    done = on_disk(gate_words[0], "20m", gate_words[1])
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["a.parquet", "a.tsv", "a.xml", "e.parquet", "p.json", "r.json"]
