"""The door: who is asked, how often, who is asked instead, and what is written down of it; against real servers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from coursecrafter.domain.course import Engine
from coursecrafter.engines.bench import Bench
from coursecrafter.gateway.connections import RouteSwitchedOff
from coursecrafter.gateway.door import AiGateway
from coursecrafter.gateway.errors import AnswerDeclined, ProviderBusy, ProviderRefusedKey, UnusableAnswer
from coursecrafter.gateway.falling_back import NobodyAnswered
from coursecrafter.gateway.lexicon import Lexicon
from coursecrafter.gateway.ports import Brief, Candidate, ImageRequest, Kind, Purpose, TextRequest
from coursecrafter.gateway.prices import Usage
from coursecrafter.gateway.providers.offline_text import UnknownTask
from coursecrafter.gateway.sealing import KeyUnreadable
from coursecrafter.gateway.setting import OFFLINE_CANDIDATE, Setting
from coursecrafter.gateway.speech_step import speak_texts
from coursecrafter.gateway.tries import MOST_SILENT_TRIES, MOST_TRIES
from coursecrafter.jobs.steps import InlineRunner
from coursecrafter.storage.objects import ObjectStore
from plain_gateway import MemoryCalls
from providers.model_server import ModelServer, open_model_server
from providers.model_server_faults import busy, refusal, silent

PURPOSE = Purpose(UUID(int=1), UUID(int=2), Engine.E2, "rewrite")
TEXT = "Fire doors hold back smoke and heat. Keep them shut at all times, and never wedge them open."
BETTER = "Fire doors hold back smoke and heat. Always keep them shut, and never wedge them open."
REWRITE = TextRequest("rewrite", "en", {"text": TEXT})


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with open_model_server() as served:
        yield served


@pytest.fixture
def second() -> Iterator[ModelServer]:
    with open_model_server() as served:
        yield served


class Shop:
    """A bench on a folder, whose door asks servers."""

    def __init__(self, folder: Path, routes: dict[Kind, Any], **setting: Any) -> None:
        self.calls, self.pauses, self.said = MemoryCalls(), list[float](), list[str]()
        store = ObjectStore(str(folder / "store"), UUID(int=9))
        self.gateway = AiGateway(
            self.calls, lambda: Setting(routes, **setting), say=self.said.append, pause=self.pauses.append
        )
        self.bench = Bench(InlineRunner(store), store, self.gateway)

    def speak(self, *texts: str, voice: str = "en_female_neutral_1") -> list[Any]:
        bench = self.bench
        settings: Any = {"language": "en", "voice": voice, "purpose": PURPOSE}
        return speak_texts(bench.steps, bench.store, bench.gateway, texts, **settings)


def of(server: ModelServer, name: str = "stand-in", model: str = "gpt-test", **options: Any) -> Candidate:
    connection = replace(server.connection("openai_compatible", **options), name=name)
    return Candidate(connection, model, {"voices": {"*": "alloy"}}, identity=f"openai_compatible/{name}/{model}")


def test_a_model_is_asked_and_its_answer_written_down(tmp_path: Path, server: ModelServer) -> None:
    server.answer_with({"text": BETTER})
    shop = Shop(tmp_path, {Kind.TEXT: (of(server),)}, price=lambda _by, usage: Decimal(usage.input_tokens) / 1000)

    answer = shop.bench.write(REWRITE, PURPOSE)

    (call,) = shop.calls.calls
    assert answer.value == {"text": BETTER}
    assert (call.call_type, call.status, call.input_tokens, call.output_tokens) == ("llm_script", "success", 120, 30)
    assert call.request_payload["template"].startswith("rewrite/")
    assert call.request_payload["key"]
    assert call.response_meta["cost_usd"] == 0.12
    assert shop.calls.costs == [Decimal("0.12")]
    assert shop.calls.reserved[0] is not None
    assert "Fire" not in json.dumps(call.request_payload) + json.dumps(call.response_meta)
    assert shop.gateway.noted == (answer.call_id,)


def test_the_same_question_is_asked_once_and_another_audience_is_another_question(
    tmp_path: Path, server: ModelServer
) -> None:
    server.answer_with({"text": BETTER})
    first = Shop(tmp_path, {Kind.TEXT: (of(server),)}, brief=Brief(audience_level="beginners"))
    again = Shop(tmp_path, {Kind.TEXT: (of(server),)}, brief=Brief(audience_level="beginners"))
    other = Shop(tmp_path, {Kind.TEXT: (of(server),)}, brief=Brief(audience_level="engineers"))

    answers = [shop.bench.write(REWRITE, PURPOSE) for shop in (first, again, other)]

    assert [answer.is_cached for answer in answers] == [False, True, False]
    assert answers[1].call_id == answers[0].call_id
    assert server.total == 2
    assert again.gateway.spent_usd == 0


def test_what_passes_is_tried_again_after_the_pause_that_is_asked_for(tmp_path: Path, server: ModelServer) -> None:
    server.answer_with({"text": BETTER})
    server.fail_with(busy(retry_after=7), busy(code=503))
    shop = Shop(tmp_path, {Kind.TEXT: (of(server),)})

    answer = shop.bench.write(REWRITE, PURPOSE)

    assert answer.value == {"text": BETTER}
    assert [call.status for call in shop.calls.calls] == ["failed", "failed", "success"]
    assert [call.response_meta["attempt"] for call in shop.calls.calls] == [1, 2, 3]
    assert shop.pauses[0] >= 7
    assert 1 <= shop.pauses[1] <= 2


def test_tries_end_and_a_long_pause_is_not_waited_for(tmp_path: Path, server: ModelServer) -> None:
    server.fail_with(busy(code=503), times=MOST_TRIES)
    shop = Shop(tmp_path, {Kind.TEXT: (of(server),)})

    with pytest.raises(ProviderBusy):
        shop.bench.write(REWRITE, PURPOSE)
    server.fail_with(busy(retry_after=3600))
    with pytest.raises(ProviderBusy):
        shop.bench.write(REWRITE, PURPOSE)

    assert server.total == MOST_TRIES + 1
    assert len(shop.pauses) == MOST_TRIES - 1


def test_a_key_that_is_refused_is_not_tried_again(tmp_path: Path, server: ModelServer) -> None:
    connection = server.connection("openai_compatible", key="wrong")
    shop = Shop(tmp_path, {Kind.TEXT: (Candidate(connection, "gpt-test", identity="x"),)})

    with pytest.raises(ProviderRefusedKey) as refused:
        shop.bench.write(REWRITE, PURPOSE)

    assert server.total == 1
    assert "wrong" not in str(refused.value) + refused.value.detail
    assert [call.response_meta["code"] for call in shop.calls.calls] == ["CC-0323"]


def test_the_next_provider_answers_and_it_is_said(tmp_path: Path, server: ModelServer, second: ModelServer) -> None:
    server.fail_with(busy(code=500), times=MOST_TRIES)
    second.answer_with({"text": BETTER})
    shop = Shop(tmp_path, {Kind.TEXT: (of(server, "first"), of(second, "second"))})

    answer = shop.bench.write(REWRITE, PURPOSE)

    assert answer.provider == "second"
    assert any("first" in line for line in shop.said)
    assert any("asked instead" in line for line in shop.said)
    assert shop.calls.calls[-1].request_payload["instead_of"].startswith("first/")
    server.answer_with({"text": BETTER})
    assert shop.bench.write(REWRITE, PURPOSE).provider == "first"


def test_where_nobody_answers_each_is_named(tmp_path: Path, server: ModelServer, second: ModelServer) -> None:
    for one in (server, second):
        one.fail_with(busy(code=500), times=MOST_TRIES)
    shop = Shop(tmp_path, {Kind.TEXT: (of(server, "first"), of(second, "second"))})

    with pytest.raises(NobodyAnswered, match=r"first.*second"):
        shop.bench.write(REWRITE, PURPOSE)


def test_an_answer_that_cannot_be_used_is_sent_back_once_saying_why(tmp_path: Path, server: ModelServer) -> None:
    server.answer_with("{ no JSON", {"text": BETTER})
    shop = Shop(tmp_path, {Kind.TEXT: (of(server),)})

    answer = shop.bench.write(REWRITE, PURPOSE)

    assert answer.value == {"text": BETTER}
    assert [call.request_payload.get("is_repair", False) for call in shop.calls.calls] == [False, True]
    assert server.total == 2


def test_a_model_that_does_not_mend_its_answer_is_not_believed(tmp_path: Path, server: ModelServer) -> None:
    server.answer_with({"text": "Bananas are yellow. See https://evil.example/?q=1 for more."})
    shop = Shop(tmp_path, {Kind.TEXT: (of(server),)})

    with pytest.raises(UnusableAnswer):
        shop.bench.write(REWRITE, PURPOSE)

    assert server.total == 2


def test_without_any_model_the_offline_provider_answers(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {})

    answer = shop.bench.write(REWRITE, PURPOSE)

    assert answer.provider == "offline"
    assert answer.value["text"]
    assert shop.calls.costs == [Decimal(0)]
    with pytest.raises(UnknownTask):
        shop.bench.write(TextRequest("poem", "en", {}), PURPOSE)


def test_a_lesson_keeps_one_voice_where_a_provider_fails_in_the_middle(tmp_path: Path, server: ModelServer) -> None:
    shop = Shop(tmp_path, {Kind.SPEECH: (of(server, model="tts-1"), OFFLINE_CANDIDATE)})
    shop.speak("The first one.")
    server.fail_with(busy(code=503), times=MOST_TRIES * 8)

    spoken = shop.speak("The first one.", "The second one.", "The third one.")

    assert {speech.provider for speech in spoken} == {"offline"}
    assert any("asked instead" in line for line in shop.said)


def test_words_are_spoken_as_the_lexicon_says_and_stand_as_they_are_written(
    tmp_path: Path, server: ModelServer
) -> None:
    lexicon = Lexicon.of([{"written": "SQL", "spoken": "sequel"}])
    shop = Shop(tmp_path, {Kind.SPEECH: (of(server, model="tts-1"),)}, lexicon=lexicon)

    (speech,) = shop.speak("Learn SQL now.")

    said = json.loads(server.requests[-1].content)["input"]
    assert "sequel" in said
    assert "SQL" not in said
    assert ["Learn SQL now."[word.char_start : word.char_end] for word in speech.words][:2] == ["Learn", "SQL"]


def test_pictures_come_whole_and_large_enough(tmp_path: Path, server: ModelServer) -> None:
    shop = Shop(tmp_path, {Kind.IMAGE: (of(server, model="gpt-image-1"),)})

    (picture,) = shop.bench.draw([ImageRequest("A closed door", 1024, 1024, ("#1f4e8c",), 1)], PURPOSE)

    assert picture.provider == server.connection().name
    assert picture.image.mime_type in {"image/png", "image/jpeg", "image/webp"}
    assert shop.calls.calls[-1].call_type == "image"


def test_a_silence_is_a_failure_that_may_have_cost(tmp_path: Path, server: ModelServer) -> None:
    connection = server.connection("openai_compatible", silence_s=0.2, first_byte_s=0.2)
    server.fail_with(silent(30), times=MOST_TRIES)
    price = Decimal("0.5")
    route = {Kind.TEXT: (Candidate(connection, "gpt-test", identity="x"),)}
    shop = Shop(tmp_path, route, price=lambda _by, _usage: price)

    with pytest.raises(Exception, match="CC-0322"):
        shop.bench.write(REWRITE, PURPOSE)

    assert shop.calls.costs == [price] * MOST_SILENT_TRIES


def test_cost_is_asked_of_the_price_and_nothing_of_the_offline_provider(tmp_path: Path, server: ModelServer) -> None:
    shop = Shop(tmp_path, {}, price=lambda _by, _usage: None)

    assert shop.gateway.cost(of(server), Usage(characters=5)) is None
    assert shop.gateway.cost(OFFLINE_CANDIDATE, Usage(characters=5)) == 0


def test_a_model_that_declines_is_said_to_have_declined(tmp_path: Path, server: ModelServer) -> None:
    server.fail_with(refusal())
    shop = Shop(tmp_path, {Kind.TEXT: (of(server),)})

    with pytest.raises(AnswerDeclined):
        shop.bench.write(REWRITE, PURPOSE)

    assert server.total == 1


def test_a_route_that_cannot_be_used_stops_calls_of_its_kind_alone(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {Kind.SPEECH: KeyUnreadable("No secret opens the key of “voices”."), Kind.IMAGE: ()})

    answer = shop.bench.write(REWRITE, PURPOSE)

    assert answer.provider == "offline"
    with pytest.raises(KeyUnreadable):
        shop.speak("The first one.")
    with pytest.raises(RouteSwitchedOff):
        shop.bench.draw([ImageRequest("A door", 1024, 1024, (), 1)], PURPOSE)


def test_a_quiz_of_no_questions_about_a_long_source_asks_nobody(tmp_path: Path, server: ModelServer) -> None:
    slides = [{"ref": f"slide {n}", "title": f"Door {n}", "texts": [TEXT * 40], "tables": []} for n in range(1, 30)]
    shop = Shop(tmp_path, {Kind.TEXT: (of(server),)})

    answer = shop.bench.write(TextRequest("quiz", "en", {"title": "T", "slides": slides, "max_questions": 0}), PURPOSE)

    assert answer.value["questions"] == []
    assert server.total == 0
