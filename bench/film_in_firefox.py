"""Whether a finished video plays to its end in Firefox, and shows at each time what ffmpeg decodes for it.

Firefox is no dependency: it is the machine's own (`firefox-esr` or `firefox`), without a window. Prints each time with
how far the two pictures are apart, in levels of 255.

Run: python bench/film_in_firefox.py VIDEO.mp4
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import numpy as np

SMALL = (160, 90)
TIMES = 12
MOST_APART = 8
PATIENCE_S = 240
PAGE = """<!doctype html><video muted preload=auto></video><script>
(async () => {
  const said = {seen: []}, video = document.querySelector('video');
  try {
    video.src = URL.createObjectURL(await (await fetch('v.mp4')).blob());
    await new Promise((good, bad) => { video.oncanplay = good; video.onerror = () => bad(video.error.message) });
    const canvas = Object.assign(document.createElement('canvas'), {width: 160, height: 90});
    const pen = canvas.getContext('2d', {willReadFrequently: true});
    for (let n = 0; n < TIMES; n++) {
      const at = video.duration * (n + 0.37) / TIMES;
      await new Promise(done => { video.onseeked = done; video.currentTime = at });
      await new Promise(done => setTimeout(done, 300));
      pen.drawImage(video, 0, 0, 160, 90);
      said.seen.push([at, [...pen.getImageData(0, 0, 160, 90).data].filter((_, i) => i % 4 < 3)]);
    }
    video.currentTime = 0; video.playbackRate = 2;
    video.play();
    await new Promise((good, bad) => { video.onended = good; video.onerror = () => bad(video.error.message) });
    said.ended = video.currentTime;
  } catch (error) { said.error = String(error) }
  await fetch('said', {method: 'POST', body: JSON.stringify(said)});
})();
</script>"""


def main() -> None:
    if len(sys.argv) < 2:
        print("Name a video: python bench/film_in_firefox.py VIDEO.mp4")
        return
    video = Path(sys.argv[1])
    said = watched(video)
    print(f"Firefox: {said.get('error') or 'played to its end, {:.2f} s'.format(said['ended'])}")
    times, frames = decoded(video)
    worst = 0.0
    for at, pixels in said["seen"]:
        wanted = frames[np.searchsorted(times, at + 1e-6, "right") - 1]
        apart = float(np.abs(np.array(pixels).reshape(SMALL[1], SMALL[0], 3) - wanted).mean())
        worst = max(worst, apart)
        print(f"{at:8.2f} s  {apart:5.1f}")
    if "error" in said or worst > MOST_APART:
        sys.exit(1)


def watched(video: Path) -> dict:
    """What the page says that Firefox has shown."""
    said: list[dict] = []
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
    assert firefox, "Firefox is not installed."
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


if __name__ == "__main__":
    main()
