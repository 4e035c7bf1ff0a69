"""What is asked of each server: the same thing of both, in the words of each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from api_load.world import LESSONS, SEGMENTS, Person

LIVE = "condition: {deletedAt: null}, orderBy: [SEQUENCE_ASC, ROW_ID_ASC]"
TIMES = "createdAt updatedAt"
LESSON = f"rowId projectId learningUnitId moduleId title code objective engineFlags status sequence {TIMES}"
TREE = f"""
query Tree($project: UUID!) {{
  ccProjectByRowId(rowId: $project) {{
    rowId orgId name code description status defaultLanguage createdBy {TIMES}
    ccLearningUnitsByProjectId({LIVE}) {{ nodes {{
      rowId projectId title description sequence {TIMES}
      ccModulesByLearningUnitIdAndProjectId({LIVE}) {{ nodes {{
        rowId projectId learningUnitId title description sequence {TIMES}
        ccLessonsByModuleIdAndProjectId({LIVE}) {{ nodes {{ {LESSON}
          ccScenesByLessonId(condition: {{deletedAt: null}}) {{ totalCount }}
          ccSegmentsByLessonId(condition: {{deletedAt: null}}) {{ totalCount }}
        }} }}
      }} }}
    }} }}
  }}
}}
"""
PLAN = f"""
query Plan($lesson: UUID!) {{
  ccLessonByRowId(rowId: $lesson) {{
    rowId projectId title status updatedAt
    ccScenesByLessonId({LIVE}) {{ nodes {{
      rowId lessonId title description sequence {TIMES}
      ccSegmentsBySceneIdAndLessonId({LIVE}) {{ nodes {{
        rowId sceneId lessonId sourceType sourceRef sequence scriptText onScreenDuration gapAfter isYoutubeEmbed
        youtubeUrl status {TIMES}
        ccAssetsBySegmentIdAndLessonId(condition: {{role: "slide_picture", isActive: true, deletedAt: null}}) {{
          nodes {{ rowId }}
        }}
        ccScriptsBySegmentIdAndLessonId(condition: {{engine: "e1"}}) {{ nodes {{
          rowId projectId lessonId sceneId segmentId engine draftText finalText status createdBy {TIMES}
          ccVoiceTracksByScriptIdAndLessonId(orderBy: [ROW_ID_DESC]) {{ nodes {{
            rowId projectId lessonId sceneId segmentId scriptId filePath voiceProfile durationSeconds ttsProvider
            status {TIMES}
          }} }}
        }} }}
      }} }}
    }} }}
  }}
}}
"""
CREATE = f"""
mutation Create($lesson: CcLessonInput!) {{
  createCcLesson(input: {{ccLesson: $lesson}}) {{ ccLesson {{ {LESSON} }} }}
}}
"""

Ask = Callable[[Person, int], str]


@dataclass(frozen=True, slots=True)
class Call:
    """One thing that is asked.

    Attributes:
        name: what an author would say was asked for.
        ours, peers: the request of a person's n-th call, as HTTP/1.1.
        status: of our answer; the peer's is always 200.
        holds: words of the answers, and how often they must stand in it: ours, the peer's, number.
        writes: whether the database must be put back afterwards.
        limit_ms: what the specification allows, at the 99th percentile.
    """

    name: str
    ours: Ask
    peers: Ask
    status: int = 200
    holds: tuple[str, str, int] = ("", "", 0)
    writes: bool = False
    limit_ms: float = 300.0


def _get(person: Person, path: str) -> str:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {person.key}\r\n\r\n"


def _post(person: Person, path: str, body: Mapping[str, Any]) -> str:
    text = json.dumps(body)
    return (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {person.key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n{text}"
    )


def _graphql(person: Person, query: str, **variables: Any) -> str:
    return _post(person, "/graphql", {"query": query, "variables": variables})


def _lesson(person: Person, number: int) -> UUID:
    return person.lessons[number % len(person.lessons)]


def _create(person: Person, number: int) -> str:
    module, _unit = person.modules[number % len(person.modules)]
    body = {"module_id": str(module), "title": "Load", "objective": "Know whom to ask."}
    return _post(person, "/cc/hierarchy/lesson/create", body)


def _create_at_peer(person: Person, number: int) -> str:
    module, unit = person.modules[number % len(person.modules)]
    keys = {"projectId": str(person.project_id), "learningUnitId": str(unit), "moduleId": str(module)}
    said = {"title": "Load", "objective": "Know whom to ask.", "sequence": 5}
    return _graphql(person, CREATE, lesson={**keys, **said})


CALLS = (
    Call(
        "full tree of 64 lessons",
        lambda person, _: _get(person, f"/cc/hierarchy/{person.project_id}/full-tree"),
        lambda person, _: _graphql(person, TREE, project=str(person.project_id)),
        holds=('"objective"', '"objective"', LESSONS),
    ),
    Call(
        "lesson plan",
        lambda person, number: _get(person, f"/cc/engine1/{_lesson(person, number)}/plan"),
        lambda person, number: _graphql(person, PLAN, lesson=str(_lesson(person, number))),
        holds=('"voice_profile"', '"voiceProfile"', SEGMENTS),
    ),
    Call("create lesson", _create, _create_at_peer, status=201, holds=('"Load"', '"Load"', 1), writes=True),
)


def requests_of(ask: Ask, people: tuple[Person, ...], clients: int) -> Iterator[list[str]]:
    """What each client sends in turn; clients of one person begin at different places."""
    for client in range(clients):
        person = people[client % len(people)]
        yield [ask(person, client + number) for number in range(len(person.lessons))]
