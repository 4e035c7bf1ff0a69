"""What an installation throws away by itself: files that nothing uses, and logs that are old."""
