"""A child process that speaks: loads libespeak-ng and answers requests on its standard streams.

espeak-ng is GPL, so it is loaded here, in a program of its own, and never in the process of the product. The library
keeps state between calls (the same text sounds slightly different the second time), so each request is spoken by a
fresh fork of the initialised library: same request, same bytes. A fork that crashes ends the whole child, and the
parent sees the stream end.

Request: u32 length, then JSON `{"voice", "rate_wpm", "pitch", "range", "volume", "seconds", "is_phonetic",
"chunks": [[text, is_pause_after], …]}`, or `{"sounds_of": voice, "seconds"}`. Answer: frames of one kind byte, u32
length and body: `P` PCM (s16 little-endian, mono), `W` JSON `[[chunk, character, length, sample], …]`, `S` JSON
`[[mnemonic, IPA], …]`, `Z` end. The first frame of the child is `H`, JSON `{"version", "rate_hz", "voices"}`, or `E`, a
JSON text, when the library is missing. The child ends when its input ends. Only the standard library is used.

Source: espeak-ng, speak_lib.h (API revision 12); for `phontab`, its synthdata.c (LoadPhData) and phoneme.h.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import struct
import sys
from pathlib import Path
from typing import Any, BinaryIO

LIBRARY = "libespeak-ng.so.1"
SYNCHRONOUS = 2
BUFFER_MS = 200
DONT_EXIT = 0x8000
POSITION_CHARACTER = 1
CHARS_UTF8 = 1
PHONEMES = 0x100
"""[[ and ]] hold phonemes; without it they are signs like any other."""
END_PAUSE = 0x1000
EVENT_END_OF_LIST = 0
EVENT_WORD = 1
RATE, VOLUME, PITCH, RANGE = 1, 2, 3, 4
FRAME = struct.Struct("<cI")
LENGTH = struct.Struct("<I")
TABLE_NAME_BYTES = 32
PHONEME = struct.Struct("<4sIHBBBBBB")
VOWELS_AND_CONSONANTS = range(2, 9)
AS_MNEMONICS, AS_IPA = 0, 2
SILENT_MARKS = ("_:", "_|", "_", "'", ",", "ˈ", "ˌ", " ")


class Event(ctypes.Structure):
    """`espeak_EVENT`."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position_ms", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


class Voice(ctypes.Structure):
    """`espeak_VOICE`."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_void_p),
        ("identifier", ctypes.c_char_p),
        ("traits", ctypes.c_ubyte * 4),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


ON_SOUND = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(Event))


def send(out: BinaryIO, kind: bytes, body: bytes) -> None:
    """Write one frame."""
    out.write(FRAME.pack(kind, len(body)) + body)
    out.flush()


def list_voices(library: Any) -> list[list[Any]]:
    """`[identifier, [[language tag, priority], …]]` of each installed voice; a low priority is a good match."""
    library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(Voice))
    listed = library.espeak_ListVoices(None)
    voices: list[list[Any]] = []
    while listed[len(voices)]:
        voice = listed[len(voices)].contents
        tags: list[list[Any]] = []
        at = voice.languages
        while (priority := ctypes.string_at(at, 1)[0]) != 0:
            tag = ctypes.string_at(at + 1)
            tags.append([tag.decode(), priority])
            at += len(tag) + 2
        voices.append([voice.identifier.decode(), tags])
    return voices


def speak(library: Any, request: dict[str, Any], out: BinaryIO) -> None:
    """Speak the chunks one after the other; send sound as it comes, then the word events."""
    library.espeak_SetVoiceByName(request["voice"].encode())
    for parameter, name in ((RATE, "rate_wpm"), (VOLUME, "volume"), (PITCH, "pitch"), (RANGE, "range")):
        library.espeak_SetParameter(parameter, request[name], 0)
    words: list[tuple[int, int, int, int]] = []
    samples = 0
    chunk_begin = 0
    chunk = 0

    def on_sound(sound: Any, count: int, events: Any) -> int:
        nonlocal samples
        if sound and count > 0:
            samples += count
            send(out, b"P", ctypes.string_at(sound, 2 * count))
        at = 0
        while events[at].type != EVENT_END_OF_LIST:
            event = events[at]
            if event.type == EVENT_WORD and event.length > 0:
                words.append((chunk, event.text_position - 1, event.length, chunk_begin + event.sample))
            at += 1
        return 0

    callback = ON_SOUND(on_sound)
    library.espeak_SetSynthCallback(callback)
    for chunk, (text, is_pause_after) in enumerate(request["chunks"]):  # noqa: B007  # the callback reads it
        chunk_begin = samples
        written = text.encode() + b"\0"
        flags = CHARS_UTF8 | (END_PAUSE if is_pause_after else 0) | (PHONEMES if request["is_phonetic"] else 0)
        library.espeak_Synth(written, len(written), 0, POSITION_CHARACTER, 0, flags, None, None)
    send(out, b"W", json.dumps(words).encode())
    send(out, b"Z", b"")


def list_sounds(library: Any, request: dict[str, Any], out: BinaryIO) -> None:
    """Send the mnemonics that a voice knows, each with its IPA."""
    library.espeak_SetVoiceByName(request["sounds_of"].encode())
    silence = b" \0"  # only speaking turns phonemes on, for what follows too
    unheard = ON_SOUND(lambda *_: 0)
    library.espeak_SetSynthCallback(unheard)
    library.espeak_Synth(silence, len(silence), 0, POSITION_CHARACTER, 0, CHARS_UTF8 | PHONEMES, None, None)
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    open_vowel = heard(library, "a", AS_IPA)
    sounds = []
    for mnemonic in sorted(read_mnemonics(library)):
        # A language that hardens its last consonant says [b] only before a vowel.
        for vowel, ipa in (("", ""), ("a", open_vowel)):
            if heard(library, mnemonic + vowel, AS_MNEMONICS) == mnemonic + vowel:
                sounds.append([mnemonic, heard(library, mnemonic + vowel, AS_IPA).removesuffix(ipa)])
                break
    send(out, b"S", json.dumps(sounds).encode())
    send(out, b"Z", b"")


def read_mnemonics(library: Any) -> set[str]:
    """The mnemonics of all vowels and consonants of all languages."""
    path = ctypes.c_char_p()
    library.espeak_Info(ctypes.byref(path))
    content = Path((path.value or b"").decode(), "phontab").read_bytes()
    found = set()
    place = 4
    for _ in range(content[0]):
        count = content[place]
        place += 4 + TABLE_NAME_BYTES
        for mnemonic, _, _, _, kind, *_ in PHONEME.iter_unpack(content[place : place + count * PHONEME.size]):
            if kind in VOWELS_AND_CONSONANTS:
                found.add(mnemonic.split(b"\0")[0].decode("latin-1"))
        place += count * PHONEME.size
    # A "_" is a silence or a link, and "#" alone a breath that hides what it follows.
    return {mnemonic for mnemonic in found if mnemonic and "_" not in mnemonic and mnemonic[0] not in "#;"}


def heard(library: Any, mnemonics: str, form: int) -> str:
    """What a voice makes of mnemonics, without stress and silences."""
    left = ctypes.c_char_p(f"[[{mnemonics}]]".encode())
    parts = []
    while left.value is not None:
        part = library.espeak_TextToPhonemes(ctypes.byref(left), CHARS_UTF8, form)
        parts.append((part or b"").decode())
    said = "".join(parts)
    for mark in SILENT_MARKS:
        said = said.replace(mark, "")
    return said


def answer(library: Any, request: dict[str, Any], out: BinaryIO) -> bool:
    """Answer in a fork of this process; whether it ended well. An alarm ends a fork that hangs."""
    fork = os.fork()
    if fork == 0:
        signal.alarm(int(request["seconds"]))
        do = list_sounds if "sounds_of" in request else speak
        do(library, request, out)
        os._exit(0)
    return os.waitpid(fork, 0)[1] == 0


def read_request(source: BinaryIO) -> dict[str, Any] | None:
    """The next request, or None at the end of the input."""
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    request: dict[str, Any] = json.loads(source.read(LENGTH.unpack(head)[0]))
    return request


def main() -> int:
    """Answer requests until the input ends."""
    source, out = sys.stdin.buffer, sys.stdout.buffer
    try:
        library = ctypes.CDLL(LIBRARY)
    except OSError as error:
        send(out, b"E", json.dumps(str(error)).encode())
        return 1
    rate_hz = library.espeak_Initialize(SYNCHRONOUS, BUFFER_MS, None, DONT_EXIT)
    if rate_hz <= 0:
        send(out, b"E", json.dumps("espeak-ng did not start: its voices are missing").encode())
        return 1
    library.espeak_Info.restype = ctypes.c_char_p
    version = library.espeak_Info(None).decode().split()[0]
    hello = {"version": version, "rate_hz": rate_hz, "voices": list_voices(library)}
    send(out, b"H", json.dumps(hello).encode())
    while (request := read_request(source)) is not None:
        if not answer(library, request, out):
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
