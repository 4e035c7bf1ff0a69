"""The collection of unused files: how long it takes, and how much memory, for an organisation of 100 000 files.

Makes an embedded server and a folder store of its own. Half of the files are named by assets of a month ago, a quarter
by step records, and nothing names the last quarter. It collects twice, as if two days and then two more had passed, and
counts what went; a wrong count ends it with an error.

    python bench/collecting.py [--files 100000] [--json FILE]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psutil

from coursecrafter.db.embedded import open_embedded, remove_embedded
from coursecrafter.db.organisations import ensure_organisation, ensure_user
from coursecrafter.db.session import Database
from coursecrafter.db.tables import cc_assets, cc_projects
from coursecrafter.domain.stored import StoredObject
from coursecrafter.storage.objects import ObjectStore
from coursecrafter.upkeep.collecting import collect

BATCH = 5_000
MB = 1 << 20
WRITTEN = datetime.now(UTC) - timedelta(days=30)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--json", type=Path, help="file for the figures")
    asked = parser.parse_args()
    print(f"{asked.files:,} files, {os.cpu_count()} cores, load of the machine {os.getloadavg()[0]:.1f}")
    figures: dict[str, float] = {"files": asked.files}
    with tempfile.TemporaryDirectory(prefix="cc-bench-") as folder, open_world(Path(folder)) as (database, org_id):
        url = str(Path(folder, "store"))
        unused = fill(database, ObjectStore(url, org_id), org_id, asked.files)
        for kind, days in (("laid_aside", 2), ("removed", 4)):
            memory = psutil.Process()
            before, begun = memory.memory_info().rss, time.monotonic()
            collected = collect(database, url, now=datetime.now(UTC) + timedelta(days=days))
            seconds, grown = time.monotonic() - begun, (memory.memory_info().rss - before) / MB
            assert getattr(collected, kind) == unused, collected
            print(f"{kind:<12}{unused:>9,} of {asked.files:,} in {seconds:6.1f} s, {grown:+.0f} MB")
            figures |= {f"{kind}_s": seconds, f"{kind}_mb": grown}
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=2) + "\n")


@contextmanager
def open_world(home: Path) -> Iterator[tuple[Database, UUID]]:
    """A database with one organisation."""
    try:
        with open_embedded(home) as urls:
            database = Database(urls, is_embedded=True)
            database.ensure_ready()
            with database.admin() as admin:
                org_id = ensure_organisation(admin, "Acme", "acme")
                ensure_user(admin, org_id, "ada@acme.example", "Ada", role="owner")
            yield database, org_id
            database.close()
    finally:
        remove_embedded(home)


def fill(database: Database, store: ObjectStore, org_id: UUID, files: int) -> int:
    """Write files, rows and records; how many files nothing names."""
    assert store.folder is not None
    with database.admin() as admin:
        values = {"org_id": org_id, "name": "Fire drill"}
        project_id = admin.scalars(cc_projects.insert().values(values).returning(cc_projects.c.id)).one()
    unused = 0
    for start in range(0, files, BATCH):
        rows = []
        for number in range(start, min(start + BATCH, files)):
            content = f"file {number}".encode()
            stored = StoredObject(hashlib.sha256(content).hexdigest(), len(content), "image/png")
            path = store.folder / store.prefix / stored.key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            if number % 4 < 2:
                rows.append(asset(project_id, stored, number))
            elif number % 4 == 2:
                store.put_record("draw", hashlib.sha256(stored.sha256.encode()).hexdigest(), {"picture": stored})
            else:
                unused += 1
        with database.admin() as admin:
            admin.execute(cc_assets.insert(), rows)
    return unused


def asset(project_id: UUID, stored: StoredObject, number: int) -> dict[str, object]:
    """A picture of the course."""
    told = {"sha256": stored.sha256, "size_bytes": stored.size_bytes, "width_px": 1920, "height_px": 1080}
    return {
        "project_id": project_id,
        "asset_type": "image",
        "role": f"picture_{number}",
        "file_path": stored.key,
        "mime_type": stored.mime_type,
        "metadata": told,
        "created_at": WRITTEN,
        "updated_at": WRITTEN,
    }


if __name__ == "__main__":
    main()
