"""Names of a finished course's files."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursecrafter.domain.course import Engine, LessonContent
from coursecrafter.domain.output import AssetType, Output
from coursecrafter.domain.stored import StoredObject
from coursecrafter.export.folder import place_items
from coursecrafter.export.items import ExportItem
from coursecrafter.export.names import course_name, file_name, folder_name, lesson_names
from unit.export.export_course import make_course, make_lesson

NOTHING = StoredObject("0" * 64, 0, "")
LESSON = make_lesson(1, "L1.1")


def item(
    engine: Engine | None,
    role: str,
    suffix: str,
    version: int = 1,
    asset_type: AssetType = AssetType.VIDEO,
    lesson: LessonContent | None = LESSON,
) -> ExportItem:
    return ExportItem(engine, lesson, Output(role, asset_type, NOTHING, suffix), version)


@pytest.mark.parametrize(
    ("made", "name"),
    [
        (item(Engine.E1, "final_video", ".mp4"), "HRA101_L1.1_E1_v1.mp4"),
        (item(Engine.E2, "final_video", ".mp4", 3), "HRA101_L1.1_E2_v3.mp4"),
        (item(Engine.E2, "final_video_9x16", ".mp4", 2), "HRA101_L1.1_E2_9x16_v2.mp4"),
        (item(Engine.E1, "captions_vtt", ".vtt"), "HRA101_L1.1_E1_v1.vtt"),
        (item(Engine.E1, "chapters_vtt", ".vtt"), "HRA101_L1.1_E1_chapters_v1.vtt"),
        (item(Engine.E1, "words_json", ".json"), "HRA101_L1.1_E1_words_v1.json"),
        (item(Engine.E2, "report_html_9x16", ".html", 2), "HRA101_L1.1_E2_report_9x16_v2.html"),
        (item(Engine.E1, "captions_de", ".vtt"), "HRA101_L1.1_E1_de_v1.vtt"),
        (item(Engine.E3, "book_pdf", ".pdf", lesson=None), "HRA101_BOOK_v1.pdf"),
        (item(Engine.E3, "book_epub", ".epub", lesson=None), "HRA101_BOOK_v1.epub"),
        (item(Engine.E4, "scorm_package", ".zip"), "HRA101_L1.1_SCORM_v1.zip"),
        (item(Engine.E2, "scene_image", ".png"), "HRA101_L1.1_E2_scene_image_v1.png"),
        (item(Engine.E3, "book_page_3", ".jpg", lesson=None), "HRA101_BOOK_page_3_v1.jpg"),
        (item(None, "logo", "", lesson=None), "HRA101_logo_v1"),
    ],
)
def test_files_carry_the_names_of_the_specification(made: ExportItem, name: str) -> None:
    course = make_course(LESSON)

    assert file_name(course, made, "L1.1" if made.lesson else None) == name


def test_a_course_without_a_code_is_named_by_its_name() -> None:
    course = make_course(LESSON, code="", name="Fire safety, at work!")

    assert file_name(course, item(Engine.E1, "final_video", ".mp4"), "L1.1") == "fire-safety-at-work_L1.1_E1_v1.mp4"


def test_lessons_with_one_code_are_named_by_their_place() -> None:
    lessons = [make_lesson(1, "intro"), make_lesson(2, "INTRO"), make_lesson(3, "")]

    names = lesson_names(make_course(*lessons))

    assert list(names.values()) == ["L1.1.1", "L2.1.1", "L3.1.1"]


def test_a_place_that_is_anothers_code_sends_that_one_to_its_place_too() -> None:
    lessons = [make_lesson(1, "L2.1.1"), make_lesson(2, "a"), make_lesson(3, "a")]

    names = lesson_names(make_course(*lessons))

    assert list(names.values()) == ["L1.1.1", "L2.1.1", "L3.1.1"]


@pytest.mark.parametrize(
    ("made", "folder"),
    [
        (item(Engine.E1, "final_video", ".mp4"), "videos"),
        (item(Engine.E2, "captions_vtt", ".vtt", asset_type=AssetType.DOCUMENT), "videos"),
        (item(Engine.E3, "book_pdf", ".pdf", asset_type=AssetType.BOOK), "book"),
        (item(Engine.E4, "scorm_package", ".zip", asset_type=AssetType.SCORM_PACKAGE), "scorm"),
        (item(Engine.E2, "scene_image", ".png", asset_type=AssetType.IMAGE), "assets/images"),
        (item(None, "notes", ".txt", asset_type=AssetType.DOCUMENT), "assets"),
    ],
)
def test_each_kind_has_its_folder(made: ExportItem, folder: str) -> None:
    assert folder_name(made) == folder


def test_pictures_of_several_scenes_are_numbered() -> None:
    course = make_course(LESSON, code="safe-sign-in")
    pictures = [item(Engine.E2, "hero_image", ".png", asset_type=AssetType.IMAGE) for _ in range(3)]

    names = [path.name for path, _ in place_items(course, pictures)]

    assert names == [f"safe-sign-in_L1.1_E2_hero_image{number}_v1.png" for number in ("", "_2", "_3")]


@given(
    st.lists(st.text(), min_size=1, max_size=6),
    st.text(),
    st.text(),
    st.lists(st.tuples(st.sampled_from([*Engine, None]), st.text(), st.text(), st.sampled_from(AssetType)), max_size=8),
)
def test_no_name_leaves_its_folder_and_none_is_given_twice(
    codes: list[str], code: str, name: str, made: list[tuple[Engine | None, str, str, AssetType]]
) -> None:
    lessons = [make_lesson(number, own) for number, own in enumerate(codes)]
    course = make_course(*lessons, code=code, name=name)
    items = [item(e, role, suffix, asset_type=kind, lesson=lessons[0]) for e, role, suffix, kind in made]

    paths = [path for path, _ in place_items(course, items)]

    assert all(_is_tame(path) for path in paths)
    assert len({str(path).lower() for path in paths}) == len(items)


def _is_tame(path: PurePosixPath) -> bool:
    allowed = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")
    parts_are_plain = all(part[0].isalnum() and ".." not in part[:2] and set(part) <= allowed for part in path.parts)
    return parts_are_plain and not path.is_absolute() and len(path.name) < 200


@pytest.mark.parametrize("code", ["CON", "nul", "COM1", "lpt9.x"])
def test_a_course_is_not_named_as_windows_names_its_devices(code: str) -> None:
    course = make_course(LESSON, code=code)

    assert course_name(course) == f"{code}_course"
    assert file_name(course, item(Engine.E3, "book_pdf", ".pdf", lesson=None), None) == f"{code}_course_BOOK_v1.pdf"
