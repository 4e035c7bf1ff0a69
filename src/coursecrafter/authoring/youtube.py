"""Links to a YouTube video, checked without asking YouTube. Pure."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from coursecrafter.errors import RequestError, VideoError

_HOSTS = frozenset(
    {
        "youtube.com",
        "www.youtube.com",
        "m.youtube.com",
        "youtube-nocookie.com",
        "www.youtube-nocookie.com",
    }
)
_SHORT_HOSTS = frozenset({"youtu.be", "www.youtu.be"})
_ID = re.compile(r"[A-Za-z0-9_-]{11}")
_IN_PATH = re.compile(r"/(?:embed|shorts|live|v)/([^/]*)/?")
_START = re.compile(r"(\d{1,5})s?")
LONGEST_LINK = 500


class NotYouTube(RequestError):
    """The link leads to no YouTube video."""

    code = "CC-0044"
    remedy = "Copy the link from the video's page: https://www.youtube.com/watch?v= and 11 signs."


class NoYouTubeHere(VideoError):
    """A YouTube video is to stand in a branded video, which shows none."""

    code = "CC-0238"
    status = 422
    remedy = (
        "Add it to the voice-over video (engine e1): there it is a card, and in the module it plays; or upload a film"
        " of your own as the clip of a scene."
    )


def canonical_link(link: str) -> str:
    """A link to a video in its one form: `https://www.youtube.com/watch?v=` and the video's id, and where it starts.

    Raises:
        NotYouTube: CC-0044.
    """
    if len(link) > LONGEST_LINK or not link.isprintable() or " " in link.strip() or "\\" in link:
        raise NotYouTube("This is no link to a YouTube video.")
    try:
        parts = urlsplit(link.strip())
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError as error:
        raise NotYouTube("This is no link to a YouTube video.") from error
    if parts.scheme != "https" or "@" in parts.netloc or port not in {None, 443}:
        raise NotYouTube("A link to a YouTube video begins with https:// and the name of YouTube.")
    query = parse_qs(parts.query)
    video = _video_id(host, parts.path, query)
    if not _ID.fullmatch(video):
        raise NotYouTube("The link names no YouTube video.")
    start = _START.fullmatch(query.get("t", query.get("start", [""]))[0])
    return f"https://www.youtube.com/watch?v={video}" + (f"&t={int(start[1])}" if start else "")


def _video_id(host: str, path: str, query: dict[str, list[str]]) -> str:
    if host in _SHORT_HOSTS:
        return path.strip("/")
    if host not in _HOSTS:
        raise NotYouTube("The link leads to another site than YouTube.")
    if path.rstrip("/") == "/watch":
        named = query.get("v", [])
        return named[0] if len(named) == 1 else ""
    found = _IN_PATH.fullmatch(path)
    return found[1] if found else ""
