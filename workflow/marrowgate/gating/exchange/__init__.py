"""Gates in other formats: Gating-ML 2.0."""
