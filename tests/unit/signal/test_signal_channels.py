"""Columns that the panel does not name say nothing about a run; time may be kept in two words."""

from pathlib import Path

import numpy as np
import pytest

from marrowgate.fcs.read import read_fcs
from marrowgate.fcs.write import WriteChannel, write_fcs
from marrowgate.settings.panel import Panel, PanelChannel
from marrowgate.settings.quality import Quality
from marrowgate.signal.detector_settings import settings_of
from marrowgate.signal.limits import stability_limits
from marrowgate.signal.margins import margin_check
from marrowgate.signal.signal_channels import signal_channels
from marrowgate.signal.stability.acquisition_time import acquisition_time
from marrowgate.signal.stability.unstable_stretches import find_unstable, stable_events

PANEL = Panel.model_validate(
    {
        "channels": [
            {"channel": "FSC-A", "scatter": "FSC-A"},
            {"channel": "PE-A", "marker": "CD34"},
            {"channel": "BV510-A", "marker": "CD45"},
            {"channel": "Time", "role": "time"},
        ]
    }
)
LIMITS = stability_limits(Quality())
N = 4000


def checks_of(path: Path, panel: Panel | None = PANEL) -> dict[str, float | None]:
    return {check.check: check.value for check in find_unstable(read_fcs(path, panel=panel), LIMITS).checks}


def run_with(folder: Path, name: str, column: np.ndarray) -> Path:
    rng = np.random.default_rng(3)
    events = np.column_stack([rng.lognormal(8, 0.5, (N, 3)), np.sort(rng.uniform(0, 1e5, N)), column])
    names = ["FSC-A", "PE-A", "BV510-A", "Time", name]
    write_fcs(folder / "run.fcs", events, [WriteChannel(name, voltage=400) for name in names])
    return folder / "run.fcs"


@pytest.mark.parametrize("name", ["clean", "Original_ID", "Time-A"])
def test_foreign_channel__takes_no_events_out(real_data: Path, name: str) -> None:
    path = real_data / "reported" / "foreign_channel_in_time_qc" / f"{name}.fcs"
    for panel in (PANEL, None):
        assert checks_of(path, panel)["unstable_pct"] == 0
        assert checks_of(path, panel)["signal_shift_sd"] == 0


@pytest.mark.parametrize("name", ["EventNo", "tSNE_1", "a tool's own", "R670-A"])
def test_foreign_channel__whatever_its_name(tmp_path: Path, name: str) -> None:
    steps = np.repeat([0.0, 255.0, 0.0, 255.0], N // 4)
    file = read_fcs(run_with(tmp_path, name, steps), panel=PANEL)
    assert [channel.name for channel in signal_channels(file)] == ["FSC-A", "PE-A", "BV510-A"]
    assert checks_of(tmp_path / "run.fcs")["unstable_pct"] == 0
    assert "PE-A" in settings_of(file)
    assert name not in settings_of(file)


def test_foreign_channel__at_its_top_is_no_margin(tmp_path: Path) -> None:
    path = run_with(tmp_path, "flag of a tool", np.full(N, 262144.0))
    assert margin_check(read_fcs(path, panel=PANEL), 5.0).value == 0
    assert margin_check(read_fcs(path), 5.0).value == 100


def test_panel_channel__that_is_shifted_is_found(tmp_path: Path) -> None:
    steps = np.random.default_rng(4).lognormal(8, 0.5, N) * np.repeat([1.0, 5.0], [3000, 1000])
    path = run_with(tmp_path, "APC-A", steps)
    named = Panel(channels=(*PANEL.channels, PanelChannel(channel="APC-A", marker="CD7")))
    assert checks_of(path, named)["unstable_pct"] == pytest.approx(25, abs=1)
    assert checks_of(path)["unstable_pct"] == 0


def unstable_events(path: Path) -> np.ndarray:
    file = read_fcs(path)
    times = acquisition_time(file)
    assert times is not None
    assert (np.diff(times) >= 0).all()
    return np.flatnonzero(~stable_events(times, find_unstable(file, LIMITS).stretches))


def test_two_words__the_same_events_are_unstable_as_with_one(real_data: Path) -> None:
    folder = real_data / "reported" / "time_two_words"
    found = unstable_events(folder / "one_time.fcs")
    assert found[0] == pytest.approx(1801, abs=20)
    for name in ("msw_first_long_run", "msw_first_short_run"):
        np.testing.assert_array_equal(unstable_events(folder / f"{name}.fcs"), found)


@pytest.mark.parametrize(
    ("names", "low_first"),
    [
        (("TIME_LSW", "TIME_MSW"), True),
        (("T0", "T1"), True),
        (("T0", "T1"), False),
        (("Time High", "Time Low"), False),
    ],
)
def test_two_words__are_joined_whichever_comes_first(tmp_path: Path, names: tuple[str, str], low_first: bool) -> None:
    ticks = np.sort(np.random.default_rng(5).integers(0, 300_000, 500))
    words = [ticks % 65536, ticks // 65536] if low_first else [ticks // 65536, ticks % 65536]
    channels = [WriteChannel("PE-A"), *map(WriteChannel, names)]
    write_fcs(tmp_path / "words.fcs", np.column_stack([np.ones(500), *words]), channels)
    np.testing.assert_array_equal(acquisition_time(read_fcs(tmp_path / "words.fcs")), ticks)  # type: ignore[arg-type]


def test_two_words__of_ten_bits(tmp_path: Path) -> None:
    ticks = np.sort(np.random.default_rng(5).integers(0, 30_000, 500))
    channels = [WriteChannel("TIME_MSW", range=1024), WriteChannel("TIME_LSW", range=1024)]
    write_fcs(tmp_path / "words.fcs", np.column_stack([ticks // 1024, ticks % 1024]), channels, datatype="I", bits=16)
    np.testing.assert_array_equal(acquisition_time(read_fcs(tmp_path / "words.fcs")), ticks)  # type: ignore[arg-type]


def test_time__the_plain_channel_comes_before_its_copy(tmp_path: Path) -> None:
    channels = [WriteChannel("Time-A"), WriteChannel("Time")]
    write_fcs(tmp_path / "copy.fcs", [[9.0, 1.0], [8.0, 2.0], [9.0, 3.0]], channels)
    assert list(acquisition_time(read_fcs(tmp_path / "copy.fcs"))) == [1, 2, 3]  # type: ignore[arg-type]
