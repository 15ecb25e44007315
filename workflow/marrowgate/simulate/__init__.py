"""Cells, instrument and cohort: FCS files with known truth."""
