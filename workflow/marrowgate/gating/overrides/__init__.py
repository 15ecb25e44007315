"""Gates that a person gave, and drafts of them."""
