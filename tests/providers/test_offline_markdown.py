"""Texts as authors paste them: Markdown's headings and tables, addresses, and a minus that is no bullet."""

from __future__ import annotations

from typing import Any

import pytest

from coursecrafter.gateway.ports import TextRequest
from coursecrafter.gateway.providers.offline_text import OfflineText
from coursecrafter.gateway.providers.offline_text.language import tidy

HANDBOOK = """# Signing in

This handbook is meant for everyone who has an account with the company.

## Why passwords fall

Most accounts are broken into by programs that try what worked before.
Such a program tries ten billion passwords a second.

## The second lock

A second lock asks for something you have, not only for something you know. Begin with your mail account.

| Second lock | What it stops |
| --- | --- |
| Code by text message | A stolen password |
"""


def test_each_heading_heads_an_entry() -> None:
    """A heading with a verb in it is one too: its "#" says so."""
    activity = written("interaction", {"text": HANDBOOK, "kind": "accordion"})

    assert [entry["title"] for entry in activity["entries"]] == ["Signing in", "Why passwords fall", "The second lock"]
    assert "Why passwords fall" not in activity["entries"][0]["text"]


def test_a_summary_says_neither_headings_nor_rows_of_tables() -> None:
    told = written("summarise", {"text": HANDBOOK, "max_words": 45})["text"]

    assert not [mark for mark in ("#", "|", "The second lock.", "Why passwords fall") if mark in told]


def test_a_picture_is_named_without_marks() -> None:
    assert written("suggest_illustration", {"text": HANDBOOK})["title"] == "Signing in"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("-20 °C is the limit", "-20 °C is the limit"),
        ("- -20 °C is the limit", "-20 °C is the limit"),
        ("–5 % in 2024", "–5 % in 2024"),
        ("- 20 apples", "20 apples"),
        ("-apples", "apples"),
        ("## Apples", "Apples"),
        ("#1 in the market", "#1 in the market"),
    ],
)
def test_a_bullet_goes_and_a_minus_stays(line: str, told: str) -> None:
    assert tidy(line) == told


@pytest.mark.parametrize("task", ["rewrite", "simplify", "change_style"])
def test_an_address_stays_as_it_is(task: str) -> None:
    text = "In order to see more, open https://example.org/a?page=2.b&c=3!d today. Then go on."

    assert "https://example.org/a?page=2.b&c=3!d today" in written(task, {"text": text, "style": "formal"})["text"]


def test_what_stands_behind_an_address_is_no_sentence_of_a_summary() -> None:
    text = (
        "Cobalt is mined in Africa.\nIt is part of batteries.\nhttp://example.org/?tag=6.c-africa\n"
        + "Phones need it. " * 9
    )

    assert "tag" not in written("summarise", {"text": text, "max_words": 20})["text"]


def written(task: str, payload: dict[str, Any]) -> dict[str, Any]:
    value: dict[str, Any] = OfflineText().write(TextRequest(task, "en", payload)).value
    return value
