"""What is known of a landmark, in a sample or in a batch."""

from typing import Literal

from marrowgate.frozen import Frozen

LandmarkStatus = Literal["ok", "shifted", "doubtful", "not_found"]


class LandmarkRow(Frozen):
    """One landmark in one dimension, in a sample or in a batch.

    Parameters
    ----------
    of, by, dimension : str
        As the strategy's section `home` has them.
    value : float or None
        Channel units of the file; None when it was not found.
    factor : float or None
        `value` over the strategy's own number.
    n : int
        Events that it rests on; of a batch, samples.
    status : str
        ok, shifted (a sample far from its batch), doubtful (the batch's samples do not agree), not_found.
    reason : str
        Why it is not ok.
    """

    of: str
    by: str
    dimension: str
    value: float | None
    factor: float | None
    n: int
    status: LandmarkStatus
    reason: str = ""

    @property
    def name(self) -> tuple[str, str, str]:
        """What makes it the same landmark in another sample."""
        return self.of, self.by, self.dimension
