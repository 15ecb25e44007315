"""marrowgate: flow cytometry from FCS files to a cohort answer."""

__version__ = "0.1.0"
