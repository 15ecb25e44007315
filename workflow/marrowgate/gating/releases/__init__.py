"""Released gate sets: what a batch agreed on, frozen, so that samples that come later are gated in the same way."""
