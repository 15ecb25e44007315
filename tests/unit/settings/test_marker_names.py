import pytest

from marrowgate.settings.marker_names import canonical, is_another_marker
from marrowgate.settings.messages import correct_to


@pytest.mark.parametrize(
    ("name", "same"),
    [("CD184", "CXCR4"), ("cxcr-4", "CD184"), ("c-Kit", "CD117"), ("HLADR", "HLA-DR"), ("GPA", "CD235a"),
     ("AC133", "CD133"), ("Fc\u03b5RI\u03b1", "FceRI"), ("TCR\u03b3\u03b4", "TCRgd"),
      ("BCMA", "CD269"), ("Thy1", "CD90")],
)  # fmt: skip
def test_marker_names__synonyms(name: str, same: str) -> None:
    assert canonical(name) == canonical(same)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("CD184", "CD14"),
        ("CD43", "CD34"),
        ("CXCR5", "CXCR4"),
        ("CD45RA", "CD45"),
        ("CD235a", "CD235b"),
        ("PD-1", "PD-L1"),
    ],
)
def test_marker_names__other_markers(name: str, other: str) -> None:
    assert is_another_marker(name, other)


@pytest.mark.parametrize(
    ("name", "known", "cure"),
    [("CD184", ["CD14", "CD34"], "name it"), ("CD184", ["CD14", "CXCR4"], "did you mean 'CXCR4'?"),
     ("CD43", ["CD34"], "name it"), ("CXRC4", ["CXCR4"], "did you mean 'CXCR4'?"),
     ("cd34", ["CD34"], "did you mean 'CD34'?"),
     ("cd54_pos", ["cd45_pos"], "did you mean 'cd45_pos'?")],
)  # fmt: skip
def test_correct_to__never_guesses_another_marker(name: str, known: list[str], cure: str) -> None:
    assert correct_to(name, known, "name it") == cure
