"""Bytes from strangers: received, recognised, looked into, scanned, counted, and resumed after a cut."""
