"""What the settings tell people and editors: the tables of the manual, and JSON schemas."""
