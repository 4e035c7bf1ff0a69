"""The page of error codes and the classes are one."""

from __future__ import annotations

import importlib.util
import re
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from coursecrafter.errors import CourseCrafterError

DOCS = Path(__file__).parents[3] / "docs"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("errors_page", DOCS / "errors.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def leaves(generator: ModuleType) -> list[type[CourseCrafterError]]:
    found: list[type[CourseCrafterError]] = generator.error_classes()
    return found


def test_the_page_says_what_the_classes_say(generator: ModuleType) -> None:
    assert (DOCS / "errors.md").read_text(encoding="utf-8") == generator.error_page(), (
        "run: python docs/errors.py > docs/errors.md"
    )


def test_no_code_is_used_twice(leaves: list[type[CourseCrafterError]]) -> None:
    counts = Counter(leaf.code for leaf in leaves)

    assert len(counts) > 30
    assert {code: count for code, count in counts.items() if count > 1} == {}


def test_every_code_stands_in_the_range_of_its_family(leaves: list[type[CourseCrafterError]]) -> None:
    for leaf in leaves:
        family = next(base for base in reversed(leaf.__mro__) if base.__dict__.get("code", "").endswith("00"))
        above = [base for base in leaf.__mro__ if base.__dict__.get("code", "").endswith("00")]

        assert re.fullmatch(r"CC-0[0-8]\d\d", leaf.code), leaf
        assert family is CourseCrafterError
        assert leaf.code[:5] == above[0].code[:5], leaf


def test_every_error_says_what_it_means_and_what_to_do(leaves: list[type[CourseCrafterError]]) -> None:
    for leaf in leaves:
        meaning = (leaf.__doc__ or "").strip().splitlines()[0]

        assert meaning.endswith("."), leaf
        assert leaf.remedy.endswith("."), leaf
        assert leaf.remedy != CourseCrafterError.remedy, leaf
        assert "|" not in meaning + leaf.remedy, leaf
        assert 400 <= leaf.status < 600, leaf
