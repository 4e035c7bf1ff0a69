"""Which voice of a provider a profile such as `en_male_neutral_1` stands for, and all voices that can be chosen.

A profile stands for the same voice each time it is looked up for one candidate: nothing here depends on a call, a clock
or an order of sets, so a lesson, and the lesson made a year later, have one voice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from coursecrafter.gateway.ports import Candidate, Connection
from coursecrafter.gateway.providers import voice_tables as tables
from coursecrafter.gateway.providers.offline_voices import (
    OFFERED_LANGUAGES,
    PROFILE,
    TONES,
    VARIANTS,
    voices,
)

ACCENTS = {
    "en": "British",
    "en-gb": "British",
    "en-us": "American",
    "en-au": "Australian",
    "en-ca": "Canadian",
    "en-ie": "Irish",
    "en-in": "Indian",
    "en-nz": "New Zealand",
    "en-za": "South African",
    "de-at": "Austrian",
    "de-ch": "Swiss",
    "es": "European",
    "es-es": "European",
    "es-419": "Latin American",
    "es-ar": "Argentinian",
    "es-co": "Colombian",
    "es-mx": "Mexican",
    "fr-be": "Belgian",
    "fr-ca": "Canadian",
    "fr-ch": "Swiss",
    "nl-be": "Belgian",
    "pt": "European",
    "pt-pt": "European",
    "pt-br": "Brazilian",
    "zh-hk": "Cantonese",
    "zh-tw": "Taiwanese",
}
"""Of languages that sound different from country to country."""

SAMPLES = {
    "af": "Welkom! Maria maak les 12 oop en begin leer.",
    "ar": "مرحبًا! تفتح ماريا الدرس 12 وتبدأ التعلم.",
    "bg": "Добре дошли! Мария отваря урок 12 и започва да учи.",
    "ca": "Us donem la benvinguda! Maria obre la lliçó 12 i comença a aprendre.",
    "cs": "Vítejte! Marie otevírá lekci 12 a začíná se učit.",
    "da": "Velkommen! Maria åbner lektion 12 og begynder at lære.",
    "de": "Willkommen! Maria öffnet Lektion 12 und beginnt zu lernen.",
    "el": "Καλώς ήρθατε! Η Μαρία ανοίγει το μάθημα 12 και αρχίζει να μαθαίνει.",
    "en": "Welcome! Maria opens lesson 12 and begins to learn.",
    "es": "¡Te damos la bienvenida! María abre la lección 12 y empieza a aprender.",
    "et": "Tere tulemast! Maria avab 12. õppetunni ja hakkab õppima.",
    "fa": "خوش آمدید! ماریا درس 12 را باز می‌کند و یادگیری را آغاز می‌کند.",
    "fi": "Tervetuloa! Maria avaa oppitunnin 12 ja alkaa oppia.",
    "fr": "Bienvenue ! Maria ouvre la leçon 12 et commence à apprendre.",
    "he": "ברוכים הבאים! מריה פותחת את שיעור 12 ומתחילה ללמוד.",
    "hi": "स्वागत है! मारिया पाठ 12 खोलती है और सीखना शुरू करती है।",
    "hr": "Dobro došli! Marija otvara lekciju 12 i počinje učiti.",
    "hu": "Üdvözöljük! Mária megnyitja a 12. leckét, és tanulni kezd.",
    "id": "Selamat datang! Maria membuka pelajaran 12 dan mulai belajar.",
    "it": "Benvenuti! Maria apre la lezione 12 e comincia a imparare.",
    "ko": "환영합니다! 마리아는 12과를 열고 배우기 시작합니다.",
    "lt": "Sveiki atvykę! Marija atveria 12 pamoką ir pradeda mokytis.",
    "lv": "Laipni lūdzam! Marija atver 12. nodarbību un sāk mācīties.",
    "ms": "Selamat datang! Maria membuka pelajaran 12 dan mula belajar.",
    "nb": "Velkommen! Maria åpner leksjon 12 og begynner å lære.",
    "nl": "Welkom! Maria opent les 12 en begint te leren.",
    "pl": "Witamy! Maria otwiera lekcję 12 i zaczyna się uczyć.",
    "pt": "Damos-lhe as boas-vindas! Maria abre a lição 12 e começa a aprender.",
    "pt-br": "Boas-vindas! Maria abre a lição 12 e começa a aprender.",
    "ro": "Bun venit! Maria deschide lecția 12 și începe să învețe.",
    "ru": "Добро пожаловать! Мария открывает урок 12 и начинает учиться.",
    "sk": "Vitajte! Mária otvára lekciu 12 a začína sa učiť.",
    "sl": "Dobrodošli! Marija odpre lekcijo 12 in se začne učiti.",
    "sr": "Добро дошли! Марија отвара лекцију 12 и почиње да учи.",
    "sv": "Välkommen! Maria öppnar lektion 12 och börjar lära sig.",
    "sw": "Karibu! Maria anafungua somo la 12 na kuanza kujifunza.",
    "ta": "வரவேற்கிறோம்! மரியா பாடம் 12 ஐத் திறந்து கற்கத் தொடங்குகிறார்.",
    "th": "ยินดีต้อนรับ! มาเรียเปิดบทเรียนที่ 12 และเริ่มเรียนรู้",
    "tr": "Hoş geldiniz! Maria 12. dersi açıyor ve öğrenmeye başlıyor.",
    "uk": "Ласкаво просимо! Марія відкриває урок 12 і починає вчитися.",
    "ur": "خوش آمدید! ماریا سبق 12 کھولتی ہے اور سیکھنا شروع کرتی ہے۔",
    "vi": "Chào mừng! Maria mở bài học 12 và bắt đầu học.",
    "zh": "欢迎！玛丽亚打开第12课，开始学习。",
}
"""A sentence with a name and a number in each offered language."""

SCRIPT_LETTERS = 4
TAGS = {"no": "nb", "nn": "nb", "iw": "he", "in": "id", "yue": "zh-hk", "zh-mo": "zh-hk"}
FIRST_MODELS = re.compile(r"tts-1(-hd)?(-\d+)?")


@dataclass(frozen=True, slots=True)
class VoiceOffer:
    """A voice that an author can choose, and who speaks with it.

    Attributes:
        name: a profile such as `en_female_neutral_1`, or the name that a route gives a voice of its own.
        language: BCP 47, in lower case.
        gender: "female", "male" or "" where it is not known.
        accent: "" where a language has but one that matters, or where the provider decides.
        tone: "neutral", "calm", "lively" or ""; a model that knows no tones keeps its own.
        pace_wpm: words in a minute; None where only the provider knows.
        provider, model: who speaks first, as the route names them.
        provider_voice: as the provider names it.
        has_exact_word_times: whether the voice says when each word sounds; else it is estimated from the sound.
    """

    name: str
    language: str
    gender: str
    accent: str
    tone: str
    pace_wpm: int | None
    provider: str
    model: str
    provider_voice: str
    has_exact_word_times: bool


@dataclass(frozen=True, slots=True)
class _Profile:
    """A profile's name, taken apart."""

    name: str
    language: str
    gender: str
    tone: str
    number: int

    @property
    def place(self) -> int:
        """Its place in a pool of voices."""
        return list(TONES).index(self.tone) * 2 + self.number - 1


def provider_voice(
    connection: Connection, options: Mapping[str, Any], profile: str, language: str, model: str = ""
) -> str | None:
    """The provider's own voice for a profile, always the same; None where it has none for the text's language.

    What the route's entry says goes first: `offers`, and `voices`, the most telling key first (`en_male_neutral_1`,
    `en-us_male_calm`, `en_male`, `male_calm`, `male`, `en`, `*`). Then what the provider's options say, then a table.

    Args:
        options: of the route's entry.
        profile: its name, or a name that an entry's `offers` gives a voice.
        language: BCP 47 tag of the text.
        model: as the provider names it.
    """
    tag = _tag(language)
    known = _parse(profile)
    spoken = _spoken(known, tag)
    for told in (options, connection.options):
        found = _offered(told, profile, tag) or _mapped(told, profile, known, spoken)
        if found:
            return found
    if known is None:
        return None
    if connection.id is None:
        return profile if _base(spoken) in {_base(one) for one in OFFERED_LANGUAGES} else None
    return _pooled(_pools(connection, options, model), spoken, known, model)


def all_voices(candidates: Iterable[Candidate]) -> list[VoiceOffer]:
    """Every voice that a route can speak with, by language; a name that several can speak is the first one's.

    Args:
        candidates: for speech, in the route's order.
    """
    offers: dict[str, VoiceOffer] = {}
    for by in candidates:
        for offer in (*_own_offers(by), *_profile_offers(by)):
            offers.setdefault(offer.name, offer)
    return sorted(offers.values(), key=lambda offer: (offer.language, offer.name not in _PROFILE_NAMES))


def has_exact_word_times(by: Candidate) -> bool:
    """Whether a candidate's voice says itself when each word sounds."""
    options = {**by.connection.options, **by.options}
    return {
        "offline": True,
        "elevenlabs": True,
        "azure_speech": options.get("word_times") == "exact",
        "openai_compatible": bool(options.get("captions")),
    }.get(by.connection.protocol, False)


def sample_text(language: str) -> str:
    """A short sentence with a name and a number, to hear a voice by; English where there is none in the language."""
    tag = _tag(language)
    while tag:
        if tag in SAMPLES:
            return SAMPLES[tag]
        tag = tag.rpartition("-")[0]
    return SAMPLES["en"]


_PROFILE_NAMES = {profile.name: place for place, profile in enumerate(voices())}


def _profile_offers(by: Candidate) -> Iterable[VoiceOffer]:
    is_exact = has_exact_word_times(by)
    is_offline = by.connection.id is None
    for profile in voices():
        found = provider_voice(by.connection, by.options, profile.name, profile.language, by.model)
        if found:
            pace_wpm = TONES[profile.tone].rate_wpm if is_offline else None
            accent = ACCENTS.get(profile.language if is_offline else tables.locale_of(found), "")
            told = (profile.name, profile.language, profile.gender, accent, profile.tone, pace_wpm)
            yield VoiceOffer(*told, by.connection.name, by.model, found, is_exact)


def _own_offers(by: Candidate) -> Iterable[VoiceOffer]:
    is_exact = has_exact_word_times(by)
    for told in (by.options, by.connection.options):
        for offer in _offers(told):
            language = _tag(str(offer.get("language") or ""))
            pace = offer.get("pace_wpm")
            yield VoiceOffer(
                name=str(offer["name"]),
                language=language,
                gender=str(offer.get("gender") or ""),
                accent=str(offer.get("accent") or ACCENTS.get(language, "")),
                tone=str(offer.get("tone") or ""),
                pace_wpm=pace if isinstance(pace, int) else None,
                provider=by.connection.name,
                model=by.model,
                provider_voice=str(offer["voice"]),
                has_exact_word_times=is_exact,
            )


def _offers(told: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The voices of an entry's own that say both their name and their voice."""
    offers = told.get("offers") or ()
    return [one for one in offers if isinstance(one, Mapping) and one.get("name") and one.get("voice")]


def _offered(told: Mapping[str, Any], name: str, tag: str) -> str | None:
    """The voice of that name of an entry's own; one with a language speaks no other."""
    for offer in _offers(told):
        language = _tag(str(offer.get("language") or ""))
        if offer["name"] == name and (not language or _base(language) == _base(tag)):
            return str(offer["voice"])
    return None


def _mapped(told: Mapping[str, Any], name: str, known: _Profile | None, spoken: str) -> str | None:
    """The voice that an entry's own table gives a profile, unless that voice cannot speak the language."""
    table = told.get("voices")
    if not isinstance(table, Mapping):
        return None
    for key in (name, *_keys(known, spoken), "*"):
        found = table.get(key)
        if isinstance(found, str) and found and _base(tables.locale_of(found)) in {"", _base(spoken)}:
            return found
    return None


def _keys(known: _Profile | None, spoken: str) -> list[str]:
    """Keys that stand for a profile, the most telling first."""
    if known is None:
        return []
    tags = list(dict.fromkeys((spoken, _base(spoken))))
    kinds = (f"{known.gender}_{known.tone}", known.gender)
    return [*(f"{tag}_{kind}" for tag in tags for kind in kinds), *kinds, *tags]


def _pools(connection: Connection, options: Mapping[str, Any], model: str) -> tables.Pools:
    """The table of a provider's voices."""
    own = {"azure_speech": tables.AZURE, "elevenlabs": tables.ELEVENLABS}.get(connection.protocol)
    if own is not None or connection.protocol != "openai_compatible":
        return own or {}
    told = {**connection.options, **options}
    listed = tuple(str(voice) for voice in told.get("listed_voices") or ())
    address = urlsplit(connection.base_url).hostname or ""
    hints = f"{told.get('voice_table') or ''} {model} {connection.name} {address}".lower()
    if "piper" in hints or (listed and all(tables.PIPER_VOICE.fullmatch(voice) for voice in listed)):
        # Where a model is one voice, its name ends with the voice's: speaches-ai/piper-de_DE-thorsten-high.
        return tables.piper_pools((*listed, model.rpartition("piper-")[2]))
    if "kokoro" in hints:
        return tables.KOKORO
    is_openai = any(word in hints for word in ("gpt-", "openai.com", "azure.com"))
    first = tables.OPENAI_FIRST if FIRST_MODELS.fullmatch(model) else tables.OPENAI
    return first if is_openai or first is tables.OPENAI_FIRST else tables.OPENAI_LIKE


def _pooled(pools: tables.Pools, spoken: str, known: _Profile, model: str) -> str | None:
    languages = tables.ELEVENLABS_LANGUAGES.get(model) if pools is tables.ELEVENLABS else None
    if languages is not None and _base(spoken) not in languages:
        return None
    tags = [spoken, *(("es-mx",) if spoken.startswith("es-") and spoken != "es-es" else ()), _base(spoken), tables.ANY]
    pool = next((pools[tag] for tag in tags if tag in pools), {}).get(known.gender, ())
    return pool[known.place % len(pool)] if pool else None


def _parse(profile: str) -> _Profile | None:
    match = PROFILE.fullmatch(profile)
    if match is None or match["tone"] not in TONES or (match["gender"], int(match["number"])) not in VARIANTS:
        return None
    return _Profile(profile, match["language"], match["gender"], match["tone"], int(match["number"]))


def _spoken(known: _Profile | None, tag: str) -> str:
    """The language to speak in: the text's, with the profile's accent where it has one of that language."""
    is_accent = known is not None and "-" in known.language and _base(known.language) == _base(tag)
    return known.language if known is not None and is_accent else tag


def _tag(language: str) -> str:
    """A tag in lower case, without script, under the name that the tables use."""
    parts = language.lower().replace("_", "-").split("-")
    tag = "-".join(part for part in parts if len(part) != SCRIPT_LETTERS)
    return TAGS.get(tag, tag)


def _base(tag: str) -> str:
    return tag.partition("-")[0]
