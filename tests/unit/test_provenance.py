import getpass
import hashlib
import json
import shutil
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

import marrowgate
from marrowgate import provenance as module
from marrowgate.provenance import code_digest, file_digest, provenance

PACKAGE = Path(marrowgate.__file__).parent


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """Return a copy of the package that tests may edit."""
    folder = tmp_path_factory.mktemp("code") / "marrowgate"
    return Path(shutil.copytree(PACKAGE, folder, ignore=shutil.ignore_patterns("__pycache__")))


def digest_after_change(copied, step, name):
    path = copied / name
    before = path.read_bytes()
    path.write_bytes(before + b"\n# changed\n")
    try:
        return code_digest(step, copied)
    finally:
        path.write_bytes(before)


def test_digest__does_not_depend_on_the_folder(copied):
    assert code_digest("fit", copied) == code_digest("fit")
    assert len(code_digest("fit")) == 16


@pytest.mark.parametrize(
    "name",
    [
        "steps/fit.py",
        "__init__.py",
        "gating/__init__.py",
        "errors.py",
        "settings/panel.py",
        "fcs/read.py",
        "gating/estimators/valley.py",
    ],
    ids=["itself", "package", "room", "helper", "settings", "shared", "registered_by_name"],
)
def test_digest__changes_with_every_module_that_the_step_reaches(copied, name):
    assert digest_after_change(copied, "fit", name) != code_digest("fit", copied)


@pytest.mark.parametrize("name", ["simulate/cells.py", "steps/gate.py", "report/page.py", "cli.py"])
def test_digest__does_not_change_with_an_unrelated_module(copied, name):
    assert digest_after_change(copied, "fit", name) == code_digest("fit", copied)


def test_digest__changes_with_a_template_of_a_room_that_the_step_reaches(copied):
    before = code_digest("report", copied), code_digest("fit", copied)
    (copied / "report" / "texts").mkdir()
    (copied / "report" / "texts" / "words.txt").write_text("hello")
    after = code_digest("report", copied), code_digest("fit", copied)
    shutil.rmtree(copied / "report" / "texts")
    assert after[0] != before[0]
    assert after[1] == before[1]


def test_digest__does_not_change_with_compiled_files(copied):
    before = code_digest("fit", copied)
    (copied / "gating" / "__pycache__").mkdir()
    (copied / "gating" / "__pycache__" / "fit.pyc").write_bytes(b"x")
    assert code_digest("fit", copied) == before


def test_file_digest__is_sha256(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    assert file_digest(tmp_path / "a") == hashlib.sha256(b"abc").hexdigest()


@pytest.fixture
def described(tmp_path):
    sheet = tmp_path / "Jane_Doe_1961-02-03.tsv"
    sheet.write_text("sample_id\n")
    return provenance({"seed": 4, "samples": str(sheet)}, {"samples": sheet}, {"B": "2" * 64, "A": "1" * 64})


def test_provenance__has_versions_digests_and_seed(described, tmp_path):
    assert set(described) == {
        *("marrowgate", "python", "libraries", "seed", "settings_sha256", "inputs_sha256", "files_sha256"),
    }
    assert described["seed"] == 4
    assert set(described["libraries"]) == set(module.LIBRARIES)
    assert described["inputs_sha256"] == {"samples": hashlib.sha256(b"sample_id\n").hexdigest()}
    assert list(described["files_sha256"]) == ["A", "B"]


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
    words = {part for value in described.values() for part in (value.values() if isinstance(value, dict) else [value])}
    assert getpass.getuser() not in words


def test_settings_digest__depends_on_content_and_not_on_order():
    def digest(settings):
        return provenance(settings, {}, {})["settings_sha256"]

    assert digest({"a": 1, "b": {"c": 2}}) == digest({"b": {"c": 2}, "a": 1})
    assert digest({"a": 1}) != digest({"a": 2})
