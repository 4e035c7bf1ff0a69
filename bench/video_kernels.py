"""A full lesson of still pictures with sound: our kernel beside its peers, on the same pictures and the same sound.

All make an H.264 video of 1920 x 1080 at 30 frames a second with AAC sound: ours, MoviePy 2, ffmpeg as its manual shows
it (`-loop 1`), ffmpeg as an expert has it (each picture decoded and converted once and repeated by the loop filter, the
fastest preset, steered for stills); and a copy of our file's packets, which is the floor. Ours also measures and levels
each voice, and measures the finished file. MoviePy is no dependency: it is installed into a folder of its own. Prints
wall and CPU seconds and their ratios; judges nothing, since machines differ.

    python bench/video_kernels.py [--minutes 10] [--pictures 40] [--without moviepy,loop,expert]
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

ROOT = Path(__file__).resolve().parent.parent
BENCH_VENV = ROOT / "build" / "bench-venv"
GAP_S = 0.7
RATE_HZ = 48_000
SENTENCE = (
    "A fire door keeps smoke out of the stairs for as long as it is shut, and that is why nobody may wedge it open. "
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--pictures", type=int, default=40)
    parser.add_argument("--without", default="", help="Peers to leave out, by comma.")
    parser.add_argument("--part", choices=[*PARTS], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.part:
        PARTS[asked.part](asked.folder)
        return
    with tempfile.TemporaryDirectory(prefix="cc-bench-") as name:
        folder = Path(name)
        prepare(folder, asked.pictures, asked.minutes * 60)
        ours = run_part("ours", sys.executable, folder)
        for peer in [name for name in PARTS if name not in {"ours", *asked.without.split(",")}]:
            python = str(install_moviepy()) if peer == "moviepy" else sys.executable
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
    from coursecrafter.media.sound import lay_blocks, make_voice_block  # noqa: PLC0415
    from coursecrafter.media.still_video import Shown, encode_pictures  # noqa: PLC0415
    from coursecrafter.media.timeline import GAP_BETWEEN_SLIDES_S, Span, lay_out  # noqa: PLC0415

    with ThreadPoolExecutor(2) as pool:
        blocks = list(pool.map(make_voice_block, [path.read_bytes() for path in sorted(folder.glob("*.wav"))]))
        lap("voices")
        runs = list(pool.map(lambda path: encode_pictures([path], [True]), sorted(folder.glob("*.png"))))
    lap("pictures")
    timeline = lay_out([Span(block.sound_s, GAP_BETWEEN_SLIDES_S, onset_s=block.onset_s) for block in blocks])
    shown = [Shown(run, (cue.frames,)) for run, cue in zip(runs, timeline.cues, strict=True)]
    placed = [(cue.sound_frame, block) for cue, block in zip(timeline.cues, blocks, strict=True)]
    write_mp4(folder / "ours.mp4", shown, lay_blocks(placed, timeline.sound_frames))
    lap("mux")
    measure(folder / "ours.mp4", Fraction(1, 30))
    lap("measure")


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
        sound = ["-af", "apad", "-c:a", "aac", "-b:a", "128k", "-ar", str(RATE_HZ)]
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
}


if __name__ == "__main__":
    main()
