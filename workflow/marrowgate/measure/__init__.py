"""Populations, rare-event statistics, absolute counts, intensities."""
