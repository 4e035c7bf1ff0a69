"""The steps that make pictures: a scene's still, its clip, the coded pictures of a segment."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import UUID

import numpy as np
from PIL import Image

from coursecrafter.domain.course import Brand, SceneContent
from coursecrafter.domain.keys import content_key
from coursecrafter.domain.stored import StoredObject
from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e2_video.clips import ShownClip
from coursecrafter.engines.e2_video.fitting import Box
from coursecrafter.engines.e2_video.layout import SceneLayout
from coursecrafter.engines.e2_video.legibility import Legibility, measure_text, narration_parts
from coursecrafter.engines.e2_video.logo import open_logo
from coursecrafter.engines.e2_video.paint import (
    PAINT_VERSION,
    Backing,
    Pixels,
    backing_of,
    paint_background,
    paint_backing,
    paint_lettering,
    picture_mask,
    still_lettering,
)
from coursecrafter.engines.e2_video.palette import hex_color
from coursecrafter.engines.e2_video.run import lettering_key, paint_run
from coursecrafter.engines.e2_video.shots import Shot
from coursecrafter.jobs.steps import Done, Produced, Step
from coursecrafter.media.clips import Clip, clip_picture, measure_clip, read_clip
from coursecrafter.media.codec import CODEC_VERSION
from coursecrafter.media.film import PICTURES_VERSION
from coursecrafter.media.still_video import encode_pictures, plan_coding

RUN_VERSION = 2
CLIP_VERSION = 2


@dataclass(frozen=True, slots=True)
class HouseFiles:
    """What of the brand stands on pictures.

    Attributes:
        logo: as it came; None: its name stands instead.
        backdrop: of the organisation's own slides: the two ends of a gradient, and a picture that covers it.
    """

    logo: bytes | None
    backdrop: tuple[tuple[int, int, int], tuple[int, int, int], bytes | None] | None

    @classmethod
    def of(cls, brand: Brand, bench: Bench) -> HouseFiles:
        """Read them from the store."""
        logo = bench.store.get_bytes(brand.logo) if brand.logo else None
        if brand.backdrop is None:
            return cls(logo, None)
        picture = bench.store.get_bytes(brand.backdrop.picture) if brand.backdrop.picture else None
        return cls(logo, (hex_color(brand.backdrop.start), hex_color(brand.backdrop.end), picture))

    def backing(self, layout: SceneLayout) -> Backing:
        """What stands behind a scene."""
        return backing_of(layout, self.backdrop)


@dataclass(frozen=True, slots=True)
class SceneClip:
    """A scene's film clip with its first picture."""

    stored: StoredObject
    clip: Clip
    poster: StoredObject


@dataclass(frozen=True, slots=True)
class Scene:
    """A scene with its layout and its illustration.

    Attributes:
        image: its illustration, to be shared; of a scene that has none beside its clip, the clip's first picture.
        still: its still picture, as PNG.
        image_call: the call that drew the illustration; None where its author chose it.
        clip: what moves in the illustration's place.
        drawn_by: provider and model that drew what is seen; None: people.
    """

    content: SceneContent
    layout: SceneLayout
    image: StoredObject
    still: StoredObject
    legibility: Legibility
    image_call: UUID | None = None
    clip: SceneClip | None = None
    drawn_by: tuple[str, str] | None = None


def read_clips(bench: Bench, contents: Sequence[SceneContent]) -> list[SceneClip | None]:
    """The clips of scenes, looked through; None for a scene without one.

    Raises:
        UnplayableClip: CC-0236.
    """
    done = iter(bench.steps.run([_clip_step(bench, scene.clip) for scene in contents if scene.clip]))
    return [_as_clip(bench, scene.clip, next(done)) if scene.clip else None for scene in contents]


def _clip_step(bench: Bench, clip: StoredObject) -> Step:
    def make(folder: Path) -> Mapping[str, Produced]:
        film = folder / "clip.mp4"
        bench.store.copy_to(clip, film)
        found = measure_clip(film)
        poster, measured = folder / "poster.png", folder / "clip.json"
        poster.write_bytes(clip_picture(film, found))
        measured.write_text(json.dumps(found.to_json()), encoding="utf-8")
        return {"poster": Produced(poster, "image/png"), "clip": Produced(measured, "application/json")}

    return Step(
        "scene_clip", content_key("scene_clip", CLIP_VERSION, clip=clip.sha256, pictures=PICTURES_VERSION), make
    )


def _as_clip(bench: Bench, stored: StoredObject, done: Done) -> SceneClip:
    measured = json.loads(bench.store.get_bytes(done.files["clip"]))
    return SceneClip(stored, Clip(**measured), done.files["poster"])


def paint_stills(
    bench: Bench, layouts: Sequence[SceneLayout], images: Sequence[StoredObject], house: HouseFiles
) -> list[tuple[StoredObject, Legibility]]:
    """The still picture of each scene, and how well its text can be read."""
    steps = [_still_step(bench, layout, image, house) for layout, image in zip(layouts, images, strict=True)]
    return [(done.files["picture"], read_measured(bench, done)) for done in bench.steps.run(steps)]


def _still_step(
    bench: Bench, layout: SceneLayout, image: StoredObject, house: HouseFiles, clip: tuple[Clip, int] | None = None
) -> Step:
    """A scene's still picture.

    Args:
        image: its illustration, or the film clip of which the picture with the index `clip` stands in its place.
    """

    def make(folder: Path) -> Mapping[str, Produced]:
        if clip is None:
            picture = bench.store.get_bytes(image)
        else:
            film = folder / "clip.mp4"
            bench.store.copy_to(image, film)
            picture = clip_picture(film, *clip)
        logo = open_logo(house.logo) if house.logo else None
        pixels = paint_background(layout, picture, logo, house.backing(layout))
        parts = still_lettering(layout, has_logo=logo is not None)
        measured = _written(folder, measure_text(pixels, parts, layout.illustration))
        for part in parts:
            paint_lettering(pixels, part)
        path = folder / "still.png"
        Image.fromarray(pixels).save(path, compress_level=1)
        return {"picture": Produced(path, "image/png"), "measured": measured}

    key = content_key(
        "still",
        PAINT_VERSION,
        image=image.sha256,
        clip_frame=[clip[1], PICTURES_VERSION] if clip else None,
        logo=_sha256(house.logo),
        lettering=[lettering_key(part) for part in layout.still],
        size=[layout.size.width_px, layout.size.height_px],
        ground=asdict(layout.ground),
        backing=_backing_key(house.backing(layout)),
        plates=[asdict(plate) for plate in layout.plates],
        illustration=asdict(layout.illustration),
        foot=asdict(layout.foot),
        is_rtl=layout.text.is_rtl,
    )
    return Step("still", key, make, f"scene {layout.text.number}")


def encode_shots(
    bench: Bench, scenes: Sequence[Scene], shots: Sequence[Shot], house: HouseFiles
) -> tuple[list[StoredObject], list[Legibility]]:
    """The coded pictures of each shot, and how well its narration can be read."""
    lasts = _last_stills(bench, scenes, shots, house)
    steps = []
    for number, shot in enumerate(shots, 1):
        before = lasts[shot.scene - 1] if shot.place.enters_scene and shot.scene else None
        steps.append(_run_step(bench, shot, scenes[shot.scene], before, house, f"segment {number}"))
    done = bench.steps.run(steps)
    return [one.files["run"] for one in done], [read_measured(bench, one) for one in done]


def _last_stills(
    bench: Bench, scenes: Sequence[Scene], shots: Sequence[Shot], house: HouseFiles
) -> Mapping[int, StoredObject]:
    """What of each scene is seen last: its still picture, with a clip as far as it has been shown."""
    last_states = {shot.scene: shot.plan.states[-1] for shot in shots}
    moved = {
        index: _still_step(bench, scene.layout, scene.clip.stored, house, (scene.clip.clip, last_states[index].clip))
        for index, scene in enumerate(scenes[:-1])
        if scene.clip and last_states[index].clip
    }
    done = dict(zip(moved, bench.steps.run(moved.values()), strict=True))
    return {index: done[index].files["picture"] if index in done else scene.still for index, scene in enumerate(scenes)}


def _run_step(
    bench: Bench, shot: Shot, scene: Scene, before: StoredObject | None, house: HouseFiles, label: str
) -> Step:
    idr = plan_coding(shot.plan.holds_frames)
    size, backing = scene.layout.size, house.backing(scene.layout)

    def make(folder: Path) -> Mapping[str, Produced]:
        own = _read_still(bench, scene.still)
        first = _read_still(bench, before) if before else paint_backing(backing)
        parts = [part for page in shot.plan.pages for part in narration_parts(page, shot.plan.ground)]
        measured = _written(folder, measure_text(own, parts, scene.layout.illustration))
        pictures = paint_run(shot.plan, own, first, backing, _shown_clip(bench, shot, scene, folder))
        path = folder / "pictures.run"
        coded = encode_pictures(pictures, idr, width_px=size.width_px, height_px=size.height_px)
        path.write_bytes(coded.to_bytes())
        return {"run": Produced(path, "application/octet-stream"), "measured": measured}

    key = content_key(
        "run",
        RUN_VERSION,
        codec=CODEC_VERSION,
        still=scene.still.sha256,
        before=before.sha256 if before else None,
        # What stands behind is seen only on the way in.
        backing=_backing_key(backing) if shot.place.enters_scene else None,
        clip=[scene.clip.stored.sha256, PICTURES_VERSION, asdict(scene.layout.illustration)] if scene.clip else None,
        pictures=shot.plan.to_key(),
        idr=idr,
    )
    return Step("run", key, make, label)


def _shown_clip(bench: Bench, shot: Shot, scene: Scene, folder: Path) -> ShownClip | None:
    """The pictures of the scene's clip that a shot shows."""
    frames = sorted({state.clip for state in shot.plan.states if state.clip})
    if scene.clip is None or not frames:
        return None
    film = folder / "clip.mp4"
    bench.store.copy_to(scene.clip.stored, film)
    box: Box = scene.layout.illustration
    return ShownClip(read_clip(film, scene.clip.clip, frames, (box.width, box.height)), box, picture_mask(scene.layout))


def _backing_key(backing: Backing) -> list[object]:
    return [backing.width_px, backing.height_px, backing.start, backing.end, _sha256(backing.picture)]


def _sha256(content: bytes | None) -> str | None:
    return hashlib.sha256(content).hexdigest() if content else None


def _written(folder: Path, found: Legibility) -> Produced:
    path = folder / "measured.json"
    path.write_text(json.dumps(asdict(found)), encoding="utf-8")
    return Produced(path, "application/json")


def read_measured(bench: Bench, done: Done) -> Legibility:
    """What a step measured of its texts."""
    return Legibility(**json.loads(bench.store.get_bytes(done.files["measured"])))


def _read_still(bench: Bench, still: StoredObject) -> Pixels:
    with Image.open(io.BytesIO(bench.store.get_bytes(still))) as picture:
        return np.array(picture.convert("RGB"))
