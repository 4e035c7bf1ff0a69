"""What nothing uses goes after two graces; what anything uses stays, however it is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from course_people import Cast
from coursecrafter.db.session import Database
from coursecrafter.db.tables import cc_asset_versions, cc_assets, uploads
from coursecrafter.domain.stored import StoredObject
from coursecrafter.storage.incoming import open_incoming
from coursecrafter.storage.objects import ObjectStore
from coursecrafter.upkeep.collecting import Collected, collect
from tenants import TABLES, table_named

DAY = timedelta(days=1)
TEXT = "text/plain"
JSON = "application/json"


def names(store: ObjectStore, folder: str) -> list[str]:
    return sorted(one.name for batch in store.list_below(folder) for one in batch)


def name_in_row(database: Database, cast: Cast, table: str, column: str, value: object) -> None:
    """Write a value into a column of the course's row."""
    rows = table_named(table)
    with database.admin() as conn:
        conn.execute(rows.update().where(rows.c.id == cast.rows[table]).values({column: value}))


def collect_after(database: Database, store_url: str, days: float, *, is_trial: bool = False) -> Collected:
    """Collect as if so many days had passed."""
    return collect(database, store_url, now=datetime.now(UTC) + days * DAY, is_trial=is_trial)


def test_what_nothing_uses_is_laid_aside_and_gone_a_grace_later(
    database: Database, store: ObjectStore, store_url: str
) -> None:
    stored = store.put_bytes(b"chalk", TEXT)

    first = collect_after(database, store_url, 2)
    was_aside = names(store, "aside")
    second = collect_after(database, store_url, 4)

    assert first == Collected(laid_aside=1, laid_aside_bytes=5)
    assert was_aside == [stored.sha256]
    assert second == Collected(removed=1, removed_bytes=5)
    assert not store.has(stored)


def test_what_is_young_stays(database: Database, store: ObjectStore, store_url: str) -> None:
    stored = store.put_bytes(b"chalk", TEXT)

    assert collect(database, store_url) == Collected()
    assert names(store, "objects") == [stored.sha256]


def test_what_is_asked_for_in_the_grace_stays(database: Database, store: ObjectStore, store_url: str) -> None:
    stored = store.put_bytes(b"chalk", TEXT)
    collect_after(database, store_url, 2)

    assert store.get_bytes(stored) == b"chalk"
    assert collect(database, store_url).laid_aside == 0
    assert store.has(stored)


def test_a_row_written_in_the_grace_brings_it_back(
    cast: Cast, database: Database, store: ObjectStore, store_url: str
) -> None:
    stored = store.put_bytes(b"chalk", TEXT)
    collect_after(database, store_url, 2)
    name_in_row(database, cast, "cc_assets", "file_path", stored.key)

    collected = collect_after(database, store_url, 4)

    assert collected.brought_back == 1
    assert collected.removed == 0
    assert names(store, "objects") == [stored.sha256]


def test_a_trial_says_what_would_go_and_changes_nothing(database: Database, store: ObjectStore, store_url: str) -> None:
    store.put_record("step", "key", {"file": store.put_bytes(b"chalk", TEXT)})

    told = collect_after(database, store_url, 60, is_trial=True)

    assert told == Collected(laid_aside=1, laid_aside_bytes=5, records=1)
    assert len(names(store, "objects")) == len(names(store, "steps")) == 1
    assert names(store, "aside") == []


def test_every_column_of_every_table_holds_what_it_names(
    cast: Cast, database: Database, store: ObjectStore, store_url: str
) -> None:
    """Those that a closed list keeps from naming anything are left out."""
    places: dict[str, StoredObject] = {}
    for table in map(table_named, TABLES):
        for column in table.c:
            if not isinstance(column.type, JSONB | sa.Text):
                continue
            stored = store.put_bytes(f"{table.name}.{column.name}".encode(), TEXT)
            told = {"deep": [{"é\u201c": f"“{stored.key}"}]} if isinstance(column.type, JSONB) else stored.key
            with suppress(sa.exc.IntegrityError, sa.exc.DataError):
                name_in_row(database, cast, table.name, column.name, told)
                places[f"{table.name}.{column.name}"] = stored

    collect_after(database, store_url, 2)
    lost = sorted(set(names(store, "aside")) & {stored.sha256 for stored in places.values()})

    assert len(places) > 60
    assert {"cc_assets.file_path", "cc_voice_tracks.file_path", "cc_video_render_jobs.job_metadata"} <= set(places)
    assert [place for place, stored in places.items() if stored.sha256 in lost] == []


def test_a_row_of_another_organisation_holds_nothing_here(
    cast: Cast, database: Database, store: ObjectStore, store_url: str
) -> None:
    stored = store.put_bytes(b"chalk", TEXT)
    assets = table_named("cc_assets")
    with database.admin() as conn:
        conn.execute(assets.update().where(assets.c.id == cast.others["cc_assets"]).values(file_path=stored.key))

    assert collect_after(database, store_url, 2).laid_aside == 1


def test_a_record_holds_its_files_until_it_was_not_used_for_long(
    database: Database, store: ObjectStore, store_url: str
) -> None:
    """The record goes first, then its file is laid aside, and then it goes."""
    stored = store.put_bytes(b"chalk", TEXT)
    store.put_record("step", "key", {"file": stored})

    kept = collect_after(database, store_url, 29)
    gone = collect_after(database, store_url, 31)

    assert kept == Collected()
    assert gone == Collected(records=1, laid_aside=1, laid_aside_bytes=5)
    assert store.find_record("step", "key") is None


FILE_PAIRS: dict[str, Callable[[StoredObject], bytes]] = {
    "film cut": lambda named: json.dumps({"film": {"sha256": named.sha256, "size_bytes": 5}}).encode(),
    "list": lambda named: json.dumps([named.key]).encode(),
    "escaped": lambda named: json.dumps(f"“{named.sha256}”").join(["[", "]"]).encode(),
    "long": lambda named: b"[" + b" " * 65_500 + json.dumps(named.sha256).encode() + b"]",
    "longer": lambda named: b"[" + b" " * 400_000 + json.dumps(named.sha256).encode() + b"]",
}


@pytest.mark.parametrize("told", FILE_PAIRS)
def test_what_a_json_file_in_use_names_is_in_use(
    cast: Cast, database: Database, store: ObjectStore, store_url: str, told: str
) -> None:
    """And so on: a file names a file that names the chalk."""
    chalk = store.put_bytes(b"chalk", TEXT)
    inner = store.put_bytes(FILE_PAIRS[told](chalk), JSON)
    outer = store.put_bytes(json.dumps({"parts": [inner.sha256]}).encode(), JSON)
    name_in_row(database, cast, "cc_scenes", "description", outer.sha256)

    assert collect_after(database, store_url, 2) == Collected()
    assert len(names(store, "objects")) == 3


def test_what_a_json_file_of_a_record_names_is_in_use(database: Database, store: ObjectStore, store_url: str) -> None:
    chalk = store.put_bytes(b"chalk", TEXT)
    store.put_record("step", "key", {"told": store.put_bytes(json.dumps([chalk.sha256]).encode(), JSON)})

    assert collect_after(database, store_url, 2) == Collected()


def test_the_bytes_of_a_picture_are_not_read_for_names(
    cast: Cast, database: Database, store: ObjectStore, store_url: str
) -> None:
    chalk = store.put_bytes(b"chalk", TEXT)
    picture = store.put_bytes(b"\x89PNG" + chalk.sha256.encode(), "image/png")
    name_in_row(database, cast, "cc_assets", "file_path", picture.key)

    assert collect_after(database, store_url, 2).laid_aside == 1
    assert names(store, "aside") == [chalk.sha256]


def test_an_asset_that_is_deleted_and_one_that_was_replaced_are_in_use(
    cast: Cast, database: Database, store: ObjectStore, store_url: str
) -> None:
    deleted, replaced = store.put_bytes(b"deleted", TEXT), store.put_bytes(b"replaced", TEXT)
    with database.admin() as conn:
        conn.execute(
            cc_assets.update()
            .where(cc_assets.c.id == cast.rows["cc_assets"])
            .values(file_path=deleted.key, deleted_at=sa.func.now(), is_active=False)
        )
        conn.execute(
            cc_asset_versions.insert().values(
                asset_id=cast.rows["cc_assets"], version=2, file_path="", metadata={"sha256": replaced.sha256}
            )
        )

    assert collect_after(database, store_url, 2) == Collected()


def begin_upload(database: Database, cast: Cast, parts: list[str]) -> UUID:
    with database.admin() as conn:
        values = {
            "org_id": cast.owner.org_id,
            "user_id": cast.owner.user_id,
            "project_id": cast.project_id,
            "purpose": "document",
            "file_name": "notes.txt",
            "size_bytes": 10,
            "details": {"parts": [[name, 5] for name in parts]},
            "expires_at": datetime.now(UTC) + DAY,
        }
        return UUID(str(conn.scalars(uploads.insert().values(values).returning(uploads.c.id)).one()))


def test_parts_of_an_upload_under_way_stay_and_others_go(
    cast: Cast, database: Database, store: ObjectStore, store_url: str, tmp_path: Path
) -> None:
    (tmp_path / "part").write_bytes(b"chalk")
    begin_upload(database, cast, ["uploads/a/0"])
    for name in ("uploads/a/0", "uploads/a/5", "uploads/b/0"):
        store.put_part(name, tmp_path / "part")

    young, old = collect(database, store_url), collect_after(database, store_url, 2)

    assert young == Collected()
    assert old == Collected(leftovers=2, leftover_bytes=10)
    assert names(store, "uploads") == ["0"]


def test_what_a_killed_process_left_goes(database: Database, store: ObjectStore, store_url: str) -> None:
    with open_incoming(store):
        pass
    (store.incoming_folder / "left").write_bytes(b"chalk")
    staged = 0
    if store.folder is not None:
        (store.folder / store.prefix / "objects/ab").mkdir(parents=True)
        (store.folder / store.prefix / "objects/ab/abc#7").write_bytes(b"half")
        staged = 1

    young, old = collect(database, store_url), collect_after(database, store_url, 2)

    assert young == Collected()
    assert old == Collected(leftovers=1 + staged, leftover_bytes=5 + 4 * staged)
    assert list(store.incoming_folder.iterdir()) == []


def test_only_one_collects_an_organisation_at_a_time(database: Database, store: ObjectStore, store_url: str) -> None:
    """Of eight at once one at least does all of it, and none does what another did."""
    for number in range(40):
        store.put_bytes(f"chalk {number}".encode(), TEXT)
    with ThreadPoolExecutor(8) as pool:
        collections = [pool.submit(collect_after, database, store_url, 2) for _ in range(8)]
        total = sum((one.result() for one in collections), Collected())

    assert total.laid_aside == 40
    assert len(names(store, "aside")) == 40
    assert collect_after(database, store_url, 4).removed == 40


def test_what_is_made_anew_while_it_lies_aside_is_kept(database: Database, store: ObjectStore, store_url: str) -> None:
    stored = store.put_bytes(b"chalk", TEXT)
    collect_after(database, store_url, 2)
    store.put_record("step", "key", {"file": store.put_bytes(b"chalk", TEXT)})

    collected = collect_after(database, store_url, 4)

    assert collected == Collected(removed=1, removed_bytes=5)
    assert names(store, "aside") == []
    assert store.get_bytes(stored) == b"chalk"
