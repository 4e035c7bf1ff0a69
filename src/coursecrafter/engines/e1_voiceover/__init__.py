"""E1, the voice-over factory: an existing deck gets a voice and keeps its own picture."""
