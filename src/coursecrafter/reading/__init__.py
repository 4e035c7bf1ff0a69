"""What the API reads: one module per section of the schema, one statement per read, JSON built by PostgreSQL.

Each `read_x` runs in a request's transaction, under its policies, and answers bytes: the JSON text as the client gets
it. Fields are named as their columns. What is deleted is left out, and what belongs to somebody else is answered as
what does not exist. Source: architecture ("reads").
"""
