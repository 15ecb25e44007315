"""Gates drawn from what `gate` left behind: one scene, written as SVG, PNG or PDF."""
