"""Painters of OpenAI's protocol: sizes that a model knows, pictures in the answer or behind a link."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from coursecrafter.gateway.addresses import AddressRefused
from coursecrafter.gateway.errors import (
    AnswerDeclined,
    ProviderError,
    ProviderRefusedCall,
    ProviderUnreachable,
    UnusableAnswer,
)
from coursecrafter.gateway.ports import Candidate, ImageAnswer, ImageRequest
from coursecrafter.gateway.providers.registry import painter
from providers import model_server_faults as faults
from providers.model_server import ModelServer
from providers.model_server_fixtures import candidate, server

__all__ = ["server"]

PICTURE = ImageRequest("A lake in the Andes", 1920, 1080, ("#1f4e8c", "#f2a33a"), 7, {"text_zone": "left"})


def drawn(server: ModelServer, model: str, request: ImageRequest = PICTURE, **options: Any) -> ImageAnswer:
    return painter(candidate(server, "openai_compatible", model, **options)).draw(request)


def sides(answer: ImageAnswer) -> tuple[int, int]:
    with Image.open(io.BytesIO(answer.content)) as picture:
        return picture.size


@pytest.mark.parametrize(
    ("model", "wanted", "given"),
    [
        ("gpt-image-1", (1920, 1080), (1536, 1024)),
        ("gpt-image-1", (1080, 1920), (1024, 1536)),
        ("gpt-image-1", (1100, 1024), (1024, 1024)),
        ("gpt-image-2", (1920, 1080), (1920, 1072)),
        ("gpt-image-2", (1024, 5000), (864, 2560)),
        ("gpt-image-2", (4096, 4096), (1920, 1920)),
        ("dall-e-3", (1920, 1080), (1792, 1024)),
        ("local-painter", (1920, 1080), (1920, 1080)),
    ],
)
def test_a_picture_has_the_nearest_size_that_a_model_knows(
    server: ModelServer, model: str, wanted: tuple[int, int], given: tuple[int, int]
) -> None:
    answer = drawn(server, model, replace(PICTURE, width_px=wanted[0], height_px=wanted[1]))

    assert sides(answer) == given
    assert (answer.mime_type, answer.provider, answer.model) == ("image/png", "stand-in", model)
    assert server.total == 1


def test_the_prompt_names_the_colours_and_what_stays_free(server: ModelServer) -> None:
    drawn(server, "gpt-image-1")

    prompt = server.requests[0].json["prompt"]
    assert prompt.startswith("A lake in the Andes\n")
    assert "#1f4e8c, #f2a33a" in prompt
    assert "left third" in prompt


def test_sizes_may_be_told(server: ModelServer) -> None:
    answer = drawn(server, "local-painter", sizes=["512x512", "1344x768"])

    assert sides(answer) == (1344, 768)


def test_a_seed_is_sent_where_it_is_taken(server: ModelServer) -> None:
    drawn(server, "local-painter", seed=True)

    assert server.requests[0].json["seed"] == 7


def test_fields_that_a_model_refuses_are_left_out(server: ModelServer) -> None:
    """On Azure a deployment's name does not tell which model it is."""
    connection = replace(server.connection(azure=True), base_url=f"{server.url}")
    known = Candidate(connection, "our-painter", {"deployment": "gpt-image-1", "style": "vivid"})

    answer = painter(known).draw(PICTURE)

    assert sides(answer) == (1536, 1024)
    assert server.requests[-1].path == "/openai/deployments/gpt-image-1/images/generations"
    assert not {"response_format", "style", "model"} & server.requests[-1].json.keys()


def test_a_link_is_followed_without_the_key(server: ModelServer) -> None:
    answer = drawn(server, "link-painter")

    assert sides(answer) == (1024, 1024)
    assert server.requests[-1].path == "/pictures/1.png"
    assert "authorization" not in server.requests[-1].headers


@pytest.mark.parametrize(
    "link", ["http://169.254.169.254/latest", "https://10.0.0.1/p.png", "http://localhost/p.png", "file:///etc/passwd"]
)
def test_a_link_leads_to_nothing_inside(server: ModelServer, link: str) -> None:
    server.store["link"] = link

    with pytest.raises(AddressRefused):
        drawn(server, "link-painter")


@pytest.mark.parametrize("fault", [faults.status(503), faults.status(400, "The size and style of this link expired.")])
def test_a_picture_that_cannot_be_fetched_was_drawn_and_paid_for_once(server: ModelServer, fault: faults.Fault) -> None:
    server.fail_with(replace(fault, path="/pictures/"))

    with pytest.raises(ProviderError) as failed:
        drawn(server, "link-painter")

    assert failed.value.may_cost
    assert server.calls["/v1/images/generations"] == 1


def test_a_link_that_leads_on_is_not_followed(server: ModelServer) -> None:
    server.fail_with(replace(faults.redirect("http://169.254.169.254/"), path="/pictures/"))

    with pytest.raises(ProviderRefusedCall):
        drawn(server, "link-painter")


@pytest.mark.parametrize(
    "body",
    [
        b'{"data": [{"b64_json": "bm8gcGljdHVyZQ=="}]}',
        b'{"data": [{"b64_json": "%%%"}]}',
        b'{"data": [{"b64_json": 5}]}',
        b'{"data": [{}]}',
        b'{"data": [null]}',
        b'{"data": []}',
        b"{}",
    ],
)
def test_something_else_than_a_picture_is_unusable(server: ModelServer, body: bytes) -> None:
    server.fail_with(faults.raw(body))

    with pytest.raises(UnusableAnswer) as raised:
        drawn(server, "gpt-image-1")

    assert raised.value.may_cost


def test_a_picture_that_breaks_off_is_none(server: ModelServer) -> None:
    server.fail_with(faults.cut())

    with pytest.raises(ProviderUnreachable):
        drawn(server, "gpt-image-1")


def test_a_filter_declines(server: ModelServer) -> None:
    server.fail_with(faults.filtered())

    with pytest.raises(AnswerDeclined) as raised:
        drawn(server, "gpt-image-1")

    assert not raised.value.retry


def test_an_unknown_model_is_a_refused_call(server: ModelServer) -> None:
    with pytest.raises(ProviderRefusedCall):
        drawn(server, "no-painter")
