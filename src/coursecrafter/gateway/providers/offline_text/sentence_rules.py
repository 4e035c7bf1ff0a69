"""Rules that change one sentence: what they take away says nothing, what they put in its place says the same.

Quotations, addresses and placeholders are masked before a rule sees the sentence, so that none of them changes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial

from coursecrafter.gateway.providers.offline_text.language import Language, words
from coursecrafter.gateway.providers.offline_text.statements import has_verb
from coursecrafter.gateway.providers.offline_text.word_classes import DE_FINITE, DE_NO_VERBS, EN_VERBS
from coursecrafter.gateway.providers.offline_text.wordings import (
    ABBREVIATIONS,
    ASKED_DE,
    ASKED_EN,
    ASKED_ES,
    ASKED_FR,
    ASKED_PT,
    BITTE,
    DOUBLED,
    HOLDING,
    INNER_FILLERS,
    INTENSIFIERS,
    JOINTS,
    NEGATIONS,
    OPENING_FILLERS,
    ORDERS_ES,
    ORDERS_PT,
    QUOTES,
    SEPARABLE_DE,
    SUBJECTS,
    SUBORDINATORS,
)

Rule = Callable[[str], str]
FIRST_MASK = 0xE000
MOST_MASKS = 1000
FEWEST_LEFT = 3
NEAR = 3  # words before a filler in which a negation would reach it
FEWEST_CLAUSE_WORDS = 4
FEWEST_BRACKETED, MOST_BRACKETED = 2, 14
PROTECTED = re.compile(
    r"“[^“”]*”|„[^„“”]*[“”]|«[^«»]*»|(?<!\w)\"[^\"]*\"(?!\w)|`[^`]*`|\{\{.*?\}\}|<[^<>\s]{1,60}>"
    r"|\S{0,200}(?:://|www\.)\S*|\S+@\S+\.\w+"
)
STRAIGHT = re.compile(r"(?<![\w\"])\"(?=[^\s\"])([^\"]*[^\s\"])\"(?![\w\"])")
BRACKETS = re.compile(r"(?<=\w) \(([^()]+)\)(?=([ ,.;:!?]|$))")
NO_ASIDE = re.compile(r"[\d=<>|/\\@]|[A-ZÄÖÜ]{2,}|[.:;?!]")
OTHER_ORDER = re.compile(r"(?:\b(?:et|ou|puis|y|e|o)\b|,)\s+(?:\w+\s+)?\w+(?:er|ir|re|ar)\b")
EN_CLAUSE = re.compile(r"(?:he|she|it) [a-z]+s\b|(?:he|she|it|we|you|they|I) [a-z]+ed\b")
HELD_DE = re.compile(r"\b(?:nicht|kein\w*|nie\w*|und|oder|zu|sich|um)\b")
NO_INTENSITY = frozenset(
    {
        "much",
        "many",
        "few",
        "little",
        "same",
        "end",
        "first",
        "last",
        "own",
        "best",
        "well",
        "bien",
        "mal",
        "poco",
        "pouco",
        "peu",
        "than",
        "lieber",
        "wahrscheinlich",
    }
)


def masked(sentence: str, rule: Rule) -> str:
    """What a rule makes of a sentence whose protected parts it does not see."""
    kept: list[str] = []

    def _mask(found: re.Match[str]) -> str:
        kept.append(found.group())
        return chr(FIRST_MASK + len(kept) - 1) if len(kept) <= MOST_MASKS else found.group()

    changed = rule(PROTECTED.sub(_mask, sentence))
    for nth, part in enumerate(kept[:MOST_MASKS]):
        changed = changed.replace(chr(FIRST_MASK + nth), part)
    return changed


def capital(text: str) -> str:
    """With a capital first, but for names such as "makeITfair"."""
    first = words(text)[:1]
    return text[:1].upper() + text[1:] if first and first[0].islower() else text


def spaced(language: Language, sentence: str) -> str:
    """With one blank between words, none before a comma or full stop, and no mark or small word twice."""
    tight = re.sub(r"([,;:])(?:\s*\1)+", r"\1", sentence)
    tight = re.sub(r"([!?])\1+", r"\1", tight)
    tight = re.sub(r"(?<!\.)\.\.(?!\.)", ".", tight)
    before = r" +(?=[,.](?:\s|$))" if language.code == "fr" else r"(?<=\w) +(?=[,.;:!?](?:\s|$))"
    tight = re.sub(before, "", tight)
    return re.sub(
        r"(?<![\w’'-])(\w+) \1(?![\w’'-])",
        lambda found: found.group(1) if found.group(1) in DOUBLED.get(language.code, ()) else found.group(),
        tight,
    )


def quoted(language: Language, sentence: str) -> str:
    """With the quotation marks of the language for straight ones that are paired."""
    marks = QUOTES.get(language.code)
    if marks is None or sentence.count('"') % 2:
        return sentence
    return STRAIGHT.sub(lambda found: f"{marks[0]}{found.group(1)}{marks[1]}", sentence)


def without_opening_fillers(language: Language, sentence: str) -> str:
    """Without what opens it and says nothing: "It should be noted that"."""
    pattern = _opening(language.code)
    while pattern and (found := pattern.match(sentence)):
        rest = sentence[found.end() :]
        if len(words(rest)) < FEWEST_LEFT:
            break
        sentence = capital(rest)
    return sentence


@lru_cache(maxsize=32)
def _opening(code: str) -> re.Pattern[str] | None:
    known = sorted(OPENING_FILLERS.get(code, ()), key=lambda filler: (-len(filler), filler))
    found = "|".join(_elided(filler) for filler in known)
    return re.compile(rf"(?:{found})", re.IGNORECASE) if known else None


def _elided(filler: str) -> str:
    """The filler and the blank behind it; "que" may have lost its last letter."""
    if filler.endswith(" que"):
        return re.escape(filler[:-1]) + r"(?:e |[’'])"
    return re.escape(filler) + r"\s+"


def without_inner_fillers(language: Language, sentence: str) -> str:
    """Without words inside it that say nothing."""
    return _taken(language, sentence, _inside(language.code, is_intense=False), is_intense=False)


def without_intensifiers(language: Language, sentence: str) -> str:
    """Without words before an adjective that only say how much."""
    return _taken(language, sentence, _inside(language.code, is_intense=True), is_intense=True)


@lru_cache(maxsize=32)
def _inside(code: str, *, is_intense: bool) -> re.Pattern[str] | None:
    known = (INTENSIFIERS if is_intense else INNER_FILLERS).get(code, ())
    found = "|".join(re.escape(filler) for filler in sorted(known, key=lambda filler: (-len(filler), filler)))
    return re.compile(rf"(?<=\w)(,?) (?:{found})(,?)(?= (\w+))") if known else None


def _taken(language: Language, sentence: str, pattern: re.Pattern[str] | None, *, is_intense: bool) -> str:
    if pattern is None:
        return sentence

    def _keep(found: re.Match[str]) -> str:
        left, right, after = found.groups()
        before = [word.casefold() for word in words(sentence[: found.start(1)])[-NEAR:]]
        word = before[-1] if before else ""
        is_denied = any(_is_negation(language, near) for near in before)
        is_held = is_denied or (not left and word in HOLDING.get(language.code, ()))
        is_article = word in {"a", "an"} and not left
        is_lone = bool(left) != bool(right) and language.code == "de"
        is_odd = is_intense and (
            bool(left or right) or after in NO_INTENSITY or not after.islower() or language.is_stop_word(after)
        )
        if is_held or is_article or is_lone or is_odd or not word:
            return found.group()
        return left or right if bool(left) != bool(right) else ""

    return pattern.sub(_keep, sentence)


def _is_negation(language: Language, word: str) -> bool:
    return word in NEGATIONS.get(language.code, ()) or word.endswith(("n't", "n’t")) or word.startswith(("n’", "n'"))


def written_out(language: Language, sentence: str) -> str:
    """With abbreviations as words."""
    for pattern, full, is_end in _abbreviations(language.code):
        sentence = pattern.sub(partial(_full, full=full, is_end=is_end), sentence)
    return sentence


@lru_cache(maxsize=32)
def _abbreviations(code: str) -> tuple[tuple[re.Pattern[str], str, bool], ...]:
    return tuple(_abbreviation(entry) for entry in ABBREVIATIONS.get(code, ()))


def _abbreviation(entry: str) -> tuple[re.Pattern[str], str, bool]:
    short, _, full = entry.partition(" > ")
    is_end = short.endswith("$")
    bare = short.rstrip("$")
    spread = re.escape(bare).replace(r"\.\ ", r"\.[ \u00a0\u202f]?")
    first = f"[{bare[0]}{bare[0].upper()}]" if bare[0].islower() else re.escape(bare[0])
    after = "" if bare.endswith(".") else r"(?!\w)"
    return re.compile(rf"(?<![\w.@/-]){first}{spread[len(re.escape(bare[0])) :]}{after}"), full, is_end


def _full(found: re.Match[str], *, full: str, is_end: bool) -> str:
    before, after = found.string[: found.start()], found.string[found.end() :]
    is_first = not before.strip("“„«(¿¡[ ")
    is_before_next = is_end and bool(re.match(r" [A-ZÄÖÜ]", after))
    is_stop = found.group().endswith(".") and (not after or is_before_next)
    told = full[:1].upper() + full[1:] if is_first else full
    return told + ("." if is_stop else "")


def unrolled(language: Language, sentence: str) -> str:
    """With an aside in brackets between commas, or as an end; figures, names and references keep their brackets."""

    def _unroll(found: re.Match[str]) -> str:
        aside, after = found.group(1).strip(), found.group(2)
        count = len(words(aside))
        is_told = FEWEST_BRACKETED <= count <= MOST_BRACKETED and aside[:1].isalpha() and not NO_ASIDE.search(aside)
        if not is_told or has_verb(language, aside) or has_mask(aside):
            return found.group()
        is_listed = "," in aside
        opened = " – " if is_listed else ", "
        closed = ("" if after in {"", ".", "!", "?", ";", ":", ","} else " –") if is_listed else "," * (after == " ")
        return f"{opened}{aside}{closed}"

    return BRACKETS.sub(_unroll, sentence) if sentence.count("(") == 1 else sentence


def has_mask(text: str) -> bool:
    """Whether something protected stands in it."""
    return any(FIRST_MASK <= ord(character) < FIRST_MASK + MOST_MASKS for character in text)


def split_long(language: Language, sentence: str, most_words: int) -> list[str]:
    """At its safe joints: a semicolon between clauses, or a comma with "and", "but" … and a new subject with a verb."""
    if len(words(sentence)) <= most_words or not sentence.endswith((".", "!")):
        return [sentence]
    middle = len(sentence) / 2
    cuts = sorted(_cuts(language, sentence), key=lambda cut: (abs(cut[0] - middle), cut))
    if not cuts:
        return [sentence]
    end, start, opening = cuts[0]
    left = sentence[:end].rstrip(" ,;") + "."
    right = opening + (sentence[start:] if opening else capital(sentence[start:]))
    return [*split_long(language, left, most_words), *split_long(language, right, most_words)]


def _cuts(language: Language, sentence: str) -> Iterator[tuple[int, int, str]]:
    """Where the first clause ends, where the second starts, and what opens it."""
    semicolons = [found.span() for found in re.finditer(r"[ \u00a0\u202f]?; ", sentence)]
    if len(semicolons) == 1:
        end, start = semicolons[0]
        if _are_clauses(language, sentence, end, start):
            yield end, start, ""
    pattern = _joint(language.code)
    if pattern is None or ";" in sentence:
        return
    for found in pattern.finditer(sentence):
        left = {word.casefold() for word in re.findall(r"[^\W\d_]+", sentence[: found.start()])}
        is_hanging = bool(left & SUBORDINATORS.get(language.code, frozenset()))
        if is_hanging or not _are_clauses(language, sentence, found.start(), found.start(2)):
            continue
        yield found.start(), found.start(2), JOINTS[language.code][found.group(1)]


@lru_cache(maxsize=32)
def _joint(code: str) -> re.Pattern[str] | None:
    if code not in JOINTS:
        return None
    joints, subjects = "|".join(JOINTS[code]), "|".join(re.escape(word) for word in SUBJECTS[code])
    return re.compile(rf", ({joints}) ((?:{subjects}|I)(?=[ ’'])[’']?)(?![’']s?\b\W)")


def _are_clauses(language: Language, sentence: str, end: int, start: int) -> bool:
    left, right = sentence[:end], sentence[start:]
    is_even = left.count("(") == left.count(")") and right.count("(") == right.count(")")
    is_long = min(len(words(left)), len(words(right))) >= FEWEST_CLAUSE_WORDS
    is_clause = has_verb(language, f"X {right}") or _opens_clause(language, right)
    return is_even and is_long and has_verb(language, left) and is_clause


def _opens_clause(language: Language, clause: str) -> bool:
    """Whether a pronoun and a verb open it, by the verb's ending where the verb itself is not known."""
    if language.code == "de":
        return _is_main_clause(clause)
    return language.code == "en" and bool(EN_CLAUSE.match(clause))


def _is_main_clause(clause: str) -> bool:
    """Whether the German verb stands second."""
    second = words(clause)[1:2]
    word = second[0] if second else ""
    is_verb = word in DE_FINITE or (word.islower() and word.endswith(("t", "en", "te")) and word not in DE_NO_VERBS)
    return is_verb and not re.search(r"\b(?:hat|haben|ist|sind|wird|werden|kann|muss)\W*$", clause)


def ordered(language: Language, sentence: str) -> str:
    """A polite request as an order: "You should check …" is "Check …"; only where the verb's form is known."""
    rule = ORDERS.get(language.code)
    return rule(sentence) if rule and not sentence.endswith("?") else sentence


def _ordered_en(sentence: str) -> str:
    found = ASKED_EN.match(sentence)
    if not found or found.group(1).casefold() not in EN_VERBS:
        return sentence
    return capital(sentence[found.end() :])


def _ordered_de(sentence: str) -> str:
    found = ASKED_DE.match(sentence)
    if not found:
        polite = BITTE.match(sentence)
        return capital(sentence[polite.end() :]) if polite else sentence
    rest, verb, end = found.groups()
    if SEPARABLE_DE.match(verb) or HELD_DE.search(rest):
        return sentence
    return f"{verb[:1].upper()}{verb[1:]} Sie {rest}{end}"


def _ordered_fr(sentence: str) -> str:
    found = ASKED_FR.match(sentence)
    if not found or OTHER_ORDER.search(sentence[found.end() :]):
        return sentence
    return capital(found.group(1)[:-2] + "ez") + sentence[found.end() :]


def _by_list(asked: re.Pattern[str], orders: Mapping[str, str]) -> Rule:
    def _rule(sentence: str) -> str:
        found = asked.match(sentence)
        order = orders.get(found.group(1)) if found else None
        if not found or not order or OTHER_ORDER.search(sentence[found.end() :]):
            return sentence
        return capital(order) + sentence[found.end() :]

    return _rule


ORDERS: Mapping[str, Rule] = {
    "en": _ordered_en,
    "de": _ordered_de,
    "fr": _ordered_fr,
    "es": _by_list(ASKED_ES, ORDERS_ES),
    "pt": _by_list(ASKED_PT, ORDERS_PT),
}
