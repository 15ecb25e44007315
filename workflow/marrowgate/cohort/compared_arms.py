"""Who is in which of the arms that are compared."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from marrowgate.settings.arms import ArmPair


@dataclass(frozen=True)
class ComparedArms(Mapping[str, str]):
    """Arm of each patient that is compared, by patient_id, with the pair of arms.

    Parameters
    ----------
    pair : ArmPair
        The first arm is compared with the second.
    arm_of : mapping of str to str
        Arm of each patient, one of the pair, in the order of the sheet.
    """

    pair: ArmPair
    arm_of: Mapping[str, str]

    def __getitem__(self, patient_id: str) -> str:
        return self.arm_of[patient_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self.arm_of)

    def __len__(self) -> int:
        return len(self.arm_of)

    def is_first(self, patient_id: str) -> bool:
        """Say whether a patient is in the first arm."""
        return self.arm_of[patient_id] == self.pair.first

    def restricted(self, arm: str, members: frozenset[str]) -> "ComparedArms":
        """Return the same comparison with only these members of one arm."""
        kept = {name: its for name, its in self.arm_of.items() if its != arm or name in members}
        return ComparedArms(self.pair, kept)

    def counts(self) -> tuple[int, int]:
        """Return the patients of the first and of the second arm."""
        first = sum(map(self.is_first, self.arm_of))
        return first, len(self.arm_of) - first

    def named_counts(self, counts: tuple[int, int]) -> str:
        """Say how many there are of each arm, as `4 A and 5 B`."""
        return f"{counts[0]} {self.pair.first} and {counts[1]} {self.pair.second}"
