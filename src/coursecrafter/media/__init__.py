"""Timelines, still video, sound, captions and probing; knows no engine."""
