"""Charts and figures of the page."""
