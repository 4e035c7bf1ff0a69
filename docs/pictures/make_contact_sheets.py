"""Contact sheets of a finished course, for the README: what came out, at a glance.

Run: python docs/pictures/make_contact_sheets.py OUT   (the folder that `make demo` filled; needs ffmpeg and Chromium)
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pypdfium2
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import sync_playwright

from coursecrafter.media.fonts import font_file

HERE = Path(__file__).parent
GAP, MARGIN, LABEL_PX = 16, 32, 44
TILE = (480, 270)
SHEET_WIDTH = 2 * MARGIN + 4 * TILE[0] + 3 * GAP
PAPER, INK = "#eef1f5", "#16202e"


def main(out: Path) -> None:
    code = min((out / "videos").glob("*_E1_v*.mp4")).name.split("_E1_")[0]
    rows = [
        (
            "E1  The deck, spoken: each build when its words are heard",
            frames(newest(out / "videos", f"{code}_E1_v*.mp4"), 8),
        ),
        (
            "E2  The branded video: told from slides, notes and documents",
            frames(newest(out / "videos", f"{code}_E2_v*.mp4"), 8),
        ),
        ("E3  The book: PDF/UA and EPUB", pages(newest(out / "book", "*_BOOK_v*.pdf"))),
        ("E4  The SCORM module", module(newest(out / "preview", f"{code}_SCORM_v*"))),
    ]
    sheets = [labelled(title, pictures) for title, pictures in rows]
    for name, sheet in zip(("e1", "e2", "e3", "e4"), sheets, strict=True):
        save(sheet, HERE / f"contact-sheet-{name}.png")
    whole = Image.new("RGB", (SHEET_WIDTH, sum(sheet.height for sheet in sheets)), PAPER)
    top = 0
    for sheet in sheets:
        whole.paste(sheet, (0, top))
        top += sheet.height
    save(whole.resize((whole.width // 2, whole.height // 2), Image.Resampling.LANCZOS), HERE / "contact-sheet.png")


def newest(folder: Path, pattern: str) -> Path:
    """The latest version of a file."""
    return max(folder.glob(pattern), key=lambda path: int(re.findall(r"_v(\d+)", path.name)[-1]))


def frames(video: Path, count: int) -> list[Image.Image]:
    """Pictures from the middles of equal parts of a video."""
    probe = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(video)]
    length_s = float(subprocess.run(probe, capture_output=True, check=True, timeout=60).stdout)
    pictures = []
    for place in range(count):
        at_s = length_s * (place + 0.55) / count
        argv = ["ffmpeg", "-v", "error", "-ss", f"{at_s:.3f}", "-i", str(video), "-frames:v", "1"]
        argv += ["-f", "image2pipe", "-c:v", "png", "-"]
        content = subprocess.run(argv, capture_output=True, check=True, timeout=60).stdout
        pictures.append(Image.open(BytesIO(content)).convert("RGB").resize(TILE, Image.Resampling.LANCZOS))
    return pictures


def pages(pdf: Path, count: int = 12) -> list[Image.Image]:
    """The book's first pages, six to a row."""
    width = (SHEET_WIDTH - 2 * MARGIN - 5 * GAP) // 6
    document = pypdfium2.PdfDocument(pdf)
    chosen = [document[place] for place in range(min(count, len(document)))]
    return [page.render(scale=width / page.get_width()).to_pil().convert("RGB") for page in chosen]


def module(folder: Path) -> list[Image.Image]:
    """The first page of a module, and its quiz, as a learner sees them."""
    width = (SHEET_WIDTH - 2 * MARGIN - GAP) // 2
    pictures = []
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto((folder / "index.html").absolute().as_uri())
        for place in (1, -1):
            page.locator("nav button, nav a").nth(place).click()
            page.wait_for_timeout(800)
            picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
            pictures.append(picture.resize((width, round(width * 800 / 1280)), Image.Resampling.LANCZOS))
        browser.close()
    return pictures


def labelled(title: str, pictures: list[Image.Image]) -> Image.Image:
    """A row or two of pictures below their title."""
    width, height = pictures[0].size
    columns = (SHEET_WIDTH - 2 * MARGIN + GAP) // (width + GAP)
    lines = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (SHEET_WIDTH, MARGIN + LABEL_PX + lines * (height + GAP) + MARGIN // 2), PAPER)
    font = ImageFont.truetype(str(font_file(600)), 28)
    ImageDraw.Draw(sheet).text((MARGIN, MARGIN - 6), title, fill=INK, font=font)
    for place, picture in enumerate(pictures):
        left = MARGIN + place % columns * (width + GAP)
        sheet.paste(picture, (left, MARGIN + LABEL_PX + place // columns * (height + GAP)))
    return sheet


def save(picture: Image.Image, path: Path) -> None:
    picture.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
