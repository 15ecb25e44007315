"""The cytometer: light, scatter, detectors, flow and files."""
