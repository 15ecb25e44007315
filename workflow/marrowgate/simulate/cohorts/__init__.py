"""Cohorts: who is treated how, visits, samples, sheets and the truth of all."""
