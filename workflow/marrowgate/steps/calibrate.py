"""`marrowgate calibrate`: the calibration lines of a batch from its bead samples."""

import argparse
import logging
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from marrowgate.errors import Fault, UserError
from marrowgate.options import positive_number, whole_number

if TYPE_CHECKING:
    from marrowgate.settings.panel import Panel
    from marrowgate.signal.beads.calibration import CalibrationLimits, ChannelCalibration
    from marrowgate.signal.beads.lots import BeadLot

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    samples = parser.add_argument_group("bead samples, one entry of each list for each sample")
    samples.add_argument("--fcs", nargs="+", required=True, type=Path, help="files of the bead samples")
    samples.add_argument(
        "--data-sets", nargs="*", type=whole_number(1), default=[], metavar="N", help="data sets, from 1; default 1"
    )
    samples.add_argument("--sample-ids", nargs="*", default=[], metavar="ID", help="names of the samples")
    samples.add_argument("--bead-lots", nargs="+", required=True, help="names of the lots, as in the sample sheet")
    samples.add_argument(
        "--lots", nargs="+", required=True, type=Path, help="files of the lots with the value of each kind of bead"
    )
    parser.add_argument("--panel", required=True, type=Path, help="panel file")
    parser.add_argument("--batch", required=True, help="name of the batch")
    parser.add_argument("--gain", choices=["ignore", "apply"], default="ignore", help="what to do with $PnG")
    parser.add_argument(
        "--slope-tolerance", type=positive_number, default=0.1, help="largest difference of the slope from 1"
    )
    parser.add_argument(
        "--min-r-squared", type=positive_number, default=0.99, help="smallest share of the variance explained"
    )
    parser.add_argument(
        "--max-left-out-pct",
        type=positive_number,
        default=15.0,
        help="largest miss of a peak by the line through the others, and largest difference of two samples' lines, %%",
    )
    parser.add_argument("--out", required=True, type=Path, help="calibration to write, .tsv; Parquet beside it")
    parser.add_argument("--strict", action="store_true", help="end with exit code 3 when a channel is refused")


def run(args: argparse.Namespace) -> int:
    """Write the calibration; what cannot be calibrated is a row with its reason."""
    from marrowgate.settings.panel import load_panel
    from marrowgate.signal.beads.calibration import CalibrationLimits
    from marrowgate.signal.beads.several_lots import BeadSample, batch_rows, settle_samples
    from marrowgate.tables import write_table

    _check_lists(args)
    lots = _read_lots(args)
    panel = load_panel(args.panel)
    limits = CalibrationLimits(args.slope_tolerance, args.min_r_squared, args.max_left_out_pct)
    names, data_sets = args.sample_ids or args.bead_lots, args.data_sets or [1] * len(args.fcs)
    samples = []
    for name, path, data_set, lot in zip(names, args.fcs, data_sets, lots, strict=True):
        samples.append(BeadSample(name, lot, _calibrated(args, path, data_set, panel, lot, limits)))
    settled = settle_samples(samples, args.max_left_out_pct)
    write_table(args.out, "calibration", batch_rows(args.batch, settled))
    refused = [(sample, channel) for sample in settled for channel in sample.channels if channel.status == "refused"]
    for sample, channel in refused:
        log.warning("%s: %s: %s: refused: %s", args.batch, sample.sample_id, channel.channel, channel.reason)
    return 3 if args.strict and refused else 0


def _calibrated(
    args: argparse.Namespace, path: Path, data_set: int, panel: "Panel", lot: "BeadLot", limits: "CalibrationLimits"
) -> "tuple[ChannelCalibration, ...]":
    """Calibrate with one bead sample; a defect that shows in it refuses its channels and stands in the log."""
    from marrowgate.content import unchanged
    from marrowgate.fcs.read import read_fcs
    from marrowgate.no_result import NoResultError, failure
    from marrowgate.signal.beads.calibration import ChannelCalibration, calibrate

    try:
        with unchanged(path):
            return calibrate(read_fcs(path, data_set, panel=panel, gain=args.gain), lot, limits)
    except NoResultError as error:
        reason = str(error)
    except Exception as error:  # noqa: BLE001 - the other samples of the batch do not wait for the defect to be mended
        traceback.print_exc()
        reason = failure("calibrate", error).reasons
    return tuple(ChannelCalibration(name, (), None, "refused", reason) for name in lot.values)


def _check_lists(args: argparse.Namespace) -> None:
    faults: list[Fault] = []
    for name in ("data_sets", "sample_ids", "bead_lots", "lots"):
        entries = getattr(args, name)
        if entries and len(entries) != len(args.fcs):
            what = f"{len(entries)} entries for {len(args.fcs)} bead samples"
            faults.append(Fault(f"option --{name.replace('_', '-')}", what, "give one for each sample"))
    if faults:
        raise UserError(faults)


def _read_lots(args: argparse.Namespace) -> "list[BeadLot]":
    from marrowgate.signal.beads.lots import load_bead_lot

    lots: list[BeadLot] = []
    faults: list[Fault] = []
    for path, name in zip(args.lots, args.bead_lots, strict=True):
        try:
            lots.append(load_bead_lot(path))
        except UserError as error:
            faults += error.faults
            continue
        if lots[-1].lot != name:
            what = f"it describes lot {lots[-1].lot!r}, the bead sample has lot {name!r}"
            faults.append(Fault(str(path), what, "give the file of that lot"))
    if faults:
        raise UserError(dict.fromkeys(faults))
    return lots
