"""Names from outside are shown, and are never a path."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursecrafter.uploads.names import UnsafeName, safe_name


@pytest.mark.parametrize(
    "name", ["../../x", "..", "a/../b.pptx", "..\\..\\x.pptx", "x.pptx\0.png", "", "...", "\u202e", "/"]
)
def test_a_name_that_leads_away_or_is_none_is_refused(name: str) -> None:
    with pytest.raises(UnsafeName, match="CC-0123"):
        safe_name(name)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("C:\\Users\\me\\lesson 1.pptx", "lesson 1.pptx"),
        ("/etc/passwd", "passwd"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("a\x07\r\nb\u200b.pdf", "ab.pdf"),
        ("con.txt", "_con.txt"),
        ("LPT1", "_LPT1"),
        ("what?*.png", "what__.png"),
        ("  . deck.pptx. ", "deck.pptx"),
        ("cafe\u0301.pdf", "caf\u00e9.pdf"),
        ("Übung – 安全.docx", "Übung – 安全.docx"),
        ("half\ud800.png", "half.png"),
    ],
)
def test_what_is_left_of_a_name_can_be_shown(raw: str, shown: str) -> None:
    assert safe_name(raw) == shown


def test_a_long_name_keeps_its_ending() -> None:
    shown = safe_name("安" * 200 + ".pptx")

    assert shown.endswith("安.pptx")
    assert 250 <= len(shown.encode()) <= 255


@given(st.text(st.characters(codec=None), max_size=400))
def test_no_name_is_a_path_or_too_long(raw: str) -> None:
    try:
        shown = safe_name(raw)
    except UnsafeName:
        return

    assert Path(shown).name == shown
    assert shown not in {"", ".", ".."}
    assert len(shown.encode()) <= 255
    assert shown.isprintable()
    assert safe_name(shown) == shown
