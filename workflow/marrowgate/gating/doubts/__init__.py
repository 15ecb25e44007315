"""What speaks against a gate that was found."""
