"""The speaker's notes as the script, where an author chooses so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from coursecrafter.authoring.deck_notes import ScriptSource, script_source, with_script
from coursecrafter.authoring.deck_plan import plan_scenes
from coursecrafter.domain.deck import BlockKind, Build, Deck, Slide, TextBlock, Trigger


def make_deck(notes: str) -> Deck:
    builds = tuple(
        Build(index, Trigger.CLICK if index else Trigger.START, (TextBlock(BlockKind.PARAGRAPH, text),), f"key{index}")
        for index, text in enumerate(("Pumps", "Suction", "Pressure"))
    )
    return Deck("Pumps", "en", "2024-01-01T00:00:00Z", (Slide(3, "Pumps", builds, notes),))


def said(deck: Deck) -> list[tuple[str | None, str]]:
    (scene,) = plan_scenes(deck)
    return [(segment.source_ref, segment.text) for segment in scene.segments]


def test_what_stands_on_the_slide_is_spoken_by_default() -> None:
    deck = make_deck("What I meant to say")

    assert said(with_script(deck, ScriptSource.SCREEN)) == [("3.0", "Pumps"), ("3.1", "Suction"), ("3.2", "Pressure")]
    assert script_source(deck) is ScriptSource.SCREEN


def test_notes_without_marks_are_spoken_over_the_whole_slide() -> None:
    deck = with_script(make_deck("First this.\nThen that."), ScriptSource.NOTES)

    assert said(deck) == [("3.2", "First this.\nThen that.")]
    assert [block.text for block in deck.slides[0].builds[0].blocks] == ["Pumps", "Suction", "Pressure"]
    assert deck.slides[0].builds[0].picture_key == "key2"
    assert script_source(deck) is ScriptSource.NOTES


@pytest.mark.parametrize("mark", ["[click]", "(Klick)", "<CLICK 2>"])
def test_marks_say_with_which_build_a_part_is_spoken(mark: str) -> None:
    deck = with_script(make_deck(f"A pump. {mark} It draws.\n{mark} It pushes."), ScriptSource.NOTES)

    assert said(deck) == [("3.0", "A pump."), ("3.1", "It draws."), ("3.2", "It pushes.")]


def test_more_marks_than_builds_are_spoken_with_the_last() -> None:
    deck = with_script(make_deck("A [click] B [click] C [click] D"), ScriptSource.NOTES)

    assert said(deck) == [("3.0", "A"), ("3.1", "B"), ("3.2", "C\nD")]


def test_fewer_marks_than_builds_leave_the_last_ones_silent() -> None:
    deck = with_script(make_deck("A [click] B"), ScriptSource.NOTES)

    (scene,) = plan_scenes(deck)
    assert [(segment.text, segment.duration_s is None) for segment in scene.segments] == [
        ("A", True),
        ("B", True),
        ("", False),
    ]


def test_lines_that_part_passages_of_the_notes_are_not_spoken() -> None:
    deck = with_script(make_deck("Why?\n=====\nBecause – of this.\n  ---  \nA --- B\n***"), ScriptSource.NOTES)

    assert said(deck) == [("3.2", "Why?\nBecause – of this.\nA --- B")]
    assert script_source(with_script(make_deck("-----"), ScriptSource.NOTES)) is ScriptSource.SCREEN


def test_a_slide_without_notes_says_what_stands_on_it() -> None:
    deck = with_script(make_deck("  \n"), ScriptSource.NOTES)

    assert said(deck) == [("3.0", "Pumps"), ("3.1", "Suction"), ("3.2", "Pressure")]


def test_a_deck_keeps_its_script_in_its_json() -> None:
    deck = with_script(make_deck("A [click] B"), ScriptSource.NOTES)
    plain = make_deck("").to_json()
    for build in plain["slides"][0]["builds"]:
        del build["script"]

    assert Deck.from_json(deck.to_json()) == deck
    assert Deck.from_json(plain) == replace(make_deck(""))
