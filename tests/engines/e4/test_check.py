"""The check finds what is wrong with a package."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from coursecrafter.domain.output import Finding, Severity
from coursecrafter.engines.e4_elearning.check import check_package, worst_suspend_data_chars

SLIDE = {
    "kind": "slide",
    "audio": {"file": "assets/audio/slide_1.m4a"},
    "builds": [{"picture": "assets/images/slide_1_1.jpg"}, {"picture": None}],
}
QUESTION = {"text": "Who?", "type": "mcq_single", "options": [{}, {}], "correct": [1], "accepted": []}
GOOD = {
    "scenes.json": {"revision": "abcd1234", "pages": [SLIDE, {"kind": "quiz", "questions": [QUESTION]}]},
    "assets/audio/slide_1.m4a": b"sound",
    "assets/images/slide_1_1.jpg": b"picture",
}


def _wrong(files: dict[str, Any], listed: list[str] | None = None) -> list[str]:
    return [finding.check for finding in _check(files, listed) if finding.severity is Severity.ERROR]


def _check(files: dict[str, Any], listed: list[str] | None = None) -> tuple[Finding, ...]:
    hrefs = "".join(f'<file href="{name}"/>' for name in (sorted(files) if listed is None else listed))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("imsmanifest.xml", f'<m xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2">{hrefs}</m>')
        for name, content in files.items():
            archive.writestr(name, content if isinstance(content, bytes) else json.dumps(content))
    return check_package(packed.getvalue())


def _with_question(**changes: Any) -> dict[str, Any]:
    quiz = {"kind": "quiz", "questions": [{**QUESTION, **changes}]}
    return {**GOOD, "scenes.json": {"revision": "abcd1234", "pages": [SLIDE, quiz]}}


def test_a_good_package_passes_every_check() -> None:
    assert _wrong(GOOD) == []


def test_a_file_that_the_manifest_does_not_list_is_found() -> None:
    assert _wrong(GOOD, listed=["scenes.json", "assets/images/slide_1_1.jpg"]) == ["manifest"]


def test_a_listed_file_that_is_not_there_is_found() -> None:
    assert _wrong(GOOD, listed=[*GOOD, "gone.txt"]) == ["files"]


def test_a_sound_that_is_not_there_is_found() -> None:
    assert _wrong({name: content for name, content in GOOD.items() if not name.endswith(".m4a")}) == ["files"]


def test_an_empty_file_is_found() -> None:
    assert _wrong({**GOOD, "assets/images/slide_1_1.jpg": b""}) == ["sizes"]


def test_a_question_without_a_right_answer_is_found() -> None:
    assert _wrong(_with_question(correct=[])) == ["answers"]
    assert _wrong(_with_question(correct=[2])) == ["answers"]
    assert _wrong(_with_question(type="short_answer", options=[], correct=[], accepted=["bees"])) == []


def test_more_typed_answers_than_an_lms_keeps_are_found() -> None:
    typed = {**QUESTION, "type": "short_answer", "options": [], "correct": [], "accepted": ["bees"]}
    fits = {"revision": "abcd1234", "pages": [{"kind": "quiz", "questions": [typed] * 24}]}
    spills = {"revision": "abcd1234", "pages": [{"kind": "quiz", "questions": [typed] * 26}]}

    assert _wrong({**GOOD, "scenes.json": fits}) == []
    assert _wrong({**GOOD, "scenes.json": spills}) == ["suspend_data"]


def test_the_worst_case_counts_every_kind_of_answer() -> None:
    many = {**QUESTION, "type": "mcq_multi", "options": [{}] * 4}
    lesson = {"revision": "abcd1234", "pages": [{"kind": "quiz", "questions": [many, QUESTION]}]}
    packed = "2;abcd1234;zz;_;zzzzz;2s;p0-1-2-3.p1"

    assert len(packed) <= worst_suspend_data_chars(lesson) <= len(packed) + 4
