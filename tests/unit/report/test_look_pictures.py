"""The pictures beside the gates to look at."""

from pathlib import Path

from marrowgate.gating.geometry.gates import threshold
from marrowgate.measure.pictures.model import STEP, DrawnGate, Picture, PictureAxis, SamplePictures, write_pictures
from marrowgate.report.look_pictures import MOST_PICTURES, look_pictures, picture_addresses
from marrowgate.report.sections.hand_section import ToLookAt
from marrowgate.signal.transforms import Transform
from unit.report.projects import project, sample


def looks(*gates):
    return [ToLookAt(3, "a", "p", "b", gate, "doubtful", "", gate) for gate in gates]


def test_look_pictures__each_gate_that_has_one(tmp_path):
    axis = PictureAxis("CD34", "PE", Transform("linear", t=1000.0), 0.0, 1.0)
    gate = DrawnGate("cd34_pos", "root", "valley", threshold("CD34", 0.5, "above"), "doubtful", n_events=5, n_parent=9)
    picture = Picture(STEP, "", "root", ("CD34",), ("cd34_pos",), ("cd34_pos",), 9, None)
    write_pictures(tmp_path / "a.json", SamplePictures("a", {"CD34": axis}, {"cd34_pos": gate}, (picture,)))
    drawn = look_pictures(
        [*looks("cd34_pos", "other"), ToLookAt(0, "gone", "", "", "x", "rejected", "", "y")], tmp_path, []
    )
    assert list(drawn) == [("a", "cd34_pos")]
    assert "5 of 9" in drawn["a", "cd34_pos"].whole
    # words of a small picture could not be read
    assert "<text" in drawn["a", "cd34_pos"].whole
    assert "<text" not in drawn["a", "cd34_pos"].small
    assert "<svg" in drawn["a", "cd34_pos"].small
    assert look_pictures(looks("cd34_pos"), None, []) == {}


def test_picture_addresses__lead_to_the_contact_sheet_of_the_panel(tmp_path):
    made = project({"p": {"x": "root"}}, [sample("a", 0.0)])
    assert picture_addresses(made, tmp_path) == {"a": "contact_sheets/gates_p.html#sample-a"}
    assert picture_addresses(made, None) == {}


AXES = {name: PictureAxis(name, "", Transform("linear", t=1.0), 0.0, 1.0) for name in ("CD34", "SSC-A")}


def folder_of(tmp_path: Path, *names: str) -> Path:
    gate = DrawnGate("cd34_pos", "root", "valley", threshold("CD34", 0.5, "above"), "ok", n_events=0, n_parent=0)
    picture = Picture(STEP, "", "root", ("CD34", "SSC-A"), ("cd34_pos",), ("cd34_pos",), 0, None)
    for name in names:
        write_pictures(tmp_path / f"{name}.json", SamplePictures(name, AXES, {"cd34_pos": gate}, (picture,)))
    return tmp_path


def test_look_pictures__an_empty_frame_is_none(tmp_path):
    gate = DrawnGate("cd34_pos", "root", "valley", None, "not_gated", "the panel lacks CD34")
    picture = Picture(STEP, "", "root", ("CD34", "SSC-A"), ("cd34_pos",), ("cd34_pos",), None, None)
    write_pictures(tmp_path / "a.json", SamplePictures("a", AXES, {"cd34_pos": gate}, (picture,)))
    assert look_pictures(looks("cd34_pos"), tmp_path, []) == {}


def look(sample_id: str, gate: str = "cd34_pos") -> ToLookAt:
    return ToLookAt(3, sample_id, "hspc", "B1", "gate", "doubtful", "why", gate)


def test_pictures__are_of_the_gates_in_the_list_and_never_surer_than_the_table(tmp_path):
    folder = folder_of(tmp_path, "S1", "S2")
    row = {"sample_id": "S1", "population": "cd34_pos", "gate_status": "doubtful", "gate_reason": "not_compensated: x"}
    drawn = look_pictures([look("S1"), look("S3"), look("S2", "other"), look("S2", "")], folder, [row])
    assert list(drawn) == [("S1", "cd34_pos")]
    assert "doubtful (this gate itself: ok)" in drawn["S1", "cd34_pos"].whole


def test_pictures__are_no_more_than_the_page_can_hold(tmp_path):
    names = [f"S{i}" for i in range(MOST_PICTURES + 1)]
    drawn = look_pictures([look(name) for name in names], folder_of(tmp_path, *names), [])
    assert [name for name, _ in drawn] == names[:-1]
    assert look_pictures([look("S1")], None, []) == {}
