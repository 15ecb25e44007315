"""Rows of `tables/contrasts.tsv`: endpoints compared between the arms, with what stands beside each comparison."""
