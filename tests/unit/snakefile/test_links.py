import os
from pathlib import Path

from marrowgate.snakefile.links import link_files
from unit.settings.projects import CONFIG, changed, sheet

LINK = Path("data/links/A1.fcs")


def test_links__hold_the_sample_id_only_and_lead_to_the_file(folder):
    link_files(folder.load())
    assert sorted(path.name for path in Path("data/links").iterdir()) == ["A1.fcs", "A2.fcs", "A3.fcs"]
    assert LINK.resolve() == Path("raw/a1.fcs").resolve()


def test_right_link__is_left_alone(folder):
    link_files(folder.load())
    before = os.lstat(LINK)
    link_files(folder.load())
    assert os.lstat(LINK) == before


def test_link__follows_the_sheet(folder):
    link_files(folder.load())
    folder.write("raw/new.fcs", "FCS3.1")
    folder.write("config/samples.tsv", sheet(changed(0, fcs="raw/new.fcs")))
    link_files(folder.load())
    assert LINK.resolve() == Path("raw/new.fcs").resolve()


def test_simulated_files__get_no_link(folder):
    folder.write("config/config.yaml", CONFIG + "simulation: {scenario: demo}\n")
    folder.write("config/samples.tsv", sheet(changed(0, fcs="data/demo/A1.fcs")))
    link_files(folder.load())
    assert sorted(path.name for path in Path("data/links").iterdir()) == ["A2.fcs", "A3.fcs"]
