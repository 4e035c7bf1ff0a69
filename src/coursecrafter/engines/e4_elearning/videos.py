"""Videos of another site in a page: what the player embeds when a learner asks for it, and the link that always works.

Nothing is loaded from the other site before the learner presses play, and then from its address without cookies. Where
there is no network, or an LMS forbids frames, the link stands beside it.

Source: product, E1 ("an embed in E4").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from coursecrafter.domain.course import SceneContent

EMBED_ORIGIN = "https://www.youtube-nocookie.com"


@dataclass(frozen=True, slots=True)
class EmbeddedVideo:
    """A video that is played in a page.

    Attributes:
        link: where it is watched on its own site.
        embed: what a frame loads.
    """

    link: str
    embed: str


def embedded_videos(scene: SceneContent) -> tuple[EmbeddedVideo, ...]:
    """The videos of a scene, in order."""
    return tuple(_videos(scene))


def _videos(scene: SceneContent) -> Iterator[EmbeddedVideo]:
    for segment in scene.segments:
        query = parse_qs(urlsplit(segment.youtube_url or "").query)
        for video in query.get("v", [])[:1]:
            start = f"?start={query['t'][0]}" if "t" in query else ""
            yield EmbeddedVideo(segment.youtube_url or "", f"{EMBED_ORIGIN}/embed/{video}{start}")
