"""What is installed and what is shipped: every package is accounted for, and the wheel holds the workflow."""

import re
import tomllib
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def project(repository: Path) -> dict:
    return tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))


def locked(repository: Path, name: str) -> set[str]:
    text = (repository / name).read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z0-9][a-z0-9._-]*)==", text, flags=re.MULTILINE))


def test_dependencies__every_locked_package_is_said_what_for(repository):
    page = (repository / "docs" / "dependencies.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| ([a-z0-9._-]+) \| (.+) \|$", page, flags=re.MULTILINE)
    assert {name for name, _ in told} - {"package"} == locked(repository, "requirements.lock")
    assert len(told) == len(dict(told)) + 1  # the two headings


def test_locks__every_package_has_hashes_and_every_install_checks_them(repository):
    for name in ("requirements.lock", "requirements-dev.lock", "requirements-fuzz.lock"):
        for entry in re.split(r"\n(?=[a-z0-9])", (repository / name).read_text(encoding="utf-8")):
            assert "==" not in entry or "--hash=sha256:" in entry, entry.splitlines()[0]
    lines = (repository / "Makefile").read_text(encoding="utf-8").splitlines()
    installs = [line for line in lines if "pip install" in line and ".lock" in line and "uv" not in line.split()]
    assert len(installs) >= 3
    assert all("--require-hashes" in line for line in installs)


def test_wheel__holds_the_workflow_and_the_settings_that_a_study_begins_with(repository, project):
    shipped = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert all((repository / source).exists() for source in shipped)
    targets = {source: target.removeprefix("marrowgate/project/") for source, target in shipped.items()}
    # the Snakefile finds its rules, and the rules their environment, as they lie in the repository
    assert all(source == target for source, target in targets.items())
    assert {"Snakefile", "workflow/rules", "config/panels", "config/strategies", "profiles"} <= set(targets)
    assert "environment.yaml" in targets


def test_test_paths__hold_every_test_but_those_that_need_a_cluster(repository, project):
    paths = project["tool"]["pytest"]["ini_options"]["testpaths"]
    folders = {"/".join(path.relative_to(repository).parts[:2]) for path in repository.glob("tests/**/test_*.py")}
    assert {folder for folder in folders if "node_modules" not in folder} == {*paths, "tests/cluster"}
