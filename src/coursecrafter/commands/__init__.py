"""Commands for what an author and an administrator do beside building."""
