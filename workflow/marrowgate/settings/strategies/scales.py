"""Scales of a strategy's dimensions, and the units that its numbers are in."""

from dataclasses import field
from typing import Annotated, Any, Literal

from marrowgate.settings.messages import shown
from marrowgate.settings.panel import Label
from marrowgate.settings.section import Limit, Section
from marrowgate.settings.strategies.scale_rules import scale_fault

Positive = Annotated[float, Limit(gt=0)]
FROM_BATCH = "from_batch"
_USUAL_WIDTH = {"biexponential": -100.0}
_USUAL_WIDTH_ELSE = 0.5


def _number_or_word(value: Any) -> Any:
    """Refuse what is neither, in one sentence in place of one for each type that a width may have."""
    if value is None or value == FROM_BATCH or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    msg = f"must be a number or {FROM_BATCH}, got {shown(value)}; correct the value"
    raise ValueError(msg)


Width = Annotated[float | Literal["from_batch"] | None, Limit(before=_number_or_word)]


class Scale(Section):
    """A transform as written in a strategy; what is not given follows from the channel."""

    kind: Literal["linear", "asinh", "log", "logicle", "hyperlog", "biexponential"]
    """Kind of scale: as Gating-ML 2.0 defines it, or FlowJo's biexponential, for gates parallel to the axes."""
    t: Positive | None = None
    """Top of the linear scale, FlowJo's maximum. Not given: the top of the channel in the file."""
    m: Positive = 4.5
    """Decades; FlowJo's positive decades."""
    w: Width = None
    """Decades of the linear part (logicle, hyperlog; not given: 0.5). `from_batch`, for logicle: chosen from the values
    below 0 of the batch's samples, the same for all. FlowJo's width basis, at most -1 (biexponential; not given:
    -100)."""
    a: Annotated[float, Limit(ge=0)] = 0.0
    """Decades of negative values; FlowJo's extra negative decades."""
    cofactor: Positive | None = None
    """For asinh in mass cytometry: asinh(x / cofactor), in place of t."""

    def __post_init__(self) -> None:
        """Refuse what makes no scale."""
        if self.from_batch and self.kind != "logicle":
            msg = f"w: {FROM_BATCH} goes with kind: logicle, not with {self.kind}; give w as a number"
            raise ValueError(msg)
        if self.cofactor is not None and self.kind != "asinh":
            msg = f"cofactor goes with kind: asinh, not with {self.kind}; correct the kind, or give t"
            raise ValueError(msg)
        wrong = "" if self.from_batch else scale_fault(self.kind, self.t or 1.0, self.m, self.width, self.a)
        if wrong:
            msg = f"{self.kind} scale: {wrong}; correct it"
            raise ValueError(msg)

    @property
    def from_batch(self) -> bool:
        """Whether the width is to be chosen from the batch."""
        return self.w == FROM_BATCH

    @property
    def width(self) -> float:
        """The parameter w as a number.

        Raises
        ------
        ValueError
            It is to be chosen from the batch, and has not been yet.
        """
        if self.w is None:
            return _USUAL_WIDTH.get(self.kind, _USUAL_WIDTH_ELSE)
        if isinstance(self.w, str):
            msg = "the width of this scale has not been chosen from the batch"
            raise ValueError(msg)
        return self.w


class Scales(Section):
    """Scales of the dimensions."""

    fluorescence: Scale = Scale(kind="logicle")
    """Scale of every marker that is not named below."""
    scatter: Scale = Scale(kind="linear")
    """Scale of every scatter dimension."""
    markers: dict[Label, Scale] = field(default_factory=dict)
    """Scales of single markers or scatter names."""
    factors: dict[Label, Positive | None] = field(default_factory=dict)
    """How many channel units of the file make one unit of the strategy's numbers, by dimension. Not given: found from
    the landmarks of the section `home`, for each batch. null: not known, and gates that rest on such numbers are not
    made."""
    in_doubt: tuple[Label, ...] = ()
    """Dimensions whose factor is in doubt: a gate that rests on numbers there and lies elsewhere with another factor is
    `doubtful`. Found with the factors, where the samples of the batch do not agree."""

    def of(self, dimension: str, *, scatter: bool) -> Scale:
        """Return the scale of a dimension: its own, or that of its kind."""
        return self.markers.get(dimension, self.scatter if scatter else self.fluorescence)

    @property
    def is_light(self) -> bool:
        """Whether fluorescence is light; on a linear scale its values are points on the display of other software."""
        return self.fluorescence.kind != "linear"


class Landmark(Section):
    """What a kind of cells has in some dimensions, in the units of the strategy's numbers."""

    of: Literal["lymphocytes", "granulocytes", "high_scatter"]
    """The cells; they are found without any scale, by side scatter and CD45 (docs/methods.md). `high_scatter`: all with
    the side scatter of granulocytes and no more CD45 than lymphocytes, eosinophils and immature ones too."""
    by: Literal["median", "spread", "upper"]
    """`median`: where they carry the marker, and for scatter. `spread`: where they do not, the distance from their 16 %
    quantile to their median. `upper`: where the mature ones carry it and others not, their 84 % quantile."""
    values: Annotated[dict[Label, Positive], Limit(min_length=1)]
    """Dimension to value."""


class Home(Section):
    """The units that the strategy's numbers are in, told by cells that every sample shows.

    Numbers of the strategy hold on any instrument then: each batch's factor brings them to the file's own units.
    """

    full_scale: Positive = 262144.0
    """Top of the scales in these units."""
    landmarks: Annotated[tuple[Landmark, ...], Limit(min_length=1)]
    """What the landmark cells have in these units; where several name a dimension, the first that is found counts."""

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Dimensions that have a landmark, in their order."""
        return tuple(dict.fromkeys(name for landmark in self.landmarks for name in landmark.values))
