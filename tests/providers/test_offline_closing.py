"""The closing of an outline without a model: statements, none of them of an agenda, thanks or questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from coursecrafter.gateway.ports import TextRequest
from coursecrafter.gateway.providers.offline_text import OfflineText
from coursecrafter.gateway.providers.offline_text.statements import FRONT_TITLE

STATED = {
    "en": (
        "The dock is closed at night.",
        "A ramp has a slope of ten degrees.",
        "Every truck needs a daily check.",
        "Oil on the floor is a danger to all.",
        "The load stays below the driver’s eyes.",
    ),
    "de": (
        "Jedes Tor bleibt in der Nacht geschlossen.",
        "Eine Rampe hat zehn Grad Neigung im Hof.",
        "Jeder Stapler braucht eine tägliche Prüfung vor der Fahrt.",
        "Öl auf dem Boden ist eine Gefahr für alle.",
        "Die Last steht unter den Augen des Fahrers im Hof.",
    ),
    "fr": (
        "Le quai est fermé pendant la nuit.",
        "Une rampe a une pente de dix degrés.",
        "Chaque chariot doit passer un contrôle quotidien.",
        "L’huile au sol est un danger pour tous.",
        "La charge reste sous les yeux du conducteur.",
    ),
    "es": (
        "El muelle está cerrado durante la noche.",
        "Una rampa tiene una pendiente de diez grados.",
        "Cada carretilla necesita una revisión diaria.",
        "El aceite en el suelo es un peligro.",
        "La carga queda bajo los ojos del conductor.",
    ),
    "pt": (
        "O cais está fechado durante a noite.",
        "Uma rampa tem uma inclinação de dez graus.",
        "Cada empilhador precisa de uma revisão diária.",
        "O óleo no chão é um perigo para todos.",
        "A carga fica abaixo dos olhos do condutor.",
    ),
}
FRONT = {
    "en": ("AGENDA", "Agenda for today", "Thank you!", "Many thanks", "Questions?", "Any questions ?", "Q&A session"),
    "de": ("Agenda", "Tagesordnung", "Inhaltsverzeichnis", "Vielen Dank!", "Herzlichen Dank", "Noch Fragen?"),
    "fr": ("Ordre du jour", "Sommaire", "Merci !", "Merci de votre attention", "Questions ?", "Des questions ?"),
    "es": ("Orden del día", "Agenda", "¡Gracias!", "Muchas gracias", "¿Preguntas?", "¿Alguna pregunta?"),
    "pt": ("Ordem do dia", "Pauta", "Obrigado!", "Muito obrigada", "Perguntas?", "Dúvidas?"),
    "af": ("Agenda", "Inhoud", "Dankie!", "Baie dankie", "Vrae?", "Enige vrae?"),
}


def closing(
    writer: OfflineText, language: str, slides: Sequence[tuple[str, str]], title: str = "Site"
) -> dict[str, Any] | None:
    """The last scene where it belongs to no slide."""
    scenes = [
        {"ref": f"slide {n}", "heading": heading, "texts": [text], "notes": ""}
        for n, (heading, text) in enumerate(slides, 1)
    ]
    found: dict[str, Any] = writer.write(TextRequest("outline", language, {"title": title, "scenes": scenes})).value
    last: dict[str, Any] = found["scenes"][-1]
    return last if last["ref"] is None else None


@pytest.mark.parametrize("language", STATED)
def test_key_points_are_statements_and_no_headings(writer: OfflineText, language: str) -> None:
    slides = [("Site", "Acme"), *((f"Number {n}", text) for n, text in enumerate(STATED[language], 1))]

    last = closing(writer, language, slides)

    assert last is not None
    assert [segment["text"] for segment in last["segments"]] == list(STATED[language])
    assert [segment["refs"] for segment in last["segments"]] == [[f"slide {n}"] for n in range(2, 7)]


@pytest.mark.parametrize(("language", "heading"), [(code, text) for code, found in FRONT.items() for text in found])
def test_agendas_thanks_and_questions_are_no_key_points(writer: OfflineText, language: str, heading: str) -> None:
    stated = STATED.get(language, STATED["en"])
    slides = [("Site", "Acme"), *((f"Number {n}", text) for n, text in enumerate(stated[:3], 1)), (heading, stated[3])]

    assert stated[3] not in str(closing(writer, language, slides))


@pytest.mark.parametrize(
    "title",
    ["Thankless work", "Questions of safety", "Merchandise", "Fragen stellen lernen", "Gratis", "Pautas de trabajo",
     "Dankbarkeit", "Questions de sécurité", "Obrigações", "Preguntas de examen"],
)  # fmt: skip
def test_a_title_that_only_begins_like_one_of_those_teaches(title: str) -> None:
    assert not FRONT_TITLE.search(title)


def test_a_list_is_said_behind_its_heading_where_little_is_stated(writer: OfflineText) -> None:
    slides = [
        ("Site", "Acme, Leeds"),
        ("Doors", "Fire doors\nDock doors"),
        ("Trucks", STATED["en"][2]),
        ("Forks", "Long\nShort"),
        ("Why care?", "Money\nTime"),
    ]

    last = closing(writer, "en", slides)

    assert last is not None
    assert [segment["text"] for segment in last["segments"]] == [
        "Doors: Fire doors, Dock doors.",
        STATED["en"][2],
        "Forks: Long, Short.",
    ]


def test_what_is_no_statement_closes_nothing(writer: OfflineText) -> None:
    told = ("Who drives here?", "Add info:", "It falls then to the floor.", "Drive slowly in the yard at night.")
    slides = [("Site", "Acme"), *((f"What is number {n}?", text) for n, text in enumerate(told, 1))]

    assert closing(writer, "en", slides) is None


def test_key_points_are_as_many_as_stand_together(writer: OfflineText) -> None:
    said = [
        f"{name} is a part of the yard where every driver has to look out for people, for trains and for ice."
        for name in ("Dock", "Ramp", "Gate", "Lane", "Rack", "Bay", "Shed")
    ]

    last = closing(writer, "en", [("Site", "Acme"), *(zip("ABCDEFG", said, strict=True))])

    assert last is not None
    told = [segment["text"] for segment in last["segments"]]
    assert (told[0], told[-1]) == (said[0], said[-1])
    assert sum(map(len, told)) <= 420
    assert len(told) == 4
