"""Put words in the place of others where the grammar around them stays right, and nothing else changes.

A list is written as `old > new | old > new`. Before the old words, `^` means that they open their sentence, `!` that
they stand inside it, right behind another word. Behind them stand, for languages whose prepositions melt with articles,
`<de>` and `<a>`: "por medio <de> > con" also makes "por medio del" into "con el".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

_PT_ARTICLES = ("o", "a", "os", "as")
_FR_TO = (("à la", "la"), ("au", "le"), ("aux", "les"), ("à l’", "l’"))
_FR_OF = (("de la", "la"), ("du", "le"), ("des", "les"), ("de l’", "l’"))
_FR_DETERMINERS = (
    "un",
    "une",
    "ce",
    "cet",
    "cette",
    "ces",
    "son",
    "sa",
    "ses",
    "leur",
    "leurs",
    "notre",
    "nos",
    "votre",
    "vos",
    "chaque",
)
_VOWELS = frozenset("aeiouàâáãéèêëíîïóôõöúùûüh")
_CHANGING = frozenset(
    {"a", "an", "de", "que", "ne", "se", "je", "le", "la", "me", "te", "jusque", "lorsque", "puisque", "si", "ce"}
)
_CONJUNCTIONS = frozenset(
    {
        "und",
        "aber",
        "oder",
        "denn",
        "sondern",
        "doch",
        "and",
        "but",
        "or",
        "so",
        "et",
        "mais",
        "ou",
        "donc",
        "y",
        "pero",
        "o",
        "e",
        "mas",
    }
)
OPENERS = "“„«‚‘\"'(¿¡[ "
_WORD_BEFORE = re.compile(r"([^\W\d_]+)[ \u00a0]$")


@dataclass(frozen=True, slots=True)
class _Pair:
    new: str
    opens: bool
    is_inside: bool


@dataclass(frozen=True)
class WordPairs:
    """Pairs of words of one language, ready to be used.

    Attributes:
        is_bound: whether a word has to follow, as behind a contraction: "what it is." stays.
    """

    code: str
    written: str
    is_bound: bool = False

    @cached_property
    def _pairs(self) -> Mapping[str, _Pair]:
        pairs: dict[str, _Pair] = {}
        for entry in " ".join(self.written.split()).split(" | "):
            old, _, new = (part.strip() for part in entry.partition(" > "))
            opens, is_inside = old.startswith("^"), old.startswith("!")
            for expanded, put in _melted(self.code, old.lstrip("^!"), new):
                is_elided = expanded.endswith("’") and not put.endswith("’")
                pairs[_key(expanded, opens, is_inside)] = _Pair(put + " " if is_elided else put, opens, is_inside)
        return pairs

    def __len__(self) -> int:
        return len(self._pairs)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        olds = {old.removeprefix("^").removeprefix("!") for old in self._pairs}
        found = "|".join(_as_pattern(old) for old in sorted(olds, key=lambda old: (-len(old), old)))
        after = rf"(?=[ \u00a0](?!(?:{'|'.join(sorted(_CONJUNCTIONS))})\b)\w)" if self.is_bound else ""
        return re.compile(rf"(?<![\w’'@./-])(?:{found}){after}")

    def put_in(self, sentence: str, *, only_shorter: bool = False) -> str:
        """The sentence with the new words; a word that opens a sentence keeps its capital.

        Args:
            only_shorter: whether a pair is only used where it saves at least three characters.
        """
        return self._pattern.sub(lambda found: self._new(sentence, found, only_shorter=only_shorter), sentence)

    def _new(self, sentence: str, found: re.Match[str], *, only_shorter: bool) -> str:
        old = found.group()
        bare = _straight(old)
        before = sentence[: found.start()]
        is_first = not before.strip(OPENERS)
        lowered = bare[:1].lower() + bare[1:]
        is_capital = lowered != bare and not self._is_known(bare)
        key = lowered if is_capital else bare
        pair = self._chosen(key, before, is_first=is_first)
        if pair is None or (is_capital and not is_first) or (only_shorter and len(pair.new) > len(old) - 3):
            return old
        if _would_clash(before, old, pair.new):
            return old
        return pair.new[:1].upper() + pair.new[1:] if is_capital else pair.new

    def _is_known(self, old: str) -> bool:
        return any(prefix + old in self._pairs for prefix in ("", "^", "!"))

    def _chosen(self, old: str, before: str, *, is_first: bool) -> _Pair | None:
        if is_first and "^" + old in self._pairs:
            return self._pairs["^" + old]
        word = _WORD_BEFORE.search(before)
        if word and word.group(1).casefold() not in _CONJUNCTIONS and "!" + old in self._pairs:
            return self._pairs["!" + old]
        return self._pairs.get(old)


def _key(old: str, opens: bool, is_inside: bool) -> str:
    return ("^" if opens else "!" if is_inside else "") + _straight(old)


def _straight(text: str) -> str:
    return text.replace("’", "'").replace("\u00a0", " ")


def _as_pattern(old: str) -> str:
    """Either case of its first letter, either apostrophe, any blank."""
    first = f"[{re.escape(old[0])}{re.escape(old[0].upper())}]" if old[0].islower() else re.escape(old[0])
    rest = re.escape(old[1:]).replace(r"\ ", "[ \u00a0]").replace("'", "[’']")
    return first + rest + (r"(?=\w)" if old.endswith("'") else r"(?![\w@/’'-])")


def _melted(code: str, old: str, new: str) -> Iterator[tuple[str, str]]:
    """The forms of a preposition with the articles of its language."""
    stem, mark, _ = old.partition(" <")
    if not mark:
        yield old, new
    elif code == "es":
        word, melted = ("de", "del") if old.endswith("<de>") else ("a", "al")
        yield f"{stem} {word}", new
        yield f"{stem} {melted}", f"{new}l" if new.endswith((" de", " a")) else f"{new} el"
    elif code == "pt":
        word, melted = ("de", "d") if old.endswith("<de>") else ("a", "a")
        yield f"{stem} {word}", new
        for article in _PT_ARTICLES:
            form = ("à" + article[1:] if article[0] == "a" else "a" + article) if word == "a" else melted + article
            yield f"{stem} {form}", _with_article(new, article)
    else:
        yield from _melted_french(stem, old, new)


def _with_article(new: str, article: str) -> str:
    """Portuguese: "por" + "a" is "pela", "de" + "o" is "do"."""
    if new == "por" or new.endswith(" por"):
        return f"{new[:-3]}pel{article}"
    return f"{new[:-1]}{article}" if new.endswith(" de") else f"{new} {article}"


def _melted_french(stem: str, old: str, new: str) -> Iterator[tuple[str, str]]:
    if old.endswith("<à>"):
        yield from ((f"{stem} {form}", f"{new} {rest}") for form, rest in _FR_TO)
        yield from ((f"{stem} à {word}", f"{new} {word}") for word in _FR_DETERMINERS)
        return
    yield from ((f"{stem} {form}", f"{new} {rest}") for form, rest in _FR_OF)
    yield from ((f"{stem} de {word}", f"{new} {word}") for word in _FR_DETERMINERS if word[0] != "u")
    yield from ((f"{stem} d’{word}", f"{new} {word}") for word in ("un", "une"))


def _would_clash(before: str, old: str, new: str) -> bool:
    """Whether the word before would have to change its form: "a" before a vowel, "que" before one."""
    word = _WORD_BEFORE.search(before)
    if not word or word.group(1).casefold() not in _CHANGING:
        return False
    return (old[:1].casefold() in _VOWELS) != (new[:1].casefold() in _VOWELS)
