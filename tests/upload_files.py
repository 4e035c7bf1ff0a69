"""Real files of every kind that may be uploaded, made when a test first asks for them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from uuid import UUID

import av
import docx
import numpy as np
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame
from PIL import Image, ImageDraw, ImageFont

from coursecrafter.storage.incoming import open_incoming
from coursecrafter.storage.objects import ObjectStore
from coursecrafter.uploads.admission import CheckedFile, check_file
from coursecrafter.uploads.kinds import FileKind
from coursecrafter.uploads.rules import ScanPolicy, UploadRules
from deck_kinds import KINDS
from decks import make_deck

PAGE_PX = (1240, 1754)
"""A4 at 150 dots to the inch."""


class SampleFiles:
    """One file for each ending."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, suffix: str) -> Path:
        path = self.folder / f"sample.{suffix}"
        if not path.exists():
            MAKERS[suffix](path)
        return path

    def bytes(self, suffix: str) -> bytes:
        return self.path(suffix).read_bytes()


def make_picture(path: Path, size: tuple[int, int] = (64, 48)) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    Image.fromarray(noise).save(path)


def make_film(path: Path, *, has_pictures: bool = True, seconds: int = 1) -> None:
    with av.open(str(path), "w") as container:
        sound = container.add_stream("aac", rate=48_000, layout="mono")
        if has_pictures:
            stream = container.add_stream("libx264", rate=10)
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
            for number in range(10 * seconds):
                picture = np.full((48, 64, 3), number * 20 % 255, np.uint8)
                container.mux(stream.encode(VideoFrame.from_ndarray(picture)))
            container.mux(stream.encode(None))
        _write_sound(container, sound, "fltp", seconds)


def make_sound(path: Path) -> None:
    codec, form = {
        ".wav": ("pcm_s16le", "s16"),
        ".mp3": ("libmp3lame", "s16p"),
        ".ogg": ("libopus", "fltp"),
        ".flac": ("flac", "s16"),
        ".m4a": ("aac", "fltp"),
    }[path.suffix]
    with av.open(str(path), "w", format="ipod" if path.suffix == ".m4a" else None) as container:
        _write_sound(container, container.add_stream(codec, rate=48_000, layout="mono"), form, 1)


def _write_sound(container: av.container.OutputContainer, stream: av.AudioStream, form: str, seconds: int) -> None:
    wave = np.sin(np.arange(48_000 * seconds) / 20)[np.newaxis]
    samples = (wave * 10_000).astype(np.int16) if form.startswith("s16") else wave.astype(np.float32)
    for start in range(0, samples.shape[1], 960):
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(samples[:, start : start + 960]), form, "mono")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, start, Fraction(1, 48_000)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def make_document(path: Path) -> None:
    document = docx.Document()
    document.add_heading("Fire drill")
    document.add_paragraph("Find the exit before you need it.")
    document.save(path)


def make_scan(path: Path, *pages: str) -> None:
    """A PDF of pictures: each page's words are drawn, none are written."""
    drawn = [_page(text) for text in pages]
    drawn[0].save(path, save_all=True, append_images=drawn[1:], resolution=150)


def _page(text: str) -> Image.Image:
    page = Image.new("L", PAGE_PX, 255)
    font = ImageFont.truetype("DejaVuSans.ttf", 40)
    ImageDraw.Draw(page).multiline_text((100, 120), text, 0, font, spacing=24)
    return page


def zip_bytes(name: str = "a.txt", content: bytes = b"hidden") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(name, content)
    return target.getvalue()


def check(folder: Path, kind: FileKind, content: bytes) -> CheckedFile:
    """Let a file of this name and content be looked into, as when it comes in."""
    with open_incoming(ObjectStore(str(folder / "store"), UUID(int=1)), f".{kind}") as file:
        file.write(content)
        file.close()
        return check_file(file, kind, UploadRules(scan=ScanPolicy.OFF))


MAKERS: dict[str, Callable[[Path], object]] = {
    "pptx": lambda path: make_deck(path, list(KINDS.values())[:1], title="Fire drill"),
    "docx": make_document,
    "pdf": lambda path: make_scan(path, "Find the exit."),
    "mp4": make_film,
    "mov": make_film,
    "m4a": make_sound,
    "png": make_picture,
    "jpg": make_picture,
    "gif": make_picture,
    "webp": make_picture,
    "wav": make_sound,
    "mp3": make_sound,
    "ogg": make_sound,
    "flac": make_sound,
    "txt": lambda path: path.write_text("Find the exit.\n\nKeep it free — always.", encoding="utf-8"),
    "md": lambda path: path.write_text("# Fire drill\n\nFind the exit.", encoding="utf-8"),
}
