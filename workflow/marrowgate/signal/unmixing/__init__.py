"""Spectral unmixing: what each fluorochrome and the cells' own fluorescence contribute to many detectors."""
