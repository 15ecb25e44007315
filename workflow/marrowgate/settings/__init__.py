"""Config, sheets, panel and strategy as models that refuse unknown keys and report all faults at once."""
