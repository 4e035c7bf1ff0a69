"""What each operation asks of a caller, and the bodies that it takes where its example does not do.

A new operation makes the suite red until it stands here with the right that it asks for. It is one table, and as long
as the API.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from coursecrafter.domain.roles import Right
from http_calls import HttpCall, Operation, ids_in, optional_ids, sample
from http_things import NAMES
from http_world import Home

ANYONE = "whoever is signed in"
OPEN = "nobody is needed"
OPERATOR = "whoever runs the installation"

Needs = Right | str | tuple[Right, ...]
"""A right, any of several, or one of the words above."""


@dataclass(frozen=True)
class Placed:
    """Where an operation stands in the matrix.

    Attributes:
        needs: what it asks of its caller.
        things: where an id's name does not say what it is of in this call.
        body: fields that its example does not have or has otherwise; an id of a thing is `{thing}`.
        query, headers: what it does nothing without.
        raw: the body of a call that takes no JSON.
        answers: status and code for those who may, where that is no success; beside it stands why.
        is_hidden: who may not is told that there is no such thing.
    """

    needs: Needs
    things: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    answers: frozenset[tuple[int, str]] = frozenset()
    is_hidden: bool = False


READ, COMMENT, WRITE, OWN = Right.READ, Right.COMMENT, Right.WRITE, Right.OWN
MEMBER, ADMIN, GOVERN = Right.MEMBER, Right.ADMIN, Right.GOVERN

SEGMENTS = ["{segment}", "{next segment}", "{third segment}"]
EVERY_CHANGE = {
    "changes": [
        {"kind": "text", "segment_id": "{segment}", "text": "Find the nearest exit now."},
        {"kind": "timing", "segment_id": "{segment}", "duration": 4.5},
        {"kind": "gap", "segment_id": "{next segment}", "gap": 0.8},
        {"kind": "order", "scene_id": "{scene}", "segment_ids": SEGMENTS[::-1]},
        {"kind": "place", "segment_id": "{segment}", "position": 1},
        {"kind": "merge", "segment_ids": ["{next segment}", "{third segment}"]},
        {"kind": "split", "segment_id": "{segment}", "position": 9},
    ]
}
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SENT = {"content-type": "application/octet-stream"}
TUS = {"tus-resumable": "1.0.0"}


def refused(status: int, code: str) -> frozenset[tuple[int, str]]:
    return frozenset({(status, code)})


OPERATIONS: Mapping[str, Placed] = {
    # Courses
    "POST /cc/projects/create": Placed(MEMBER),
    "GET /cc/projects/list": Placed(MEMBER),
    "GET /cc/projects/{project_id}": Placed(READ),
    "POST /cc/projects/{project_id}/update": Placed(WRITE),
    "POST /cc/projects/{project_id}/delete": Placed(OWN),
    "POST /cc/projects/{project_id}/restore": Placed(OWN, {"project_id": "deleted project"}),
    "POST /cc/projects/{project_id}/copy": Placed(WRITE),
    # Their tree
    "GET /cc/hierarchy/{project_id}/full-tree": Placed(READ),
    "POST /cc/hierarchy/learning-unit/create": Placed(WRITE),
    "POST /cc/hierarchy/learning-unit/update": Placed(WRITE),
    "POST /cc/hierarchy/learning-unit/move": Placed(WRITE),
    "POST /cc/hierarchy/learning-unit/reorder": Placed(
        WRITE, body={"learning_unit_ids": ["{other learning unit}", "{learning unit}"]}
    ),
    "POST /cc/hierarchy/learning-unit/delete": Placed(WRITE),
    "POST /cc/hierarchy/learning-unit/restore": Placed(WRITE, {"learning_unit_id": "deleted learning unit"}),
    "GET /cc/hierarchy/learning-unit/{learning_unit_id}": Placed(READ),
    "POST /cc/hierarchy/module/create": Placed(WRITE),
    "POST /cc/hierarchy/module/update": Placed(WRITE),
    "POST /cc/hierarchy/module/move": Placed(WRITE, {"learning_unit_id": "other learning unit"}),
    "POST /cc/hierarchy/module/reorder": Placed(WRITE, body={"module_ids": ["{module}"]}),
    "POST /cc/hierarchy/module/delete": Placed(WRITE),
    "POST /cc/hierarchy/module/restore": Placed(WRITE, {"module_id": "deleted module"}),
    "GET /cc/hierarchy/module/{module_id}": Placed(READ),
    "POST /cc/hierarchy/lesson/create": Placed(WRITE),
    "POST /cc/hierarchy/lesson/update": Placed(WRITE),
    "POST /cc/hierarchy/lesson/status": Placed(WRITE, body={"status": "archived"}),
    "POST /cc/hierarchy/lesson/move": Placed(WRITE, {"module_id": "other module"}),
    "POST /cc/hierarchy/lesson/reorder": Placed(WRITE, body={"lesson_ids": ["{other lesson}", "{lesson}"]}),
    "POST /cc/hierarchy/lesson/copy": Placed(WRITE),
    "POST /cc/hierarchy/lesson/delete": Placed(WRITE),
    "POST /cc/hierarchy/lesson/restore": Placed(WRITE, {"lesson_id": "deleted lesson"}),
    "GET /cc/hierarchy/lesson/{lesson_id}": Placed(READ),
    # Scenes, segments, scripts and voices
    "POST /cc/scenes/create": Placed(WRITE),
    "POST /cc/scenes/reorder": Placed(WRITE, body={"scene_ids": ["{other scene}", "{scene}"]}),
    "GET /cc/scenes/{scene_id}": Placed(READ),
    "POST /cc/scenes/{scene_id}/update": Placed(WRITE),
    "POST /cc/scenes/{scene_id}/move": Placed(WRITE),
    "POST /cc/scenes/{scene_id}/delete": Placed(WRITE),
    "POST /cc/scenes/{scene_id}/restore": Placed(WRITE, {"scene_id": "deleted scene"}),
    "POST /cc/segments/create": Placed(WRITE),
    "POST /cc/segments/create-youtube": Placed(WRITE),
    "POST /cc/segments/create-clip": Placed(WRITE, answers=frozenset({(422, "CC-0245")})),
    "POST /cc/segments/reorder": Placed(WRITE, body={"segment_ids": SEGMENTS[::-1]}),
    "POST /cc/segments/merge": Placed(WRITE, body={"segment_ids": SEGMENTS[:2]}),
    "GET /cc/segments/{segment_id}": Placed(READ),
    "GET /cc/segments/{segment_id}/voice-tracks": Placed(READ),
    "POST /cc/segments/{segment_id}/update": Placed(WRITE),
    "POST /cc/segments/{segment_id}/move": Placed(WRITE, {"scene_id": "other scene"}),
    "POST /cc/segments/{segment_id}/split": Placed(WRITE, body={"position": 9}),
    "POST /cc/segments/{segment_id}/delete": Placed(WRITE),
    "POST /cc/segments/{segment_id}/restore": Placed(WRITE, {"segment_id": "deleted segment"}),
    "GET /cc/scripts/{script_id}": Placed(READ),
    "GET /cc/scripts/{script_id}/history": Placed(READ),
    "POST /cc/scripts/{script_id}/update": Placed(WRITE),
    "POST /cc/scripts/{script_id}/submit": Placed(WRITE),
    "POST /cc/scripts/{script_id}/approve": Placed(WRITE),
    "POST /cc/scripts/{script_id}/reopen": Placed(WRITE),
    "POST /cc/scripts/{script_id}/restore-version": Placed(WRITE, {"event_id": "script event"}),
    "GET /cc/voice-tracks/{voice_track_id}": Placed(READ),
    "POST /cc/voice-tracks/{voice_track_id}/approve": Placed(WRITE),
    "POST /cc/voice-tracks/{voice_track_id}/reject": Placed(WRITE),
    # Context, documents and uploads
    "GET /cc/context/{project_id}": Placed(READ),
    "POST /cc/context/{project_id}/update": Placed(WRITE),
    "POST /cc/context/{project_id}/settings": Placed(WRITE),
    "GET /cc/context/{project_id}/documents": Placed(READ),
    "POST /cc/context/{project_id}/upload-doc": Placed(WRITE),
    "GET /cc/context/documents/{document_id}": Placed(READ),
    "POST /cc/context/documents/{document_id}/update": Placed(WRITE),
    "POST /cc/context/documents/{document_id}/reparse": Placed(WRITE),
    "POST /cc/context/documents/{document_id}/delete": Placed(WRITE),
    "POST /cc/uploads/{lesson_id}/source": Placed(WRITE),
    "POST /cc/uploads/project/{project_id}/source": Placed(
        WRITE, query={"name": "door.png"}, headers=SENT, raw=PICTURE
    ),
    "POST /cc/uploads/{project_id}/picture": Placed(WRITE, query={"name": "door.png"}, headers=SENT, raw=PICTURE),
    "GET /cc/uploads/{lesson_id}/sources": Placed(READ),
    "GET /cc/uploads/project/{project_id}/sources": Placed(READ),
    "GET /cc/uploads/source/{source_id}": Placed(READ),
    "POST /cc/uploads/source/{source_id}/delete": Placed(WRITE),
    "OPTIONS /cc/uploads/resumable": Placed(OPEN),
    "POST /cc/uploads/resumable": Placed(WRITE, headers={**TUS, "upload-length": "9", "upload-metadata": "{course}"}),
    # An upload is its sender's alone, who may write: here the author.
    "HEAD /cc/uploads/resumable/{upload_id}": Placed("sender", headers=TUS),
    "GET /cc/uploads/resumable/{upload_id}": Placed("sender", headers=TUS),
    "PATCH /cc/uploads/resumable/{upload_id}": Placed(
        "sender",
        headers={**TUS, "content-type": "application/offset+octet-stream", "upload-offset": "0"},
        raw=b"%PDF",
    ),
    "DELETE /cc/uploads/resumable/{upload_id}": Placed("sender", headers=TUS),
    # Engines
    "POST /cc/engine1/{project_id}/import-deck": Placed(WRITE),
    "POST /cc/engine1/{lesson_id}/parse-ppt": Placed(WRITE),
    "POST /cc/engine1/{lesson_id}/parse-mp4": Placed(WRITE),
    "POST /cc/engine1/{lesson_id}/set-cuts": Placed(
        WRITE, body={"cuts": [{"segment_id": "{segment}", "appears_at_s": 1.5}]}
    ),
    "GET /cc/engine1/{lesson_id}/plan": Placed(READ),
    "POST /cc/engine1/{lesson_id}/update-plan": Placed(WRITE, body=EVERY_CHANGE),
    "POST /cc/engine1/{lesson_id}/approve-plan": Placed(WRITE),
    "POST /cc/engine1/{lesson_id}/reopen-plan": Placed(WRITE),
    "POST /cc/engine1/{lesson_id}/generate-voice": Placed(WRITE),
    "POST /cc/engine1/{lesson_id}/render-video": Placed(WRITE),
    "POST /cc/engine1/{lesson_id}/approve-video": Placed(WRITE),
    "GET /cc/engine2/{lesson_id}/outline": Placed(READ),
    "POST /cc/engine2/{lesson_id}/generate-outline": Placed(WRITE),
    "POST /cc/engine2/{lesson_id}/update-script": Placed(
        WRITE,
        body={"changes": [{"kind": "text", "segment_id": "{branded segment}", "text": "Close the door."}]},
    ),
    "POST /cc/engine2/{lesson_id}/approve-script": Placed(WRITE),
    "POST /cc/engine2/{lesson_id}/reopen-script": Placed(WRITE),
    "POST /cc/engine2/{lesson_id}/generate-prompts": Placed(WRITE),
    "POST /cc/engine2/{lesson_id}/generate-images": Placed(WRITE),
    "POST /cc/engine2/{lesson_id}/set-brand-profile": Placed(WRITE),
    "POST /cc/engine2/{lesson_id}/propose-templates": Placed(WRITE),
    "POST /cc/engine2/{lesson_id}/preview-scene": Placed(WRITE),
    "POST /cc/engine2/{lesson_id}/set-scene-template": Placed(WRITE),
    # The course's file is a picture: no clip.
    "POST /cc/engine2/{lesson_id}/set-scene-clip": Placed(WRITE, answers=frozenset({(422, "CC-0245")})),
    "POST /cc/engine2/{lesson_id}/remake": Placed(WRITE, {"segment_id": "branded segment"}),
    "POST /cc/engine2/{lesson_id}/render-video": Placed(WRITE),
    "POST /cc/engine2/{lesson_id}/approve-video": Placed(WRITE),
    "GET /cc/engine3/{project_id}/book": Placed(READ),
    "GET /cc/engine3/section/{section_id}": Placed(READ),
    "POST /cc/engine3/{project_id}/outline": Placed(WRITE),
    "POST /cc/engine3/{project_id}/update-book": Placed(WRITE),
    "POST /cc/engine3/{project_id}/create-section": Placed(WRITE),
    "POST /cc/engine3/{project_id}/update-section": Placed(WRITE),
    "POST /cc/engine3/{project_id}/move-section": Placed(WRITE, {"section_id": "last section"}),
    "POST /cc/engine3/{project_id}/delete-section": Placed(WRITE),
    "POST /cc/engine3/{project_id}/render-book": Placed(WRITE),
    "POST /cc/engine3/{project_id}/approve-book": Placed(WRITE),
    "POST /cc/engine4/{lesson_id}/propose-interactions": Placed(WRITE),
    "POST /cc/engine4/{lesson_id}/create-interaction": Placed(WRITE),
    "POST /cc/engine4/{lesson_id}/update-interaction": Placed(WRITE),
    "POST /cc/engine4/{lesson_id}/add-quiz-question": Placed(WRITE),
    "POST /cc/engine4/{lesson_id}/render-scorm": Placed(WRITE),
    "POST /cc/engine4/{lesson_id}/approve-module": Placed(WRITE),
    "POST /cc/interactions/create": Placed(WRITE),
    "GET /cc/interactions/{lesson_id}/list": Placed(READ),
    "POST /cc/interactions/{lesson_id}/reorder": Placed(WRITE, body={"ids": ["{interaction}", "{first interaction}"]}),
    "GET /cc/interactions/{interaction_id}": Placed(READ),
    "POST /cc/interactions/{interaction_id}/update": Placed(WRITE),
    "POST /cc/interactions/{interaction_id}/delete": Placed(WRITE),
    "POST /cc/quizzes/create": Placed(WRITE),
    "GET /cc/quizzes/{lesson_id}/list": Placed(READ),
    "POST /cc/quizzes/{lesson_id}/reorder": Placed(
        WRITE, body={"ids": ["{third question}", "{next question}", "{question}"], "interaction_id": "{interaction}"}
    ),
    "GET /cc/quizzes/{question_id}": Placed(READ),
    "POST /cc/quizzes/{question_id}/update": Placed(WRITE),
    "POST /cc/quizzes/{question_id}/delete": Placed(WRITE),
    # Renders
    "GET /cc/render/job/{job_id}": Placed(READ),
    "GET /cc/render/project/{project_id}/jobs": Placed(READ),
    "GET /cc/render/lesson/{lesson_id}/jobs": Placed(READ),
    # The stream of a job that has ended ends.
    "GET /cc/render/job/{job_id}/events": Placed(READ, {"job_id": "finished job"}),
    "POST /cc/render/job/{job_id}/cancel": Placed(WRITE),
    "POST /cc/render/job/{job_id}/retry": Placed(WRITE, {"job_id": "failed job"}),
    "POST /cc/render/job/{job_id}/start": Placed(WRITE, {"job_id": "external job"}),
    "POST /cc/render/job/{job_id}/progress": Placed(WRITE, {"job_id": "running external job"}),
    # Its file was never sent; what was sent is the uploads' matter.
    "POST /cc/render/job/{job_id}/complete": Placed(
        WRITE, {"job_id": "running external job"}, answers=refused(422, "CC-0613")
    ),
    "POST /cc/render/job/{job_id}/fail": Placed(WRITE, {"job_id": "running external job"}),
    # What was made, and what leaves
    "GET /cc/assets/project/{project_id}/list": Placed(READ),
    "GET /cc/assets/{lesson_id}/list": Placed(READ),
    "GET /cc/assets/{asset_id}": Placed(READ),
    "GET /cc/assets/{asset_id}/versions": Placed(READ),
    "GET /cc/assets/{asset_id}/file": Placed(READ),
    "HEAD /cc/assets/{asset_id}/file": Placed(READ),
    "POST /cc/assets/{asset_id}/link": Placed(READ),
    "POST /cc/assets/{asset_id}/set-active": Placed(WRITE),
    "POST /cc/assets/{asset_id}/delete": Placed(WRITE),
    "POST /cc/assets/{asset_id}/restore": Placed(WRITE, {"asset_id": "deleted asset"}),
    # A made-up token; `test_files` tries signed ones.
    "GET /cc/files/{token}": Placed(OPEN, answers=refused(403, "CC-0705")),
    "HEAD /cc/files/{token}": Placed(OPEN, answers=refused(403, "")),
    "GET /cc/export/{project_id}/thinkific-metadata": Placed(READ),
    "GET /cc/export/{project_id}/package": Placed(READ),
    "GET /cc/export/{project_id}/assets-zip": Placed(READ),
    "GET /cc/export/{lesson_id}/scorm": Placed(READ),
    # Brand and library
    "POST /cc/library/open": Placed(ADMIN),
    "GET /cc/library/assets": Placed(MEMBER),
    "POST /cc/brands/import-deck": Placed(WRITE),
    "POST /cc/brands/create": Placed(WRITE),
    "GET /cc/brands/{brand_profile_id}": Placed(READ),
    "POST /cc/brands/{brand_profile_id}/update": Placed(WRITE),
    "POST /cc/brands/{brand_profile_id}/delete": Placed(WRITE),
    "POST /cc/templates/create": Placed(WRITE),
    "POST /cc/templates/update": Placed(WRITE),
    "POST /cc/templates/delete": Placed(WRITE),
    "GET /cc/templates/list": Placed(MEMBER),
    "GET /cc/templates/{project_id}/list": Placed(READ),
    "GET /cc/templates/{template_id}": Placed(READ),
    # Talk and history
    "POST /cc/comments/create": Placed(COMMENT, {"id": "segment"}),
    "GET /cc/comments/{project_id}/list": Placed(READ),
    "POST /cc/comments/{comment_id}/resolve": Placed(COMMENT),
    "POST /cc/comments/{comment_id}/reopen": Placed(COMMENT, {"comment_id": "resolved comment"}),
    "GET /cc/history/{project_id}/list": Placed(READ),
    "POST /cc/history/{event_id}/undo": Placed(WRITE),
    "POST /cc/history/{event_id}/redo": Placed(WRITE, {"event_id": "undone event"}),
    # Not everybody did something that they may undo.
    "POST /cc/history/{project_id}/undo-last": Placed(WRITE, answers=refused(409, "CC-0055")),
    "POST /cc/history/{project_id}/redo-last": Placed(WRITE, answers=refused(409, "CC-0055")),
    "GET /cc/logs/ai/{project_id}": Placed(READ),
    "GET /cc/logs/events": Placed(MEMBER),
    "GET /cc/logs/events/{project_id}": Placed(READ),
    # The first kind is asked for; `test_provenance` asks for the others.
    "GET /cc/provenance/{kind}/{subject_id}": Placed(READ, {"subject_id": "script"}),
    # Models
    "POST /cc/ai/llm": Placed(WRITE),
    "POST /cc/ai/tts": Placed(WRITE),
    "POST /cc/ai/image": Placed(WRITE),
    # No provider makes clips yet: whoever sees the course is told.
    "POST /cc/ai/video": Placed(READ, answers=refused(501, "CC-0308")),
    # It is looked up by a worker, whom those ask who may order the render.
    "GET /cc/ai/estimate/{project_id}": Placed(WRITE),
    "GET /cc/ai/routes/list": Placed(ADMIN),
    "POST /cc/ai/routes/set": Placed(ADMIN),
    "GET /cc/ai/budgets/list": Placed(ADMIN),
    "POST /cc/ai/budgets/set": Placed(ADMIN),
    "POST /cc/ai/budgets/delete": Placed(ADMIN),
    "GET /cc/ai/spending": Placed(ADMIN),
    "GET /cc/ai/spending/{project_id}": Placed(READ),
    "GET /cc/voices/list": Placed(MEMBER),
    # Its sound is kept in the library.
    "POST /cc/voices/sample": Placed(ADMIN),
    "GET /cc/providers/list": Placed(MEMBER),
    "POST /cc/providers/create": Placed(ADMIN),
    "POST /cc/providers/{provider_id}/update": Placed(ADMIN),
    "POST /cc/providers/{provider_id}/delete": Placed(ADMIN),
    "POST /cc/providers/{provider_id}/test": Placed(ADMIN),
    # People
    "GET /cc/people/{project_id}/list": Placed((READ, ADMIN)),
    "POST /cc/people/{project_id}/share": Placed((OWN, ADMIN)),
    "POST /cc/people/{project_id}/unshare": Placed((OWN, ADMIN)),
    "GET /cc/organisations/list": Placed(ANYONE),
    "POST /cc/organisations/create": Placed(OPERATOR),
    "POST /cc/organisations/update": Placed(ADMIN),
    "GET /cc/organisations/members": Placed(MEMBER),
    "POST /cc/organisations/members/{user_id}/role": Placed(GOVERN),
    "POST /cc/organisations/members/{user_id}/remove": Placed(ADMIN),
    "GET /cc/organisations/invitations": Placed(ADMIN),
    "POST /cc/organisations/invitations/create": Placed(ADMIN),
    "POST /cc/organisations/invitations/{invitation_id}/revoke": Placed(ADMIN),
    "GET /cc/organisations/security-events": Placed(ADMIN),
    "GET /cc/keys/list": Placed(ANYONE),
    "POST /cc/keys/create": Placed(MEMBER),
    # A key ends itself only, unless it is for administration.
    "POST /cc/keys/{key_id}/revoke": Placed(ADMIN, answers=refused(403, "CC-0061"), is_hidden=True),
    # Oneself: a key stays in its organisation, and nobody's old password is known here.
    "GET /cc/accounts/me": Placed(ANYONE),
    "POST /cc/accounts/me/update": Placed(ANYONE),
    "POST /cc/accounts/me/switch": Placed(ANYONE, answers=refused(403, "CC-0066")),
    "POST /cc/accounts/me/password": Placed(ANYONE, answers=refused(401, "CC-0063")),
    "GET /cc/accounts/sessions": Placed(ANYONE),
    "POST /cc/accounts/sessions/end-all": Placed(ANYONE),
    "POST /cc/accounts/sessions/{session_id}/end": Placed("sender"),
    "POST /cc/accounts/sign-out": Placed(ANYONE),
    "POST /cc/accounts/{user_id}/close": Placed(OPERATOR),
    "POST /cc/accounts/{user_id}/open": Placed(OPERATOR, {"user_id": "closed member"}),
    # The door of an installation that has neither mail nor a provider; the links are made up.
    "GET /cc/accounts/ways": Placed(OPEN),
    "POST /cc/accounts/sign-in": Placed(OPEN, answers=refused(401, "CC-0063")),
    "POST /cc/accounts/reset/request": Placed(OPEN, answers=refused(409, "CC-0070")),
    "POST /cc/accounts/reset/use": Placed(OPEN, answers=refused(410, "CC-0067")),
    "POST /cc/accounts/invitation/look": Placed(OPEN, answers=refused(410, "CC-0067")),
    "POST /cc/accounts/invitation/accept": Placed(OPEN, answers=refused(410, "CC-0067")),
    "GET /cc/accounts/oidc/start": Placed(OPEN, answers=refused(404, "CC-0079")),
    "GET /cc/accounts/oidc/callback": Placed(OPEN, answers=refused(404, "CC-0079")),
    "GET /cc/sign-in": Placed(OPEN),
    "GET /cc/welcome": Placed(OPEN),
    "GET /cc/password": Placed(OPEN),
    "GET /cc/health": Placed(OPEN),
    "GET /cc/docs": Placed(OPEN),
    "GET /cc/docs/{name}": Placed(OPEN),
    "GET /cc/openapi.json": Placed(OPEN),
    "GET /cc/watchdog/status": Placed(MEMBER),
}


def call_of(operation: Operation, home: Home, *, with_optional: bool = False) -> HttpCall:
    """The call as somebody of an organisation makes it, about their own things.

    Args:
        with_optional: with every id that it takes, also those that it does without.
    """
    placed = OPERATIONS[operation.name]

    def thing(name: str) -> str:
        return str(home.things[placed.things.get(name) or NAMES[name]])

    path = {one["name"]: _value(one, thing) for one in operation.parameters("path")}
    query = {name: filled(value, home) for name, value in placed.query.items()}
    headers = {name: _header(value, home) for name, value in placed.headers.items()}
    call = HttpCall(operation, path, query, None, headers, placed.raw)
    if operation.schema is not None and placed.raw is None:
        call = _with_body(call, home, placed, thing, operation.schema)
        for name in optional_ids(operation.schema, call.body) if with_optional else ():
            call = call.with_id(("body", name), thing(name))
    if with_optional:
        for one in operation.parameters("query"):
            if one["name"] in NAMES:
                call = call.with_id(("query", one["name"]), thing(one["name"]))
    return call


def _with_body(
    call: HttpCall, home: Home, placed: Placed, thing: Callable[[str], str], schema: Mapping[str, Any]
) -> HttpCall:
    body = sample(schema)
    body = {**body, **placed.body} if isinstance(placed.body, Mapping) else body
    call = HttpCall(call.operation, call.path, call.query, filled(body, home), call.headers)
    for place, name in ids_in(schema, call.body):
        if _id_at(call.body, place) not in home.ids():
            call = call.with_id(place, thing(name))
    return call


def _value(parameter: Mapping[str, Any], thing: Callable[[str], str]) -> Any:
    if parameter["schema"].get("format") == "uuid":
        return thing(parameter["name"])
    return parameter.get("example") or sample(parameter["schema"])


def _header(value: str, home: Home) -> str:
    if value != "{course}":
        return value
    told = {"filename": "plan.pdf", "project_id": str(home.things["project"]), "becomes": "document"}
    return ",".join(f"{name} {base64.b64encode(text.encode()).decode()}" for name, text in told.items())


def filled(value: Any, home: Home) -> Any:
    """A value with the ids of an organisation's things for `{thing}`."""
    if isinstance(value, str) and value.startswith("{") and value.endswith("}"):
        return str(home.things[value[1:-1]])
    if isinstance(value, Mapping):
        return {name: filled(part, home) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [filled(part, home) for part in value]
    return value


def _id_at(body: Any, place: tuple[str | int, ...]) -> Any:
    for step in place[1:]:
        body = body[step]
    return body
