"""What watches a whole installation, whatever machines it has: figures, what they mean, and who is told."""
