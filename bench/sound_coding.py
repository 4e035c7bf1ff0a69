"""What AAC leaves as noise beside a voice, and what it costs.

FFmpeg's two searches, with and without noise shaping in time, at several bit rates, on voices of espeak-ng. The noise
in every critical band of every frame is held against what the band masks (a spreading function, and the strict offset
of a tone): the mean, how far above it the worst band of a frame lies (median, and one frame in twenty), and in how many
frames anything lies above it. Lower is better; that is a model of an ear, not an ear. Prints CPU seconds for a minute
of voice; judges nothing.

    python bench/sound_coding.py [--languages en,de,fr]

Source: ITU-R BS.1387 (noise-to-mask ratio), simplified; Schroeder's spreading function; Terhardt's threshold in quiet.
"""

from __future__ import annotations

import argparse
import subprocess
import time
from typing import Any

import av
import numpy as np

from coursecrafter.media.codec import AAC_BIT_RATE, Samples, decode_aac
from coursecrafter.media.loudness import normalise
from coursecrafter.media.sound import AUDIO_CONFIG, read_wav
from coursecrafter.media.timeline import AAC_FRAME_SAMPLES, SAMPLE_RATE_HZ

SENTENCES = {
    "en": "A fire door keeps smoke out of the stairs for as long as it is shut, so nobody may wedge it open.",
    "de": "Eine Brandschutztür hält den Rauch fern, solange sie geschlossen ist. Niemand darf sie verkeilen.",
    "fr": "Une porte coupe-feu retient la fumée tant qu'elle est fermée ; personne ne doit donc la bloquer.",
}
SEARCHES = {
    "thorough": {"aac_coder": "twoloop", "aac_pns": "0"},
    "fast": {"aac_coder": "fast", "aac_pns": "0"},
    "fast, no shaping": {"aac_coder": "fast", "aac_pns": "0", "aac_tns": "0"},
}
BIT_RATES = (128_000, AAC_BIT_RATE, 96_000, 64_000)
WINDOW, HOP = 1024, 512
FULL_SCALE_DB = 100
"""How loud a player is at full scale, in dB SPL."""
SILENT = 1e-6
Floats = np.ndarray[Any, np.dtype[np.float64]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--languages", default=",".join(SENTENCES))
    for language in parser.parse_args().languages.split(","):
        voice = speak(language)
        minutes = len(voice) / SAMPLE_RATE_HZ / 60
        for name, options in SEARCHES.items():
            for bit_rate in BIT_RATES:
                begun = time.process_time()
                packets = encode(voice, options, bit_rate)
                took_s = time.process_time() - begun
                coded = np.concatenate(list(decode_aac(AUDIO_CONFIG, packets)))[AAC_FRAME_SAMPLES:]
                real = sum(map(len, packets)) * 8 / (minutes * 60_000)
                print(
                    f"{language}, {name}, {bit_rate // 1000} kbit/s ({real:.0f} in fact): {took_s / minutes:.2f} CPU s"
                    f" a minute, {told(noise_to_mask(voice, coded[: len(voice)]))}",
                    flush=True,
                )


def speak(language: str) -> Samples:
    command = ["espeak-ng", "-v", language, "--stdout", "--stdin"]
    text = " ".join([SENTENCES[language]] * 5)
    wav = subprocess.run(command, input=text.encode(), capture_output=True, check=True, timeout=60).stdout
    voice, _ = normalise(read_wav(wav))
    return np.pad(voice, (0, -len(voice) % AAC_FRAME_SAMPLES))


def encode(voice: Samples, options: dict[str, str], bit_rate: int) -> list[bytes]:
    """As `encode_aac` does, with other options."""
    context = av.CodecContext.create("aac", "w")
    context.sample_rate, context.layout, context.format = SAMPLE_RATE_HZ, "mono", "fltp"
    context.bit_rate, context.options = bit_rate, options
    packets: list[bytes] = []
    for start in range(0, len(voice), AAC_FRAME_SAMPLES):
        block = np.ascontiguousarray(voice[np.newaxis, start : start + AAC_FRAME_SAMPLES])
        frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="mono")
        frame.sample_rate, frame.pts = SAMPLE_RATE_HZ, start
        packets += [bytes(packet) for packet in context.encode(frame)]
    return packets + [bytes(packet) for packet in context.encode(None) if packet.size]


def noise_to_mask(voice: Samples, coded: Samples) -> Floats:
    """Decibels of noise above what is masked: frames in which anything is said x critical bands."""
    bands, quiet = critical_bands()
    energies, noise = (spectra(one) @ bands.T for one in (voice, voice - coded))
    places = np.arange(len(bands)) + 0.5
    away = places[:, np.newaxis] - places + 0.474
    spread = 10 ** ((15.81 + 7.5 * away - 17.5 * np.sqrt(1 + away**2)) / 10)
    masked = np.maximum(energies @ spread.T * 10 ** (-(14.5 + places) / 10), quiet)
    is_said = energies.sum(axis=1) > SILENT
    return np.asarray(10 * np.log10(np.maximum(noise[is_said], 1e-14) / masked[is_said]))


def critical_bands() -> tuple[Floats, Floats]:
    """Which lines of a spectrum belong to each band, and what of it nobody hears in silence."""
    hertz = np.fft.rfftfreq(WINDOW, 1 / SAMPLE_RATE_HZ)
    bark = 13 * np.arctan(0.00076 * hertz) + 3.5 * np.arctan((hertz / 7500) ** 2)
    bands = (bark.astype(int) == np.arange(int(bark[-1]) + 1)[:, np.newaxis]).astype(float)
    kilohertz = np.maximum(hertz, 20) / 1000
    quiet_db = 3.64 * kilohertz**-0.8 - 6.5 * np.exp(-0.6 * (kilohertz - 3.3) ** 2) + 1e-3 * kilohertz**4
    return bands, bands @ 10 ** ((quiet_db - FULL_SCALE_DB) / 10)


def spectra(sound: Samples) -> Floats:
    windows = np.lib.stride_tricks.sliding_window_view(sound, WINDOW)[::HOP] * np.hanning(WINDOW)
    return np.asarray(np.abs(np.fft.rfft(windows)) ** 2 / (WINDOW**2 / 16), np.float64)


def told(found_db: Floats) -> str:
    worst = found_db.max(axis=1)
    return (
        f"noise to mask {found_db.mean():.1f} dB, worst band {np.median(worst):.1f} and {np.percentile(worst, 95):.1f},"
        f" above it in {(worst > 0).mean():.0%}"
    )


if __name__ == "__main__":
    main()
