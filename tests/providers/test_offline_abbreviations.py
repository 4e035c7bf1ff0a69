"""A full stop behind an abbreviation ends no sentence: what is taken word for word is never half of one."""

from __future__ import annotations

from typing import Any

import pytest

from coursecrafter.gateway.ports import TextRequest
from coursecrafter.gateway.providers.offline_text import OfflineText
from coursecrafter.gateway.providers.offline_text.key_terms import key_terms
from coursecrafter.gateway.providers.offline_text.language import Language, language_of

WHOLE = [
    ("en", "In 2023, approx. 3.5 % of all staff clicked on such a link."),
    ("en", "A training course costs approx. $30 per person, incl. VAT."),
    ("en", "The limits stand in Ch. 4 and in Vol. 2 of the manual, cf. Annex B."),
    ("de", "Die Schulung kostet inkl. Mehrwertsteuer max. 30 Euro, s. Abb. 3 und Abschn. 4.2."),
    ("de", "Wenden Sie sich bspw. an Hr. Müller, der seit dem 3. Jan. 2024 zuständig ist."),
    ("fr", "Le courriel a l’air vrai, p. ex. il porte le logo de la banque."),
    ("fr", "La pompe s’arrête au bout de 30 min. 12 fois par jour, voir chap. III."),
    ("es", "El correo parece auténtico, p. ej. lleva el logotipo del banco."),
    ("es", "Hizo clic aprox. el 3,5 % de los empleados, dice la Dra. López en la pág. 12."),
    ("pt", "O e-mail parece verdadeiro, p. ex. traz o logótipo do banco."),
    ("pt", "Clicaram aprox. 3,5 % dos funcionários, diz a Dra. Costa na pág. 12."),
]
PARTED = [
    ("en", "We asked him, and he said no. Nobody asked again."),
    ("en", "Report it within 30 min. Change your password."),
    ("de", "Melden Sie es in 30 Min. Ändern Sie dann Ihr Passwort."),
    ("fr", "Signalez-le dans les 30 min. Changez votre mot de passe."),
    ("es", "Avise en 30 min. Cambie su contraseña."),
    ("pt", "Avise em 30 min. Mude a sua palavra-passe."),
]
SLIDES = {
    "fr": "Le courriel d’hameçonnage a l’air vrai, p. ex. il porte le logo de la banque.",
    "es": "El correo de phishing parece auténtico, p. ej. lleva el logotipo del banco.",
    "pt": "O e-mail de phishing parece verdadeiro, p. ex. traz o logótipo do banco.",
}


@pytest.mark.parametrize(("language", "text"), WHOLE)
def test_a_sentence_goes_on_behind_an_abbreviation(language: str, text: str) -> None:
    assert Language(language).sentences(text) == [text]


@pytest.mark.parametrize(("language", "text"), PARTED)
def test_a_sentence_that_ends_with_a_unit_still_ends(language: str, text: str) -> None:
    assert len(Language(language).sentences(text)) == 2


@pytest.mark.parametrize(("language", "text"), SLIDES.items())
def test_a_question_asks_for_a_word_of_a_whole_sentence(language: str, text: str) -> None:
    slides = [{"ref": "slide 1", "title": "Phishing", "texts": [text]}]

    quiz = written("quiz", {"title": "Phishing", "slides": slides, "max_questions": 1}, language)

    told = " ".join(quiz["questions"][0]["feedback"])
    assert text in told


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("en", "It takes approx. 30 minutes.", "It takes about 30 minutes."),
        ("en", "A course costs approx. $30.", "A course costs about $30."),
        ("fr", "Signalez le courriel dans les 30 min.", "Signalez le courriel dans les 30 min."),
        ("es", "Tarda aprox. 30 minutos.", "Tarda más o menos 30 minutos."),
        ("pt", "Demora aprox. 30 minutos.", "Demora cerca de 30 minutos."),
        ("de", "Unterschrieben hat i. A. Meier.", "Unterschrieben hat i. A. Meier."),
    ],
)
def test_simplifying_writes_out_what_is_meant(language: str, before: str, after: str) -> None:
    """French "min." is minutes at least as often as "at least"."""
    assert written("simplify", {"text": before}, language)["text"] == after


@pytest.mark.parametrize(
    ("language", "text", "never"),
    [
        ("en", "Tell the IT dept. about it: the training costs approx. $30.", {"dept", "approx"}),
        ("es", "La Dra. López dirige la seguridad, véase el apdo. 4.2.", {"Dra", "apdo"}),
    ],
)
def test_an_abbreviation_is_no_term(language: str, text: str, never: set[str]) -> None:
    told = " ".join(key_terms(language_of(language), [text], 10)).split()

    assert never.isdisjoint(told)


def test_a_verb_behind_of_is_a_noun() -> None:
    assert "mot de passe" in key_terms(language_of("fr"), ["Changez votre mot de passe chaque année."], 3)


@pytest.mark.parametrize("language", ["ar", "zh", "ja", "hi"])
def test_a_text_in_another_script_keeps_its_blanks(language: str) -> None:
    text = "Use it, e.g. here. Then stop."

    assert written("simplify", {"text": text}, language)["text"] == text


def test_a_text_without_blanks_gets_none() -> None:
    text = "防火门能阻挡烟雾。请始终关闭防火门。"

    assert written("simplify", {"text": text}, "zh")["text"] == text


def written(task: str, payload: dict[str, Any], language: str) -> dict[str, Any]:
    value: dict[str, Any] = OfflineText().write(TextRequest(task, language, payload)).value
    return value
