"""Course Crafter: a deck goes in; voice-over video, branded video, book and SCORM package come out."""

__version__ = "0.1.0"
