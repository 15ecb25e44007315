"""Whether the parts of a project fit together: sheets, panels, strategies, releases and overrides."""
