"""An activity made of a text: what it defines, lists, dates, numbers or asks becomes the entries, word for word."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coursecrafter.errors import GatewayError
from coursecrafter.gateway.providers.offline_text.key_terms import key_terms
from coursecrafter.gateway.providers.offline_text.language import (
    SENTENCE_ENDS,
    Language,
    as_sentence,
    cut_words,
    is_prose,
    language_of,
    tidy,
    words,
)
from coursecrafter.gateway.providers.offline_text.narration import is_told, mended
from coursecrafter.gateway.providers.offline_text.notices import EXTRACTIVE, notices
from coursecrafter.gateway.providers.offline_text.passages import Line, read_lines, require_text
from coursecrafter.gateway.providers.offline_text.slides import ASIDES
from coursecrafter.gateway.providers.offline_text.statements import has_verb

KINDS = ("accordion", "timeline", "steps", "process", "hierarchy", "tabs", "catalogue", "faq", "glossary")
FEWEST_ENTRIES, MOST_ENTRIES = 2, 12
TITLE_CHARS = 80
MOST_LABEL_WORDS, MOST_HEADING_WORDS = 6, 10
FEWEST_CARD_WORDS = 5
FEWEST_PARAGRAPH_WORDS = 12
FEWEST_YEARS = 2
SHORT_TITLE_WORDS = 8
PAIR = re.compile(r"([^:：–—?!.]{2,60}?)(?:：\s*|\s?:\s+|\s[–—-]\s)(\S.*)", re.DOTALL)
NUMBER = re.compile(r"\s*\(?(\d{1,2})(?:[.)]|-(?=\s))\s+")
STEP = re.compile(
    r"(?:step|phase|stage|schritt|stufe|étape|paso|etapa|fase|passo)\s+(\d{1,2})\s*[:.–—-]?\s*", re.IGNORECASE
)
YEAR = re.compile(r"\b(?:1[0-9]|20)\d\d(?:\s?[–-]\s?(?:1[0-9]|20)?\d\d)?\b")
ORDER = re.compile(
    r"^(?:first(?:ly)?|second(?:ly)?|third(?:ly)?|then|next|after that|afterwards|finally|lastly|in the end|zuerst"
    r"|zunächst|erstens|zweitens|drittens|dann|danach|anschließend|schließlich|zum schluss|zuletzt|d[’']abord"
    r"|premièrement|deuxièmement|ensuite|puis|après cela|enfin|pour finir|primero|en primer lugar|segundo|luego|después"
    r"|a continuación|por último|finalmente|primeiro|em primeiro lugar|segundo|depois|em seguida|a seguir|por fim"
    r"|por último)\b",
    re.IGNORECASE,
)
_TERM = r"[^,;:.!?()]{2,50}?"
DEFINITION = {
    "en": re.compile(
        rf"^(?:(?:an?|the) )?(?P<term>{_TERM}) (?:(?:is|are) (?:(?:an?|the|any|all|when|how|what)\b)|means|refers to"
        r"|describes|stands for|denotes)",
        re.IGNORECASE,
    ),
    "de": re.compile(
        rf"^(?:(?:ein|eine|der|die|das) )?(?P<term>{_TERM}) (?:(?:ist|sind) (?:ein\w*|der|die|das|alle)\b|bedeutet"
        r"|bezeichnet|heißt|steht für|beschreibt|nennt man)",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        rf"^(?:(?:une?|le|la|les) |l[’'])?(?P<term>{_TERM}) (?:(?:est|sont) (?:une?|le|la|les|l[’']|ce)|désigne"
        r"|signifie|décrit)",
        re.IGNORECASE,
    ),
    "es": re.compile(
        rf"^(?:(?:una?|el|la|los|las) )?(?P<term>{_TERM}) (?:(?:es|son) (?:una?|el|la|los|las|todo)\b|significa|designa"
        r"|describe|consiste en)",
        re.IGNORECASE,
    ),
    "pt": re.compile(
        rf"^(?:(?:uma?|o|a|os|as) )?(?P<term>{_TERM}) (?:(?:é|são) (?:uma?|o|a|os|as|todo)\b|significa|designa|descreve"
        r"|consiste em)",
        re.IGNORECASE,
    ),
}
MOST_TERM_WORDS = 4


class NoActivity(GatewayError):
    """The text has nothing that an activity could be made of, or not of the wanted kind."""

    code = "CC-0341"
    status = 422
    remedy = "Give it two or more parts, such as headings with texts, “term: meaning” or years; or choose another kind."


class UnknownActivity(GatewayError):
    """The wanted kind of activity cannot be made of a text."""

    code = "CC-0342"
    status = 422
    remedy = "Choose one of the kinds that the message names, or none, so that the text decides."


@dataclass(frozen=True, slots=True)
class Entry:
    """One part of an activity."""

    title: str
    text: str


Reader = Callable[[str, str, Sequence[Line]], list[Entry]]


def write_interaction(tag: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """An activity of a kind, or of the kind that the text has most to offer for.

    Args:
        tag: BCP 47.
        payload: `{"text", "kind": str | None}`.

    Returns:
        `{"kind", "title", "entries": [{"title", "text"}], "method": "extractive", "notice"}`, 2 to 12 entries. Words of
        our own are only "Step 1" and a title such as "Glossary", where the text has none.

    Raises:
        EmptySource: CC-0340.
        NoActivity: CC-0341, fewer than two entries.
        UnknownActivity: CC-0342.
    """
    language, text = language_of(tag), require_text(payload.get("text"))
    wanted = str(payload.get("kind") or "").strip().casefold()
    if wanted and wanted not in KINDS:
        raise UnknownActivity(f"An activity of the kind “{wanted}” cannot be made; known are {', '.join(KINDS)}.")
    lines = _told_lines(language, text)
    heading = _heading(language, lines)
    body = lines[1:] if heading else lines
    for kind, readers in _readers(wanted):
        for read in readers:
            entries = _usable(read(tag, heading, body))
            if len(entries) >= FEWEST_ENTRIES:
                title = heading.rstrip(" .:：") or notices(tag).activities[kind]
                return {
                    "kind": kind,
                    "title": cut_words(title, TITLE_CHARS),
                    "entries": [{"title": entry.title, "text": entry.text} for entry in entries[:MOST_ENTRIES]],
                    "method": EXTRACTIVE,
                    "notice": notices(tag).extractive,
                }
    of_kind = f" for the kind “{wanted}”" if wanted else ""
    raise NoActivity(f"The text does not have two parts that could stand side by side{of_kind}.")


def _told_lines(language: Language, text: str) -> list[Line]:
    """Its lines without addresses, sources and asides, those put together again that were broken for the eye."""
    told = [line for line in read_lines(language, text) if is_prose(_text(line)) and is_told(_text(line))]
    whole: list[Line] = []
    for line in told:
        joined = mended(language, [_text(whole[-1]), _text(line)]) if whole and not line.lead.strip() else []
        if len(joined) == 1:
            whole[-1] = Line(whole[-1].lead, tuple(language.sentences(joined[0])))
        else:
            whole.append(line)
    return whole


def _heading(language: Language, lines: Sequence[Line]) -> str:
    """The first line, where it is a short one without an end above others that it does not belong to."""
    if len(lines) <= FEWEST_ENTRIES or lines[0].lead.strip(" #"):
        return ""
    first = " ".join(lines[0].sentences)
    is_end = first.endswith((*SENTENCE_ENDS, ",", ";"))
    is_alone = not PAIR.fullmatch(first) and not STEP.match(first) and not YEAR.match(first)
    second = _text(lines[1])
    is_over_entries = bool(lines[1].lead.strip() or PAIR.fullmatch(second) or _is_label(language, second))
    is_next = any(_is_label(language, _text(line)) for line in lines[2:])
    is_card = _is_label(language, first) and not is_over_entries and is_next
    return first if len(words(first)) <= MOST_HEADING_WORDS and not is_end and is_alone and not is_card else ""


def _readers(wanted: str) -> Iterator[tuple[str, tuple[Reader, ...]]]:
    by_kind = {
        "faq": (_questions,),
        "timeline": (_years,),
        "steps": (_numbered, _ordered),
        "glossary": (_definitions,),
        "accordion": (_pairs, _cards, _paragraphs),
    }
    parts = (_pairs, _cards, _definitions, _paragraphs)
    chosen: Mapping[str, tuple[Reader, ...]] = {
        **by_kind,
        "glossary": (_definitions, _pairs),
        "steps": (_numbered, _ordered, _listed),
        "process": (_numbered, _ordered, _listed),
        "accordion": (*parts, _numbered),
        "tabs": (*parts, _numbered),
        "catalogue": (*parts, _numbered),
        "hierarchy": (*parts, _numbered),
    }
    if wanted:
        yield wanted, chosen[wanted]
    else:
        yield from by_kind.items()


def _usable(entries: Sequence[Entry]) -> list[Entry]:
    """With a title and a text each, and each title once."""
    told = {entry.title.casefold(): entry for entry in reversed(entries) if words(entry.title) and words(entry.text)}
    unique = [entry for entry in entries if told.get(entry.title.casefold()) is entry]
    return [Entry(cut_words(entry.title, TITLE_CHARS), entry.text) for entry in unique]


def _text(line: Line) -> str:
    return " ".join(line.sentences)


def _is_label(language: Language, text: str) -> bool:
    """Whether it can head an entry: few words without an end or a verb, and no "Example" or "Note"."""
    is_aside = text.casefold().rstrip(" .:") in ASIDES
    is_open = not text.endswith((*SENTENCE_ENDS, ",", ";")) and not has_verb(language, f"X {text}")
    return 0 < len(words(text)) <= MOST_LABEL_WORDS and is_open and not is_aside


def _sentences(lines: Sequence[Line]) -> list[str]:
    return [sentence for line in lines for sentence in line.sentences]


def _space(tag: str) -> str:
    return " " if language_of(tag).has_spaces else ""


def _questions(tag: str, _heading: str, lines: Sequence[Line]) -> list[Entry]:
    """Each question with what stands between it and the next."""
    entries: list[Entry] = []
    for sentence in _sentences(lines):
        if sentence.endswith(("?", "？", "؟")):
            entries.append(Entry(sentence, ""))
        elif entries:
            last = entries[-1]
            entries[-1] = Entry(last.title, f"{last.text}{_space(tag) if last.text else ''}{sentence}")
    return entries


def _years(tag: str, _heading: str, lines: Sequence[Line]) -> list[Entry]:
    """Each sentence or clause with a year, under it; what follows without one belongs to the year before."""
    by_year: dict[str, list[str]] = {}
    year = ""
    for sentence in (part for told in _sentences(lines) for part in _dated_parts(told)):
        found = YEAR.search(sentence)
        if found:
            year = found.group()
            rest = sentence[found.end() :].lstrip()
            is_label = not sentence[: found.start()].strip() and rest[:1] in {":", "：", "–", "—", "-"}
            by_year.setdefault(year, []).append(_capital(rest[1:].lstrip() if is_label else sentence))
        elif year:
            by_year[year].append(sentence)
    told = [Entry(year, _space(tag).join(map(as_sentence, by_year[year]))) for year in sorted(by_year)]
    return told if len(told) >= FEWEST_YEARS else []


def _dated_parts(sentence: str) -> list[str]:
    """The clauses of a sentence between semicolons, where each has a year."""
    parts = [part.strip() for part in sentence.split(";")]
    return parts if len(parts) > 1 and all(YEAR.search(part) for part in parts) else [sentence]


def _numbered(tag: str, _heading: str, lines: Sequence[Line]) -> list[Entry]:
    """Lines with a number before them, or with "Step 1"."""
    entries: list[Entry] = []
    for line in lines:
        text = _text(line)
        number, named = NUMBER.fullmatch(line.lead), STEP.match(text)
        if number or named:
            rest = text[named.end() :] if named else text
            count = named.group(1) if named else number.group(1) if number else ""
            entries.append(_step(tag, count, rest))
        elif entries:
            last = entries[-1]
            entries[-1] = Entry(last.title, f"{last.text} {as_sentence(text)}".strip())
    return entries


def _step(tag: str, count: str, text: str) -> Entry:
    """A step under its own title ("Fill the tank: use cold water"), else under its number."""
    pair = PAIR.fullmatch(text)
    if pair and 0 < len(words(pair.group(1))) <= MOST_LABEL_WORDS:
        return Entry(pair.group(1).strip(), as_sentence(_capital(pair.group(2))))
    return Entry(notices(tag).step.format(count), as_sentence(_capital(text)))


def _ordered(tag: str, _heading: str, lines: Sequence[Line]) -> list[Entry]:
    """Sentences with a word of order before them: "First …", "Then …"."""
    groups: list[list[str]] = []
    for sentence in _sentences(lines):
        if ORDER.match(sentence):
            groups.append([sentence])
        elif groups:
            groups[-1].append(sentence)
    return [
        Entry(notices(tag).step.format(nth), _space(tag).join(map(as_sentence, group)))
        for nth, group in enumerate(groups, 1)
    ]


def _listed(tag: str, _heading: str, lines: Sequence[Line]) -> list[Entry]:
    """The bullets of a list, where somebody asks for steps."""
    bullets = [line for line in lines if line.lead.strip()]
    return [_step(tag, str(nth), _text(line)) for nth, line in enumerate(bullets, 1)]


def _definitions(tag: str, _heading: str, lines: Sequence[Line]) -> list[Entry]:
    """Sentences that say what something is; a sentence behind one belongs to it."""
    language = language_of(tag)
    pattern = DEFINITION.get(language.code)
    entries: list[Entry] = []
    for sentence in _sentences(lines) if pattern else ():
        found = pattern.match(sentence) if pattern else None
        if found and _is_term(language, found.group("term")):
            entries.append(Entry(_capital(found.group("term").strip()), as_sentence(sentence)))
        elif entries:
            last = entries[-1]
            entries[-1] = Entry(last.title, f"{last.text} {as_sentence(sentence)}")
    return entries


def _is_term(language: Language, term: str) -> bool:
    found = words(term)
    return 0 < len(found) <= MOST_TERM_WORDS and not language.is_stop_word(found[0]) and bool(language.stems(term))


def _pairs(tag: str, _heading: str, lines: Sequence[Line]) -> list[Entry]:
    """Lines of the shape "term: what is said of it"; a line behind one belongs to it."""
    entries: list[Entry] = []
    for line in lines:
        found = PAIR.fullmatch(_text(line))
        if found and _is_label(language_of(tag), found.group(1)):
            entries.append(Entry(_capital(found.group(1).strip()), as_sentence(_capital(found.group(2)))))
        elif entries:
            last = entries[-1]
            entries[-1] = Entry(last.title, f"{last.text} {as_sentence(_text(line))}")
    return entries


def _cards(tag: str, _heading: str, lines: Sequence[Line]) -> list[Entry]:
    """Short lines without an end, each above a sentence or a longer line that belongs to it."""
    language = language_of(tag)
    entries: list[Entry] = []
    short = 0
    for line in lines:
        text = _text(line)
        is_label = _is_label(language, text) or line.lead.lstrip().startswith("#")
        if is_label and not (entries and not entries[-1].text):
            entries.append(Entry(text.rstrip(" :："), ""))
        elif entries:
            last = entries[-1]
            entries[-1] = Entry(last.title, f"{last.text} {as_sentence(text)}".strip())
        else:
            return []
        if entries[-1].text and len(words(text)) < FEWEST_CARD_WORDS and not text.endswith(SENTENCE_ENDS):
            short += 1
    is_list = short > len(entries) / 2  # of bare bullets, which have nothing below them
    return entries if all(entry.text for entry in entries) and not is_list else []


def _paragraphs(tag: str, _heading: str, lines: Sequence[Line]) -> list[Entry]:
    """Paragraphs, each under its first sentence where that is short and more follows, else under its own term.

    Lines of one short sentence are no paragraphs.
    """
    language = language_of(tag)
    told = [line for line in lines if _text(line).endswith(SENTENCE_ENDS) and _is_paragraph(language, line)]
    if len(told) < FEWEST_ENTRIES:
        return []
    entries: list[Entry] = []
    taken: set[str] = set()
    for line in told:
        first, *rest = line.sentences
        if rest and len(words(first)) <= SHORT_TITLE_WORDS:
            entries.append(Entry(first.rstrip("."), _space(tag).join(rest)))
            continue
        terms = [term for term in key_terms(language, [_text(line)], MOST_LABEL_WORDS) if term.casefold() not in taken]
        title = _capital(terms[0]) if terms else cut_words(first, TITLE_CHARS // 2)
        taken.add(title.casefold())
        entries.append(Entry(title, _space(tag).join(line.sentences)))
    return entries


def _is_paragraph(language: Language, line: Line) -> bool:
    is_long = len(words(_text(line))) >= FEWEST_PARAGRAPH_WORDS or not language.has_spaces
    return is_long or len(line.sentences) > 1


def _capital(text: str) -> str:
    first = tidy(text).split(" ", 1)[0]
    return text[:1].upper() + text[1:] if first.islower() else text
