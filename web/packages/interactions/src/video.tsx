import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Icon } from "./icons";
import { fill, type Strings } from "./strings";
import type { Video } from "./types";

interface EmbeddedVideoProps {
  readonly video: Video;
  readonly title: string;
  readonly strings: Strings;
}

/**
 * A video of another site: loaded when it is asked for, with a plain link beside it.
 *
 * Before that, nothing of the other site is loaded: opening a page tells it nothing of a learner.
 */
export function EmbeddedVideo({ video, title, strings }: EmbeddedVideoProps): JSX.Element {
  const [isAsked, setAsked] = useState(false);
  const name = fill(strings.video, { title });
  const start = video.embed.includes("?") ? "&autoplay=1" : "?autoplay=1";
  return (
    <figure class="video">
      {isAsked ? (
        <iframe
          src={`${video.embed}${start}`}
          title={name}
          allow="autoplay; encrypted-media; fullscreen; picture-in-picture"
          referrerpolicy="strict-origin-when-cross-origin"
          sandbox="allow-scripts allow-same-origin allow-presentation allow-popups"
        />
      ) : (
        <button
          type="button"
          class="video-play"
          aria-label={name}
          onClick={() => {
            setAsked(true);
          }}
        >
          <Icon name="play" />
        </button>
      )}
      <figcaption>
        <a href={video.link} target="_blank" rel="noopener">
          {strings.watch}
        </a>
      </figcaption>
    </figure>
  );
}
