"""What answers look like, for OpenAPI: one module per section of the schema, fields named as columns.

Reads are sent as PostgreSQL builds them; nothing is parsed on the way. Tests hold each read against its shape.
"""
