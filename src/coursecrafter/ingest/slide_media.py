"""Films and recordings that play on a slide: where they stand, when they play, and in which part of the deck they are.

Only what is in the deck is taken; what a link leads to is never fetched, and is named. Runs in the sandbox, as all that
reads a deck's XML.

Source: ECMA-376 Part 1, 20.1.3 (`a:videoFile`, `a:audioFile`, `a:wavAudioFile`), 19.5 (`p:cmd` in a media call);
[MS-PPTX], `p14:media` (embedded media).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from pathlib import PureWindowsPath
from urllib.parse import unquote

from lxml import etree

from coursecrafter.domain.clip import AS_IT_IS, ClipBox, ClipPlayback
from coursecrafter.ingest.characters import clean_line
from coursecrafter.ingest.media_place import cut_off, place_film
from coursecrafter.ingest.media_playback import EMBEDDED, crop_more, read_muted, read_playback
from coursecrafter.ingest.package import P, Package, R, Relationship, find_all, find_values
from coursecrafter.ingest.placeholders import Box, Inheritance
from coursecrafter.ingest.timing import Part, State, read_plays

PICTURE_PX = (1920, 1080)
NOWHERE = Box(0, 0, 0, 0)
LINKED = "“{name}” is not in the deck but a link to a file elsewhere, so it is not played."
MISSING = "“{name}” is not in the deck, so it is not played."
SLANTED = "“{name}” stands at a slant on the slide, so it is not played: its picture stands there."
MUTED = "“{name}” is muted in the deck, so it is not played."
FROM_DISC = "A sound from an audio disc is not played."
_MEDIA = "./p:nvPicPr/p:nvPr/*[self::a:videoFile or self::a:audioFile or self::a:wavAudioFile or self::a:quickTimeFile]"


@dataclass(frozen=True, slots=True)
class FoundMedia:
    """A film or recording in the deck.

    Attributes:
        part: the deck's part that holds it.
        name: as its author knows it.
        is_sound: whether it is a recording.
        build: index of the state after whose words it plays.
        box: of a film, as fractions of the slide's picture.
        playback: how it is played.
    """

    part: str
    name: str
    is_sound: bool
    build: int
    box: ClipBox | None
    playback: ClipPlayback = AS_IT_IS

    def to_json(self) -> dict[str, object]:
        """As the parser's answer has it."""
        box = dict(self.box.to_json()) if self.box else None
        return {**asdict(self), "box": box, "playback": dict(self.playback.to_json())}


def find_media(
    package: Package, part: str, states: Sequence[State], size: tuple[int, int]
) -> tuple[list[FoundMedia], list[str]]:
    """What plays on a slide, in the order in which it plays, and sentences on what does not.

    Args:
        package: the deck.
        part: the slide's part.
        states: the slide's, in playing order.
        size: width and height of the slide in EMU.
    """
    slide = package.parse(part)
    inheritance, plays, muted = Inheritance(package, part), read_plays(slide), read_muted(slide)
    found: list[FoundMedia] = []
    caveats: dict[str, None] = {}
    for picture in slide.iter(f"{P}pic"):
        media = next(iter(find_all(picture, _MEDIA)), None)
        if media is None or next(picture.iterancestors("{*}Fallback"), None) is not None:
            continue
        relationship, name = _relationship(package, part, picture, media)
        if relationship is None or relationship.target not in package.names:
            is_linked = relationship is not None and relationship.is_external
            caveats[(LINKED if is_linked else MISSING).format(name=name)] = None
            continue
        is_sound = etree.QName(media).localname in {"audioFile", "wavAudioFile"}
        build = _build(picture, states, plays)
        if build is None or (not is_sound and _is_hidden(picture)):
            continue
        one = FoundMedia(relationship.target, name, is_sound, build, None)
        shown, unapplied = _as_it_plays(one, picture, inheritance, size, is_muted=_shape_id(picture) in muted)
        caveats |= dict.fromkeys(unapplied)
        if shown:
            found.append(shown)
    if find_all(slide, ".//p:nvPr/a:audioCd"):
        caveats[FROM_DISC] = None
    return sorted(found, key=lambda one: one.build), list(caveats)


def _as_it_plays(
    media: FoundMedia, picture: etree._Element, inheritance: Inheritance, size: tuple[int, int], *, is_muted: bool
) -> tuple[FoundMedia | None, tuple[str, ...]]:
    """The same with its place and its playback, None where it does not play; and sentences on what is left out."""
    found = read_playback(picture, media.name, is_sound=media.is_sound, is_muted=is_muted)
    if media.is_sound:
        if is_muted:
            return None, (MUTED.format(name=media.name),)
        return replace(media, playback=found.playback), found.caveats
    slide = Box(0, 0, *size)
    placed = place_film(inheritance, picture, slide, found.insets)
    if placed is None:
        return None, (SLANTED.format(name=media.name),)
    # What stands beside the slide is heard, and not seen.
    box, cut = cut_off(placed, slide) or (NOWHERE, (Fraction(0),) * 4)
    playback = replace(
        found.playback,
        crop=crop_more(found.playback.crop, cut),
        turns=placed.turns,
        is_mirrored=placed.is_mirrored,
        fills_box=True,
    )
    return replace(media, box=_on_picture(box, size), playback=playback), found.caveats


def _relationship(
    package: Package, part: str, picture: etree._Element, media: etree._Element
) -> tuple[Relationship | None, str]:
    """How the slide refers to what is played, the deck's own copy first; and what it is called."""
    named = [value for one in find_all(picture, EMBEDDED) for value in (one.get(f"{R}embed"), one.get(f"{R}link"))]
    named += [media.get(f"{R}embed"), media.get(f"{R}link")]
    known = package.relationships(part)
    found = [known[one] for one in named if one and one in known]
    relationship = next((one for one in found if not one.is_external), next(iter(found), None))
    return relationship, _name(picture, relationship)


def _name(picture: etree._Element, relationship: Relationship | None) -> str:
    """A link's file name, else what the deck calls it, else its part."""
    target = relationship.target if relationship else ""
    file_name = PureWindowsPath(unquote(target)).name or posixpath.basename(target)
    called = next(iter(find_values(picture, "./p:nvPicPr/p:cNvPr/@name")), "")
    chosen = file_name if relationship is not None and relationship.is_external else called or file_name
    return clean_line(chosen)[:200] or "media"


def _build(picture: etree._Element, states: Sequence[State], plays: dict[str, int]) -> int | None:
    """The state after which it plays: the one that starts it, else the last in which it can be seen; None: never."""
    ids = {properties.get("id", "") for properties in _properties(picture)}
    started = [plays[one] for one in sorted(ids) if one in plays]
    if started:
        return min(*started, len(states) - 1)
    shown = [index for index, state in enumerate(states) if not any(Part(shape_id) in state.hidden for shape_id in ids)]
    return shown[-1] if shown else None


def _shape_id(picture: etree._Element) -> str:
    return next(iter(find_values(picture, "./p:nvPicPr/p:cNvPr/@id")), "")


def _properties(picture: etree._Element) -> Iterator[etree._Element]:
    """Those of a picture and of the groups that it stands in."""
    for element in (picture, *picture.iterancestors(f"{P}grpSp")):
        yield from find_all(element, "./*/p:cNvPr")


def _is_hidden(picture: etree._Element) -> bool:
    return any(one.get("hidden") in {"1", "true"} for one in _properties(picture))


def _on_picture(box: Box, size: tuple[int, int]) -> ClipBox:
    """A box on the slide as fractions of its picture, in which a slide of another shape stands in the middle."""
    scale = min(Fraction(PICTURE_PX[0], max(size[0], 1)), Fraction(PICTURE_PX[1], max(size[1], 1)))
    sides = []
    for start, length, slide, picture in zip(
        (box.left, box.top), (box.width, box.height), size, PICTURE_PX, strict=True
    ):
        begin = (picture - slide * scale) / 2 + start * scale
        sides.append((float(begin / picture), float(length * scale / picture)))
    (left, width), (top, height) = sides
    return ClipBox(left, top, width, height)
