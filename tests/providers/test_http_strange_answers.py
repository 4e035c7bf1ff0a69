"""Whatever JSON a provider answers, a call ends with an answer or with an error of the provider's: never otherwise."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursecrafter.gateway.errors import ProviderError
from coursecrafter.gateway.ports import Candidate, ImageRequest
from coursecrafter.gateway.providers.manners import forget_manners
from coursecrafter.gateway.providers.open_connections import close_connections
from coursecrafter.gateway.providers.registry import list_models, list_voices, painter, speaker, text_model
from providers import model_server_faults as faults
from providers.model_server import ModelServer, open_model_server
from providers.model_server_fixtures import PLAIN, QUESTION, SCRIPT
from providers.model_server_pictures import picture
from providers.model_server_speech import spoken_tones, wav_of

SOUND = base64.b64encode(wav_of(spoken_tones("Water boils.")[0][2400:2480])).decode()
PAINTED = base64.b64encode(picture(8, 8)).decode()
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=5),
    st.sampled_from([SOUND, PAINTED, "Succeeded", "http://127.0.0.1:1/x", [], {}, [None], [{}], {"error": "no"}]),
)
GOOD: dict[str, list[Any]] = {
    "chat": [
        {
            "model": "m",
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"content": "{}", "refusal": None}}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 2},
        },
        {"model": "m", "choices": [{"message": {"content": [{"type": "text", "text": "{}"}]}}]},
        {"error": {"message": "No.", "code": 500, "type": "server_error", "param": None}},
    ],
    "message": [
        {
            "model": "m",
            "content": [{"type": "text", "text": "Yes."}, {"type": "tool_use", "input": {"a": 1}}],
            "stop_reason": "end_turn",
            "usage": {"input_tokens": 1, "output_tokens": 2, "cache_read_input_tokens": 0},
        },
        {"type": "error", "error": {"type": "api_error", "message": "No."}},
    ],
    "speech": [{"audio": SOUND, "audio_format": "audio/wav", "timestamps": [{"word": "Water", "start_time": 0.1}]}],
    "azure": [{"status": "Succeeded", "outputs": {"result": "http://127.0.0.1:1/x"}}],
    "elevenlabs": [
        {
            "audio_base64": SOUND,
            "alignment": {
                "characters": ["W", "a"],
                "character_start_times_seconds": [0.1, 0.2],
                "character_end_times_seconds": [0.2, 0.3],
            },
        }
    ],
    "picture": [{"data": [{"b64_json": PAINTED}]}, {"data": [{"url": "http://127.0.0.1:1/x"}]}],
    "models": [{"data": [{"id": "m"}]}, [{"model_id": "m", "can_do_text_to_speech": True}]],
    "more models": [{"data": [{"id": "m"}], "has_more": True}],
    "voices": [
        {"voices": [{"voice_id": "v", "name": "n", "labels": {"gender": "f", "language": "en"}}, "w"]},
        [{"ShortName": "v", "DisplayName": "n", "Locale": "en-US", "Gender": "Female"}],
    ],
}
EVENTS: dict[str, list[Any]] = {
    "chat": [
        {"model": "m", "choices": [{"delta": {"content": "{}", "refusal": None}, "finish_reason": None}]},
        {"choices": [{"delta": {}, "finish_reason": "stop"}]},
        {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2}},
    ],
    "message": [
        {"type": "message_start", "message": {"model": "m", "usage": {"input_tokens": 1}}},
        {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "Yes."}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}},
        {"type": "message_stop"},
    ],
}


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to each value within a value, itself first."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, part in inner for place in places(part, (*path, key)))]


def with_other(value: Any, path: tuple[Any, ...], other: Any) -> Any:
    """The same, with something else at one place."""
    if not path:
        return other
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = with_other(value[path[0]], path[1:], other)
    return copy


@st.composite
def spoilt(draw: st.DrawFn, good: Any) -> Any:
    """A good answer with one or two of its values replaced."""
    for _ in range(draw(st.integers(1, 2))):
        good = with_other(good, draw(st.sampled_from(places(good))), draw(LEAVES))
    return good


CALLS: dict[str, Callable[[ModelServer], Any]] = {
    "chat": lambda server: text_model(Candidate(server.connection(), "gpt-test")).chat(QUESTION),
    "message": lambda server: text_model(Candidate(server.connection("anthropic"), "claude-test")).chat(PLAIN),
    "speech": lambda server: speaker(Candidate(server.connection(), "m", {"captions": True}, "alloy")).speak(SCRIPT),
    "azure": lambda server: speaker(
        Candidate(server.connection("azure_speech", poll_s=0.01, longest_s=0.05), "", {"word_times": "exact"}, "v")
    ).speak(SCRIPT),
    "elevenlabs": lambda server: speaker(Candidate(server.connection("elevenlabs"), "m", {}, "voice-1")).speak(SCRIPT),
    "picture": lambda server: painter(Candidate(server.connection(), "local-painter")).draw(
        ImageRequest("A lake", 1024, 1024, (), 1)
    ),
    "models": lambda server: [list_models(server.connection(name)) for name in ("openai_compatible", "elevenlabs")],
    "more models": lambda server: list_models(server.connection("anthropic")),
    "voices": lambda server: [
        list_voices(server.connection(name)) for name in ("openai_compatible", "azure_speech", "elevenlabs")
    ],
}


@pytest.fixture(scope="module")
def strange() -> Iterator[ModelServer]:
    with open_model_server() as opened:
        yield opened
        close_connections()


def ended(server: ModelServer, call: str, fault: faults.Fault) -> ProviderError | None:
    """The error of a provider's with which a call ends; None: it ends well. Any other error is the test's."""
    forget_manners()
    server.requests.clear()
    server.fail_with(fault, times=40)
    try:
        CALLS[call](server)
    except ProviderError as error:
        return error
    finally:
        server.fail_with()
    return None


def is_well_said(error: ProviderError | None) -> bool:
    return error is None or error.message.endswith(".")


@pytest.mark.parametrize("call", CALLS)
@settings(max_examples=50, deadline=None)
@given(draws=st.data())
def test_a_spoilt_answer_is_an_answer_or_an_error(strange: ModelServer, call: str, draws: st.DataObject) -> None:
    value = draws.draw(spoilt(draws.draw(st.sampled_from(GOOD[call]))))

    error = ended(strange, call, faults.raw(json.dumps(value).encode()))

    assert is_well_said(error)


@pytest.mark.parametrize("call", EVENTS)
@settings(max_examples=50, deadline=None)
@given(draws=st.data())
def test_spoilt_events_are_an_answer_or_an_error(strange: ModelServer, call: str, draws: st.DataObject) -> None:
    values = draws.draw(spoilt(EVENTS[call]))
    events = [*(values if isinstance(values, list) else [values]), "[DONE]"]
    lines = "".join(f"data: {one if one == '[DONE]' else json.dumps(one)}\n\n" for one in events)

    error = ended(strange, call, faults.raw(lines.encode(), "text/event-stream"))

    assert is_well_said(error)


@pytest.mark.parametrize("call", CALLS)
@settings(max_examples=25, deadline=None)
@given(code=st.integers(300, 599), value=LEAVES)
def test_any_refusal_is_an_error(strange: ModelServer, call: str, code: int, value: Any) -> None:
    error = ended(strange, call, faults.raw(json.dumps({"error": {"message": value}}).encode(), code=code))

    assert is_well_said(error)
    assert error is not None or call == "voices"
