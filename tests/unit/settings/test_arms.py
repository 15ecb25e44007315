"""The section arms of the config."""

import pytest
from pydantic import ValidationError

from marrowgate.settings.arms import ArmPair, Arms


def test_arms__two_are_compared_without_being_asked() -> None:
    assert Arms().compared == (ArmPair("triplet", "doublet"),)
    assert Arms(names=("VRd", "Rd")).compared == (ArmPair("VRd", "Rd"),)
    assert ArmPair("VRd", "Rd").contrast == "VRd - Rd"


def test_arms__one_is_compared_with_nothing() -> None:
    assert Arms(names=("VRd",)).compared == ()


def test_arms__pairs_say_what_is_compared_and_in_which_direction() -> None:
    names = ("A", "B", "C")
    assert Arms(names=names, pairs=(("C", "A"), ("B", "A"))).compared == (ArmPair("C", "A"), ArmPair("B", "A"))
    assert Arms(names=names, pairs=()).compared == ()
    assert Arms(names=("A", "B"), pairs=(("B", "A"),)).compared == (ArmPair("B", "A"),)


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"names": ("A", "B", "C")}, "3 arms need pairs: say which are compared, as [[A, B]]"),
        ({"names": ("A", "A")}, "the arm 'A' stands twice in names; keep one of them"),
        (
            {"pairs": (("triplet", "Rd"),)},
            "pairs name the arm 'Rd', which is not in names; add it there, or correct it",
        ),
        ({"pairs": (("triplet", "triplet"),)}, "a pair compares the arm 'triplet' with itself; name two arms"),
        (
            {"pairs": (("triplet", "doublet"), ("doublet", "triplet"))},
            "the same two arms stand in pairs twice; keep one of them",
        ),
        ({"names": ("all", "B")}, "an arm may not be called 'all', which stands for the whole series"),
        ({"names": ("A - B", "C")}, "the arm 'A - B' holds ' - ', which stands between two arms; write it without"),
    ],
)
def test_arms__what_cannot_be_meant_is_refused(entries: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError) as error:
        Arms.model_validate(entries)
    assert said in str(error.value)
