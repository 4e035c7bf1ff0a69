"""Pictures are looked at before anybody sees them, where a route says so; over the real protocol."""

from __future__ import annotations

import base64
import io
import random
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PIL import Image

from coursecrafter.domain.course import Engine
from coursecrafter.engines.bench import Bench
from coursecrafter.gateway.door import AiGateway
from coursecrafter.gateway.errors import AnswerDeclined, ProviderRefusedCall, UnusableAnswer
from coursecrafter.gateway.falling_back import NobodyAnswered
from coursecrafter.gateway.picture_filter import PAUSES_S, PictureNotLookedAt
from coursecrafter.gateway.ports import Candidate, ContentFilter, ImageRequest, Kind, Purpose
from coursecrafter.gateway.providers.openai_moderation import MOST_LOOKED_AT_BYTES
from coursecrafter.gateway.providers.registry import content_filter
from coursecrafter.gateway.setting import Setting
from coursecrafter.jobs.steps import InlineRunner
from coursecrafter.storage.objects import ObjectStore
from plain_gateway import MemoryCalls
from providers import model_server_faults as faults
from providers.model_server import ModelServer
from providers.model_server_fixtures import candidate, server
from providers.model_server_pictures import picture

__all__ = ["server"]

FILTER = "omni-moderation-latest"
PURPOSE = Purpose(UUID(int=1), UUID(int=2), Engine.E2, "scene_image")
LOOKS, DRAWS = "/v1/moderations", "/v1/images/generations"


class Shop:
    """A bench whose door asks painters."""

    def __init__(self, folder: Path, *painters: Candidate) -> None:
        self.calls, self.pauses, self.folder = MemoryCalls(), list[float](), folder / "store"
        store = ObjectStore(str(self.folder), UUID(int=9))
        setting = Setting({Kind.IMAGE: painters}, price=lambda _by, _usage: Decimal("0.04"))
        self.gateway = AiGateway(self.calls, lambda: setting, pause=self.pauses.append)
        self.bench = Bench(InlineRunner(store), store, self.gateway)

    def draw(self, prompt: str = "A closed door", seed: int = 1) -> Any:
        (drawn,) = self.bench.draw([ImageRequest(prompt, 1024, 1024, ("#1f4e8c",), seed)], PURPOSE)
        return drawn

    @property
    def kept(self) -> list[Path]:
        """All that stands in the store."""
        return [path for path in self.folder.rglob("*") if path.is_file()]


def painter_of(server: ModelServer, *, name: str = "stand-in", **options: Any) -> Candidate:
    connection = replace(server.connection(), name=name)
    return Candidate(connection, "gpt-image-1", options, identity=f"openai_compatible/{name}")


def filter_of(server: ModelServer, model: str = FILTER) -> ContentFilter:
    found = content_filter(candidate(server, "openai_compatible", "gpt-image-1", moderation=model))
    assert found is not None
    return found


def test_a_picture_that_nobody_objects_to_is_kept_and_its_row_names_the_filter(
    tmp_path: Path, server: ModelServer
) -> None:
    shop = Shop(tmp_path, painter_of(server, moderation=FILTER))

    shop.draw()

    asked = server.requests[-1].json
    shown = [part for part in asked["input"] if part["type"] == "image_url"]
    assert (asked["model"], len(shown)) == (FILTER, 1)
    assert {"type": "text", "text": "A closed door"} in asked["input"]
    assert base64.b64decode(shown[0]["image_url"]["url"].partition(",")[2]).startswith(b"\x89PNG")
    assert shop.kept
    assert [call.response_meta["moderation"] for call in shop.calls.calls] == [FILTER]


def test_a_picture_is_not_looked_at_where_no_route_says_so(tmp_path: Path, server: ModelServer) -> None:
    shop = Shop(tmp_path, painter_of(server))
    server.store["flagged"] = {"": ["violence"]}

    shop.draw()

    assert server.calls[LOOKS] == 0
    assert "moderation" not in shop.calls.calls[0].response_meta


def test_the_option_may_stand_with_the_connection(server: ModelServer) -> None:
    by = Candidate(server.connection(moderation=FILTER), "gpt-image-1")
    server.store["flagged"] = {"": ["sexual"]}

    looks = content_filter(by)

    assert looks is not None
    assert looks.look(picture(1024, 1024), "") == ("sexual",)
    assert content_filter(Candidate(server.connection(), "gpt-image-1")) is None
    assert content_filter(Candidate(server.connection("elevenlabs", moderation=FILTER), "m")) is None


def test_a_refused_picture_is_kept_nowhere_and_counts_as_paid(tmp_path: Path, server: ModelServer) -> None:
    shop = Shop(tmp_path, painter_of(server, moderation=FILTER))
    server.store["flagged"] = {"": ["violence", "violence/graphic"]}

    with pytest.raises(AnswerDeclined, match="violence/graphic") as refused:
        shop.draw()

    (call,) = shop.calls.calls
    assert refused.value.may_cost
    assert (call.status, call.response_meta["code"]) == ("failed", "CC-0326")
    assert "violence" in (call.error_message or "")
    assert shop.calls.costs == [Decimal("0.04")]
    assert shop.kept == []
    assert (server.calls[DRAWS], server.calls[LOOKS]) == (1, 1)


def test_the_prompt_is_judged_with_its_picture(server: ModelServer) -> None:
    server.store["flagged"] = {"gore": ["violence/graphic"]}

    assert filter_of(server).look(picture(64, 64), "Much gore") == ("violence/graphic",)
    assert filter_of(server).look(picture(64, 64), "A closed door") == ()


def test_the_next_painter_is_asked_where_a_picture_was_refused(tmp_path: Path, server: ModelServer) -> None:
    first, second = (painter_of(server, name=name, moderation=FILTER) for name in ("first", "second"))
    shop = Shop(tmp_path, first, second)
    server.store["flagged"] = {"": ["hate"]}

    with pytest.raises(NobodyAnswered, match=r"first.*hate.*second.*hate"):
        shop.draw()

    assert [call.provider for call in shop.calls.calls] == ["first", "second"]


@pytest.mark.parametrize(
    ("fault", "looks"),
    [
        (lambda: faults.busy(code=500), len(PAUSES_S) + 1),
        (faults.html, len(PAUSES_S) + 1),
        (lambda: faults.raw(b'{"results": []}'), len(PAUSES_S) + 1),
        (lambda: faults.raw(b'{"results": [{"flagged": null}]}'), len(PAUSES_S) + 1),
        (lambda: faults.status(404, "No such call."), 1),
        (faults.used_up, 1),
    ],
)
def test_a_filter_that_does_not_say_refuses(
    tmp_path: Path, server: ModelServer, fault: Callable[[], faults.Fault], looks: int
) -> None:
    """The filter is asked again, the painter is not: a picture that is drawn again is paid for again."""
    shop = Shop(tmp_path, painter_of(server, moderation=FILTER))
    server.fail_with(replace(fault(), path="/moderations"), times=20)

    with pytest.raises(PictureNotLookedAt, match="CC-0362"):
        shop.draw()

    assert (server.calls[DRAWS], server.calls[LOOKS]) == (1, looks)
    assert shop.pauses == list(PAUSES_S[: looks - 1])
    assert shop.calls.costs == [Decimal("0.04")]
    assert shop.kept == []


def test_a_filter_that_answers_at_the_second_look_has_answered(tmp_path: Path, server: ModelServer) -> None:
    shop = Shop(tmp_path, painter_of(server, moderation=FILTER))
    server.fail_with(replace(faults.busy(code=503), path="/moderations"))

    shop.draw()

    assert (server.calls[DRAWS], server.calls[LOOKS]) == (1, 2)
    assert shop.kept


def test_a_filter_of_another_name_is_told(server: ModelServer) -> None:
    with pytest.raises(ProviderRefusedCall):
        filter_of(server, "no-such-model").look(picture(64, 64), "A door")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_pictures_of_each_kind_are_shown_as_what_they_are(server: ModelServer, kind: str) -> None:
    assert filter_of(server).look(picture(64, 64, kind), "") == ()


def test_a_picture_that_is_too_long_is_shown_smaller(server: ModelServer) -> None:
    side_px = 2600
    noise = Image.frombytes("RGB", (side_px, side_px), random.Random(1).randbytes(side_px**2 * 3))  # noqa: S311 - no secret
    file = io.BytesIO()
    noise.save(file, "PNG", compress_level=1)
    assert file.tell() > MOST_LOOKED_AT_BYTES

    assert filter_of(server).look(file.getvalue(), "") == ()

    shown = base64.b64decode(server.requests[-1].json["input"][0]["image_url"]["url"].partition(",")[2])
    assert len(shown) < MOST_LOOKED_AT_BYTES


def test_a_server_that_names_no_category_refuses_all_the_same(server: ModelServer) -> None:
    server.fail_with(faults.raw(b'{"results": [{"flagged": true}]}'))

    assert filter_of(server).look(picture(64, 64), "") == ("flagged",)


def test_an_answer_about_nothing_is_no_answer(server: ModelServer) -> None:
    server.fail_with(faults.raw(b"{}"))

    with pytest.raises(UnusableAnswer):
        filter_of(server).look(picture(64, 64), "")
