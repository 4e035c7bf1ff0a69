"""A finished video in Firefox: whether it plays to its end, and what it shows at each time, beside what ffmpeg decodes.

Firefox is the machine's own, without a window; a page of ours says what it saw.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np

SMALL = (160, 90)
TIMES = 12
MOST_APART = 4
"""Of 255 levels, the mean of all: two ways from the film's colours to a screen's."""
PATIENCE_S = 600
PAGE = """<!doctype html><video muted preload=auto></video><script>
(async () => {
  const said = {seen: []}, video = document.querySelector('video');
  try {
    video.src = URL.createObjectURL(await (await fetch('v.mp4')).blob());
    await new Promise((good, bad) => { video.oncanplay = good; video.onerror = () => bad(video.error.message) });
    const [wide, high] = [video.videoWidth, video.videoHeight];
    const canvas = Object.assign(document.createElement('canvas'), {width: wide, height: high});
    const pen = canvas.getContext('2d', {willReadFrequently: true});
    for (let n = 0; n < TIMES; n++) {
      const at = video.duration * (n + 0.37) / TIMES;
      await new Promise(done => { video.onseeked = done; video.currentTime = at });
      await new Promise(done => setTimeout(done, 300));
      pen.drawImage(video, 0, 0);
      const {data} = pen.getImageData(0, 0, wide, high), sums = new Float64Array(160 * 90 * 3);
      for (let y = 0, from = 0; y < high; y++) for (let x = 0; x < wide; x++, from += 4) {
        const to = 3 * (160 * Math.floor(y * 90 / high) + Math.floor(x * 160 / wide));
        for (let part = 0; part < 3; part++) sums[to + part] += data[from + part];
      }
      said.seen.push([at, [...sums].map(sum => Math.round(sum * 160 * 90 / wide / high))]);
    }
    video.currentTime = 0; video.playbackRate = 4;
    video.play();
    await new Promise((good, bad) => { video.onended = good; video.onerror = () => bad(video.error.message) });
    said.ended = video.currentTime;
  } catch (error) { said.error = String(error) }
  await fetch('said', {method: 'POST', body: JSON.stringify(said)});
})();
</script>"""


def plays_in_firefox(video: Path) -> float:
    """Play a video, and look at it at twelve times; give the second at which it ended."""
    said = watched(video)
    assert "error" not in said, said["error"]
    times, frames = decoded(video)
    assert len(said["seen"]) == TIMES
    for at, pixels in said["seen"]:
        wanted = frames[np.searchsorted(times, at + 1e-6, "right") - 1]
        apart = float(np.abs(np.array(pixels).reshape(SMALL[1], SMALL[0], 3) - wanted).mean())
        assert apart < MOST_APART, (at, apart)
    return float(said["ended"])


def watched(video: Path) -> dict[str, Any]:
    """What the page says that Firefox has shown."""
    said: list[dict[str, Any]] = []
    is_said = Event()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = video.read_bytes() if self.path == "/v.mp4" else PAGE.replace("TIMES", str(TIMES)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "video/mp4" if self.path == "/v.mp4" else "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            said.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()
            is_said.set()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    Thread(target=server.serve_forever, daemon=True).start()
    firefox = shutil.which("firefox-esr") or shutil.which("firefox")
    assert firefox, "Firefox is not installed: make setup-tests does it."
    with tempfile.TemporaryDirectory(prefix="cc-firefox-") as profile:
        settings = (
            'user_pref("media.autoplay.default", 0);\nuser_pref("datareporting.policy.dataSubmissionEnabled", false);\n'
        )
        Path(profile, "user.js").write_text(settings, encoding="utf-8")
        argv = [firefox, "--headless", "--no-remote", "--profile", profile, f"http://127.0.0.1:{server.server_port}/"]
        with subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as browser:
            is_said.wait(PATIENCE_S)
            browser.terminate()
    server.shutdown()
    server.server_close()
    return said[0] if said else {"seen": [], "error": "nothing was said in time"}


def decoded(video: Path) -> tuple[np.ndarray, np.ndarray]:
    """When each frame is shown, in seconds, and the frame, small."""
    asked = [
        "ffprobe",
        "-v",
        "error",
        "-select_streams",
        "v",
        "-show_entries",
        "packet=pts_time",
        "-of",
        "csv=p=0",
        video,
    ]
    times = sorted(float(line.strip(",")) for line in subprocess.check_output(asked, text=True).split())
    command = ["ffmpeg", "-v", "error", "-i", video, "-fps_mode", "passthrough", "-vf", "scale=160:90:flags=area"]
    raw = subprocess.check_output([*command, "-pix_fmt", "rgb24", "-f", "rawvideo", "-"])
    return np.array(times), np.frombuffer(raw, np.uint8).reshape(-1, SMALL[1], SMALL[0], 3).astype(int)
