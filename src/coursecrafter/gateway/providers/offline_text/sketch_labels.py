"""Short labels out of an author's sentences: a few of their own words, never turned into their opposite."""

from __future__ import annotations

import re
from collections.abc import Sequence

from coursecrafter.gateway.providers.offline_text.key_terms import key_terms
from coursecrafter.gateway.providers.offline_text.language import Language, tidy, words
from coursecrafter.gateway.providers.offline_text.stop_words import STOP_WORDS
from coursecrafter.gateway.providers.offline_text.word_classes import DETERMINERS

LABEL_CHARS, NOTE_CHARS = 32, 64
EDGES = "?؟？¿ \t,;:.!…。，；：、،؛–—-•☐□✓“”„«»\"'’"
NO_QUOTES = dict.fromkeys(map(ord, '„“”«»"'))
NEGATIONS = frozenset(
    [
        "no",
        "not",
        "never",
        "none",
        "without",
        "cannot",
        "nicht",
        "kein",
        "keine",
        "keinen",
        "keinem",
        "keiner",
        "nie",
        "niemals",
        "ohne",
        "ne",
        "n",
        "pas",
        "jamais",
        "sans",
        "nunca",
        "jamás",
        "sin",
        "não",
        "sem",
        "nem",
    ]
)
ORDER = re.compile(
    r"^(?:first(?:ly)?|second(?:ly)?|third(?:ly)?|then|next|after that|afterwards|subsequently|finally|lastly|at last"
    r"|start by|begin by|zuerst|zunächst|erstens|zweitens|drittens|dann|danach|anschließend|daraufhin|schließlich"
    r"|zum schluss|zuletzt|als erstes|d[’']abord|premièrement|ensuite|puis|après cela|enfin|pour finir|commencez par"
    r"|primero|en primer lugar|luego|después|a continuación|por último|finalmente|primeiro|em primeiro lugar|depois"
    r"|em seguida|a seguir|por fim|só então|só depois|and|und|et|y|e|ou|oder|or)\b[\s,:]*",
    re.IGNORECASE,
)
INNER_ORDER = re.compile(
    r"\b(?:d[’']abord|ensuite|puis|enfin|finally|then|zuerst|danach|dann|schließlich|primero|luego|después|finalmente"
    r"|primeiro|depois)\b\s*",
    re.IGNORECASE,
)
FORBIDS = re.compile(r"(?:do|does|did|can|may|must|should|will)\s+not$", re.IGNORECASE)
"""Without its verb a "not" is no English."""
LEFT_OPEN = re.compile(r"\s+(?:and|und|et|y|e|or|oder|ou|dès|schon|ya|já)$", re.IGNORECASE)
MELTED = re.compile(r"[ld][’'](?=\w)", re.IGNORECASE)
JOINS = re.compile(r"\s+(?:and|und|et|y|e|sowie|then|dann|puis)\s+", re.IGNORECASE)
STEP = re.compile(
    r"^(?:(?:step|phase|stage|schritt|stufe|étape|paso|etapa|fase|passo)\s+)?\(?\d{1,2}\s*[.):–—-]+\s*", re.IGNORECASE
)


def label_of(language: Language, clause: str, limit: int = LABEL_CHARS, *, has_order: bool = True) -> str:
    """At most `limit` characters of a clause, without words of order and small words before what it says; "" if empty.

    A clause that is too long ends before a small word, where a phrase ends; one that has no such place gives its own
    term, and one that would lose its "not" nothing.
    """
    bare = tidy(clause).strip(EDGES)
    if has_order:
        while bare != (stripped := STEP.sub("", ORDER.sub("", bare)).strip(EDGES)):
            bare = stripped
        bare = INNER_ORDER.sub("", bare).strip(EDGES)
    head, colon, _ = bare.partition(":")
    bare = head if colon and words(head) else bare
    bare = LEFT_OPEN.sub("", _without_small_words(language, bare)).strip(EDGES)
    if len(bare) > limit:
        bare = _phrase(language, bare, limit)
    return _closed(bare[:1].upper() + bare[1:])


def note_of(clause: str, limit: int = NOTE_CHARS) -> str:
    """A clause as it is written, without what opens and ends it; cut between words where it is too long."""
    bare = ORDER.sub("", tidy(clause).strip(EDGES)).strip(EDGES)
    if len(bare) > limit:
        at = bare.rfind(" ", 0, limit)
        bare = bare[: at if at > limit // 2 else limit - 1].rstrip(EDGES) + "…"
    return _closed(bare[:1].upper() + bare[1:])


def _closed(label: str) -> str:
    """Without quotation marks where one of a pair was at its edge: "Click on “Report”" is cut behind "Report"."""
    is_closed = label.count("«") == label.count("»") and label.count('"') % 2 == 0
    is_closed = is_closed and sum(label.count(mark) for mark in "„“”") % 2 == 0
    return label if is_closed else " ".join(label.translate(NO_QUOTES).split())


def _without_small_words(language: Language, text: str) -> str:
    """Without the words before its first one that carries meaning; a negation carries some."""
    if language.code not in STOP_WORDS:
        return text
    found = text.split()
    while len(found) > 1 and _is_small(language, found[0]) and not FORBIDS.match(" ".join(found[:2])):
        found = found[1:]
    rest = " ".join(found)
    article = MELTED.match(rest) if language.code == "fr" else None
    return _without_small_words(language, rest[article.end() :]) if article else rest


def _is_small(language: Language, word: str) -> bool:
    bare = word.strip(EDGES).casefold()
    return language.is_stop_word(bare) and bare not in NEGATIONS


def _phrase(language: Language, text: str, limit: int) -> str:
    """Its longest beginning that ends where a phrase does."""
    if not language.has_spaces:
        return text[:limit]
    first = JOINS.split(text)[0].strip(EDGES)
    if len(first) <= limit and len(words(first)) > 1 and _is_whole([first], text):
        return first
    found = text.split()
    articles = DETERMINERS.get(language.code, frozenset())
    for end in range(len(found) - 1, 0, -1):
        head = " ".join(found[:end]).strip(EDGES)
        is_joint = _is_small(language, found[end]) and found[end].casefold() not in articles
        is_end = language.code not in STOP_WORDS or is_joint or found[end - 1][-1] in ",;:"
        if len(head) <= limit and is_end and not _is_small(language, found[end - 1]) and _is_whole(found[:end], text):
            return head
    term = next(iter(key_terms(language, [text], 1)), "")
    if term and len(term) <= limit and _is_whole([], text):
        return term
    cut = _cut(found, limit)
    return cut if _is_whole([cut], text) else ""


def _is_whole(kept: Sequence[str], text: str) -> bool:
    """Whether no negation of the text is left out."""
    count = sum(word.casefold() in NEGATIONS for word in words(text))
    return count == sum(word.casefold() in NEGATIONS for part in kept for word in words(part))


def _cut(found: Sequence[str], limit: int) -> str:
    kept = ""
    for word in found:
        if len(f"{kept} {word}".strip()) > limit - 1:
            break
        kept = f"{kept} {word}".strip()
    return (kept or found[0][: limit - 1]).rstrip(EDGES) + "…"
