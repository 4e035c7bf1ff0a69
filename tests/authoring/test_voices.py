"""Voice tracks: kept by a render, chosen and rejected by an author."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from authored_plans import Desk, changed, together
from coursecrafter.authoring.voices import (
    VoiceTrack,
    approve_voice,
    keep_voices,
    reject_voice,
    takes_of_project,
    voices_of,
)
from coursecrafter.db.refusals import NotAllowed, NotFound
from coursecrafter.db.session import Database
from coursecrafter.db.tables import cc_voice_tracks
from coursecrafter.domain.course import Engine
from coursecrafter.domain.output import SpokenSegment
from coursecrafter.domain.speech import Speech, Takes
from coursecrafter.domain.stored import StoredObject
from tenants import settle_tenant

PROFILE = "en_male_neutral_1"


@pytest.fixture(scope="module")
def desk(database: Database) -> Desk:
    tenant = settle_tenant(database, "voices")
    return Desk(database, tenant.author, tenant)


def spoken(segment_id: UUID, take: int) -> SpokenSegment:
    sound = StoredObject(f"{take:064x}", 9, "audio/wav")
    return SpokenSegment(segment_id, Speech(sound, Fraction(7, 2), (), "offline", "tone"))


def keep(desk: Desk, lesson_id: UUID, *voices: SpokenSegment) -> None:
    desk.do(keep_voices, lesson_id, Engine.E1, PROFILE, voices)


def tracks(desk: Desk, segment_id: UUID) -> tuple[VoiceTrack, ...]:
    with desk.work() as conn:
        return voices_of(conn, segment_id)


def takes(desk: Desk) -> Mapping[UUID, Takes]:
    assert desk.identity.project_id is not None
    with desk.work() as conn:
        return takes_of_project(conn, desk.identity.project_id, Engine.E1)


def statuses(desk: Desk, segment_id: UUID) -> list[str]:
    """The newest first."""
    return [track.status for track in tracks(desk, segment_id)]


def test_a_render_keeps_the_voice_of_each_segment_with_one_event(desk: Desk) -> None:
    scene = desk.new_scene("One.", "Two.")

    keep(desk, scene.lesson_id, *(spoken(one, take) for take, one in enumerate(scene.segments)))

    (track,) = tracks(desk, scene.segments[1])
    assert (track.status, track.voice_profile, track.duration_s) == ("approved", PROFILE, Fraction(7, 2))
    assert (track.engine, track.provider) == (Engine.E1, "offline")
    event, payload = desk.last_event(scene.lesson_id)
    assert (event, payload["engine"], payload["voice_profile"]) == ("voices_generated", "e1", PROFILE)
    assert len(changed(payload, "cc_voice_tracks")) == 2


def test_the_same_voices_again_leave_no_event(desk: Desk) -> None:
    scene = desk.new_scene("One.")
    keep(desk, scene.lesson_id, spoken(scene.segments[0], 1))
    events = len(desk.events(scene.lesson_id))

    keep(desk, scene.lesson_id, spoken(scene.segments[0], 1))

    assert len(desk.events(scene.lesson_id)) == events
    assert statuses(desk, scene.segments[0]) == ["approved"]


def test_a_new_voice_takes_the_place_of_the_earlier_and_gives_it_back(desk: Desk) -> None:
    scene = desk.new_scene("One.")
    keep(desk, scene.lesson_id, spoken(scene.segments[0], 1))

    keep(desk, scene.lesson_id, spoken(scene.segments[0], 2))
    after = statuses(desk, scene.segments[0])
    keep(desk, scene.lesson_id, spoken(scene.segments[0], 1))

    assert after == ["approved", "generated"]
    assert statuses(desk, scene.segments[0]) == ["generated", "approved"]


def test_what_an_author_rejected_no_render_approves(desk: Desk) -> None:
    scene = desk.new_scene("One.")
    keep(desk, scene.lesson_id, spoken(scene.segments[0], 1))
    (track,) = tracks(desk, scene.segments[0])

    desk.do(reject_voice, track.id)
    keep(desk, scene.lesson_id, spoken(scene.segments[0], 1))

    assert statuses(desk, scene.segments[0]) == ["rejected"]
    event, payload = desk.last_event(scene.lesson_id)
    assert event == "voice_rejected"
    assert changed(payload, "cc_voice_tracks") == [({"status": "approved"}, {"status": "rejected"})]


def test_an_author_chooses_one_voice_of_a_script(desk: Desk) -> None:
    scene = desk.new_scene("One.")
    for take in (1, 2, 3):
        keep(desk, scene.lesson_id, spoken(scene.segments[0], take))
    oldest = tracks(desk, scene.segments[0])[-1]

    desk.do(approve_voice, oldest.id)
    desk.do(approve_voice, oldest.id)

    assert statuses(desk, scene.segments[0]) == ["generated", "generated", "approved"]
    assert [event for event, _ in desk.events(scene.lesson_id)].count("voice_approved") == 1


def test_a_rejected_voice_can_be_chosen_after_all(desk: Desk) -> None:
    scene = desk.new_scene("One.")
    keep(desk, scene.lesson_id, spoken(scene.segments[0], 1))
    (track,) = tracks(desk, scene.segments[0])
    desk.do(reject_voice, track.id)

    desk.do(approve_voice, track.id)

    assert statuses(desk, scene.segments[0]) == ["approved"]


def test_an_engine_learns_what_was_rejected_and_what_stands_in_its_place(desk: Desk) -> None:
    scene = desk.new_scene("One.", "Two.")
    first, second = scene.segments
    keep(desk, scene.lesson_id, spoken(first, 11), spoken(second, 12))
    before = takes(desk)
    desk.do(reject_voice, tracks(desk, first)[0].id)
    keep(desk, scene.lesson_id, spoken(first, 13))

    after = takes(desk)

    assert first not in before
    assert after[first] == Takes(spoken(first, 13).speech.sound.key, frozenset({spoken(first, 11).speech.sound.key}))
    assert second not in after


VERBS = [
    lambda desk, one: desk.do(approve_voice, one),
    lambda desk, one: desk.do(reject_voice, one),
]


@pytest.mark.parametrize("verb", VERBS)
def test_a_foreign_track_is_answered_as_a_missing_one(desk: Desk, database: Database, verb: Any) -> None:
    scene = desk.new_scene("One.")
    keep(desk, scene.lesson_id, spoken(scene.segments[0], 1))
    tenant = settle_tenant(database, f"other-{uuid4()}")
    stranger = Desk(database, tenant.author, tenant)

    answers = []
    for one in (tracks(desk, scene.segments[0])[0].id, uuid4(), tenant.rows["cc_scripts"]):
        with pytest.raises(NotFound) as refused:
            verb(stranger, one)
        answers.append((refused.value.message, refused.value.detail))

    assert len(set(answers)) == 1
    with pytest.raises(NotFound):
        tracks(stranger, scene.segments[0])
    with pytest.raises(NotFound):
        keep(stranger, scene.lesson_id, spoken(scene.segments[0], 2))


@pytest.mark.parametrize("role", ["reviewer", "viewer"])
def test_who_only_reads_hears_the_voices_and_chooses_none(desk: Desk, role: str) -> None:
    scene = desk.new_scene("One.")
    keep(desk, scene.lesson_id, spoken(scene.segments[0], 1))
    reader = desk.beside(role)
    (track,) = tracks(reader, scene.segments[0])

    for verb in (approve_voice, reject_voice):
        with pytest.raises(NotAllowed):
            reader.do(verb, track.id)
    with pytest.raises(NotAllowed):
        keep(reader, scene.lesson_id, spoken(scene.segments[0], 2))


def test_an_editor_chooses(desk: Desk) -> None:
    scene = desk.new_scene("One.")
    keep(desk, scene.lesson_id, spoken(scene.segments[0], 1))

    desk.beside("editor").do(reject_voice, tracks(desk, scene.segments[0])[0].id)

    assert statuses(desk, scene.segments[0]) == ["rejected"]


def test_choices_and_renders_at_once_leave_at_most_one_approved(desk: Desk) -> None:
    scene = desk.new_scene("One.")
    for take in range(4):
        keep(desk, scene.lesson_id, spoken(scene.segments[0], take))
    known = tracks(desk, scene.segments[0])

    acts = [partial(desk.do, approve_voice, track.id) for track in known] * 2
    acts += [partial(keep, desk, scene.lesson_id, spoken(scene.segments[0], take)) for take in (2, 3, 4, 4, 5, 5)]
    answers = together(acts)

    assert answers == [None] * len(acts)
    rows = desk.rows(sa.select(cc_voice_tracks).where(cc_voice_tracks.c.segment_id == scene.segments[0]))
    assert len(rows) == len({row.file_path for row in rows}) == 6
    assert [row.status for row in rows].count("approved") == 1
