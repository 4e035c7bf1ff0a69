"""A full lesson of still pictures with sound: our kernel beside its peers, on the same pictures and the same sound.

All make an H.264 video of 1920 x 1080 at 30 frames a second with AAC sound: ours, MoviePy 2, ffmpeg as its manual shows
it (`-loop 1`), ffmpeg as an expert has it (each picture decoded and converted once and repeated by the loop filter, the
fastest preset, steered for stills); and a copy of our file's packets, which is the floor. Ours also measures and levels
each voice, and measures the finished file. With `--lively`, pictures fade into one another and 24 words of each are lit
one after the other; of the peers only MoviePy has words for that. MoviePy is no dependency: it is installed into a
folder of its own. Prints wall and CPU seconds and their ratios; judges nothing, since machines differ.

    python bench/video_kernels.py [--minutes 10] [--pictures 40] [--lively] [--without moviepy,loop,expert]
"""

from __future__ import annotations

import argparse
import io
import json
import resource
import subprocess
import sys
import tempfile
import time
import venv
import wave
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BENCH_VENV = ROOT / "build" / "bench-venv"
GAP_S = 0.7
WORDS, FADE_FRAMES = 24, 12
RATE_HZ = 48_000
SENTENCE = (
    "A fire door keeps smoke out of the stairs for as long as it is shut, and that is why nobody may wedge it open. "
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--pictures", type=int, default=40)
    parser.add_argument("--without", default="", help="Peers to leave out, by comma.")
    parser.add_argument("--lively", action="store_true", help="Fades, and words that light up.")
    parser.add_argument("--part", choices=[*PARTS], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.part:
        PARTS[asked.part](asked.folder)
        return
    with tempfile.TemporaryDirectory(prefix="cc-bench-") as name:
        folder = Path(name)
        prepare(folder, asked.pictures, asked.minutes * 60)
        us, *peers = LIVELY if asked.lively else [part for part in PARTS if part not in LIVELY]
        ours = run_part(us, sys.executable, folder)
        for peer in [name for name in peers if name not in asked.without.split(",")]:
            python = str(install_moviepy()) if "moviepy" in peer else sys.executable
            theirs = run_part(peer, python, folder)
            print(f"  {peer} to ours: CPU {theirs[0] / ours[0]:.2f}, wall {theirs[1] / ours[1]:.2f}", flush=True)


def prepare(folder: Path, pictures: int, seconds: float) -> None:
    """Draw the pictures and speak the sound, once for both."""
    from PIL import Image, ImageDraw, ImageFilter  # noqa: PLC0415  # MoviePy's interpreter reads this file too

    each_s = seconds / pictures - GAP_S
    for number in range(pictures):
        image = (
            Image.effect_noise((192, 108), 60).resize((1920, 1080)).filter(ImageFilter.GaussianBlur(6)).convert("RGB")
        )
        draw = ImageDraw.Draw(image)
        draw.rectangle((0, 0, 1920, 220), fill=(31, 78, 140))
        draw.text((90, 60), f"Slide {number + 1}: what a fire door does", fill="white", font_size=80)
        for line in range(8):
            draw.text((120, 300 + 80 * line), f"• {SENTENCE[:60]}{line}", fill=(20, 20, 30), font_size=44)
        image.save(folder / f"{number:03}.png")
        speak(folder / f"{number:03}.wav", f"Slide {number + 1}. " + SENTENCE * int(each_s / 5 + 2), each_s)


def speak(path: Path, text: str, seconds: float) -> None:
    """A voice of exactly that length."""
    command = ["espeak-ng", "--stdout", "--stdin"]
    spoken = subprocess.run(command, input=text.encode(), capture_output=True, check=True, timeout=60).stdout
    with wave.open(io.BytesIO(spoken)) as file:
        rate, content = file.getframerate(), file.readframes(file.getnframes())
    wanted = int(seconds * rate) * 2
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(content[:wanted].ljust(wanted, b"\0"))


def run_part(part: str, python: str, folder: Path) -> tuple[float, float]:
    """CPU and wall seconds of one side, its child processes included."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run([python, __file__, "--part", part, "--folder", str(folder)], check=True, timeout=7200, cwd=folder)
    wall_s, after = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{part}: {cpu_s:.1f} CPU s, {wall_s:.1f} s wall, {describe(folder / f'{part}.mp4')}", flush=True)
    return cpu_s, wall_s


def describe(video: Path) -> str:
    command = ["ffprobe", "-v", "error", "-show_format", "-of", "json", str(video)]
    found = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)["format"]
    return f"{float(found['duration']):.1f} s of video, {int(found['size']) / 1e6:.1f} MB"


def install_moviepy() -> Path:
    python = BENCH_VENV / "bin" / "python"
    if not python.exists():
        venv.create(BENCH_VENV, with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "-q", "moviepy>=2"], check=True, timeout=600)
    return python


def make_ours(folder: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  # see `prepare`
    from fractions import Fraction  # noqa: PLC0415

    from coursecrafter.media.mp4 import write_mp4  # noqa: PLC0415
    from coursecrafter.media.probe import measure  # noqa: PLC0415
    from coursecrafter.media.still_video import Shown, encode_pictures  # noqa: PLC0415
    from coursecrafter.media.timeline import GAP_BETWEEN_SLIDES_S, Span, lay_out  # noqa: PLC0415

    with ThreadPoolExecutor(2) as pool:
        voices = list(pool.map(make_voice, sorted(folder.glob("*.wav"))))
        blocks = [block for block, _ in voices]
        lap("voices")
        runs = list(pool.map(lambda path: encode_pictures([path], [True]), sorted(folder.glob("*.png"))))
    lap("pictures")
    timeline = lay_out([Span(block.sound_s, GAP_BETWEEN_SLIDES_S, onset_s=block.onset_s) for block in blocks])
    shown = [Shown(run, (cue.frames,)) for run, cue in zip(runs, timeline.cues, strict=True)]
    laid = lay(voices, timeline)
    write_mp4(folder / "ours.mp4", shown, laid.packets)
    lap("mux")
    measure(folder / "ours.mp4", Fraction(1, 30), laid)
    lap("measure")


def make_voice(path: Path) -> tuple[Any, Any]:
    """A voice made ready, and what is heard of it."""
    from coursecrafter.media.heard import listen  # noqa: PLC0415  # see `prepare`
    from coursecrafter.media.sound import make_voice_block  # noqa: PLC0415

    block = make_voice_block(path.read_bytes())
    return block, listen(block.packets)


def lay(voices: list[tuple[Any, Any]], timeline: Any) -> Any:
    """The sound of the whole video, and what is heard of it."""
    from coursecrafter.media.heard import lay_heard  # noqa: PLC0415  # see `prepare`
    from coursecrafter.media.probe import LaidSound  # noqa: PLC0415
    from coursecrafter.media.sound import lay_blocks  # noqa: PLC0415

    firsts, frames = [cue.sound_frame for cue in timeline.cues], timeline.sound_frames
    blocks, heard = zip(*voices, strict=True)
    packets = lay_blocks(list(zip(firsts, blocks, strict=True)), frames)
    return LaidSound(packets, lay_heard(zip(firsts, heard, strict=True), frames))


def lap(name: str) -> None:
    """Say how many CPU seconds this process has used so far."""
    print(f"  ours after {name}: {time.process_time():.1f} CPU s", flush=True)


def make_with_moviepy(folder: Path) -> None:
    from moviepy import AudioFileClip, ImageClip, concatenate_videoclips  # noqa: PLC0415  # only in its own interpreter

    clips = []
    for picture, sound in zip(sorted(folder.glob("*.png")), sorted(folder.glob("*.wav")), strict=True):
        voice = AudioFileClip(str(sound))
        clips.append(ImageClip(str(picture)).with_duration(voice.duration + GAP_S).with_audio(voice))
    video = concatenate_videoclips(clips, method="chain")
    video.write_videofile(
        str(folder / "moviepy.mp4"),
        fps=30,
        codec="libx264",
        audio_codec="aac",
        audio_fps=RATE_HZ,
        preset="veryfast",
        logger=None,
    )


def make_lively(folder: Path) -> None:
    from collections.abc import Iterator  # noqa: PLC0415  # see `prepare`
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415
    from fractions import Fraction  # noqa: PLC0415

    import numpy as np  # noqa: PLC0415

    from coursecrafter.media.mp4 import write_mp4  # noqa: PLC0415
    from coursecrafter.media.probe import measure  # noqa: PLC0415
    from coursecrafter.media.still_video import Shown, blend, encode_pictures, plan_coding  # noqa: PLC0415
    from coursecrafter.media.timeline import GAP_BETWEEN_SLIDES_S, Span, lay_out  # noqa: PLC0415

    with ThreadPoolExecutor(2) as pool:
        voices = list(pool.map(make_voice, sorted(folder.glob("*.wav"))))
        blocks = [block for block, _ in voices]
        lap("voices")
        timeline = lay_out([Span(block.sound_s, GAP_BETWEEN_SLIDES_S, onset_s=block.onset_s) for block in blocks])
        paths = sorted(folder.glob("*.png"))

        def scene(index: int) -> Shown:
            base, before = read_png(paths[index]), lit(read_png(paths[index - 1]), WORDS - 1) if index else None
            fade = FADE_FRAMES if index else 0
            ends = np.linspace(fade, timeline.cues[index].frames, WORDS + 1).astype(int)
            holds = (*[1] * fade, *np.diff(ends).tolist())

            def pictures() -> Iterator[np.ndarray]:
                if before is not None:
                    yield from blend(before, lit(base, 0), fade)
                yield from (lit(base, word) for word in range(WORDS))

            flags = plan_coding(holds)
            return Shown(encode_pictures(pictures(), flags), holds)

        shown = list(pool.map(scene, range(len(paths))))
    lap("pictures")
    laid = lay(voices, timeline)
    write_mp4(folder / "lively.mp4", shown, laid.packets)
    measure(folder / "lively.mp4", Fraction(1, 30), laid)
    lap("mux and measure")


def make_lively_with_moviepy(folder: Path) -> None:
    from moviepy import AudioFileClip, ImageClip, concatenate_videoclips, vfx  # noqa: PLC0415

    fade_s = FADE_FRAMES / 30
    clips = []
    for picture, sound in zip(sorted(folder.glob("*.png")), sorted(folder.glob("*.wav")), strict=True):
        voice, base = AudioFileClip(str(sound)), read_png(picture)
        each_s = (voice.duration + GAP_S) / WORDS
        words = [ImageClip(lit(base, word)).with_duration(each_s) for word in range(WORDS)]
        scene = concatenate_videoclips(words, method="chain").with_audio(voice)
        clips.append(scene.with_effects([vfx.CrossFadeIn(fade_s)]) if clips else scene)
    video = concatenate_videoclips(clips, method="compose", padding=-fade_s)
    video.write_videofile(
        str(folder / "lively-moviepy.mp4"),
        fps=30,
        codec="libx264",
        audio_codec="aac",
        audio_fps=RATE_HZ,
        preset="veryfast",
        logger=None,
    )


def read_png(path: Path) -> Any:
    """A picture's pixels."""
    import numpy as np  # noqa: PLC0415  # see `prepare`
    from PIL import Image  # noqa: PLC0415

    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def lit(base: Any, word: int) -> Any:
    """The picture with one of its words lit: the light part of its box turns yellow."""
    pixels = base.copy()
    row, column = divmod(word, 6)
    box = pixels[300 + 160 * row : 350 + 160 * row, 120 + 240 * column : 340 + 240 * column]
    box[:, :, 2] = box[:, :, 2] // 4
    return pixels


def make_with_loop(folder: Path) -> None:
    encode_each(folder, "loop", ["-loop", "1", "-framerate", "30"], ["-preset", "veryfast", "-tune", "stillimage"])


def make_as_expert(folder: Path) -> None:
    repeated = "format=yuv420p,loop=loop=-1:size=1:start=0,fps=30"
    stills = ["-preset", "ultrafast", "-tune", "stillimage", "-g", "150", "-x264-params", "scenecut=0:rc-lookahead=0"]
    encode_each(folder, "expert", ["-framerate", "30"], ["-vf", repeated, *stills])


def make_copy(folder: Path) -> None:
    ffmpeg("-i", str(folder / "ours.mp4"), "-map", "0:v", "-map", "0:a", "-c", "copy", str(folder / "copy.mp4"))


def encode_each(folder: Path, name: str, source: list[str], coding: list[str]) -> None:
    """A file for each picture with its voice, then all of them joined without encoding anything again."""
    parts = []
    for picture in sorted(folder.glob("*.png")):
        voice, part = picture.with_suffix(".wav"), folder / f"{name}-{picture.stem}.mp4"
        with wave.open(str(voice)) as file:
            length_s = file.getnframes() / file.getframerate() + GAP_S
        coded = ["-c:v", "libx264", "-crf", "18", "-pix_fmt", "yuv420p", *coding]
        sound = ["-af", "apad", "-c:a", "aac", "-b:a", "112k", "-ar", str(RATE_HZ)]
        ffmpeg(*source, "-i", str(picture), "-i", str(voice), *coded, *sound, "-t", f"{length_s:.3f}", str(part))
        parts.append(f"file '{part}'")
    listed = folder / f"{name}.txt"
    listed.write_text("\n".join(parts), encoding="utf-8")
    joined = ("-c", "copy", "-movflags", "+faststart", str(folder / f"{name}.mp4"))
    ffmpeg("-f", "concat", "-safe", "0", "-i", str(listed), *joined)


def ffmpeg(*arguments: str) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *arguments], check=True, timeout=7200)


PARTS = {
    "ours": make_ours,
    "copy": make_copy,
    "expert": make_as_expert,
    "loop": make_with_loop,
    "moviepy": make_with_moviepy,
    "lively": make_lively,
    "lively-moviepy": make_lively_with_moviepy,
}
LIVELY = ("lively", "lively-moviepy")


if __name__ == "__main__":
    main()
