"""Rules and command line fit together: what a dry run prints, the parser takes, and every path is declared."""

import shlex
from pathlib import Path

import pytest

from marrowgate.cli import parser
from workflow.runs import REPOSITORY, snakemake

DECLARED_ONLY = (".parquet",)
"""A table's Parquet stands beside its .tsv without being named in the command."""


def jobs(folder: Path) -> list[dict[str, list[str]]]:
    """Read the jobs of a dry run: rule, inputs, outputs, log, command."""
    text = snakemake(folder, "--dry-run", "--printshellcmds", "--forceall").stdout
    found: list[dict[str, list[str]]] = []
    for line in text.splitlines():
        word, _, rest = line.strip().partition(" ")
        if word in {"rule", "localrule"}:
            # samples are simulated by several rules, simulate_1 and so on
            found.append(
                {"rule": [rest.rstrip(":").rstrip("_0123456789")], "input": [], "output": [], "log": [], "shell": []}
            )
        elif word in {"input:", "output:", "log:"}:
            found[-1][word.rstrip(":")] = rest.split(", ")
        elif line.startswith("Shell command: "):
            found[-1]["shell"] = [line.removeprefix("Shell command: ")]
    return [job for job in found if job["rule"] != ["all"]]


@pytest.fixture(scope="module")
def demo_jobs(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, list[str]]]:
    folder = tmp_path_factory.mktemp("wiring")
    (folder / "config").symlink_to(REPOSITORY / "config")
    made = jobs(folder)
    # jobs of one rule differ by their sample alone: the first and the last of them stand for all
    rules = dict.fromkeys(job["rule"][0] for job in made)
    own = [[job for job in made if job["rule"] == [rule]] for rule in rules]
    return [job for of_rule in own for job in (of_rule if len(of_rule) <= 30 else of_rule[:15] + of_rule[-15:])]


def words_of(job: dict[str, list[str]]) -> list[str]:
    command, _, log = job["shell"][0].partition(" > ")
    assert log == f"{job['log'][0]} 2>&1"
    words = shlex.split(command)
    assert words[0] == "marrowgate"
    return words[1:]


def paths_of(words: list[str]) -> dict[str, set[str]]:
    """Return the paths that a command says, by option; those that an option has by itself are left out."""
    found = {}
    for name, value in vars(parser(words[0]).parse_args(words)).items():
        values = value if isinstance(value, list) else [value]
        found[name] = {str(one) for one in values if isinstance(one, Path)} & set(words)
    return found


def test_wiring__every_rule_is_seen(demo_jobs):
    rules = {job["rule"][0] for job in demo_jobs}
    assert rules == {
        "check",
        "simulate",
        "calibrate",
        "scales",
        "prepare",
        "fit",
        "consensus",
        "gate",
        "collect",
        "compare",
        "concordance",
        "outcomes",
        "pictures",
        "report",
    }
    assert all(job["shell"] and job["log"] for job in demo_jobs)


def test_wiring__the_parser_takes_every_command(demo_jobs):
    for job in demo_jobs:
        words = words_of(job)
        assert words[0] == job["rule"][0]
        parser(words[0]).parse_args(words)


def test_wiring__every_path_in_a_command_is_declared_and_the_other_way_round(demo_jobs):
    for job in demo_jobs:
        words = words_of(job)
        used = set().union(*paths_of(words).values())
        declared = set(job["input"]) | set(job["output"])
        # a folder stands for the declared files in it
        folders = {path for path in used if any(file.startswith(f"{path}/") for file in declared)} - declared
        assert used - folders <= declared, (job["rule"], used - declared)
        in_folders = {file for file in declared if any(file.startswith(f"{path}/") for path in folders)}
        silent = {path for path in declared - used - in_folders if not path.endswith(DECLARED_ONLY)}
        assert silent <= sheets(job), (job["rule"], silent)


def sheets(job: dict[str, list[str]]) -> set[str]:
    # steps that take the config read the files that it names
    named = {path for path in job["input"] if path.startswith("config/")}
    return named if any(path == "config/config.yaml" for path in job["input"]) else set()


def test_wiring__outputs_are_written_and_inputs_are_read(demo_jobs):
    """Swapped paths parse too: an option that writes must hold an output, one that reads an input."""
    writes = {
        "check": {"out"},
        "simulate": {"fcs", "truth"},
        "spillover": {"out", "checks"},
        "calibrate": {"out"},
        "scales": {"out"},
        "prepare": {"out"},
        "fit": {"out", "stability"},
        "consensus": {"out"},
        "gate": {"gates_xml", "gates_tsv", "events", "pictures", "record"},
        "collect": {"manifest", "populations", "intensities", "quality", "corrections", "changes", "provenance"},
        "compare": {"visits", "endpoints", "design", "contrasts", "summary"},
        "concordance": {"out"},
        "outcomes": {"outcomes"},
        "pictures": {"sheets", "figures", "samples"},
        "report": {"figures", "page", "summary"},
    }
    for job in demo_jobs:
        words = words_of(job)
        for name, paths in paths_of(words).items():
            side = job["output"] if name in writes[words[0]] else job["input"]
            folders = {path for path in paths if any(file.startswith(f"{path}/") for file in side)}
            assert paths - folders <= set(side), (words[0], name, paths - set(side))


def test_wiring__scales_of_a_batch_are_made_from_its_stained_tubes_before_any_fit(demo_jobs):
    made = {job["output"][0]: job for job in demo_jobs if job["rule"] == ["scales"]}
    names = [f"{panel}_B{number}" for panel in ("hspc", "immature") for number in (1, 2, 3, 4, 5, 6)]
    assert set(made) == {f"results/scales/{name}.yaml" for name in names}
    for path, job in made.items():
        found = paths_of(words_of(job))
        assert found["out"] == {path}
        assert found["fcs"] == {file for file in job["input"] if file.endswith(".fcs")}
        panel = Path(path).stem.split("_")[0]
        assert all(file.endswith(f"_{panel}.fcs") for file in found["fcs"])
    for job in demo_jobs:
        if job["rule"][0] in {"fit", "gate"}:
            (used,) = paths_of(words_of(job))["scales"]
            assert Path(used).stem.split("_")[0] == (
                "hspc" if any("hspc.json" in one for one in job["input"]) else "immature"
            )
