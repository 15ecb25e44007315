import flowio

from marrowgate.fcs.model import Spillover
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.plan import find_sample
from marrowgate.simulate.make import batch_optics, make_tube
from marrowgate.simulate.optics.fcs_file import FileKind, write_tube


def written(panels, tmp_path, name="T01_v1_hspc"):
    plan = make_plan("demo", 3)
    sample = find_sample(plan, name)
    panel = panels[sample.panel]
    optics = batch_optics(plan, sample, panel)
    path = tmp_path / "x.fcs"
    spillover = Spillover(optics.channels, optics.spillover)
    write_tube(path, make_tube(plan, sample, panel, 100), panel, optics, spillover, FileKind())
    return flowio.FlowData(str(path))


def test_write_tube__looks_like_the_file_of_an_analyser(panels, tmp_path):
    text = written(panels, tmp_path).text
    names = [text[f"p{number}n"] for number in range(1, 15)]
    assert names == [entry.channel for entry in panels["hspc"].channels]
    assert {text[f"p{number}r"] for number in range(1, 15)} == {"262144"}
    time = names.index("Time") + 1
    assert text["timestep"] == "0.01"
    assert text[f"p{time}g"] == "0.01"
    assert all(float(text[f"p{number}v"]) > 0 for number in range(1, 14))


def test_write_tube__says_that_it_is_simulated_and_of_nobody(panels, tmp_path):
    data = written(panels, tmp_path)
    assert data.text["cyt"] == "Simulated analyser"
    assert not {"src", "op", "date", "fil", "smno", "exp", "inst"} & set(data.text)
    assert "T01" not in " ".join(data.text.values())
