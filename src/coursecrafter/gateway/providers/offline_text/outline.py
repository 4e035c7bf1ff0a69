"""The outline of a branded video, from slides, notes and documents: only words that stand in them.

A slide's scene depends on that slide alone (and on documents, for the one sentence that may be added), so a change on
one slide changes its own scene. Documents' sentences are given to the scene that they fit best.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coursecrafter.gateway.providers.offline_text.closing import KeyPoint, fitting, key_point
from coursecrafter.gateway.providers.offline_text.language import (
    LIST_ENDS,
    Language,
    as_sentence,
    cut_words,
    is_code,
    is_prose,
    language_of,
    list_comma,
    tidy,
    without_addresses,
    words,
)
from coursecrafter.gateway.providers.offline_text.phrases import phrases
from coursecrafter.gateway.providers.offline_text.presenter_notes import script_of, without_asides
from coursecrafter.gateway.providers.offline_text.statements import (
    FRONT_TITLE,
    is_about_itself,
    leans_on_others,
    without_numbering,
)
from coursecrafter.gateway.providers.offline_text.table_rows import is_row_of_numbers, table_at, tell_rows
from coursecrafter.gateway.providers.offline_text.textrank import best_indices, rank_sentences

HEADING_CHARS = 60
FEWEST_KEY_POINTS, MOST_KEY_POINTS = 3, 5
SHORT_SENTENCE_WORDS = 7
LIST_ENTRY_WORDS = 5
LONGEST_ENTRY_CHARS = 60
FEWEST_DOCUMENT_WORDS, MOST_DOCUMENT_WORDS = 6, 34
FEWEST_SHARED_STEMS = 3
LEAST_RELATED = 0.3
REPEATED = 0.5
LONG_COURSE = 3  # scenes; its first and its last one are a welcome and a farewell
FEWEST_REPEATS = 3
CHARS_PER_WORD = 2  # where no spaces tell


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence and where it stands ("slide 3", "notes 3", "Handbook p. 3").

    Attributes:
        table: which of the slide's tables it is a row of, from 1; 0: none.
    """

    text: str
    ref: str
    table: int = 0


@dataclass(frozen=True, slots=True)
class _Scene:
    ref: str
    heading: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class _DocumentSentence:
    statement: Statement
    stems: frozenset[str]


def write_outline(tag: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Scenes with headings and narration.

    Args:
        tag: BCP 47.
        payload: `{"title", "scenes": [{"ref", "heading", "texts", "notes"}], "documents": [{"title", "paragraphs":
            [[text, page], …]}], "max_words_per_scene"}`.

    Returns:
        `{"scenes": [{"ref", "heading", "segments": [{"text", "refs"}]}]}`.
    """
    language = language_of(tag)
    most_words = int(payload.get("max_words_per_scene", 55))
    found = [_slide_scene(language, scene, most_words) for scene in payload["scenes"]]
    scenes = [scene for scene in found if scene]
    added = _documents_for(language, scenes, payload.get("documents", ()))
    bodies = [
        _as_json(language, scene.ref, scene.heading, (*scene.statements, *added[nth]))
        for nth, scene in enumerate(scenes)
    ]
    return {
        "scenes": [*_opening(language, payload["title"], scenes), *bodies, *_closing(tag, payload["title"], scenes)]
    }


def _slide_scene(language: Language, scene: Mapping[str, Any], most_words: int) -> _Scene | None:
    """What the slide says: its notes where they are a script, else its texts; None where it says nothing."""
    ref = str(scene["ref"])
    number = ref.rpartition(" ")[2]
    heading = tidy(scene.get("heading") or "")
    told = language.sentences(without_addresses(without_asides(scene.get("notes") or "")))
    script = script_of([text for text in told if is_prose(text)])
    spoken = [Statement(as_sentence(text), f"notes {number}") for text in script]
    if not spoken:
        spoken = _on_screen(language, heading, ref, scene["texts"])
    statements = carrying(language, _without_repeats(spoken), most_words)
    if not statements:
        return None
    return _Scene(ref, cut_words(heading or statements[0].text.rstrip(".。"), HEADING_CHARS), tuple(statements))


def _on_screen(language: Language, heading: str, ref: str, texts: Sequence[str]) -> list[Statement]:
    """Speak what stands on a slide: its heading, tables by their rows, short bullets as one list, sentences."""
    found = [entry for text in texts for entry in lines(text, is_row_of_numbers)]
    entries = without_numbering([entry for entry in found if entry.casefold() != heading.casefold()])
    spoken = [Statement(as_sentence(heading), ref)] if is_prose(heading) else []
    plain: list[str] = []
    at = tables = 0
    while at < len(entries):
        rows = table_at(entries, at)
        if not rows:
            plain.append(entries[at])
            at += 1
            continue
        spoken += [Statement(text, ref) for text in _plainly(language, plain)]
        tables += 1
        spoken += [Statement(as_sentence(text), ref, tables) for text in tell_rows(language, rows)]
        plain, at = [], at + len(rows)
    return [*spoken, *(Statement(text, ref) for text in _plainly(language, plain))]


def _plainly(language: Language, entries: Sequence[str]) -> list[str]:
    """Short entries as one list, sentences as they are."""
    spoken: list[str] = []
    short: list[str] = []
    for entry in filter(is_prose, entries):
        if is_list_entry(entry):
            short.append(entry.rstrip(LIST_ENDS))
            continue
        spoken.extend(joined(short))
        short = []
        spoken.extend(as_sentence(sentence) for sentence in language.sentences(entry))
    return list(filter(is_prose, [*spoken, *joined(short)]))


def lines(text: str, is_kept: Callable[[str], bool] = is_prose) -> list[str]:
    """The lines of a text that a voice could say, and those that are to be kept beside them."""
    found = (tidy(line) for line in text.replace("\v", "\n").split("\n"))
    return [line for line in found if is_prose(line) or is_kept(line)]


def repeated_lines(slides: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Lines that stand on three slides or more, case folded: footers and placeholders."""
    counts = Counter(
        key for slide in slides for key in {line.casefold() for text in slide["texts"] for line in lines(text)}
    )
    return frozenset(key for key, count in counts.items() if count >= FEWEST_REPEATS)


def is_list_entry(entry: str) -> bool:
    """Whether it is spoken as a part of a list: a few words without an end."""
    is_short = len(words(entry)) <= LIST_ENTRY_WORDS and len(entry) <= LONGEST_ENTRY_CHARS
    return is_short and not is_code(entry) and not entry.endswith((".", "!", "?", ":", "。", "！", "？", "؟"))


def joined(entries: Sequence[str]) -> list[str]:
    """Short entries as one spoken list; nothing of nothing."""
    return [as_sentence(list_comma(entries).join(entries))] if entries else []


def _without_repeats(statements: Sequence[Statement]) -> list[Statement]:
    first = {statement.text.casefold(): statement for statement in reversed(statements)}
    return [statement for statement in statements if first[statement.text.casefold()] is statement]


def carrying(language: Language, statements: Sequence[Statement], most_words: int) -> list[Statement]:
    """The highest ranked sentences that fit, in order of the source; at least one. Of a table its first rows."""
    scores = rank_sentences([language.stems(statement.text) for statement in statements])
    ranking = sorted(range(len(statements)), key=lambda index: (-scores[index], index))
    usual = sum(scores) / max(len(scores), 1)
    chosen: list[int] = []
    left, is_full = most_words, False
    for index in ranking:
        length = _length_words(language, statements[index].text)
        is_filler = is_full and scores[index] < usual  # what only fits because it is short carries nothing
        if not chosen or (length <= left and not is_filler):
            chosen.append(index)
            left -= length
        else:
            is_full = True
    return [statements[index] for index in _first_rows(statements, sorted(chosen))]


def _first_rows(statements: Sequence[Statement], chosen: Sequence[int]) -> list[int]:
    """As many rows of each table as were chosen, from its top."""
    rows: dict[int, list[int]] = defaultdict(list)
    for index, statement in enumerate(statements):
        rows[statement.table].append(index)
    return [index if (nth := statements[index].table) == 0 else rows[nth].pop(0) for index in chosen]


def _length_words(language: Language, text: str) -> int:
    return len(words(text)) if language.has_spaces else len(text) // CHARS_PER_WORD


def _documents_for(
    language: Language, scenes: Sequence[_Scene], documents: Sequence[Mapping[str, Any]]
) -> dict[int, tuple[Statement, ...]]:
    """For each scene the sentence of a document that is most related to it, if one is; a sentence is used once."""
    sentences = _document_sentences(language, documents)
    by_stem: dict[str, list[int]] = defaultdict(list)
    for index, sentence in enumerate(sentences):
        for stem in sorted(sentence.stems):
            by_stem[stem].append(index)
    claims: dict[int, tuple[float, int]] = {}
    said = [frozenset(language.stems(statement.text)) for scene in scenes for statement in scene.statements]
    inner = scenes[1:-1] if len(scenes) > LONG_COURSE else scenes
    for nth, scene in enumerate(scenes):
        if scene not in inner or FRONT_TITLE.search(scene.heading):
            continue
        best = _most_related(language, scene, sentences, by_stem, said)
        if best and (best[1] not in claims or claims[best[1]][0] < best[0]):
            claims[best[1]] = (best[0], nth)
    given: dict[int, tuple[Statement, ...]] = defaultdict(tuple)
    given.update({nth: (sentences[index].statement,) for index, (_, nth) in claims.items()})
    return given


def _document_sentences(language: Language, documents: Sequence[Mapping[str, Any]]) -> list[_DocumentSentence]:
    found: list[_DocumentSentence] = []
    for document in documents:
        for paragraph, page in document["paragraphs"]:
            ref = document["title"] if page is None else f"{document['title']} p. {page}"
            for sentence in language.sentences(paragraph):
                length = _length_words(language, sentence)
                is_whole = sentence.endswith((".", "!", "。", "！", "۔", "।"))
                is_alone = not is_about_itself(sentence) and not leans_on_others(language, sentence)
                if (
                    is_whole
                    and is_alone
                    and is_prose(sentence)
                    and FEWEST_DOCUMENT_WORDS <= length <= MOST_DOCUMENT_WORDS
                ):
                    found.append(_DocumentSentence(Statement(sentence, ref), frozenset(language.stems(sentence))))
    return found


def _most_related(
    language: Language,
    scene: _Scene,
    sentences: Sequence[_DocumentSentence],
    by_stem: Mapping[str, Sequence[int]],
    said: Sequence[frozenset[str]],
) -> tuple[float, int] | None:
    """Cosine of the stems, and the index of the sentence; None below the threshold or if a scene says it already."""
    topic = frozenset(language.stems(" ".join([scene.heading, *(statement.text for statement in scene.statements)])))
    shared = Counter(index for stem in sorted(topic) for index in by_stem.get(stem, ()))
    scored = sorted(
        (-round(count / (len(topic) * len(sentences[index].stems)) ** 0.5, 9), index)
        for index, count in shared.items()
        if count >= FEWEST_SHARED_STEMS
    )
    related = ((-score, index) for score, index in scored if -score >= LEAST_RELATED)
    new = (hit for hit in related if not any(_is_said(sentences[hit[1]].stems, stems) for stems in said))
    return next(new, None)


def _is_said(sentence: frozenset[str], statement: frozenset[str]) -> bool:
    return len(sentence & statement) > REPEATED * len(sentence)


def _opening(language: Language, title: str, scenes: Sequence[_Scene]) -> list[dict[str, Any]]:
    """The title, unless the first slide says it."""
    bare = tidy(title)
    is_said = bool(scenes) and bare.casefold() == scenes[0].heading.casefold()
    if is_said or not scenes or not is_prose(bare):
        return []
    return [_as_json(language, None, cut_words(bare, HEADING_CHARS), [Statement(as_sentence(bare), scenes[0].ref)])]


def _closing(tag: str, title: str, scenes: Sequence[_Scene]) -> list[dict[str, Any]]:
    """Up to five statements, spread over the course; none of an agenda, thanks or a page for questions."""
    language = language_of(tag)
    found: dict[str, tuple[KeyPoint, str]] = {}
    for nth, scene in enumerate(scenes):
        is_cover = nth == 0 or scene.heading.casefold() == tidy(title).casefold()
        listed = [index for index, one in enumerate(scene.statements) if one.ref == scene.ref and not is_cover]
        point = key_point(language, scene.heading, [one.text for one in scene.statements], listed)
        if point and not FRONT_TITLE.search(scene.heading):
            found.setdefault(point.text.casefold(), (point, scene.statements[point.index].ref))
    stated = [(point, ref) for point, ref in found.values() if point.is_statement]
    points = stated if len(stated) >= MOST_KEY_POINTS else list(found.values())
    if len(points) < FEWEST_KEY_POINTS:
        return []
    chosen = fitting([point.text for point, _ in points], MOST_KEY_POINTS, FEWEST_KEY_POINTS)
    segments = [{"text": points[index][0].text, "refs": [points[index][1]]} for index in chosen]
    return [{"ref": None, "heading": phrases(tag).key_points, "segments": segments}]


def _as_json(language: Language, ref: str | None, heading: str, statements: Sequence[Statement]) -> dict[str, Any]:
    """Segments: a short sentence is spoken together with the next one of the same source."""
    segments: list[dict[str, Any]] = []
    for statement in statements:
        last = segments[-1] if segments else None
        if last and last["refs"] == [statement.ref] and _length_words(language, last["text"]) < SHORT_SENTENCE_WORDS:
            last["text"] += (" " if language.has_spaces else "") + statement.text
        else:
            segments.append({"text": statement.text, "refs": [statement.ref]})
    return {"ref": ref, "heading": heading, "segments": segments}


def write_summary(tag: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The sentences that carry a document, in its order.

    Args:
        tag: BCP 47.
        payload: `{"paragraphs": [[text, page], …], "sentences": n}`.

    Returns:
        `{"sentences": [{"text", "page"}]}`.
    """
    language = language_of(tag)
    found = [
        (sentence, page)
        for text, page in payload["paragraphs"]
        for sentence in language.sentences(text)
        if is_prose(sentence)
    ]
    scores = rank_sentences([language.stems(sentence) for sentence, _ in found])
    chosen = best_indices(scores, int(payload["sentences"]))
    return {"sentences": [{"text": found[index][0], "page": found[index][1]} for index in chosen]}
