"""Where does this come from? Asked of every kind of thing in a course that was made of a real deck and document."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from authored_course import AuthoredCourse, settle_author, settle_colleague
from coursecrafter.authoring.activities import change_question, create_question, set_activities
from coursecrafter.authoring.assets import add_picture, put_asset
from coursecrafter.authoring.books import change_section
from coursecrafter.authoring.context import change_context
from coursecrafter.authoring.copying import copy_lesson
from coursecrafter.authoring.documents import change_document
from coursecrafter.authoring.edits import edit, made_by
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.history import redo_last, undo_last
from coursecrafter.authoring.outlines import keep_headings
from coursecrafter.authoring.plans import ChangeText, Split, update_plan
from coursecrafter.authoring.proposals import set_outline
from coursecrafter.authoring.render_jobs import complete_render, request_render, start_render
from coursecrafter.authoring.scene_images import add_scene_images, set_image_prompts
from coursecrafter.authoring.scenes import change_scene
from coursecrafter.authoring.scripts import approve_script, change_script
from coursecrafter.authoring.segments import create_segment, create_youtube_segment, merge_segments, split_segment
from coursecrafter.authoring.slots import Slot
from coursecrafter.authoring.sources import add_source, delete_source
from coursecrafter.authoring.voices import keep_voices
from coursecrafter.db.refusals import NotFound
from coursecrafter.db.session import Database
from coursecrafter.domain.activities import Interaction, QuestionType, QuizQuestion
from coursecrafter.domain.course import Engine
from coursecrafter.domain.outline import OutlineScene, OutlineSegment
from coursecrafter.domain.output import AssetType, Output, SpokenSegment
from coursecrafter.domain.speech import Speech
from coursecrafter.reading.provenance import NothingToTrace
from reading.traced_course import DECK_NAME, TracedCourse, make_course

ALARM = "The alarm is a rising tone of one minute."
ADDRESS = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
LIFT = "The lift stops without power, so nobody uses it."
Told = dict[str, Any]


@pytest.fixture(scope="module")
def course(database: Database, tmp_path_factory: pytest.TempPathFactory) -> TracedCourse:
    return make_course(database, tmp_path_factory.mktemp("traced"), "traced")


def places(told: Told) -> list[tuple[str, int | None, int | None]]:
    """Each source's name, and its slide or page."""
    return [(one["name"], one["slide"], one["page"]) for one in told["sources"]]


def e1_script(course: TracedCourse, text: str) -> UUID:
    """The script of the deck's words."""
    (found,) = [
        one for one in course.ids("cc_scripts", engine="e1") if text in (course.row("cc_scripts", one).draft_text or "")
    ]
    return found


def scripts_of(conn: sa.Connection, engine: str) -> dict[str, UUID]:
    """Ids of live scripts by what they say."""
    rows = conn.execute(
        sa.text(
            "SELECT s.id, coalesce(s.final_text, s.draft_text) FROM course_crafter.cc_scripts s JOIN"
            " course_crafter.cc_segments g ON g.id = s.segment_id WHERE g.deleted_at IS NULL AND s.engine = :engine"
        ),
        {"engine": engine},
    )
    return {text: row_id for row_id, text in rows}


def narrate(conn: sa.Connection, course: TracedCourse, calls: Sequence[UUID], text: str, *refs: str) -> UUID:
    """A model proposes a video that says one thing; its script."""
    outline = (OutlineScene(None, "Lifts", (OutlineSegment(text, refs),)),)
    with made_by(calls):
        scenes = set_outline(conn, course.author, course.lesson_id, outline)
        place = (course.project_id, course.lesson_id)
        keep_headings(conn, course.author, course.shop.store, place, outline, scenes)
    return scripts_of(conn, "e2")[text]


# The deck's own words


def test_the_words_of_a_slide_come_from_the_build_that_shows_them(course: TracedCourse) -> None:
    told = course.origin("script", e1_script(course, "A wedge under a fire door"))

    assert (told["made_by"], told["calls"], told["context"]) == ("deck", [], None)
    assert told["sources"] == [
        {
            "source_id": str(course.deck_id),
            "document_id": None,
            "name": DECK_NAME,
            "file_type": "pptx",
            "page": None,
            "slide": 1,
            "build": 2,
            "stretch": None,
            "excerpt": "A wedge under a fire door lets the smoke through.",
        }
    ]
    assert (told["event"]["event_type"], told["event"]["user"]["name"]) == ("engine1_plan_changed", "Author")


def test_a_segment_comes_from_where_its_words_come_from(course: TracedCourse) -> None:
    script = course.row("cc_scripts", e1_script(course, ALARM))

    told = course.origin("segment", script.segment_id)

    assert told["subject"]["kind"] == "segment"
    assert told["subject"]["excerpt"].endswith("by the nearest exit.")
    assert (told["made_by"], places(told)) == ("deck", [(DECK_NAME, 2, None)])


def test_a_segment_that_a_film_shows_names_its_stretch(course: TracedCourse) -> None:
    segment_id = course.row("cc_scripts", e1_script(course, ALARM)).segment_id
    film = course.shop.store.put_bytes(b"film", "video/mp4")
    cut = {"deck": "", "film": {"sha256": film.sha256}, "stretches": [["2.0", "7/2", "4", "19/2"]]}
    kept = course.shop.store.put_bytes(json.dumps(cut).encode(), "application/json")
    with course.trial() as conn:
        told: Any = {"file_type": "mp4", "purpose": "engine1_mp4", "name": "Fire.mp4"}
        film_id = add_source(conn, course.author, course.project_id, film, **told)
        with edit(conn, course.author, Event.ASSETS_ADDED, project_id=course.project_id, role="film_cut") as act:
            put_asset(
                act, Slot(course.project_id, "film_cut", Engine.E1, course.lesson_id), kept, AssetType.DOCUMENT, {}
            )

        found = course.origin("segment", segment_id, conn)

    assert places(found) == [(DECK_NAME, 2, None), ("Fire.mp4", None, None)]
    assert found["sources"][1]["source_id"] == str(film_id)
    assert found["sources"][1]["stretch"] == {"start_s": 3.5, "end_s": 9.5}


def test_a_scene_of_the_deck_comes_from_its_slide(course: TracedCourse) -> None:
    scene_id = course.row("cc_scripts", e1_script(course, ALARM)).scene_id

    told = course.origin("scene", scene_id)

    assert (told["subject"]["title"], told["made_by"], places(told)) == ("The alarm", "deck", [(DECK_NAME, 2, None)])


def test_a_deck_that_was_deleted_still_has_its_name(course: TracedCourse) -> None:
    script_id = e1_script(course, ALARM)
    with course.trial() as conn:
        delete_source(conn, course.author, course.deck_id)

        (told,) = course.origin("script", script_id, conn)["sources"]

    assert (told["source_id"], told["name"], told["slide"]) == (None, DECK_NAME, 2)
    assert ALARM in told["excerpt"]


# What a person makes of it


def test_words_that_a_person_changed_are_changed_until_that_is_undone(course: TracedCourse) -> None:
    script_id = e1_script(course, ALARM)
    with course.trial() as conn:
        change_script(conn, course.author, script_id, final_text="The alarm howls.")
        changed = course.origin("script", script_id, conn)
        undo_last(conn, course.author, course.project_id)
        undone = course.origin("script", script_id, conn)
        redo_last(conn, course.author, course.project_id)
        redone = course.origin("script", script_id, conn)

    assert [one["changed_by_person_since"] for one in (changed, undone, redone)] == [True, False, True]
    assert {one["made_by"] for one in (changed, undone, redone)} == {"deck"}
    assert changed["subject"]["excerpt"] == "The alarm howls."


def test_words_that_a_person_put_back_are_as_they_were(course: TracedCourse) -> None:
    script_id = e1_script(course, ALARM)
    first = course.row("cc_scripts", script_id).final_text
    with course.trial() as conn:
        change_script(conn, course.author, script_id, final_text="The alarm howls.")
        change_script(conn, course.author, script_id, final_text=first)

        told = course.origin("script", script_id, conn)

    assert told["changed_by_person_since"] is False


def test_an_approval_changes_no_words(course: TracedCourse) -> None:
    script_id = e1_script(course, ALARM)
    with course.trial() as conn:
        change_script(conn, course.author, script_id, final_text=None)
        approve_script(conn, course.author, script_id)

        told = course.origin("script", script_id, conn)

    assert (told["made_by"], told["changed_by_person_since"]) == ("deck", False)


def test_a_change_in_the_plan_is_a_persons_and_not_the_decks(course: TracedCourse) -> None:
    script = course.row("cc_scripts", e1_script(course, ALARM))
    with course.trial() as conn:
        update_plan(
            conn, course.author, course.lesson_id, Engine.E1, [ChangeText(script.segment_id, "The alarm howls.")]
        )

        told = course.origin("segment", script.segment_id, conn)

    assert (told["made_by"], told["changed_by_person_since"]) == ("deck", True)


@pytest.mark.parametrize("is_in_plan", [False, True])
def test_what_a_person_splits_off_is_still_the_decks(course: TracedCourse, is_in_plan: bool) -> None:
    segment_id = course.row("cc_scripts", e1_script(course, ALARM)).segment_id
    with course.trial() as conn:
        before = set(scripts_of(conn, "e1").values())
        position = len("The alarm\nThe alarm is a rising tone of one minute.")
        if is_in_plan:
            update_plan(conn, course.author, course.lesson_id, Engine.E1, [Split(segment_id, position)])
        else:
            split_segment(conn, course.author, segment_id, position)
        (second,) = set(scripts_of(conn, "e1").values()) - before

        told = course.origin("script", second, conn)

    assert told["subject"]["excerpt"] == "Whoever hears the alarm leaves by the nearest exit."
    assert (told["made_by"], told["event"]["event_type"]) == ("deck", "engine1_plan_changed")
    assert places(told) == [(DECK_NAME, 2, None)]


def test_segments_that_a_person_merged_come_from_the_deck_and_are_changed(course: TracedCourse) -> None:
    scripts = [course.row("cc_scripts", e1_script(course, text)) for text in ("A fire door stays", "A wedge under")]
    with course.trial() as conn:
        merge_segments(conn, course.author, [one.segment_id for one in scripts])

        told = course.origin("segment", scripts[0].segment_id, conn)

    assert (told["made_by"], told["changed_by_person_since"]) == ("deck", True)


def test_what_a_person_writes_comes_from_nowhere_else(course: TracedCourse) -> None:
    scene_id = course.row("cc_scripts", e1_script(course, ALARM)).scene_id
    with course.trial() as conn:
        segment_id = create_segment(conn, course.author, scene_id, Engine.E1, text="Do not film the fire.")

        told = course.origin("segment", segment_id, conn)

    assert (told["made_by"], told["changed_by_person_since"]) == ("person", False)
    assert (told["calls"], told["sources"]) == ([], [])
    assert told["event"]["event_type"] == "segment_created"
    assert told["event"]["user"] == {"id": str(course.author.user_id), "name": "Author"}


def test_a_film_that_a_person_put_in_is_named_by_its_address(course: TracedCourse) -> None:
    scene_id = course.row("cc_scripts", e1_script(course, ALARM)).scene_id
    with course.trial() as conn:
        segment_id = create_youtube_segment(
            conn, course.author, scene_id, Engine.E1, youtube_url=ADDRESS, intro="Watch this."
        )

        (told,) = course.origin("segment", segment_id, conn)["sources"]

    assert (told["file_type"], "dQw4w9WgXcQ" in told["name"]) == ("youtube", True)


# What the offline provider made


def test_a_narration_names_the_rule_that_wrote_it_and_the_slide(course: TracedCourse) -> None:
    with course.trial() as conn:
        script_id = scripts_of(conn, "e2")["Whoever hears the alarm leaves by the nearest exit."]

    told = course.origin("script", script_id)

    assert (told["made_by"], told["event"]["event_type"]) == ("rules", "engine2_outline_changed")
    assert [(one["task"], one["provider"], one["status"]) for one in told["calls"]] == [
        ("outline", "offline", "success")
    ]
    assert places(told) == [(DECK_NAME, 2, None)]


def test_words_from_the_notes_show_the_notes(course: TracedCourse) -> None:
    with course.trial() as conn:
        script_id = scripts_of(conn, "e2")["A green label marks every fire door."]

    (told,) = course.origin("script", script_id)["sources"]

    assert (told["slide"], told["excerpt"]) == (1, "A green label marks every fire door.")


def test_a_scene_of_the_videos_own_names_all_that_it_tells_of(course: TracedCourse) -> None:
    (scene_id,) = course.ids("cc_scenes", title="Key points")

    told = course.origin("scene", scene_id)

    assert (told["made_by"], [call["task"] for call in told["calls"]]) == ("rules", ["outline"])
    assert {slide for _, slide, _ in places(told)} <= {1, 2, 3}
    assert len(told["sources"]) > 1


def test_a_question_names_the_call_for_questions_alone(course: TracedCourse) -> None:
    question_id = course.ids("cc_quiz_questions")[0]

    told = course.origin("question", question_id)

    assert (told["made_by"], [call["task"] for call in told["calls"]]) == ("rules", ["quiz"])
    assert [name for name, _, _ in places(told)] == [DECK_NAME]


def test_key_points_name_the_call_for_key_points_and_their_slides(course: TracedCourse) -> None:
    (points_id,) = [
        one for one in course.ids("cc_interactions") if course.row("cc_interactions", one).config.get("entries")
    ]

    told = course.origin("interaction", points_id)

    assert [call["task"] for call in told["calls"]] == ["key_points"]
    assert [slide for _, slide, _ in places(told)] == sorted({slide for _, slide, _ in places(told)})


def test_a_quiz_names_the_slides_of_its_questions_and_is_changed_with_them(course: TracedCourse) -> None:
    (quiz_id,) = course.ids("cc_interactions", interaction_type="quiz")
    question_id = course.ids("cc_quiz_questions", interaction_id=quiz_id)[0]
    with course.trial() as conn:
        before = course.origin("interaction", quiz_id, conn)
        change_question(conn, course.author, question_id, question_text="What does a fire door do?")
        quiz, question = course.origin("interaction", quiz_id, conn), course.origin("question", question_id, conn)

    assert [call["task"] for call in before["calls"]] == ["quiz"]
    assert {name for name, _, _ in places(before)} == {DECK_NAME}
    assert [one["changed_by_person_since"] for one in (before, quiz, question)] == [False, True, True]


def test_the_slides_of_a_module_are_the_lessons_and_no_call_made_them(course: TracedCourse) -> None:
    (slides_id,) = course.ids("cc_interactions", interaction_type="slides")

    told = course.origin("interaction", slides_id)

    assert (told["made_by"], told["calls"]) == ("rules", [])
    assert places(told) == [(DECK_NAME, number, None) for number in (1, 2, 3)]


def test_a_question_that_a_person_adds_is_theirs(course: TracedCourse) -> None:
    with course.trial() as conn:
        question_id = create_question(
            conn,
            course.author,
            course.lesson_id,
            question_text="Who counts?",
            question_type="mcq_single",
            options=["The warden", "The cook"],
            correct_answers=[0],
        )

        told = course.origin("question", question_id, conn)

    assert (told["made_by"], told["calls"], told["sources"]) == ("person", [], [])


def test_a_section_comes_from_the_slides_that_it_shows(course: TracedCourse) -> None:
    (section_id,) = course.ids("cc_book_sections", title="The alarm")
    with course.trial() as conn:
        before = course.origin("section", section_id, conn)
        change_section(conn, course.author, section_id, content_markdown="The alarm howls.")
        after = course.origin("section", section_id, conn)

    assert (before["made_by"], before["event"]["event_type"]) == ("rules", "book_outline_changed")
    assert places(before) == [(DECK_NAME, 2, None)]
    assert not before["subject"]["excerpt"].startswith("![")
    assert (after["changed_by_person_since"], len(after["sources"])) == (True, 3)


def test_a_summary_comes_from_the_pages_of_its_document(course: TracedCourse) -> None:
    told = course.origin("document", course.document_id)

    assert (told["made_by"], [call["task"] for call in told["calls"]]) == ("rules", ["summary"])
    assert {(one["document_id"], one["name"], one["file_type"]) for one in told["sources"]} == {
        (str(course.document_id), "Handbook.pdf", "pdf")
    }
    assert told["sources"][0]["excerpt"].startswith("Every floor of the building has two wardens")


def test_a_document_that_a_person_gave_another_title_is_changed(course: TracedCourse) -> None:
    with course.trial() as conn:
        change_document(conn, course.author, course.document_id, title="House rules")

        told = course.origin("document", course.document_id, conn)

    assert (told["subject"]["title"], told["changed_by_person_since"]) == ("House rules", True)


# What a model made


def test_what_a_model_wrote_names_the_call_and_the_page(course: TracedCourse) -> None:
    call_id = course.call("llm_outline", "outline", instead_of="anthropic/claude-opus-4-5")
    with course.trial() as conn:
        told = course.origin("script", narrate(conn, course, [call_id], LIFT, "Handbook p. 2"), conn)

    (call,) = told["calls"]
    assert told["made_by"] == "model"
    assert {name: call[name] for name in ("id", "task", "provider", "model", "template", "instead_of", "language")} == {
        "id": str(call_id),
        "task": "outline",
        "provider": "openai",
        "model": "gpt-5.1",
        "template": "outline/1",
        "instead_of": "anthropic/claude-opus-4-5",
        "language": "en",
    }
    (source,) = told["sources"]
    assert (source["document_id"], source["page"]) == (str(course.document_id), 2)
    assert "the lift stops without power" in source["excerpt"]


@pytest.mark.parametrize(
    ("ref", "place"),
    [
        ("Handbook.pdf, p. 1", ("Handbook.pdf", None, 1)),
        ("handbook", ("Handbook.pdf", None, None)),
        ("notes 1", (DECK_NAME, 1, None)),
        ("scene 2", (DECK_NAME, 2, None)),
        ("3.0", (DECK_NAME, 3, None)),
        ("slide 99", (DECK_NAME, 99, None)),
        ("Another book, p. 7", ("Another book", None, 7)),
        ("scene 99", ("scene 99", None, None)),
    ],
)
def test_a_reference_leads_to_its_place_or_keeps_its_name(
    course: TracedCourse, ref: str, place: tuple[str, int | None, int | None]
) -> None:
    call_id = course.call("llm_outline", "outline")
    with course.trial() as conn:
        told = course.origin("script", narrate(conn, course, [call_id], LIFT, ref), conn)

    assert places(told) == [place]


def test_what_a_call_was_given_is_told_where_the_row_names_nothing(course: TracedCourse) -> None:
    call_id = course.call("llm_script", "quiz", sources=["slide 3", "Handbook, p. 1"])
    question = QuizQuestion("Who counts?", QuestionType.SHORT_ANSWER, (), ("The warden",), ("Yes.",))
    with course.trial() as conn, made_by([call_id]):
        quiz = Interaction("quiz", "Quiz", "", {}, (question,))
        set_activities(conn, course.author, course.project_id, course.lesson_id, [quiz])
        question_id = conn.scalars(sa.text("SELECT id FROM course_crafter.cc_quiz_questions")).one()

        told = course.origin("question", question_id, conn)

    assert (told["made_by"], places(told)) == ("model", [(DECK_NAME, 3, None), ("Handbook.pdf", None, 1)])


def test_a_new_proposal_takes_the_place_of_a_persons_words_until_it_is_undone(course: TracedCourse) -> None:
    """Then the words are the earlier model's again, as the person had changed them."""
    first, second = course.call("llm_outline", "outline"), course.call("llm_outline", "outline")
    with course.trial() as conn:
        script_id = narrate(conn, course, [first], LIFT)
        change_script(conn, course.author, script_id, final_text="Take the stairs.")
        with made_by([second]):
            change_script(conn, course.author, script_id, final_text="Take the stairs, whatever happens.")
        proposed = course.origin("script", script_id, conn)
        undo_last(conn, course.author, course.project_id)
        undone = course.origin("script", script_id, conn)

    assert ([call["id"] for call in proposed["calls"]], proposed["changed_by_person_since"]) == ([str(second)], False)
    assert ([call["id"] for call in undone["calls"]], undone["changed_by_person_since"]) == ([str(first)], True)


def test_an_answer_that_was_found_again_names_the_call_that_gave_it(course: TracedCourse) -> None:
    first = course.call("llm_outline", "outline")
    again = course.call("llm_outline", "outline", first_call=first)
    with course.trial() as conn:
        told = course.origin("script", narrate(conn, course, [again], LIFT), conn)

    assert [call["id"] for call in told["calls"]] == [str(first), str(again)]


def test_a_call_that_cannot_be_seen_still_makes_it_a_models(course: TracedCourse) -> None:
    with course.trial() as conn:
        told = course.origin("script", narrate(conn, course, [uuid4()], LIFT), conn)

    assert (told["made_by"], told["calls"]) == ("model", [])


def test_the_context_is_told_as_it_was(course: TracedCourse) -> None:
    (question_id, *_) = course.ids("cc_quiz_questions")
    with course.trial() as conn:
        change_context(conn, course.author, course.project_id, audience_level="advanced")

        told = course.origin("question", question_id, conn)

    assert told["context"]["values"]["audience_level"] == "intro"
    assert told["context"]["values"]["region"] == "europe"
    assert told["context"]["taken_at"] == told["calls"][-1]["created_at"]


def test_a_context_that_is_no_longer_kept_has_its_hash_alone(course: TracedCourse) -> None:
    call_id = course.call("llm_outline", "outline", context="ab" * 32)
    with course.trial() as conn:
        told = course.origin("script", narrate(conn, course, [call_id], LIFT), conn)

    assert (told["context"]["sha256"], told["context"]["values"]) == ("ab" * 32, None)


# Voices, pictures and files


def spoken(course: TracedCourse, segment_id: UUID, sound: bytes, call_id: UUID | None) -> SpokenSegment:
    stored = course.shop.store.put_bytes(sound, "audio/wav")
    return SpokenSegment(segment_id, Speech(stored, Fraction(2), (), "elevenlabs", "eleven_v3", call_id))


def test_each_voice_names_its_own_call_and_the_place_of_its_words(course: TracedCourse) -> None:
    scripts = [course.row("cc_scripts", e1_script(course, text)) for text in (ALARM, "The meeting point is")]
    calls = [course.call("tts", "speech", voice=voice) for voice in ("Ada", "Bo")]
    with course.trial() as conn, made_by(calls):
        voices = [
            spoken(course, script.segment_id, str(call).encode(), call)
            for script, call in zip(scripts, calls, strict=True)
        ]
        keep_voices(conn, course.author, course.lesson_id, Engine.E1, "en_female_neutral_1", voices)
        tracks = conn.scalars(sa.text("SELECT id FROM course_crafter.cc_voice_tracks ORDER BY id")).all()

        told = [course.origin("voice_track", one, conn) for one in tracks]

    assert [[(call["id"], call["voice"]) for call in one["calls"]] for one in told] == [
        [(str(calls[0]), "Ada")],
        [(str(calls[1]), "Bo")],
    ]
    assert [(one["made_by"], places(one)) for one in told] == [
        ("model", [(DECK_NAME, 2, None)]),
        ("model", [(DECK_NAME, 3, None)]),
    ]


def test_a_voice_is_changed_once_a_person_gives_its_script_other_words(course: TracedCourse) -> None:
    script = course.row("cc_scripts", e1_script(course, ALARM))
    with course.trial() as conn:
        voice = spoken(course, script.segment_id, b"sound", None)
        keep_voices(conn, course.author, course.lesson_id, Engine.E1, "en_female_neutral_1", [voice])
        track = conn.scalars(sa.text("SELECT id FROM course_crafter.cc_voice_tracks")).one()
        before = course.origin("voice_track", track, conn)
        change_script(conn, course.author, script.id, final_text="The alarm howls.")
        after = course.origin("voice_track", track, conn)

    assert (before["made_by"], before["changed_by_person_since"]) == ("model", False)
    assert after["changed_by_person_since"] is True


def test_a_picture_names_the_call_that_drew_it_and_what_it_was_drawn_for(course: TracedCourse) -> None:
    drawn, other = course.call("image", "scene_image", seed=7), course.call("llm_outline", "outline")
    with course.trial() as conn:
        script_id = narrate(conn, course, [other], LIFT, "Handbook p. 2")
        scene_id = conn.scalars(
            sa.text("SELECT scene_id FROM course_crafter.cc_scripts WHERE id = :id"), {"id": script_id}
        ).one()
        stored = course.shop.store.put_bytes(b"lift", "image/png")
        images = [(stored, {"prompt": "A lift with a sign", "ai_call_ids": [str(drawn)]})]
        (version,) = add_scene_images(conn, course.author, course.lesson_id, scene_id, images)

        told = course.origin("asset", version.id, conn)

    assert (told["made_by"], [call["id"] for call in told["calls"]]) == ("model", [str(drawn)])
    assert (told["subject"]["title"], told["subject"]["excerpt"]) == ("scene_image", "A lift with a sign")
    assert places(told) == [("Handbook.pdf", None, 2)]


def test_the_picture_of_a_slide_comes_from_the_slide(course: TracedCourse) -> None:
    segment_id = course.row("cc_scripts", e1_script(course, ALARM)).segment_id
    (asset_id,) = course.ids("cc_assets", role="slide_picture", segment_id=segment_id)

    told = course.origin("asset", asset_id)

    assert (told["made_by"], places(told)) == ("deck", [(DECK_NAME, 2, None)])


def test_a_picture_that_a_person_sent_is_theirs(course: TracedCourse) -> None:
    with course.trial() as conn:
        stored = course.shop.store.put_bytes(b"photo", "image/png")
        slot = Slot(course.project_id, "hero_image", None, course.lesson_id)
        asset_id = add_picture(conn, course.author, slot, stored, name="Hall.png", metadata={})

        told = course.origin("asset", asset_id, conn)

    assert (told["made_by"], told["calls"], told["sources"]) == ("person", [], [])


def test_a_picture_that_a_person_sent_for_a_scene_was_not_drawn_for_it(course: TracedCourse) -> None:
    scene_id = course.row("cc_scripts", e1_script(course, ALARM)).scene_id
    with course.trial() as conn:
        stored = course.shop.store.put_bytes(b"horn", "image/png")
        slot = Slot(course.project_id, "scene_image", Engine.E2, course.lesson_id, scene_id)
        asset_id = add_picture(conn, course.author, slot, stored, name="Horn.png", metadata={})

        told = course.origin("asset", asset_id, conn)

    assert (told["made_by"], told["sources"]) == ("person", [])


@pytest.mark.parametrize(
    ("is_called", "maker", "sources"), [(True, "model", [(DECK_NAME, 2, None)]), (False, "person", [])]
)
def test_an_image_prompt_is_a_models_or_its_authors(
    course: TracedCourse, is_called: bool, maker: str, sources: list[Any]
) -> None:
    scene_id = course.row("cc_scripts", e1_script(course, ALARM)).scene_id
    calls = [course.call("llm_script", "image_prompt")] if is_called else []
    with course.trial() as conn, made_by(calls):
        said = {scene_id: f"A horn on a wall, {maker}"}
        set_image_prompts(conn, course.author, course.shop.store, course.lesson_id, said)
        asset_id = conn.scalars(
            sa.text("SELECT id FROM course_crafter.cc_assets WHERE scene_id = :id AND role = 'image_prompt'"),
            {"id": scene_id},
        ).one()

        told = course.origin("asset", asset_id, conn)

    assert (told["made_by"], [call["id"] for call in told["calls"]]) == (maker, list(map(str, calls)))
    assert places(told) == sources


def test_a_film_names_the_voices_and_pictures_in_it_and_its_poster_only_pictures(course: TracedCourse) -> None:
    voice, drawn = course.call("tts", "speech"), course.call("image", "scene_image")
    store, author = course.shop.store, course.author
    outputs = [
        Output("final_video", AssetType.VIDEO, store.put_bytes(b"video", "video/mp4"), ".mp4"),
        Output("poster", AssetType.IMAGE, store.put_bytes(b"poster", "image/png"), ".png"),
    ]
    with course.trial() as conn, made_by([voice, drawn]):
        job = request_render(conn, author, Engine.E2, course.project_id, course.lesson_id)
        start_render(conn, author, job.id)
        film_id, poster_id = (one.id for one in complete_render(conn, author, job.id, outputs, {}))

        film, poster = course.origin("asset", film_id, conn), course.origin("asset", poster_id, conn)

    assert [call["id"] for call in film["calls"]] == [str(voice), str(drawn)]
    assert [call["id"] for call in poster["calls"]] == [str(drawn)]
    assert (film["event"]["event_type"], places(film)) == ("render_succeeded", [(DECK_NAME, None, None)])


def test_what_was_read_in_a_file_comes_from_that_file(course: TracedCourse) -> None:
    (deck_id,) = course.ids("cc_assets", role="source_parse")
    (document_id,) = course.ids("cc_assets", role=f"document_parse_{course.document_id}")

    deck, document = course.origin("asset", deck_id), course.origin("asset", document_id)

    assert (deck["made_by"], places(deck)) == ("deck", [(DECK_NAME, None, None)])
    assert (document["made_by"], places(document)) == ("rules", [("Handbook.pdf", None, None)])


def test_metadata_of_somebody_elses_worker_break_nothing(course: TracedCourse) -> None:
    with course.trial() as conn:
        stored = course.shop.store.put_bytes(b"odd", "video/mp4")
        with edit(conn, course.author, Event.RENDER_SUCCEEDED, project_id=course.project_id) as act:
            slot = Slot(course.project_id, "final_video", Engine.E1, course.lesson_id)
            odd = {"ai_call_ids": {"no": "list"}, "ai_call_id": ["x", 7, None], "provider": 5, "prompt": ["no text"]}
            asset_id = put_asset(act, slot, stored, AssetType.VIDEO, odd).id

        told = course.origin("asset", asset_id, conn)

    assert told["calls"] == []


# Copies, others, and what is asked wrongly


def test_a_copy_keeps_its_maker_and_is_changed_by_itself(course: TracedCourse) -> None:
    with course.trial() as conn:
        copy_id = copy_lesson(conn, course.author, course.shop.store, course.lesson_id)
        script_id = conn.scalars(
            sa.text(
                "SELECT id FROM course_crafter.cc_scripts"
                " WHERE lesson_id = :id AND engine = 'e1' AND draft_text LIKE :said"
            ),
            {"id": copy_id, "said": f"%{ALARM}%"},
        ).one()
        before = course.origin("script", script_id, conn)
        change_script(conn, course.author, script_id, final_text="The alarm howls.")
        after = course.origin("script", script_id, conn)

    assert (before["made_by"], before["event"]["event_type"]) == ("deck", "lesson_copied")
    assert places(before) == [(DECK_NAME, 2, None)]
    assert [one["changed_by_person_since"] for one in (before, after)] == [False, True]


def test_a_scene_that_a_person_renames_is_changed(course: TracedCourse) -> None:
    scene_id = course.row("cc_scripts", e1_script(course, ALARM)).scene_id
    with course.trial() as conn:
        change_scene(conn, course.author, scene_id, title="Tones")

        told = course.origin("scene", scene_id, conn)

    assert (told["made_by"], told["changed_by_person_since"]) == ("deck", True)


def test_somebody_who_left_the_course_has_no_name(database: Database, course: TracedCourse) -> None:
    there = AuthoredCourse(course.author, course.project_id)
    colleague, identity = settle_colleague(database, there, "editor")
    scene_id = course.row("cc_scripts", e1_script(course, "A wedge under")).scene_id
    leave = sa.text("SELECT platform.unshare_project(:project_id, :user_id)")
    with database.app(identity) as conn:
        own_id = create_segment(conn, colleague, scene_id, Engine.E1, text="Said by somebody else.")
    with course.trial() as conn:
        named = course.origin("segment", own_id, conn)["event"]["user"]
        conn.execute(leave, {"project_id": course.project_id, "user_id": colleague.user_id})
        unnamed = course.origin("segment", own_id, conn)["event"]["user"]

    assert named == {"id": str(colleague.user_id), "name": "editor"}
    assert unnamed == {"id": str(colleague.user_id), "name": None}


def test_another_organisation_finds_nothing(database: Database, course: TracedCourse) -> None:
    stranger = settle_author(database, "stranger")
    script_id = e1_script(course, ALARM)

    with database.app(stranger.identity) as conn, pytest.raises(NotFound):
        course.origin("script", script_id, conn)


def test_a_thing_of_another_kind_is_refused_by_name(course: TracedCourse) -> None:
    with pytest.raises(NothingToTrace, match="“lesson”") as refused:
        course.origin("lesson", course.lesson_id)

    assert refused.value.code == "CC-0357"
