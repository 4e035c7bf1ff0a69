"""The states that things of a course pass through: one table, enforced by triggers and printed in the documentation.

Source: schema 2.1, 2.4, 2.6, 3.2, 5.1, 5.2, 7, 8.1; quality ("queued > in_progress > succeeded | failed | cancelled,
nothing else").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The states of one kind of row.

    Attributes:
        thing: what it is called in a sentence.
        column: where its state stands.
        first: states in which a row may be made.
        moves: by state, the states that may follow it.
    """

    thing: str
    column: str
    first: tuple[str, ...]
    moves: Mapping[str, tuple[str, ...]]

    def allows(self, before: str, after: str) -> bool:
        """Whether a row may go from one state to another; staying is always allowed."""
        return before == after or after in self.moves.get(before, ())

    @property
    def pairs(self) -> tuple[str, ...]:
        """All moves as `before>after`, in order."""
        return tuple(f"{before}>{after}" for before, follow in self.moves.items() for after in follow)


_JOB = {
    "queued": ("in_progress", "cancelled", "failed"),
    "in_progress": ("succeeded", "failed", "cancelled"),
    "succeeded": (),
    "failed": (),
    "cancelled": (),
}

LIFECYCLES: Mapping[str, Lifecycle] = {
    "cc_projects": Lifecycle(
        "project",
        "status",
        ("draft", "in_progress"),
        {
            "draft": ("in_progress", "archived"),
            "in_progress": ("ready_for_export", "archived"),
            "ready_for_export": ("in_progress", "archived"),
            "archived": ("in_progress",),
        },
    ),
    "cc_lessons": Lifecycle(
        "lesson",
        "status",
        ("draft", "in_design"),
        {
            "draft": ("in_design", "archived"),
            "in_design": ("rendering", "ready", "archived"),
            "rendering": ("ready", "in_design"),
            "ready": ("in_design", "rendering", "archived"),
            "archived": ("in_design",),
        },
    ),
    "cc_segments": Lifecycle(
        "segment", "status", ("draft", "approved"), {"draft": ("approved",), "approved": ("draft",)}
    ),
    "cc_project_documents": Lifecycle(
        "document",
        "parsed_status",
        ("pending", "parsed", "failed"),
        {"pending": ("parsed", "failed"), "parsed": ("pending",), "failed": ("pending",)},
    ),
    "cc_scripts": Lifecycle(
        "script",
        "status",
        ("draft", "review", "approved"),
        {"draft": ("review", "approved"), "review": ("draft", "approved"), "approved": ("draft", "review")},
    ),
    "cc_voice_tracks": Lifecycle(
        "voice track",
        "status",
        ("generated", "approved"),
        {
            "generated": ("approved", "rejected"),
            "approved": ("generated", "rejected"),
            "rejected": ("generated", "approved"),
        },
    ),
    "cc_book_structures": Lifecycle(
        "book",
        "status",
        ("draft", "in_edit", "ready"),
        {"draft": ("in_edit", "ready"), "in_edit": ("draft", "ready"), "ready": ("in_edit",)},
    ),
    "cc_video_render_jobs": Lifecycle("video job", "job_state", ("queued",), _JOB),
    "cc_book_render_jobs": Lifecycle("book job", "job_state", ("queued",), _JOB),
    "cc_scorm_render_jobs": Lifecycle("module job", "job_state", ("queued",), _JOB),
}
"""By table."""
