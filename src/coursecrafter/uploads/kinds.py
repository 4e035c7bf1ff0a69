"""What may be uploaded, and what a file is: its name says one thing, its content must say the same.

No library decides: those that are kept guess among thousands of kinds from the first bytes, and here sixteen are taken
whose whole structure counts. What decodes a file looks at it afterwards (`ingest.inspection`).

Source: the formats' own signatures (PKWARE APPNOTE 4.3.7; ISO 32000, 7.5.2; ISO/IEC 14496-12, 4.3; PNG, 5.2; ITU-T
T.81, B.1.1; GIF 89a, 17; RFC 9649, 2.4; RFC 3533, 6; RFC 9639, 8; ID3v2, 3.1; ISO/IEC 11172-3, 2.4.2.3).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from coursecrafter.errors import IngestError
from coursecrafter.ingest.guard import MAX_DECK_BYTES, MAX_DOCUMENT_BYTES, MAX_TEXT_BYTES
from coursecrafter.media.film import MAX_BYTES as MAX_FILM_BYTES
from coursecrafter.uploads.names import ending

MAX_PICTURE_BYTES = 64 << 20
MAX_SOUND_BYTES = 1 << 30
HEAD_BYTES = 4096
TEXT_CHUNK_BYTES = 1 << 20
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_MP3_BIT_RATES = {
    1: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_MP3_SAMPLE_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


class UnknownKind(IngestError):
    """Files with such an ending are not taken, or not in this place."""

    code = "CC-0121"
    status = 415
    remedy = "Save it as one of the kinds that the message names, and upload that file."


class MislabelledFile(IngestError):
    """The file's content is not what its name says."""

    code = "CC-0122"
    status = 415
    remedy = "Save it anew from the program that made it, with the ending that belongs to it, and upload that file."


class Content(StrEnum):
    """What a file's bytes show, in words for a message."""

    OFFICE = "an Office file or archive"
    PDF = "a PDF"
    FILM = "an MP4 or QuickTime file"
    PNG = "a PNG picture"
    JPEG = "a JPEG picture"
    GIF = "a GIF picture"
    WEBP = "a WebP picture"
    WAV = "a WAV recording"
    MP3 = "an MP3 recording"
    OGG = "an Ogg recording"
    FLAC = "a FLAC recording"
    TEXT = "plain text"


class FileKind(StrEnum):
    """What may be uploaded, by the ending of its name."""

    PPTX = "pptx"
    DOCX = "docx"
    PDF = "pdf"
    MP4 = "mp4"
    MOV = "mov"
    M4A = "m4a"
    PNG = "png"
    JPEG = "jpg"
    GIF = "gif"
    WEBP = "webp"
    WAV = "wav"
    MP3 = "mp3"
    OGG = "ogg"
    FLAC = "flac"
    TEXT = "txt"
    MARKDOWN = "md"

    @property
    def facts(self) -> KindFacts:
        """What is known of the kind."""
        return FACTS[self]


@dataclass(frozen=True, slots=True)
class KindFacts:
    """A kind of file.

    Attributes:
        source_type: its `cc_source_files.file_type`; None: not a source.
        max_bytes: the longest that is taken.
    """

    content: Content
    mime_type: str
    source_type: str | None
    max_bytes: int


_OFFICE = "application/vnd.openxmlformats-officedocument."
FACTS = {
    FileKind.PPTX: KindFacts(Content.OFFICE, f"{_OFFICE}presentationml.presentation", "pptx", MAX_DECK_BYTES),
    FileKind.DOCX: KindFacts(Content.OFFICE, f"{_OFFICE}wordprocessingml.document", "docx", MAX_DOCUMENT_BYTES),
    FileKind.PDF: KindFacts(Content.PDF, "application/pdf", "pdf", MAX_DOCUMENT_BYTES),
    FileKind.MP4: KindFacts(Content.FILM, "video/mp4", "mp4", MAX_FILM_BYTES),
    FileKind.MOV: KindFacts(Content.FILM, "video/quicktime", "mp4", MAX_FILM_BYTES),
    FileKind.M4A: KindFacts(Content.FILM, "audio/mp4", "audio", MAX_SOUND_BYTES),
    FileKind.PNG: KindFacts(Content.PNG, "image/png", "image", MAX_PICTURE_BYTES),
    FileKind.JPEG: KindFacts(Content.JPEG, "image/jpeg", "image", MAX_PICTURE_BYTES),
    FileKind.GIF: KindFacts(Content.GIF, "image/gif", "image", MAX_PICTURE_BYTES),
    FileKind.WEBP: KindFacts(Content.WEBP, "image/webp", "image", MAX_PICTURE_BYTES),
    FileKind.WAV: KindFacts(Content.WAV, "audio/wav", "audio", MAX_SOUND_BYTES),
    FileKind.MP3: KindFacts(Content.MP3, "audio/mpeg", "audio", MAX_SOUND_BYTES),
    FileKind.OGG: KindFacts(Content.OGG, "audio/ogg", "audio", MAX_SOUND_BYTES),
    FileKind.FLAC: KindFacts(Content.FLAC, "audio/flac", "audio", MAX_SOUND_BYTES),
    FileKind.TEXT: KindFacts(Content.TEXT, "text/plain", None, MAX_TEXT_BYTES),
    FileKind.MARKDOWN: KindFacts(Content.TEXT, "text/markdown", None, MAX_TEXT_BYTES),
}
_ENDINGS = {kind.value: kind for kind in FileKind} | {
    "jpeg": FileKind.JPEG,
    "m4v": FileKind.MP4,
    "oga": FileKind.OGG,
    "opus": FileKind.OGG,
    "markdown": FileKind.MARKDOWN,
}
PICTURES = frozenset({FileKind.PNG, FileKind.JPEG, FileKind.GIF, FileKind.WEBP})
FILMS = frozenset({FileKind.MP4, FileKind.MOV})
SOUNDS = frozenset({FileKind.M4A, FileKind.WAV, FileKind.MP3, FileKind.OGG, FileKind.FLAC})
SOURCES = frozenset(kind for kind, facts in FACTS.items() if facts.source_type)
DOCUMENTS = frozenset({FileKind.PDF, FileKind.DOCX, FileKind.PPTX, FileKind.TEXT, FileKind.MARKDOWN})


def kind_named(name: str, wanted: Collection[FileKind]) -> FileKind:
    """What a file is by its name, which is all that is known before its bytes are there.

    Args:
        name: from `safe_name`.
        wanted: kinds that may stand in the place that it is for.

    Raises:
        UnknownKind: CC-0121.
    """
    found = ending(name)
    kind = _ENDINGS.get(found)
    if kind is None or kind not in wanted:
        what = f"Files ending in “.{found}” are" if found else "A file without an ending in its name is"
        raise UnknownKind(f"{what} not taken here; these are: {', '.join(sorted(wanted))}.")
    return kind


def require_content(path: Path, kind: FileKind) -> None:
    """Refuse a file whose bytes are not of its kind.

    Raises:
        MislabelledFile: CC-0122.
    """
    found = recognise(path)
    if found is not kind.facts.content:
        what = "of no kind that is known here" if found is None else found.value
        sentence = f"The file is named as {kind.facts.content.value} (.{kind}), but its content is {what}."
        if found is None and kind.facts.content is Content.TEXT:
            sentence = "The file is named as plain text, but it is no text in UTF-8 or UTF-16."
        raise MislabelledFile(sentence)


def recognise(path: Path) -> Content | None:
    """What a file's bytes show; None for what is not taken."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    for content, begins in _SIGNATURES:
        if begins.match(head):
            return content
    if _is_mp3(path, head):
        return Content.MP3
    return Content.TEXT if _is_text(path, head) else None


_SIGNATURES = tuple(
    (content, re.compile(signature, re.DOTALL))
    for content, signature in (
        (Content.OFFICE, rb"PK\x03\x04"),
        (Content.PDF, rb"%PDF-\d\.\d"),
        (Content.FILM, rb"\x00\x00.{2}ftyp"),
        (Content.PNG, rb"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"),
        (Content.JPEG, rb"\xff\xd8\xff"),
        (Content.GIF, rb"GIF8[79]a"),
        (Content.WEBP, rb"RIFF.{4}WEBPVP8[ LX]"),
        (Content.WAV, rb"(RIFF|RF64).{4}WAVE"),
        (Content.OGG, rb"OggS\x00\x02"),
        (Content.FLAC, rb"fLaC\x00\x00\x00\x22"),
        (Content.MP3, rb"ID3[\x02-\x04].{6}"),
    )
)


def _is_mp3(path: Path, head: bytes) -> bool:
    """Without a tag in front: two frames, the second where the first ends."""
    length = _mp3_frame_bytes(head[:4])
    if not length:
        return False
    with path.open("rb") as file:
        file.seek(length)
        return bool(_mp3_frame_bytes(file.read(4)))


def _mp3_frame_bytes(header: bytes) -> int:
    """Length of the MPEG audio layer III frame that begins so; 0: none does."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:  # noqa: PLR2004 - sync word, layer III
        return 0
    version, rate, sampling = header[1] >> 3 & 3, header[2] >> 4, header[2] >> 2 & 3
    if version not in _MP3_SAMPLE_RATES or rate in {0, 15} or sampling == 3:  # noqa: PLR2004 - reserved
        return 0
    is_first = version == 3  # noqa: PLR2004 - MPEG-1
    bits = _MP3_BIT_RATES[1 if is_first else 2][rate - 1] * 1000
    return (144 if is_first else 72) * bits // _MP3_SAMPLE_RATES[version][sampling] + (header[2] >> 1 & 1)


def _is_text(path: Path, head: bytes) -> bool:
    """UTF-8, or UTF-16 that says so, all through, without signs that only programs write."""
    name = "utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    decoder = codecs.getincrementaldecoder(name)()
    with path.open("rb") as file:
        try:
            while chunk := file.read(TEXT_CHUNK_BYTES):
                if _NO_TEXT.search(decoder.decode(chunk)):
                    return False
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True
