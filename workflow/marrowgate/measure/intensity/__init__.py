"""Marker intensities on populations, beside the controls that belong to them."""
