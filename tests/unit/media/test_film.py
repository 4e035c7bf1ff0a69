"""A deck's film: what is refused, when it changes, and which slide it shows when."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from clips import run_ffmpeg
from coursecrafter.errors import VideoError
from coursecrafter.media import film, film_changes
from coursecrafter.media.film import (
    DamagedFilm,
    FilmTooLarge,
    FilmWithoutPictures,
    NotAFilm,
    SmallFrame,
    check_film,
    fit_box,
    read_pictures,
    read_small,
)
from coursecrafter.media.film_changes import Change, changes_among, thumb_of, watch_film
from coursecrafter.media.film_match import OtherFilm, align, match_film, own_stretches, small_picture
from coursecrafter.media.film_restless import Restless, blackened
from deck_films import Frame, Show, drawn_deck, frames_of, starts_of, with_camera, with_pointer, write_film

SIZE = (640, 360)


def smaller(picture: Frame) -> Frame:
    return np.asarray(Image.fromarray(picture).resize(SIZE, Image.Resampling.LANCZOS))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> list[Frame]:
    return [picture for _, picture in drawn_deck(tmp_path_factory.mktemp("deck"))]


@pytest.fixture(scope="module")
def shows(drawn: list[Frame]) -> list[Show]:
    """Title, then slide 2 by a cut and its two builds, slide 3 by a fade, slide 4 by a cut, its box moving in."""
    ways = [
        ("cut", 0, 2.0), ("cut", 0, 1.5), ("fade", 0.5, 1.0), ("cut", 0, 0.7), ("fade", 1.5, 2.0), ("cut", 0, 1.0),
        ("slide", 1.2, 2.0),
    ]  # fmt: skip
    pictures = map(smaller, drawn)
    return [Show(picture, stands, way, takes) for picture, (way, takes, stands) in zip(pictures, ways, strict=True)]


@pytest.fixture(scope="module")
def clip(shows: list[Show], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_film(tmp_path_factory.mktemp("film") / "deck.mp4", frames_of(shows))


@pytest.fixture(scope="module")
def changes(clip: Path) -> tuple[Change, ...]:
    return watch_film(clip).changes


def test_every_change_is_found_within_a_fifth_of_a_second(changes: tuple[Change, ...], shows: list[Show]) -> None:
    expected = starts_of(shows)

    assert len(changes) == len(expected)
    for change, (begin_s, settled_s) in zip(changes, expected, strict=True):
        assert abs(change.begin_s - begin_s) <= 0.2
        assert abs(change.settled_s - settled_s) <= 0.2
    assert [one.end_s for one in changes[:-1]] == [one.begin_s for one in changes[1:]]


def test_frames_may_come_at_any_distance(changes: tuple[Change, ...], clip: Path) -> None:
    """A screen recording holds a frame only where something moved."""
    every = list(read_small(clip))
    kept = every[:1]
    for frame in every:
        if np.abs(frame.pixels.astype(int) - kept[-1].pixels).max() > 8:
            kept.append(frame)
    kept.append(every[-1])

    found = changes_among(kept)

    assert len(kept) < len(every) / 2
    assert len(found) == len(changes)
    for one, other in zip(found, changes, strict=True):
        assert abs(one.begin_s - other.begin_s) <= 0.1


def test_a_slow_faint_fade_is_one_change() -> None:
    def grey(level: float) -> np.ndarray:
        return np.full((90, 160, 3), round(level), np.uint8)

    levels = [60.0] * 60 + [60 + step * 0.9 for step in range(100)] + [150.0] * 60

    found = changes_among(SmallFrame(Fraction(at, 30), grey(level)) for at, level in enumerate(levels))

    assert len(found) == 2
    assert abs(found[1].begin_s - 2) <= 0.2
    assert abs(found[1].settled_s - Fraction(16, 3)) <= 0.2


def test_nothing_is_found_in_nothing() -> None:
    assert changes_among([]) == ()


def test_no_deck_changes_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(film_changes, "MOST_CHANGES", 3)
    frames = [SmallFrame(Fraction(at), np.full((90, 160, 3), at % 2 * 200, np.uint8)) for at in range(9)]

    with pytest.raises(FilmTooLarge, match="CC-0208"):
        changes_among(frames)


def test_each_slide_is_found_where_the_film_shows_it(
    changes: tuple[Change, ...], drawn: list[Frame], shows: list[Show]
) -> None:
    pictures = [small_picture(Image.fromarray(picture), SIZE) for picture in drawn]

    found = match_film(changes, pictures)

    for stretch, (begin_s, settled_s) in zip(found, starts_of(shows), strict=True):
        assert stretch is not None
        assert abs(stretch.start_s - begin_s) <= 0.2
        assert abs(stretch.settled_s - settled_s) <= 0.2


@pytest.mark.parametrize("beside", [with_pointer, with_camera])
def test_slides_are_found_beside_what_never_rests(
    beside: Callable[[Iterable[Frame]], Iterable[Frame]], drawn: list[Frame], shows: list[Show], tmp_path: Path
) -> None:
    """A pointer wanders over the slides, or somebody speaks in a corner of them."""
    watched = watch_film(write_film(tmp_path / "busy.mp4", beside(frames_of(shows))))

    pictures = [blackened(small_picture(Image.fromarray(picture), SIZE), watched.left_out) for picture in drawn]
    found = match_film(watched.changes, pictures)

    assert [bool(stretch) for stretch in found] == [True] * len(shows)
    for stretch, (begin_s, _) in zip(found, starts_of(shows), strict=True):
        assert stretch is not None
        assert abs(stretch.start_s - begin_s) <= 0.2
    assert watched.left_out.any() == (beside is with_camera)


def test_a_film_that_moves_all_over_is_looked_at_whole() -> None:
    rng = np.random.default_rng(1)
    restless = Restless()

    for at in range(80):
        frame = SmallFrame(Fraction(at, 10), rng.integers(0, 255, (90, 160, 3), np.uint8))
        assert list(restless.along([frame])) == [frame]

    assert not restless.mask().any()


def test_a_small_mark_counts_once_it_rests() -> None:
    def marked(at: int) -> np.ndarray:
        pixels = np.full((90, 160, 3), 60, np.uint8)
        if at >= 30:
            pixels[40:43, 60:63] = 255
        return pixels

    found = changes_among(SmallFrame(Fraction(at, 30), marked(at)) for at in range(90))

    assert [change.begin_s for change in found] == [0, 1]


def test_a_line_begins_when_its_words_do_and_not_when_a_pointer_sets_out() -> None:
    def shown(at: int) -> np.ndarray:
        pixels = np.full((90, 160, 3), 240, np.uint8)
        across = 100 + max(0, at - 60) // 2
        pixels[70:73, across : across + 2] = 0
        # Two words fade in; a key frame of a poor encoding had made their ground a little darker long before.
        ink = 2 * (at >= 30) + min(max(at - 78, 0) * 18, 200)
        pixels[30, 40:44] -= np.uint8(ink)
        pixels[30, 50:53] -= np.uint8(ink)
        return pixels

    found = changes_among(SmallFrame(Fraction(at, 30), shown(at)) for at in range(150))

    assert len(found) == 2
    assert abs(found[1].begin_s - Fraction(78, 30)) <= 0.1


@pytest.mark.parametrize(("count", "takes_s"), [(4, 0.5), (4, 1.0), (7, 1.0), (7, 1.5), (14, 2.5)])
def test_a_line_that_is_wiped_in_begins_with_its_first_word(count: int, takes_s: float) -> None:
    def shown(at: int) -> np.ndarray:
        pixels = np.full((90, 160, 3), 240, np.uint8)
        line = pixels.copy()
        for left in range(8, 148, 140 // count):
            line[30:32, left : left + 8] = 20
        wiped = round(160 * min(max((at - 59) / 30 / takes_s, 0), 1))
        pixels[:, :wiped] = line[:, :wiped]
        return pixels

    found = changes_among(SmallFrame(Fraction(at, 30), shown(at)) for at in range(180))

    assert found[1].begin_s == pytest.approx(2 + 8 / 160 * takes_s, abs=0.05)


def test_a_change_of_the_pointer_alone_is_no_slides_as_long_as_there_is_another() -> None:
    """In another font the words of a build stand elsewhere, so that the picture before is nearer to it by a little."""
    slide = np.full((90, 160, 3), 240, np.uint8)
    slide[10:50:4, 10:140] = 20
    pointed, build, filmed = slide.copy(), slide.copy(), slide.copy()
    pointed[80:83, 100:102] = 0
    build[60:62, 10:40] = 20
    filmed[64:66, 50:84] = 20
    changes = [
        Change(Fraction(at), Fraction(at), Fraction(at + 2), thumb_of(one))
        for at, one in ((0, slide), (2, pointed), (4, filmed))
    ]

    first, second = match_film(changes, [slide, build])

    assert first is not None
    assert second is not None
    assert (first.start_s, second.start_s) == (0, 4)


def test_a_slide_that_the_film_leaves_out_is_not_found(drawn: list[Frame], tmp_path: Path) -> None:
    kept = [smaller(picture) for index, picture in enumerate(drawn) if index not in {2, 4}]
    clip = write_film(tmp_path / "short.mp4", frames_of([Show(picture, 0.6) for picture in kept]))

    found = match_film(watch_film(clip).changes, [small_picture(Image.fromarray(picture), SIZE) for picture in drawn])

    assert [stretch is None for stretch in found] == [index in {2, 4} for index in range(len(drawn))]


def test_slides_that_look_alike_share_a_stretch(changes: tuple[Change, ...], drawn: list[Frame]) -> None:
    pictures = [small_picture(Image.fromarray(drawn[index]), SIZE) for index in (0, 1, 2, 2, 3, 4, 5, 6)]

    found = match_film(changes, pictures)

    assert found[2] is not None
    assert found[3] == found[2].at_rest()
    assert found[2].moving_s > 0.3


def test_an_effect_in_several_steps_is_kept_whole() -> None:
    def thumb(level: int) -> bytes:
        pixels = np.zeros((45, 80, 3), np.uint8)
        pixels[:20] = level
        return thumb_of(pixels)

    times = [(0, 5, 0), (5, 6, 100), (6, 9, 250)]
    changes = [Change(Fraction(begin), Fraction(begin), Fraction(end), thumb(level)) for begin, end, level in times]
    pictures = [np.zeros((90, 160, 3), np.uint8) for _ in range(2)]
    pictures[1][:40] = 250

    found = match_film(changes, pictures)

    assert [(one.start_s, one.settled_s, one.end_s) for one in found if one] == [(0, 0, 5), (5, 6, 9)]


def test_a_film_of_another_deck_is_refused(changes: tuple[Change, ...]) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (4, 9, 16, 3), np.uint8)
    pictures = [small_picture(Image.fromarray(one).resize((1920, 1080)), SIZE) for one in noise]

    with pytest.raises(OtherFilm, match="CC-0209"):
        match_film(changes, pictures)


def test_footage_of_endless_pictures_does_not_become_a_deck() -> None:
    thumbs = [bytes([shade]) * 3600 for shade in (0, 255)]
    changes = [Change(Fraction(at), Fraction(at), Fraction(at + 1), thumbs[at % 2]) for at in range(2001)]

    with pytest.raises(FilmTooLarge, match="2001 pictures"):
        own_stretches(changes)

    assert len(own_stretches(changes[:2000])) == 2000


def test_rows_take_columns_in_order_or_none() -> None:
    costs = np.array([[0.1, 0.9, 0.9], [0.9, 0.9, 0.9], [0.0, 0.9, 0.2]], np.float32)

    assert align(costs, 0.4) == [0, None, 2]


def test_a_stretch_is_given_frame_by_frame(clip: Path, shows: list[Show]) -> None:
    begin_s, settled_s = starts_of(shows)[-1]
    times_s = [Fraction(begin_s).limit_denominator(30), Fraction(settled_s).limit_denominator(30), Fraction(99)]

    first, settled, last = read_pictures(clip, times_s, width_px=640, height_px=360)

    assert np.abs(settled.astype(int) - shows[-1].picture).mean() < 3
    assert np.abs(last.astype(int) - shows[-1].picture).mean() < 3
    assert np.abs(first.astype(int) - shows[-2].picture).mean() < np.abs(first.astype(int) - shows[-1].picture).mean()


def test_a_time_between_frames_shows_the_one_before(tmp_path: Path) -> None:
    pictures = [np.full((48, 64, 3), level, np.uint8) for level in (0, 120, 240)]
    clip = write_film(tmp_path / "slow.mp4", pictures, fps=2)

    times_s = [Fraction(1, 4), Fraction(1, 2), Fraction(9, 10), Fraction(1)]
    shown = [round(float(one.mean())) for one in read_pictures(clip, times_s, width_px=64, height_px=48)]

    assert shown == pytest.approx([0, 120, 120, 240], abs=4)


@pytest.mark.parametrize(
    "more",
    [
        # Decoded up to three pictures before it is shown, and no edit list that takes it back.
        ("-use_editlist", "0"),
        ("-movflags", "frag_keyframe+empty_moov"),
        # What follows a key frame and is shown before it leans on the pictures before that.
        ("-x264-params", "open-gop=1:scenecut=0"),
    ],
)
def test_what_is_shown_before_a_key_frame_that_is_decoded_first_is_found(more: tuple[str, str], tmp_path: Path) -> None:
    """Two seconds of 30 pictures, each a little lighter than the one before."""
    path = tmp_path / "Grey.mp4"
    run_ffmpeg("-f", "lavfi", "-i", "color=size=64x36:rate=30:duration=2,format=gray,geq=lum=20+3*N", "-pix_fmt",
               "yuv420p", "-c:v", "libx264", "-crf", "10", "-g", "15", "-bf", "3", *more, path)  # fmt: skip
    *lighter, _ = read_pictures(path, [Fraction(one, 30) for one in range(61)], width_px=64, height_px=36)

    sought = [next(read_pictures(path, [Fraction(one, 30)], width_px=64, height_px=36)) for one in range(60)]

    assert all(np.diff([picture.mean() for picture in lighter]) > 1)
    assert [picture.mean() for picture in sought] == pytest.approx([picture.mean() for picture in lighter], abs=1)


def test_a_film_of_another_shape_stands_in_the_middle(tmp_path: Path) -> None:
    clip = write_film(tmp_path / "narrow.mp4", [np.full((480, 640, 3), 200, np.uint8)] * 3)

    (picture,) = read_pictures(clip, [Fraction(0)], width_px=1920, height_px=1080)

    assert fit_box((640, 480), 1920, 1080) == (240, 0, 1440, 1080)
    assert picture[:, :238].max() == picture[:, -238:].max() == 0
    assert abs(picture[:, 242:-242].mean() - 200) < 3


def test_pixels_that_are_not_square_are_seen(tmp_path: Path) -> None:
    clip = write_film(
        tmp_path / "dv.mp4",
        [np.zeros((480, 640, 3), np.uint8)] * 3,
        options=["-bsf:v", "h264_metadata=sample_aspect_ratio=4/3"],
    )

    assert check_film(clip) == (853, 480)


def test_pixels_of_any_shape_leave_a_picture(tmp_path: Path) -> None:
    clip = write_film(
        tmp_path / "tall.mp4",
        [np.full((90, 160, 3), 200, np.uint8)] * 3,
        options=["-vf", "setsar=2/3"],
    )
    content = bytearray(clip.read_bytes())
    place = content.index(b"pasp") + 4
    content[place : place + 8] = struct.pack(">II", 1, 4000)
    clip.write_bytes(content)

    (picture,) = read_pictures(clip, [Fraction(0)], width_px=192, height_px=108)

    assert check_film(clip) == (1, 90)
    assert picture.shape == (108, 192, 3)


@pytest.mark.parametrize("first", ["top", "bottom"])
@pytest.mark.parametrize("turned", [False, True])
def test_half_pictures_become_whole_ones(first: str, turned: bool, tmp_path: Path) -> None:
    """50 moments a second woven into 25 frames give the pictures of the film that was never woven."""
    moving = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=640x360:r=50:d=1.2"]
    coded = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "12", "-pix_fmt", "yuv420p"]
    whole, woven, shown = (tmp_path / name for name in ("whole.mp4", "woven.mp4", "shown.mp4"))
    subprocess.run([*moving, *coded, whole], check=True, timeout=60)
    order = f"{first[0]}ff"
    weave = ["-vf", f"tinterlace=interleave_{first},setfield={order}", "-flags", "+ilme+ildct"]
    subprocess.run([*moving, *weave, *coded, "-x264-params", f"{order}=1", woven], check=True, timeout=60)
    turn = ["-metadata:s:v:0", "rotate=90"] if turned else []
    subprocess.run(["ffmpeg", "-v", "error", "-i", woven, "-c", "copy", *turn, shown], check=True, timeout=60)
    times_s = [Fraction(index, 30) for index in range(3, 30)]

    expected = list(read_pictures(whole, times_s, width_px=640, height_px=360))
    size = {"width_px": 360, "height_px": 640} if turned else {"width_px": 640, "height_px": 360}
    found = [np.rot90(picture, -turned) for picture in read_pictures(shown, times_s, **size)]

    apart = [float(np.abs(one.astype(int) - other).mean()) for one, other in zip(expected, found, strict=True)]
    assert max(apart) < 2.5


def test_a_film_that_is_damaged_in_the_middle_is_refused_and_says_where(tmp_path: Path) -> None:
    """Concealed here, it would be copied into a video at which browsers stop."""
    path = tmp_path / "film.mp4"
    moving = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=30:d=4"]
    subprocess.run([*moving, "-c:v", "libx264", "-preset", "ultrafast", path], check=True, timeout=60)
    content = bytearray(path.read_bytes())
    begin = content.index(b"mdat") + 4
    middle = begin + (len(content) - begin) // 2
    content[middle : middle + 3000] = np.random.default_rng(1).bytes(3000)
    path.write_bytes(content)

    with pytest.raises(DamagedFilm, match=r"damaged at 00:0[12]: a picture there") as refused:
        watch_film(path)

    assert refused.value.remedy


def _refused(path: Path) -> type[VideoError]:
    with pytest.raises(VideoError) as refused:
        check_film(path)
        watch_film(path)
    assert str(refused.value).count(".") >= 1
    return type(refused.value)


def test_what_is_no_film_is_refused(clip: Path, tmp_path: Path) -> None:
    empty, text, playlist, audio, odd = (tmp_path / name for name in ("e.mp4", "t.mp4", "p.mp4", "a.mp4", "o.mp4"))
    empty.write_bytes(b"")
    text.write_text("This is no film. " * 9)
    playlist.write_text("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n")
    tone = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "sine=d=1"]
    subprocess.run([*tone, audio], check=True, timeout=60)
    picture = ["ffmpeg", "-v", "error", "-y", "-i", clip, "-frames:v", "3", "-c:v", "png", "-an", odd]
    subprocess.run(picture, check=True, timeout=60)

    unknown = tmp_path / "u.mp4"
    unknown.write_bytes(clip.read_bytes().replace(b"avc1", b"zzzz"))

    assert [_refused(path) for path in (empty, text, playlist, audio, odd, unknown)] == [
        NotAFilm, NotAFilm, NotAFilm, FilmWithoutPictures, NotAFilm, NotAFilm,
    ]  # fmt: skip


def test_a_damaged_film_is_refused(clip: Path, tmp_path: Path) -> None:
    whole = clip.read_bytes()
    fast = tmp_path / "fast.mp4"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-i", clip, "-c", "copy", "-movflags", "faststart", fast], check=True, timeout=60
    )
    headless, half, noise, no_pictures = (tmp_path / name for name in ("h.mp4", "c.mp4", "n.mp4", "z.mp4"))
    headless.write_bytes(whole[: len(whole) // 2])
    half.write_bytes(fast.read_bytes()[: fast.stat().st_size * 6 // 10])
    noise.write_bytes(whole[:12] + np.random.default_rng(1).bytes(20_000))
    indexed = fast.read_bytes()
    begin = indexed.index(b"mdat") + 4
    no_pictures.write_bytes(indexed[:begin] + bytes(len(indexed) - begin))

    assert {_refused(path) for path in (headless, half, noise, no_pictures)} == {DamagedFilm}


def test_a_film_that_is_too_much_is_refused(clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wide = write_film(tmp_path / "wide.mp4", [np.zeros((16, 4112, 3), np.uint8)] * 2)
    assert _refused(wide) is FilmTooLarge

    for name, most in (("MAX_BYTES", 100), ("MAX_DURATION_S", 3), ("MAX_FPS", 5)):
        with monkeypatch.context() as changed:
            changed.setattr(film, name, most)
            assert _refused(clip) is FilmTooLarge
