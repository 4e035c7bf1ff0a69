"""Parts of the tenancy benchmark: its rows, its calls, its measuring, and the forms of a policy that were tried."""
