"""What reads answer, one module per section: for the OpenAPI page and for tests; the bytes come from SQL."""
