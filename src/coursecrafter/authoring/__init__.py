"""What an author does to a course; the only code that queries content."""
