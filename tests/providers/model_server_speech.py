"""The stand-in's voices: OpenAI's speech, Kokoro's captioned speech, Azure's and ElevenLabs'. A word is a tone."""

# ruff: noqa: PLR0911 - a protocol is a list of checks

from __future__ import annotations

import base64
import io
import json
import re
import wave
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import numpy.typing as npt
from lxml import etree

from providers.model_server_faults import Fault
from providers.model_server_wire import Answer, Asked, refuse, send

if TYPE_CHECKING:
    from providers.model_server import ModelServer

RATE_HZ = 24_000
VOICES = ("alloy", "af_heart", "en-US-AvaMultilingualNeural", "voice-1")
SPEECH_FIELDS = frozenset(["model", "input", "voice", "response_format", "speed", "instructions", "stream_format"])
CAPTION_FIELDS = frozenset(
    [
        "model",
        "input",
        "voice",
        "response_format",
        "speed",
        "stream",
        "return_timestamps",
        "return_download_link",
        "lang_code",
    ]
)
LABS_FIELDS = frozenset(
    [
        "text",
        "model_id",
        "language_code",
        "voice_settings",
        "seed",
        "apply_text_normalization",
        "previous_text",
        "next_text",
    ]
)
SSML = "{http://www.w3.org/2001/10/synthesis}"
TONGUE_MODELS = ("eleven_turbo_v2_5", "eleven_flash_v2_5", "eleven_v3")


@dataclass(frozen=True)
class Spoken:
    """A word of a text, and when it sounds."""

    text: str
    char_start: int
    start_s: float
    end_s: float


def spoken_tones(text: str) -> tuple[npt.NDArray[np.int16], list[Spoken]]:
    """Sound with a tone for each word, longer for longer words, and a pause after a mark."""
    parts = [np.zeros(RATE_HZ // 10)]
    words: list[Spoken] = []
    at = len(parts[0])
    for match in re.finditer(r"\S+", text):
        letters = sum(character.isalnum() for character in match.group())
        if not letters:
            continue
        count = int(RATE_HZ * (0.08 + 0.06 * letters))
        shape = np.minimum(1, np.minimum(np.arange(count), np.arange(count)[::-1]) / (RATE_HZ * 0.01))
        parts.append(9000 * shape * np.sin(2 * np.pi * 220 * np.arange(count) / RATE_HZ))
        words.append(Spoken(match.group(), match.start(), at / RATE_HZ, (at + count) / RATE_HZ))
        pause = int(RATE_HZ * (0.3 if match.group()[-1] in ".,;:!?" else 0.02))
        parts.append(np.zeros(pause))
        at += count + pause
    return np.concatenate(parts).astype(np.int16), words


def wav_of(sound: npt.NDArray[np.int16], *, is_streamed: bool = False) -> bytes:
    """A WAV file; one that was streamed does not know its length, as OpenAI's."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE_HZ)
        writer.writeframes(sound.tobytes())
    content = bytearray(file.getvalue())
    if is_streamed:
        content[4:8] = content[40:44] = b"\xff\xff\xff\xff"
    return bytes(content)


def mp3_of(sound: npt.NDArray[np.int16]) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=RATE_HZ, layout="mono")
        frame = av.AudioFrame.from_ndarray(sound.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = RATE_HZ
        resampler = av.AudioResampler(format="s16p", layout="mono", rate=RATE_HZ, frame_size=stream.frame_size or 1152)
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return file.getvalue()


def answer_speech(server: ModelServer, asked: Asked, fault: Fault | None) -> Answer | None:
    """An answer, if it is a voice that is asked."""
    kind = "" if fault is None else fault.kind
    path = asked.path
    if path == "/v1/audio/speech" or re.fullmatch(r"/openai/(v1|deployments/[^/]+)/audio/speech", path):
        return _openai(server, asked, kind)
    if path == "/dev/captioned_speech":
        return _captioned(asked, kind)
    if path == "/v1/audio/voices":
        return send({"voices": ["af_heart", "alloy"]})
    if path.startswith(("/cognitiveservices/", "/texttospeech/", "/results/", "/tts/")):
        return _azure(server, asked, kind)
    if path.startswith(("/v1/text-to-speech/", "/v1/voices", "/v1/models")) and "xi-api-key" in asked.headers:
        return _elevenlabs(server, asked, kind)
    return None


def _openai(server: ModelServer, asked: Asked, kind: str) -> Answer:
    given = asked.headers.get("authorization", "").removeprefix("Bearer ") or asked.headers.get("api-key", "")
    if server.key and given != server.key:
        return refuse(401, "Incorrect API key provided.", "invalid_api_key")
    body = asked.json
    unknown = body.keys() - SPEECH_FIELDS
    if unknown:
        return refuse(400, f"Unrecognized request argument supplied: {min(unknown)}")
    if body.get("voice") not in VOICES:
        return refuse(400, f"Invalid value: '{body.get('voice')}'.", "invalid_value", "voice")
    if len(body["input"]) > 4096:
        return refuse(400, "Input should have at most 4096 characters", "string_too_long", "input")
    return _sounding(body.get("response_format", "mp3"), body["input"], kind)


def _sounding(wanted: str, text: str, kind: str) -> Answer:
    sound, _ = spoken_tones("" if kind == "empty" else text)
    if wanted == "wav":
        return Answer(200, wav_of(sound, is_streamed=True), {"Content-Type": "audio/wav"})
    if wanted == "pcm":
        return Answer(200, sound.tobytes(), {"Content-Type": "audio/pcm"})
    return Answer(200, mp3_of(sound), {"Content-Type": "audio/mpeg"})


def _captioned(asked: Asked, kind: str) -> Answer:
    body = asked.json
    unknown = body.keys() - CAPTION_FIELDS
    if unknown or body.get("voice") not in VOICES:
        detail = {"error": "validation_error", "message": f"Voice {body.get('voice')!r} not found, or {unknown}"}
        return send({"detail": detail}, 400)
    sound, words = spoken_tones(body["input"])
    times: list[dict[str, Any]] | None = [
        {"word": token, "start_time": word.start_s, "end_time": word.end_s} for word in words for token in _tokens(word)
    ]
    if kind == "no_words":
        times = None
    return send({"audio": _coded(wav_of(sound)), "audio_format": "audio/wav", "timestamps": times})


def _tokens(word: Spoken) -> list[str]:
    """As the voice reports them: the mark after a word is one of its own."""
    return re.findall(r"[\w'’-]+|[^\w\s]", word.text)


def _coded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _azure(server: ModelServer, asked: Asked, kind: str) -> Answer:
    if asked.path.startswith("/results/"):
        if "ocp-apim-subscription-key" in asked.headers:
            return refuse(400, "The key went where it does not belong.")
        batch = server.store.get(asked.path.removeprefix("/results/").removesuffix(".zip"))
        return refuse(404, "BlobNotFound") if batch is None else Answer(200, batch, {"Content-Type": "application/zip"})
    if asked.headers.get("ocp-apim-subscription-key") != server.key:
        return send({"error": {"code": "401", "message": "Access denied due to invalid subscription key."}}, 401)
    path = asked.path.removeprefix("/tts")
    if path == "/cognitiveservices/voices/list":
        voice = {
            "ShortName": VOICES[2],
            "Locale": "en-US",
            "Gender": "Female",
            "DisplayName": "Ava",
            "LocalName": "Ava",
        }
        return send([{**voice, "VoiceType": "Neural", "Status": "GA", "SampleRateHertz": "24000"}])
    if path == "/cognitiveservices/v1":
        if "user-agent" not in asked.headers or asked.headers.get("content-type") != "application/ssml+xml":
            return Answer(415)
        if asked.headers.get("x-microsoft-outputformat") != "riff-24khz-16bit-mono-pcm":
            return Answer(400, b"Unsupported output format")
        text = _text_of_ssml(asked.content.decode())
        return Answer(400, b"SSML is invalid") if text is None else _sounding("wav", text, kind)
    return _batch(server, asked, kind)


def _text_of_ssml(ssml: str) -> str | None:
    """What is spoken; None: it is no SSML, or its voice is unknown."""
    try:
        tree = etree.fromstring(ssml.encode(), etree.XMLParser(resolve_entities=False))
    except etree.XMLSyntaxError:
        return None
    voice = tree.find(f"{SSML}voice")
    has_form = tree.tag == f"{SSML}speak" and tree.get("version") == "1.0"
    if not has_form or not tree.get("{http://www.w3.org/XML/1998/namespace}lang") or voice is None:
        return None
    if voice.get("name") not in VOICES:
        return None
    known = {f"{SSML}{name}" for name in ("speak", "voice", "phoneme", "prosody", "break", "lang")}
    return None if {one.tag for one in tree.iter()} - known else "".join(voice.itertext())


def _batch(server: ModelServer, asked: Asked, kind: str) -> Answer:
    name = asked.path.removeprefix("/texttospeech/batchsyntheses/")
    if asked.query.get("api-version") != "2024-04-01" or not re.fullmatch(r"[A-Za-z0-9][\w.-]{1,62}[A-Za-z0-9]", name):
        return send({"error": {"code": "BadRequest", "message": "api-version or id is invalid."}}, 400)
    if asked.method == "DELETE":
        server.store.pop(f"job {name}", None)
        return Answer(204)
    if asked.method == "PUT":
        if f"job {name}" in server.store:
            return send({"error": {"code": "Conflict", "message": "The synthesis exists."}}, 409)
        return _begin_batch(server, name, asked.json, kind)
    job = server.store.get(f"job {name}")
    if job is None:
        return send({"error": {"code": "NotFound", "message": "Not found."}}, 404)
    job["polls"] += 1
    if job["polls"] < 2:
        return send({"id": name, "status": "Running", "properties": {}})
    if kind == "refusal":
        error = {"code": "InvalidSsml", "message": "The SSML is invalid."}
        return send({"id": name, "status": "Failed", "properties": {"error": error}})
    return send({"id": name, "status": "Succeeded", "outputs": {"result": f"{server.url}/results/{name}.zip?sig=1"}})


def _begin_batch(server: ModelServer, name: str, body: Mapping[str, Any], kind: str) -> Answer:
    text = _text_of_ssml(body["inputs"][0]["content"]) if body["inputKind"] == "SSML" else None
    if text is None or body["properties"]["outputFormat"] != "riff-24khz-16bit-mono-pcm":
        return send({"error": {"code": "BadRequest", "message": "The SSML is invalid."}}, 400)
    sound, words = spoken_tones(text)
    times = [
        {
            "Text": token,
            "AudioOffset": round(1000 * word.start_s),
            "Duration": round(1000 * (word.end_s - word.start_s)),
        }
        for word in words
        for token in _tokens(word)
    ]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("summary.json", json.dumps({"jobID": name, "status": "Succeeded", "results": []}))
        archive.writestr("0001.wav", wav_of(sound))
        if body["properties"].get("wordBoundaryEnabled") and kind != "no_words":
            archive.writestr("0001.word.json", "\ufeff" + json.dumps(times))
    server.store |= {name: file.getvalue(), f"job {name}": {"polls": 0}}
    return send({"id": name, "status": "NotStarted", "properties": dict(body["properties"])}, 201)


def _elevenlabs(server: ModelServer, asked: Asked, kind: str) -> Answer | None:
    if asked.headers["xi-api-key"] != server.key:
        return send({"detail": {"status": "invalid_api_key", "message": "Invalid API key"}}, 401)
    if asked.path == "/v1/voices":
        labels = {"gender": "female", "language": "en", "accent": "british"}
        return send({"voices": [{"voice_id": "voice-1", "name": "Ada", "labels": labels, "verified_languages": None}]})
    if asked.path == "/v1/models":
        able = {"model_id": "eleven_multilingual_v2", "can_do_text_to_speech": True}
        return send([able, {"model_id": "eleven_english_sts_v2", "can_do_text_to_speech": False}])
    match = re.fullmatch(r"/v1/text-to-speech/([^/]+)/with-timestamps", asked.path)
    if match is None:
        return None
    if match.group(1) not in VOICES:
        return send({"detail": {"status": "voice_not_found", "message": "A voice with this ID was not found."}}, 404)
    body = asked.json
    unknown = body.keys() - LABS_FIELDS
    if unknown or not body.get("text"):
        return send({"detail": [{"loc": ["body", *unknown], "msg": "field", "type": "value_error"}]}, 422)
    if "language_code" in body and body["model_id"] not in TONGUE_MODELS:
        return send({"detail": {"status": "unsupported_language", "message": "language_code"}}, 400)
    return _timed(body["text"], asked.query.get("output_format", "mp3_44100_128"), kind)


def _timed(text: str, wanted: str, kind: str) -> Answer:
    """Characters, tags among them, each with its time."""
    without_tags = re.sub(r"<[^>]+>", lambda tag: " " * len(tag.group()), text)
    sound, words = spoken_tones(without_tags)
    end = 0.1
    starts, ends = [0.0] * len(text), [0.0] * len(text)
    for at in range(len(text)):
        word = next((word for word in words if word.char_start <= at < word.char_start + len(word.text)), None)
        if word is None:
            starts[at] = ends[at] = end
            continue
        share = (word.end_s - word.start_s) / len(word.text)
        starts[at] = word.start_s + share * (at - word.char_start)
        end = ends[at] = starts[at] + share
    lists = {
        "characters": list(text),
        "character_start_times_seconds": starts[:-1] if kind == "wrong_lengths" else starts,
        "character_end_times_seconds": ends,
    }
    alignment = None if kind == "no_words" else lists
    content = sound.tobytes() if wanted.startswith("pcm_24000") else mp3_of(sound)
    return send({"audio_base64": _coded(content), "alignment": alignment, "normalized_alignment": alignment})
