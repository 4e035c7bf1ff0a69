"""A rendered course in a running service, and people who may and may not read it."""

from __future__ import annotations

from dataclasses import dataclass

from api_people import Person, Service
from coursecrafter.domain.course import Engine
from rendered_course import RenderedCourse, rendered_course


@dataclass(frozen=True)
class ServedCourse:
    """A course, its author with a key, and somebody of another organisation."""

    made: RenderedCourse
    author: Person
    stranger: Person

    def asset(self, engine: Engine, role: str) -> str:
        return str(self.made.assets[engine, role])


def serve_course(service: Service) -> ServedCourse:
    made = rendered_course(service.site.database, service.site.settings.home / "store")
    who = made.course.author
    author = Person(who.org_id, who.user_id, "", service.client(who.org_id, who.user_id))
    return ServedCourse(made, author, service.person(service.organisation(), "owner"))
