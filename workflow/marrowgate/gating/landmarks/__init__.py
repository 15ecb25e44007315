"""Cells that every sample shows, found without any scale: they tell how bright an instrument is in each channel."""
