"""The few words that a book says by itself, in the course's language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """Words and patterns of one language.

    Attributes:
        slide: pattern of a slide that has no title, with `{number}`.
        slide_titled: pattern of a picture's description, with `{title}`.
        slide_showing: pattern of what the pictures on it show, with `{pictures}`.
        course_code, edition: patterns of the copyright page, with `{code}` and `{date}`.
    """

    contents: str
    chapter: str
    figure: str
    introduction: str
    exercises: str
    slide: str
    slide_titled: str
    slide_showing: str
    course_code: str
    edition: str
    cover: str
    copyright: str


ENGLISH = Words(
    contents="Contents",
    chapter="Chapter",
    figure="Figure",
    introduction="Introduction",
    exercises="Exercises and notes",
    slide="Slide {number}",
    slide_titled="Slide “{title}”.",
    slide_showing="It shows: {pictures}.",
    course_code="Course {code}",
    edition="Edition of {date}",
    cover="Cover",
    copyright="Copyright",
)

WORDS = {
    "en": ENGLISH,
    "de": Words(
        contents="Inhalt",
        chapter="Kapitel",
        figure="Abbildung",
        introduction="Einführung",
        exercises="Übungen und Notizen",
        slide="Folie {number}",
        slide_titled="Folie „{title}“.",
        slide_showing="Sie zeigt: {pictures}.",
        course_code="Kurs {code}",
        edition="Ausgabe vom {date}",
        cover="Umschlag",
        copyright="Impressum",
    ),
    "fr": Words(
        contents="Table des matières",
        chapter="Chapitre",
        figure="Figure",
        introduction="Introduction",
        exercises="Exercices et notes",
        slide="Diapositive {number}",
        slide_titled="Diapositive « {title} ».",
        slide_showing="Elle montre : {pictures}.",
        course_code="Cours {code}",
        edition="Édition du {date}",
        cover="Couverture",
        copyright="Mentions légales",
    ),
    "es": Words(
        contents="Índice",
        chapter="Capítulo",
        figure="Figura",
        introduction="Introducción",
        exercises="Ejercicios y notas",
        slide="Diapositiva {number}",
        slide_titled="Diapositiva «{title}».",
        slide_showing="Muestra: {pictures}.",
        course_code="Curso {code}",
        edition="Edición del {date}",
        cover="Cubierta",
        copyright="Créditos",
    ),
    "it": Words(
        contents="Indice",
        chapter="Capitolo",
        figure="Figura",
        introduction="Introduzione",
        exercises="Esercizi e appunti",
        slide="Diapositiva {number}",
        slide_titled="Diapositiva «{title}».",
        slide_showing="Mostra: {pictures}.",
        course_code="Corso {code}",
        edition="Edizione del {date}",
        cover="Copertina",
        copyright="Colophon",
    ),
    "pt": Words(
        contents="Índice",
        chapter="Capítulo",
        figure="Figura",
        introduction="Introdução",
        exercises="Exercícios e notas",
        slide="Diapositivo {number}",
        slide_titled="Diapositivo “{title}”.",
        slide_showing="Mostra: {pictures}.",
        course_code="Curso {code}",
        edition="Edição de {date}",
        cover="Capa",
        copyright="Ficha técnica",
    ),
    "nl": Words(
        contents="Inhoud",
        chapter="Hoofdstuk",
        figure="Figuur",
        introduction="Inleiding",
        exercises="Oefeningen en notities",
        slide="Dia {number}",
        slide_titled="Dia ‘{title}’.",
        slide_showing="Te zien: {pictures}.",
        course_code="Cursus {code}",
        edition="Uitgave van {date}",
        cover="Omslag",
        copyright="Colofon",
    ),
    "ar": Words(
        contents="المحتويات",
        chapter="الفصل",
        figure="الشكل",
        introduction="مقدمة",
        exercises="تمارين وملاحظات",
        slide="الشريحة {number}",
        slide_titled="شريحة «{title}».",
        slide_showing="تعرض: {pictures}.",
        course_code="الدورة {code}",
        edition="إصدار \u200e{date}\u200e",
        cover="الغلاف",
        copyright="حقوق النشر",
    ),
    "zh": Words(
        contents="目录",
        chapter="章节",
        figure="图",
        introduction="引言",
        exercises="练习与笔记",
        slide="幻灯片 {number}",
        slide_titled="幻灯片“{title}”。",
        slide_showing="图中内容：{pictures}。",
        course_code="课程 {code}",
        edition="{date} 版",
        cover="封面",
        copyright="版权",
    ),
}

RIGHT_TO_LEFT = {"ar", "fa", "he", "ur", "ps", "sd", "ug", "yi", "dv"}


def words_of(language: str) -> Words:
    """The words of a BCP 47 language, or English for a language that has none here."""
    return WORDS.get(primary_subtag(language), ENGLISH)


def primary_subtag(language: str) -> str:
    """`de` of `de-AT`; `en` for a tag that is none."""
    subtag = language.replace("_", "-").split("-", maxsplit=1)[0].lower()
    return subtag if subtag.isascii() and subtag.isalpha() and len(subtag) in {2, 3} else "en"


def is_right_to_left(language: str) -> bool:
    """Whether the language is written from right to left."""
    return primary_subtag(language) in RIGHT_TO_LEFT
