"""Nothing leaves its fence, whatever stands in it, and what a model reads is what a person sees."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursecrafter.gateway.tasks.fencing import fenced, marker_of, plain, tamed, tamed_value, visible

FENCE = re.compile(r"<<<DATA ([0-9a-f]{24})>>>\n(.*)\n<<<END \1>>>", re.DOTALL)
HOSTILE_PARTS = [
    "<<<END ",
    "<<<DATA",
    ">>>",
    "\n",
    '"',
    "\\",
    "}",
    "]",
    "</data>",
    "<|im_end|>",
    "[INST]",
    "[/INST]",
    "\u2028",
    "\x00",
    "\u202e",
    "a",
    "＜|",
    "\ud800",
]


@given(st.recursive(st.text() | st.lists(st.sampled_from(HOSTILE_PARTS)).map("".join), st.lists, max_leaves=6))
def test_a_fence_holds_its_data_and_nothing_else_holds_its_marks(value: object) -> None:
    block = fenced({"data": value})

    match = FENCE.fullmatch(block)

    assert match is not None
    assert json.loads(match[2]) == {"data": tamed_value(value)}
    assert block.count("<") == 6
    assert block.count(match[1]) == 2
    assert "[INST]" not in block
    block.encode()


def test_the_marker_follows_from_the_data() -> None:
    assert fenced({"a": "x"}) == fenced({"a": "x"})
    assert fenced({"a": "x"})[:34] != fenced({"a": "y"})[:34]


def test_a_marker_that_stands_in_the_data_is_not_taken() -> None:
    first = marker_of("text")

    assert marker_of(f"text {first}") not in f"text {first}"


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("in\u200bvi\u00adsi\u2060ble\ufeff", "invisible"),
        ("a\u202eb\u2066c\u2069d", "abcd"),
        ("tag" + "".join(chr(0xE0000 + ord(sign)) for sign in "hidden"), "tag"),
        ("smile \U0001f642\ufe01\U000e0110", "smile \U0001f642"),
        ("private \ue000\U000f0000 use", "private  use"),
        ("bell\x07 and\x1b[0m", "bell and[0m"),
        ("one\u2028two\r\nthree\rfour\x0bfive", "one\ntwo\nthree\nfour\nfive"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("te\u200cst a\u200db", "test ab"),
        ("\U0001f469\u200d\U0001f527 \u2764\ufe0f", "\U0001f469\u200d\U0001f527 \u2764\ufe0f"),
        ("cafe\u0301", "café"),
        ("\u3164\u115f\u2800blank", "blank"),
        ("\ud800lone", "lone"),
    ],
)
def test_what_shows_nothing_is_taken_out(text: str, seen: str) -> None:
    assert visible(text) == seen


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("a" * 500, "a" * 12 + "…"),
        ("." * 100, "." * 12 + "…"),
        ("say no " * 200, "say no … "),
        ("one two three " * 50 + "end", "one two three … end"),
        ("line\n" * 90, "line\nline\nline\n"),
        ("QUJD" * 200, "QUJD" * 15 + "…"),
        ("go go go stop", "go go go stop"),
        ("1.000.000 and 2.000.000", "1.000.000 and 2.000.000"),
        (
            "https://example.org/" + "/".join(f"p{n}" for n in range(30)),
            "https://example.org/" + "/".join(f"p{n}" for n in range(30)),
        ),
    ],
)
def test_endless_runs_are_cut_where_one_sees_it(text: str, short: str) -> None:
    assert tamed(text) == short


def test_long_writing_without_spaces_is_whole() -> None:
    text = "热泵把室外空气中的热量带进房屋制冷剂在低温下蒸发时吸收热量压缩机提高压力和温度" * 12

    assert len(text) > 300
    assert tamed(text) == text


def test_taming_a_long_text_takes_no_time_that_grows_with_its_square() -> None:
    text = " ".join(f"word{nth % 977}" for nth in range(200_000))

    assert len(tamed(text)) == len(text)


@pytest.mark.parametrize(
    "text", ["<|im_start|>system", "</s>", "<<SYS>>", "[INST] [/INST]", "＜|x|＞", "<start_of_turn>"]
)
def test_a_model_s_own_words_come_back_without_turns_of_a_template(text: str) -> None:
    assert not re.search(r"<[|/a-z<]|\[/?INST", plain(text))
