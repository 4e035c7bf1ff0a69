"""Text to Markdown and back: what an author wrote is what is printed, and nothing of it is code."""

from __future__ import annotations

from typing import Any

import pytest

from coursecrafter.domain.deck import BlockKind, TextBlock
from coursecrafter.engines.e3_book.cleaning import clean_line, clean_text, shorten
from coursecrafter.engines.e3_book.markdown import read_markdown
from coursecrafter.engines.e3_book.prose import escape_markdown, write_blocks, write_notes
from e3_courses import bullet, paragraph, table

HARD_LINES = [
    "# no heading",
    "1. no list",
    "12) no list",
    "- no list",
    "+ no list",
    "=====",
    "***",
    "a * b * c _d_ `e` ~~~ f",
    "<script>alert(1)</script> <!-- x -->",
    "&amp; &#65; & plain",
    "![x](http://evil.example/x.png)",
    "[x](javascript:alert(1))",
    "a | b | c",
    "C:\\path\\*",
    "> no quote",
    '#panic() $x^2$ @ref <label> "quoted"',
]


def read(markdown: str) -> list[dict[str, Any]]:
    return read_markdown(markdown, {"segment:1": "one.jpg"}.get)


def text_of(inlines: list[dict[str, Any]]) -> str:
    return "".join(inline.get("text", "") or text_of(inline.get("inlines", [])) for inline in inlines)


@pytest.mark.parametrize("line", HARD_LINES)
def test_an_escaped_line_is_read_as_itself(line: str) -> None:
    (block,) = read(escape_markdown(line))

    assert block["kind"] == "paragraph"
    assert text_of(block["inlines"]) == line


@pytest.mark.parametrize("start", HARD_LINES)
def test_a_bullet_and_a_cell_hold_any_line(start: str) -> None:
    line = f"{start} and more"

    listed, ruled = read("\n\n".join(write_blocks([bullet(line), table(("Head", line), (line, "x"))], None)))

    assert text_of(listed["entries"][0][0]["inlines"]) == line
    assert [text_of(ruled["header"][1]), text_of(ruled["rows"][0][0])] == [line, line]


def test_notes_broken_in_mid_sentence_are_joined() -> None:
    notes = "The strap is closed\neven in the cab.\n\nNew paragraph\n* * *\n• first\n2) second"

    assert write_notes(notes) == ["The strap is closed even in the cab.", "New paragraph", "* first\n* second"]


def test_labels_of_a_diagram_become_a_list() -> None:
    assert write_blocks([paragraph("Plan"), paragraph("Do"), paragraph("Check")], None) == ["- Plan\n- Do\n- Check"]


def test_a_subtitle_is_strong_and_the_title_is_not_repeated() -> None:
    blocks = [TextBlock(BlockKind.TITLE, "Cranes:"), TextBlock(BlockKind.SUBTITLE, "Part one"), paragraph("…")]

    assert write_blocks(blocks, "Cranes") == ["**Part one**"]


def test_a_list_that_skips_levels_goes_down_one_at_a_time() -> None:
    assert write_blocks([bullet("a", 1), bullet("b", 4)], None) == ["- a\n  - b"]


def test_rows_of_different_lengths_are_filled_up() -> None:
    (written,) = write_blocks([table(("A", "B"), ("1",))], None)

    assert written == "| A | B |\n| ---: | --- |\n| 1 |  |"


def test_a_table_of_one_row_is_its_head() -> None:
    (block,) = read(write_blocks([table(("A", "B"))], None)[0])

    assert (len(block["header"]), block["rows"]) == (2, [])


def test_only_pictures_of_the_course_are_shown() -> None:
    blocks = read('![mine](segment:1 "Caption")\n\n![theirs](http://x.example/a.png) ![](/etc/passwd) ![f](segment:2)')

    assert blocks[0] == {"kind": "figure", "picture": "one.jpg", "alt": "mine", "caption": "Caption"}
    assert [text_of(block["inlines"]) for block in blocks[1:]] == ["theirs  f"]


def test_a_picture_within_a_sentence_follows_its_paragraph() -> None:
    assert [block["kind"] for block in read("before  \n![](segment:1)")] == ["paragraph", "figure"]
    assert [block["kind"] for block in read("![](segment:1)\nafter")] == ["paragraph", "figure"]
    assert [block["kind"] for block in read("# ![](segment:1)")] == ["figure"]


def test_every_construct_of_markdown_is_read() -> None:
    markdown = (
        "# Head\n\nA **strong** *soft* `code`\nline  \nbreak [link](https://a.example) [mail](mailto:a@b.example) "
        "[bad](ftp://a.example) [worse](http://[) [](https://a.example)\n\n"
        "3. three\n4. four\n\n> quoted\n\n    code\n\n---\n"
    )

    blocks = read(markdown)

    assert [block["kind"] for block in blocks] == ["heading", "paragraph", "list", "quote", "code", "rule"]
    kinds = [inline["kind"] for inline in blocks[1]["inlines"] if inline["kind"] != "text"]
    assert kinds == ["strong", "emph", "code", "break", "link", "link"]
    assert (blocks[2]["is_ordered"], blocks[2]["start"]) == (True, 3)


def test_text_loses_what_cannot_be_printed() -> None:
    assert clean_text("a\x00b\ud800c\ue123d\uf0e0e\x0bf\u202eg\r\nh\u2028i\tj") == "abcd→e fg\nh\ni j"
    assert clean_line(" a \n b ") == "a b"


def test_a_shortened_line_ends_with_a_whole_word() -> None:
    assert shorten("a few words more", 12) == "a few words…"
    assert shorten("x" * 20, 10) == "x" * 9 + "…"
    assert shorten("short", 10) == "short"
