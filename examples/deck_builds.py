"""The animation of a slide as PowerPoint writes it: `p:timing` with one main sequence and its build list.

Source: ECMA-376 Part 1, 19.5 (Animation). Preset numbers are those of PowerPoint's own gallery.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pptx.shapes.base import BaseShape
    from pptx.slide import Slide

P = "http://schemas.openxmlformats.org/presentationml/2006/main"
HAS_TEXT, PICTURE_LIKE = f"{{{P}}}sp", (f"{{{P}}}pic", f"{{{P}}}grpSp", f"{{{P}}}cxnSp")


@dataclass(frozen=True)
class Look:
    """An effect of the gallery.

    Attributes:
        preset_class: "entr", "exit" or "emph".
        filter: of the transition; "" for one without.
        duration_ms: 0 for one that happens at once.
    """

    preset: int
    preset_class: str
    subtype: int = 0
    filter: str = ""
    duration_ms: int = 0


APPEAR = Look(1, "entr")
FADE = Look(10, "entr", filter="fade", duration_ms=500)
WIPE = Look(22, "entr", subtype=8, filter="wipe(left)", duration_ms=400)
FADE_OUT = Look(10, "exit", filter="fade", duration_ms=500)
PULSE = Look(26, "emph", duration_ms=500)


@dataclass(frozen=True)
class Effect:
    """One line of the animation pane; `node` is `clickEffect`, `withEffect` or `afterEffect`."""

    shape: BaseShape
    look: Look
    node: str
    paragraph: int | None = None


@dataclass
class Builds:
    """The animation of one slide, in playing order; `write` puts it into the slide."""

    slide: Slide
    effects: list[Effect] = field(default_factory=list)

    def on_click(self, shape: BaseShape, look: Look = FADE, paragraph: int | None = None) -> Builds:
        """Add an effect that waits for a click."""
        return self._add(shape, look, "clickEffect", paragraph)

    def with_previous(self, shape: BaseShape, look: Look = FADE, paragraph: int | None = None) -> Builds:
        """Add an effect that begins with the one before it."""
        return self._add(shape, look, "withEffect", paragraph)

    def after_previous(self, shape: BaseShape, look: Look = FADE, paragraph: int | None = None) -> Builds:
        """Add an effect that begins when the one before it has ended."""
        return self._add(shape, look, "afterEffect", paragraph)

    def paragraphs_on_click(self, shape: BaseShape) -> Builds:
        """Let each paragraph of a shape wait for its own click."""
        for index in range(len(shape.text_frame.paragraphs)):
            self.on_click(shape, FADE, index)
        return self

    def write(self) -> None:
        """Put `p:timing` where the schema wants it: after the colour map and the transition, before extensions."""
        timing = etree.fromstring(_timing_xml(self.effects))
        root = self.slide._element  # noqa: SLF001 - python-pptx has no word for animation
        extensions = root.find(f"{{{P}}}extLst")
        if extensions is None:
            root.append(timing)
        else:
            extensions.addprevious(timing)

    def _add(self, shape: BaseShape, look: Look, node: str, paragraph: int | None) -> Builds:
        self.effects.append(Effect(shape, look, node, paragraph))
        return self


def _timing_xml(effects: list[Effect]) -> str:
    ids = count(3)
    clicks = "".join(_click_xml(click, ids) for click in _clicks(effects))
    return (
        f'<p:timing xmlns:p="{P}"><p:tnLst><p:par><p:cTn id="1" dur="indefinite" restart="never" nodeType="tmRoot">'
        '<p:childTnLst><p:seq concurrent="1" nextAc="seek"><p:cTn id="2" dur="indefinite" nodeType="mainSeq">'
        f"<p:childTnLst>{clicks}</p:childTnLst></p:cTn>"
        '<p:prevCondLst><p:cond evt="onPrev" delay="0"><p:tgtEl><p:sldTgt/></p:tgtEl></p:cond></p:prevCondLst>'
        '<p:nextCondLst><p:cond evt="onNext" delay="0"><p:tgtEl><p:sldTgt/></p:tgtEl></p:cond></p:nextCondLst>'
        f"</p:seq></p:childTnLst></p:cTn></p:par></p:tnLst>{_build_list_xml(effects)}</p:timing>"
    )


def _clicks(effects: list[Effect]) -> list[list[Effect]]:
    """Effects between two clicks; the first group needs no click if its first effect waits for none."""
    clicks: list[list[Effect]] = []
    for effect in effects:
        if effect.node == "clickEffect" or not clicks:
            clicks.append([])
        clicks[-1].append(effect)
    return clicks


def _click_xml(click: list[Effect], ids: Iterator[int]) -> str:
    begins = '<p:cond delay="indefinite"/>'
    if click[0].node != "clickEffect":
        begins += '<p:cond evt="onBegin" delay="0"><p:tn val="2"/></p:cond>'
    own_id = next(ids)
    groups, begin_ms = [], 0
    for group in _groups(click):
        group_id = next(ids)
        inner = "".join(_effect_xml(effect, ids) for effect in group)
        groups.append(
            f'<p:par><p:cTn id="{group_id}" fill="hold"><p:stCondLst><p:cond delay="{begin_ms}"/></p:stCondLst>'
            f"<p:childTnLst>{inner}</p:childTnLst></p:cTn></p:par>"
        )
        begin_ms += max(effect.look.duration_ms for effect in group)
    return (
        f'<p:par><p:cTn id="{own_id}" fill="hold"><p:stCondLst>{begins}</p:stCondLst>'
        f"<p:childTnLst>{''.join(groups)}</p:childTnLst></p:cTn></p:par>"
    )


def _groups(click: list[Effect]) -> list[list[Effect]]:
    """Effects that begin together."""
    groups: list[list[Effect]] = []
    for effect in click:
        if effect.node == "afterEffect" or not groups:
            groups.append([])
        groups[-1].append(effect)
    return groups


def _effect_xml(effect: Effect, ids: Iterator[int]) -> str:
    look, own_id = effect.look, next(ids)
    # PowerPoint numbers build groups only for what stands in the build list: text and charts
    group = "" if effect.shape._element.tag in PICTURE_LIKE else f' grpId="{_group_id(effect)}"'  # noqa: SLF001
    return (
        f'<p:par><p:cTn id="{own_id}" presetID="{look.preset}" presetClass="{look.preset_class}" '
        f'presetSubtype="{look.subtype}" fill="hold"{group} nodeType="{effect.node}">'
        f'<p:stCondLst><p:cond delay="0"/></p:stCondLst><p:childTnLst>{_behaviours_xml(effect, ids)}</p:childTnLst>'
        "</p:cTn></p:par>"
    )


def _group_id(effect: Effect) -> int:
    return 0 if effect.look.preset_class == "entr" else 1


def _behaviours_xml(effect: Effect, ids: Iterator[int]) -> str:
    look, target = effect.look, _target_xml(effect)
    if look.preset_class == "emph":
        return (
            f'<p:animEffect transition="out" filter="fade"><p:cBhvr><p:cTn id="{next(ids)}" dur="{look.duration_ms}" '
            f'tmFilter="0, 0; .2, .5; .8, .5; 1, 0"/>{target}</p:cBhvr></p:animEffect>'
            f'<p:animScale><p:cBhvr><p:cTn id="{next(ids)}" dur="{look.duration_ms // 2}" autoRev="1" fill="hold"/>'
            f'{target}</p:cBhvr><p:by x="105000" y="105000"/></p:animScale>'
        )
    is_exit = look.preset_class == "exit"
    at_ms = look.duration_ms - 1 if is_exit else 0
    visibility = (
        f'<p:set><p:cBhvr><p:cTn id="{next(ids)}" dur="1" fill="hold"><p:stCondLst><p:cond delay="{at_ms}"/>'
        f"</p:stCondLst></p:cTn>{target}<p:attrNameLst><p:attrName>style.visibility</p:attrName></p:attrNameLst>"
        f'</p:cBhvr><p:to><p:strVal val="{"hidden" if is_exit else "visible"}"/></p:to></p:set>'
    )
    if not look.filter:
        return visibility
    transition = (
        f'<p:animEffect transition="{"out" if is_exit else "in"}" filter="{look.filter}"><p:cBhvr>'
        f'<p:cTn id="{next(ids)}" dur="{look.duration_ms}"/>{target}</p:cBhvr></p:animEffect>'
    )
    return transition + visibility if is_exit else visibility + transition


def _target_xml(effect: Effect) -> str:
    spid = effect.shape.shape_id
    if effect.paragraph is None:
        return f'<p:tgtEl><p:spTgt spid="{spid}"/></p:tgtEl>'
    index = effect.paragraph
    return f'<p:tgtEl><p:spTgt spid="{spid}"><p:txEl><p:pRg st="{index}" end="{index}"/></p:txEl></p:spTgt></p:tgtEl>'


def _build_list_xml(effects: list[Effect]) -> str:
    lines: dict[str, None] = {}
    for effect in effects:
        spid, group = effect.shape.shape_id, _group_id(effect)
        if effect.paragraph is not None:
            lines[f'<p:bldP spid="{spid}" grpId="{group}" build="p"/>'] = None
        elif effect.shape._element.tag == HAS_TEXT:  # noqa: SLF001
            lines[f'<p:bldP spid="{spid}" grpId="{group}" animBg="1"/>'] = None
        elif getattr(effect.shape, "has_chart", False):
            lines[f'<p:bldGraphic spid="{spid}" grpId="{group}"><p:bldAsOne/></p:bldGraphic>'] = None
    return f"<p:bldLst>{''.join(lines)}</p:bldLst>" if lines else ""
