"""What a call answers is kept in the database until somebody fetches it, whatever signs a provider put into it."""

from __future__ import annotations

import json

from coursecrafter.background.carrying import answer_as_json


def test_an_answer_holds_no_sign_that_the_database_refuses() -> None:
    answer = {"result": {"answer": {"text": "a\0b\ud83dc", "list": ["\0"]}, "model": "m\0"}}

    kept = json.loads(answer_as_json(answer))

    assert kept == {"result": {"answer": {"text": "ab?c", "list": [""]}, "model": "m"}}


def test_words_that_only_look_like_such_a_sign_stay() -> None:
    answer = {"error": {"detail": r"the model said \u0000 and \\u0000"}}

    assert json.loads(answer_as_json(answer)) == answer
