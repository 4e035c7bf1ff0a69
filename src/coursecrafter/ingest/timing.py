"""The order in which a slide's parts appear.

PowerPoint plays the main sequence click by click. Here a slide has states: the first is what stands there when it
appears, and each later one begins with a click, or with an effect that follows another by itself. A state is no more
than the set of parts that are hidden in it.

Source: ECMA-376 Part 1, 19.5 (Animation): `p:timing`, `p:cTn` with `presetClass` and `nodeType`, `p:spTgt`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from lxml import etree

from coursecrafter.domain.deck import Trigger
from coursecrafter.ingest.package import P, find_all

MAX_PARAGRAPH = 5_000
MAX_EFFECTS = 5_000


class Aspect(StrEnum):
    """What of a shape is shown or hidden."""

    SHAPE = "shape"
    BACKGROUND = "background"
    PARAGRAPH = "paragraph"


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """Something on a slide that appears or goes for itself.

    Attributes:
        shape_id: `p:cNvPr/@id`.
        paragraph: its index among the shape's paragraphs, or -1.
    """

    shape_id: str
    aspect: Aspect = Aspect.SHAPE
    paragraph: int = -1


class Surface(StrEnum):
    """What of a shape an emphasis gives another colour; the values are the attribute's names in the timing."""

    TEXT = "style.color"
    FILL = "fillcolor"
    LINE = "stroke.color"


@dataclass(frozen=True, slots=True, order=True)
class Paint:
    """A colour that an emphasis gives a part, and that stays.

    Attributes:
        color: the element of DrawingML, as canonical XML.
    """

    part: Part
    surface: Surface
    color: str


@dataclass(frozen=True, slots=True)
class State:
    """One state of a slide: what began it, what cannot be seen in it, and what has another colour than before."""

    trigger: Trigger
    hidden: frozenset[Part]
    painted: tuple[Paint, ...] = ()


@dataclass(frozen=True, slots=True)
class _Effect:
    parts: tuple[Part, ...]
    is_entrance: bool
    paints: tuple[Paint, ...] = ()
    plays: str = ""
    """Shape whose film or recording it starts."""


PATH = "A motion path is not drawn: what it moves stands whole in its place."
EMPHASIS = "An emphasis is not drawn, since it gives no lasting colour: what it stresses keeps its looks."
CHART = "A chart that builds by series or category appears whole."
SMART_ART = "SmartArt that builds by node appears whole."
CHARACTERS = "Text that builds by a range of characters appears whole."
INNER_PART = "A part inside an object that builds for itself appears with the whole object."
INTERACTIVE = "An effect that waits for a click on a shape is not played: what it shows is there from the start."


def read_states(slide: etree._Element) -> tuple[list[State], list[str]]:
    """Find a slide's states in playing order, and sentences on what of its animation cannot be drawn.

    Steps that change nothing that can be drawn belong to the state before them.
    """
    timing = _timing(slide)
    if timing is None:
        return [State(Trigger.START, frozenset())], []
    caveats: dict[str, None] = {}
    steps = list(_steps(timing, caveats))
    if find_all(timing, ".//p:cTn[@nodeType='interactiveSeq']"):
        caveats[INTERACTIVE] = None
    return _play(steps)[0], list(caveats)


def read_plays(slide: etree._Element) -> dict[str, int]:
    """By the shape's id, the state in which its film or recording is started, unless that waits for a click on it."""
    timing = _timing(slide)
    return {} if timing is None else _play(list(_steps(timing, {})))[1]


def _timing(slide: etree._Element) -> etree._Element | None:
    return next(iter(find_all(slide, "p:timing | mc:AlternateContent/mc:Choice/p:timing")), None)


def _steps(timing: etree._Element, caveats: dict[str, None]) -> Iterator[tuple[Trigger, list[_Effect]]]:
    """Triggers with their effects; the first is the slide's appearance."""
    trigger = Trigger.START
    effects: list[_Effect] = []
    clicks = find_all(timing, "(.//p:cTn[@nodeType='mainSeq'])[1]/p:childTnLst/p:par")
    count = 0
    for click, group in enumerate(clicks):
        for place, node in enumerate(find_all(group, ".//p:cTn[@presetClass]")):
            count += 1
            if count > MAX_EFFECTS:
                break
            begun = _trigger(node.get("nodeType", ""), is_first=place == 0, is_opening=click == 0)
            if begun is not Trigger.WITH:
                yield trigger, effects
                trigger, effects = begun, []
            effect = _effect(node, caveats)
            if effect is not None:
                effects.append(effect)
    yield trigger, effects


def _trigger(node_type: str, *, is_first: bool, is_opening: bool) -> Trigger:
    """A group begins with a click, except the first, which may begin with the slide itself."""
    if node_type == "afterEffect" and (is_opening or not is_first):
        return Trigger.AFTER
    if node_type == "clickEffect" or (is_first and not (is_opening and node_type == "withEffect")):
        return Trigger.CLICK
    return Trigger.WITH


def _effect(node: etree._Element, caveats: dict[str, None]) -> _Effect | None:
    kind = node.get("presetClass")
    if kind == "path":
        caveats[PATH] = None
        return None
    if kind == "emph":
        return _emphasis(node, caveats)
    target = next(iter(find_all(node, ".//p:spTgt[@spid]")), None)
    if target is not None and kind == "mediacall":
        return _Effect((), is_entrance=False, plays=target.get("spid", ""))
    if target is None or kind not in {"entr", "exit"}:
        return None
    is_entrance = kind == "entr"
    parts = _parts(target, caveats, is_entrance=is_entrance)
    return _Effect(parts, is_entrance) if parts else None


def _emphasis(node: etree._Element, caveats: dict[str, None]) -> _Effect | None:
    """A change of colour that stays; what moves, grows or flashes ends as it began."""
    paints: list[Paint] = []
    for change in find_all(node, ".//p:animClr[p:to/*]"):
        names = {name.text for name in find_all(change, "p:cBhvr/p:attrNameLst/p:attrName")}
        surface = next((one for one in Surface if one.value in names), None)
        returns = find_all(change, "p:cBhvr/p:cTn[@autoRev='1' or @autoRev='true' or @fill='remove']")
        target = next(iter(find_all(change, "p:cBhvr/p:tgtEl/p:spTgt[@spid]")), None)
        if surface is None or target is None or returns:
            continue
        color = etree.tostring(find_all(change, "p:to/*")[0], method="c14n").decode()
        paints += [Paint(part, surface, color) for part in _parts(target, caveats, is_entrance=False)]
    if not paints:
        caveats[EMPHASIS] = None
    return _Effect((), is_entrance=False, paints=tuple(paints)) if paints else None


def _parts(target: etree._Element, caveats: dict[str, None], *, is_entrance: bool) -> tuple[Part, ...]:
    shape_id = target.get("spid", "")
    ranges = find_all(target, "p:txEl/p:pRg")
    if ranges:
        first, last = (_index(ranges[0].get(end)) for end in ("st", "end"))
        return tuple(Part(shape_id, Aspect.PARAGRAPH, index) for index in range(first, last + 1))
    if find_all(target, "p:txEl/p:charRg"):
        caveats[CHARACTERS] = None
        return ()
    if find_all(target, "p:bg"):
        return (Part(shape_id, Aspect.BACKGROUND),)
    caveat = _inner_caveat(target)
    if caveat is not None:
        # The object comes whole with its first part, so a part that leaves takes nothing away.
        caveats[caveat] = None
        return (Part(shape_id),) if is_entrance else ()
    return (Part(shape_id),)


def _inner_caveat(target: etree._Element) -> str | None:
    if find_all(target, "p:graphicEl/a:dgm"):
        return SMART_ART
    if find_all(target, "p:graphicEl/a:chart | p:oleChartEl"):
        return CHART
    return INNER_PART if find_all(target, "p:subSp") else None


def _index(value: str | None) -> int:
    return min(int(value or 0), MAX_PARAGRAPH)


def _play(steps: list[tuple[Trigger, list[_Effect]]]) -> tuple[list[State], dict[str, int]]:
    """The states, and by shape the one in which what it plays is started."""
    hidden: set[Part] = set()
    seen: set[Part] = set()
    for _, effects in steps:
        for effect in effects:
            if effect.is_entrance:
                hidden.update(set(effect.parts) - seen)
            seen.update(effect.parts)
    states: list[State] = []
    plays: dict[str, int] = {}
    colors: dict[tuple[Part, Surface], Paint] = {}
    for trigger, effects in steps:
        for effect in effects:
            (hidden.difference_update if effect.is_entrance else hidden.update)(effect.parts)
            colors.update({(paint.part, paint.surface): paint for paint in effect.paints})
        state = State(trigger, frozenset(hidden), tuple(sorted(colors.values())))
        if not states or (states[-1].hidden, states[-1].painted) != (state.hidden, state.painted):
            states.append(state)
        for effect in effects:
            if effect.plays:
                plays.setdefault(effect.plays, len(states) - 1)
    return states, plays


def shape_ids(states: list[State]) -> set[str]:
    """Ids of the shapes that are hidden, whole or in part, in some state."""
    return {part.shape_id for state in states for part in state.hidden}


def remove_timing(slide: etree._Element) -> None:
    """Take animation and transition out of a slide, also where they stand in alternatives."""
    inner = f"{P}timing", f"{P}transition"
    for child in list(slide):
        holds = any(next(child.iter(name), None) is not None for name in inner)
        if child.tag in inner or (holds and child.tag != f"{P}cSld"):
            slide.remove(child)
