"""Videos whose workers are killed before, in and after every kind of step."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from background_shops import Shopfloor
from clips import flashing_clip, recording
from coursecrafter.domain.course import Engine
from deck_films import Show, drawn_deck, frames_of, write_film
from faults.killing import Scene
from faults.lessons import filmed_lesson_of, lesson_of, plain_deck, with_clip


def test_a_narrated_video_whose_worker_is_killed_at_every_step_is_the_undisturbed_one(
    scene: Scene, tmp_path: Path
) -> None:
    pictures = [picture[::4, ::4] for _, picture in drawn_deck(tmp_path)]
    film = write_film(tmp_path / "film.mp4", frames_of([Show(picture, 0.5) for picture in pictures]))

    clip = flashing_clip(tmp_path / "clip.mp4")

    def add(floor: Shopfloor) -> UUID:
        return with_clip(floor, filmed_lesson_of(floor, tmp_path / "deck.pptx", film), clip)

    scene.kill_at_every_step(Engine.E1, add)


def test_a_branded_video_whose_worker_is_killed_at_every_step_is_the_undisturbed_one(
    scene: Scene, tmp_path: Path
) -> None:
    deck, music = plain_deck(tmp_path), recording(tmp_path / "music.wav", 3)

    scene.kill_at_every_step(Engine.E2, lambda floor: lesson_of(floor, deck), music)
