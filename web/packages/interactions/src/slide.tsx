import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { lastBegun } from "./clock";
import { PageHeading } from "./heading";
import { fill, type Strings } from "./strings";
import { useSoundFile } from "./sound_file";
import { SlideText } from "./text";
import { Transport } from "./transport";
import type { Build, SlidePage } from "./types";
import { EmbeddedVideo } from "./video";

interface SlideViewProps {
  readonly page: SlidePage;
  readonly takesFocus: boolean;
  readonly showsCaptions: boolean;
  readonly onCaptions: (shown: boolean) => void;
  readonly strings: Strings;
}

/**
 * A slide: its picture, its sound and its text.
 *
 * Before and after the sound the whole slide is shown; while it plays, the picture is the one of the words being spoken.
 */
export function SlideView({ page, takesFocus, showsCaptions, onCaptions, strings }: SlideViewProps): JSX.Element {
  const audio = useRef<HTMLAudioElement>(null);
  const soundFile = useSoundFile(page.audio?.file ?? null);
  const sound = useSound(audio);
  const whole = page.builds[page.builds.length - 1] ?? null;
  const spoken = sound.isUnderWay ? (lastBegun(page.builds, sound.atS) ?? whole) : null;
  const shown = spoken ?? whole;
  const cues = page.builds.flatMap((build) => build.cues);
  const cue = sound.isUnderWay ? lastBegun(cues, sound.atS) : (cues[0] ?? null);
  const pictures = [...new Set(page.builds.map((build) => build.picture))].filter((picture) => picture !== null);
  return (
    <article class="page page-slide">
      <PageHeading eyebrow={fill(strings.slide, { n: page.number })} title={page.title} takesFocus={takesFocus} />
      <div class={`stage${pictures.length === 0 && page.audio === null ? " is-empty" : ""}`}>
        {pictures.length > 0 && (
          <div class="picture" role="img" aria-label={altText(page, shown, strings)}>
            {pictures.map((picture) => (
              <img key={picture} src={picture} alt="" class={picture === shown?.picture ? "is-shown" : ""} />
            ))}
          </div>
        )}
        {page.audio && (
          <>
            {showsCaptions && cues.length > 0 && (
              <p class={`caption${sound.isUnderWay ? " is-spoken" : ""}`}>{cue?.text}</p>
            )}
            <audio ref={audio} {...(soundFile === null ? {} : { src: soundFile })} preload="auto" {...sound.listeners} />
            <Transport
              audio={audio}
              durationS={page.audio.duration_s}
              atS={sound.atS}
              isPlaying={sound.isPlaying}
              marksS={page.builds.map((build) => build.start_s).filter((startS) => startS > 0)}
              showsCaptions={showsCaptions}
              onCaptions={onCaptions}
              onSeek={sound.seek}
              strings={strings}
            />
          </>
        )}
      </div>
      {page.videos?.map((video) => (
        <EmbeddedVideo key={video.embed} video={video} title={page.title} strings={strings} />
      ))}
      <SlideText builds={page.builds} spoken={spoken} strings={strings} />
    </article>
  );
}

type AudioListeners = Readonly<Record<"onPlay" | "onPause" | "onEnded", () => void>>;

interface Sound {
  readonly atS: number;
  readonly isPlaying: boolean;
  /** Playing, or stopped somewhere between beginning and end. */
  readonly isUnderWay: boolean;
  readonly seek: (atS: number) => void;
  readonly listeners: AudioListeners;
}

function useSound(audio: { readonly current: HTMLAudioElement | null }): Sound {
  const [atS, setAtS] = useState(0);
  const [isPlaying, setPlaying] = useState(false);
  const [isUnderWay, setUnderWay] = useState(false);
  useEffect(() => {
    if (!isPlaying) return undefined;
    // timeupdate comes four times a second, which is late for a picture that belongs to a word.
    let frame = requestAnimationFrame(function follow() {
      if (audio.current) setAtS(audio.current.currentTime);
      frame = requestAnimationFrame(follow);
    });
    return () => {
      cancelAnimationFrame(frame);
    };
  }, [isPlaying, audio]);
  return {
    atS,
    isPlaying,
    isUnderWay,
    seek: (wantedS) => {
      if (audio.current) audio.current.currentTime = wantedS;
      setAtS(wantedS);
      setUnderWay(wantedS > 0);
    },
    listeners: {
      onPlay: () => {
        setPlaying(true);
        setUnderWay(true);
      },
      onPause: () => {
        setPlaying(false);
      },
      onEnded: () => {
        setPlaying(false);
        setUnderWay(false);
        setAtS(0);
      },
    },
  };
}

function altText(page: SlidePage, build: Build | null, strings: Strings): string {
  return build?.alt ?? fill(strings.picture, { title: page.title });
}
