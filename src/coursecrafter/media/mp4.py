"""MP4: writes coded pictures and sound into a file that starts playing at once and is the same file each time.

Nothing is encoded here. The index (`moov`) comes first, so a browser can play and seek while it still loads. No tool
name, no time but the one given, no order that depends on a run.

Source: ISO/IEC 14496-12 (boxes), 14496-14 (`esds`), 14496-15 (`avcC`); QuickTime File Format (chapter track, `chpl`).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from functools import reduce
from itertools import accumulate, groupby, pairwise
from operator import and_
from pathlib import Path
from typing import BinaryIO

from coursecrafter.media.h264 import PROFILE_HIGH
from coursecrafter.media.picture_track import LENGTH_BYTES, TICKS_PER_S, PictureTrack, TrackSample, track_of
from coursecrafter.media.sound import AUDIO_CONFIG
from coursecrafter.media.still_video import Shown
from coursecrafter.media.timeline import AAC_FRAME_SAMPLES, SAMPLE_RATE_HZ

MP4_VERSION = 2
"""Part of the content key of all that is muxed here; raise it when the same parts give other bytes."""

MOVIE_SCALE = SAMPLE_RATE_HZ
CHAPTER_SCALE = 1000
LANGUAGE_CODES = {
    "ar": "ara", "bg": "bul", "bn": "ben", "ca": "cat", "cs": "ces", "cy": "cym", "da": "dan", "de": "deu",
    "el": "ell", "en": "eng", "es": "spa", "et": "est", "eu": "eus", "fa": "fas", "fi": "fin", "fr": "fra",
    "ga": "gle", "gu": "guj", "he": "heb", "hi": "hin", "hr": "hrv", "hu": "hun", "hy": "hye", "id": "ind",
    "is": "isl", "it": "ita", "ja": "jpn", "ka": "kat", "kk": "kaz", "kn": "kan", "ko": "kor", "lt": "lit",
    "lv": "lav", "mk": "mkd", "ml": "mal", "mr": "mar", "ms": "msa", "nb": "nob", "nl": "nld", "no": "nor",
    "pa": "pan", "pl": "pol", "pt": "por", "ro": "ron", "ru": "rus", "sk": "slk", "sl": "slv", "sq": "sqi",
    "sr": "srp", "sv": "swe", "sw": "swa", "ta": "tam", "te": "tel", "th": "tha", "tr": "tur", "uk": "ukr",
    "ur": "urd", "vi": "vie", "zh": "zho",
}  # fmt: skip
SOUND_CHUNK = -(-SAMPLE_RATE_HZ // AAC_FRAME_SAMPLES)
MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
MAC_EPOCH = datetime(1904, 1, 1, tzinfo=UTC)
# A text sample entry as players of chapters expect it: no colours, one nameless font.
CHAPTER_STYLE = b"\0\0\0\1" + bytes(19) + b"\1" + bytes(6) + bytes.fromhex("0000000d 66746162 0001 0001 00")


@dataclass(frozen=True, slots=True)
class Chapter:
    """A mark that a player can jump to."""

    start_s: Fraction
    title: str


@dataclass(frozen=True, slots=True)
class _Track:
    """A track before its chunks have their places: sample sizes, and samples per chunk."""

    number: int
    handler: bytes
    scale: int
    ticks: int
    sizes: list[int]
    header: bytes
    entry: bytes
    timing: bytes
    per_chunk: list[int]
    chunk_starts_s: list[Fraction]
    language: str
    movie_ticks: int
    edits: bytes = b""
    references: bytes = b""
    sync: bytes = b""
    shifts: bytes = b""
    size_px: tuple[int, int] = (0, 0)
    is_enabled: bool = True


def write_mp4(
    path: Path,
    shown: Sequence[Shown] | PictureTrack,
    sound: Sequence[bytes],
    *,
    chapters: Sequence[Chapter] = (),
    language: str = "und",
    title: str = "",
    modified: str = "1970-01-01T00:00:00Z",
    film: Path | None = None,
) -> None:
    """Write a video.

    Args:
        path: the file to write.
        shown: what is seen, in order; or a track that was put together of it and of a film.
        sound: AAC packets from `sound.lay_blocks`, one more than the frames of sound.
        chapters: in order of time; the first starts at 0.
        language: BCP 47 tag of the sound.
        title: of the video; player windows show it.
        modified: ISO 8601 time that stands as its time of creation.
        film: the file that the track's places are of.

    Raises:
        VideoNotAssembled: CC-0203, see `samples_of`.
    """
    track = shown if isinstance(shown, PictureTrack) else track_of(shown)
    code = LANGUAGE_CODES.get(language.split("-", maxsplit=1)[0].lower(), "und")
    # What was read from a deck in earlier days may be older than MP4's calendar; 0 says that nobody knows.
    created = max(0, int((datetime.fromisoformat(modified) - MAC_EPOCH).total_seconds()))
    movie_ticks = track.ticks * MOVIE_SCALE // TICKS_PER_S
    texts = [_chapter_sample(chapter.title) for chapter in chapters]
    tracks = [_video_track(track, has_chapters=bool(chapters)), _sound_track(sound, code)]
    if chapters:
        tracks.append(_chapter_track(chapters, texts, code, Fraction(track.ticks, TICKS_PER_S)))
    order, offsets = _interleave(tracks)
    ftyp = _box(b"ftyp", b"isom", _u32(512), b"isomiso2avc1mp41")
    payload_bytes = sum(sum(track.sizes) for track in tracks)
    tail = (tracks, title, chapters, created, movie_ticks)
    # The index holds the places of chunks that stand behind it, so its own length is measured first.
    base = len(ftyp) + len(_moov(offsets, 0, *tail)) + 16
    with path.open("wb") as file, ExitStack() as stack:
        source, own = stack.enter_context(film.open("rb")) if film else None, track.own()
        file.write(ftyp)
        file.write(_moov(offsets, base, *tail))
        file.write(struct.pack(">I4sQ", 1, b"mdat", payload_bytes + 16))
        for number, first, count in order:
            if number == 0:
                file.writelines(_contents(track.samples[first : first + count], source, own))
            else:
                file.writelines((sound, texts)[number - 1][first : first + count])


def _contents(samples: Sequence[TrackSample], film: BinaryIO | None, own: Iterator[bytes]) -> Iterator[bytes]:
    for sample in samples:
        if sample.place is None:
            nal = next(own)
            yield len(nal).to_bytes(LENGTH_BYTES, "big")
            yield nal
        elif film is not None:
            film.seek(sample.place)
            yield film.read(sample.size_bytes)


def _video_track(track: PictureTrack, *, has_chapters: bool) -> _Track:
    samples, movie_ticks = track.samples, track.ticks * MOVIE_SCALE // TICKS_PER_S
    sync = [number for number, sample in enumerate(samples, 1) if sample.is_sync]
    per_chunk, starts_s = _seconds(samples)
    edit = struct.pack(">IIiI", 1, movie_ticks, track.delay_ticks, 0x10000)
    return _Track(
        number=1,
        handler=b"vide",
        scale=TICKS_PER_S,
        ticks=track.ticks,
        sizes=[sample.size_bytes for sample in samples],
        header=_full(b"vmhd", 1, bytes(8)),
        entry=_avc1(track),
        timing=_runs(sample.ticks for sample in samples),
        per_chunk=per_chunk,
        chunk_starts_s=starts_s,
        language="und",
        movie_ticks=movie_ticks,
        # Positive shifts and an edit that takes the first away are what players have always met; negative ones are not.
        edits=_box(b"edts", _full(b"elst", 0, edit)) if track.delay_ticks else b"",
        references=_box(b"tref", _box(b"chap", _u32(3))) if has_chapters else b"",
        sync=_full(b"stss", 0, _u32(len(sync)), *map(_u32, sync)),
        shifts=_full(b"ctts", 0, _runs(sample.shift_ticks for sample in samples)) if track.delay_ticks else b"",
        size_px=(track.width_px, track.height_px),
    )


def _runs(values: Iterable[int]) -> bytes:
    """How often each value comes in a row, and the value."""
    runs = [struct.pack(">II", len(list(group)), value) for value, group in groupby(values)]
    return _u32(len(runs)) + b"".join(runs)


def _seconds(samples: Sequence[TrackSample]) -> tuple[list[int], list[Fraction]]:
    """A chunk for each second in which pictures begin: how many, and when it begins."""
    starts = accumulate((sample.ticks for sample in samples[:-1]), initial=0)
    groups = [list(group) for _, group in groupby(starts, lambda at: at // TICKS_PER_S)]
    return [len(group) for group in groups], [Fraction(group[0], TICKS_PER_S) for group in groups]


def _sound_track(sound: Sequence[bytes], language: str) -> _Track:
    heard, sizes = (len(sound) - 1) * AAC_FRAME_SAMPLES, [len(packet) for packet in sound]
    return _Track(
        number=2,
        handler=b"soun",
        scale=SAMPLE_RATE_HZ,
        ticks=len(sound) * AAC_FRAME_SAMPLES,
        sizes=sizes,
        header=_full(b"smhd", 0, bytes(4)),
        entry=_mp4a(max(sizes), sum(sizes) * 8 * SAMPLE_RATE_HZ // max(heard, AAC_FRAME_SAMPLES)),
        timing=struct.pack(">III", 1, len(sound), AAC_FRAME_SAMPLES),
        per_chunk=[min(SOUND_CHUNK, len(sound) - first) for first in range(0, len(sound), SOUND_CHUNK)],
        chunk_starts_s=[
            Fraction(first * AAC_FRAME_SAMPLES, SAMPLE_RATE_HZ) for first in range(0, len(sound), SOUND_CHUNK)
        ],
        language=language,
        movie_ticks=heard,
        # The first packet only fills the decoder: the sound begins with its second frame.
        edits=_box(b"edts", _full(b"elst", 0, struct.pack(">IIiI", 1, heard, AAC_FRAME_SAMPLES, 0x10000))),
    )


def _chapter_track(chapters: Sequence[Chapter], texts: Sequence[bytes], language: str, end_s: Fraction) -> _Track:
    bounds = [int(chapter.start_s * CHAPTER_SCALE) for chapter in chapters] + [int(end_s * CHAPTER_SCALE)]
    lengths = [after - before for before, after in pairwise(bounds)]
    return _Track(
        number=3,
        handler=b"text",
        scale=CHAPTER_SCALE,
        ticks=sum(lengths),
        sizes=[len(text) for text in texts],
        header=_box(b"gmhd", _full(b"gmin", 0, bytes.fromhex("004080008000800000000000")), _box(b"text", MATRIX)),
        entry=_box(b"text", bytes(6), b"\0\1", CHAPTER_STYLE),
        timing=_u32(len(lengths)) + b"".join(struct.pack(">II", 1, length) for length in lengths),
        per_chunk=[1] * len(texts),
        chunk_starts_s=[Fraction(-1)] * len(texts),
        language=language,
        movie_ticks=sum(lengths) * MOVIE_SCALE // CHAPTER_SCALE,
        is_enabled=False,
    )


def _interleave(tracks: Sequence[_Track]) -> tuple[list[tuple[int, int, int]], list[list[int]]]:
    """Order chunks: chapters first, then pictures and sound by the time at which they begin.

    Returns:
        (track index, first sample, count) of each chunk in file order; and each track's chunk places in the payload.
    """
    begun = sorted(
        (start_s, index, chunk)
        for index, track in enumerate(tracks)
        for chunk, start_s in enumerate(track.chunk_starts_s)
    )
    order: list[tuple[int, int, int]] = []
    offsets: list[list[int]] = [[] for _ in tracks]
    at, nexts = 0, [0] * len(tracks)
    for _, index, chunk in begun:
        count = tracks[index].per_chunk[chunk]
        first = nexts[index]
        order.append((index, first, count))
        offsets[index].append(at)
        at += sum(tracks[index].sizes[first : first + count])
        nexts[index] += count
    return order, offsets


def _moov(
    offsets: Sequence[Sequence[int]],
    base: int,
    tracks: Sequence[_Track],
    title: str,
    chapters: Sequence[Chapter],
    created: int,
    movie_ticks: int,
) -> bytes:
    times = struct.pack(">QQ", created, created)
    mvhd = _full(
        b"mvhd", 1 << 24, times, struct.pack(">IQIH10x", MOVIE_SCALE, movie_ticks, 0x10000, 0x100), MATRIX, bytes(24),
        _u32(len(tracks) + 1),
    )  # fmt: skip
    boxes = [_trak(track, [base + at for at in places], times) for track, places in zip(tracks, offsets, strict=True)]
    return _box(b"moov", mvhd, *boxes, _udta(title, chapters))


def _trak(track: _Track, places: Sequence[int], times: bytes) -> bytes:
    is_sound = track.handler == b"soun"
    # flags: enabled, in movie; alternate_group 1 for sound, so that players offer tracks of one kind as a choice
    tkhd = _full(
        b"tkhd", 1 << 24 | (3 if track.is_enabled else 2), times,
        struct.pack(">IIQ8xhhH2x", track.number, 0, track.movie_ticks, 0, 1 if is_sound else 0, 0x100 * is_sound),
        MATRIX, _u32(track.size_px[0] << 16), _u32(track.size_px[1] << 16),
    )  # fmt: skip
    language = sum((ord(letter) - 0x60) << shift for letter, shift in zip(track.language, (10, 5, 0), strict=True))
    mdhd = _full(b"mdhd", 1 << 24, times, struct.pack(">IQHH", track.scale, track.ticks, language, 0))
    names = {b"vide": b"Video", b"soun": b"Narration", b"text": b"Chapters"}
    hdlr = _full(b"hdlr", 0, bytes(4), track.handler, bytes(12), names[track.handler], b"\0")
    dinf = _box(b"dinf", _full(b"dref", 0, _u32(1), _full(b"url ", 1)))
    stbl = _box(
        b"stbl",
        _full(b"stsd", 0, _u32(1), track.entry),
        _full(b"stts", 0, track.timing),
        track.shifts,
        track.sync,
        _stsc(track.per_chunk),
        _full(b"stsz", 0, _u32(0), _u32(len(track.sizes)), struct.pack(f">{len(track.sizes)}I", *track.sizes)),
        _full(b"co64", 0, _u32(len(places)), struct.pack(f">{len(places)}Q", *places)),
    )
    mdia = _box(b"mdia", mdhd, hdlr, _box(b"minf", track.header, dinf, stbl))
    return _box(b"trak", tkhd, track.edits, track.references, mdia)


def _stsc(per_chunk: Sequence[int]) -> bytes:
    runs, chunk = [], 1
    for count, group in groupby(per_chunk):
        runs.append(struct.pack(">III", chunk, count, 1))
        chunk += len(list(group))
    return _full(b"stsc", 0, _u32(len(runs)), *runs)


def _avc1(track: PictureTrack) -> bytes:
    """One entry for all pictures, also where two encoders made them: each picture names its own parameter sets."""
    sets = b"".join(
        bytes([mark | len(kind)]) + b"".join(struct.pack(">H", len(one)) + one for one in kind)
        for mark, kind in ((0xE0, track.sps), (0, track.pps))
    )
    # The highest profile and level of all, and the constraints that all keep.
    profile, level = (max(one[at] for one in track.sps) for at in (1, 3))
    constraints = reduce(and_, (one[2] for one in track.sps))
    # the last four bytes belong to High profile: 4:2:0, 8 bit, no further parameter sets
    chroma = b"\xfd\xf8\xf8\0" if profile == PROFILE_HIGH else b""
    avcc = _box(b"avcC", bytes([1, profile, constraints, level, 0xFF]), sets, chroma)
    colr = _box(b"colr", b"nclx", struct.pack(">HHHB", 1, 1, 1, 0))
    pasp = _box(b"pasp", _u32(1), _u32(1))
    fixed = struct.pack(">6xH16xHHIIIH32sHh", 1, track.width_px, track.height_px, 72 << 16, 72 << 16, 0, 1, b"", 24, -1)
    return _box(b"avc1", fixed, avcc, colr, pasp)


def _mp4a(largest_bytes: int, bit_rate: int) -> bytes:
    decoder = struct.pack(">BBBHII", 0x40, 0x15, 0, min(largest_bytes, 0xFFFF), bit_rate, bit_rate)
    config = _descriptor(4, decoder + _descriptor(5, AUDIO_CONFIG))
    esds = _full(b"esds", 0, _descriptor(3, struct.pack(">HB", 2, 0) + config + _descriptor(6, b"\2")))
    return _box(b"mp4a", struct.pack(">6xH8xHH4xI", 1, 1, 16, SAMPLE_RATE_HZ << 16), esds)


def _descriptor(tag: int, content: bytes) -> bytes:
    return bytes([tag, 0x80, 0x80, 0x80, len(content)]) + content


def _chapter_sample(title: str) -> bytes:
    text = _clipped(title, 1000)
    return struct.pack(">H", len(text)) + text + _box(b"encd", _u32(0x100))


def _udta(title: str, chapters: Sequence[Chapter]) -> bytes:
    parts = []
    if chapters:
        listed = chapters[:255]
        marks = (
            struct.pack(">QB", int(chapter.start_s * 10_000_000), len(text := _clipped(chapter.title, 255))) + text
            for chapter in listed
        )
        parts.append(_full(b"chpl", 1 << 24, bytes(4), bytes([len(listed)]), *marks))
    value = _box(b"data", _u32(1), _u32(0), _clipped(title, 4000))
    hdlr = _full(b"hdlr", 0, bytes(4), b"mdirappl", bytes(9))
    parts.append(_full(b"meta", 0, hdlr, _box(b"ilst", _box(b"\xa9nam", value))))
    return _box(b"udta", *parts)


def _clipped(text: str, most_bytes: int) -> bytes:
    """UTF-8 without controls, cut between characters."""
    readable = "".join(char if char.isprintable() else " " for char in text).strip()
    return readable.encode("utf-8", "replace")[:most_bytes].decode("utf-8", "ignore").encode()


def _box(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I4s", len(content) + 8, kind) + content


def _full(kind: bytes, version_and_flags: int, *parts: bytes) -> bytes:
    return _box(kind, _u32(version_and_flags), *parts)


def _u32(value: int) -> bytes:
    return struct.pack(">I", value)
