"""How files that a person writes are read: sheets, workbooks and YAML, within bounds."""
