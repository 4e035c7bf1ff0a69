"""Tables, policies, migrations and sessions."""
