"""Spillover and compensation, transforms, quality over time, bead calibration."""
