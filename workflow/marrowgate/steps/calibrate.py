"""`marrowgate calibrate`: the calibration lines of a batch from its bead tube."""

import argparse
import logging
from pathlib import Path

from marrowgate.errors import fault

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--fcs", required=True, type=Path, help="file of the bead tube")
    parser.add_argument("--data-set", type=int, default=1, help="data set of the file, from 1")
    parser.add_argument("--panel", required=True, type=Path, help="panel file")
    parser.add_argument("--batch", required=True, help="name of the batch")
    parser.add_argument("--bead-lot", required=True, help="name of the lot, as in the sample sheet")
    parser.add_argument("--lot", required=True, type=Path, help="file of the lot with the value of each kind of bead")
    parser.add_argument("--gain", choices=["ignore", "apply"], default="ignore", help="what to do with $PnG")
    parser.add_argument("--slope-tolerance", type=float, default=0.1, help="largest difference of the slope from 1")
    parser.add_argument("--min-r-squared", type=float, default=0.99, help="smallest share of the variance explained")
    parser.add_argument(
        "--max-left-out-pct", type=float, default=15.0, help="largest miss of a peak by the line through the others, %%"
    )
    parser.add_argument("--out", required=True, type=Path, help="calibration to write, .tsv; Parquet beside it")
    parser.add_argument("--strict", action="store_true", help="end with exit code 3 when a channel is refused")


def run(args: argparse.Namespace) -> int:
    """Write the calibration; what cannot be calibrated is a row with its reason."""
    from marrowgate.fcs.read import read_fcs
    from marrowgate.settings.panel import load_panel
    from marrowgate.signal.bead_lots import load_bead_lot
    from marrowgate.signal.calibration import CalibrationLimits, calibrate, calibration_rows
    from marrowgate.tables import write_table

    lot = load_bead_lot(args.lot)
    if lot.lot != args.bead_lot:
        what = f"it describes lot {lot.lot!r}, the bead tube has lot {args.bead_lot!r}"
        raise fault(str(args.lot), what, "give the file of that lot")
    file = read_fcs(args.fcs, args.data_set, panel=load_panel(args.panel), gain=args.gain)
    limits = CalibrationLimits(args.slope_tolerance, args.min_r_squared, args.max_left_out_pct)
    channels = calibrate(file, lot, limits)
    write_table(args.out, "calibration", calibration_rows(args.batch, lot, channels))
    refused = [channel for channel in channels if channel.status == "refused"]
    for channel in refused:
        log.warning("%s: %s: refused: %s", args.batch, channel.channel, channel.reason)
    return 3 if args.strict and refused else 0
