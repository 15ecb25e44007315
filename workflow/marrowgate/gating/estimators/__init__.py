"""One module per method of finding a gate; `marrowgate.gating.methods` is their registry."""
