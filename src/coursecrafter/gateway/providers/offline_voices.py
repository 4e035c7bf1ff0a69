"""Voice profiles such as `en_female_neutral_1`, and the espeak-ng voice that each one is.

A profile's language says which accent is meant when it is the text's language too; a text in another language is spoken
in that language, with the profile's gender and tone, since an English voice cannot read German.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from coursecrafter.errors import GatewayError

OFFERED_LANGUAGES = (
    *(
        "af",
        "ar",
        "bg",
        "ca",
        "cs",
        "da",
        "de",
        "el",
        "en",
        "en-us",
        "es",
        "es-419",
        "et",
        "fa",
        "fi",
        "fr",
        "he",
        "hi",
        "hr",
    ),
    *(
        "hu",
        "id",
        "it",
        "ko",
        "lt",
        "lv",
        "ms",
        "nb",
        "nl",
        "pl",
        "pt",
        "pt-br",
        "ro",
        "ru",
        "sk",
        "sl",
        "sr",
        "sv",
        "sw",
    ),
    *("ta", "th", "tr", "uk", "ur", "vi", "zh"),
)
ALIASES = {"zh-hk": "yue", "zh-mo": "yue", "nn": "nb", "iw": "he", "in": "id"}
# Clearest of the installed variants by harmonics-to-noise ratio and headroom on one sentence; echoing ones left out.
VARIANTS = {("female", 1): "f2", ("female", 2): "f3", ("male", 1): "m3", ("male", 2): "m7"}
PROFILE = re.compile(
    r"(?P<language>[a-z]{2,3}(?:-[a-z0-9]+)*)_(?P<gender>female|male)_(?P<tone>[a-z]+)_(?P<number>\d+)"
)


@dataclass(frozen=True, slots=True)
class Tone:
    """How a voice speaks: words per minute, pitch and its range (espeak-ng's 0 to 100, 50 is usual)."""

    rate_wpm: int
    pitch: int
    pitch_range: int


TONES = {"neutral": Tone(165, 50, 50), "calm": Tone(155, 46, 44), "lively": Tone(178, 54, 64)}


class UnknownVoice(GatewayError):
    """No such voice profile, or a language that the voice engine does not speak."""

    code = "CC-0303"
    status = 422
    remedy = (
        "Choose a voice that “coursecrafter voices” lists, such as en_female_neutral_1; for a language that nobody "
        "here speaks, connect a provider that does, or give the course another language."
    )


@dataclass(frozen=True, slots=True)
class VoiceProfile:
    """A voice that an author can choose.

    Attributes:
        name: `{language}_{gender}_{tone}_{number}`.
        language: BCP 47, in lower case.
    """

    name: str
    language: str
    gender: str
    tone: str


@dataclass(frozen=True, slots=True)
class EspeakVoice:
    """An espeak-ng voice, ready to be asked for."""

    identifier: str
    variant: str
    tone: Tone

    @property
    def name(self) -> str:
        """As in `gmw/en+f2`."""
        return f"{self.identifier}+{self.variant}"


def voices() -> tuple[VoiceProfile, ...]:
    """All voice profiles, by language."""
    return tuple(
        VoiceProfile(f"{language}_{gender}_{tone}_{number}", language, gender, tone)
        for language in OFFERED_LANGUAGES
        for tone in TONES
        for gender, number in VARIANTS
    )


def choose_voice(
    language: str, profile: str, installed: Sequence[tuple[str, Sequence[tuple[str, int]]]]
) -> EspeakVoice:
    """The espeak-ng voice for a text's language and a profile.

    Args:
        language: BCP 47 tag of the text.
        profile: a voice profile.
        installed: identifier and (language tag, priority) pairs of each voice; a low priority is a good match.

    Raises:
        UnknownVoice: CC-0303.
    """
    match = PROFILE.fullmatch(profile)
    variant = VARIANTS.get((match["gender"], int(match["number"]))) if match else None
    tone = TONES.get(match["tone"]) if match else None
    if match is None or variant is None or tone is None:
        raise UnknownVoice(f"There is no voice {profile!r}. Voices have names such as en_female_neutral_1.")
    tag = language.lower().replace("_", "-")
    spoken = (
        match["language"] if match["language"].split("-")[0] == tag.split("-")[0] and "-" in match["language"] else tag
    )
    return EspeakVoice(_find_identifier(spoken, installed), variant, tone)


def _find_identifier(tag: str, installed: Sequence[tuple[str, Sequence[tuple[str, int]]]]) -> str:
    """The best voice of the tag, else of the tag without its last part, and so on."""
    wanted = ALIASES.get(tag, tag)
    while wanted:
        hits = [(priority, name) for name, tags in installed for spoken, priority in tags if spoken == wanted]
        if hits:
            return min(hits)[1]
        wanted = wanted.rpartition("-")[0]
    raise UnknownVoice(
        f"The offline voices do not speak the language {tag!r}. They speak {', '.join(OFFERED_LANGUAGES)}."
    )
