"""The pictures beside the gates to look at."""

from marrowgate.gating.gates import threshold
from marrowgate.measure.pictures.model import STEP, DrawnGate, Picture, PictureAxis, SamplePictures, write_pictures
from marrowgate.report.hand_section import ToLookAt
from marrowgate.report.look_pictures import look_pictures, picture_addresses
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
        [*looks("cd34_pos", "other"), ToLookAt(0, "gone", "", "", "x", "rejected", "", "y")], tmp_path
    )
    assert list(drawn) == [("a", "cd34_pos")]
    assert "5 of 9" in drawn["a", "cd34_pos"]
    assert look_pictures(looks("cd34_pos"), None) == {}


def test_picture_addresses__lead_to_the_contact_sheet_of_the_panel(tmp_path):
    made = project({"p": {"x": "root"}}, [sample("a", 0.0)])
    assert picture_addresses(made, tmp_path) == {"a": "contact_sheets/gates_p.html#sample-a"}
    assert picture_addresses(made, None) == {}
