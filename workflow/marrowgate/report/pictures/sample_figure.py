"""All gates of one sample as one figure."""

from collections.abc import Sequence

from marrowgate.measure.pictures.model import PROTOCOL
from marrowgate.report.pictures.draw import draw_picture
from marrowgate.report.pictures.grid import grid_of
from marrowgate.report.pictures.scene import Scene, Words
from marrowgate.report.pictures.sheet_rows import SheetSample, statuses_rank


def figure_of_surest(samples: Sequence[SheetSample], kind: str) -> Scene:
    """Return the gates, or the plots of the protocol, of the sample whose gates are the surest.

    Parameters
    ----------
    samples : sequence of SheetSample
        Samples of one panel; stained ones come before controls, earlier ones before later ones.
    kind : str
        `STEP` or `PROTOCOL`.

    Returns
    -------
    Scene
        With words in place of pictures where no sample was gated.
    """
    gated = [s for s in samples if any(p.n_parent is not None for p in s.pictures.of_kind(kind))]
    if not gated:
        return Scene(360, 40, "no sample was gated", (Words("text", 8, 24, "no sample was gated"),), (0, 0, 360, 40))
    surest = min(gated, key=lambda sample: (sample.control != "none", statuses_rank(sample.pictures, kind)))
    return figure_of(surest, kind)


def figure_of(sample: SheetSample, kind: str) -> Scene:
    """Return the pictures of one kind of a sample as one scene."""
    pictures = sample.pictures
    title = f"{pictures.protocol}: sample {sample.sample_id}" if kind == PROTOCOL else f"Gates of {sample.sample_id}"
    drawn = [picture for picture in pictures.of_kind(kind) if picture.n_parent is not None]
    return grid_of([draw_picture(pictures, picture) for picture in drawn], title)
