"""Design checks, endpoints, contrasts, clinical outcomes."""
