"""Activities made of a text: its own words become titles and texts, or there is no activity."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coursecrafter.gateway.ports import TextRequest
from coursecrafter.gateway.providers.offline_text import OfflineText
from coursecrafter.gateway.providers.offline_text.interactions import KINDS, NoActivity, UnknownActivity

METALS = "Metals\n- Iron: heavy and cheap\n- Copper: conducts well\n- Zinc – protects iron"
LABELS = st.sampled_from(("Iron", "Zinc", "Sorting waste", "Was ist das?", "1999", "1. Open", "• Glass", "Step 2"))
TOLD = st.sampled_from(
    ("It is heavy.", "a machine that moves water", "Im Jahr 2004 kam sie.", "Then it stops. Finally it ends.")
)
LINES = st.lists(st.tuples(LABELS, st.sampled_from((": ", "\n", " – ", " is a ", " ")), TOLD), min_size=1, max_size=6)


def activity(text: str, kind: str | None = None, language: str = "en") -> dict[str, Any]:
    payload = {"text": text, "kind": kind}
    value: dict[str, Any] = OfflineText().write(TextRequest("interaction", language, payload)).value
    return value


def entries(told: dict[str, Any]) -> list[tuple[str, str]]:
    return [(entry["title"], entry["text"]) for entry in told["entries"]]


@pytest.mark.parametrize(
    ("language", "text", "kind", "title", "expected"),
    [
        (
            "en",
            "1969: first landing on the moon. 1986: the station Mir.",
            "timeline",
            "Timeline",
            [("1969", "First landing on the moon."), ("1986", "The station Mir.")],
        ),
        (
            "pt",
            "Em 1822 vem a independência; em 1889 vem a república.",
            "timeline",
            "Linha do tempo",
            [("1822", "Em 1822 vem a independência."), ("1889", "Em 1889 vem a república.")],
        ),
        (
            "en",
            "Changing a battery\n1. Open the housing.\n2. Remove the battery: pull it out gently.",
            "steps",
            "Changing a battery",
            [("Step 1", "Open the housing."), ("Remove the battery", "Pull it out gently.")],
        ),
        (
            "es",
            "Paso 1: apague el equipo.\nPaso 2: abra la tapa.",
            "steps",
            "Paso a paso",
            [("Paso 1", "Apague el equipo."), ("Paso 2", "Abra la tapa.")],
        ),
        (
            "de",
            "Zuerst wird das Erz gebrochen. Das dauert. Danach trennt man das Metall vom Gestein.",
            "steps",
            "Schritt für Schritt",
            [
                ("Schritt 1", "Zuerst wird das Erz gebrochen. Das dauert."),
                ("Schritt 2", "Danach trennt man das Metall vom Gestein."),
            ],
        ),
        (
            "fr",
            "Qu’est-ce qu’une pompe ? C’est une machine. À quoi sert-elle ? Elle déplace l’eau.",
            "faq",
            "Questions et réponses",
            [("Qu’est-ce qu’une pompe ?", "C’est une machine."), ("À quoi sert-elle ?", "Elle déplace l’eau.")],
        ),
        (
            "en",
            "A pump is a machine that moves water. A valve is a device that stops it. It has a handle.",
            "glossary",
            "Glossary",
            [
                ("Pump", "A pump is a machine that moves water."),
                ("Valve", "A valve is a device that stops it. It has a handle."),
            ],
        ),
        (
            "de",
            "Eine Pumpe ist eine Maschine, die Wasser fördert. Ein Ventil ist ein Bauteil, das den Fluss sperrt.",
            "glossary",
            "Glossar",
            [
                ("Pumpe", "Eine Pumpe ist eine Maschine, die Wasser fördert."),
                ("Ventil", "Ein Ventil ist ein Bauteil, das den Fluss sperrt."),
            ],
        ),
        (
            "fr",
            "Une pompe est une machine qui déplace l’eau. La vanne est un organe qui arrête l’eau.",
            "glossary",
            "Glossaire",
            [
                ("Pompe", "Une pompe est une machine qui déplace l’eau."),
                ("Vanne", "La vanne est un organe qui arrête l’eau."),
            ],
        ),
        (
            "en",
            METALS,
            "accordion",
            "Metals",
            [("Iron", "Heavy and cheap."), ("Copper", "Conducts well."), ("Zinc", "Protects iron.")],
        ),
        (
            "en",
            "Sorting\nMixed waste cannot be melted again.\nBurning\nWhat is burned is gone for ever.",
            "accordion",
            "Key points",
            [("Sorting", "Mixed waste cannot be melted again."), ("Burning", "What is burned is gone for ever.")],
        ),
        (
            "zh",
            "水泵：输送水。\n阀门：阻止水流。",
            "accordion",
            "Key points",
            [("水泵", "输送水。"), ("阀门", "阻止水流。")],
        ),
    ],
)
def test_a_text_decides_what_becomes_of_it(
    language: str, text: str, kind: str, title: str, expected: list[tuple[str, str]]
) -> None:
    told = activity(text, language=language)

    assert (told["kind"], told["title"]) == (kind, title)
    assert entries(told) == expected


@pytest.mark.parametrize("kind", ["accordion", "tabs", "catalogue", "hierarchy", "glossary", "steps", "process"])
def test_a_wanted_kind_is_made_of_the_same_entries(kind: str) -> None:
    told = activity(METALS, kind)

    assert told["kind"] == kind
    assert [title for title, _ in entries(told)] == ["Iron", "Copper", "Zinc"]


def test_what_happened_in_one_year_is_one_entry_and_years_stand_in_order() -> None:
    told = activity("In 1990 it closed. In 1950 it opened. In 1990 a museum came.")

    assert entries(told) == [("1950", "In 1950 it opened."), ("1990", "In 1990 it closed. In 1990 a museum came.")]


def test_addresses_sources_and_asides_are_no_entries() -> None:
    told = activity("Iron: heavy metal\nSource: www.example.org\n(See notes)\nZinc: light metal\nNote: ask us")

    assert entries(told) == [("Iron", "Heavy metal."), ("Zinc", "Light metal. Note: ask us.")]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The cat sleeps.", None),
        ("Paper\nGlass\nMetal", None),
        ("Iron: heavy metal", None),
        (METALS, "timeline"),
        (METALS, "faq"),
        ("In 1990 it closed. In 1990 a museum came.", "timeline"),
    ],
)
def test_a_text_without_two_parts_is_refused(text: str, kind: str | None) -> None:
    with pytest.raises(NoActivity) as refused:
        activity(text, kind)

    assert (refused.value.code, refused.value.status) == ("CC-0341", 422)


def test_an_unknown_kind_is_refused_by_name() -> None:
    with pytest.raises(UnknownActivity) as refused:
        activity(METALS, "hotspot")

    assert (refused.value.code, refused.value.status) == ("CC-0342", 422)
    assert "glossary" in refused.value.message


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(LINES, st.sampled_from((None, *KINDS)), st.sampled_from(("en", "de", "fr", "es", "pt", "it")))
def test_every_word_of_an_entry_stands_in_the_text(
    lines: list[tuple[str, str, str]], kind: str | None, language: str
) -> None:
    text = "\n".join("".join(parts) for parts in lines)

    try:
        told = activity(text, kind, language)
    except NoActivity:
        return

    said = " ".join(f"{title} {told_text}" for title, told_text in entries(told)).casefold()
    own = {"step", "schritt", "étape", "paso", "passo"} | {str(nth) for nth in range(1, 13)}
    assert set(re.findall(r"\w+", said)) - own <= set(re.findall(r"\w+", text.casefold()))
    assert 2 <= len(told["entries"]) <= 12
    assert all(title.strip() and told_text.strip() for title, told_text in entries(told))
    assert len({title.casefold() for title, _ in entries(told)}) == len(told["entries"])
