import getpass
import hashlib
import json
import re
import socket
import subprocess
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import pytest

from marrowgate import provenance as module
from marrowgate.code_digest import code_digests
from marrowgate.provenance import file_digest, git_revision, provenance
from marrowgate.settings.config import Config
from marrowgate.settings.quality import Quality


def test_file_digest__is_sha256(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    assert file_digest(tmp_path / "a") == hashlib.sha256(b"abc").hexdigest()


@pytest.fixture
def described(tmp_path):
    sheet = tmp_path / "Jane_Doe_1961-02-03.tsv"
    sheet.write_text("sample_id\n")
    matrix = tmp_path / "Jane_Doe.csv"
    matrix.write_text("a,b\n")
    config = Config.model_validate(
        {
            "seed": 4,
            **dict.fromkeys(("samples", "patients", "measurements", "toxicity", "panels", "strategies"), str(sheet)),
            "strategy_of_panel": {"p": "s"},
            "simulation": {"scenario": "demo", "folder": str(tmp_path)},
            "signal": {
                "bead_lots": str(tmp_path),
                "spillover": str(matrix),
                "spillover_of_batch": {"B1": "stains", "B2": str(tmp_path / "none.csv")},
            },
        }
    )
    return provenance(config, {"samples": sheet}, {"B": "2" * 64, "A": "1" * 64}, ["fit", "gate"])


def test_provenance__has_versions_settings_and_digests(described):
    assert list(described) == [
        *("marrowgate", "git_revision", "code_digests", "python", "libraries"),
        *("seed", "settings", "settings_sha256", "inputs_sha256", "files_sha256"),
    ]
    assert described["marrowgate"] == metadata.version("marrowgate")
    assert described["code_digests"] == code_digests(["fit", "gate"])
    assert described["libraries"] == {name: metadata.version(name) for name in sorted(module.LIBRARIES)}
    assert described["inputs_sha256"] == {"samples": hashlib.sha256(b"sample_id\n").hexdigest()}
    assert list(described["files_sha256"]) == ["A", "B"]
    assert described["settings"]["quality"] == asdict(Quality())
    assert described["settings"]["seed"] == described["seed"] == 4


def test_provenance__a_path_among_the_settings_gives_way_to_the_digest_of_its_file(described):
    signal = described["settings"]["signal"]
    assert signal["spillover"] == f"file with SHA-256 {hashlib.sha256(b'a,b' + bytes([10])).hexdigest()}"
    assert signal["spillover_of_batch"] == {"B1": "stains", "B2": "file"}


@pytest.mark.parametrize(
    "library",
    ["flowutils", "lifelines", "matplotlib", "numpy", "pandas", "ruptures", "scikit-learn", "scipy", "snakemake"],
)
def test_provenance__names_every_library_that_sets_numbers(described, library):
    assert described["libraries"][library] == metadata.version(library)


def test_provenance__has_no_path_user_host_or_date(described, tmp_path):
    text = json.dumps(described)
    private = (
        str(tmp_path),
        "Jane",
        "1961",
        str(Path.home()),
        socket.gethostname(),
        f"{datetime.now(tz=UTC):%Y-%m-%d}",
    )
    for word in private:
        assert word not in text
    assert not re.search(rf"\b{re.escape(getpass.getuser())}\b", text)
    assert not [word for word in text.split('"') if "/" in word]


def test_settings_digest__depends_on_every_setting():
    def digest(**settings):
        config = Config.model_validate({"strategy_of_panel": {"p": "s"}, **settings})
        return provenance(config, {}, {}, [])["settings_sha256"]

    assert digest() == digest(seed=Config.model_fields["seed"].default)
    assert digest() != digest(seed=5)
    assert digest() != digest(samples="other.tsv")


GIT = ("git", "-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "init.defaultBranch=main")


@pytest.fixture
def repository(tmp_path):
    folder = tmp_path / "repository" / "package"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*GIT, *words], cwd=folder.parent, check=True)
    return folder


def test_git_revision__is_the_commit_and_says_when_the_code_differs_from_it(repository):
    head = subprocess.run([*GIT, "rev-parse", "HEAD"], cwd=repository, capture_output=True, text=True, check=True)
    assert git_revision(repository) == head.stdout.strip()
    (repository.parent / "sheet.tsv").write_text("not code")
    assert git_revision(repository) == head.stdout.strip()
    (repository / "__init__.py").write_text("changed = True")
    assert git_revision(repository) == f"{head.stdout.strip()}-changed"


def test_git_revision__a_package_installed_inside_another_repository_has_none(repository):
    installed = repository / "site-packages"
    installed.mkdir()
    (installed / "__init__.py").write_text("")
    assert git_revision(installed) is None


def test_git_revision__without_git_or_repository(repository, tmp_path, monkeypatch):
    (tmp_path / "__init__.py").write_text("")
    assert git_revision(tmp_path) is None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_revision(repository) is None
