"""Bytes: one content-addressed store for everything that is not a row."""
