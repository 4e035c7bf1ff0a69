"""E4, the e-learning factory: interactive lessons as SCORM packages."""
