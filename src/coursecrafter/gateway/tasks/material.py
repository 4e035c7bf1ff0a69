"""What a task is given, read once from its payload: what a model is shown, what may be cited, what is rested on.

Texts are tamed here, so that prompt, checks and references speak of the same characters.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from coursecrafter.gateway.ports import TextRequest
from coursecrafter.gateway.tasks.fencing import tamed, visible
from coursecrafter.gateway.tasks.refusing import UnreadableSource, UnusableInput, has_text

MOST_PICTURE_BYTES = 4 * 1024 * 1024
PICTURE_HEADS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


@dataclass(frozen=True, slots=True)
class Material:
    """A payload as a task sees it.

    Attributes:
        shown: what stands in the fence, JSON.
        groups: texts from outside that stand together, such as those of one slide.
        refs: what may be cited, as it stands in `shown`.
        own: the text that is edited; "" for tasks that write a new one.
        limits: our own numbers and choices, for the part of the user turn that stands outside the fence.
        pictures: PNG or JPEG.
    """

    shown: Mapping[str, Any]
    groups: tuple[tuple[str, ...], ...]
    refs: frozenset[str] = frozenset()
    own: str = ""
    limits: Mapping[str, int] = field(default_factory=dict)
    pictures: tuple[bytes, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """All texts, one after another."""
        return tuple(text for group in self.groups for text in group)


Payload = Mapping[str, Any]


def read_material(request: TextRequest) -> Material:
    """Read a request's payload.

    Raises:
        UnusableInput: CC-0337, a field is missing or is not what it has to be.
        UnreadableSource: CC-0336, the picture is none.
    """
    try:
        return _READERS[request.task](request.payload)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        # A name that is missing is one of ours: it comes from the readers below, never from the payload.
        if isinstance(error, KeyError):
            raise UnusableInput(f"The payload of “{request.task}” has no “{error.args[0]}”.") from error
        said = f"Something in the payload of “{request.task}” is not what it has to be."
        raise UnusableInput(said, detail=type(error).__name__) from error


def _texts(values: Sequence[Any]) -> list[str]:
    if isinstance(values, str):
        raise TypeError("a list of texts")
    return [tamed(_text(value)) for value in values]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError("a text")
    return value


def _outline(payload: Payload) -> Material:
    scenes: list[dict[str, Any]] = []
    groups: list[tuple[str, ...]] = [(tamed(_text(payload["title"])),)]
    refs: set[str] = set()
    for scene in payload["scenes"]:
        ref, notes = visible(str(scene["ref"])), tamed(_text(scene.get("notes")))
        heading, texts = tamed(_text(scene.get("heading"))), _texts(scene["texts"])
        shown: dict[str, Any] = {"ref": ref, "heading": heading, "texts": texts}
        refs.add(ref)
        if notes.strip():
            notes_ref = f"notes {ref.rpartition(' ')[2]}"
            refs.add(notes_ref)
            shown |= {"notes": notes, "notes_ref": notes_ref}
        scenes.append(shown)
        groups.append((heading, *texts, notes))
    documents = [list(_document(document)) for document in payload.get("documents", ())]
    refs |= {paragraph["ref"] for document in documents for paragraph in document}
    groups += [tuple(paragraph["text"] for paragraph in document) for document in documents]
    limits = {"most_words_per_scene": int(payload.get("max_words_per_scene", 55)), "scenes": len(scenes)}
    limits |= {name: int(payload["part"][name]) for name in ("part", "parts")} if payload.get("part") else {}
    limits |= {"left_out_paragraphs": int(payload["left_out"])} if payload.get("left_out") else {}
    data = {"title": groups[0][0], "scenes": scenes, "documents": documents}
    return Material(data, tuple(groups), frozenset(refs), limits=limits)


def _document(document: Payload) -> Iterator[dict[str, str]]:
    title = tamed(_text(document["title"])).replace("\n", " ")
    for text, page in document["paragraphs"]:
        yield {"ref": title if page is None else f"{title} p. {int(page)}", "text": tamed(_text(text))}


def _slides(payload: Payload) -> Material:
    slides: list[dict[str, Any]] = []
    title = tamed(_text(payload.get("title")))
    groups: list[tuple[str, ...]] = [(title,)] if title else []
    for slide in payload["slides"]:
        heading = tamed(_text(slide.get("title")))
        shown: dict[str, Any] = {
            "ref": visible(str(slide["ref"])),
            "title": heading,
            "texts": _texts(slide["texts"]),
        }
        tables = [[_texts(row) for row in table] for table in slide.get("tables", ())]
        if tables:
            shown["tables"] = tables
        slides.append(shown)
        cells = (cell for table in tables for row in table for cell in row)
        groups.append((heading, *shown["texts"], *cells))
    limits = {"most_questions": int(payload["max_questions"])} if "max_questions" in payload else {}
    refs = frozenset(slide["ref"] for slide in slides)
    shown_title = {"title": title} if title else {}
    return Material({**shown_title, "slides": slides}, tuple(groups), refs, limits=limits)


def _summary(payload: Payload) -> Material:
    paragraphs = [
        {"page": None if page is None else int(page), "text": tamed(_text(text))}
        for text, page in payload["paragraphs"]
    ]
    pages = frozenset(f"{paragraph['page']}" for paragraph in paragraphs if paragraph["page"] is not None)
    limits = {"sentences": int(payload["sentences"])}
    return Material({"paragraphs": paragraphs}, (tuple(str(one["text"]) for one in paragraphs),), pages, limits=limits)


def _script(payload: Payload) -> Material:
    points = _texts(payload["points"])
    notes = tamed(_text(payload["notes"]))
    shown: dict[str, Any] = {
        "course": tamed(_text(payload["title"])),
        "heading": tamed(_text(payload["heading"])),
        "points": points,
        "notes": notes,
    }
    refs = {name for name in ("heading", "points", "notes") if has_text(_texts_of(shown[name]))}
    group = (shown["course"], shown["heading"], *points, notes)
    return Material(shown, (group,), frozenset(refs), limits={"most_words": int(payload["max_words"])})


def _texts_of(value: Any) -> Sequence[str]:
    return (value,) if isinstance(value, str) else value


def _described(payload: Payload) -> Material:
    """A slide to be pictured or described."""
    shown: dict[str, Any] = {"heading": tamed(_text(payload["heading"])), "texts": _texts(payload["texts"])}
    if "style" in payload:
        shown["style"] = tamed(_text(payload["style"]))
    picture = payload.get("picture_base64")
    pictures = (_picture(picture),) if picture else ()
    return Material(shown, ((shown["heading"], *shown["texts"]),), pictures=pictures)


def _picture(encoded: Any) -> bytes:
    try:
        content = base64.b64decode(_text(encoded), validate=True)
    except binascii.Error as error:
        raise UnreadableSource("The picture cannot be read.", detail=str(error)) from error
    if not content.startswith(PICTURE_HEADS) or len(content) > MOST_PICTURE_BYTES:
        raise UnreadableSource("The picture is no PNG or JPEG of up to 4 MB.", detail=f"{len(content)} bytes")
    return content


def _edited(payload: Payload) -> Material:
    """A text to be edited, beside it paragraphs that may be used."""
    own = tamed(_text(payload["text"]))
    shown: dict[str, Any] = {"text": own}
    groups: list[tuple[str, ...]] = [(own,)]
    refs: set[str] = set()
    if "paragraphs" in payload:
        paragraphs = [_sourced(text, page) for text, page in payload["paragraphs"]]
        shown["paragraphs"] = paragraphs
        refs = {paragraph["ref"] for paragraph in paragraphs if paragraph["ref"]}
        groups.append(tuple(paragraph["text"] for paragraph in paragraphs))
    for name in ("style", "kind"):
        if payload.get(name):
            shown[name] = tamed(_text(payload[name]))
    limits = {"most_words": int(payload["max_words"])} if payload.get("max_words") else {}
    return Material(shown, tuple(groups), frozenset(refs), own, limits)


def _sourced(text: Any, page: Any) -> dict[str, str]:
    return {"ref": "" if page is None else f"p. {int(page)}", "text": tamed(_text(text))}


def _translated(payload: Payload) -> Material:
    texts = _texts(payload["texts"])
    if not isinstance(payload["to"], str):
        raise TypeError("a language")
    return Material({"texts": texts}, tuple((text,) for text in texts), limits={"texts": len(texts)})


_READERS: Mapping[str, Callable[[Payload], Material]] = {
    "outline": _outline,
    "quiz": _slides,
    "key_points": _slides,
    "summary": _summary,
    "script": _script,
    "image_prompt": _described,
    "alt_text": _described,
    "rewrite": _edited,
    "summarise": _edited,
    "extend": _edited,
    "simplify": _edited,
    "change_style": _edited,
    "add_example": _edited,
    "suggest_illustration": _edited,
    "interaction": _edited,
    "translate": _translated,
}
