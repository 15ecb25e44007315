"""Strategy tree, estimators, consensus, the engine that applies gates, and their exchange."""
