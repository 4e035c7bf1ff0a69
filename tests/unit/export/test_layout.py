"""What stands beside a video leaves with it."""

from __future__ import annotations

from uuid import UUID

import pytest

from coursecrafter.domain.course import Engine
from coursecrafter.domain.exported import ExportedFile
from coursecrafter.domain.output import AssetType
from coursecrafter.export.layout import assets_folder, package_folder

BESIDE = {
    "captions_vtt": "text/vtt",
    "captions_srt_9x16": "application/x-subrip",
    "words_json": "application/json",
    "chapters_vtt": "text/vtt",
    "transcript_html": "text/html",
    "report_json": "application/json",
    "report_html_1x1": "text/html",
}


@pytest.mark.parametrize("role", BESIDE)
def test_what_stands_beside_a_video_stands_beside_it_in_a_package(role: str) -> None:
    file = ExportedFile(UUID(int=1), Engine.E2, UUID(int=2), AssetType.DOCUMENT, role, "0" * 64, BESIDE[role], 1, {})

    assert package_folder(file) == "videos/engine2"
    assert assets_folder(file) == "assets/video"


@pytest.mark.parametrize(
    ("role", "kind", "mime_type"),
    [
        ("scene_preview", AssetType.VIDEO, "video/mp4"),
        ("template_preview_bold", AssetType.IMAGE, "image/png"),
    ],
)
def test_what_was_looked_at_before_a_render_stays_in_the_studio(role: str, kind: AssetType, mime_type: str) -> None:
    file = ExportedFile(UUID(int=1), Engine.E2, UUID(int=2), kind, role, "0" * 64, mime_type, 1, {})

    assert package_folder(file) is None
    assert assets_folder(file) is None
