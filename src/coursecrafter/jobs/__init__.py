"""States, steps and (later) the queue: how work is carried out and not done twice."""
