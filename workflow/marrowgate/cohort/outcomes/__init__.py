"""Rows of `tables/outcomes.tsv`: response, survival, recovery and toxicity."""
