"""Sizes, times and counts in words."""

from __future__ import annotations

import pytest

from coursecrafter.export.quantities import bytes_in_words, count_in_words, duration_in_words


@pytest.mark.parametrize(
    ("size", "said"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (3_400_000, "3.4 MB"), (2_500_000_000_000, "2500.0 GB")],
)
def test_a_size_is_said_in_its_largest_unit(size: int, said: str) -> None:
    assert bytes_in_words(size) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.4, "0 s"), (59.6, "1 min 00 s"), (245, "4 min 05 s"), (4800, "1 h 20 min")]
)
def test_a_length_is_said_in_hours_minutes_and_seconds(seconds: float, said: str) -> None:
    assert duration_in_words(seconds) == said


def test_one_is_not_many() -> None:
    assert [count_in_words(count, "lesson") for count in (0, 1, 2)] == ["0 lessons", "1 lesson", "2 lessons"]
