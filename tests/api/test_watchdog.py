"""How the factory does, as far as whoever asks may see it."""

from __future__ import annotations

from api.served_course import serve_course
from api_people import Service


def test_the_figures_count_the_callers_own_courses(service: Service) -> None:
    served = serve_course(service)

    own, theirs = (who.read("/watchdog/status") for who in (served.author, served.stranger))

    assert {one["engine"]: one["jobs"] for one in own["avg_job_duration"]} == {"e1": 2, "e2": 1, "e3": 1, "e4": 1}
    assert own["stored_bytes"] > 0
    assert own["render_queue_depth"] == own["errors_today"] == own["missing_assets"] == 0
    assert theirs["avg_job_duration"] == []
    assert theirs["stored_bytes"] == 0
