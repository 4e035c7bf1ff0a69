"""Courses that faults happen to, what is published of them, and what must be true once all is over."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from background_shops import Shopfloor, moved, until
from coursecrafter.authoring.author import Author
from coursecrafter.authoring.hierarchy import create_learning_unit, create_lesson, create_module
from coursecrafter.authoring.job_rows import TABLES, metadata_column
from coursecrafter.authoring.projects import create_project
from coursecrafter.background.runner import Background
from coursecrafter.config import QueueSettings, Settings
from coursecrafter.db.organisations import ensure_organisation, ensure_user
from coursecrafter.db.session import Database, Identity
from coursecrafter.db.tables import cc_assets, cc_projects, cc_voice_tracks
from coursecrafter.domain.course import Engine
from coursecrafter.domain.stored import StoredObject
from coursecrafter.storage.objects import ObjectStore
from faults.crew import QUEUE, orphans

NUMBERS = count(1)
UNNAMED = (
    "sidecar",
    "source_parse",
    "activities",
    "film_cut",
    "image_prompts",
    "script_outline",
    "report_",
    "words_json",
)
"""Roles whose files name rows, which differ from course to course."""
SIGNED = "final_video"
"""A signature is another one each time; what it is of is pictures and sound, the same each time."""
UUID_PATTERN = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

_OPEN_JOBS = """
SELECT j.id, j.task_name, j.status FROM queue.procrastinate_jobs j WHERE j.status IN ('todo', 'doing')
"""
_OPEN_CLAIMS = """
SELECT c.key FROM queue.claims c JOIN queue.procrastinate_jobs j ON j.id = c.job_id
WHERE j.status = 'doing' AND j.worker_id = c.worker_id AND j.attempts = c.attempts
"""


def new_course(database: Database, settings: Settings) -> Shopfloor:
    """An empty course in an organisation of its own, always of the same name; its calls are done by others."""
    slug = f"faults{next(NUMBERS)}"
    with database.admin() as admin:
        org_id = ensure_organisation(admin, slug.title(), slug)
        author = Author(org_id, ensure_user(admin, org_id, f"author@{slug}.example", "Author", role="owner"))
    with database.app(Identity(org_id, author.user_id)) as conn:
        project_id = create_project(conn, author, name="Chalk", code=None, language="en")
    with database.admin() as admin:
        # Files say when their course was made.
        made = sa.update(cc_projects).where(cc_projects.c.id == project_id)
        admin.execute(made.values(created_at=datetime(2026, 1, 2, tzinfo=UTC)))
    asking = Background(settings, database, queue=QueueSettings(**QUEUE), is_working=False)
    return Shopfloor(database, settings, asking, author, project_id, ObjectStore(settings.store_url, org_id))


def add_lessons(floor: Shopfloor, *titles: str) -> list[UUID]:
    """Lessons of one module, in order."""
    module = floor.do(create_module, floor.do(create_learning_unit, floor.project_id, title="Unit"), title="Module")
    return [floor.do(create_lesson, module, title=title) for title in titles]


def settings_in(home: Path) -> Settings:
    """Settings with a folder store, two steps at once."""
    return Settings(home, str(home / "store"), None, None, 2)


def snapshot(floor: Shopfloor) -> list[str]:
    """What is published of a course, line by line, in words that are equal for equal courses."""
    lines = []
    with floor.database.admin() as conn:
        for row in conn.execute(sa.select(cc_assets).where(cc_assets.c.project_id == floor.project_id)).mappings():
            role = UUID_PATTERN.sub("…", row["role"])
            told = "" if role.startswith(UNNAMED) else row["file_path"].rpartition("/")[2]
            if role.startswith(SIGNED):
                told = _without_signature(floor, told)
            place = "segment" if row["segment_id"] else "scene" if row["scene_id"] else "lesson"
            lines.append(f"{row['engine']} {role} {place} v{row['version']} active={row['is_active']} {told}")
        tracks = sa.select(cc_voice_tracks).where(cc_voice_tracks.c.project_id == floor.project_id)
        for row in conn.execute(tracks).mappings():
            lines += [f"voice {row['voice_profile']} {row['status']} {row['file_path'].rpartition('/')[2]}"]
    return sorted(lines)


def _without_signature(floor: Shopfloor, name: str) -> str:
    """The hash of a video's pictures and sound. Source: ISO/IEC 14496-12, Media Data Box."""
    content = floor.store.get_bytes(StoredObject(name[:64], 0, "video/mp4"))
    at, found = 0, hashlib.sha256()
    while at < len(content):
        size, kind, head = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8], 8
        if size == 1:
            size, head = int.from_bytes(content[at + 8 : at + 16], "big"), 16
        size = size or len(content) - at
        assert size >= head
        if kind == b"mdat":
            found.update(content[at + head : at + size])
        at += size
    return found.hexdigest()


def hashes_of(lines: Iterable[str]) -> Counter[str]:
    """The files that are named by their content among what is published."""
    return Counter(line for line in lines if re.search(r"[0-9a-f]{64}", line))


@dataclass
class Verdict:
    """What became of some courses after all that happened to them.

    Attributes:
        lost: jobs that ended in no way that they may end in.
        double: slots with more than one active asset, and versions that an undisturbed run has not.
        partless: work without an owner: jobs, claims, processes, half-written objects.
        equal, wanted: files whose hashes are those of an undisturbed run.
    """

    jobs: int = 0
    lost: list[str] = field(default_factory=list)
    double: list[str] = field(default_factory=list)
    partless: list[str] = field(default_factory=list)
    equal: int = 0
    wanted: int = 0

    def __str__(self) -> str:
        hashed = f", hashes equal {self.equal}/{self.wanted}" if self.wanted else ""
        counts = f"lost {len(self.lost)}, double {len(self.double)}, partless {len(self.partless)}"
        return f"jobs {self.jobs}, {counts}{hashed}"

    def require(self) -> None:
        """Refuse anything that is lost, double, without an owner or not as it should be."""
        assert self.lost == []
        assert self.double == []
        assert self.partless == []
        assert self.equal == self.wanted


def judge(
    floors: Iterable[Shopfloor],
    undisturbed: list[str] | None = None,
    *,
    may_fail: bool = False,
    is_over: bool = True,
) -> Verdict:
    """Judge courses once nothing is left to be done.

    Args:
        undisturbed: what is published of the same course without a fault.
        may_fail: whether a job may have failed, with code, message and remedy.
        is_over: whether no worker is left.
    """
    verdict = Verdict()
    found = list(floors)
    database = found[0].database
    for floor in found:
        _judge_jobs(floor, verdict, may_fail=may_fail)
        lines = snapshot(floor)
        if undisturbed is not None:
            verdict.double += sorted((Counter(lines) - Counter(undisturbed)).elements())
            verdict.lost += sorted((Counter(undisturbed) - Counter(lines)).elements())
            verdict.equal += (hashes_of(lines) & hashes_of(undisturbed)).total()
            verdict.wanted += hashes_of(undisturbed).total()
        verdict.double += _twice_active(floor)
        verdict.partless += _half_written(floor)
    verdict.partless += _open_work(database)
    if is_over:
        verdict.partless += orphans()
    return verdict


def settled(database: Database) -> float:
    """Wait until nothing is on the queue; how long it took, in seconds."""
    return until(lambda: not _rows(database, _OPEN_JOBS), moved=lambda: moved(database))


def _judge_jobs(floor: Shopfloor, verdict: Verdict, *, may_fail: bool) -> None:
    for table in set(TABLES.values()):
        with floor.database.admin() as conn:
            rows = conn.execute(sa.select(table).where(table.c.project_id == floor.project_id)).mappings().all()
        for row in rows:
            verdict.jobs += 1
            error = row[metadata_column(table).name].get("error") or {}
            has_failed = row["job_state"] == "failed" and {"code", "message", "remedy"} <= error.keys()
            if not (row["job_state"] == "succeeded" or (may_fail and has_failed)):
                verdict.lost.append(f"{table.name} {row['job_state']} {row['error_message']}")


def _twice_active(floor: Shopfloor) -> list[str]:
    slot = [cc_assets.c[name] for name in ("lesson_id", "scene_id", "segment_id", "engine", "role")]
    many = (
        sa.select(*slot)
        .where(cc_assets.c.project_id == floor.project_id, cc_assets.c.is_active, cc_assets.c.deleted_at.is_(None))
        .group_by(*slot)
        .having(sa.func.count() > 1)
    )
    with floor.database.admin() as conn:
        return [f"active twice: {row}" for row in conn.execute(many)]


def _half_written(floor: Shopfloor) -> list[str]:
    """Objects that are not what their names say, and records whose files are missing."""
    wrong = []
    for batch in floor.store.list_below("objects"):
        for one in batch:
            content = b"".join(floor.store.read_key(one.key, 0, one.size_bytes))
            if hashlib.sha256(content).hexdigest() not in one.key:
                wrong.append(f"half written: {one.key}")
    for batch in floor.store.list_below("steps"):
        for one in batch:
            name, key = one.key.removesuffix(".json").split("/")[-2:]
            if floor.store.find_record(name, key) is None:
                wrong.append(f"a record without its files: {one.key}")
    return wrong


def _open_work(database: Database) -> list[str]:
    jobs = [f"job {row[0]} ({row[1]}) is {row[2]}" for row in _rows(database, _OPEN_JOBS)]
    return jobs + [f"claim left: {row[0]}" for row in _rows(database, _OPEN_CLAIMS)]


def _rows(database: Database, statement: str) -> list[Any]:
    with database.admin() as conn:
        return list(conn.execute(sa.text(statement)))


def engine_jobs(floor: Shopfloor, lesson_id: UUID, engines: Iterable[Engine]) -> list[UUID]:
    """A render by each engine."""
    return [floor.order(engine, None if engine is Engine.E3 else lesson_id) for engine in engines]
