"""Statistics as pure functions of numbers: intervals, two samples, mixed model, survival."""
