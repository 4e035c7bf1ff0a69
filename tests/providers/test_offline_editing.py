"""Texts edited by rules: each language has its own, and what is not known to be right is left alone."""

from __future__ import annotations

from typing import Any

import pytest

from coursecrafter.gateway.ports import TextRequest
from coursecrafter.gateway.providers.offline_text import OfflineText
from coursecrafter.gateway.providers.offline_text.passages import EmptySource

NEW_TASKS = (
    "script",
    "rewrite",
    "summarise",
    "extend",
    "simplify",
    "change_style",
    "add_example",
    "suggest_illustration",
    "image_prompt",
    "alt_text",
    "interaction",
    "translate",
)
SOURCES = [
    [
        (
            "Rain collected in a barrel waters the garden and saves drinking water. Office chairs should be "
            "adjusted to the height of the desk."
        ),
        3,
    ],
    [
        (
            "Aluminium can be melted again and again without loss of quality. For example, a drinks can made "
            "of sorted aluminium is back on the shelf after sixty days."
        ),
        7,
    ],
    ["Glass is sorted by colour, because mixed glass can only become green bottles.", None],
]


def answer(task: str, payload: dict[str, Any], language: str = "en") -> dict[str, Any]:
    value: dict[str, Any] = OfflineText().write(TextRequest(task, language, payload)).value
    return value


def edited(task: str, text: str, language: str = "en", **more: Any) -> str:
    told: str = answer(task, {"text": text, **more}, language)["text"]
    return told


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        (
            "en",
            "It should be noted that the pump, basically, runs at 50 Hz.",
            "The pump runs at 50 Hz.",
        ),
        ("de", "Die Pumpe ist eigentlich recht leise.", "Die Pumpe ist recht leise."),
        (
            "fr",
            "Il est important de noter qu’il faut fermer la vanne avant le nettoyage.",
            "Il faut fermer la vanne avant le nettoyage.",
        ),
        ("es", "Cabe destacar que la bomba funciona a 50 Hz.", "La bomba funciona a 50 Hz."),
        ("pt", "É importante notar que a bomba trabalha a 50 Hz.", "A bomba trabalha a 50 Hz."),
    ],
)
def test_rewriting_takes_away_what_says_nothing(language: str, before: str, after: str) -> None:
    assert edited("rewrite", before, language) == after


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The machine is not really loud."),
        ("en", "A really old pump stands here."),
        ("de", "Eigentlich ist sie alt."),
        ("de", "Das ist nicht eigentlich gemeint."),
        ("fr", "Ce n’est pas vraiment grave."),
        ("es", "No es realmente grave."),
        ("pt", "Não é realmente grave."),
    ],
)
def test_rewriting_leaves_a_filler_that_carries_the_sentence(language: str, text: str) -> None:
    """Behind a negation it means something, and a German sentence needs a word before its verb."""
    told = answer("rewrite", {"text": text}, language)

    assert told["text"] == text
    assert told["notice"] != answer("rewrite", {"text": "Basically, it is very late now."}, "en")["notice"]


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        (
            "en",
            (
                "The operator opens the big valve in the cellar at eight in the morning, and she closes it again "
                "at five in the evening on every working day."
            ),
            (
                "The operator opens the big valve in the cellar at eight in the morning. She closes it again at "
                "five in the evening on every working day."
            ),
        ),
        (
            "de",
            (
                "Im Keller des alten Hauses steht seit vielen Jahren eine große Pumpe aus Stahl, aber sie läuft "
                "nur noch an zwei oder drei Tagen im Jahr."
            ),
            (
                "Im Keller des alten Hauses steht seit vielen Jahren eine große Pumpe aus Stahl. Aber sie läuft "
                "nur noch an zwei oder drei Tagen im Jahr."
            ),
        ),
        (
            "fr",
            (
                "La pompe du vieux bâtiment est installée dans la cave depuis plus de trente ans, mais elle "
                "fonctionne encore et donne assez d’eau pour toute la maison."
            ),
            (
                "La pompe du vieux bâtiment est installée dans la cave depuis plus de trente ans. Mais elle "
                "fonctionne encore et donne assez d’eau pour toute la maison."
            ),
        ),
        (
            "es",
            (
                "La bomba del viejo edificio está en el sótano desde hace más de treinta años, pero no hace "
                "ruido y da bastante agua para toda la casa y el jardín."
            ),
            (
                "La bomba del viejo edificio está en el sótano desde hace más de treinta años. Pero no hace "
                "ruido y da bastante agua para toda la casa y el jardín."
            ),
        ),
        (
            "pt",
            (
                "A bomba do velho edifício está no porão há mais de trinta anos, mas ela não faz ruído e dá "
                "bastante água para toda a casa e para o jardim."
            ),
            (
                "A bomba do velho edifício está no porão há mais de trinta anos. Mas ela não faz ruído e dá "
                "bastante água para toda a casa e para o jardim."
            ),
        ),
    ],
)
def test_a_long_sentence_is_parted_where_a_new_clause_begins(language: str, before: str, after: str) -> None:
    assert edited("rewrite", before, language) == after


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "en",
            (
                "If the pump in the cellar of the old house is loud in the morning, and it is still loud in the "
                "evening when people come home, call us."
            ),
        ),
        (
            "de",
            (
                "Der Meister sagt jedem neuen Lehrling an seinem ersten Tag, dass die Pumpe im Keller sehr alt "
                "ist, und er zeigt ihm dann den roten Schalter."
            ),
        ),
    ],
)
def test_a_clause_that_hangs_on_another_is_not_cut_off(language: str, text: str) -> None:
    assert edited("rewrite", text, language) == text


def test_a_fragment_is_tied_to_its_sentence() -> None:
    assert edited("rewrite", "We sort waste. Such as paper and glass.") == "We sort waste, such as paper and glass."


@pytest.mark.parametrize(
    ("language", "quoted"),
    [("en", "“stop”"), ("de", "„stop“"), ("fr", "« stop »"), ("es", "«stop»"), ("pt", "“stop”")],
)
def test_straight_quotation_marks_become_those_of_the_language(language: str, quoted: str) -> None:
    told = edited("rewrite", 'Maria "stop" 5" 7', language)

    assert told.replace("\u00a0", " ").replace("\u202f", " ") == f'Maria {quoted} 5" 7' or told == 'Maria "stop" 5" 7'
    assert edited("rewrite", 'Maria "stop" 57', language).replace("\u00a0", " ") == f"Maria {quoted} 57"


def test_spacing_is_made_even() -> None:
    assert edited("rewrite", "The pump , which is old ,, runs  at the the limit !!") == (
        "The pump, which is old, runs at the limit!"
    )


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        (
            "en",
            "In order to save time, visitors are required to book prior to their visit (a short call), e.g. on Monday.",
            "To save time, visitors must book before their visit, a short call, for example on Monday.",
        ),
        (
            "de",
            "Des Weiteren hält der Filter (ein feines Netz) derzeit Schmutz zurück, z. B. Sand, Laub usw.",
            "Außerdem hält der Filter, ein feines Netz, jetzt Schmutz zurück, zum Beispiel Sand, Laub und so weiter.",
        ),
        (
            "fr",
            "Au moyen d’une clé (un outil ancien), on ouvre la vanne afin d’éviter les pertes, p. ex. le soir.",
            "Avec une clé, un outil ancien, on ouvre la vanne pour éviter les pertes, par exemple le soir.",
        ),
        (
            "es",
            "Debido al calor, se utiliza agua con el fin de enfriar la bomba (un modelo antiguo), p. ej. en verano.",
            "Por el calor, se usa agua para enfriar la bomba, un modelo antiguo, por ejemplo en verano.",
        ),
        (
            "pt",
            "Devido ao calor, a água passa através da bomba (um modelo velho) a fim de resfriar tudo, p. ex. no verão.",
            "Por causa do calor, a água passa pela bomba, um modelo velho, para resfriar tudo, por exemplo no verão.",
        ),
    ],
)
def test_simpler_texts_have_plainer_words_and_no_brackets(language: str, before: str, after: str) -> None:
    assert edited("simplify", before, language) == after


@pytest.mark.parametrize(
    "text",
    [
        "The limit (2007) holds.",
        "The reports (CSR) are late.",
        "The value (see p. 3) is high.",
        "Write to In Order To Ltd.",
    ],
)
def test_simpler_texts_keep_references_and_names(text: str) -> None:
    assert edited("simplify", text) == text


@pytest.mark.parametrize(
    ("style", "language", "before", "after"),
    [
        ("formal", "en", "But we can’t open it, and it’s late!", "However, we cannot open it, and it is late."),
        ("formal", "de", "Das gibt’s nicht ohne Deckel fürs Ventil!", "Das gibt es nicht ohne Deckel für das Ventil."),
        ("formal", "fr", "Mais ça marche !", "Cependant, cela marche."),
        ("formal", "es", "Pero la foto es buena.", "Sin embargo, la fotografía es buena."),
        ("formal", "pt", "Mas a foto é boa pra nós.", "No entanto, a fotografia é boa para nós."),
        ("friendly", "en", "However, it is late and we do not open.", "But it’s late and we don’t open."),
        ("friendly", "en", "We know what it is.", "We know what it is."),
        ("concise", "en", "Due to the fact that dirt is very dangerous, stop.", "Because dirt is dangerous, stop."),
        ("concise", "de", "Das Ventil ist sehr heiß.", "Das Ventil ist heiß."),
        ("concise", "de", "So sehr er wartet, kommt nichts.", "So sehr er wartet, kommt nichts."),
        ("concise", "fr", "La pompe est très lente.", "La pompe est lente."),
        ("concise", "es", "La bomba es muy lenta.", "La bomba es lenta."),
        ("direct", "en", "You should check the filter every week.", "Check the filter every week."),
        ("direct", "en", "You must not open it.", "You must not open it."),
        ("direct", "de", "Sie sollten den Filter jede Woche prüfen.", "Prüfen Sie den Filter jede Woche."),
        ("direct", "de", "Sie müssen das Licht einschalten.", "Sie müssen das Licht einschalten."),
        ("direct", "de", "Sie müssen den Filter nicht prüfen.", "Sie müssen den Filter nicht prüfen."),
        ("direct", "fr", "Vous devez vérifier le filtre.", "Vérifiez le filtre."),
        ("direct", "fr", "Vous devez vérifier le filtre et fermer.", "Vous devez vérifier le filtre et fermer."),
        ("direct", "es", "Usted debe revisar el filtro.", "Revise el filtro."),
        ("direct", "pt", "Você deve verificar o filtro.", "Verifique o filtro."),
    ],
)
def test_a_style_changes_only_what_it_knows(style: str, language: str, before: str, after: str) -> None:
    assert edited("change_style", before, language, style=style) == after


def test_an_unknown_style_changes_nothing_and_names_the_known_ones() -> None:
    told = answer("change_style", {"text": "But we can’t.", "style": "poetic"})

    assert told["text"] == "But we can’t."
    assert "formal, friendly, concise, direct" in told["notice"]


@pytest.mark.parametrize("task", ["rewrite", "simplify"])
@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "pt", "it", "zh", "xx"])
def test_a_text_to_which_no_rule_applies_comes_back_as_it_was(task: str, language: str) -> None:
    text = "Anna:\n\n  • Oslo 42 kg\n  • Bern"

    told = answer(task, {"text": text}, language)

    assert told["text"] == text
    assert told["method"] == "rules"


@pytest.mark.parametrize("style", ["simplify", "rewrite", "formal", "friendly", "concise", "direct"])
@pytest.mark.parametrize(
    "kept",
    [
        "“it is prior to a very late, e.g. basically late, day (a fine mesh) and we can’t”",
        "«it is prior to a very late, e.g. basically late, day»",
        "https://example.org/prior,to/e.g./however",
        "{{prior to}}",
        "Currently",
    ],
)
def test_what_is_quoted_named_or_addressed_stays_as_written(style: str, kept: str) -> None:
    task = style if style in {"simplify", "rewrite"} else "change_style"
    text = f"Basically, the old sign in the hall says {kept} in red, but it is no longer read by anybody!"

    changed = edited(task, text, style=style)

    assert kept in changed
    assert changed != text


def test_lists_keep_their_bullets_and_paragraphs() -> None:
    text = "Basically, the pump is old.\n\n• Of course, it works well.\n  2. Open it prior to noon."

    assert edited("simplify", text) == "The pump is old.\n\n• It works well.\n  2. Open it before noon."


def test_a_summary_has_the_sentences_that_carry_the_text_in_their_order() -> None:
    text = (
        "Recycling begins with sorting, because mixed waste cannot be melted again. The cat sleeps. "
        "Sorted waste is worth more than mixed waste, so sorting pays for recycling. It is easy. Birds "
        "sing in the morning."
    )

    told = answer("summarise", {"text": text, "max_words": 26})

    assert told["text"] == (
        "Recycling begins with sorting, because mixed waste cannot be melted again. Sorted waste is "
        "worth more than mixed waste, so sorting pays for recycling."
    )
    assert told["method"] == "extractive"


def test_a_short_text_is_its_own_summary() -> None:
    told = answer("summarise", {"text": "Sort waste."})

    assert told["text"] == "Sort waste."
    assert "short enough" in told["notice"]


def test_a_text_is_extended_by_what_a_source_says_of_it() -> None:
    text = "Sorted aluminium is melted to make new cans of it."

    told = answer("extend", {"text": text, "paragraphs": SOURCES})

    assert told["text"] == f"{text}\n\nAluminium can be melted again and again without loss of quality."
    assert told["refs"] == ["p. 7"]


def test_an_example_brings_the_sentence_that_it_leans_on() -> None:
    text = "Sorting pays for metals such as aluminium."

    told = answer("add_example", {"text": text, "paragraphs": SOURCES})

    assert told["text"].startswith(f"{text}\n\nAluminium can be melted")
    assert told["text"].endswith("back on the shelf after sixty days.")
    assert told["refs"] == ["p. 7"]


@pytest.mark.parametrize(
    ("language", "text", "example"),
    [
        (
            "de",
            "Die Pumpe fördert Wasser.",
            "Zum Beispiel fördert eine Pumpe mit 800 Watt 200 Liter Wasser in der Minute.",
        ),
        (
            "fr",
            "La pompe déplace l’eau de la cave.",
            "Une pompe déplace par exemple toute l’eau de la cave en une heure.",
        ),
        (
            "es",
            "La bomba mueve el agua del sótano.",
            "Por ejemplo, la bomba mueve toda el agua del sótano en una hora.",
        ),
        ("pt", "A bomba move a água do porão.", "Por exemplo, a bomba move toda a água do porão em apenas uma hora."),
    ],
)
def test_an_example_is_known_by_its_words(language: str, text: str, example: str) -> None:
    told = answer("add_example", {"text": text, "paragraphs": [[example, 4]]}, language)

    assert told["text"] == f"{text}\n\n{example}"
    assert told["refs"] == ["p. 4"]


@pytest.mark.parametrize("task", ["extend", "add_example"])
def test_nothing_is_added_where_the_sources_speak_of_something_else(task: str) -> None:
    told = answer(task, {"text": "Whales sing at night.", "paragraphs": SOURCES})

    assert told["text"] == "Whales sing at night."
    assert told["refs"] == []
    assert "unchanged" in told["notice"]


@pytest.mark.parametrize(
    ("language", "spoken"),
    [
        ("en", "Metalle: Eisen, Kupfer and Zink."),
        ("de", "Metalle: Eisen, Kupfer und Zink."),
        ("fr", "Metalle: Eisen, Kupfer et Zink."),
        ("es", "Metalle: Eisen, Kupfer y Zink."),
        ("pt", "Metalle: Eisen, Kupfer e Zink."),
        ("it", "Metalle: Eisen, Kupfer, Zink."),
    ],
)
def test_short_points_are_spoken_as_a_list_behind_their_heading(language: str, spoken: str) -> None:
    payload = {"title": "Kurs", "heading": "Metalle", "points": ["Eisen", "Kupfer", "Zink"], "notes": ""}

    told = answer("script", {**payload, "max_words": 60}, language)

    assert told["segments"] == [{"text": spoken, "refs": ["points"]}]


def test_a_script_says_the_notes_and_the_points_that_they_leave_out() -> None:
    payload = {
        "title": "Course",
        "heading": "Sorting",
        "points": ["Mixed waste is burned", "Glass is sorted by colour, since green glass stays green", "(See notes)"],
        "notes": "Mixed waste is burned, and nothing of it ever comes back.\nSource: www.example.org",
        "max_words": 60,
    }

    segments = answer("script", payload)["segments"]

    assert [segment["text"] for segment in segments] == [
        "Sorting. Mixed waste is burned, and nothing of it ever comes back.",
        "Glass is sorted by colour, since green glass stays green.",
    ]
    assert segments[0]["refs"] == ["heading", "notes"]


def test_a_script_keeps_to_its_length() -> None:
    points = [f"Sentence number {n} tells about pumps and the water of cellar {n}." for n in range(20)]

    segments = answer("script", {"heading": "Pumps", "points": points, "notes": "", "max_words": 30})["segments"]

    assert 10 < sum(len(segment["text"].split()) for segment in segments) <= 33


def test_texts_are_not_translated_and_say_so() -> None:
    told = answer("translate", {"texts": ["Hallo", ""], "to": "en"}, "de")

    assert told["texts"] == ["Hallo", ""]
    assert told["method"] == "untranslated"
    assert "Übersetzung" in told["notice"]


@pytest.mark.parametrize("task", NEW_TASKS)
@pytest.mark.parametrize("nothing", ["", "  \n", "\u200b", "…", "🙂"])
def test_of_nothing_nothing_is_written(task: str, nothing: str) -> None:
    payload = {
        "title": nothing,
        "heading": nothing,
        "points": [nothing],
        "notes": nothing,
        "text": nothing,
        "texts": [nothing],
        "style": "formal",
        "to": "de",
        "paragraphs": SOURCES,
    }

    with pytest.raises(EmptySource) as refused:
        answer(task, payload)

    assert (refused.value.code, refused.value.status) == ("CC-0340", 422)


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "pt"])
def test_each_language_says_in_its_own_words_what_an_answer_is(language: str) -> None:
    told = {task: _notice(task, language) for task in NEW_TASKS}
    english = {task: _notice(task, "en") for task in NEW_TASKS}

    assert all(notice.endswith(".") for notice in told.values())
    assert language == "en" or not set(told.values()) & set(english.values())


def _notice(task: str, language: str) -> str:
    payload = {
        "heading": "Pump",
        "points": ["Pump"],
        "texts": ["Pump"],
        "text": "Pump: one.\nTank: two.",
        "style": "formal",
        "paragraphs": SOURCES,
        "to": "de",
    }
    notice: str = answer(task, payload, language)["notice"]
    return notice
