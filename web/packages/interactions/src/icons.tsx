import type { JSX } from "preact";

const PATHS = {
  play: "M8 5.5v13l11-6.5z",
  pause: "M7 5h3.5v14H7zM13.5 5H17v14h-3.5z",
  back: "M14.5 6 8.5 12l6 6",
  forward: "m9.5 6 6 6-6 6",
  check: "m5 12.5 4.5 4.5L19 7.5",
  cross: "M6.5 6.5l11 11M17.5 6.5l-11 11",
  list: "M4 7h16M4 12h16M4 17h10",
  chevron: "m6.5 9.5 5.5 5.5 5.5-5.5",
} as const;

const FILLED = new Set<string>(["play", "pause"]);
/** Signs that point along the line of reading, and turn with it. */
const DIRECTED = new Set<string>(["back", "forward"]);

/** A sign beside words or inside a named button; never the only carrier of a meaning. */
export function Icon({ name }: { readonly name: keyof typeof PATHS }): JSX.Element {
  const kind = `icon${FILLED.has(name) ? " icon-filled" : ""}${DIRECTED.has(name) ? " icon-directed" : ""}`;
  return (
    <svg class={kind} viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
