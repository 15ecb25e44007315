"""What a page needs to allow itself alone: digests of its script and style, and figures without styles."""

import base64
import hashlib
import re


def sha256_of_text(text: str) -> str:
    """Return the digest of a script or style as a Content-Security-Policy names it."""
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def without_styles(svg: str) -> str:
    """Return a figure of matplotlib with attributes in place of styles, which the page's policy forbids.

    Every property that matplotlib writes is a presentation attribute of SVG as well. The rule for all elements goes to
    the outermost one, from which they inherit it.
    """
    rules = re.search(r"<style[^>]*>\s*\*\s*\{([^}]*)\}\s*</style>", svg)
    if rules:
        svg = svg.replace(rules[0], "").replace("<svg ", f"<svg{_attributes(rules[1])} ", 1)
    return re.sub(r' style="([^"]*)"', lambda match: _attributes(match[1]), svg)


def _attributes(declarations: str) -> str:
    pairs = (declaration.partition(":") for declaration in declarations.split(";") if declaration.strip())
    return "".join(f' {name.strip()}="{value.strip()}"' for name, _, value in pairs)
