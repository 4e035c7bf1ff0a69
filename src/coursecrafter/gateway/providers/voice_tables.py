"""The voices that providers offer, by language and gender.

A pool lists voices in the order of the profiles that they stand for: neutral 1 and 2, calm 1 and 2, lively 1 and 2. A
shorter pool begins again, so that every profile has its voice and keeps it. Add at the end only where a pool has six:
another order would give a course another voice.

The names come from public projects that use these services, as seen on 2026-11-28, not from the services' own lists;
which of OpenAI's voices counts as female or male, and their tones, are our choice. What a provider really has, its list
of voices says (`registry.list_voices`), and a route's entry can name other ones.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

Pools = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Voices by language tag in lower case and by gender; the tag "" stands for every language."""

ANY = ""
GENDERS = ("female", "male")


def _pools(lines: str, template: str = "{name}") -> Pools:
    """Read lines such as `de-DE Katja Amala | Conrad Killian`; the first region of a language stands for it too.

    A line that begins with "*" holds voices that speak every language.
    """
    found: dict[str, Mapping[str, tuple[str, ...]]] = {}
    for line in lines.strip().splitlines():
        locale, *names = line.split()
        middle = names.index("|")
        parts = (names[:middle], names[middle + 1 :])
        voices = {
            gender: tuple(template.format(locale=locale, name=name) for name in part)
            for gender, part in zip(GENDERS, parts, strict=True)
            if part
        }
        tag = ANY if locale == "*" else locale.lower()
        found.setdefault(tag, voices)
        found.setdefault(tag.partition("-")[0], voices)
    return MappingProxyType(found)


OPENAI = _pools("* nova alloy sage shimmer coral marin | onyx echo cedar ash verse ballad")
"""Of gpt-4o-mini-tts and what follows it."""

OPENAI_FIRST = _pools("* nova alloy sage shimmer coral shimmer | onyx echo ash onyx fable echo")
"""Of tts-1 and tts-1-hd, which know neither ballad, verse, marin nor cedar."""

OPENAI_LIKE = _pools("* nova alloy shimmer | onyx echo fable")
"""The six that servers which speak OpenAI's protocol know in any case."""

KOKORO = _pools("""
en-GB bf_emma bf_isabella bf_alice bf_lily | bm_george bm_fable bm_lewis bm_daniel
en-US af_heart af_bella af_nicole af_sarah af_aoede af_kore | am_michael am_fenrir am_echo am_onyx am_puck am_eric
es ef_dora | em_alex em_santa
fr ff_siwis |
hi hf_alpha hf_beta | hm_omega hm_psi
it if_sara | im_nicola
ja jf_alpha jf_gongitsune jf_nezumi jf_tebukuro | jm_kumo
pt-BR pf_dora | pm_alex pm_santa
zh zf_xiaoxiao zf_xiaobei zf_xiaoni zf_xiaoyi | zm_yunyang zm_yunxi zm_yunjian zm_yunxia
""")
KOKORO_LOCALES = dict(zip("abefhijpz", ("en-us", "en-gb", "es", "fr", "hi", "it", "ja", "pt-br", "zh"), strict=True))

AZURE = _pools(
    """
ar-EG Salma | Shakir
af-ZA Adri | Willem
ar-SA Zariyah | Hamed
bg-BG Kalina | Borislav
ca-ES Joana | Enric
cs-CZ Vlasta | Antonin
da-DK Christel | Jeppe
de-DE Katja Amala | Conrad Killian
de-AT Ingrid | Jonas
de-CH Leni | Jan
el-GR Athina | Nestoras
en-GB Sonia Libby | Ryan Thomas
en-US Jenny Michelle Aria | Guy Eric Christopher Steffan Roger
en-AU Natasha | William
en-CA Clara | Liam
en-IE Emily | Connor
en-IN Neerja | Prabhat
en-NZ Molly | Mitchell
en-ZA Leah | Luke
es-ES Elvira | Alvaro
es-MX Dalia | Jorge
es-AR Elena | Tomas
es-CO Salome | Gonzalo
et-EE Anu | Kert
fa-IR Dilara | Farid
fi-FI Noora | Harri
fr-FR Denise | Henri
fr-BE Charline | Gerard
fr-CA Sylvie | Jean Antoine
fr-CH Ariane | Fabrice
he-IL Hila | Avri
hi-IN Swara | Madhur
hr-HR Gabrijela | Srecko
hu-HU Noemi | Tamas
id-ID Gadis | Ardi
it-IT Elsa Isabella | Diego
ja-JP Nanami | Keita
ko-KR SunHi | InJoon
lt-LT Ona | Leonas
lv-LV Everita | Nils
ms-MY Yasmin | Osman
nb-NO Pernille | Finn
nl-NL Fenna Colette | Maarten
nl-BE Dena | Arnaud
pl-PL Zofia | Marek
pt-PT Raquel | Duarte
pt-BR Francisca | Antonio
ro-RO Alina | Emil
ru-RU Svetlana | Dmitry
sk-SK Viktoria | Lukas
sl-SI Petra | Rok
sr-RS Sophie | Nicholas
sv-SE Sofie | Mattias
sw-KE Zuri | Rafiki
ta-IN Pallavi | Valluvar
th-TH Premwadee | Niwat
tr-TR Emel | Ahmet
uk-UA Polina | Ostap
ur-PK Uzma | Asad
vi-VN HoaiMy | NamMinh
zh-CN Xiaoxiao Xiaoyi | Yunyang Yunxi Yunjian
zh-HK HiuMaan HiuGaai | WanLung
zh-TW HsiaoChen HsiaoYu | YunJhe
""",
    "{locale}-{name}Neural",
)

ELEVENLABS_NAMES = {
    "Alice": "Xb7hH8MSUJpSbSDYk0k2",
    "Bill": "pqHfZKP75CvOlQylNhV4",
    "Brian": "nPczCjzI2devNBz1zQrb",
    "Charlie": "IKne3meq5aSn9XLyUdCD",
    "Chris": "iP95p4xoKVk53GoZ742B",
    "Daniel": "onwK4e9ZLuTAKqWW03F9",
    "Eric": "cjVigY5qzO86Huf0OWal",
    "George": "JBFqnCBsd6RMkjVDRZzb",
    "Jessica": "cgSgspJ2msm6clMCkdW9",
    "Laura": "FGY2WhTYpPnrIDTdsKH5",
    "Liam": "TX3LPaxmHKxFdv7VOQHJ",
    "Lily": "pFZP5JQG7iQjIQuC4Bku",
    "Matilda": "XrExE9yKIg1WjnnlVkGX",
    "River": "SAz9YHcvj6GT2YYXdXww",
    "Roger": "CwhRBWXzGAHq8TQ4Fs17",
    "Sarah": "EXAVITQu4vr4xnSDxMaL",
    "Will": "bIHbv24MWmeRgasZH58o",
}
_ELEVENLABS_BY_NAME = _pools("""
* Matilda Sarah River Alice Jessica Laura | Brian Eric Bill Roger Liam Chris
en-GB Alice Lily | George Daniel
en-US Matilda Sarah River Sarah Jessica Laura | Brian Eric Bill Roger Liam Chris
en-AU Matilda | Charlie
""")
ELEVENLABS: Pools = {
    tag: {gender: tuple(ELEVENLABS_NAMES[name] for name in names) for gender, names in pool.items()}
    for tag, pool in _ELEVENLABS_BY_NAME.items()
}
_MULTILINGUAL_V2 = "ar bg cs da de el en es fi fil fr hi hr id it ja ko ms nl pl pt ro ru sk sv ta tr uk zh"
_V2 = frozenset(_MULTILINGUAL_V2.split())
_V2_5 = _V2 | {"hu", "nb", "no", "vi"}
ELEVENLABS_LANGUAGES = {
    "eleven_multilingual_v2": _V2,
    "eleven_turbo_v2_5": _V2_5,
    "eleven_flash_v2_5": _V2_5,
    "eleven_turbo_v2": frozenset({"en"}),
    "eleven_flash_v2": frozenset({"en"}),
}
"""What a model speaks; one that is not named speaks every language."""

_PIPER_FEMALE = """alba amy anna berta cori daniela eva_k gosia hfc_female irina jenny_dioco kathleen kerstin kristin
lessac lisa ljspeech marylux natia paola ramona raya siwis southern_english_female upc_ona"""
_PIPER_MALE = """alan ald artur bryce cadu carlfm danny darkman davefx denis dmitri edresson faber fahrettin fettah
gilles hfc_male imre jeff jirka joe john kareem karlsson kusal mc_speech mihai norman northern_english_male pavoque
riccardo ruslan ryan steinn talesyntese thorsten thorsten_emotional tom upc_pau"""
PIPER_GENDERS = {
    **dict.fromkeys(_PIPER_FEMALE.split(), "female"),
    **dict.fromkeys(_PIPER_MALE.split(), "male"),
}
PIPER_VOICE = re.compile(
    r"(?P<language>[a-z]{2,3})_(?P<region>[A-Z]{2})-(?P<name>[\w ]+)-(?P<quality>x_low|low|medium|high)"
)


def piper_pools(listed: tuple[str, ...]) -> Pools:
    """Pools of the voices that a Piper server has, the best quality first, then by name.

    Args:
        listed: such as `de_DE-thorsten-high`; a voice whose gender is not known stands in both pools, after the others.
    """
    found: dict[str, dict[str, list[str]]] = {}
    order = ("high", "medium", "low", "x_low")
    matches = [match for voice in set(listed) if (match := PIPER_VOICE.fullmatch(voice))]
    matches.sort(key=lambda one: (one["name"] not in PIPER_GENDERS, order.index(one["quality"]), one.string))
    for match in matches:
        language, gender = match["language"], PIPER_GENDERS.get(match["name"])
        for tag in (f"{language}-{match['region'].lower()}", language):
            for one in (gender,) if gender else GENDERS:
                found.setdefault(tag, {}).setdefault(one, []).append(match.string)
    return {tag: {gender: tuple(voices) for gender, voices in pool.items()} for tag, pool in found.items()}


def locale_of(voice: str) -> str:
    """The only locale that a voice speaks, by its name, as in "de-at" or "fr"; "" for one that speaks many."""
    if match := re.match(r"([a-z]{2,3}-[A-Z]{2})-", voice):
        return "" if "Multilingual" in voice or ":" in voice else match[1].lower()
    if match := PIPER_VOICE.fullmatch(voice):
        return f"{match['language']}-{match['region'].lower()}"
    if re.match(r"[abefhijpz][fm]_\w", voice):
        return KOKORO_LOCALES[voice[0]]
    return ""
