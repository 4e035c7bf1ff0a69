"""Documents, the sandbox around their parsers, and the words that come out."""

from __future__ import annotations

import os
import time
from pathlib import Path

import docx
import pytest
import typst

from coursecrafter.ingest import sandbox
from coursecrafter.ingest.archive import EncryptedFile
from coursecrafter.ingest.characters import clean_line, clean_text
from coursecrafter.ingest.document_parser import main, parse_document
from coursecrafter.ingest.documents import EmptyDocument, UnreadableDocument, read_document
from coursecrafter.ingest.guard import DocumentKind
from coursecrafter.ingest.language import find_language
from coursecrafter.ingest.sandbox import parse_sandboxed, run_sandboxed, sandbox_level

PROTECTED = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"3 0 obj<</Filter/Standard/V 1/R 2/P -4/O<" + b"41" * 32 + b">/U<" + b"42" * 32 + b">>>endobj\n"
    b"trailer<</Root 1 0 R/Encrypt 3 0 R/ID[<61><61>]>>\n%%EOF"
)


def _pdf(path: Path, source: str) -> Path:
    path.write_bytes(typst.compile(source.encode()))
    return path


@pytest.fixture
def word(tmp_path: Path) -> Path:
    document = docx.Document()
    document.core_properties.title = "Pump manual"
    document.add_heading("Start", 1)
    document.add_paragraph("Open the\tvalve.").add_run().add_break()
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Part", "Price"
    document.save(tmp_path / "word.docx")
    return tmp_path / "word.docx"


def test_a_word_document_gives_its_title_and_paragraphs(word: Path) -> None:
    document = read_document(word)

    assert document.title == "Pump manual"
    assert document.paragraphs == (("Start", None), ("Open the valve.", None), ("Part, Price", None))


def test_a_pdf_gives_paragraphs_with_pages_and_without_running_heads(tmp_path: Path) -> None:
    words = "Steam drives the turbine and the turbine drives the generator behind it. " * 4
    pages = "#pagebreak()\n".join(f"{words}\n\nPage of {name}.\n" for name in ("one", "two", "three"))
    source = f"#set page(width: 12cm, height: 9cm, header: [Course], footer: context counter(page).display())\n{pages}"

    document = parse_document(DocumentKind.PDF, _pdf(tmp_path / "a.pdf", source))

    assert ("Page of two.", 2) in document["paragraphs"]
    assert words.strip() in {text for text, _ in document["paragraphs"]}
    assert not {"Course", "1"} & {text for text, _ in document["paragraphs"]}


def test_a_protected_pdf_is_named_so(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(PROTECTED)

    assert parse_document(DocumentKind.PDF, path)["is_locked"]
    with pytest.raises(EncryptedFile):
        read_document(path)


def test_a_damaged_pdf_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.4 nothing follows")

    with pytest.raises(UnreadableDocument):
        read_document(path)


def test_a_scan_without_text_is_empty(tmp_path: Path) -> None:
    with pytest.raises(EmptyDocument):
        read_document(_pdf(tmp_path / "a.pdf", "#rect()"))


def test_text_is_split_at_blank_lines_and_points(tmp_path: Path) -> None:
    path = tmp_path / "Old notes.txt"
    path.write_bytes("Grüße\r\naus Wien\r\n\r\nList:\n- one\n- two".encode("cp1252"))

    document = read_document(path)

    assert document.title == "Old notes"
    assert [text for text, _ in document.paragraphs] == ["Grüße aus Wien", "List:", "- one", "- two"]


def test_text_in_utf_16_is_understood(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("安全".encode("utf-16"))

    assert parse_document(DocumentKind.TEXT, path)["paragraphs"] == [("安全", None)]


def test_markdown_gives_words_without_marks(tmp_path: Path) -> None:
    path, target = tmp_path / "a.md", tmp_path / "a.json"
    path.write_text("# The **title**\n\nText\nwith `code` <b>and</b> more.\n\n|a|b|\n|-|-|\n|1|2|\n")

    main(["md", str(path), str(target)])

    assert parse_document(DocumentKind.MARKDOWN, path) == {
        "title": "The title",
        "paragraphs": [("The title", None), ("Text with code and more.", None), ("a, b", None), ("1, 2", None)],
        "scans": [],
        "is_locked": False,
    }
    assert "The title" in target.read_text()


def test_unspeakable_characters_go() -> None:
    assert clean_text("A\x0bB\r\nC\u00ad\x00\ud800\uf0b7  D\u200b\n\n E") == "A\nB\nC D\nE"
    assert clean_line("A\x0bB") == "A B"


@pytest.mark.parametrize(
    ("runs", "language"),
    [
        ([], "en"),
        ([("Hello", "", "")], "en"),
        ([("Guten Tag", "de-AT", ""), ("Tag", "de-DE", ""), ("Hi", "en-US", "")], "de-AT"),
        ([("Guten Tag zusammen", "", ""), ("Tag", "de-DE", "")], "de-DE"),
        ([("السلامة", "en-US", "")], "ar"),
        ([("السلامة", "fa-IR", "en-US")], "fa-IR"),
        ([("安全培训", "en-US", "zh-TW")], "zh-TW"),
        ([("安全を確認する", "", "")], "ja"),
        ([("Hi", "ar-AE", ""), ("السلامة", "ar-AE", "")], "ar-AE"),
        ([("Hello", "not a tag!", "")], "en"),
    ],
)
def test_letters_decide_where_the_noted_language_is_wrong(runs: list[tuple[str, str, str]], language: str) -> None:
    assert find_language(runs) == language


def test_a_child_sees_neither_network_nor_home_nor_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if sandbox_level() != "bubblewrap":
        pytest.skip("this machine has no bubblewrap")
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    script = "id -u; env; ls /root /home /work; cat /proc/net/dev; touch /usr/x; echo done > kept"

    run = run_sandboxed(["sh", "-c", script], writes=tmp_path, wall_s=20, memory_mb=512)

    assert run.output.startswith("65534")
    assert "secret" not in run.output
    assert "eth" not in run.output
    assert "Read-only file system" in run.output
    assert (tmp_path / "kept").read_text() == "done\n"


@pytest.mark.parametrize("level", ["bubblewrap", "rlimits"])
def test_time_memory_and_length_are_bounded_at_every_level(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, level: str
) -> None:
    if level == "bubblewrap" and sandbox_level() != level:
        pytest.skip("this machine has no bubblewrap")
    monkeypatch.setattr(sandbox, "sandbox_level", lambda: level)
    began = time.monotonic()

    slow = run_sandboxed(["sh", "-c", "sleep 600 & sleep 600"], writes=tmp_path, wall_s=1, memory_mb=512)
    greedy = run_sandboxed(
        ["dd", "if=/dev/zero", "of=/dev/null", "bs=400M", "count=1"], writes=tmp_path, wall_s=20, memory_mb=200
    )
    long = run_sandboxed(
        ["dd", "if=/dev/zero", "of=big", "bs=1M", "count=9"], writes=tmp_path, wall_s=20, memory_mb=512, file_mb=2
    )

    assert slow.is_timed_out
    assert time.monotonic() - began < 300
    assert greedy.returncode != 0
    assert long.returncode != 0
    assert (tmp_path / "big").stat().st_size <= 2 << 20


def test_an_answer_that_is_no_json_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(_module: str, arguments: list[Path], **_options: object) -> sandbox.CompletedRun:
        arguments[-1].write_bytes(b"\xff{")
        return sandbox.CompletedRun(0, "", 0.1, is_timed_out=False)

    monkeypatch.setattr(sandbox, "run_python", answer)

    assert parse_sandboxed("any", [], tmp_path)[0] is None


@pytest.mark.parametrize("script", ["exit 1", "sleep 60"])
def test_a_bubblewrap_that_does_not_work_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    fake = tmp_path / "bwrap"
    fake.write_text(f"#!/bin/sh\n{script}\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(sandbox, "PROBE_TIMEOUT_S", 1)
    sandbox_level.cache_clear()

    assert sandbox_level() == "rlimits"
    sandbox_level.cache_clear()


def test_without_bubblewrap_limits_remain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    sandbox_level.cache_clear()

    assert sandbox_level() == "rlimits"
    sandbox_level.cache_clear()
