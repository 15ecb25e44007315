"""Gating strategies: the tree, its scales, and how their files are read."""
