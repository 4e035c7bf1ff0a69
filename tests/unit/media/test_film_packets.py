"""Which films are taken over packet by packet, and how their parts are joined; films of every odd kind are taken."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from coursecrafter.domain.film import Stretch
from coursecrafter.media import film_packets
from coursecrafter.media.film import FilmTooLarge, check_film, look_at_film, read_pictures
from coursecrafter.media.film_changes import watch_film
from coursecrafter.media.film_packets import FilmPackets, UnreadableIndex, index_film
from coursecrafter.media.film_plan import FilmedPart, OwnPart, Part, Play, plan_parts
from coursecrafter.media.picture_track import FRAME_TICKS, TICKS_PER_S, CopiedPart

HD = "1920x1080"
F = Fraction


def film(
    path: Path,
    *options: str,
    size: str = HD,
    fps: str = "30",
    lasts_s: float = 0.3,
    codec: str = "libx264",
    then: str = "null",
) -> Path:
    """Three shades of grey, one after the other."""
    shades = [f"color=c={shade}:s={size}:r={fps}:d={lasts_s / 3}" for shade in ("0x202020", "0x808080", "0xe0e0e0")]
    command = ["ffmpeg", "-v", "error", "-y", *(part for one in shades for part in ("-f", "lavfi", "-i", one))]
    command += ["-filter_complex", f"[0][1][2]concat=n=3,format=yuv420p,{then}", "-c:v", codec, "-preset", "ultrafast"]
    subprocess.run([*command, *options, str(path)], check=True, timeout=120)
    return path


@pytest.mark.parametrize(
    ("options", "more", "refusal"),
    [
        ((), {}, ""),
        ((), {"size": "2560x1440"}, ""),
        ((), {"fps": "30000/1001"}, ""),
        ((), {"fps": "60"}, ""),
        ((), {"fps": "25"}, "there are 25.0 of them a second"),
        ((), {"size": "1280x720"}, "they have 1280 x 720 pixels"),
        (("-flags", "+ilme+ildct"), {}, "they are interlaced"),
        (("-pix_fmt", "yuv444p"), {}, "they are not 8-bit 4:2:0"),
        (("-color_range", "pc"), {}, "their colours have the full range"),
        (("-colorspace", "bt470bg"), {}, "their colours are not those of HD"),
        ((), {"codec": "mpeg4"}, "they are not H.264"),
    ],
)
def test_a_film_says_why_its_packets_are_not_taken_over(
    options: Sequence[str], more: dict[str, str], refusal: str, tmp_path: Path
) -> None:
    coded = "-preset" if more.get("codec") == "mpeg4" else "-bf"
    found = index_film(film(tmp_path / "film.mp4", coded, "2" if coded == "-bf" else "0", *options, **more))  # type: ignore[arg-type]  # texts

    assert found.refusal == refusal
    assert bool(len(found.times)) == (not refusal)


def test_an_index_is_kept_whole_or_refused(tmp_path: Path) -> None:
    found = index_film(film(tmp_path / "film.mp4", "-bf", "2"))

    again = FilmPackets.from_bytes(found.to_bytes())

    assert again.to_bytes() == found.to_bytes()
    assert (again.free_set_id, again.is_idr[0], len(again.sps), len(again.pps)) == (1, True, 1, 1)
    sets = struct.pack(">I", len(found.sps[0])) + found.sps[0]
    odd = found.to_bytes().replace(sets, b"\0\0\xff" + sets[3:])
    for broken in (b"", found.to_bytes()[:200], b"x" * 900, odd):
        with pytest.raises(UnreadableIndex, match="CC-0216"):
            FilmPackets.from_bytes(broken)


def test_parameter_sets_without_content_are_not_taken_over(tmp_path: Path) -> None:
    path = film(tmp_path / "film.mp4", "-x264-params", "repeat-headers=1", "-bsf:v", "dump_extra")
    content = bytearray(path.read_bytes())
    record = content.index(b"avcC") + 4
    after_sps = record + 8 + struct.unpack_from(">H", content, record + 6)[0]
    content[after_sps + 1 : after_sps + 3] = b"\0\0"
    path.write_bytes(content)

    assert index_film(path).refusal == "their parameter sets cannot be read"


def test_a_film_of_endless_pictures_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(film_packets, "MOST_PACKETS", 5)

    with pytest.raises(FilmTooLarge, match="more than 5 pictures"):
        index_film(film(tmp_path / "film.mp4"))


def test_a_turned_film_is_seen_upright(tmp_path: Path) -> None:
    lying = film(tmp_path / "plain.mp4", size="160x90", then="drawbox=w=iw/2:h=ih/2:c=white:t=fill")
    turned = tmp_path / "turned.mp4"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-i", lying, "-c", "copy", "-metadata:s:v:0", "rotate=90", turned],
        check=True,
        timeout=60,
    )
    raw = ["ffmpeg", "-v", "error", "-i", turned, "-frames:v", "1", "-pix_fmt", "rgb24", "-f", "rawvideo", "-"]
    expected = np.frombuffer(subprocess.run(raw, check=True, capture_output=True, timeout=60).stdout, np.uint8)

    look = look_at_film(turned)
    (picture,) = read_pictures(turned, [F(0)], width_px=90, height_px=160)

    assert (look.size_px, look.is_turned) == ((90, 160), True)
    assert index_film(turned).refusal == "they are turned or stretched when they are shown"
    assert np.abs(picture.astype(int) - expected.reshape(160, 90, 3)).mean() < 6


@pytest.mark.parametrize(
    ("options", "more"),
    [
        (("-flags", "+ilme+ildct"), {"size": "720x576", "fps": "25"}),
        ((), {"size": "3840x2160", "fps": "5"}),
        (("-vsync", "vfr"), {"size": "320x180", "then": "select='not(mod(n,7))+eq(n,10)'"}),
    ],
)
def test_odd_films_are_cut_like_any_other(options: Sequence[str], more: dict[str, str], tmp_path: Path) -> None:
    """Interlaced, 4K, and with frames at any distance."""
    path = film(tmp_path / "odd.mp4", *options, lasts_s=3, **more)  # type: ignore[arg-type]  # texts

    assert check_film(path) == tuple(map(int, more["size"].split("x")))
    assert [float(change.begin_s) for change in watch_film(path).changes] == pytest.approx([0, 1, 2], abs=0.25)


def test_a_film_of_three_hours_is_cut_in_bounded_time(tmp_path: Path) -> None:
    path = film(tmp_path / "long.mp4", "-g", "9999", size="64x36", fps="1/20", lasts_s=3 * 3600)

    found = watch_film(path).changes

    assert [float(change.begin_s) for change in found] == pytest.approx([0, 3600, 7200], abs=20)


def packets(frames: int, base_s: Fraction, *, idr_each: int) -> FilmPackets:
    """The index of a film that is decoded in the order in which it is shown."""
    none = np.zeros(frames, np.int64)
    times = np.arange(frames)
    return FilmPackets(1920, 1080, base_s, "", (b"gd",), (b"h",), times, none, none + 9, times % idr_each == 0)


def plays(lasts_s: Sequence[float], stretches: Sequence[Stretch | None]) -> list[Play]:
    bounds = np.cumsum([0, *(round(one * 30) for one in lasts_s)]) * FRAME_TICKS
    return [
        Play(stretch, int(start), int(end)) for stretch, start, end in zip(stretches, bounds, bounds[1:], strict=False)
    ]


def covers(parts: Sequence[Part], end: int) -> None:
    assert [part.start for part in parts] == [0, *(part.end for part in parts[:-1])]
    assert parts[-1].end == end
    assert all(part.start < part.end for part in parts)


def test_an_hour_of_television_does_not_drift_and_has_key_frames() -> None:
    """Rates of 30000/1001 against a grid of 30: each part begins where its segment does."""
    frame_s = F(1001, 30000)
    film_of_an_hour = packets(107_892, frame_s, idr_each=60)
    length = 60 * 10 * frame_s
    stretches = [Stretch(index * length, index * length + 1, (index + 1) * length) for index in range(179)]
    shots = plays([20.0] * 179, stretches)

    parts = plan_parts(film_of_an_hour, shots)

    covers(parts, shots[-1].end)
    starts = {part.start for part in parts}
    assert {shot.start for shot in shots} <= starts
    copied = [part for part in parts if isinstance(part, CopiedPart)]
    assert sum(part.behind - part.first for part in copied) > 107_000
    for part in copied:
        lasts_s = (part.behind - part.first) * frame_s
        assert abs(F(part.end - part.start, TICKS_PER_S) - lasts_s) <= 5


def test_packets_go_on_without_a_key_frame_where_nothing_is_left_out() -> None:
    one = packets(120, F(1, 30), idr_each=999)
    halves = [Stretch(F(0), F(1, 2), F(2)), Stretch(F(2), F(5, 2), F(4))]

    whole = plan_parts(one, plays([2.5, 2], halves))
    late = plan_parts(one, plays([6, 3], halves))
    cut = plan_parts(one, plays([1, 2], halves))

    assert [type(part) for part in whole] == [CopiedPart, CopiedPart]
    assert whole[0].end - whole[0].start == 75 * FRAME_TICKS
    assert [type(part) for part in late] == [CopiedPart, FilmedPart, FilmedPart]
    assert late[0].end == 150 * FRAME_TICKS
    assert [type(part) for part in cut] == [CopiedPart, FilmedPart]
    assert len(cut[1].times_s) > 10  # the movement, and the picture that stands


def test_a_split_segment_goes_on_and_pictures_of_our_own_stand_between() -> None:
    one = packets(120, F(1, 30), idr_each=30)
    first = Stretch(F(0), F(1), F(2))

    goes_on = plan_parts(one, plays([1, 1], [first, first.at_rest()]))
    between = plan_parts(one, plays([1.5, 1, 1.5], [first, None, Stretch(F(21, 10), F(3), F(4))]))

    covers(goes_on, 60 * FRAME_TICKS)
    assert [(part.first, part.behind) for part in goes_on if isinstance(part, CopiedPart)] == [(0, 30), (30, 60)]
    assert [type(part) for part in between] == [CopiedPart, OwnPart, CopiedPart]
    assert (between[2].first, between[2].behind) == (60, 105)


def test_too_little_room_for_a_packet_is_filled_with_what_stands() -> None:
    one = packets(90, F(1, 2), idr_each=30)

    parts = plan_parts(one, plays([0.2, 2], [Stretch(F(0), F(0), F(9)), Stretch(F(10), F(12), F(15))]))

    covers(parts, 66 * FRAME_TICKS)
    assert [type(part) for part in parts] == [FilmedPart, FilmedPart]


def test_a_movement_up_to_a_late_key_frame_has_a_key_frame_at_its_end() -> None:
    """150 pictures of television last a little longer than 150 frames: none may be over."""
    one = packets(900, F(1001, 30000), idr_each=180)

    parts = plan_parts(one, plays([20], [Stretch(30 * one.base_s, 200 * one.base_s, 600 * one.base_s)]))

    assert isinstance(parts[0], FilmedPart)
    assert 150 * FRAME_TICKS < parts[0].end < 151 * FRAME_TICKS
    assert len(parts[0].times_s) == 150


def test_a_film_without_a_free_parameter_set_keeps_its_packets() -> None:
    assert (
        replace(
            packets(3, F(1, 30), idr_each=3), sps=(bytes([0x67, 100, 0, 40, 0x80]),), pps=(b"\x68\x80",)
        ).free_set_id
        == 1
    )
