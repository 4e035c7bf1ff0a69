"""Transcripts are plain to read and never code."""

from __future__ import annotations

from fractions import Fraction

from lxml import html

from coursecrafter.media.transcript import Passage, to_html, to_text

PASSAGES = [
    Passage("Doors <b>", Fraction(0), ("Keep them shut.", "Always\x00.")),
    Passage("", Fraction(3725), ("Go \ud800on.",)),
]


def test_text_holds_headings_with_their_times() -> None:
    assert to_text("Fire\ndoors", PASSAGES) == (
        "Fire doors\n\n[00:00] Doors <b>\nKeep them shut.\nAlways .\n\n[1:02:05]\nGo on.\n"
    )


def test_the_page_holds_the_same_and_escapes_it() -> None:
    page = html.document_fromstring(to_html('Fire "doors"', "en-GB", PASSAGES).encode())

    assert page.get("lang") == "en-GB"
    assert page.findtext(".//title") == 'Fire "doors"'
    assert [heading.text_content() for heading in page.iter("h2")] == ["00:00Doors <b>", "1:02:05"]
    assert [paragraph.text for paragraph in page.iter("p")] == ["Keep them shut.", "Always .", "Go on."]
    assert page.find(".//b") is None
