"""Quality over the time of a run: stretches in which the rate or the signal departs from its usual level."""
