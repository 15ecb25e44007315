"""What the plan of a large study holds: nothing in it may grow with the square of the number of samples."""

import re
import sys

import pytest

from marrowgate.report.pictures.plan import MOST_ON_ONE_PAGE
from workflow.runs import REPOSITORY, snakemake

sys.path.insert(0, str(REPOSITORY / "tests" / "benchmarks"))

from large_study import make_study

N_SAMPLES = MOST_ON_ONE_PAGE + 1


@pytest.fixture(scope="module")
def files_of_jobs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, list[str]]]]:
    """Return inputs, outputs and resources of the jobs of a dry run, by rule."""
    folder = make_study(tmp_path_factory.mktemp("many") / "study", N_SAMPLES)
    text = snakemake(folder, "--dry-run").stdout
    found: dict[str, list[dict[str, list[str]]]] = {}
    for name, lines in re.findall(r"^(?:local)?rule (\w+):\n((?:    .*\n)*)", text, flags=re.MULTILINE):
        files = {
            word: rest.split(", ")
            for word, rest in re.findall(r"^    (input|output|resources): (.*)", lines, re.MULTILINE)
        }
        found.setdefault(name, []).append(files)
    return found


def test_plan__a_job_over_all_samples_has_no_output_for_each_of_them(files_of_jobs):
    """Snakemake keeps the names of all inputs with every output, so that both together would grow with the square."""
    over_all = [job for jobs in files_of_jobs.values() for job in jobs if len(job["input"]) >= N_SAMPLES]
    assert over_all
    assert max(len(job.get("output", ())) for job in over_all) < 40


def test_plan__the_target_of_a_fresh_run_names_no_file_of_a_sample(files_of_jobs):
    assert len(files_of_jobs["gate"]) == N_SAMPLES
    (target,) = files_of_jobs["all"]
    assert not [path for path in target["input"] if re.match(r"results/(fits|gates|events|records|pictures)/", path)]


def test_plan__a_sample_has_the_memory_of_its_header_and_no_folder_of_temporary_files(files_of_jobs):
    for job in (*files_of_jobs["fit"], *files_of_jobs["gate"]):
        assert "mem_mb=250" in job["resources"]
        assert "tmpdir" not in ", ".join(job["resources"])
