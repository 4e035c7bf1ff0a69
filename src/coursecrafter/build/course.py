"""Build a course from a deck, from end to end."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from coursecrafter.authoring.courses import read_course
from coursecrafter.authoring.locks import hold_project
from coursecrafter.build.intake import Intake, take_in, write_documents, write_music, write_project
from coursecrafter.build.order import BUILD_ORDER, BuildOrder
from coursecrafter.build.rendering import Render, cpu_seconds, render_engine
from coursecrafter.domain.course import Course, Engine
from coursecrafter.domain.look import Shape, shape_of
from coursecrafter.export.folder import write_folder
from coursecrafter.export.items import EngineFigures, ExportItem, Written
from coursecrafter.wiring import Workshop


@dataclass(frozen=True, slots=True)
class Built:
    """A course that was built.

    Attributes:
        out: the output folder.
        written: its files.
        seconds: wall time of everything.
    """

    course: Course
    intake: Intake
    renders: tuple[Render, ...]
    out: Path
    written: tuple[Written, ...]
    seconds: float
    made: dict[str, int]
    reused: dict[str, int]


def build_course(order: BuildOrder, shop: Workshop) -> Built:
    """Build what is ordered and fill the output folder.

    Raises:
        CourseCrafterError: what stopped it; finished steps are kept, and the same order goes on from there.
    """
    begun = time.monotonic()
    with shop.progress.stage("Reading the deck"):
        intake = take_in(order, shop)
    with shop.database.app(shop.identity()) as lock:
        hold_project(lock, shop.author, name=intake.name, code=order.code)
        with shop.database.app(shop.identity()) as conn:
            project_id = write_project(conn, order, intake, shop)
        with shop.database.app(shop.identity(project_id)) as conn:
            write_documents(conn, intake, shop, project_id)
            settings = {**order.effects, **write_music(conn, order, shop, project_id)}
        wanted = [engine for engine in BUILD_ORDER if engine in order.engines]
        renders = [
            render
            for engine in wanted
            for look in _looks(engine, order, settings)
            for render in render_engine(engine, project_id, shop, intake.film, look)
        ]
        course = _read(project_id, shop)
        items = [
            ExportItem(render.engine, render.lesson, output, version)
            for render in renders
            for output, version in render.outputs
        ]
        written = write_folder(order.out, course, items, shop.store, [_figures(render) for render in renders])
    seconds = time.monotonic() - begun
    return Built(
        course,
        intake,
        tuple(renders),
        order.out,
        tuple(written),
        seconds,
        dict(shop.runner.made),
        dict(shop.runner.reused),
    )


def _looks(engine: Engine, order: BuildOrder, settings: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """How each of an engine's videos looks: the branded one comes in every shape that is ordered."""
    return [{**settings, "shape": shape.value} for shape in order.shapes] if engine is Engine.E2 else [settings]


def _read(project_id: UUID, shop: Workshop) -> Course:
    with shop.database.app(shop.identity(project_id)) as conn:
        return read_course(conn, shop.store, project_id, Engine.E1)


def _figures(render: Render) -> EngineFigures:
    lesson_code = render.lesson.code if render.lesson else None
    shape = shape_of(render.outputs[0][0].role) if render.outputs else Shape.WIDE
    return EngineFigures(
        render.engine, lesson_code, render.seconds, dict(render.made), dict(render.reused), render.findings, shape
    )


def describe(built: Built) -> dict[str, Any]:
    """What was built, as the JSON that `--json` prints."""
    outputs = []
    for written in built.written:
        item = written.item
        if item is None:
            continue
        outputs.append(
            {
                "engine": item.engine.value if item.engine else None,
                "lesson": item.lesson.code if item.lesson else None,
                "role": item.output.role,
                "version": item.version,
                "path": str(built.out / written.path),
                "sha256": item.output.object.sha256,
                "bytes": item.output.object.size_bytes,
            }
        )
    return {
        "project": {"id": str(built.course.id), "name": built.course.name, "code": built.course.code},
        "language": built.course.language,
        "lessons": [
            {"id": str(lesson.id), "code": lesson.code, "title": lesson.title} for lesson in built.course.lessons
        ],
        "deck": {
            "slides": len(built.intake.deck.slides),
            "hidden": list(built.intake.deck.hidden),
            "states": sum(len(slide.builds) for slide in built.intake.deck.slides),
            "missing_fonts": [font.name for font in built.intake.deck.missing_fonts],
            "caveats": list(built.intake.deck.caveats(slide.number for slide in built.intake.deck.slides)),
        },
        "outputs": outputs,
        "engines": [_describe_render(render) for render in built.renders],
        "seconds": round(built.seconds, 2),
        "cpu_seconds": round(cpu_seconds(), 2),
        "made": built.made,
        "reused": built.reused,
    }


def _describe_render(render: Render) -> dict[str, Any]:
    return {
        "engine": render.engine.value,
        "lesson": render.lesson.code if render.lesson else None,
        "seconds": round(render.seconds, 2),
        "cpu_seconds": round(render.cpu_seconds, 2),
        "peak_memory_mb": round(render.peak_memory_mb),
        "made": dict(render.made),
        "reused": dict(render.reused),
        "findings": [
            {"check": one.check, "severity": one.severity.value, "sentence": one.sentence, "figure": one.figure}
            for one in render.findings
        ],
    }
