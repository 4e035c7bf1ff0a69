"""What a drawing of a family shows of a text: its steps, levels, sides, years, points or parts, in the text's words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from coursecrafter.gateway.providers.offline_text.illustration_kinds import (
    QUOTE,
    TIMES,
    credited,
    shown_amount,
)
from coursecrafter.gateway.providers.offline_text.interactions import PAIR
from coursecrafter.gateway.providers.offline_text.key_terms import key_terms
from coursecrafter.gateway.providers.offline_text.language import BULLET, Language, tidy, words
from coursecrafter.gateway.providers.offline_text.sketch_labels import EDGES, label_of, note_of
from coursecrafter.gateway.providers.offline_text.sketch_marks import (
    AND,
    AT_TIME,
    BASE,
    BESIDE,
    BETWEEN,
    CHECKS,
    COMMA,
    CONTRAST,
    DIFFERENCE,
    HAS_PARTS,
    JOINED,
    MORE_OR_LESS,
    NAME,
    NUMBERED,
    PLACED,
    QUALIFIED,
    SAID,
    THAN,
    TOP,
    UNLIKE,
    VERBS,
)
from coursecrafter.gateway.sketches import Family, Part

FEWEST, MOST = 2, 7
FEWEST_STAGES = 3
MOST_LINES = 3
TIMED_CHARS = 44
LONGEST_ENTRY = 6
"""Words of an entry in a list within a sentence."""
MOST_SENTENCE = 200
Extractor = Callable[[Language, Sequence[str]], list[Part]]


def parts_of(family: Family, language: Language, texts: Sequence[str]) -> tuple[Part, ...]:
    """The parts of a drawing, two to seven, or one for a quotation and a figure; () where the text gives too few."""
    found = EXTRACTORS[family](language, texts)
    fewest = {Family.QUOTATION: 1, Family.FIGURE: 1, Family.PROCESS: FEWEST_STAGES, Family.CYCLE: FEWEST_STAGES}
    told: dict[str, Part] = {}
    for part in found:
        if any(char.isalpha() for char in part.label) or family is Family.FIGURE:
            told.setdefault(part.label.casefold(), part)
    return tuple(told.values()) if fewest.get(family, FEWEST) <= len(told) <= MOST else ()


def _lines(texts: Sequence[str]) -> list[str]:
    return [tidy(line) for text in texts for line in text.split("\n") if tidy(line)]


def _sentences(language: Language, texts: Sequence[str]) -> list[str]:
    return [sentence for text in texts for sentence in language.sentences(text) if words(sentence)]


def _labelled(language: Language, clauses: Sequence[str]) -> list[Part]:
    return [Part(label) for clause in clauses if (label := label_of(language, clause)) and words(label)]


def _stages(language: Language, texts: Sequence[str]) -> list[Part]:
    """Numbered steps; else bullets, sentences or clauses, whichever are three to seven first."""
    whole = " ".join(_lines(texts))
    numbered = NUMBERED.split(whole)[1:]
    if len(numbered) >= FEWEST:
        return [Part(_step_label(language, step)) for step in numbered]
    after = _listed(whole)
    sentences = _sentences(language, texts)
    clauses = [
        clause for sentence in sentences for clause in COMMA.split(_after_colon(sentence)) if not BESIDE.match(clause)
    ]
    fine = [piece for clause in clauses for piece in AND.split(clause)]
    for tried in (after, _bullets(texts), sentences, clauses, fine):
        labelled = _labelled(language, tried)
        if FEWEST_STAGES <= len(labelled) <= MOST:
            return labelled
    return []


def _step_label(language: Language, step: str) -> str:
    """A step's own title where it has one, else its first sentence."""
    pair = PAIR.fullmatch(tidy(step))
    first = (language.sentences(step) or [step])[0]
    return label_of(language, pair.group(1) if pair else first)


def _bullets(texts: Sequence[str]) -> list[str]:
    told = [line for text in texts for line in text.split("\n") if line.strip()]
    lines = [line for line in told if not line.lstrip().startswith("#")] or told
    marked = [line for line in lines if BULLET.match(line) or line.strip()[:1] in "☐□"]
    return list(map(tidy, marked)) if len(marked) >= FEWEST else [tidy(line) for line in lines[1:] and lines]


def _after_colon(sentence: str) -> str:
    """What stands behind a colon, where a list may; a verb's clause before it only announces."""
    head, colon, rest = sentence.partition(":")
    return rest if colon and COMMA.search(rest) and len(words(head)) <= LONGEST_ENTRY * 2 else sentence


def _listed(text: str) -> list[str]:
    """The entries of a list behind a colon."""
    _, colon, rest = text.partition(":")
    if not colon:
        return []
    rest = re.split(r"[.!?]\s", rest)[0]
    pieces = [piece for clause in COMMA.split(rest) for piece in AND.split(clause)]
    return pieces if all(len(words(piece)) <= LONGEST_ENTRY for piece in pieces) else []


def _levels(language: Language, texts: Sequence[str]) -> list[Part]:
    """Levels from the top down: by the words that say where they stand, else as they are listed."""
    told = [_after_colon(sentence) for sentence in _sentences(language, texts)]
    placed = [sentence for sentence in told if _rank(sentence)]
    found: list[tuple[str, str]] = []
    rank = ""
    for clause in (piece for sentence in placed or told for piece in COMMA.split(sentence)):
        for piece in _ranked_pieces(clause, rank):
            own, label = _rank(piece), _level_label(language, piece)
            if label:
                found.append((label, own or rank))
                rank = ""
            else:
                rank = own or rank
    ranked = [nth for nth, (_, own) in enumerate(found) if own]
    if len(ranked) >= FEWEST:
        found = found[ranked[0] :]  # what comes before the first place announces the levels
    tops = [nth for nth, (_, own) in enumerate(found) if own == "top"]
    bases = [nth for nth, (_, own) in enumerate(found) if own == "base"]
    is_rising = (bases and (not tops or bases[0] < tops[0])) or (tops and not bases and tops[0] == len(found) - 1)
    labels = [label for label, _ in found]
    return [Part(label) for label in (reversed(labels) if is_rising else labels)]


def _rank(piece: str) -> str:
    """Where it says that something stands: "base", "top", "between", or ""."""
    ranks = {"base": BASE, "top": TOP, "between": BETWEEN}
    return next((rank for rank, pattern in ranks.items() if pattern.search(piece)), "")


def _ranked_pieces(clause: str, pending: str) -> list[str]:
    """A clause parted at "and", unless both halves stand on one level."""
    pieces = AND.split(clause)
    is_one = pending or (_rank(pieces[0]) and not all(_rank(piece) for piece in pieces))
    return [clause] if is_one else pieces


def _level_label(language: Language, piece: str) -> str:
    """What stands on a level: what is left without the words of place, on the other side of the verb."""
    bare, verb = piece, PLACED.search(piece)
    place = next((found for pattern in (BASE, TOP, BETWEEN) if (found := pattern.search(piece))), None)
    if place and verb:
        bare = piece[verb.end() :] if place.start() < verb.start() else piece[: verb.start()]
    for pattern in (BASE, TOP, BETWEEN):
        bare = pattern.sub("", bare)
    label = "" if BESIDE.match(bare.strip()) and not place else label_of(language, bare)
    return label if 0 < len(words(label)) <= LONGEST_ENTRY else ""


def _sides(language: Language, texts: Sequence[str]) -> list[Part]:
    """Two sides, each with what is said of it."""
    lines = _lines(texts)
    pairs = [pair for line in lines for sentence in language.sentences(line) if (pair := PAIR.fullmatch(sentence))]
    if len(pairs) == FEWEST and len(lines) <= MOST_LINES:
        return [Part(label_of(language, pair.group(1)), _notes(pair.group(2))) for pair in pairs]
    whole = " ".join(lines)
    named = DIFFERENCE.search(whole)
    if named:
        return [Part(label_of(language, name)) for name in named.groups()]
    unlike = UNLIKE.match(whole)
    if unlike:
        other, rest = unlike.groups()
        return [Part(_subject(language, rest), note_of(rest)), Part(label_of(language, other))]
    # In a longer text a "but" or a "more than" is an aside, not what it is about.
    is_short = len(language.sentences(whole)) <= MOST_LINES and len(lines) <= MOST_LINES
    return _of_halves(language, _halves(language, "\n".join(lines))) if is_short else []


def _of_halves(language: Language, halves: Sequence[str]) -> list[Part]:
    if len(halves) < FEWEST:
        return []
    one, other = (_subject(language, half) for half in halves)
    than = THAN.search(halves[0])
    if than and not set(language.stems(other)) & set(language.stems(than.group(1))):
        # "X is dearer than Y, but it lasts": the second half still speaks of the first side.
        return [Part(one, "\n".join(map(note_of, halves))), Part(label_of(language, than.group(1)))]
    return [Part(one, note_of(halves[0])), Part(other, note_of(halves[1]))]


def _halves(language: Language, text: str) -> list[str]:
    """What stands before and behind a "but"; else the sentences, where there are two."""
    pattern = CONTRAST.replace("MAIS", "mais" if language.code == "fr" else "whereas")
    sentences = [sentence for sentence in language.sentences(text) if len(words(sentence)) > 1]
    for sentence in sentences:
        halves = re.split(pattern, sentence, maxsplit=1, flags=re.IGNORECASE)
        if len(halves) == FEWEST and all(len(words(half)) > 1 for half in halves):
            return halves
    return sentences if len(sentences) == FEWEST else []


def _subject(language: Language, half: str) -> str:
    """What a half speaks of: what stands before its verb where that is short, else its first term."""
    told = f"{half.strip(EDGES)} "
    before = label_of(language, VERBS.split(told, maxsplit=1)[0])
    if VERBS.search(told) and language.stems(before) and len(words(before)) <= FEWEST_STAGES:
        return before
    term = next(iter(key_terms(language, [half.strip(EDGES)], LONGEST_ENTRY)), "") or label_of(language, half, 20)
    return term[:1].upper() + term[1:]


def _notes(text: str) -> str:
    """A side's points, a line each."""
    return "\n".join(note for piece in COMMA.split(text) if words(note := note_of(piece)))


def _milestones(language: Language, texts: Sequence[str]) -> list[Part]:
    """Each time with what happened then."""
    found: list[tuple[str, str]] = []
    for sentence in _sentences(language, texts):
        for clause in _dated(sentence):
            time = TIMES.search(clause)
            if not time:
                continue
            before, after = clause[: time.start()], clause[time.end() :]
            told = f"{AT_TIME.sub('', before).strip()} {after.strip(EDGES)}".strip(EDGES)
            found.append((time.group(), label_of(language, told, TIMED_CHARS, has_order=False)))
    years = [(time, label) for time, label in found if label]
    if all(time[:1].isdigit() for time, _ in years):
        years.sort(key=lambda one: int(re.sub(r"\D.*", "", one[0])))
    return [Part(label, time[:1].upper() + time[1:]) for time, label in years]


def _dated(sentence: str) -> list[str]:
    """A sentence, or its clauses where several times stand in it."""
    for split in (re.compile(r";\s*"), COMMA, re.compile(rf"{COMMA.pattern}|{AND.pattern}", re.IGNORECASE)):
        if len(TIMES.findall(sentence)) <= 1:
            break
        pieces = split.split(sentence)
        if all(len(TIMES.findall(piece)) <= 1 for piece in pieces):
            return _joined(pieces)
    return [sentence]


def _joined(pieces: Sequence[str]) -> list[str]:
    """Pieces without a time of their own go with the one before them."""
    whole: list[str] = []
    for piece in pieces:
        if whole and not TIMES.search(piece):
            whole[-1] += f", {piece}"
        else:
            whole.append(piece)
    return whole


def _quotation(_language: Language, texts: Sequence[str]) -> list[Part]:
    """What is quoted, and who said it."""
    whole = " ".join(_lines(texts))
    found = QUOTE.search(whole)
    if not found or len(found.group()) > MOST_SENTENCE:
        return []
    speaker = credited(whole)
    if not speaker:
        # Only what stands right behind or before the quotation is about it.
        behind = re.split(r"[.;\n]", whole[found.end() :])[0]
        said = SAID.search(behind)
        names = NAME.findall(behind[said.end() :]) if said else []
        speaker = next((name for name in names if name[:1].isupper()), "")
    return [Part(found.group().strip(' ,“”„«»"\u00a0\u202f'), speaker.rstrip(".,;"))]


def _figure(language: Language, texts: Sequence[str]) -> list[Part]:
    """The amount, and what it counts: what follows it, or the whole sentence where it stands inside."""
    for sentence in _sentences(language, texts):
        amount = shown_amount(sentence)
        if not amount:
            continue
        # "More than half" is not half: then the sentence says it all.
        bare = sentence if MORE_OR_LESS.match(sentence) else QUALIFIED.sub("", sentence)
        rest = bare[len(amount) :] if bare.startswith(amount) else sentence
        caption = note_of(rest, MOST_SENTENCE // 2).rstrip(".")
        if bare.startswith(amount):
            caption = caption[:1].lower() + caption[1:] if language.code != "de" else rest.strip(EDGES)
        return [Part(amount, caption)]
    return []


def _points(language: Language, texts: Sequence[str]) -> list[Part]:
    """What is to be checked or brought along: boxes, questions, what follows "make sure that", or orders."""
    whole = " ".join(_lines(texts))
    boxes = [piece for piece in re.split(r"[☐□]", " ".join(texts)) if words(piece)]
    if len(boxes) >= FEWEST and any(mark in " ".join(texts) for mark in "☐□"):
        return _labelled(language, boxes)
    questions = [sentence for sentence in re.findall(r"[^.?!¿]+\?", whole) if len(words(sentence)) >= FEWEST_STAGES]
    if len(questions) >= FEWEST:
        return [Part(f"{part.label}?") for part in _labelled(language, [one.rpartition(":")[2] for one in questions])]
    entries: list[str] = []
    for sentence in _sentences(language, texts):
        told = CHECKS.search(sentence)
        rest = _after_colon(sentence)
        if rest == sentence and told:
            rest = sentence[told.end() :]
        elif rest == sentence:
            head, comma, tail = sentence.partition(",")
            rest = (
                tail if comma and re.match(r"(?:before|vor|avant|antes|to|para|pour)\b", head, re.IGNORECASE) else rest
            )
        entries += [CHECKS.sub("", piece) for clause in COMMA.split(rest) for piece in AND.split(clause)]
    return _labelled(language, entries)


def _pieces(language: Language, texts: Sequence[str]) -> list[Part]:
    """The entries of a list of parts; else what the text speaks of."""
    for sentence in _sentences(language, texts):
        told = HAS_PARTS.search(sentence)
        rest = sentence[told.end() :] if told else _after_colon(sentence)
        rest = re.split(r"[.;:]\s|\s(?:which|that|qui|que)\s", JOINED.sub("", rest))[0] if told else rest
        entries = [piece for clause in COMMA.split(rest) for piece in AND.split(clause)]
        if not told:
            entries = _before_verb(entries)
        run = [piece for piece in entries if 0 < len(words(piece)) <= LONGEST_ENTRY]
        labelled = _labelled(language, run)
        if len(labelled) >= FEWEST and (told or len(labelled) >= FEWEST_STAGES):
            return labelled[:MOST]
    return _labelled(language, key_terms(language, texts, MOST - 2))


def _before_verb(entries: Sequence[str]) -> list[str]:
    """Entries up to the one whose verb tells what they all are."""
    for nth, entry in enumerate(entries):
        verb = VERBS.search(entry)
        if verb:
            return [*entries[:nth], entry[: verb.start()]]
    return list(entries)


def _no_parts(_language: Language, _texts: Sequence[str]) -> list[Part]:
    return []


EXTRACTORS: Mapping[Family, Extractor] = {
    Family.CONCEPT: _no_parts,
    Family.PROCESS: _stages,
    Family.CYCLE: _stages,
    Family.PYRAMID: _levels,
    Family.COMPARISON: _sides,
    Family.TIMELINE: _milestones,
    Family.QUOTATION: _quotation,
    Family.FIGURE: _figure,
    Family.CHECKLIST: _points,
    Family.DIAGRAM: _pieces,
}
