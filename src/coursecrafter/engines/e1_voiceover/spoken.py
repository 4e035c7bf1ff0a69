"""Judge whether a video says what it shows: what goes to the voice against what stands on the slide, word for word.

What the lexicon makes of a word comes later and is heard, not written, so it is no part of this. Source: product, E1
("the text on screen is exactly what is spoken").
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from coursecrafter.domain.course import LessonContent, SegmentContent, Words
from coursecrafter.domain.output import Finding, Severity
from coursecrafter.engines.e1_voiceover.plan import VideoPlan, place_of
from coursecrafter.engines.e1_voiceover.spoken_language import check_language
from coursecrafter.gateway.speech_step import spoken_form

WORD = re.compile(r"\w+")
MOST_NAMED = 5


def check_spoken(lesson: LessonContent, plan: VideoPlan, language: str) -> list[Finding]:
    """What is said of the words and of their language.

    Returns:
        One finding about all segments that come from a deck, and one about slides in another language than the voice's.
        None where there is nothing to say.
    """
    return [*_check_words(lesson, plan, language), *check_language(plan.scenes, language)]


def _check_words(lesson: LessonContent, plan: VideoPlan, language: str) -> list[Finding]:
    told = {shot.segment_id: shot.text for shot in plan.shots}
    from_deck = [segment for segment in lesson.segments if segment.source_ref and not segment.clip]
    if not from_deck:
        return []
    wrong = [segment for segment in from_deck if not _says_what_it_shows(segment, told[segment.id], language)]
    counts = Counter(segment.words for segment in from_deck)
    exact = counts[Words.SCREEN] - len(wrong)
    sentences = [f"Spoken exactly as shown: {exact} of {len(from_deck)} segments."]
    sentences += [sentence.format(n=counts[words]) for words, sentence in _CHOSEN.items() if counts[words]]
    named = [place_of(segment.source_ref or "").capitalize() for segment in wrong[:MOST_NAMED]]
    sentences += [f"{name} says other words than appear with it." for name in named]
    sentences += [f"And {len(wrong) - MOST_NAMED} more do."] if len(wrong) > MOST_NAMED else []
    return [Finding("spoken", Severity.ERROR if wrong else Severity.OK, " ".join(sentences), len(wrong))]


_CHOSEN: Mapping[Words, str] = {
    Words.NOTES: "Speaker's notes, as the author chose: {n}.",
    Words.AUTHOR: "The author's own words: {n}.",
}


def _says_what_it_shows(segment: SegmentContent, text: str, language: str) -> bool:
    if segment.words is not Words.SCREEN:
        return True
    shown = "\n".join(block.text for block in segment.blocks)
    return WORD.findall(shown) == WORD.findall(spoken_form(text, language).text)
