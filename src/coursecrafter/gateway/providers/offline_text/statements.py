"""Which of an author's lines state something whole, and which are titles, fragments, asides or about themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from coursecrafter.gateway.providers.offline_text.language import SENTENCE_ENDS, Language, is_prose, words
from coursecrafter.gateway.providers.offline_text.word_classes import (
    DE_FINITE,
    DE_NO_VERBS,
    DETERMINERS,
    EN_BEFORE_VERBS,
    EN_FINITE,
    EN_PASTS,
    EN_RELATIVES,
    EN_THIRD_PERSONS,
    EN_VERBS,
    ENDLESS,
    FINITE,
    OPENERS,
)

FEWEST_WORDS, MOST_WORDS = 5, 30
FEWEST_STEMS = 3
FEWEST_POINT_STEMS = 2
FEWEST_NUMBERED = 2
FEWEST_CHARS = 8  # of a statement in a script without spaces
LONGEST_POINT = 110  # characters of a bullet that stands whole as an option
SHORTEST_GERMAN_VERB = 4
NUMBERING = re.compile(r"^\(?\d{1,2}(?:[.)]|-(?=\s))\s+(?=\S)")
OPEN_ENDS = ("?", "؟", "？", ":", "：", "-", "–", ",", ";")
NO_STATEMENT = re.compile(
    r"[<>=_|\\{}]|…|\.\.\.|\.(?:xlsx?|docx?|pptx?|pdf)\b"
    r"|^(?:(?:please )?(?:add|insert|enter|click|type|attach|see)|siehe|voir|véase|ver) \b"
    r"|^(?:examples?|hint|note|given|e\.g\.|bsp\.?|beispiel|hinweis|exemple|remarque|ejemplo|nota|exemplo)\s*:"
    r"|\b(?:please|bitte)\b"
    r"|\b(?:for example|such as|z\.\s?B\.|par exemple|por ejemplo|por exemplo)$",
    re.IGNORECASE,
)
LEGAL = re.compile(
    r"copyright|©|all rights reserved|warrant(?:y|ies)|trademark|informational purposes|confidential"
    r"|alle rechte vorbehalten|tous droits réservés|todos (?:los|os) (?:derechos|direitos) reservados",
    re.IGNORECASE,
)
ABOUT_ITSELF = re.compile(
    r"\b(?:this|the (?:following|present|next|previous)|in this|our) "
    r"(?:(?:short|small|little|brief|practical) )?"
    r"(?:handbook|document|chapter|section|guide|manual|book|booklet|course|lesson|module|page|paper|report"
    r"|slides?|deck"
    r"|presentation|part|unit|text|appendix|workshop)\b"
    r"|\b(?:see|as (?:shown|described|said|explained)) (?:in )?(?:chapter|section|page|figure|table|above|below)\b"
    r"|\b(?:dies(?:e[rsmn]?)?|das vorliegende|die vorliegende|im folgenden|in diese[mr]) "
    r"(?:handbuch|dokument|kapitel|abschnitt|leitfaden|buch|kurs|lektion|modul|seite|bericht|folien?|teil"
    r"|text|anhang)\b"
    r"|\b(?:ce|cet|cette|ces|dans ce|dans cette) "
    r"(?:manuel|document|chapitre|section|guide|livre|cours|leçon|module|page|rapport|partie|texte|annexe)\b"
    r"|\b(?:este|esta|estos|estas|neste|nesta|deste|desta) "
    r"(?:manual|documento|capítulo|sección|seção|secção|guía|guia|libro|livro|curso|lección|lição|módulo|página|informe"
    r"|relatório|parte|texto|anexo)\b"
    r"|本(?:手册|文档|章|节|课程|书)|(?:هذا|هذه) (?:الدليل|المستند|الفصل|القسم|الكتاب|الدورة)",
    re.IGNORECASE,
)
FRONT_TITLE = re.compile(
    r"^[¿¡]?(?:agenda(?: (?:for|of) (?:today|the day))?|(?:table of )?contents|overview|outline|objectives?"
    r"|learning (?:objectives?|goals?)|what you will\b.*|q ?& ?a\b.*|(?:any )?questions(?: (?:and"
    r"|&) answers)?|references"
    r"|sources|literature|bibliography|(?:many )?thank(?:s| you)\b.*|the end|contact|about\b.*"
    r"|inhalt(?:sverzeichnis)?|überblick|übersicht|gliederung|tagesordnung|lernziele?|ziele|(?:noch |ihre )?fragen"
    r"(?: (?:und|&) antworten)?|gibt es (?:noch )?fragen|quellen|literatur|(?:(?:vielen|herzlichen|besten) )?dank\b.*"
    r"|danke\b.*|kontakt"
    r"|sommaire|plan|ordre du jour|table des matières|objectifs?|sources|bibliographie|(?:avez-vous )?(?:des |vos )?"
    r"questions(?: (?:et|/) réponses|-réponses)?|(?:un grand )?merci\b.*|remerciements"
    r"|índice|contenidos?|orden del día|temario|objetivos?|referencias|bibliografía|(?:alguna "
    r"|hay )?(?:pregunta|duda)s?"
    r"(?: y respuestas)?|ruegos y preguntas|(?:muchas )?gracias\b.*|contacto"
    r"|conteúdos?|sumário|ordem (?:do dia|de trabalhos)|pauta|referências|bibliografia"
    r"|(?:alguma )?(?:pergunta|dúvida)s?"
    r"(?: e respostas)?|(?:muito )?obrigad[oa]\b.*|contato"
    r"|inhoud|oorsig|dagorde|sakelys|doelwitte|(?:enige )?vrae(?: en antwoorde)?|bronne|verwysings"
    r"|(?:baie )?dankie\b.*|kontak"
    r"|overzicht|(?:nog )?vragen|bronnen|bedankt\b.*|indice|ordine del giorno|domande|fonti|grazie\b.*"
    r"|目录|议程|问答|(?:谢谢|感谢).*|جدول الأعمال|المحتويات|الأسئلة|أسئلة|شكر(?:ا|اً|ًا)\b.*)\s*[?!.:…؟！？]*$"
    r"|\bagenda$",
    re.IGNORECASE,
)


def without_numbering(entries: Sequence[str]) -> list[str]:
    """The entries of a list without "1." before them; a lone "3." is an ordinal and stays."""
    is_numbered = sum(bool(NUMBERING.match(entry)) for entry in entries) >= FEWEST_NUMBERED
    return [NUMBERING.sub("", entry) if is_numbered else entry for entry in entries]


def is_about_itself(sentence: str) -> bool:
    """Whether a sentence speaks of the document or course it stands in."""
    return bool(ABOUT_ITSELF.search(sentence))


def leans_on_others(language: Language, sentence: str) -> bool:
    """Whether its first word points to what was said before: "it", "therefore", "diese"."""
    return words(sentence)[0].casefold() in OPENERS.get(language.code, ())


def is_statement(language: Language, sentence: str) -> bool:
    """Whether it can be judged alone: a finite sentence with content that leans on nothing before it."""
    if not is_sound(sentence) or is_about_itself(sentence):
        return False
    if not language.has_spaces:
        return sentence.endswith(SENTENCE_ENDS) and len(sentence) >= FEWEST_CHARS
    found = words(sentence)
    return (
        FEWEST_WORDS <= len(found) <= MOST_WORDS
        and len(language.stems(sentence)) >= FEWEST_STEMS
        and not leans_on_others(language, sentence)
        and not is_imperative(language, sentence)
        and _is_finite(language, sentence, found)
    )


def is_point(language: Language, line: str) -> bool:
    """Whether a bullet can stand whole among the options of a question."""
    if not is_sound(line) or len(line) > LONGEST_POINT:
        return False
    if not language.has_spaces:
        return True
    is_fragment = line[0].islower() and language.code != "de"
    return len(set(language.stems(line))) >= FEWEST_POINT_STEMS and not is_fragment


def is_broken(language: Language, line: str) -> bool:
    """Whether the line goes on in the next one: it ends with a comma, a dash, or a word that cannot end a thought."""
    last = words(line)[-1]
    is_cut = line.endswith(last) and last.islower() and language.has_spaces and language.is_stop_word(last)
    return line.endswith((",", "-", "–")) or (is_cut and last in ENDLESS.get(language.code, ()))


def is_imperative(language: Language, sentence: str) -> bool:
    """Whether an English sentence tells someone to do something."""
    found = [word.casefold() for word in words(sentence)[:2]]
    found = found[1:] if found[0] == "please" else found
    return language.code == "en" and found[0] in EN_VERBS and found[-1] not in EN_FINITE


def is_sound(line: str) -> bool:
    """Whether a line is neither a question, an aside, a placeholder, a formula, small print nor a piece of one."""
    is_shouted = line.isupper() and len(words(line)) >= FEWEST_WORDS
    is_even = all(line.count(left) == line.count(right) for left, right in ("()", "[]", "“”", "«»")) or "„" in line
    is_aside = line.startswith("(") or (line[:1] in "“\"„«'" and line[-1:] in "”\"“»'")
    is_noise = NO_STATEMENT.search(line) or LEGAL.search(line)
    return (
        bool(words(line))
        and is_prose(line)
        and is_even
        and not (is_shouted or is_aside or is_noise or line.endswith(OPEN_ENDS))
    )


def _is_finite(language: Language, sentence: str, found: Sequence[str]) -> bool:
    if sentence[0].islower():
        return False
    if language.code == "en":
        return _has_english_verb([word.replace("’", "'") for word in found])
    if language.code == "de":
        return _has_german_verb(found)
    return sentence.endswith(SENTENCE_ENDS)


def has_verb(language: Language, clause: str) -> bool:
    """Whether a finite verb is known to stand in it; what is not known counts as none."""
    found = words(clause)
    if language.code == "en":
        return _has_english_verb([word.replace("’", "'") for word in found])
    if language.code == "de":
        return _has_german_verb([*found, ""]) if found else False
    return any(word.casefold() in FINITE.get(language.code, ()) for word in found)


def _has_english_verb(found: Sequence[str]) -> bool:
    """Whether a verb stands where a main clause has one: not after "to", "that" or an article, nor as a participle."""
    return any(
        before.casefold() not in EN_RELATIVES and _is_english_verb(before, word.casefold(), after.casefold())
        for before, word, after in zip(found[:-1], found[1:], [*found[2:], ""], strict=True)
    )


def _is_english_verb(before: str, word: str, after: str) -> bool:
    known = before.casefold()
    is_subject = known in EN_BEFORE_VERBS or not Language("en").is_stop_word(known)
    is_plural = known in EN_BEFORE_VERBS or before.isupper() or (known.endswith("s") and not known.endswith("ss"))
    is_past = word in EN_PASTS and (after in DETERMINERS["en"] or after.isdigit())
    return (
        word in EN_FINITE
        or is_past
        or (word in EN_THIRD_PERSONS and is_subject and not known.endswith("s"))
        or (word in EN_VERBS and is_plural and is_subject)
    )


def _has_german_verb(found: Sequence[str]) -> bool:
    """Whether a German verb is there: a known one, or a small word in -t or -en behind a noun and not at the end."""
    if any(word in DE_FINITE for word in found[1:]):
        return True
    return any(
        before[0].isupper()
        and word.islower()
        and word.endswith(("t", "en"))
        and len(word) >= SHORTEST_GERMAN_VERB
        and word not in DE_NO_VERBS
        and not word.startswith("ge")
        for before, word in pairwise(found[:-1])
    )
