"""The lexicon as the offline voice says it: by the sound itself, and by the words on screen."""

from __future__ import annotations

from itertools import pairwise

import pytest

from coursecrafter.gateway.lexicon import Lexicon, apply
from coursecrafter.gateway.ports import Phoneme, SpeechAnswer, SpeechRequest
from coursecrafter.gateway.providers.espeak_phonemes import mnemonics, sounds_of, with_phonemes
from coursecrafter.gateway.providers.offline_speech import OfflineSpeech
from coursecrafter.gateway.providers.spoken_words import speakable, split_chunks
from providers.test_offline_speech import onsets_s

ONE_FRAME_S = 1 / 30
SEQUEL = "ˈsiːkwəl"


def say(voice: OfflineSpeech, text: str, *phonemes: Phoneme, language: str = "en") -> SpeechAnswer:
    return voice.speak(SpeechRequest(text, language, f"{language}_female_neutral_1", phonemes))


def say_with(
    voice: OfflineSpeech, text: str, entries: list[dict[str, str]], language: str = "en"
) -> tuple[SpeechAnswer, list[str]]:
    """What is heard, and the words on screen."""
    pronounced = apply(text, Lexicon.of(entries), language)
    answer = say(voice, pronounced.text, *pronounced.phonemes, language=language)
    return answer, [text[word.char_start : word.char_end] for word in pronounced.before(answer.words)]


def test_sql_sounds_as_sequel_and_captions_say_sql(voice: OfflineSpeech) -> None:
    text = "SQL is a language. We use SQL today."

    answer, on_screen = say_with(voice, text, [{"written": "SQL", "spoken": "sequel"}])

    assert answer.wav == say(voice, text.replace("SQL", "sequel")).wav
    assert answer.wav != say(voice, text).wav
    assert on_screen == ["SQL", "is", "a", "language", "We", "use", "SQL", "today"]


def test_ipa_sounds_as_the_word_that_it_transcribes(voice: OfflineSpeech) -> None:
    text = "We use SQL today."

    answer, on_screen = say_with(voice, text, [{"written": "SQL", "ipa": SEQUEL}])

    assert answer.wav == say(voice, "We use sequel today.").wav
    assert on_screen == ["We", "use", "SQL", "today"]


@pytest.mark.parametrize(
    ("language", "written", "ipa", "sounds_as"),
    [
        ("en", "MySQL", "maɪˈsiːkwəl", "my sequel"),
        ("de", "Teh", "teː", "Tee"),
        ("fr", "Chatau", "ʃaˈto", "château"),
        ("es", "Kaza", "ˈkasa", "casa"),
    ],
)
def test_ipa_lasts_as_long_as_the_word_that_it_transcribes(
    voice: OfflineSpeech, language: str, written: str, ipa: str, sounds_as: str
) -> None:
    by_ipa = say(voice, written, Phoneme(0, len(written), ipa), language=language)

    by_word = say(voice, sounds_as, language=language)

    assert float(by_ipa.duration_s) == pytest.approx(float(by_word.duration_s), rel=0.15)


def test_a_word_in_ipa_begins_where_its_sound_begins(voice: OfflineSpeech) -> None:
    text = "Mountain. SQL. River. Yellow."

    answer = say(voice, text, Phoneme(10, 13, SEQUEL))

    assert [text[word.char_start : word.char_end] for word in answer.words] == ["Mountain", "SQL", "River", "Yellow"]
    assert [float(word.start_s) for word in answer.words] == pytest.approx(onsets_s(answer), abs=ONE_FRAME_S)
    assert not any(word.is_estimated for word in answer.words)


def test_each_word_of_a_phrase_has_the_time_of_its_own_ipa(voice: OfflineSpeech) -> None:
    text = "Use Cøurse Cråfter now."

    answer = say(voice, text, Phoneme(4, 18, "ˈkɔːs ˈkrɑːftə"))

    by_name = {text[word.char_start : word.char_end]: word for word in answer.words}
    assert list(by_name) == ["Use", "Cøurse", "Cråfter", "now"]
    assert not by_name["Cøurse"].is_estimated
    assert not by_name["Cråfter"].is_estimated


def test_a_phrase_of_other_count_than_its_ipa_keeps_its_words_in_order(voice: OfflineSpeech) -> None:
    text = "Use ML Ops now."

    answer = say(voice, text, Phoneme(4, 10, "ɛmɛlˈɒps"))

    assert [text[word.char_start : word.char_end] for word in answer.words] == ["Use", "ML", "Ops", "now"]
    assert all(before.end_s <= after.start_s for before, after in pairwise(answer.words))


def test_an_english_genitive_belongs_to_its_word(voice: OfflineSpeech) -> None:
    text = "This is SQL's table."

    answer = say(voice, text, Phoneme(8, 11, SEQUEL))

    assert answer.wav == say(voice, text, Phoneme(8, 13, f"{SEQUEL}z")).wav
    assert text[answer.words[2].char_start : answer.words[2].char_end] == "SQL's"


def test_ipa_that_no_voice_can_read_leaves_the_word_as_it_is(voice: OfflineSpeech) -> None:
    assert say(voice, "We use SQL today.", Phoneme(7, 10, "☃ 42")).wav == say(voice, "We use SQL today.").wav


def test_brackets_of_the_author_are_no_phonemes(voice: OfflineSpeech) -> None:
    text = "Say [[h@loU]] and SQL."

    answer = say(voice, text, Phoneme(18, 21, SEQUEL))

    assert answer.wav == say(voice, "Say   h@loU   and SQL.", Phoneme(18, 21, SEQUEL)).wav


def test_the_same_phonemes_give_the_same_bytes_whatever_was_said_before(voice: OfflineSpeech) -> None:
    first = say(voice, "We use SQL.", Phoneme(7, 10, SEQUEL))

    say(voice, "Wir nutzen Äpfel.", Phoneme(0, 3, "viːɐ̯"), language="de")

    assert say(voice, "We use SQL.", Phoneme(7, 10, SEQUEL)) == first


def test_a_sound_that_a_voice_lacks_is_said_as_its_nearest() -> None:
    sounds = sounds_of([("s", "s"), ("I", "ɪ"), ("n", "n"), ("k", "k"), ("a", "a")])

    assert mnemonics("ˈθɪŋk", sounds) == "'s|I|n|k"
    assert mnemonics("sɑ̃", sounds) == "s|a|n"
    assert mnemonics("ʘ", sounds) == ""


def test_the_plainest_of_equal_sounds_is_taken() -> None:
    sounds = sounds_of([("3", "ə"), ("@-", "ə"), ("@", "ə"), ("o:", "o̞o̞"), ("x1", "x1"), ("?", "")])

    assert sounds == {"ə": "@", "oː": "o:"}


def test_phonemes_are_never_cut_apart() -> None:
    text = "字" * 795 + "AI" + "字" * 20
    sounds = sounds_of([("e", "e"), ("I", "ɪ"), ("a", "a")])

    written = with_phonemes(speakable(text), text, [Phoneme(795, 797, "eɪaɪ")], sounds, "zh")

    chunks = [written.spoken.text[chunk.start : chunk.end] for chunk in split_chunks(written.spoken.text)]
    assert "".join(chunks) == "字" * 795 + "[[e|I|a|I]]" + "字" * 20
    assert all(chunk.count("[[") == chunk.count("]]") for chunk in chunks)
