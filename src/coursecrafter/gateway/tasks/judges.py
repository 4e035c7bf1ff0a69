"""The checks of each task: what its answer must be beyond its shape."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from coursecrafter.gateway.tasks.judging import (
    Judged,
    Role,
    Said,
    common_complaints,
    count_words,
    stray_complaints,
    unknown_refs,
)
from coursecrafter.gateway.tasks.keeping import (
    lost_marks,
    lost_measures,
    lost_names,
    lost_numbers,
    new_numbers,
)
from coursecrafter.gateway.tasks.language_check import guess_language
from coursecrafter.gateway.tasks.speaking import shown

Judge = Callable[[Judged], Iterator[str]]

HEADING_CHARS, TITLE_CHARS = 80, 100
SEGMENT_CHARS = 900
FEEDBACK_CHARS, QUESTION_CHARS, OPTION_CHARS = 400, 500, 250
TYPED_ANSWER_CHARS = 40  # as the player's answer field holds (engines, E4)
FEWEST_OPTIONS, MOST_OPTIONS = 2, 8
MOST_ITEMS, MOST_ENTRIES, FEWEST_ENTRIES = 6, 12, 2
KEY_POINT_CHARS, ENTRY_CHARS = 500, 800
TOO_LONG = 1.2  # of an ordered number of words: models count badly
PROMPT_CHARS, ILLUSTRATION_CHARS, ALT_CHARS = 400, 500, 200
FEWEST_FOR_PLACES = 4
SHORT_CHARS = 40  # below it, lengths of a translation say nothing
LEAST_TRANSLATED, MOST_TRANSLATED = 0.2, 4.0
SLACK_CHARS = 80


def judge_outline(case: Judged) -> Iterator[str]:
    """Scenes: references, order, lengths, and narration that can be spoken."""
    scenes = case.answer["scenes"]
    given = [scene["ref"] for scene in case.material.shown["scenes"]]
    named = [scene["ref"] for scene in scenes if scene["ref"] is not None]
    said: list[Said] = []
    if not scenes and any(case.material.texts):
        yield "scenes: there are none. Write one for each given scene that says something."
    for ref in dict.fromkeys(named):
        if ref not in given:
            yield f"scenes: “{shown(ref)}” is no given scene. Use the refs of the data, or null."
        elif named.count(ref) > 1:
            yield f"scenes: “{ref}” stands there {named.count(ref)} times. Write one scene for it."
    if (known := [given.index(ref) for ref in named if ref in given]) != sorted(known):
        yield "scenes: they are not in the order of the given ones."
    for nth, scene in enumerate(scenes):
        where = f"scenes[{nth}]"
        said.append(Said(f"{where}.heading", scene["heading"], Role.LABEL, HEADING_CHARS))
        said += list(_narration(where, scene["segments"]))
        most = case.material.limits["most_words_per_scene"]
        yield from _spoken_length(case, where, scene["segments"], most)
        is_given = scene["ref"] is not None
        for index, segment in enumerate(scene["segments"]):
            yield from unknown_refs(case, f"{where}.segments[{index}].refs", segment["refs"], at_least=int(is_given))
    yield from common_complaints(case, said, has_addresses=False)


def _narration(where: str, segments: Sequence[Mapping[str, Any]]) -> Iterator[Said]:
    for index, segment in enumerate(segments):
        yield Said(f"{where}.segments[{index}].text", segment["text"], most_chars=SEGMENT_CHARS)


def _spoken_length(case: Judged, where: str, segments: Sequence[Mapping[str, Any]], most: int) -> Iterator[str]:
    length = sum(count_words(segment["text"], case.tag) for segment in segments)
    if length > TOO_LONG * most:
        yield f"{where}: its narration has {length} words; {most} are allowed."
    if not segments:
        yield f"{where}: it has no narration. Write it, or leave the scene out."


def judge_script(case: Judged) -> Iterator[str]:
    """Narration of one scene: references and length."""
    segments = case.answer["segments"]
    yield from _spoken_length(case, "segments", segments, case.material.limits["most_words"])
    for index, segment in enumerate(segments):
        yield from unknown_refs(case, f"segments[{index}].refs", segment["refs"], at_least=1)
    yield from common_complaints(case, list(_narration("answer", segments)), has_addresses=False)


def judge_quiz(case: Judged) -> Iterator[str]:
    """Questions that can be answered, of the slides that they name."""
    questions = case.answer["questions"]
    most = case.material.limits["most_questions"]
    if len(questions) > most:
        yield f"questions: there are {len(questions)}; {most} are allowed."
    texts = [question["text"].strip().casefold() for question in questions]
    if len(set(texts)) < len(texts):
        yield "questions: the same question is asked twice."
    said: list[Said] = []
    for nth, question in enumerate(questions):
        where = f"questions[{nth}]"
        yield from (f"{where}: {complaint}" for complaint in question_complaints(question))
        yield from unknown_refs(case, f"{where}.ref", [question["ref"]])
        said += list(_of_question(where, question))
    yield from _places(questions)
    yield from common_complaints(case, said, has_figures=True)
    yield from _new_in_answers(case, questions)
    asked = [Said(f"questions[{nth}]", _asked(question)) for nth, question in enumerate(questions)]
    yield from stray_complaints(case, asked)


def question_complaints(question: Mapping[str, Any]) -> Iterator[str]:
    """Why a question cannot be answered, or cannot be judged."""
    kind, options, correct = question["type"], question["options"], question["correct"]
    if kind == "short_answer":
        yield from _typed_complaints(options, correct)
    else:
        rights = [right for right in correct if isinstance(right, int) and 0 <= right < len(options)]
        if len(rights) < len(correct) or len(set(rights)) < len(rights):
            yield f"“correct” must hold indices of its {len(options)} options, from 0, each once."
        elif not rights:
            yield "no option is right."
        elif kind != "mcq_multi" and len(rights) > 1:
            yield f"{kind} has exactly one right option."
        if not FEWEST_OPTIONS <= len(options) <= MOST_OPTIONS:
            yield f"it has {len(options)} options; {FEWEST_OPTIONS} to {MOST_OPTIONS} are allowed."
        if kind == "true_false" and len(options) != FEWEST_OPTIONS:
            yield "true_false has two options."
        if len({" ".join(option.split()).casefold() for option in options}) < len(options):
            yield "two of its options are the same."
    wanted = 1 if kind == "short_answer" else len(options)
    if len(question["feedback"]) != wanted:
        yield f"it has {len(question['feedback'])} texts of feedback; {wanted} are needed."


def _typed_complaints(options: Sequence[str], correct: Sequence[int | str]) -> Iterator[str]:
    typed = [right for right in correct if isinstance(right, str) and right.strip()]
    if options or not typed or len(typed) < len(correct):
        yield "short_answer has no options, and its accepted answers as texts in “correct”."
    if any(len(right) > TYPED_ANSWER_CHARS for right in typed):
        yield f"an answer that is typed has at most {TYPED_ANSWER_CHARS} characters."


def _of_question(where: str, question: Mapping[str, Any]) -> Iterator[Said]:
    yield Said(f"{where}.text", question["text"], Role.LABEL, QUESTION_CHARS)
    for index, option in enumerate(question["options"]):
        role = Role.LABEL if index in question["correct"] else Role.INVENTED
        yield Said(f"{where}.options[{index}]", option, role, OPTION_CHARS)
    for index, feedback in enumerate(question["feedback"]):
        yield Said(f"{where}.feedback[{index}]", feedback, Role.LABEL, FEEDBACK_CHARS)
    for index, right in enumerate(question["correct"]):
        if isinstance(right, str):
            yield Said(f"{where}.correct[{index}]", right, Role.LABEL, QUESTION_CHARS)


def _asked(question: Mapping[str, Any]) -> str:
    """A question with what answers it: what it asks for must stand in the sources, however it asks."""
    rights = [option for index, option in enumerate(question["options"]) if index in question["correct"]]
    return "\n".join([question["text"], *rights, *(right for right in question["correct"] if isinstance(right, str))])


def _places(questions: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Right answers that always stand in the same place can be guessed."""
    places = [tuple(question["correct"]) for question in questions if question["type"] == "mcq_single"]
    if len(places) >= FEWEST_FOR_PLACES and len(set(places)) == 1:
        yield "questions: the right option always stands in the same place. Vary it."


def _new_in_answers(case: Judged, questions: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A right answer's numbers stand in the sources; a wrong one's need not."""
    for nth, question in enumerate(questions):
        if question["type"] in {"mcq_single", "mcq_multi"}:
            rights = [option for index, option in enumerate(question["options"]) if index in question["correct"]]
        else:
            rights = [right for right in question["correct"] if isinstance(right, str)]
        for number in (number for right in rights for number in new_numbers(case.grounds.texts, right)):
            yield f"questions[{nth}]: the right answer's number {number} does not stand in the data."


def judge_key_points(case: Judged) -> Iterator[str]:
    """Items of slides that exist, short enough to be remembered."""
    items = case.answer["items"]
    if len(items) > MOST_ITEMS:
        yield f"items: there are {len(items)}; {MOST_ITEMS} are allowed."
    said = [Said("title", case.answer["title"], Role.LABEL, TITLE_CHARS)]
    for nth, one in enumerate(items):
        yield from unknown_refs(case, f"items[{nth}].ref", [one["ref"]])
        said.append(Said(f"items[{nth}].title", one["title"], Role.LABEL, TITLE_CHARS))
        said.append(Said(f"items[{nth}].text", one["text"], most_chars=KEY_POINT_CHARS))
    yield from common_complaints(case, said)


def judge_summary(case: Judged) -> Iterator[str]:
    """Sentences of pages that exist, each on the page that it names."""
    sentences = case.answer["sentences"]
    most = case.material.limits["sentences"]
    if not sentences:
        yield "sentences: there are none."
    if len(sentences) > most:
        yield f"sentences: there are {len(sentences)}; {most} are allowed."
    for nth, sentence in enumerate(sentences):
        page = sentence["page"]
        if page is not None and str(page) not in case.material.refs:
            yield f"sentences[{nth}]: there is no page {page}. Name the page that the sentence stands on."
    said = [Said(f"sentences[{nth}].text", one["text"], most_chars=SEGMENT_CHARS) for nth, one in enumerate(sentences)]
    yield from common_complaints(case, said)


def judge_prompt(case: Judged) -> Iterator[str]:
    """A picture of the scene's own subject."""
    said = [Said("prompt", case.answer["prompt"], Role.PICTURED, PROMPT_CHARS)]
    yield from common_complaints(case, said, has_addresses=False)


def judge_illustration(case: Judged) -> Iterator[str]:
    """A picture that the text gives cause for."""
    answer = case.answer
    said = [
        Said("title", answer["title"], Role.LABEL, TITLE_CHARS),
        Said("prompt", answer["prompt"], Role.PICTURED, ILLUSTRATION_CHARS),
        Said("alt_text", answer["alt_text"], Role.PICTURED, ALT_CHARS),
    ]
    yield from common_complaints(case, said, has_addresses=False)


def judge_alt_text(case: Judged) -> Iterator[str]:
    """What is to be seen; where the model saw a picture, its words need not stand on the slide."""
    role = Role.LABEL if case.material.pictures else Role.PICTURED
    yield from common_complaints(case, [Said("text", case.answer["text"], role, ALT_CHARS)], has_addresses=False)


def judge_interaction(case: Judged) -> Iterator[str]:
    """Parts of the text, of the kind that was ordered."""
    answer, ordered = case.answer, case.material.shown.get("kind")
    if ordered and answer["kind"] != ordered:
        yield f"kind: “{shown(str(ordered))}” was ordered."
    if not FEWEST_ENTRIES <= len(answer["entries"]) <= MOST_ENTRIES:
        yield f"entries: there are {len(answer['entries'])}; {FEWEST_ENTRIES} to {MOST_ENTRIES} are allowed."
    titles = [entry["title"].strip().casefold() for entry in answer["entries"]]
    if len(set(titles)) < len(titles):
        yield "entries: two of them have the same title."
    said = [Said("title", answer["title"], Role.LABEL, TITLE_CHARS)]
    for nth, entry in enumerate(answer["entries"]):
        said.append(Said(f"entries[{nth}].title", entry["title"], Role.LABEL, TITLE_CHARS))
        said.append(Said(f"entries[{nth}].text", entry["text"], most_chars=ENTRY_CHARS))
    yield from common_complaints(case, said)


def judge_rewritten(case: Judged) -> Iterator[str]:
    """A text that says what it said before, at about its length."""
    yield from _edited(case, most=1.5)
    yield from _kept(case)


def judge_simplified(case: Judged) -> Iterator[str]:
    """The same, with room for explanations."""
    yield from _edited(case, most=2.0)
    yield from _kept(case)


def judge_extended(case: Judged) -> Iterator[str]:
    """A text that says more, of what the paragraphs say."""
    yield from _edited(case, most=3.0)
    yield from _kept(case)
    yield from unknown_refs(case, "refs", case.answer["refs"])


def judge_summarised(case: Judged) -> Iterator[str]:
    """A text that is shorter and adds nothing."""
    most = case.material.limits.get("most_words")
    length = count_words(case.answer["text"], case.tag)
    if most and length > TOO_LONG * most:
        yield f"text: it has {length} words; {most} are allowed."
    yield from _edited(case, most=1.0)


def _edited(case: Judged, *, most: float) -> Iterator[str]:
    limit = int(most * len(case.material.own)) + SLACK_CHARS
    yield from common_complaints(case, [Said("text", case.answer["text"], most_chars=limit)])


def _kept(case: Judged) -> Iterator[str]:
    """What stood in a trusted passage of the text stands there still."""
    own, after = _trusted_own(case), case.answer["text"]
    for hit in (*lost_numbers(own, after), *lost_measures(own, after)):
        yield f"text: {hit} is missing. Keep every number with its unit."
    for hit in (*lost_names(own, after, case.tag), *lost_marks(own, after)):
        yield f"text: “{shown(hit)}” is missing. Keep every name, address and placeholder."


def _trusted_own(case: Judged) -> str:
    """The edited text without passages that address a model: nobody is told to keep those."""
    return "\n".join(text for text in case.grounds.texts if text in case.material.own)


def judge_translation(case: Judged) -> Iterator[str]:
    """As many texts, with the same numbers, addresses and placeholders."""
    before, after = case.material.shown["texts"], case.answer["texts"]
    if len(before) != len(after):
        yield f"texts: there are {len(after)}; {len(before)} are needed, in the same order."
        return
    source = guess_language("\n".join(before))
    for nth, (old, new) in enumerate(zip(before, after, strict=True)):
        where = f"texts[{nth}]"
        if bool(old.strip()) != bool(new.strip()):
            yield f"{where}: it is empty where the other is not."
        for hit in (*lost_numbers(old, new), *lost_marks(old, new)):
            yield f"{where}: “{shown(hit)}” is missing. Keep numbers, addresses and placeholders as they are."
        for number in new_numbers([old], new):
            yield f"{where}: the number {number} does not stand in the text."
        is_long = len(old) > SHORT_CHARS
        if is_long and not LEAST_TRANSLATED * len(old) <= len(new) <= MOST_TRANSLATED * len(old):
            yield f"{where}: it has {len(new)} characters, the text {len(old)}. Translate all of it, and no more."
        is_other = source is not None and source != case.tag.split("-")[0].lower()
        if is_long and is_other and new.strip() == old.strip():
            yield f"{where}: it is not translated."
    said = [
        Said(f"texts[{nth}]", text, Role.LABEL, int(MOST_TRANSLATED * len(before[nth])) + SLACK_CHARS, not before[nth])
        for nth, text in enumerate(after)
    ]
    yield from common_complaints(case, said, is_translation=True)
