"""The library by hand: examples that run, the numbers of `marrowgate try`, and a light start."""

import doctest
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import marrowgate as mg
from marrowgate import library
from marrowgate.cli import main
from marrowgate.errors import UserError
from marrowgate.gating.final_gates import settle
from marrowgate.tables import read_rows

OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
SIMULATE = "simulate --scenario demo --seed 1 --sample-id {} --panel config/panels/hspc.yaml --fcs {} --events 20000"
STRATEGY = "config/strategies/blood_hspc.yaml"
PANEL = "config/panels/hspc.yaml"


@pytest.fixture(scope="module")
def folder(tmp_path_factory, repository) -> Path:
    """Return a folder with the demo's panels and strategies and two simulated samples."""
    folder = tmp_path_factory.mktemp("notebook")
    (folder / "config").symlink_to(repository / "config")
    for name, target in (("hspc.yaml", PANEL), ("blood_hspc.yaml", STRATEGY)):
        (folder / name).symlink_to(target)
    before = Path.cwd()
    os.chdir(folder)
    try:
        for sample_id, name in (("T01_v4_hspc", "sample.fcs"), ("T02_v4_hspc", "other.fcs")):
            assert main(SIMULATE.format(sample_id, name).split()) == 0
    finally:
        os.chdir(before)
    return folder


@pytest.fixture(autouse=True)
def _in_folder(folder, monkeypatch):
    monkeypatch.chdir(folder)


@pytest.fixture(scope="module")
def gated(folder) -> mg.GatedSample:
    sample = mg.open_sample(folder / "sample.fcs", panel=folder / PANEL, strategy=folder / STRATEGY)
    return mg.gate(sample, mg.fit(sample))


def test_page__its_command_makes_the_sample_and_its_examples_hold(repository, folder):
    page = repository / "docs" / "library.md"
    (command,) = re.findall(r"```bash\nmarrowgate (.*)\n```", page.read_text(encoding="utf-8"))
    assert shlex.split(command) == SIMULATE.format("T01_v4_hspc", "sample.fcs").split()
    done = doctest.testfile(str(page), module_relative=False, optionflags=OPTIONS)
    assert done.attempted > 15
    assert done.failed == 0


def test_docstring__its_examples_hold():
    done = doctest.testmod(library, optionflags=OPTIONS)
    assert done.attempted > 5
    assert done.failed == 0


def test_import__offers_every_name_and_imports_nothing_heavy():
    code = (
        "import sys, marrowgate as mg; "
        "print([name for name in ('numpy', 'pandas', 'marrowgate.library') if name in sys.modules], "
        "all(name in dir(mg) and hasattr(mg, name) for name in mg.__all__))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[] True\n"


def test_import__unknown_name():
    with pytest.raises(AttributeError, match="module 'marrowgate' has no attribute 'open_tube'"):
        _ = mg.open_tube


def test_counts_and_intensities__are_those_of_try(gated, tmp_path):
    measured = ["--measure", "lymphocytes:CXCR4"]
    files = ["--panel", PANEL, "--strategy", STRATEGY, "--out", str(tmp_path), "sample.fcs"]
    assert main(["try", *measured, *files]) == 0
    populations = {row["population"]: row for row in read_rows(tmp_path / "tables" / "populations.tsv")}
    counts = gated.counts()
    assert list(counts.index) == list(populations)
    for name, row in counts.iterrows():
        for column in ("n_events", "pct_of_cd45", "pct_of_cd45_low", "gate_status", "gate_reason", "gate_cv_pct"):
            assert (None if pd.isna(row[column]) else row[column]) == populations[name][column], (name, column)
    (tried,) = read_rows(tmp_path / "tables" / "intensities.tsv")
    own = gated.intensities([("lymphocytes", "CXCR4")]).reset_index().iloc[0]
    assert all((None if pd.isna(own[column]) else own[column]) == value for column, value in tried.items())


def test_events__membership_is_the_gates_and_unstable_events_are_in_none(gated):
    events = gated.events()
    counts = gated.counts()["n_events"].dropna()
    assert {name: int(events[name].sum()) for name in counts.index} == counts.to_dict()
    populations = events[list(counts.index)]
    assert not populations[~events["qc_ok"]].any(axis=None)
    values = gated.sample.sample_events.linear("CD34", gated.rows["lymphocytes"])
    assert events.loc[events["lymphocytes"], "CD34"].tolist() == values.tolist()


def test_intensities__without_names_the_state_markers_of_the_panel_on_every_gated_population(gated):
    measured = gated.intensities()
    populations = gated.counts()["n_events"].dropna()
    assert set(measured.index) == {(name, "CXCR4") for name in populations.index}


def test_intensities__unknown_names_are_told_together(gated):
    with pytest.raises(UserError) as caught:
        gated.intensities([("lymphocyte", "CXCR5")])
    assert str(caught.value).splitlines() == [
        "intensities: the strategy has no population 'lymphocyte'; name a population of the strategy",
        "intensities: the panel has no marker 'CXCR5'; name a marker of the panel",
    ]


def test_open_sample__rejected_file_is_refused_with_its_reason(folder):
    (folder / "empty.fcs").write_bytes(b"")
    with pytest.raises(UserError, match=r"empty\.fcs: the file is rejected: .*; see marrowgate inspect"):
        mg.open_sample("empty.fcs", panel=PANEL, strategy=STRATEGY)


def test_gate__gates_are_settled_with_the_batch_where_it_is_given(folder):
    samples = mg.open_samples(["sample.fcs", "other.fcs"], panel=PANEL, strategy=STRATEGY)
    fits = [mg.fit(sample) for sample in samples]
    agreed = mg.consensus(fits)
    assert agreed == mg.consensus(fits[::-1])
    assert mg.gate(samples[0], fits[0], agreed).gates == settle(fits[0], agreed)
    assert mg.gate(samples[0], fits[0]).gates == settle(fits[0], mg.consensus(fits[:1]))
    assert samples[0].strategy == samples[1].strategy
