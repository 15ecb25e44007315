"""The walk through a strategy's tree in one sample: what is known, what a method sees, what cannot be gated."""
