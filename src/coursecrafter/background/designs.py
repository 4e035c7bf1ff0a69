"""What E2, E3 and E4 propose of a lesson or course, for an author to approve or edit."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from coursecrafter.authoring.brand_choices import read_brand_choice
from coursecrafter.authoring.courses import read_brand, read_course
from coursecrafter.authoring.hierarchy import begin_design
from coursecrafter.authoring.places import require_scene_of
from coursecrafter.authoring.plans import read_plan
from coursecrafter.authoring.scene_images import add_scene_images, set_image_prompts
from coursecrafter.authoring.source_parses import read_source_parse
from coursecrafter.authoring.sources import sources_of
from coursecrafter.background.lessons import lesson_in, reopened_if_changed
from coursecrafter.build.making import propose_book, propose_module, propose_outline
from coursecrafter.domain.course import Course, Engine, SceneContent, SourceDocument
from coursecrafter.domain.stored import StoredObject
from coursecrafter.engines.e2_video.palette import make_palette
from coursecrafter.engines.e2_video.produce import IMAGE_SIZE_PX, IMAGE_STYLE
from coursecrafter.gateway.ports import ImageRequest, Purpose
from coursecrafter.wiring import Workshop

LONGEST_PROMPT = 400
"""Signs of narration in a prompt: more says no more about one picture."""


def design_outline(shop: Workshop, project_id: UUID, lesson_id: UUID) -> dict[str, Any]:
    """Propose E2's scenes and narration from the lesson's slides, its own documents and the course's.

    A proposal that differs from the plan that stands waits for its author's approval.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        UnusableOutline: CC-0232.
        GatewayError: CC-03xx.
    """
    with shop.database.app(shop.identity(project_id)) as conn:
        begin_design(conn, shop.author, lesson_id)
        before = read_plan(conn, lesson_id, Engine.E2)
    course = _with_lesson_documents(shop, _read(shop, project_id, Engine.E1), lesson_id)
    propose_outline(course, lesson_in(course, lesson_id), shop, shop.bench(project_id))
    with shop.database.app(shop.identity(project_id)) as conn:
        plan = reopened_if_changed(conn, shop, lesson_id, Engine.E2, before)
    return {"scenes": len({line.scene_id for line in plan}), "segments": len(plan)}


def write_prompts(shop: Workshop, project_id: UUID, lesson_id: UUID) -> dict[str, Any]:
    """Write an image prompt for each scene of E2's plan: its heading and the beginning of its narration.

    A rule writes them, no model: the offline provider writes no prompts.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    lesson = lesson_in(_read(shop, project_id, Engine.E2), lesson_id)
    prompts = {scene.id: _prompt(scene) for scene in lesson.scenes if scene.segments}
    with shop.database.app(shop.identity(project_id)) as conn:
        set_image_prompts(conn, shop.author, shop.store, lesson_id, prompts)
    return {"prompts": [{"scene_id": str(scene_id), "prompt": prompt} for scene_id, prompt in prompts.items()]}


def draw_images(
    shop: Workshop, project_id: UUID, lesson_id: UUID, scene_id: UUID, prompt: str, count: int
) -> dict[str, Any]:
    """Draw pictures of a scene to choose from, in the colours of the lesson's brand; the prompt is kept with them.

    The chosen one stands in the next render.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        GatewayError: CC-03xx.
    """
    with shop.database.app(shop.identity(project_id)) as conn:
        # Before anything is paid for.
        require_scene_of(conn, lesson_id, scene_id)
        course = read_course(conn, shop.store, project_id, Engine.E2)
        choice = read_brand_choice(conn, shop.store, project_id, lesson_id)
        brand = read_brand(conn, choice.brand_profile_id) if choice and choice.brand_profile_id else course.brand
    gateway, images = shop.bench(project_id).gateway, []
    purpose = Purpose(project_id, lesson_id, Engine.E2, "scene_image")
    for seed in _seeds(prompt, count):
        request = ImageRequest(
            prompt, IMAGE_SIZE_PX, IMAGE_SIZE_PX, make_palette(brand).picture, seed, style=IMAGE_STYLE
        )
        answer = gateway.draw(request, purpose)
        told = {"prompt": prompt, "seed": seed, "provider": answer.provider, "model": answer.model, "cost_usd": 0}
        size = {"width": IMAGE_SIZE_PX, "height": IMAGE_SIZE_PX}
        images.append((shop.store.put_bytes(answer.content, answer.mime_type), {**size, **told}))
    return _keep_images(shop, project_id, lesson_id, scene_id, prompt, images)


def design_book(shop: Workshop, project_id: UUID) -> dict[str, Any]:
    """Propose the book's sections; those that stand there already are brought in line, as the command does.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    propose_book(_read(shop, project_id, Engine.E1), shop, shop.bench(project_id))
    return {}


def design_module(shop: Workshop, project_id: UUID, lesson_id: UUID) -> dict[str, Any]:
    """Propose a lesson's activities; those that stand there already are brought in line, as the command does.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        GatewayError: CC-03xx.
    """
    with shop.database.app(shop.identity(project_id)) as conn:
        begin_design(conn, shop.author, lesson_id)
    course = _read(shop, project_id, Engine.E1)
    interactions = propose_module(course, lesson_in(course, lesson_id), shop, shop.bench(project_id))
    return {"interactions": [one.interaction_type for one in interactions]}


def _read(shop: Workshop, project_id: UUID, engine: Engine) -> Course:
    with shop.database.app(shop.identity(project_id)) as conn:
        return read_course(conn, shop.store, project_id, engine)


def _with_lesson_documents(shop: Workshop, course: Course, lesson_id: UUID) -> Course:
    """The course with what was read in the lesson's own documents, beside its own."""
    with shop.database.app(shop.identity(course.id)) as conn:
        own = [one for one in sources_of(conn, course.id) if one.lesson_id == lesson_id]
        found = [read_source_parse(conn, shop.store, one) for one in own if one.file_type in {"pdf", "docx"}]
    documents = [
        SourceDocument(one["title"], tuple((text, page) for text, page in one["paragraphs"]))
        for one in found
        if one and one["state"] == "parsed"
    ]
    return replace(course, documents=(*course.documents, *documents))


def _prompt(scene: SceneContent) -> str:
    heading = (scene.title or "").strip()
    said = " ".join(segment.text for segment in scene.segments)[:LONGEST_PROMPT].strip()
    return f"{heading}. {said}" if heading and said else heading or said


def _seeds(prompt: str, count: int) -> Iterable[int]:
    """Seeds that follow one another: each gives another composition, and the same prompt the same ones."""
    first = int(hashlib.sha256(prompt.encode("utf-8", "surrogatepass")).hexdigest()[:8], 16)
    return range(first, first + count)


def _keep_images(
    shop: Workshop,
    project_id: UUID,
    lesson_id: UUID,
    scene_id: UUID,
    prompt: str,
    images: list[tuple[StoredObject, dict[str, Any]]],
) -> dict[str, Any]:
    with shop.database.app(shop.identity(project_id)) as conn:
        set_image_prompts(conn, shop.author, shop.store, lesson_id, {scene_id: prompt})
        kept = add_scene_images(conn, shop.author, lesson_id, scene_id, images)
    return {"asset_ids": [str(one.id) for one in kept], "cost_usd": 0}
