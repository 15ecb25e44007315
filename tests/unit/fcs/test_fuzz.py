"""Damaged files give the right data or a verdict: never another exception, a hang, or memory without bound."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from marrowgate.fcs.model import FcsFile
from marrowgate.fcs.read import data_sets, read_fcs
from marrowgate.fcs.verdict import REJECTIONS, REPAIRS
from unit.fcs.builder import DATA_BEGIN
from unit.fcs.mutations import FLOATS, NAMES, VALUES, seeds, with_keyword

SEEDS = seeds()
CASES = settings(
    derandomize=True,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "file.fcs"


def check(path: Path, content: bytes) -> FcsFile:
    """Read every data set by header and in full, and hold the answer against what the interface promises."""
    path.write_bytes(content)
    for header in data_sets(path):
        check_one(header)
        check_one(read_fcs(path, header.data_set, gain="apply"))
    file = read_fcs(path)
    check_one(file)
    if file.verdict.status != "rejected":
        assert file.events is not None
    return file


def check_one(file: FcsFile) -> None:
    assert {note.code for note in file.verdict.reasons} <= set(REJECTIONS)
    assert {note.code for note in file.verdict.repairs} <= set(REPAIRS)
    assert (file.verdict.status == "rejected") == bool(file.verdict.reasons)
    if file.events is not None:
        assert file.verdict.status != "rejected"
        assert file.events.shape == (file.n_events, len(file.channels))
        assert not file.events.flags.writeable
        assert len({channel.name for channel in file.channels}) == len(file.channels)
        scatter = [channel.scatter for channel in file.channels if channel.scatter]
        assert len(set(scatter)) == len(scatter)


@pytest.mark.parametrize("name", SEEDS)
def test_fuzz__seeds_are_valid(path: Path, name: str) -> None:
    assert check(path, SEEDS[name]).verdict.status == "accepted" or name in {"odd", "packed"}


@settings(CASES, max_examples=800)
@given(
    seed=st.sampled_from(sorted(SEEDS)),
    places=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=8),
    head=st.booleans(),
)
def test_fuzz__changed_bytes(path: Path, seed: str, places: list[tuple[float, int]], head: bool) -> None:
    content = bytearray(SEEDS[seed])
    size = min(len(content), 800) if head else len(content)
    for place, value in places:
        content[int(place * (size - 1))] = value
    check(path, bytes(content))


@settings(CASES, max_examples=700)
@given(
    seed=st.sampled_from(sorted(SEEDS)),
    edits=st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES)), min_size=1, max_size=3),
)
def test_fuzz__changed_keywords(path: Path, seed: str, edits: list[tuple[str, str]]) -> None:
    content = SEEDS[seed]
    for name, value in edits:
        content = with_keyword(content, name, value)
    check(path, content)


@settings(CASES, max_examples=300)
@given(
    seed=st.sampled_from(["float", "big", "double", "words", "odd", "packed", "mixed", "ascii"]), part=st.floats(0, 1)
)
def test_fuzz__truncated_files_are_rejected(path: Path, seed: str, part: float) -> None:
    content = SEEDS[seed]
    file = check(path, content[: int(part * (len(content) - 1))])
    assert file.verdict.status == "rejected"


@settings(CASES, max_examples=300)
@given(place=st.integers(DATA_BEGIN, DATA_BEGIN + FLOATS.nbytes - 1), value=st.integers(0, 255))
def test_fuzz__changed_data_are_read_as_they_are(path: Path, place: int, value: int) -> None:
    content = bytearray(SEEDS["float"])
    content[place] = value
    file = check(path, bytes(content))
    stored = np.frombuffer(bytes(content), "<f4", FLOATS.size, DATA_BEGIN).reshape(FLOATS.shape)
    if np.isfinite(stored).all():
        np.testing.assert_array_equal(file.events, stored)  # type: ignore[arg-type]
    else:
        assert file.verdict.reasons[0].code == "non_finite_values"


@settings(CASES, max_examples=400)
@given(place=st.integers(0, 57), value=st.integers(0, 255))
def test_fuzz__changed_header_gives_the_same_data_or_a_verdict(path: Path, place: int, value: int) -> None:
    content = bytearray(SEEDS["float"])
    content[place] = value
    file = check(path, bytes(content))
    if file.verdict.status != "rejected":
        np.testing.assert_array_equal(file.events, FLOATS)  # type: ignore[arg-type]


@settings(CASES, max_examples=300)
@given(
    name=st.sampled_from(["$COM", "OWN", "$CYT", "$VOL", "$P1S", "$P2S", "SPILL", "$TIMESTEP"]),
    value=st.text(max_size=30),
)
def test_fuzz__descriptive_keywords_never_change_the_data(path: Path, name: str, value: str) -> None:
    encoded = value.encode("utf-8", "ignore").decode().replace("/", "//")
    file = check(path, with_keyword(SEEDS["float"], name, encoded or " "))
    np.testing.assert_array_equal(file.events, FLOATS)  # type: ignore[arg-type]


@settings(CASES, max_examples=150)
@given(
    seed=st.sampled_from(sorted(SEEDS)),
    edits=st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES)), min_size=1, max_size=2),
)
def test_fuzz__memory_stays_within_ten_times_the_file(path: Path, seed: str, edits: list[tuple[str, str]]) -> None:
    content = SEEDS[seed]
    for name, value in edits:
        content = with_keyword(content, name, value)
    # a large file, so that what Python needs anyway does not count
    path.write_bytes(content + b"\0" * 2**18)
    tracemalloc.start()
    try:
        read_fcs(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 10 * path.stat().st_size


@settings(CASES, max_examples=200)
@given(content=st.binary(max_size=400), magic=st.booleans())
def test_fuzz__anything_at_all(path: Path, content: bytes, magic: bool) -> None:
    check(path, b"FCS3.0    " * magic + content)
