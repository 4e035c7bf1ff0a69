"""E3, the book and manual factory."""
