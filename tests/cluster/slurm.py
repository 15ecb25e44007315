"""Start a Slurm, look at it, and break parts of it."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

POLL_SECONDS, MOST_POLLS = 0.25, 20_000


@dataclass(frozen=True)
class RunningJob:
    """A job that runs, the node it runs on, and what Snakemake says that it does."""

    job_id: str
    node: str
    comment: str


@dataclass(frozen=True)
class Slurm:
    """A cluster in a folder that the script which starts it has filled."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs to find this cluster."""
        return {**os.environ, "SLURM_CONF": str(self.folder / "etc" / "slurm.conf")}

    def running(self, rule: str) -> list[RunningJob]:
        """Return the running jobs that make a rule or its group."""
        lines = self._say("squeue", "--noheader", "--states", "RUNNING", "--Format", "JobID:20,NodeList:20,Comment:200")
        jobs = [RunningJob(*line.split(maxsplit=2)) for line in lines if len(line.split(maxsplit=2)) == 3]
        return [job for job in jobs if rule in job.comment]

    def wait_for(self, rule: str, is_over: Callable[[], bool]) -> RunningJob:
        """Return the first running job of a rule; polls are counted, not seconds."""
        for _ in range(MOST_POLLS):
            if jobs := self.running(rule):
                return jobs[0]
            assert not is_over(), f"the run ended before a job of {rule} ran"
            time.sleep(POLL_SECONDS)
        raise AssertionError(f"no job of {rule} ran")

    def cancel(self, job: RunningJob) -> None:
        """Cancel a job as a user or an administrator does."""
        self._say("scancel", job.job_id)

    def kill_node(self, job: RunningJob) -> None:
        """End a node and all that runs on it without a word to the controller."""
        pids = dict(line.split()[:2] for line in (self.folder / "run" / "pids").read_text().splitlines())
        os.kill(int(pids[f"slurmd.{job.node}"]), signal.SIGKILL)
        for step in _pids("-f", rf"^slurmstepd: \[{job.job_id}\."):
            for child in _children(step):
                _kill(child)
            _kill(step)

    def revive_nodes(self) -> None:
        """Start the nodes again that were killed."""
        pids = self.folder / "run" / "pids"
        lines = []
        for line in pids.read_text().splitlines():
            name, pid, *_ = line.split()
            is_lost = name.startswith("slurmd.") and not Path(f"/proc/{pid}").exists()
            lines.append(self._start_node(name.removeprefix("slurmd.")) if is_lost else line)
        # the script that ends the cluster ends what stands in this file, and nothing else
        pids.write_text("".join(f"{line}\n" for line in lines))

    def _start_node(self, node: str) -> str:
        """Start a node; return its line for the list of processes: name, pid and start time."""
        daemon = subprocess.Popen(
            ["slurmd", "-D", "-N", node],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._say("scontrol", "update", f"NodeName={node}", "State=RESUME")
        started = Path(f"/proc/{daemon.pid}/stat").read_text().rsplit(")", 1)[1].split()[19]
        return f"slurmd.{node} {daemon.pid} {started}"

    def _say(self, *words: str) -> list[str]:
        done = subprocess.run(words, env=self.environment, capture_output=True, text=True, timeout=60, check=False)
        return done.stdout.splitlines()


@contextmanager
def started_slurm(scripts: Path) -> Iterator[Slurm]:
    """Start a cluster of four nodes with the scripts of a folder, and end it afterwards.

    Raises
    ------
    RuntimeError
        It did not start; the message holds what the script printed.
    """
    # the database runs as another user, who may not enter the folders of a test
    folder = Path(tempfile.mkdtemp(prefix="slurm_"))
    folder.chmod(0o755)
    environment = {**os.environ, "CLUSTER_DIR": str(folder), "WIPE": "1"}
    up = subprocess.run([scripts / "up.sh"], env=environment, capture_output=True, text=True, timeout=500, check=False)
    try:
        if up.returncode:
            msg = f"Slurm did not start:\n{up.stdout}{up.stderr}"
            raise RuntimeError(msg)
        yield Slurm(folder)
    finally:
        subprocess.run([scripts / "down.sh"], env=environment, capture_output=True, timeout=100, check=False)


def _children(pid: int) -> list[int]:
    """Return all processes below one, the deepest first."""
    return [below for child in _pids("-P", str(pid)) for below in (*_children(child), child)]


def _pids(*words: str) -> list[int]:
    done = subprocess.run(["pgrep", *words], capture_output=True, text=True, check=False)
    return [int(word) for word in done.stdout.split()]


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
