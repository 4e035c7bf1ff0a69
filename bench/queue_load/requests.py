"""How long a caller waits who asks for a render over HTTP: a whole call, by a key, of a service as it is served."""

from __future__ import annotations

import json
import time
from http.client import HTTPConnection

from api_load.servers import open_ours
from api_load.world import open_world

CALLS, WARM_UP = 200, 10


def measure_requests(version: int) -> list[float]:
    """Milliseconds of each of many calls, one after the other; nobody renders meanwhile."""
    took = []
    with open_world(version) as world, open_ours(world) as served:
        connection = HTTPConnection("127.0.0.1", served.port, timeout=30)
        for number in range(WARM_UP + CALLS):
            person = world.people[number % len(world.people)]
            lesson = person.lessons[number // len(world.people) % len(person.lessons)]
            headers = {"Authorization": f"Bearer {person.key}", "Content-Type": "application/json"}
            begun = time.monotonic()
            connection.request("POST", f"/cc/engine1/{lesson}/render-video", "{}", headers)
            answer = connection.getresponse()
            told = json.loads(answer.read())
            took.append(1000 * (time.monotonic() - begun))
            assert answer.status == 202, told
    return took[WARM_UP:]
