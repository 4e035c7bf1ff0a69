"""Look at a finished package as an LMS and a learner will: everything there, everything answerable."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from lxml import etree

from coursecrafter.domain.output import Finding, Severity
from coursecrafter.engines.e4_elearning.compose import MANIFEST
from coursecrafter.engines.e4_elearning.manifest import IMSCP

SUSPEND_LIMIT_CHARS = 4096
TYPED_ANSWER_BYTES = 40 * 3  # 40 UTF-16 units, each at most three bytes of UTF-8
LARGEST_PACKAGE_MB = 200


def check_package(package: bytes) -> tuple[Finding, ...]:
    """Findings about a ZIP, each with its figure."""
    with zipfile.ZipFile(BytesIO(package)) as archive:
        sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
        listed = _listed_files(archive.read(MANIFEST))
        lesson = json.loads(archive.read("scenes.json"))
    unlisted = sorted(set(sizes) - set(listed) - {MANIFEST})
    missing = sorted({*listed, *_shown_files(lesson)} - set(sizes))
    empty = sorted(name for name, size in sizes.items() if size == 0)
    questions = [question for page in lesson["pages"] for question in page.get("questions", [])]
    unfair = [question["text"] for question in questions if not _has_right_answer(question)]
    suspended = worst_suspend_data_chars(lesson)
    size_mb = len(package) / 1_000_000
    return (
        _judge("manifest", not unlisted, f"The manifest lists every file of the package ({len(listed)}).", unlisted),
        _judge("files", not missing, "Every file that the module shows is in the package.", missing),
        _judge("sizes", not empty, f"No file is empty; the package has {size_mb:.1f} MB.", empty, size_mb),
        _judge("answers", not unfair, f"Every question has a right answer ({len(questions)}).", unfair, len(questions)),
        _judge(
            "suspend_data",
            suspended <= SUSPEND_LIMIT_CHARS,
            f"A learner's progress takes at most {suspended} of {SUSPEND_LIMIT_CHARS} characters.",
            [],
            suspended,
        ),
        Finding(
            "package_size",
            Severity.OK if size_mb <= LARGEST_PACKAGE_MB else Severity.WARNING,
            f"The package has {size_mb:.1f} MB; some LMSs take no more than {LARGEST_PACKAGE_MB}.",
            round(size_mb, 3),
        ),
    )


def worst_suspend_data_chars(lesson: Mapping[str, Any]) -> int:
    """The most that the player can write into cmi.suspend_data, in characters.

    Source: web/packages/scorm-runtime, `packProgress`; SCORM 1.2 RTE, cmi.suspend_data.
    """
    pages = lesson["pages"]
    answers = [_packed_answer_chars(question) for page in pages for question in page.get("questions", [])]
    head = len("2;") + len(lesson["revision"]) + 1 + 3 + 1  # format, revision, page in base 36
    visited = -(-len(pages) // 6) + 1
    attempts_and_best = 6 + 1 + 2 + 1
    return head + visited + attempts_and_best + sum(answers) + max(0, len(answers) - 1)


def _packed_answer_chars(question: Mapping[str, Any]) -> int:
    if question["type"] == "short_answer":
        return 1 + -(-TYPED_ANSWER_BYTES * 4 // 3)
    picked = len(question["options"]) if question["type"] == "mcq_multi" else 1
    return 2 * picked


def _has_right_answer(question: Mapping[str, Any]) -> bool:
    options = range(len(question["options"]))
    return bool(question["accepted"] or question["correct"]) and all(right in options for right in question["correct"])


def _listed_files(manifest: bytes) -> list[str]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return [file.get("href", "") for file in etree.fromstring(manifest, parser).iter(f"{{{IMSCP}}}file")]


def _shown_files(lesson: Mapping[str, Any]) -> set[str]:
    slides = [page for page in lesson["pages"] if page["kind"] == "slide"]
    sounds = {page["audio"]["file"] for page in slides if page["audio"]}
    pictures = {build["picture"] for page in slides for build in page["builds"] if build["picture"]}
    return sounds | pictures


def _judge(check: str, is_good: bool, sentence: str, wrong: list[str], figure: float | None = None) -> Finding:
    if is_good:
        return Finding(check, Severity.OK, sentence, figure)
    return Finding(check, Severity.ERROR, f"Not so: {sentence} {', '.join(wrong[:5])}".rstrip(), figure)
