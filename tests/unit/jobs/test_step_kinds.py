"""The registry of steps and the program name the same ones."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from coursecrafter.domain.course import Engine
from coursecrafter.domain.step_kinds import STEP_KINDS, kinds_of

SOURCE = Path(__file__).parents[3] / "src" / "coursecrafter"
FOLDERS = {
    "e1_voiceover": Engine.E1,
    "e2_video": Engine.E2,
    "e3_book": Engine.E3,
    "e4_elearning": Engine.E4,
}
MAKERS = {"Step", "Batch"}
"""Whoever makes one says its kind first."""


def made_in(path: Path) -> Iterator[str]:
    """Kinds of the steps that a module makes: a text, or a constant of the module that is one."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MAKERS:
            named = node.args[0] if node.args else next(one.value for one in node.keywords if one.arg == "name")
            named = constants.get(named.id, named) if isinstance(named, ast.Name) else named
            yield ast.literal_eval(named)


def made() -> dict[str, set[Engine]]:
    """By kind, the engines in whose folders it is made."""
    found: dict[str, set[Engine]] = defaultdict(set)
    for path in SOURCE.rglob("*.py"):
        engines = {FOLDERS[part] for part in path.parts if part in FOLDERS}
        for name in made_in(path):
            found[name] |= engines
    return found


def test_every_step_that_is_made_stands_in_the_registry_and_no_other_does() -> None:
    assert set(made()) == set(STEP_KINDS)


def test_an_engine_that_makes_a_step_is_named_with_it() -> None:
    for name, engines in made().items():
        assert engines <= STEP_KINDS[name].engines, name


def test_a_step_has_words_and_its_own_name() -> None:
    assert all(kind.words and kind.name == name for name, kind in STEP_KINDS.items())
    assert set(STEP_KINDS) == {name for engine in (None, *Engine) for name in kinds_of(engine)}
