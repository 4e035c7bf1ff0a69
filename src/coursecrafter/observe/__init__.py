"""Figures for Prometheus, with or without an HTTP API beside them."""
