"""Densities of events, their valleys and modes."""
