"""From IPA to the phonemes of an espeak-ng voice, and their place in what it speaks.

espeak-ng takes no IPA; it takes its own mnemonics between [[ and ]]. Which mnemonic makes which sound differs from
voice to voice, so each voice is asked (`espeak_helper`), and its answers are read backwards here. A sound that a voice
does not have is said as the nearest one that it has, as a speaker of that language would.

Source: espeak-ng, docs/phonemes.md and speak_lib.h (espeakPHONEMES).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from coursecrafter.gateway.ports import Phoneme
from coursecrafter.gateway.providers.spoken_words import SpokenText, find_words

STRESS = {"ˈ": "'", "ˌ": ","}
LIGATURES = {"ʤ": "dʒ", "ʧ": "tʃ", "ʦ": "ts", "ʣ": "dz", "ʨ": "tɕ", "ʥ": "dʑ", "g": "ɡ", ":": "ː", "'": "ˈ"}
UNHEARD = frozenset(".‿|‖() ˑ")
NEAREST_WORDS = (
    "ɑa ɒɔ æɛ ʌa ɐa ɜə əe ɚəɹ ɝɜɹ aɑ ɪi ʊu ɛe eɛ ɔo oɔ øœ œø yi ʏy ɨɪ ʉu ɯu ɤə ɘə ɵø ɞœ ɶœ iɪ uʊ ᵻɪ ðd θs "
    "ŋn çʃ xh χx hx ħh ɦh ʕʔ ʔ ʍw wv vw ʋv βv ɸf ʒʃ ʃs ɕʃ ʑʒ ʂʃ ʐʒ zs ɲnj ɳn ʎlj ɭl ɫl ɬl ʝj ɟɡ ck qk ɢɡ "
    "ɣɡ ʁr ʀr ɹr ɻr ɾr ɽr rɹ ɥy ʈt ɖd ɓb ɗd ɠɡ ɱm ɴŋ bp dt ɡk fp "
)
NEAREST = {near[0]: near[1:] for near in NEAREST_WORDS.split()}
"""For a sound that a voice lacks, the sounds that it is said as."""
NASAL, SYLLABIC = "\u0303", "\u0329"
KEPT_MARKS = frozenset({NASAL, SYLLABIC})
VOICELESS, HISSING = frozenset("ptkfθ"), frozenset("szʃʒɕʑ")


@dataclass(frozen=True, slots=True)
class PhoneticText:
    """What a voice is given when some of it is phonemes."""

    spoken: SpokenText
    is_phonetic: bool


def sounds_of(reported: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Mnemonics by their IPA.

    Args:
        reported: (mnemonic, IPA) pairs of a voice; where several sound the same, the plainest one is taken.
    """
    sounds: dict[str, str] = {}
    for mnemonic, ipa in sorted(reported, key=lambda pair: _plainness(pair[0])):
        is_sound = ipa and all(unicodedata.category(char)[0] in "LM" for char in ipa)
        if is_sound:
            plain = _plain(ipa)
            long = f"{plain[0]}ː" if plain == 2 * plain[:1] else plain
            sounds.setdefault(long, mnemonic)
    if sounds.get("r") == "r":
        sounds["ɹ"] = "r"  # English: what is reported as [r] is its [ɹ]
    return sounds


def mnemonics(ipa: str, sounds: Mapping[str, str]) -> str:
    """A word's IPA in the mnemonics of a voice; "" where the voice has nothing for it."""
    left = _plain(ipa)
    out: list[str] = []
    stress = ""
    while left:
        if left[0] in STRESS:
            stress, left = STRESS[left[0]], left[1:]
            continue
        length = next((size for size in range(min(len(left), 5), 0, -1) if left[:size] in sounds), 0)
        found = [sounds[left[:length]]] if length else _nearest(left[0], sounds)
        if found:
            out.append(stress + found[0])
            out += found[1:]
            stress = ""
        if not length and left[1:2] == NASAL and found:
            out += _nearest("n", sounds)
        left = left[length or 1 :]
    return "|".join(out)


def with_phonemes(
    spoken: SpokenText, text: str, phonemes: Sequence[Phoneme], sounds: Mapping[str, str], language: str
) -> PhoneticText:
    """Put phonemes in the place of the words that they sound.

    Args:
        spoken: what a voice would be given.
        text: the author's, where `phonemes` have their places.
        sounds: from `sounds_of`.
        language: BCP 47.
    """
    places = [place for phoneme in phonemes for place in _by_word(phoneme, text, sounds, language)]
    if not places:
        return PhoneticText(spoken, is_phonetic=False)
    out: list[str] = []
    origins: list[int] = []
    waiting = list(reversed(places))
    skipped_to = 0
    for char, origin in zip(spoken.text, spoken.origins, strict=True):
        if waiting and origin >= waiting[-1][0]:
            start, skipped_to, written = waiting.pop()
            out.append(written)
            origins += [start] * len(written)
        if origin >= skipped_to:
            out.append(" " if char in "[]" else char)  # the author's own brackets are not ours
            origins.append(origin)
    return PhoneticText(SpokenText("".join(out), tuple(origins)), is_phonetic=True)


def _by_word(phoneme: Phoneme, text: str, sounds: Mapping[str, str], language: str) -> list[tuple[int, int, str]]:
    """Start, end and `[[…]]` of each word of a phrase, where its IPA has as many words; else of the whole."""
    words = phoneme.ipa.split()
    end = phoneme.end
    if language.partition("-")[0].lower() == "en" and text[end : end + 2] in {"'s", "’s"} and words:
        words[-1] += _genitive(words[-1])
        end += 2
    written = [(phoneme.start + first, phoneme.start + last) for first, last in find_words(text[phoneme.start : end])]
    said = [mnemonics(word, sounds) for word in words]
    if not all(said) or not said:
        return []
    if len(written) != len(said):
        return [(phoneme.start, end, " ".join(f"[[{word}]]" for word in said))]
    return [(*place, f"[[{word}]]") for place, word in zip(written, said, strict=True)]


def _genitive(ipa: str) -> str:
    last = _plain(ipa)[-1:]
    return "ɪz" if last in HISSING else "s" if last in VOICELESS else "z"


def _nearest(sound: str, sounds: Mapping[str, str], tried: frozenset[str] = frozenset()) -> list[str]:
    if sound in sounds:
        return [sounds[sound]]
    if sound in tried:
        return []
    return [one for part in NEAREST.get(sound, "") for one in _nearest(part, sounds, tried | {sound})]


def _plain(ipa: str) -> str:
    """IPA of one sign for one sound, without what only narrow transcriptions tell apart."""
    parted = unicodedata.normalize("NFD", ipa).replace("c\u0327", "ç")
    kept = (char for char in parted if char not in UNHEARD and (char in KEPT_MARKS or not unicodedata.combining(char)))
    return "".join(LIGATURES.get(char, char) for char in kept)


def _plainness(mnemonic: str) -> tuple[int, bool, bool, str]:
    return len(mnemonic), not mnemonic.isalpha() and mnemonic != "@", mnemonic != mnemonic.lower(), mnemonic
