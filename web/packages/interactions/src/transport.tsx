import type { JSX, RefObject } from "preact";
import { useState } from "preact/hooks";
import { formatClock } from "./clock";
import { Icon } from "./icons";
import { fill, type Strings } from "./strings";

const SPEEDS = [0.75, 1, 1.25, 1.5, 2];

interface TransportProps {
  readonly audio: RefObject<HTMLAudioElement>;
  readonly durationS: number;
  readonly atS: number;
  readonly isPlaying: boolean;
  /** Where new pictures begin, in seconds. */
  readonly marksS: readonly number[];
  readonly showsCaptions: boolean;
  readonly onSeek: (atS: number) => void;
  readonly onCaptions: (shown: boolean) => void;
  readonly strings: Strings;
}

/** Play, position, speed and captions of a page's sound. Time runs left to right in every language, as on tape. */
export function Transport(props: TransportProps): JSX.Element {
  const { audio, durationS, atS, isPlaying, strings } = props;
  const [speed, setSpeed] = useState(1);
  const toggle = (): void => {
    const player = audio.current;
    if (!player) return;
    if (player.paused) void player.play().catch(() => undefined);
    else player.pause();
  };
  const changeSpeed = (): void => {
    const next = SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length] ?? 1;
    setSpeed(next);
    if (audio.current) audio.current.playbackRate = next;
  };
  const total = formatClock(durationS);
  return (
    <div class="transport" dir="ltr">
      <button type="button" class="play" onClick={toggle} aria-label={isPlaying ? strings.pause : strings.play}>
        <Icon name={isPlaying ? "pause" : "play"} />
      </button>
      <div class="track">
        <input
          type="range"
          min={0}
          max={durationS}
          step={0.1}
          value={atS}
          aria-label={strings.position}
          aria-valuetext={fill(strings.time, { at: formatClock(atS), total })}
          style={{ "--played": `${String((100 * atS) / Math.max(durationS, 0.1))}%` }}
          onInput={(event) => {
            props.onSeek(Number(event.currentTarget.value));
          }}
        />
        <span class="marks" aria-hidden="true">
          {props.marksS.map((markS) => (
            <i key={markS} style={{ left: `${String((100 * markS) / Math.max(durationS, 0.1))}%` }} />
          ))}
        </span>
      </div>
      <span class="clock" aria-hidden="true">
        {formatClock(atS)} <i>/</i> {total}
      </span>
      <button type="button" class="chip" onClick={changeSpeed} aria-label={`${strings.speed}: ${String(speed)}×`}>
        {speed}×
      </button>
      <button
        type="button"
        class="chip"
        aria-pressed={props.showsCaptions}
        onClick={() => {
          props.onCaptions(!props.showsCaptions);
        }}
      >
        {strings.captions}
      </button>
    </div>
  );
}
