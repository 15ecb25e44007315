"""Write a scene as SVG text: the same bytes for the same scene, light and dark, nothing from elsewhere."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from marrowgate.report.pictures.looks import LOOKS, Look
from marrowgate.report.pictures.png import palette_png
from marrowgate.report.pictures.scene import Dots, Mark, Points, Raster, Scene, Shape, Words

CLASS = "gate-picture"
_SHORT = {name: f"p{number}" for number, name in enumerate(LOOKS)}
"""Short class names: a page holds thousands of marks."""
_FONT = "system-ui,-apple-system,'Segoe UI',sans-serif"


@dataclass(frozen=True)
class Written:
    """A scene with the SVG text of each of its marks: a picture stands on several pages, and is written once."""

    scene: Scene
    marks: tuple[str, ...]


def written(scene: Scene) -> Written:
    """Write the marks of a scene."""
    return Written(scene, tuple(map(_mark, scene.marks)))


def svg_text(picture: Written, *, is_whole: bool = True) -> str:
    """Return a picture as an SVG element.

    Parameters
    ----------
    picture : Written
        The picture.
    is_whole : bool
        True: a file of its own, with its looks inside. False: a part of a page that has `page_css`.
    """
    scene = picture.scene
    style = f"<style>{page_css(is_page=False)}</style>" if is_whole else ""
    size = f' width="{scene.width:g}" height="{scene.height:g}"' if is_whole else ""
    space = ' xmlns="http://www.w3.org/2000/svg"' if is_whole else ""
    return (
        f'<svg{space} class="{CLASS}" role="img" aria-label="{escape(scene.title)}" '
        f'viewBox="0 0 {scene.width:g} {scene.height:g}"{size}>{style}{"".join(picture.marks)}</svg>'
    )


def thumbnail(picture: Written, *, is_lean: bool = False) -> str:
    """Return a picture for a page, cut down to its plot; ``data-full`` says where the whole of it lies.

    Parameters
    ----------
    picture : Written
        The picture.
    is_lean : bool
        Leave out what the cut does not show, so that it cannot be enlarged but needs half the room.
    """
    scene = picture.scene
    left, top, width, height = scene.plot
    shown = [text for mark, text in zip(scene.marks, picture.marks, strict=True) if not (is_lean and _is_beside(mark))]
    full = "" if is_lean else f' data-full="0 0 {scene.width:g} {scene.height:g}"'
    return (
        f'<svg class="{CLASS}" role="img" aria-label="{escape(scene.title)}"{full} '
        f'viewBox="{left - 1:g} {top - 1:g} {width + 2:g} {height + 2:g}">{"".join(shown)}</svg>'
    )


def _is_beside(mark: Mark) -> bool:
    return isinstance(mark, Words) or (isinstance(mark, Shape) and mark.look in {"tick", "band"})


def page_css(*, is_page: bool = True) -> str:
    """Return the looks as CSS: in a page by variables that it may set itself, in a file of its own as plain colours.

    Programs that draw SVG files outside a browser know no variables.
    """
    rules = "".join(f".{CLASS} .{_SHORT[name]}{{{_declarations(name, look, is_page)}}}" for name, look in LOOKS.items())
    first = f".{CLASS}{{font-family:{_FONT}}}.{CLASS} image{{image-rendering:pixelated}}"
    dark_image = f".{CLASS} image{{filter:invert(1) hue-rotate(180deg)}}"
    if not is_page:
        dark = "".join(f".{CLASS} .{_SHORT[name]}{{{_colours(name, look, 1, False)}}}" for name, look in LOOKS.items())
        return f"{first}{rules}@media (prefers-color-scheme:dark){{{dark}{dark_image}}}"
    light, dark = (_variables(mode) for mode in (0, 1))
    return (
        f":root{{{light}}}{first}{rules}"
        f"@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}"
        f":root:not([data-theme=light]) {dark_image}}}"
        f"@media screen{{:root[data-theme=dark]{{{dark}}}:root[data-theme=dark] {dark_image}}}"
    )


def _variables(mode: int) -> str:
    fills = (f"--{_SHORT[name]}:{_colour(look, mode)};" for name, look in LOOKS.items())
    return "".join(fills)


def _declarations(name: str, look: Look, is_page: bool) -> str:
    parts = [_colours(name, look, 0, is_page)]
    if look.width:
        parts.append(f"stroke-width:{look.width:g}")
    if look.dash:
        parts.append(f"stroke-dasharray:{','.join(f'{length:g}' for length in look.dash)}")
    if look.opacity < 1:
        parts.append(f"opacity:{look.opacity:g}")
    if name.startswith(("ring", "rare", "dot")):
        parts.append(f"stroke-width:{look.size:g};stroke-linecap:round")
    elif look.size:
        parts.append(f"font-size:{look.size:g}px")
    if look.is_bold:
        parts.append("font-weight:600")
    return ";".join(parts)


def _colours(name: str, look: Look, mode: int, is_page: bool) -> str:
    is_dot = name.startswith(("ring", "rare", "dot"))
    colour = f"var(--{_SHORT[name]})" if is_page else _colour(look, mode)
    if is_dot or not look.fill[0]:
        return f"fill:none;stroke:{colour}"
    return f"fill:{colour}"


def _colour(look: Look, mode: int) -> str:
    return look.fill[mode] or look.stroke[mode]


def _mark(mark: Mark) -> str:
    if isinstance(mark, Raster):
        return _image(mark)
    name = _SHORT[mark.look]
    if isinstance(mark, Dots):
        return f'<path class="{name}" d="{_dots(mark.points)}"/>'
    if isinstance(mark, Shape):
        return f'<path class="{name}" d="{"".join(_run(part, mark.is_closed) for part in mark.parts)}"/>'
    return _text(mark, name)


def _dots(points: Points) -> str:
    """Return points of whole px, each by its step from the one before: there may be hundreds in each picture."""
    steps, at = [], (0, 0)
    for point in sorted({(round(x), round(y)) for x, y in points}):
        steps.append(f"m{point[0] - at[0]} {point[1] - at[1]}h0")
        at = point
    return "".join(steps)


def _image(raster: Raster) -> str:
    png = base64.b64encode(palette_png(raster.pixels, raster.palette)).decode("ascii")
    return (
        f'<image x="{_n(raster.x)}" y="{_n(raster.y)}" width="{_n(raster.width)}" height="{_n(raster.height)}" '
        f'preserveAspectRatio="none" href="data:image/png;base64,{png}"/>'
    )


def _run(points: Points, is_closed: bool) -> str:
    return f"M{_pairs(points)}{'Z' if is_closed else ''}"


def _pairs(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{_n(x)} {_n(y)}" for x, y in points)


def _text(mark: Words, name: str) -> str:
    anchor = "" if mark.anchor == "start" else f' text-anchor="{mark.anchor}"'
    turn = f' transform="rotate(-90 {_n(mark.x)} {_n(mark.y)})"' if mark.upwards else ""
    return f'<text class="{name}" x="{_n(mark.x)}" y="{_n(mark.y)}"{anchor}{turn}>{escape(mark.text)}</text>'


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
