"""Files of overrides: what may stand in them, and every fault in one line with what is probably meant."""

import pytest

FILE = "config/overrides/A1.yaml"
BY = "    reviewer: R. Viewer\n    reason: too high\n    date: 2026-03-31\n"
CD45 = "gates:\n  - population: cd45_pos\n    rectangle: {CD45: {low: 900}}\n" + BY
SINGLETS = "gates:\n  - population: singlets\n    "


def test_overrides__of_a_sample_are_read(folder):
    folder.write(FILE, CD45)
    (gate,) = folder.load().overrides["A1"].gates
    assert (gate.population, gate.kind, gate.dimensions) == ("cd45_pos", "rectangle", ("CD45",))
    assert (gate.rectangle["CD45"].low, gate.rectangle["CD45"].high) == (900.0, None)
    assert (gate.reviewer, gate.reason, gate.date) == ("R. Viewer", "too high", "2026-03-31")


def test_overrides__without_a_folder_there_are_none(folder):
    assert folder.load().overrides == {}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            CD45.replace("cd45_pos", "cd45_poss"),
            f"{FILE} line 2, gates.population: the strategy has no population 'cd45_poss'; did you mean 'cd45_pos'?",
        ),
        (
            CD45.replace("    reviewer: R. Viewer\n", ""),
            f"{FILE} line 2, gates.reviewer: this entry is missing; add it",
        ),
        (CD45.replace("R. Viewer", "''"), f"{FILE} line 4, gates.reviewer: is empty; fill it in"),
        (CD45.replace("reviewer", "who"), f"{FILE} line 2, gates.reviewer: this entry is missing; add it"),
        (CD45.replace("too high", "''"), f"{FILE} line 5, gates.reason: is empty; fill it in"),
        (
            CD45.replace("2026-03-31", "31.3.2026"),
            f"{FILE} line 6, gates.date: must be a date like 2026-03-31, got '31.3.2026'; correct it",
        ),
        (
            SINGLETS + "polygon: {dimensions: [FSC-A, FSC-H], vertices: [[1, 1], [900, 900]]}\n" + BY,
            f"{FILE} line 3, gates.polygon.vertices: a polygon has at least three corners, 2 are given; add corners",
        ),
        (
            SINGLETS + "polygon: {dimensions: [FSC-A, FSC-W], vertices: [[1, 1], [9, 9], [1, 9]]}\n" + BY,
            (
                f"{FILE} line 3, population singlets: the strategy gates it in FSC-A and FSC-H, not in 'FSC-W'; "
                "did you mean 'FSC-H'?"
            ),
        ),
        (
            CD45.replace(
                "rectangle: {CD45: {low: 900}}",
                "polygon: {dimensions: [CD45, CD45], vertices: [[1, 1], [9, 9], [1, 9]]}",
            ),
            (
                f"{FILE} line 3, population cd45_pos: the polygon names the dimension CD45 twice; "
                "give a rectangle in this dimension"
            ),
        ),
        (
            CD45.replace("CD45: {low", "CXCR4: {low"),
            (
                f"{FILE} line 3, population cd45_pos: the strategy gates it in CD45, not in 'CXCR4'; "
                "draw the rectangle in CD45"
            ),
        ),
        (
            CD45.replace("low: 900", "low: 900, high: 800"),
            (
                f"{FILE} line 3, gates.rectangle.CD45: low is 900 and high 800, so nothing lies between; "
                "give low below high"
            ),
        ),
        (
            CD45.replace("low: 900", ""),
            f"{FILE} line 3, gates.rectangle.CD45: neither low nor high is given; give one of them",
        ),
        (
            CD45.replace("    rectangle: {CD45: {low: 900}}\n", ""),
            f"{FILE} line 2, gates: cd45_pos: there is no boundary; give one of rectangle, polygon, ellipse",
        ),
        (
            SINGLETS + "ellipse: {dimensions: [FSC-A, FSC-H], center: [9, 9], ends: [[1, 1]]}\n" + BY,
            (
                f"{FILE} line 3, gates.ellipse: an ellipse in 2 dimensions has a center of 2 numbers and 2 ends of "
                "2 numbers; correct them"
            ),
        ),
        (
            CD45 + CD45.removeprefix("gates:\n"),
            (
                f"{FILE} line 7, population cd45_pos: this population stands for the second time; "
                "keep one entry for each population"
            ),
        ),
        ("gates: []\n", f"{FILE} line 1, gates: has too few entries: at least 1 needed, 0 found; add what is missing"),
        (
            CD45.replace("900", ".inf"),
            f"{FILE} line 3, gates.rectangle.CD45.low: must be a number, got inf; correct the value",
        ),
    ],
)
def test_overrides__that_are_wrong_are_one_line(folder, text, fault):
    folder.write(FILE, text)
    assert folder.faults()[0] == fault


def test_overrides__every_fault_of_a_file_is_told_at_once(folder):
    second = "  - population: singlets\n    rectangle: {FSC-W: {low: 1}}\n" + BY
    third = "  - population: singlet\n" + BY
    folder.write(FILE, CD45.replace("    reviewer: R. Viewer\n", "") + second + third)
    folder.write("config/patients.tsv", "patient_id\tarm\nP1\ttriplet\nP2\tsinglet\n")
    assert folder.faults() == [
        f"{FILE} line 2, gates.reviewer: this entry is missing; add it",
        (
            f"{FILE} line 7, population singlets: the strategy gates it in FSC-A and FSC-H, not in 'FSC-W'; "
            "did you mean 'FSC-H'?"
        ),
        f"{FILE} line 11, gates: singlet: there is no boundary; give one of rectangle, polygon, ellipse",
        (
            "config/patients.tsv line 3, column arm: the config names no arm 'singlet'; "
            "write one of triplet, doublet, or name the arms in arms.names of the config"
        ),
    ]


def test_overrides__faults_stand_beside_those_of_the_sheets(folder):
    folder.write(FILE, CD45.replace("cd45_pos", "cd4"))
    folder.write("config/patients.tsv", "patient_id\tarm\nP1\ttriplet\nP2\tsinglet\n")
    assert [line.partition(":")[0] for line in folder.faults()] == [
        f"{FILE} line 2, gates.population",
        "config/patients.tsv line 3, column arm",
    ]


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("A_1.yaml", "config/samples.tsv has no sample 'A_1'; did you mean 'A1'?"),
        ("A1.yml", "files of overrides end in .yaml; rename it"),
        (
            "A2.yaml",
            (
                "the control is gated with the gates of sample 'A1', corrections included; "
                "correct that sample, or empty the control's cell control_for"
            ),
        ),
    ],
)
def test_overrides__of_no_sample_of_its_own_are_told(folder, name, fault):
    folder.write(f"config/overrides/{name}", CD45)
    assert folder.faults() == [f"config/overrides/{name}: {fault}"]


def test_overrides__a_joined_population_has_no_boundary(folder):
    joined = "  - {name: both, parent: singlets, method: boolean, arguments: {operator: or, populations: [cd45_pos]}}\n"
    text = (folder.path / "config/strategies/tree.yaml").read_text(encoding="utf-8")
    folder.write("config/strategies/tree.yaml", text + joined)
    folder.write(FILE, CD45.replace("cd45_pos", "both"))
    assert (
        f"{FILE} line 3, population both: it is joined of other populations and has no boundary of its own; "
        "correct the gates of those populations"
    ) in folder.faults()
