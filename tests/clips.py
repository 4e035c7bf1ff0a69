"""Clips as authors bring them, made with ffmpeg."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np

FLASH_S = 1.0
BEEP_HZ = 1000


def run_ffmpeg(*arguments: str | Path) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-y", *arguments], check=True, timeout=120)


def flashing_clip(path: Path, *, rate: str = "25", size: str = "640x360", more: tuple[str, ...] = ()) -> Path:
    """3 s of red; from second 1 on it is white for 0.4 s, and a soft tone sounds as long."""
    pictures = f"color=c=red:size={size}:rate={rate}:duration=3,drawbox=t=fill:color=white:enable='between(t,1,1.4)'"
    sound = f"aevalsrc='0.02*sin(2*PI*{BEEP_HZ}*t)*between(t,1,1.4)':duration=3:sample_rate=44100"
    run_ffmpeg("-f", "lavfi", "-i", pictures, "-f", "lavfi", "-i", sound, "-pix_fmt", "yuv420p", "-c:v", "libx264",
               "-c:a", "aac", "-b:a", "128k", *more, path)  # fmt: skip
    return path


SECONDS = ((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (255, 0, 255), (0, 255, 255))
"""Colours of the seconds of a counting clip."""


def second_hz(second: int) -> int:
    """What sounds in a second of a counting clip."""
    return 400 + 200 * second


def counting_clip(path: Path, *, rate: str = "30", size: str = "640x360", more: tuple[str, ...] = ()) -> Path:
    """6 s, each with a colour and a tone of its own."""
    boxes = ",".join(
        f"drawbox=t=fill:color=0x{red:02x}{green:02x}{blue:02x}:enable='gte(t,{second})'"
        for second, (red, green, blue) in enumerate(SECONDS)
    )
    sound = "aevalsrc='0.2*sin(2*PI*(400+200*floor(t))*t)':duration=6:sample_rate=48000"
    run_ffmpeg("-f", "lavfi", "-i", f"color=size={size}:rate={rate}:duration=6,{boxes}", "-f", "lavfi", "-i", sound,
               "-pix_fmt", "yuv420p", "-c:v", "libx264", "-c:a", "aac", "-b:a", "128k", *more, path)  # fmt: skip
    return path


QUARTERS = ((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0))
"""Colours of a quartered clip: upper left, upper right, lower left, lower right."""


def quartered_clip(path: Path, *, seconds: float = 1, size: str = "640x360") -> Path:
    """Four colours, each in a quarter of the picture, and a tone."""
    boxes = ",".join(
        f"drawbox=t=fill:x={x}*iw/2:y={y}*ih/2:w=iw/2:h=ih/2:color=0x{red:02x}{green:02x}{blue:02x}"
        for (red, green, blue), (x, y) in zip(QUARTERS, ((0, 0), (1, 0), (0, 1), (1, 1)), strict=True)
    )
    run_ffmpeg("-f", "lavfi", "-i", f"color=size={size}:rate=30:duration={seconds},{boxes}", "-f", "lavfi", "-i",
               f"sine=frequency={BEEP_HZ}:duration={seconds}", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-c:a", "aac",
               path)  # fmt: skip
    return path


def pitch_hz(sound: np.ndarray) -> float:
    """The loudest tone of a passage at 48 kHz."""
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    return float(np.argmax(spectrum)) * 48_000 / len(sound)


def talking_clip(path: Path, seconds: float = 6, volume: float = 0.1) -> Path:
    """Moving pictures, and a soft sound that swells and falls as speech does."""
    sound = f"anoisesrc=color=pink:duration={seconds}:sample_rate=48000:seed=7,volume={volume},tremolo=f=3:d=0.8"
    run_ffmpeg("-f", "lavfi", "-i", f"testsrc2=size=640x360:rate=30:duration={seconds}", "-f", "lavfi", "-i", sound,
               "-pix_fmt", "yuv420p", "-c:v", "libx264", "-c:a", "aac", path)  # fmt: skip
    return path


def silent_clip(path: Path, seconds: float = 2) -> Path:
    run_ffmpeg("-f", "lavfi", "-i", f"testsrc2=size=320x180:rate=30:duration={seconds}", "-pix_fmt", "yuv420p",
               "-c:v", "libx264", path)  # fmt: skip
    return path


def recording(path: Path, seconds: float = 2) -> Path:
    """A tone, as MP3, M4A or WAV by its name."""
    run_ffmpeg("-f", "lavfi", "-i", f"sine=frequency={BEEP_HZ}:duration={seconds}", path)
    return path


def frames_of(video: Path, width: int = 320, height: int = 180) -> np.ndarray:
    """All pictures of a video, made small: N x height x width x 3."""
    run = subprocess.run(
        ["ffmpeg", "-v", "error", "-xerror", "-i", video, "-vf", f"scale={width}:{height}", "-f", "rawvideo",
         "-pix_fmt", "rgb24", "-"],
        capture_output=True, check=True, timeout=120,
    )  # fmt: skip
    return np.frombuffer(run.stdout, np.uint8).reshape(-1, height, width, 3)


def sound_of(video: Path) -> np.ndarray:
    """A video's sound, mono at 48 kHz."""
    run = subprocess.run(
        ["ffmpeg", "-v", "error", "-xerror", "-i", video, "-f", "f32le", "-ac", "1", "-ar", "48000", "-"],
        capture_output=True, check=True, timeout=120,
    )  # fmt: skip
    return np.frombuffer(run.stdout, np.float32)


def loudness_lufs(video: Path, start_s: float, end_s: float) -> float:
    """Integrated loudness of a passage, as ffmpeg's ebur128 hears it."""
    run = subprocess.run(
        ["ffmpeg", "-nostats", "-i", video, "-af", f"atrim={start_s}:{end_s},ebur128", "-vn", "-f", "null", "-"],
        capture_output=True, check=True, timeout=120, text=True,
    )  # fmt: skip
    summary = run.stderr[run.stderr.rindex("Integrated loudness") :]
    return float(summary.split("I:")[1].split()[0])
