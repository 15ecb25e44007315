"""What a page allows itself: its own style and script by digest, and figures without styles."""

import base64
import hashlib
import io
import re

import pytest
from matplotlib.figure import Figure

from marrowgate.report.content_policy import sha256_of_text, without_styles


def test_sha256__is_base64_of_the_utf8_bytes():
    assert sha256_of_text("a\u00b5") == base64.b64encode(hashlib.sha256(b"a\xc2\xb5").digest()).decode()


def test_without_styles__every_declaration_is_an_attribute():
    svg = '<svg width="1"><defs><style type="text/css">*{stroke-linejoin: round; stroke-linecap: butt}</style></defs>'
    svg += '<path d="M0" style="fill: none; font-family: \'A B\', sans"/></svg>'
    assert without_styles(svg) == (
        '<svg stroke-linejoin="round" stroke-linecap="butt" width="1"><defs></defs>'
        '<path d="M0" fill="none" font-family="\'A B\', sans"/></svg>'
    )


@pytest.mark.parametrize("is_hatched", [False, True])
def test_without_styles__nothing_of_a_figure_of_matplotlib_is_left(is_hatched):
    figure = Figure()
    axes = figure.add_subplot()
    axes.bar([1, 2], [3, 4], hatch="//" if is_hatched else None)
    axes.set_title("a < b")
    file = io.StringIO()
    figure.savefig(file, format="svg")
    plain = without_styles(file.getvalue())
    assert "style" not in plain
    properties = set(re.findall(r"([\w-]+): ", " ".join(re.findall(r'style="([^"]*)"', file.getvalue()))))
    assert properties
    assert all(f' {name}="' in plain for name in properties)
