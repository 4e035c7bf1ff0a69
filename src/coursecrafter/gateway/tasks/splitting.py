"""Sources longer than a model is given at once: cut at their paragraphs and slides, and the answers put together again.

A summary is made of the summaries of its parts, with their pages; an outline, a quiz and key points of slides are made
part by part. Documents beside an outline are not cut: each part gets the paragraphs that are most related to its
scenes, and is told how many it does not get.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from coursecrafter.gateway.ports import TextRequest
from coursecrafter.gateway.providers.offline_text.language import Language, language_of

FEWEST_CHARS, OVERHEAD_CHARS = 4000, 400  # a course's title stands in each part
SHARE_OF_SCENES = 0.6  # of the characters of a part; documents have the rest
MOST_KEY_POINTS = 6
FEWEST_SENTENCES = 3
SHARE_OF_SUMMARY = 0.5  # of what is summed up in parts: what is longer loses every other sentence
LONGEST_PARAGRAPH_SHARE = 2  # a paragraph longer than half a part is cut between its sentences

Answer = dict[str, Any]


def split_payload(request: TextRequest, most_chars: int) -> list[TextRequest]:
    """A request in parts that are each short enough; itself where it is, or where its task cannot be parted.

    Args:
        most_chars: of the texts of a part, at least 4,000.
    """
    splitter = _SPLITTERS.get(request.task)
    if splitter is None or _length(request.payload) <= most_chars:
        return [request]
    return [
        replace(request, payload=payload)
        for payload in splitter(request, max(most_chars, FEWEST_CHARS) - OVERHEAD_CHARS)
    ]


def join_answers(request: TextRequest, answers: Sequence[Mapping[str, Any]]) -> TextRequest | Answer:
    """The answers of all parts as one, or what is still to be asked for it.

    Args:
        request: the whole one.
        answers: one of each part, in order.

    Returns:
        The answer; for a summary of several parts a request that sums up their sentences, which may be long itself.
    """
    if len(answers) == 1:
        return dict(answers[0])
    return _JOINERS[request.task](request, answers)


def _length(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Mapping):
        return sum(map(_length, value.values()))
    return sum(map(_length, value)) if isinstance(value, Sequence) else 0


def _packed(values: Sequence[Any], most_chars: int) -> list[list[Any]]:
    """Values in order in as few runs as it takes; one that is too long by itself is a run of its own."""
    runs: list[list[Any]] = []
    room = 0
    for value in values:
        length = _length(value)
        if not runs or length > room:
            runs.append([])
            room = most_chars
        runs[-1].append(value)
        room -= length
    return runs


def _split_summary(request: TextRequest, most_chars: int) -> list[Mapping[str, Any]]:
    payload = request.payload
    language = language_of(request.language)
    longest = most_chars // LONGEST_PARAGRAPH_SHARE
    cut = [[piece, page] for text, page in payload["paragraphs"] for piece in _pieces(language, text, longest)]
    runs = _packed(cut, most_chars)
    sentences = int(payload["sentences"])
    each = max(FEWEST_SENTENCES, -(-2 * sentences // len(runs)))  # more than are wanted: the best of them are taken
    return [{**payload, "paragraphs": run, "sentences": min(each, max(sentences, 1))} for run in runs]


def _pieces(language: Language, text: str, longest: int) -> list[str]:
    """A paragraph between its sentences, where it is too long; a sentence without end anywhere."""
    if len(text) <= longest:
        return [text]
    parts = [
        sentence[at : at + longest] for sentence in language.sentences(text) for at in range(0, len(sentence), longest)
    ]
    return [" ".join(run) for run in _packed(parts, longest)]


def _join_summary(request: TextRequest, answers: Sequence[Mapping[str, Any]]) -> TextRequest:
    paragraphs = [[one["text"], one["page"]] for answer in answers for one in answer["sentences"]]
    most = SHARE_OF_SUMMARY * _length(request.payload["paragraphs"])
    # A model that hardly sums up, since very many sentences are allowed, must not be asked and paid without end.
    while len(paragraphs) > 1 and _length(paragraphs) > most:
        paragraphs = paragraphs[::2]
    return replace(request, payload={**request.payload, "paragraphs": paragraphs})


def _split_outline(request: TextRequest, most_chars: int) -> list[Mapping[str, Any]]:
    payload = request.payload
    language = language_of(request.language)
    documents = payload.get("documents", ())
    scene_chars = int(SHARE_OF_SCENES * most_chars) if documents else most_chars
    runs = _packed(payload["scenes"], scene_chars) or [[]]
    parts: list[Mapping[str, Any]] = []
    for nth, scenes in enumerate(runs, 1):
        chosen, left_out = _related(language, scenes, documents, max(0, most_chars - _length(scenes)))
        part = {**payload, "scenes": scenes, "documents": chosen}
        part |= {"part": {"part": nth, "parts": len(runs)}} if len(runs) > 1 else {}
        part |= {"left_out": left_out} if left_out else {}
        parts.append(part)
    return parts


def _related(
    language: Language, scenes: Sequence[Any], documents: Sequence[Mapping[str, Any]], room: int
) -> tuple[list[Mapping[str, Any]], int]:
    """Of the documents the paragraphs that share most words with some scenes, in their order, and how many stay out."""
    topic = set(language.stems(" ".join(_all_texts(scenes))))
    places = [
        (len(topic & set(language.stems(text))), -nth, -index, len(text) + len(document["title"]))
        for nth, document in enumerate(documents)
        for index, (text, _) in enumerate(document["paragraphs"])
    ]
    taken: set[tuple[int, int]] = set()
    for shared, nth, index, length in sorted(places, reverse=True):
        if shared and length <= room:
            taken.add((-nth, -index))
            room -= length
    chosen = [
        {**document, "paragraphs": [one for index, one in enumerate(document["paragraphs"]) if (nth, index) in taken]}
        for nth, document in enumerate(documents)
    ]
    return [document for document in chosen if document["paragraphs"]], len(places) - len(taken)


def _all_texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    entries = value.values() if isinstance(value, Mapping) else value if isinstance(value, Sequence) else ()
    return [text for entry in entries for text in _all_texts(entry)]


def _join_outline(_: TextRequest, answers: Sequence[Mapping[str, Any]]) -> Answer:
    """Scenes in order; of the scenes without a slide only a welcome at the beginning and a farewell at the end stay."""
    scenes: list[Any] = []
    for nth, answer in enumerate(answers):
        known = [index for index, scene in enumerate(answer["scenes"]) if scene["ref"] is not None]
        first, last = (known[0], known[-1]) if known else (len(answer["scenes"]), -1)
        for index, scene in enumerate(answer["scenes"]):
            is_welcome = nth == 0 and index < first
            is_farewell = nth == len(answers) - 1 and index > last
            if scene["ref"] is not None or is_welcome or is_farewell:
                scenes.append(scene)
    return {"scenes": scenes}


def _split_slides(request: TextRequest, most_chars: int) -> list[Mapping[str, Any]]:
    """Slides in parts; the questions are spread over them, so that all parts together ask no more than was ordered."""
    payload = request.payload
    runs = _packed(payload["slides"], most_chars)
    if "max_questions" not in payload:
        return [{**payload, "slides": run} for run in runs]
    most = int(payload["max_questions"])
    shares = [most * (nth + 1) // len(runs) - most * nth // len(runs) for nth in range(len(runs))]
    return [
        {**payload, "slides": run, "max_questions": share} for run, share in zip(runs, shares, strict=True) if share
    ]


def _join_quiz(_: TextRequest, answers: Sequence[Mapping[str, Any]]) -> Answer:
    """All questions; one that two parts ask in the same words is asked once."""
    questions = [question for answer in answers for question in answer["questions"]]
    first = {question["text"].strip().casefold(): question for question in reversed(questions)}
    return {"questions": [one for one in questions if first[one["text"].strip().casefold()] is one]}


def _join_key_points(_: TextRequest, answers: Sequence[Mapping[str, Any]]) -> Answer:
    """As many items as one answer may hold, spread over all parts; a timeline only where all parts are one."""
    items = [one for answer in answers for one in answer["items"]]
    last = max(len(items) - 1, 0)
    picks = sorted({nth * last // (MOST_KEY_POINTS - 1) for nth in range(MOST_KEY_POINTS)}) if items else []
    is_timeline = all(answer["kind"] == "timeline" for answer in answers)
    of_kind = [answer for answer in answers if is_timeline or answer["kind"] == "accordion"]
    return {
        "kind": "timeline" if is_timeline else "accordion",
        "title": of_kind[0]["title"],
        "items": [items[index] for index in picks],
    }


_SPLITTERS: Mapping[str, Callable[[TextRequest, int], list[Mapping[str, Any]]]] = {
    "summary": _split_summary,
    "outline": _split_outline,
    "quiz": _split_slides,
    "key_points": _split_slides,
}
_JOINERS: Mapping[str, Callable[[TextRequest, Sequence[Mapping[str, Any]]], TextRequest | Answer]] = {
    "summary": _join_summary,
    "outline": _join_outline,
    "quiz": _join_quiz,
    "key_points": _join_key_points,
}
