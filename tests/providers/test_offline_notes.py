"""Notes without a model: a script is spoken, and what tells the presenter what to do is not."""

from __future__ import annotations

from time import process_time
from typing import Any

import pytest

from coursecrafter.gateway.ports import TextRequest
from coursecrafter.gateway.providers.offline_text import OfflineText
from coursecrafter.gateway.providers.offline_text.presenter_notes import without_asides

DIRECTIONS = {
    "en": (
        "Use this slide to talk a little bit about ramps in general, and to get everyone on the same page.",
        "Remember to tell the story about the ramp.",
        "Don’t forget to mention the deadline.",
        "Talk about the new dock.",
        "Ask the group who has ever fallen.",
        "Explain why the ramp is dangerous.",
        "Tell the audience about the accident.",
        "Pause here.",
        "Spend 5 minutes on this slide.",
        "Trainer: hand out gloves.",
    ),
    "de": (
        "Nutzen Sie diese Folie, um über Rampen zu sprechen.",
        "Hier die Geschichte von der Rampe erzählen.",
        "Denken Sie daran, die Geschichte von der Rampe zu erzählen.",
        "Auf die Fristen hinweisen.",
        "Fragen Sie die Teilnehmenden nach Beispielen.",
        "Die Teilnehmer fragen, wer schon gestürzt ist.",
        "Überleitung: jetzt zur Praxis.",
    ),
    "fr": (
        "Utilisez cette diapositive pour parler des rampes.",
        "N’oubliez pas de raconter l’histoire de la rampe.",
        "Pensez à demander aux participants qui est tombé.",
        "Insister sur les délais.",
        "Expliquez pourquoi la rampe est dangereuse.",
    ),
    "es": (
        "Use esta diapositiva para hablar de las rampas.",
        "Recuerde contar la historia de la rampa.",
        "Pregunte a los participantes quién se ha caído.",
        "Explique por qué la rampa es peligrosa.",
    ),
    "pt": (
        "Use este slide para falar das rampas.",
        "Lembre-se de contar a história da rampa.",
        "Pergunte aos participantes quem já caiu.",
        "Explique por que a rampa é perigosa.",
    ),
    "af": ("Gebruik hierdie skyfie om oor opritte te praat.", "Onthou om die storie van die oprit te vertel."),
    "zh": ("记得讲坡道的故事。", "用这张幻灯片介绍坡道。"),
    "ar": ("استخدم هذه الشريحة للحديث عن المنحدر.",),
}
SCRIPTS = {
    "en": (
        "Remember to wear your helmet.",
        "Make sure to show your badge at the gate.",
        "Use this lever to lower the fork.",
        "Ask your supervisor before you enter.",
        "Explain your answer to a colleague.",
        "Tell your doctor about your allergies.",
        "Let’s talk about the ramp.",
        "On this slide we see the ramp.",
        "Click on the Start button.",
        "Pause the machine before cleaning it.",
        "Walk through the gate slowly.",
        "Distribute the load evenly.",
        "Stress is a common cause of sickness.",
    ),
    "de": (
        "Denken Sie daran, den Helm zu tragen.",
        "Fragen Sie Ihren Arzt.",
        "Zeigen Sie Ihren Ausweis am Tor.",
        "Wir wollen die Regeln erklären.",
        "Die Zahlen zeigen einen Rückgang.",
    ),
    "fr": ("N’oubliez pas de porter le casque.", "Demandez à votre médecin.", "Parler de sécurité est utile."),
    "es": ("Recuerde llevar el casco.", "Pregunte a su médico.", "Hablar de seguridad es importante."),
    "pt": ("Lembre-se de usar o capacete.", "Pergunte ao seu médico.", "Falar de segurança é importante."),
    "af": ("Onthou om jou helm te dra.",),
    "zh": ("记得戴安全帽。",),
}
ON_SCREEN = "A ramp is steep, and trucks tip over there."


def written(writer: OfflineText, language: str, notes: str) -> list[dict[str, Any]]:
    """Segments of one slide."""
    scene = {"ref": "slide 1", "heading": "Ramps", "texts": ["Ramps\n" + ON_SCREEN], "notes": notes}
    value = writer.write(TextRequest("outline", language, {"title": "Ramps", "scenes": [scene]})).value
    segments: list[dict[str, Any]] = value["scenes"][0]["segments"]
    return segments


@pytest.mark.parametrize(("language", "notes"), [(code, text) for code, found in DIRECTIONS.items() for text in found])
def test_what_tells_the_presenter_what_to_do_is_not_spoken(writer: OfflineText, language: str, notes: str) -> None:
    segments = written(writer, language, notes)

    assert [segment["refs"] for segment in segments] == [["slide 1"]]
    assert segments[0]["text"].endswith(ON_SCREEN)


@pytest.mark.parametrize(("language", "notes"), [(code, text) for code, found in SCRIPTS.items() for text in found])
def test_a_script_is_spoken_even_where_it_asks_for_something(writer: OfflineText, language: str, notes: str) -> None:
    segments = written(writer, language, notes)

    assert [(segment["text"], segment["refs"]) for segment in segments] == [(notes, ["notes 1"])]


def test_a_direction_is_left_out_of_a_script_and_its_marks_too(writer: OfflineText) -> None:
    script = ["A ramp is steep.", "Trucks tip over on ramps every year.", "Drive straight up and straight down."]
    notes = f"{script[0]} [click] {script[1]}\nAsk the group who has seen this.\n(Pause) {script[2]}"

    assert " ".join(segment["text"] for segment in written(writer, "en", notes)) == " ".join(script)


def test_names_of_books_and_pages_are_no_script(writer: OfflineText) -> None:
    links = "Resources:\nAll about ramps\nhttps://example.org/ramps\n"
    links += "Ramps in law | Journal of Ramps\nBuch: A. Ramp. On ramps."
    script = "More can be read in the house rules."

    assert [segment["refs"] for segment in written(writer, "en", links)] == [["slide 1"]]
    assert [segment["text"] for segment in written(writer, "en", f"{script}\nhttps://example.org/\n{links}")] == [
        script
    ]


def test_what_is_left_of_notes_for_the_presenter_is_no_script(writer: OfflineText) -> None:
    notes = "Ask the group who has fallen. Usually two or three. Wait for answers."

    assert [segment["refs"] for segment in written(writer, "en", notes)] == [["slide 1"]]


def test_a_scenes_script_says_its_points_and_no_direction(writer: OfflineText) -> None:
    payload = {"title": "", "heading": "Ramps", "points": [ON_SCREEN], "notes": "Play the video.\nPause here."}

    segments = writer.write(TextRequest("script", "en", payload)).value["segments"]

    assert [segment["text"] for segment in segments] == [f"Ramps. {ON_SCREEN}"]


def test_blanks_without_end_take_no_longer_than_they_are_long() -> None:
    def took_s(blanks: int) -> float:
        begun = process_time()
        assert without_asides("Go [click] on." + " " * blanks + "Now.").split() == ["Go", "on.", "Now."]
        return process_time() - begun

    short_s, long_s = (min(took_s(blanks) for _ in range(3)) for blanks in (20_000, 80_000))

    assert long_s < 10 * short_s
