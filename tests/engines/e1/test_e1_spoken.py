"""What is spoken is what is shown, and the report of a video says so."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from coursecrafter.domain.course import LessonContent, SegmentContent, SourceType, Words
from coursecrafter.domain.deck import BlockKind, TextBlock
from coursecrafter.domain.output import Finding, Severity
from coursecrafter.engines.e1_voiceover.drawn import check_drawn
from coursecrafter.engines.e1_voiceover.plan import plan_video
from coursecrafter.engines.e1_voiceover.spoken import check_spoken
from coursecrafter.engines.e1_voiceover.spoken_language import other_language
from narration import make_course, make_lesson


def segment(number: int, text: str, shown: str | None = None, words: Words = Words.SCREEN) -> SegmentContent:
    blocks = tuple(TextBlock(BlockKind.PARAGRAPH, line) for line in (text if shown is None else shown).split("\n"))
    kind = SourceType.PPT_SLIDE
    return SegmentContent(UUID(int=number), number, kind, f"{number}.{number % 2}", text, blocks, words=words)


def judge(lesson: LessonContent) -> list[Finding]:
    return check_spoken(lesson, plan_video(make_course(lesson), lesson), "en")


def test_exact_words_are_found_well() -> None:
    lesson = make_lesson([("One", [segment(1, "• Keep doors shut\nNever 2 at once"), segment(2, "→"), segment(4, "")])])

    (finding,) = judge(lesson)

    assert finding == Finding("spoken", Severity.OK, "Spoken exactly as shown: 3 of 3 segments.", 0)


def test_a_word_that_is_not_on_the_slide_is_an_error() -> None:
    lesson = make_lesson([("One", [segment(1, "Keep doors shut"), segment(2, "Keep it open", "Keep it shut")])])

    (finding,) = judge(lesson)

    assert finding.severity is Severity.ERROR
    assert finding.sentence == (
        "Spoken exactly as shown: 1 of 2 segments. Slide 2 says other words than appear with it."
    )


def test_many_errors_are_counted() -> None:
    wrong = [segment(number, "Other", "Words") for number in range(1, 9)]

    (finding,) = judge(make_lesson([("One", wrong)]))

    assert finding.figure == 8
    assert "Slide 1 build 1 says" in finding.sentence
    assert finding.sentence.endswith("And 3 more do.")


def test_an_author_s_choice_is_no_error() -> None:
    notes = segment(1, "What I meant", "Doors", Words.NOTES)
    own = segment(2, "My own words", "Doors", Words.AUTHOR)

    (finding,) = judge(make_lesson([("One", [notes, own])]))

    assert finding.severity is Severity.OK
    assert "Speaker's notes, as the author chose: 1." in finding.sentence
    assert "The author's own words: 1." in finding.sentence


def test_what_of_the_deck_was_not_drawn_is_told() -> None:
    lesson = make_lesson([("One", [segment(1, "Doors")])])
    few, many = ("The font “X” is missing.",), tuple(f"Slide {number}: left out." for number in range(20))

    assert check_drawn(lesson) == []
    assert check_drawn(replace(lesson, caveats=few)) == [Finding("deck", Severity.WARNING, few[0], 1)]
    assert check_drawn(replace(lesson, caveats=many))[0].sentence.endswith("Slide 11: left out. And 8 more.")


def test_a_lesson_without_a_deck_is_not_judged() -> None:
    own = replace(segment(1, "Hello", words=Words.AUTHOR), source_ref=None, source_type=SourceType.TEXT)

    assert judge(make_lesson([("One", [own])])) == []


GREETINGS = {
    "French": "Bonjour à tous. Je vous explique comment fonctionne le régime et ce que vous devez faire.",
    "German": "Guten Morgen. Heute erkläre ich, wie die Kasse funktioniert und was Sie bis zum 31. März tun müssen.",
    "Spanish": "Buenos días a todos. Hoy explico cómo funciona el plan y qué deben hacer antes del 31 de marzo.",
    "Arabic letters": "اغسل يديك بعد كل تجربة.",
}


def test_slides_in_another_language_than_the_voice_are_named() -> None:
    english = segment(9, "Good morning. I explain how the scheme works and what you need to do.", words=Words.NOTES)
    foreign = [segment(number, text, words=Words.NOTES) for number, text in enumerate(GREETINGS.values(), 1)]
    scenes = [(f"Scene {place}", [one]) for place, one in enumerate([*foreign, english])]

    words, finding = judge(make_lesson(scenes))

    assert words.check == "spoken"
    assert (finding.check, finding.severity, finding.figure) == ("language", Severity.WARNING, 4)
    assert finding.sentence.startswith("Slide 1 looks French, and the voice speaks English.")


@pytest.mark.parametrize(
    ("text", "language", "looks"),
    [
        *((text, "en-GB", name) for name, text in GREETINGS.items()),
        # Its own language, a name or a quotation, too little to tell, a language of which nothing is known.
        ("Guten Morgen. Heute erkläre ich, wie die Kasse funktioniert.", "de-DE", ""),
        ("Hou die gesprek kalm en vriendelik. Moenie die kliënt se skuld maak nie.", "af", ""),
        ("The spirit of “Liberté, égalité, fraternité” is what the revolution left to all of us.", "en", ""),
        ("Betroffenenrechte, Meldepflicht", "en", ""),
        (GREETINGS["French"], "zu", ""),
        ("", "en", ""),
    ],
)
def test_the_language_of_a_text_is_named_only_where_it_is_plain(text: str, language: str, looks: str) -> None:
    assert other_language(text, language) == looks
