"""The normal distribution's constant that every 95 % interval of this program uses."""

Z_95 = 1.959963984540054
"""Quantile of the standard normal distribution at 97.5 %: half the width of a 95 % interval in standard errors."""
