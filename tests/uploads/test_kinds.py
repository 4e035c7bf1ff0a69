"""A file is what its content says, and its name must say the same."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from coursecrafter.domain.stored import StoredObject
from coursecrafter.errors import CourseCrafterError
from coursecrafter.ingest.archive import EncryptedFile, TruncatedFile, ZipBomb
from coursecrafter.ingest.guard import NoPresentation, WrongDocument
from coursecrafter.ingest.inspection import TooMuchToShow, Undecodable
from coursecrafter.media.film import FilmWithoutPictures
from coursecrafter.media.recording import NotARecording
from coursecrafter.uploads.kinds import DOCUMENTS, PICTURES, SOURCES, FileKind, MislabelledFile, UnknownKind, kind_named
from upload_files import SampleFiles, check, make_film, make_picture, zip_bytes


@pytest.mark.parametrize("kind", list(FileKind))
def test_an_honest_file_of_each_kind_is_taken(kind: FileKind, samples: SampleFiles, tmp_path: Path) -> None:
    checked = check(tmp_path, kind, samples.bytes(kind))

    assert checked.stored == StoredObject(checked.stored.sha256, len(samples.bytes(kind)), kind.facts.mime_type)
    assert not list((tmp_path / "store" / "incoming").iterdir())


@pytest.mark.parametrize("kind", list(FileKind))
def test_a_file_named_as_another_kind_is_refused(kind: FileKind, samples: SampleFiles, tmp_path: Path) -> None:
    other = FileKind.PNG if kind is not FileKind.PNG else FileKind.PDF

    with pytest.raises(MislabelledFile, match="CC-0122"):
        check(tmp_path, other, samples.bytes(kind))


def test_a_deck_and_a_document_are_told_apart(samples: SampleFiles, tmp_path: Path) -> None:
    with pytest.raises(NoPresentation):
        check(tmp_path, FileKind.PPTX, samples.bytes("docx"))
    with pytest.raises(WrongDocument):
        check(tmp_path, FileKind.DOCX, samples.bytes("pptx"))


def test_a_film_and_a_recording_are_told_apart(samples: SampleFiles, tmp_path: Path) -> None:
    make_film(tmp_path / "sound.mp4", has_pictures=False)

    with pytest.raises(FilmWithoutPictures):
        check(tmp_path, FileKind.MP4, (tmp_path / "sound.mp4").read_bytes())
    with pytest.raises(NotARecording, match="CC-0133"):
        check(tmp_path, FileKind.M4A, samples.bytes("mp4"))


@pytest.mark.parametrize("ending", ["exe", "svg", "html", "zip", "pptm", "doc", "", "pptx "])
def test_what_has_no_use_is_refused_by_its_ending(ending: str) -> None:
    with pytest.raises(UnknownKind, match="CC-0121"):
        kind_named(f"lesson.{ending}", SOURCES)


def test_each_place_takes_its_kinds() -> None:
    with pytest.raises(UnknownKind, match="gif, jpg, png, webp"):
        kind_named("deck.pptx", PICTURES)
    with pytest.raises(UnknownKind):
        kind_named("notes.txt", SOURCES)

    assert kind_named("Notes.MARKDOWN", DOCUMENTS) is FileKind.MARKDOWN
    assert kind_named("photo.JPEG", PICTURES) is FileKind.JPEG


@pytest.mark.parametrize(
    "content",
    [b"MZ\x90\0", b"\x7fELF\x02\x01", b"plain \x00 text", b"\xff\xfe\xd8", b"caf\xe9", b"\x1b[2Jcleared"],
    ids=["windows program", "linux program", "nul", "half of a sign", "cp1252", "escape"],
)
def test_text_is_text_all_through(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(MislabelledFile, match="no text in UTF-8 or UTF-16"):
        check(tmp_path, FileKind.TEXT, b"x" * (3 << 20) + content if content[0] < 0x7F else content)


def test_text_may_be_in_utf_16(tmp_path: Path) -> None:
    assert check(tmp_path, FileKind.TEXT, "Fluchtwege – frei".encode("utf-16")).kind is FileKind.TEXT


def test_a_drawing_with_script_is_no_picture(tmp_path: Path) -> None:
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'

    with pytest.raises(MislabelledFile, match="its content is plain text"):
        check(tmp_path, FileKind.PNG, drawing)


@pytest.mark.parametrize("kind", ["png", "jpg", "webp", "gif", "pdf", "mp4", "pptx"])
def test_a_file_that_breaks_off_is_refused(kind: str, samples: SampleFiles, tmp_path: Path) -> None:
    whole = samples.bytes(kind)

    with pytest.raises(CourseCrafterError, match=r"CC-(0105|0131|0207)"):
        check(tmp_path, FileKind(kind), whole[: len(whole) * 2 // 3])


@pytest.mark.parametrize("kind", ["wav", "mp3", "ogg", "flac"])
def test_a_recording_of_noise_alone_is_refused(kind: str, samples: SampleFiles, tmp_path: Path) -> None:
    head = samples.bytes(kind)[:64]

    with pytest.raises(CourseCrafterError, match=r"CC-01(22|31|33|34)"):
        check(tmp_path, FileKind(kind), head + b"\x55\xaa" * 5_000)


def test_a_picture_with_too_many_pixels_is_never_decoded(tmp_path: Path) -> None:
    Image.new("1", (20_000, 20_000)).save(tmp_path / "white.png")
    content = (tmp_path / "white.png").read_bytes()

    assert len(content) < 100_000
    with pytest.raises(TooMuchToShow, match="20000 x 20000"):
        check(tmp_path, FileKind.PNG, content)


def test_a_picture_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    make_picture(tmp_path / "small.png")
    content = bytearray((tmp_path / "small.png").read_bytes())
    content[16:20] = (9000).to_bytes(4)

    with pytest.raises(Undecodable, match="CC-0131"):
        check(tmp_path, FileKind.PNG, bytes(content))


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    with pytest.raises(ZipBomb, match="CC-0107"):
        check(tmp_path, FileKind.PPTX, _dense())


def _dense() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ppt/media/white.bmp", bytes(200 << 20))
    return target.getvalue()


def test_an_archive_that_is_no_deck_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoPresentation):
        check(tmp_path, FileKind.PPTX, zip_bytes())


def test_a_locked_pdf_is_said_to_be_locked(samples: SampleFiles, tmp_path: Path) -> None:
    content = samples.bytes("pdf")
    place = content.rindex(b"/Root")
    locked = (
        b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <" + b"41" * 32 + b"> /U <" + b"42" * 32 + b"> >>\n"
        b"/ID [<" + b"43" * 16 + b"> <" + b"43" * 16 + b">]\n"
    )

    with pytest.raises(EncryptedFile):
        check(tmp_path, FileKind.PDF, content[:place] + locked + content[place:])


def test_a_pdf_that_is_no_pdf_inside_is_refused(tmp_path: Path) -> None:
    with pytest.raises((Undecodable, TruncatedFile)):
        check(tmp_path, FileKind.PDF, b"%PDF-1.7\n" + b"x" * 2000 + b"\n%%EOF\n")
