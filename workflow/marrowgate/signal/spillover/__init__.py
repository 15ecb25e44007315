"""Spillover from single stains, matrices given as files, and compensation."""
