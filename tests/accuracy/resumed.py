"""Long runs over many seeds: what is done is kept on disk, so that a run that was stopped goes on where it was."""

import hashlib
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from marrowgate.code_digest import code_digests
from marrowgate.files import write_text
from marrowgate.progress import with_progress

Answer = dict[str, float]
HERE = Path(__file__).resolve().parent


def digest_of(steps: Sequence[str], modules: Sequence[str], settings: str) -> str:
    """Return a digest of all that the answers depend on but the seed.

    Parameters
    ----------
    steps : sequence of str
        Sub-commands whose code is used.
    modules : sequence of str
        Files of this folder.
    settings : str
        Sizes and settings of the run.
    """
    parts = [*code_digests(steps).values(), *((HERE / name).read_text(encoding="utf-8") for name in modules)]
    return hashlib.sha256("\0".join([*parts, settings]).encode()).hexdigest()[:16]


def answers_by_seed(
    task: Callable[[int], Answer], seeds: Sequence[int], kept: Path, digest: str, cores: int
) -> dict[int, Answer]:
    """Return the answer of every seed, in the order of the seeds.

    Parameters
    ----------
    task : callable
        Seed to figures by name; it must be importable by another process.
    seeds : sequence of int
        What is wanted.
    kept : Path
        File of answers, one line of JSON for each seed; answers of another digest are thrown away.
    digest : str
        From `digest_of`.
    cores : int
        Processes; the answers do not depend on it.
    """
    known = _read(kept, digest)
    missing = [seed for seed in seeds if seed not in known]
    # written anew, so that nothing is added to a line that was cut off
    write_text(kept, "".join([json.dumps({"digest": digest}) + "\n", *(_line(*one) for one in known.items())]))
    with ProcessPoolExecutor(cores) as pool, kept.open("a", encoding="utf-8") as lines:
        found = pool.map(task, missing, chunksize=1)
        for seed, answer in zip(with_progress(missing, "cohorts", 10), found, strict=True):
            lines.write(_line(seed, answer))
            lines.flush()
            known[seed] = answer
    return {seed: known[seed] for seed in seeds}


def _line(seed: int, answer: Answer) -> str:
    return json.dumps({"seed": seed, "answer": answer}) + "\n"


def _read(kept: Path, digest: str) -> dict[int, Answer]:
    """Read the answers of a digest; a last line that was cut off is left out."""
    if not kept.is_file():
        return {}
    first, *rest = kept.read_text(encoding="utf-8").splitlines(keepends=True) or [""]
    if first != json.dumps({"digest": digest}) + "\n":
        return {}
    whole = [json.loads(line) for line in rest if line.endswith("\n")]
    return {entry["seed"]: entry["answer"] for entry in whole}
