"""Files from outside become values: guard, sandbox, and one reader per kind of file."""
