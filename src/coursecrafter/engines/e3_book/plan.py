"""Plan a book: the course tree as chapters, sections and subsections with their first text.

Chapters are learning units, sections are modules, subsections are lessons (product, E3). A level that repeats the title
of its only child is not printed twice; the levels that this leaves free are filled by the topics of the lessons.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from coursecrafter.domain.book import BookSection
from coursecrafter.domain.course import Course, LessonContent, ModuleContent, UnitContent
from coursecrafter.engines.e3_book.cleaning import clean_line
from coursecrafter.engines.e3_book.figures import picture_markdown
from coursecrafter.engines.e3_book.prose import escape_markdown, write_blocks, write_notes
from coursecrafter.engines.e3_book.topics import Topic, find_topics, group_topics, scene_blocks
from coursecrafter.engines.e3_book.words import Words, words_of

DEEPEST_SECTION = 3


@dataclass(frozen=True, slots=True)
class _Node:
    """A unit, a module or a lesson of the tree.

    Attributes:
        markdown: blocks that stand under its title.
        lesson: the lesson that it is, or that it has been merged with.
    """

    title: str
    mapping_type: str
    mapping_id: UUID
    markdown: tuple[str, ...]
    children: tuple[_Node, ...] = ()
    lesson: LessonContent | None = None


def plan_sections(course: Course) -> tuple[BookSection, ...]:
    """Plan the sections of a course's book.

    Returns:
        Sections in reading order; one without text has subsections. None for a course without scenes.

    Source: product, E3; schema 8.2.
    """
    words = words_of(course.language)
    chapters = [_merged(_unit(unit)) for unit in course.units if _has_scenes(unit)]
    if len(chapters) == 1 and chapters[0].lesson is not None:
        return tuple(_lesson_as_book(chapters[0], chapters[0].lesson, words))
    if len(chapters) == 1 and _same(chapters[0].title, course.name):
        first, *others = chapters[0].children
        chapters = [replace(first, markdown=chapters[0].markdown + first.markdown), *others]
    return tuple(section for chapter in chapters for section in _sections(chapter, 1, words))


def _has_scenes(unit: UnitContent) -> bool:
    return any(lesson.scenes for module in unit.modules for lesson in module.lessons)


def _unit(unit: UnitContent) -> _Node:
    modules = tuple(_module(module) for module in unit.modules if any(lesson.scenes for lesson in module.lessons))
    return _Node(clean_line(unit.title), "learning_unit", unit.id, _paragraphs(unit.description), modules)


def _module(module: ModuleContent) -> _Node:
    lessons = tuple(_lesson(lesson) for lesson in module.lessons if lesson.scenes)
    return _Node(clean_line(module.title), "module", module.id, _paragraphs(module.description), lessons)


def _lesson(lesson: LessonContent) -> _Node:
    return _Node(clean_line(lesson.title), "lesson", lesson.id, _paragraphs(lesson.objective), lesson=lesson)


def _paragraphs(text: str | None) -> tuple[str, ...]:
    return tuple(write_notes(text or ""))


def _merged(node: _Node) -> _Node:
    """Give a node the text and the children of an only child that has its title."""
    children = tuple(_merged(child) for child in node.children)
    if len(children) == 1 and _same(children[0].title, node.title):
        only = children[0]
        markdown = node.markdown + tuple(block for block in only.markdown if block not in node.markdown)
        return replace(node, markdown=markdown, children=only.children, lesson=only.lesson)
    return replace(node, children=children)


def _lesson_as_book(node: _Node, lesson: LessonContent, words: Words) -> Iterator[BookSection]:
    """The chapters of a book that is one lesson: its parts, with their topics as sections."""
    lead = node.markdown
    for part in group_topics(find_topics(lesson)):
        yield _topic_section(1, part.lead, lesson, lead, words)
        lead = ()
        for topic in part.topics:
            yield _topic_section(2, topic, lesson, (), words)


def _topic_section(level: int, topic: Topic, lesson: LessonContent, lead: Sequence[str], words: Words) -> BookSection:
    markdown = _joined([*lead, *_topic_markdown(topic, lesson, words)])
    return BookSection(level, topic.title or words.introduction, markdown, "lesson", lesson.id)


def _sections(node: _Node, level: int, words: Words) -> Iterator[BookSection]:
    """A node's section and those below it."""
    topics = find_topics(node.lesson) if node.lesson else ()
    own: list[str] = list(node.markdown)
    if topics and (topics[0].title is None or _same(topics[0].title, node.title)):
        own += _topic_markdown(topics[0], node.lesson, words) if node.lesson else []
        topics = topics[1:]
    if node.lesson and level >= DEEPEST_SECTION:
        for topic in topics:
            own += [f"#### {escape_markdown(topic.title or '')}", *_topic_markdown(topic, node.lesson, words)]
    yield BookSection(level, node.title, _joined(own), node.mapping_type, node.mapping_id)
    if node.lesson and level < DEEPEST_SECTION:
        for topic in topics:
            yield _topic_section(level + 1, topic, node.lesson, (), words)
    for child in node.children:
        yield from _sections(child, level + 1, words)


def _topic_markdown(topic: Topic, lesson: LessonContent, words: Words) -> list[str]:
    """A topic's scenes: each with its picture, what its speaker says of it, and what stands on it."""
    markdown: list[str] = []
    last_picture = ""
    for scene in topic.opening + topic.scenes:
        segment = next((segment for segment in reversed(scene.segments) if segment.picture), None)
        if segment and segment.picture and segment.picture.sha256 != last_picture:
            last_picture = segment.picture.sha256
            markdown.append(picture_markdown(scene, segment, topic, lesson.title, words))
        markdown += write_notes(scene.notes)
        markdown += write_blocks(scene_blocks(scene), topic.title)
    return markdown


def _joined(blocks: Iterable[str]) -> str:
    return "\n\n".join(blocks)


def _same(title: str, other: str) -> bool:
    return clean_line(title).casefold() == clean_line(other).casefold()
