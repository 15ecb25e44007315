"""Gates as shapes: their coordinates, their corners, and which events lie inside."""
