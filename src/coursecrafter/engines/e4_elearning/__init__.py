"""E4, the e-learning factory: a lesson becomes an interactive module that an LMS can run."""
