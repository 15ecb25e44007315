"""Which samples are blanks of which populations, and whose counts are pooled."""

import pytest

from marrowgate.measure.blanks import BlankSample, blank_markers, carried_markers, find_blanks
from marrowgate.measure.limit_of_blank import Blank
from marrowgate.measure.record import PopulationCount, SampleRecord
from marrowgate.settings.panel import load_panel
from marrowgate.settings.sheets import Sample
from marrowgate.settings.strategies.strategy import Strategy
from marrowgate.settings.strategies.strategy_reader import load_strategy


@pytest.fixture(scope="module")
def shipped(repository):
    def load(panel, strategy):
        markers = [e.marker for e in load_panel(repository / "config/panels" / f"{panel}.yaml").channels if e.marker]
        return load_strategy(repository / "config/strategies" / f"{strategy}.yaml")[0], markers

    return load


def test_blank_markers__cd34_alone_defines_progenitors(shipped):
    found = blank_markers(*shipped("hspc", "blood_hspc"))
    assert found["cd34_pos"] == found["cd34_hspc"] == {"CD34"}
    # what dead cells carry is kept below its boundary, and without CD45 there is no denominator
    assert "7-AAD" not in set().union(*found.values())
    assert "CD45" not in set().union(*found.values())
    assert found["cd45_pos"] == found["beads"] == found["bead_singlets"] == found["granulocytes"] == frozenset()
    assert found["monocytes"] == {"CD14"}


def test_carried_markers__cd45_is_carried_by_all_leucocytes(shipped):
    found = carried_markers(*shipped("hspc", "blood_hspc"))
    assert found["cd34_hspc"] == {"CD45", "CD34"}
    assert found["singlets"] == frozenset()


def test_blank_markers__red_cells_are_defined_by_glycophorin(shipped):
    found = blank_markers(*shipped("immature", "blood_immature"))
    assert "CD235a" in found["nrbc"]
    assert found["ig_stage2"] == {"CD11b"}
    # cells that lack CD16 and CD11b have no stain of their own, so neither have unions with them
    assert found["ig_stage1"] == found["ig"] == found["immature"] == frozenset()


def tree(*populations):
    return Strategy.model_validate({"populations": populations})


def population(name, parent, method, dimensions=(), fallback=None, **arguments):
    plain = {"name": name, "parent": parent, "method": method, "dimensions": dimensions, "arguments": arguments}
    return plain | ({"fallback": fallback} if fallback else {})


def test_carried_markers__each_kind_of_gate():
    tail = {"bounds": [1, 2]}
    strategy = tree(
        population("a", "root", "negative_tail", ["A"], keep="above", **tail),
        population("b", "root", "negative_tail", ["B"], keep="below", **tail),
        population("c", "root", "fixed", ["C", "D"], low=[100, None]),
        population("d", "root", "fixed", ["C", "D"], kind="polygon", vertices=[[-5, 10], [9, 10], [9, 90]]),
        population("e", "root", "slanted_valley", ["C", "E"], between=[1, 2], pivot=1),
        population("f", "b", "copy", ["A"], of="a"),
        population("g", "root", "boolean", operator="or", operands=["a", "c"]),
        population("h", "root", "boolean", operator="and", operands=["a", "c"]),
        population("i", "a", "boolean", operator="not", operands=["c"]),
        population("j", "root", "boolean", operator="or", operands=["a", "f"]),
    )
    found = {name: "".join(sorted(stains)) for name, stains in carried_markers(strategy, "ABCDE").items()}
    assert found == {
        "a": "A",
        "b": "",
        "c": "C",
        "d": "D",
        "e": "E",
        "f": "A",
        "g": "",
        "h": "AC",
        "i": "A",
        "j": "A",
    }


def test_carried_markers__the_fallback_stands_in_where_the_panel_lacks_a_stain():
    fallback = {"method": "valley", "dimensions": ["CD71"], "arguments": {"keep": "above", "between": [1, 2]}}
    slanted = population("x", "root", "slanted_valley", ["CD71", "DNA"], fallback, between=[1, 2], pivot=1)
    assert carried_markers(tree(slanted), ["CD71", "DNA"])["x"] == {"DNA"}
    assert carried_markers(tree(slanted), ["CD71"])["x"] == {"CD71"}


STRATEGY = tree(
    population("cd45_pos", "root", "valley", ["CD45"], keep="above", between=[1, 2]),
    population("cd34_hspc", "cd45_pos", "valley", ["CD34"], keep="above", between=[1, 2]),
)
MARKERS = {"hspc": ("CD45", "CD34", "CXCR4")}


def tube(sample_id, n, n_cd45, batch="B1", kind="fmo", marker="CD34"):
    counts = (
        PopulationCount("cd45_pos", "root", n_cd45, 90_000, (), "ok", ""),
        PopulationCount("cd34_hspc", "cd45_pos", n, n_cd45, ("cd45_pos",), "ok", ""),
    )
    given = {"sample_id": sample_id, "fcs": "x.fcs", "panel": "hspc", "batch": batch}
    sample = Sample(**given, control_type=kind, control_marker=marker)
    return BlankSample(sample, SampleRecord(sample_id, {}, counts, (), ()), STRATEGY)


def stained(batch="B1"):
    return tube("S", 50, 30_000, batch, "none", None)


def test_find_blanks__tubes_without_cd34_of_the_batch_are_pooled():
    tubes = [tube("F1", 2, 20_000), tube("I1", 3, 40_000, kind="isotype"), tube("F2", 9, 10_000, "B2"), stained()]
    blanks = find_blanks(tubes, MARKERS)
    assert blanks.blank_of(stained().sample, "cd34_hspc") == Blank("batch", (2, 3), (20_000, 40_000))


def test_find_blanks__a_batch_without_a_blank_takes_those_of_the_run():
    tubes = [tube("F1", 2, 20_000), tube("F2", 9, 10_000, "B2"), stained("B3")]
    blanks = find_blanks(tubes, MARKERS)
    assert blanks.blank_of(stained("B3").sample, "cd34_hspc") == Blank("run", (2, 9), (20_000, 10_000))


@pytest.mark.parametrize(("kind", "marker"), [("fmo", "CXCR4"), ("none", None), ("unstained", None), ("fmo", "CD45")])
def test_find_blanks__tubes_that_may_hold_cd34_cells_are_no_blank(kind, marker):
    blanks = find_blanks([tube("X", 7, 20_000, kind=kind, marker=marker), stained()], MARKERS)
    assert blanks.blank_of(stained().sample, "cd34_hspc") == Blank("no_blank")


def test_find_blanks__a_blank_that_was_not_gated_or_holds_no_leucocytes_counts_for_nothing():
    blanks = find_blanks([tube("F1", None, 20_000), tube("F2", 0, 0), stained()], MARKERS)
    assert blanks.blank_of(stained().sample, "cd34_hspc") == Blank("no_blank")


def test_find_blanks__a_blank_is_not_judged_by_itself():
    blank = tube("F1", 2, 20_000)
    blanks = find_blanks([blank], MARKERS)
    assert blanks.blank_of(blank.sample, "cd34_hspc") == Blank("is_blank")
    assert blanks.blank_of(blank.sample, "cd45_pos") == Blank("no_blank")
