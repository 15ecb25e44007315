"""How the marks of a picture look, in light and dark, for colour-blind readers and for grey print.

Sources of the colours: Okabe and Ito 2008; the ramps of density fall in lightness, so they stay in order in grey print.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Look:
    """Colours, light and dark, and widths of one kind of mark; an empty colour draws nothing."""

    fill: tuple[str, str] = ("", "")
    stroke: tuple[str, str] = ("", "")
    width: float = 0.0
    dash: tuple[float, ...] = ()
    size: float = 0.0
    is_bold: bool = False
    opacity: float = 1.0


INK, QUIET, PAPER, EDGE = ("#1c2733", "#e8ecf0"), ("#51606d", "#aab6c1"), ("#ffffff", "#14191f"), ("#8b97a3", "#7b8792")
GATE = ("#c43c00", "#ff9a5c")
_PLAIN: dict[str, Look] = {
    "paper": Look(fill=PAPER),
    "frame": Look(stroke=EDGE, width=1.0),
    "tick": Look(stroke=EDGE, width=1.0),
    "band": Look(fill=GATE, opacity=0.18),
    "halo": Look(stroke=PAPER, width=3.4),
    "gate": Look(stroke=GATE, width=1.6),
    "unsure": Look(stroke=GATE, width=1.6, dash=(5, 3)),
    "before": Look(stroke=INK, width=1.3, dash=(2, 2)),
    "bars": Look(fill=("#9fb0c0", "#5b6c7d")),
    "kept": Look(fill=("#2f6fa7", "#79b4e6")),
    "control": Look(stroke=INK, width=1.4, dash=(4, 2)),
    "title": Look(fill=INK, size=12.5, is_bold=True),
    "text": Look(fill=INK, size=11.5),
    "small": Look(fill=QUIET, size=11.0),
    "ring": Look(fill=("#1c2733", "#14191f"), size=5.2),
    "rare": Look(fill=("#f0e442", "#f0e442"), size=3.4),
}

RAMPS: tuple[tuple[str, str], ...] = (
    ("#c6ccd4", "#3d4650"),
    ("#a5cbec", "#06376b"),
    ("#9adbc5", "#00523b"),
    ("#e3b9d0", "#6d2350"),
    ("#f2d39b", "#7a4d00"),
)
"""From few to many events of a cell, by owner: none, then the picture's colours in their order."""
DOTS = ("#7c8894", "#2573b8", "#008a66", "#a8447f", "#a86a00")
"""Single events by owner."""

STATUS_MARKS = {
    "ok": ("#00734f", "●"),
    "fixed": ("#22709f", "■"),
    "overridden": ("#9b4580", "◆"),
    "borrowed": ("#8a6d00", "▲"),
    "shifted": ("#8f5a00", "▲"),
    "doubtful": ("#c43c00", "▲"),
    "too_few_events": ("#5b6873", "○"),
    "no_valley": ("#5b6873", "○"),
    "failed": ("#5b6873", "✕"),
    "not_gated": ("#5b6873", "○"),
}
"""Colour and sign of each gate status, dark enough for words on white."""
DARK_STATUS = {
    "ok": "#4dc9a0",
    "fixed": "#7fc4ee",
    "overridden": "#e3a3cc",
    "borrowed": "#e0c64a",
    "shifted": "#f0b65c",
    "doubtful": "#ff9a5c",
}
LOOKS: dict[str, Look] = {
    **_PLAIN,
    **{
        f"status_{status}": Look(fill=(light, DARK_STATUS.get(status, QUIET[1])), size=11.5, is_bold=True)
        for status, (light, _) in STATUS_MARKS.items()
    },
    **{f"dot{owner}": Look(fill=(colour, RAMPS[owner][0]), size=2.6) for owner, colour in enumerate(DOTS)},
}
"""By name. `size` is that of the type, or a dot's diameter."""


def shades(owner: int, n: int) -> list[str]:
    """Return `n` colours of an owner, from few to many events."""
    first, last = (_numbers(colour) for colour in RAMPS[owner])
    steps = [i / (n - 1) for i in range(n)]
    mixed = [[round(a + (b - a) * step) for a, b in zip(first, last, strict=True)] for step in steps]
    return ["#" + "".join(f"{part:02x}" for part in colour) for colour in mixed]


def _numbers(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
