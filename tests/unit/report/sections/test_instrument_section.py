"""One value over the run: batches apart, names of the lines off the points."""

import re

from marrowgate.report.sections.instrument_section import Series, series_chart


def test_series__draws_the_samples_of_a_batch_together_though_the_sheet_mixes_batches():
    points = tuple((f"s{n}", f"B{n % 2}", 1.0 + n, "ok") for n in range(6))
    svg = series_chart(Series("SSC-A", "channel units", points))
    drawn = [title.split(":")[0] for title in re.findall(r"<title>([^<]*)</title>", svg)]
    assert drawn == ["s0", "s2", "s4", "s1", "s3", "s5"]
    names = {name: float(x) for x, name in re.findall(r'<text x="([\d.]+)"[^>]*>(B\d)</text>', svg)}
    assert names["B1"] - names["B0"] > 60


def test_series__names_of_the_lines_lie_behind_the_last_point():
    points = tuple((f"s{n}", "B", 1.0 + n % 3, "ok") for n in range(20))
    svg = series_chart(Series("SSC-A", "channel units", points))
    last = max(float(x) for x in re.findall(r'<circle cx="([\d.]+)"', svg))
    assert 300 < last < 350 - 36
