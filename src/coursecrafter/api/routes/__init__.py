"""One module per prefix."""
