"""Server-sent events, however their bytes come."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from time import process_time

from hypothesis import given
from hypothesis import strategies as st

from coursecrafter.gateway.providers.sse import Event, read_events

STREAM = (
    b"\xef\xbb\xbf: a comment\n\ndata: one\n\nevent: named\r\ndata: two\r\ndata:three \xe6\x97\xa5\r\nid: 7\r\n\r\n"
    b"retry: 10\n\nevent: empty\n\ndata\n\ndata: four\r\rdata: cut"
)
EVENTS = [Event("message", "one"), Event("named", "two\nthree 日"), Event("message", ""), Event("message", "four")]


def test_events_are_read_as_the_standard_says() -> None:
    assert list(read_events([STREAM])) == EVENTS


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_events_are_the_same_wherever_the_bytes_are_cut(cuts: list[int]) -> None:
    edges = sorted({0, len(STREAM), *cuts})
    chunks = [STREAM[start:end] for start, end in pairwise(edges)]

    assert list(read_events(chunks)) == EVENTS


def test_an_event_is_told_as_soon_as_it_is_whole() -> None:
    told: list[str] = []

    def chunks() -> Iterator[bytes]:
        yield b"data: one\n\n"
        told.append("second chunk")
        yield b"data: two\n\n"

    told.extend(event.content for event in read_events(chunks()))

    assert told == ["one", "second chunk", "two"]


def test_a_line_without_end_takes_no_longer_than_it_is_long() -> None:
    """Looked at again with each of its pieces, four times as long a line took sixteen times as long: hours, at last."""

    def took_s(pieces: int) -> float:
        begun = process_time()
        assert list(read_events([b"x" * 64] * pieces)) == []
        return process_time() - begun

    short_s, long_s = (min(took_s(pieces) for _ in range(3)) for pieces in (5_000, 20_000))

    assert long_s < 10 * short_s
