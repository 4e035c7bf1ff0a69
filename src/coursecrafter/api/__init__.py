"""The HTTP API under `/cc`: routes parse, call one verb, and answer in the envelope."""
