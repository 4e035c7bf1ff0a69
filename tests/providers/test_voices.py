"""Profiles and the voices that they stand for, by provider; and a sample of each language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest

from coursecrafter.gateway.ports import OFFLINE, Candidate, Connection, SpeechRequest
from coursecrafter.gateway.providers import voice_tables
from coursecrafter.gateway.providers.offline_speech import OfflineSpeech
from coursecrafter.gateway.providers.offline_voices import OFFERED_LANGUAGES, TONES
from coursecrafter.gateway.providers.voice_tables import locale_of, piper_pools
from coursecrafter.gateway.voices import SAMPLES, all_voices, has_exact_word_times, provider_voice, sample_text

ROW = UUID(int=7)


def connection(protocol: str, **options: Any) -> Connection:
    url, name = options.pop("url", "https://api.example.org/v1"), options.pop("name", "mine")
    return Connection(ROW, name, protocol, url, options=options)


AZURE = connection("azure_speech")
ELEVENLABS = connection("elevenlabs")
OPENAI = connection("openai_compatible", url="https://api.openai.com/v1")
KOKORO = connection("openai_compatible", name="kokoro", url="http://localhost:8880/v1")


@pytest.mark.parametrize(
    ("profile", "language", "voice"),
    [
        ("en_male_neutral_1", "en", "onyx-exact"),
        ("en_male_neutral_2", "en", "of-en-male"),
        ("en-us_male_neutral_2", "en", "of-en-us-male"),
        ("en_male_calm_2", "en-US", "of-en-us-male"),
        ("en_male_calm_2", "en", "of-en-male-calm"),
        ("de_male_lively_1", "de", "of-male-lively"),
        ("de_male_neutral_1", "de", "of-male"),
        ("fr_female_neutral_1", "fr", "of-fr"),
        ("de_female_neutral_1", "de", "of-all"),
        ("en_female_neutral_1", "fr", "of-fr"),
        ("anything at all", "de", "of-all"),
    ],
)
def test_the_most_telling_key_of_a_route_decides(profile: str, language: str, voice: str) -> None:
    own = {
        "en_male_neutral_1": "onyx-exact",
        "en_male": "of-en-male",
        "en_male_calm": "of-en-male-calm",
        "en-us_male": "of-en-us-male",
        "male": "of-male",
        "male_lively": "of-male-lively",
        "fr": "of-fr",
        "*": "of-all",
    }

    assert provider_voice(OPENAI, {"voices": own}, profile, language, "gpt-4o-mini-tts") == voice


def test_the_entry_goes_before_the_provider_and_the_provider_before_the_table() -> None:
    own = connection("openai_compatible", voices={"female": "of-provider", "male": "of-provider"})

    def chosen(gender: str, **entry: str) -> str | None:
        return provider_voice(own, {"voices": entry}, f"en_{gender}_neutral_1", "en", "tts-1")

    assert chosen("male", male="of-entry") == "of-entry"
    assert chosen("female", male="of-entry") == "of-provider"
    assert provider_voice(OPENAI, {"voices": {"male": "x"}}, "en_female_neutral_1", "en", "tts-1") == "nova"


@pytest.mark.parametrize(
    ("mapped", "language", "voice"),
    [
        ("de-DE-KatjaNeural", "de-AT", "de-DE-KatjaNeural"),
        ("de-DE-KatjaNeural", "fr", "fr-FR-DeniseNeural"),
        ("de-DE-SeraphinaMultilingualNeural", "fr", "de-DE-SeraphinaMultilingualNeural"),
    ],
)
def test_a_voice_of_one_language_never_reads_another(mapped: str, language: str, voice: str) -> None:
    assert provider_voice(AZURE, {"voices": {"female": mapped}}, "de_female_neutral_1", language) == voice


@pytest.mark.parametrize(
    ("by", "model", "profile", "language", "voice"),
    [
        (AZURE, "", "de_female_neutral_1", "de", "de-DE-KatjaNeural"),
        (AZURE, "", "de_male_neutral_1", "de-AT", "de-AT-JonasNeural"),
        (AZURE, "", "en_male_neutral_1", "de", "de-DE-ConradNeural"),
        (AZURE, "", "en-us_female_neutral_1", "en", "en-US-JennyNeural"),
        (AZURE, "", "es-419_male_calm_1", "es", "es-MX-JorgeNeural"),
        (AZURE, "", "es_male_calm_1", "es-PE", "es-MX-JorgeNeural"),
        (AZURE, "", "es_male_calm_1", "es-ES", "es-ES-AlvaroNeural"),
        (AZURE, "", "zh_female_neutral_1", "zh-Hans-CN", "zh-CN-XiaoxiaoNeural"),
        (AZURE, "", "zh_female_neutral_1", "zh-HK", "zh-HK-HiuMaanNeural"),
        (AZURE, "", "nb_female_neutral_1", "no", "nb-NO-PernilleNeural"),
        (AZURE, "", "en_female_neutral_1", "xx", None),
        (OPENAI, "gpt-4o-mini-tts", "de_male_calm_1", "de", "cedar"),
        (OPENAI, "tts-1", "de_male_calm_1", "de", "ash"),
        (connection("openai_compatible"), "some-model", "de_male_calm_1", "de", "fable"),
        (KOKORO, "kokoro", "en-us_female_neutral_1", "en", "af_heart"),
        (KOKORO, "kokoro", "en_female_neutral_1", "en", "bf_emma"),
        (KOKORO, "kokoro", "fr_female_neutral_2", "fr", "ff_siwis"),
        (KOKORO, "kokoro", "fr_male_neutral_1", "fr", None),
        (KOKORO, "kokoro", "de_female_neutral_1", "de", None),
        (ELEVENLABS, "eleven_multilingual_v2", "de_male_neutral_1", "de", "nPczCjzI2devNBz1zQrb"),
        (ELEVENLABS, "eleven_multilingual_v2", "hu_male_neutral_1", "hu", None),
        (ELEVENLABS, "eleven_flash_v2_5", "hu_male_neutral_1", "hu", "nPczCjzI2devNBz1zQrb"),
        (ELEVENLABS, "eleven_v3", "sw_male_neutral_1", "sw", "nPczCjzI2devNBz1zQrb"),
        (connection("anthropic"), "x", "en_female_neutral_1", "en", None),
        (OFFLINE, "", "de_female_calm_2", "en", "de_female_calm_2"),
        (OFFLINE, "", "de_female_calm_2", "xx", None),
        (OFFLINE, "", "de_female_calm_3", "de", None),
        (OFFLINE, "", "de_female_angry_1", "de", None),
    ],
)
def test_each_profile_has_the_voice_of_its_language_gender_and_tone(
    by: Connection, model: str, profile: str, language: str, voice: str | None
) -> None:
    assert provider_voice(by, {}, profile, language, model) == voice


def test_piper_speaks_with_the_voices_that_its_server_has() -> None:
    listed = ["de_DE-thorsten-medium", "de_DE-kerstin-low", "de_DE-thorsten-high", "en_US-newname-high", "junk"]
    piper = connection("openai_compatible", name="piper", listed_voices=listed)

    def chosen(profile: str, language: str) -> str | None:
        return provider_voice(piper, {}, profile, language, "any")

    assert chosen("de_male_neutral_1", "de") == "de_DE-thorsten-high"
    assert chosen("de_male_neutral_2", "de-AT") == "de_DE-thorsten-medium"
    assert chosen("de_female_neutral_2", "de") == "de_DE-kerstin-low"
    assert chosen("en_male_neutral_1", "en") == "en_US-newname-high"
    assert chosen("fr_male_neutral_1", "fr") is None


def test_a_piper_model_that_is_one_voice_speaks_with_it() -> None:
    server = connection("openai_compatible", name="speech server")
    model = "speaches-ai/piper-de_DE-thorsten-high"

    assert provider_voice(server, {}, "de_male_calm_1", "de", model) == "de_DE-thorsten-high"
    assert provider_voice(server, {}, "de_female_calm_1", "de", model) is None


def test_the_order_in_which_a_server_lists_its_voices_changes_nothing() -> None:
    listed = ("de_DE-thorsten-high", "de_DE-karlsson-low", "de_DE-pavoque-low", "de_DE-kerstin-low")

    assert piper_pools(listed) == piper_pools(listed[::-1])


@pytest.mark.parametrize(
    ("by", "model"),
    [(AZURE, ""), (ELEVENLABS, "eleven_v3"), (OPENAI, "tts-1"), (OPENAI, "gpt-4o-mini-tts"), (KOKORO, "kokoro")],
)
def test_all_texts_of_a_lesson_have_one_voice(by: Connection, model: str) -> None:
    profiles = [f"en_{gender}_{tone}_{nth}" for gender in ("female", "male") for tone in TONES for nth in (1, 2)]

    looked_up = [[provider_voice(by, {}, profile, "en", model) for profile in profiles] for _ in range(3)]

    assert looked_up[0] == looked_up[1] == looked_up[2]
    assert None not in looked_up[0]
    assert not {*looked_up[0][:6]} & {*looked_up[0][6:]}


@pytest.mark.parametrize("pools", [voice_tables.AZURE, voice_tables.OPENAI, voice_tables.ELEVENLABS])
def test_every_offered_language_has_a_woman_and_a_man(pools: Mapping[str, Mapping[str, tuple[str, ...]]]) -> None:
    missing = [
        language
        for language in OFFERED_LANGUAGES
        if set(pools.get(language, pools.get(language.partition("-")[0], pools.get("", {})))) != {"female", "male"}
    ]

    assert missing == []


def test_voices_of_the_tables_belong_to_their_languages() -> None:
    for pools in (voice_tables.AZURE, voice_tables.KOKORO):
        for tag, pool in pools.items():
            found = {locale_of(voice).partition("-")[0] for voices in pool.values() for voice in voices}
            assert found == {tag.partition("-")[0]}


def test_a_route_can_offer_voices_under_names_of_its_own() -> None:
    anna = {
        "name": "anna",
        "language": "de",
        "gender": "female",
        "tone": "calm",
        "voice": "voice-4711",
        "pace_wpm": 140,
    }
    nameless = {"language": "de", "voice": "x"}
    by = Candidate(ELEVENLABS, "eleven_v3", {"offers": [anna, nameless, "junk"]})

    offers = {offer.name: offer for offer in all_voices([by, Candidate(OFFLINE, "")])}

    assert offers["anna"].provider_voice == "voice-4711"
    assert (offers["anna"].gender, offers["anna"].tone, offers["anna"].pace_wpm) == ("female", "calm", 140)
    assert provider_voice(by.connection, by.options, "anna", "de-CH") == "voice-4711"
    assert provider_voice(by.connection, by.options, "anna", "fr") is None
    assert provider_voice(OFFLINE, {}, "anna", "de") is None


def test_a_voice_is_offered_once_by_the_first_who_has_it() -> None:
    route = [Candidate(KOKORO, "kokoro"), Candidate(OFFLINE, "")]

    offers = {offer.name: offer for offer in all_voices(route)}

    assert len(offers) == 540
    british, german = offers["en_female_neutral_1"], offers["de_female_neutral_1"]
    assert (british.provider, british.provider_voice, british.accent) == ("kokoro", "bf_emma", "British")
    assert (british.has_exact_word_times, british.pace_wpm) == (False, None)
    assert (german.provider, german.has_exact_word_times, german.pace_wpm) == ("offline", True, 165)
    assert offers["pt_female_neutral_1"].accent == "Brazilian"


@pytest.mark.parametrize(
    ("by", "options", "is_exact"),
    [
        (OFFLINE, {}, True),
        (ELEVENLABS, {}, True),
        (AZURE, {}, False),
        (AZURE, {"word_times": "exact"}, True),
        (OPENAI, {}, False),
        (KOKORO, {"captions": True}, True),
        (connection("anthropic"), {}, False),
    ],
)
def test_it_is_known_whose_word_times_are_exact(by: Connection, options: dict[str, Any], is_exact: bool) -> None:
    assert has_exact_word_times(Candidate(by, "m", options)) is is_exact


@pytest.mark.parametrize("language", sorted(SAMPLES))
def test_a_sample_is_short_and_spoken_in_its_language(voice: OfflineSpeech, language: str) -> None:
    text = sample_text(language)

    answer = voice.speak(SpeechRequest(text, language, f"{language}_female_neutral_1"))

    assert 2 < answer.duration_s < 9
    assert "12" in text
    assert len(answer.words) > 3  # Thai writes no blanks between words


def test_every_offered_language_has_a_sample_of_its_own() -> None:
    english = {language for language in OFFERED_LANGUAGES if sample_text(language) == SAMPLES["en"]}

    assert english == {"en", "en-us"}
    assert sample_text("pt-BR") == SAMPLES["pt-br"]
    assert sample_text("de-Latn-AT") == SAMPLES["de"]
    assert sample_text("xx") == SAMPLES["en"]
