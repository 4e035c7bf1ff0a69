"""Put a module together: its lesson as JSON, its pages, its manifest, one ZIP."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from coursecrafter.domain.activities import Interaction, QuestionType, QuizQuestion
from coursecrafter.domain.course import Course, LessonContent
from coursecrafter.domain.keys import content_key
from coursecrafter.domain.stored import StoredObject
from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e4_elearning.cues import caption
from coursecrafter.engines.e4_elearning.manifest import manifest_xml
from coursecrafter.engines.e4_elearning.plain import index_html, slide_html
from coursecrafter.engines.e4_elearning.plan import QUIZ, PagePlan, SlidePlan
from coursecrafter.engines.e4_elearning.player_files import PLAYER_FILES, direction, player_words, read_player
from coursecrafter.engines.e4_elearning.produce import PageSound
from coursecrafter.engines.e4_elearning.texts import clean, one_line
from coursecrafter.engines.e4_elearning.theme import theme_css
from coursecrafter.jobs.steps import Produced, Step

ZIP_VERSION = 1
MASTERY_SCORE = 70
MANIFEST = "imsmanifest.xml"
FIRST_DOS_YEAR = 1980
STORED_SUFFIXES = {".jpg", ".m4a", ".woff2"}

Content = bytes | StoredObject


@dataclass(frozen=True, slots=True)
class Material:
    """What pages are composed of.

    Attributes:
        sounds: one per slide page, by the page's index among all pages.
        pictures: for the web, by the SHA-256 of what they were made from.
    """

    sounds: Mapping[int, PageSound]
    pictures: Mapping[str, StoredObject]


@dataclass(frozen=True, slots=True)
class Package:
    """A module before it is packed.

    Attributes:
        lesson: as in `scenes.json`.
        files: every file but the manifest, by name.
        manifest: `imsmanifest.xml`.
    """

    lesson: Mapping[str, Any]
    files: Mapping[str, Content]
    manifest: bytes


def compose_package(course: Course, lesson: LessonContent, pages: Sequence[PagePlan], material: Material) -> Package:
    """All files of a module, in memory but for pictures and sounds, which stay in the store."""
    files: dict[str, Content] = {}
    by_ref = {page.ref: index for index, page in reversed(list(enumerate(pages))) if isinstance(page, SlidePlan)}
    shown = []
    questions = 0
    for index, page in enumerate(pages):
        if isinstance(page, SlidePlan):
            shown.append(_slide_page(page, index, material, files))
        else:
            shown.append(_activity_page(page, by_ref, questions))
            questions += len(page.questions)
    described = _lesson(course, lesson, shown)
    files |= _texts(course, described)
    mastery = MASTERY_SCORE if questions else None
    return Package(described, files, manifest_xml(course, lesson, sorted(files), mastery))


def pack_step(course: Course, package: Package, bench: Bench) -> Step:
    """The step that writes the ZIP, the manifest first and the rest by name; times come from the course."""
    files: dict[str, Content] = {MANIFEST: package.manifest, **dict(sorted(package.files.items()))}
    hashes = [[name, _sha256(content)] for name, content in files.items()]
    key = content_key("scorm_zip", ZIP_VERSION, files=hashes, modified=course.modified)

    def make(folder: Path) -> Mapping[str, Produced]:
        path = folder / "package.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in files.items():
                packed = content if isinstance(content, bytes) else bench.store.get_bytes(content)
                archive.writestr(_entry(name, course.modified), packed)
        return {"package": Produced(path, "application/zip")}

    return Step("scorm_zip", key, make, course.code)


def _entry(name: str, modified: str) -> zipfile.ZipInfo:
    moment = datetime.fromisoformat(modified)
    year = max(moment.year, FIRST_DOS_YEAR)
    entry = zipfile.ZipInfo(name, (year, moment.month, moment.day, moment.hour, moment.minute, moment.second))
    is_small_already = Path(name).suffix in STORED_SUFFIXES
    entry.compress_type = zipfile.ZIP_STORED if is_small_already else zipfile.ZIP_DEFLATED
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    return entry


def _sha256(content: Content) -> str:
    return hashlib.sha256(content).hexdigest() if isinstance(content, bytes) else content.sha256


def _slide_page(page: SlidePlan, index: int, material: Material, files: dict[str, Content]) -> dict[str, Any]:
    sound = material.sounds[index]
    audio = f"assets/audio/slide_{index + 1}.m4a"
    if sound.file:
        files[audio] = sound.file
    names: dict[str, str] = {}
    builds = []
    for build, start_s, voice in zip(page.builds, sound.starts_s, sound.voices, strict=True):
        picture = None
        if build.picture:
            made = material.pictures[build.picture.sha256]
            picture = names.setdefault(made.sha256, f"assets/images/slide_{index + 1}_{len(names) + 1}.jpg")
            files[picture] = made
        cues = caption(build.segment.text, voice) if voice else []
        builds.append(
            {
                "picture": picture,
                "alt": page.alt,
                "start_s": _seconds(start_s),
                "text": [
                    {
                        "kind": "bullet" if block.is_bullet and not block.rows else _text_kind(block.kind.value),
                        "text": block.text,
                        "level": block.level,
                        "rows": [list(row) for row in block.rows],
                    }
                    for block in build.blocks
                ],
                "cues": [
                    {
                        "start_s": _seconds(start_s + cue.start_s),
                        "end_s": _seconds(start_s + cue.end_s),
                        "text": cue.text,
                    }
                    for cue in cues
                ],
            }
        )
    heard = {"file": audio, "duration_s": _seconds(sound.duration_s)} if sound.file else None
    shown = {"kind": "slide", "title": page.title, "number": page.number, "audio": heard, "builds": builds}
    return shown | ({"videos": [asdict(video) for video in page.videos]} if page.videos else {})


def _text_kind(kind: str) -> str:
    return kind if kind in {"subtitle", "table"} else "paragraph"


def _seconds(value: Any) -> float:
    return round(float(value), 3)


def _activity_page(page: Interaction, by_ref: Mapping[str, int], asked: int) -> dict[str, Any]:
    head = {
        "kind": page.interaction_type,
        "title": one_line(page.title, 160),
        "description": clean(page.description),
    }
    if page.interaction_type == QUIZ:
        numbered = enumerate(page.questions, asked + 1)
        return {**head, "questions": [_question(question, number, by_ref) for number, question in numbered]}
    entries = page.config.get("entries")
    return {**head, "entries": [_entry_of(one, by_ref) for one in entries] if isinstance(entries, list | tuple) else []}


def _entry_of(entry: Any, by_ref: Mapping[str, int]) -> dict[str, Any]:
    """An entry as an author wrote it, who may have left out what it is called or where it comes from."""
    said = entry if isinstance(entry, Mapping) else {"text": entry}
    title, text = (clean(str(said.get(name) or "")) for name in ("title", "text"))
    return {"title": title, "text": text, "page": by_ref.get(str(said.get("ref")))}


def _question(question: QuizQuestion, number: int, by_ref: Mapping[str, int]) -> dict[str, Any]:
    is_typed = question.question_type is QuestionType.SHORT_ANSWER
    said = [*question.feedback, *[""] * len(question.options)]
    return {
        "id": f"q{number}",
        "type": question.question_type.value,
        "text": clean(question.text),
        "options": [
            {"text": clean(option), "feedback": clean(feedback)}
            for option, feedback in zip(question.options, said, strict=False)
        ],
        "correct": [] if is_typed else list(question.correct),
        "accepted": [clean(str(accepted)) for accepted in question.correct] if is_typed else [],
        "feedback": clean(question.feedback[0]) if is_typed and question.feedback else "",
        "page": by_ref.get(question.source_ref or ""),
    }


def _lesson(course: Course, lesson: LessonContent, pages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    described = {
        "format": 1,
        "course": {"code": course.code, "name": clean(course.name)},
        "lesson": {
            "code": lesson.code,
            "title": clean(lesson.title),
            "objective": clean(lesson.objective) if lesson.objective else None,
        },
        "publisher": clean(course.brand.name),
        "language": course.language,
        "direction": direction(course.language),
        "mastery_score": MASTERY_SCORE,
        "pages": pages,
    }
    # Saved answers belong to these questions on these pages; a corrected slide text does not throw them away.
    shape = [page.get("questions", page["kind"]) for page in pages]
    return {**described, "revision": content_key("progress", 1, shape=shape)[:8]}


def _texts(course: Course, lesson: Mapping[str, Any]) -> dict[str, bytes]:
    """The files that are written, not drawn or spoken."""
    words = player_words(course.language)
    slides = [(index + 1, page) for index, page in enumerate(lesson["pages"]) if page["kind"] == "slide"]
    names = [f"slide_{number}.html" for number, _ in slides]
    around = list(zip([None, *names], [*names[1:], None], strict=False))
    listed = [(page["title"], f"slides/{name}") for (_, page), name in zip(slides, names, strict=True)]
    player = read_player()
    # ASCII only: a browser that opens the file from disk is not told its encoding.
    packed = json.dumps(lesson, separators=(",", ":"), sort_keys=True)
    return {
        **{name: player[name] for name in PLAYER_FILES},
        **{
            f"slides/{name}": slide_html(lesson, page, words, beside)
            for (_, page), name, beside in zip(slides, names, around, strict=True)
        },
        "index.html": index_html(lesson, words, listed),
        "scenes.js": f"window.courseCrafterLesson={packed};\n".encode(),
        "scenes.json": json.dumps(lesson, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n",
        "theme.css": theme_css(course.brand).encode(),
    }
