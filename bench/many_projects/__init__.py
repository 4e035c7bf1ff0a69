"""Parts of the tenancy benchmark: its server, its rows, its calls and how they are timed."""
