"""Every read of the API with the shape of its answer, for tests that hold all of them against one rule."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.api.shapes import activities as activity_shapes
from coursecrafter.api.shapes import assets as asset_shapes
from coursecrafter.api.shapes import books as book_shapes
from coursecrafter.api.shapes import branding as brand_shapes
from coursecrafter.api.shapes import budgets as budget_shapes
from coursecrafter.api.shapes import context as context_shapes
from coursecrafter.api.shapes import figures
from coursecrafter.api.shapes import hierarchy as tree_shapes
from coursecrafter.api.shapes import jobs as job_shapes
from coursecrafter.api.shapes import logs as log_shapes
from coursecrafter.api.shapes import outlines as outline_shapes
from coursecrafter.api.shapes import people as people_shapes
from coursecrafter.api.shapes import plans as plan_shapes
from coursecrafter.api.shapes import projects as project_shapes
from coursecrafter.api.shapes import provenance as provenance_shapes
from coursecrafter.api.shapes.base import PageOf, Shape
from coursecrafter.domain.course import Engine
from coursecrafter.reading import (
    activities,
    assets,
    books,
    branding,
    comments,
    context,
    costs,
    hierarchy,
    history,
    jobs,
    logs,
    outlines,
    people,
    plans,
    projects,
    provenance,
    spending,
    watchdog,
)
from coursecrafter.storage.objects import ObjectStore

UNDOABLE = frozenset({"segment_changed", "undone"})


@dataclass(frozen=True, slots=True)
class Read:
    """A read of one row, or of the list that belongs to it.

    Attributes:
        table: whose id it takes.
        read: what is called with it.
        shape: what its answer must be.
        goes_with: the table whose row takes it along when it is deleted; '' if it stays.
    """

    name: str
    table: str
    read: Callable[[Connection, UUID], bytes]
    shape: type[Shape]
    goes_with: str = "cc_projects"


def _plan(conn: Connection, lesson_id: UUID) -> bytes:
    return plans.read_plan(conn, lesson_id, Engine.E1)


def _history(conn: Connection, project_id: UUID) -> bytes:
    return history.read_history(conn, project_id, undoable=UNDOABLE)


@cache
def _empty_store() -> ObjectStore:
    """Where none of the course's files is: what rows tell is told all the same."""
    return ObjectStore(str(Path(tempfile.gettempdir(), "cc-no-objects")), UUID(int=0))


def _origin(kind: str) -> Callable[[Connection, UUID], bytes]:
    return lambda conn, row_id: provenance.read_provenance(conn, _empty_store(), kind, row_id)


PROJECT, LESSON, SCENE, SEGMENT = "cc_projects", "cc_lessons", "cc_scenes", "cc_segments"

READS = (
    Read("project", PROJECT, projects.read_project, project_shapes.Project),
    Read("tree", PROJECT, hierarchy.read_tree, tree_shapes.Tree),
    Read("unit", "cc_learning_units", hierarchy.read_learning_unit, tree_shapes.LearningUnit, "cc_learning_units"),
    Read("module", "cc_modules", hierarchy.read_module, tree_shapes.Module, "cc_learning_units"),
    Read("lesson", LESSON, hierarchy.read_lesson, tree_shapes.Lesson, "cc_learning_units"),
    Read("plan", LESSON, _plan, plan_shapes.Plan, LESSON),
    Read("scene", SCENE, plans.read_scene, plan_shapes.Scene, LESSON),
    Read("segment", SEGMENT, plans.read_segment, plan_shapes.Segment, SCENE),
    Read("script", "cc_scripts", plans.read_script, plan_shapes.Script, SEGMENT),
    Read("voices of a segment", SEGMENT, plans.read_voice_tracks, plan_shapes.VoiceTracks, SEGMENT),
    Read("voice track", "cc_voice_tracks", plans.read_voice_track, plan_shapes.VoiceTrack, SEGMENT),
    Read("context", PROJECT, context.read_context, context_shapes.Context),
    Read("documents", PROJECT, context.read_documents, PageOf[context_shapes.Document]),
    Read("document", "cc_project_documents", context.read_document, context_shapes.Document),
    Read("sources", PROJECT, context.read_sources, PageOf[context_shapes.SourceFile]),
    Read("sources of a lesson", LESSON, context.read_sources_of_lesson, PageOf[context_shapes.SourceFile], LESSON),
    Read("source", "cc_source_files", context.read_source, context_shapes.SourceFile, LESSON),
    Read("outline", LESSON, outlines.read_outline, outline_shapes.Outline, LESSON),
    Read("brands", PROJECT, branding.read_brands, PageOf[brand_shapes.Brand]),
    Read("brand", "cc_brand_profiles", branding.read_brand, brand_shapes.Brand),
    Read("template", "cc_brand_templates", branding.read_template, brand_shapes.Template),
    Read("book", PROJECT, books.read_book, book_shapes.Book),
    Read("section", "cc_book_sections", books.read_section, book_shapes.Section),
    Read("interactions", LESSON, activities.read_interactions, activity_shapes.Interactions, LESSON),
    Read("interaction", "cc_interactions", activities.read_interaction, activity_shapes.Interaction, LESSON),
    Read("question", "cc_quiz_questions", activities.read_question, activity_shapes.Question, LESSON),
    Read("assets of a lesson", LESSON, assets.read_assets_of_lesson, PageOf[asset_shapes.Asset], LESSON),
    Read("assets of a project", PROJECT, assets.read_assets_of_project, PageOf[asset_shapes.Asset]),
    Read("asset", "cc_assets", assets.read_asset, asset_shapes.Asset, SEGMENT),
    Read("versions of an asset", "cc_assets", assets.read_asset_versions, asset_shapes.AssetVersions, SEGMENT),
    Read("video job", "cc_video_render_jobs", jobs.read_job, job_shapes.Job, ""),
    Read("book job", "cc_book_render_jobs", jobs.read_job, job_shapes.Job, ""),
    Read("module job", "cc_scorm_render_jobs", jobs.read_job, job_shapes.Job, ""),
    Read("jobs of a project", PROJECT, jobs.read_jobs_of_project, PageOf[job_shapes.JobLine]),
    Read("jobs of a lesson", LESSON, jobs.read_jobs_of_lesson, PageOf[job_shapes.JobLine], LESSON),
    Read("AI calls", PROJECT, logs.read_ai_calls, PageOf[log_shapes.AiCall]),
    Read("events", PROJECT, logs.read_events, PageOf[log_shapes.Event]),
    Read("comments", PROJECT, comments.read_comments, PageOf[log_shapes.Comment]),
    Read("history", PROJECT, _history, PageOf[log_shapes.Act], ""),
    Read("costs", PROJECT, costs.read_costs, figures.Costs),
    Read("spending", PROJECT, spending.read_project_spending, budget_shapes.ProjectSpending),
    Read("origin of a script", "cc_scripts", _origin("script"), provenance_shapes.Provenance, SEGMENT),
    Read("origin of a segment", SEGMENT, _origin("segment"), provenance_shapes.Provenance, SEGMENT),
    Read("origin of a voice", "cc_voice_tracks", _origin("voice_track"), provenance_shapes.Provenance, SEGMENT),
    Read("origin of an asset", "cc_assets", _origin("asset"), provenance_shapes.Provenance, SEGMENT),
    Read("origin of an activity", "cc_interactions", _origin("interaction"), provenance_shapes.Provenance, LESSON),
    Read("origin of a question", "cc_quiz_questions", _origin("question"), provenance_shapes.Provenance, LESSON),
    Read("origin of a section", "cc_book_sections", _origin("section"), provenance_shapes.Provenance),
    Read("origin of a document", "cc_project_documents", _origin("document"), provenance_shapes.Provenance),
    Read("origin of a scene", SCENE, _origin("scene"), provenance_shapes.Provenance, LESSON),
)

OF_ORGANISATION: tuple[tuple[str, Callable[[Connection], bytes], type[Shape]], ...] = (
    ("projects", projects.read_projects, project_shapes.ProjectPage),
    ("brands of the organisation", branding.read_organisation_brands, PageOf[brand_shapes.Brand]),
    ("library", assets.read_library_assets, PageOf[asset_shapes.Asset]),
    ("events of the organisation", logs.read_organisation_events, PageOf[log_shapes.Event]),
    ("people", people.read_people, people_shapes.Members),
    ("spending of the organisation", spending.read_organisation_spending, budget_shapes.OrganisationSpending),
    ("budgets", spending.read_budgets, budget_shapes.Budgets),
    ("status", watchdog.read_status, figures.RowFigures),
)
