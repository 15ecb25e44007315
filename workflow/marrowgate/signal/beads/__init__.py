"""Calibration beads: their peaks, their molecules, and their drift from batch to batch."""
