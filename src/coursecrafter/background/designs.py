"""What E2, E3 and E4 propose of a lesson or course, for an author to approve or edit."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from coursecrafter.authoring.brand_choices import read_brand_choice
from coursecrafter.authoring.courses import read_brand, read_course
from coursecrafter.authoring.edits import made_by
from coursecrafter.authoring.hierarchy import begin_design
from coursecrafter.authoring.places import require_scene_of
from coursecrafter.authoring.plans import read_plan
from coursecrafter.authoring.scene_images import add_scene_images, set_image_prompts
from coursecrafter.authoring.source_parses import read_source_parse
from coursecrafter.authoring.sources import sources_of
from coursecrafter.background.lessons import lesson_in, reopened_if_changed
from coursecrafter.build.making import keep_outline, propose_book, propose_module
from coursecrafter.domain.course import Course, Engine, LessonContent, SceneContent, SourceDocument
from coursecrafter.domain.stored import StoredObject
from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e2_video import engine as e2
from coursecrafter.engines.e2_video.produce import IMAGE_SIZE_PX, IMAGE_STYLE
from coursecrafter.engines.e2_video.sketches import sketch_for_any_place
from coursecrafter.gateway.image_step import Picture, told_drawing
from coursecrafter.gateway.pictures import is_off_brand
from coursecrafter.gateway.ports import ImageRequest, Purpose, TextRequest
from coursecrafter.gateway.sketches import Sketch
from coursecrafter.wiring import Workshop

IMAGE_MANNER = "flat illustration, few shapes, calm background, no lettering"
"""What all pictures of a course have in common, so that they look like one designer's."""


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
    course, bench = _with_lesson_documents(shop, _read(shop, project_id, Engine.E1), lesson_id), shop.bench(project_id)
    outline = e2.design(course, lesson_in(course, lesson_id), bench)
    with shop.database.app(shop.identity(project_id)) as conn:
        before = read_plan(conn, lesson_id, Engine.E2)
        with made_by(bench.gateway.noted):
            keep_outline(conn, shop, project_id, lesson_id, outline)
        # At once: nobody may see a plan as approved that no author has seen.
        plan = reopened_if_changed(conn, shop, lesson_id, Engine.E2, before)
    return {"scenes": len({line.scene_id for line in plan}), "segments": len(plan)}


def write_prompts(shop: Workshop, project_id: UUID, lesson_id: UUID) -> dict[str, Any]:
    """Write an image prompt for each scene of E2's plan, from its heading and narration, in the course's manner.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        GatewayError: CC-03xx.
    """
    course = _read(shop, project_id, Engine.E2)
    lesson = lesson_in(course, lesson_id)
    bench = shop.bench(project_id)
    answers = {scene.id: _prompt(course, lesson, scene, bench) for scene in lesson.scenes if scene.segments}
    prompts = {scene_id: prompt for scene_id, (prompt, _) in answers.items()}
    calls = {scene_id: call_id for scene_id, (_, call_id) in answers.items() if call_id is not None}
    with shop.database.app(shop.identity(project_id)) as conn, made_by(bench.gateway.noted):
        set_image_prompts(conn, shop.author, shop.store, lesson_id, prompts, calls)
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
    bench = shop.bench(project_id)
    sketch, side, colors = _sketch(course, lesson_id, scene_id, prompt), IMAGE_SIZE_PX, brand.colors
    requests = [
        ImageRequest(prompt, side, side, colors, seed, style=IMAGE_STYLE, sketch=sketch)
        for seed in _seeds(prompt, count)
    ]
    drawn = bench.draw(requests, Purpose(project_id, lesson_id, Engine.E2, "scene_image"))
    size = {"width": IMAGE_SIZE_PX, "height": IMAGE_SIZE_PX}
    images = [(one.image, {**size, **_told(shop, request, one)}) for request, one in zip(requests, drawn, strict=True)]
    cost = float(bench.gateway.spent_usd)
    return _keep_images(shop, project_id, lesson_id, scene_id, prompt, images, cost)


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


def _prompt(course: Course, lesson: LessonContent, scene: SceneContent, bench: Bench) -> tuple[str, UUID | None]:
    """A scene's prompt, and the call that wrote it."""
    payload = {
        "heading": (scene.title or lesson.title).strip(),
        "texts": [segment.text for segment in scene.segments if segment.text.strip()],
        "style": IMAGE_MANNER,
    }
    if not payload["heading"] and not payload["texts"]:
        return lesson.title, None
    purpose = Purpose(course.id, lesson.id, Engine.E2, "image_prompt")
    answer = bench.write(TextRequest("image_prompt", course.language, payload), purpose, lesson.code)
    return str(answer.value["prompt"]), answer.call_id


def _told(shop: Workshop, request: ImageRequest, picture: Picture) -> dict[str, Any]:
    """What an image's asset tells of it; whoever chooses is told which ones do not look like the brand."""
    told = {"prompt": request.prompt, "seed": request.seed, "provider": picture.provider, "model": picture.model}
    call = {"ai_call_ids": [str(picture.call_id)]} if picture.call_id else {}
    alt_text = told_drawing(request, picture)
    described = {"alt_text": alt_text} if alt_text else {}
    is_foreign = is_off_brand(shop.store.get_bytes(picture.image), request.palette)
    return {**told, **call, **described, "is_off_brand": is_foreign}


def _sketch(course: Course, lesson_id: UUID, scene_id: UUID, prompt: str) -> Sketch:
    """What is drawn of a scene without a model: of what it says, or of the prompt where it says nothing yet."""
    scenes = [scene for lesson in course.lessons if lesson.id == lesson_id for scene in lesson.scenes]
    scene = next((scene for scene in scenes if scene.id == scene_id), None)
    texts = [segment.text for segment in scene.segments if segment.text.strip()] if scene else []
    heading = (scene.title if scene else None) or ""
    return sketch_for_any_place(course.language, heading if texts else "", texts or [prompt])


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
    cost_usd: float,
) -> dict[str, Any]:
    with shop.database.app(shop.identity(project_id)) as conn:
        set_image_prompts(conn, shop.author, shop.store, lesson_id, {scene_id: prompt})
        kept = add_scene_images(conn, shop.author, lesson_id, scene_id, images)
    return {"asset_ids": [str(one.id) for one in kept], "cost_usd": cost_usd}
