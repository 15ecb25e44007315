"""Mass cytometers: counts with zeros, parameters of the pulse, time that starts again where files were joined."""

from pathlib import Path

import numpy as np
import pytest

from marrowgate.fcs.mass_cytometry import is_mass_cytometry
from marrowgate.fcs.read import read_fcs, read_header
from marrowgate.fcs.write import WriteChannel, write_fcs
from marrowgate.settings.panel import Panel
from marrowgate.settings.quality import Quality
from marrowgate.signal.limits import stability_limits
from marrowgate.signal.signal_channels import signal_channels
from marrowgate.signal.stability.acquisition_time import acquisition_time
from marrowgate.signal.stability.unstable_stretches import find_unstable

PANEL = Panel.model_validate(
    {"channels": [{"channel": "Nd148Di", "marker": "CD34"}, {"channel": "Pt195Di", "marker": "cisplatin"}]}
)
OTHERS = ("Event_length", "Center", "Offset", "Width", "Residual", "beadDist", "bc_separation_dist")


def joined_files(folder: Path, n: int = 3000, parts: int = 3) -> Path:
    rng = np.random.default_rng(9)
    time = np.concatenate([np.sort(rng.integers(0, 10**6, n)) for _ in range(parts)])
    counts = rng.negative_binomial(0.4, 0.01, (n * parts, 2)) * 1.0
    counts[counts > 0] -= rng.random(int((counts > 0).sum()))  # randomised: less than one off each count
    pulses = rng.normal(30, 5, (n * parts, len(OTHERS))) + np.repeat(np.arange(parts), n)[:, None] * 40
    channels = [WriteChannel(name) for name in ("Time", "Nd148Di", "Pt195Di", *OTHERS)]
    labels = {"$P2S": "148Nd_CD34", "$P3S": "195Pt_cisplatin", "$CYT": "DVSSCIENCES-CYTOF-6.7.1014"}
    write_fcs(folder / "joined.fcs", np.column_stack([time, counts, pulses]), channels, keywords=labels)
    return folder / "joined.fcs"


def test_mass_cytometry__is_told_by_instrument_or_channels(tmp_path: Path, real_data: Path) -> None:
    file = read_header(joined_files(tmp_path))
    assert file.cytometer == "DVSSCIENCES CYTOF"
    assert is_mass_cytometry(file)
    assert is_mass_cytometry(read_header(real_data / "cd34" / "marrow_cytof_basal1.fcs"))
    assert not is_mass_cytometry(read_header(real_data / "timecourse" / "D0.fcs"))


def test_mass_cytometry__parameters_of_the_pulse_are_no_signal(tmp_path: Path) -> None:
    for panel in (PANEL, None):
        file = read_header(joined_files(tmp_path), panel=panel)
        assert [channel.marker for channel in signal_channels(file)] == ["CD34", "cisplatin"]
        assert {channel.role for channel in file.channels if channel.name in OTHERS} == {"ignored"}


def test_mass_cytometry__joined_files_lie_one_behind_the_other(tmp_path: Path) -> None:
    file = read_fcs(joined_files(tmp_path), panel=PANEL)
    times = acquisition_time(file)
    assert times is not None
    assert (np.diff(times) >= 0).all()
    assert times[-1] == pytest.approx(3e6, rel=0.01)
    checks = {check.check: check.value for check in find_unstable(file, stability_limits(Quality())).checks}
    assert (checks["unstable_pct"], checks["signal_shift_sd"]) == (0, 0)


def test_mass_cytometry__events_in_another_order_keep_their_times(tmp_path: Path) -> None:
    path = joined_files(tmp_path, parts=1)
    file = read_fcs(path)
    assert file.events is not None
    order = np.random.default_rng(1).permutation(file.n_events)
    write_fcs(tmp_path / "shuffled.fcs", file.events[order], [WriteChannel(one.name) for one in file.channels])
    shuffled = read_fcs(tmp_path / "shuffled.fcs")
    np.testing.assert_array_equal(acquisition_time(shuffled), file.events[order, 0])  # type: ignore[arg-type]
    checks = {check.check: check.value for check in find_unstable(shuffled, stability_limits(Quality())).checks}
    assert checks["unstable_pct"] == 0


@pytest.mark.parametrize("parts", [(0.1, 0.3, 1.0), (1.0, 0.3, 0.1), (0.3, 1.0), (1.0, 1.0, 1.0)])
def test_mass_cytometry__joined_runs_of_any_length_follow_each_other(tmp_path: Path, parts: tuple[float, ...]) -> None:
    run = np.sort(np.random.default_rng(2).uniform(0, 1e5, 1000))
    times = np.concatenate([part * run for part in parts])
    events = np.column_stack([times, np.ones_like(times)])
    write_fcs(tmp_path / "joined.fcs", events, [WriteChannel("Time"), WriteChannel("Yb174Di")], datatype="D", bits=64)
    joined = acquisition_time(read_fcs(tmp_path / "joined.fcs"))
    assert joined is not None
    assert (np.diff(joined) >= -1e-6).all()
    assert joined.max() - joined.min() == pytest.approx(1e5 * sum(parts), rel=0.01)
    # within a run nothing moves
    np.testing.assert_allclose(np.diff(joined[:1000]), np.diff(times[:1000]), atol=1e-6)
