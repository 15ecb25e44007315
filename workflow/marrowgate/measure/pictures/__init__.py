"""What `gate` leaves of a sample's events so that its gates can be drawn without reading the file again."""
