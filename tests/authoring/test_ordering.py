"""Places are 1 to n; everything else is refused."""

from __future__ import annotations

from uuid import UUID

import pytest

from coursecrafter.authoring.ordering import PlaceRefused, place_among, require_same

A, B, C, D = (UUID(int=number) for number in range(1, 5))


@pytest.mark.parametrize(
    ("position", "order"),
    [(1, [D, A, B, C]), (2, [A, D, B, C]), (4, [A, B, C, D]), (None, [A, B, C, D])],
)
def test_a_new_one_stands_where_it_is_put(position: int | None, order: list[UUID]) -> None:
    assert place_among([A, B, C], D, position) == order


@pytest.mark.parametrize(("position", "order"), [(1, [B, A, C]), (2, [A, B, C]), (3, [A, C, B]), (None, [A, C, B])])
def test_one_of_them_leaves_its_place_first(position: int | None, order: list[UUID]) -> None:
    assert place_among([A, B, C], B, position) == order


@pytest.mark.parametrize("position", [0, -1, 5, 10**9, 10**30, -(10**30)])
def test_a_place_beyond_the_ends_is_refused(position: int) -> None:
    with pytest.raises(PlaceRefused, match="from 1 to 4"):
        place_among([A, B, C], D, position)


def test_a_place_too_long_to_print_is_refused_too() -> None:
    with pytest.raises(PlaceRefused):
        place_among([A, B, C], D, 10**5000)


def test_one_alone_stands_first() -> None:
    assert place_among([], A, 1) == [A]
    assert place_among([A], A, None) == [A]


@pytest.mark.parametrize("wanted", [[A, B], [A, B, B], [A, B, C, C], [A, B, D], [], [A, B, C, D]])
def test_an_order_names_each_of_them_once(wanted: list[UUID]) -> None:
    with pytest.raises(PlaceRefused, match="each of the 3"):
        require_same([A, B, C], wanted)


def test_any_order_of_the_same_is_taken() -> None:
    require_same([A, B, C], [C, A, B])
