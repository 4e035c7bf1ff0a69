/** SCORM 1.2 run-time API, and how a lesson finds the one that its LMS offers. Source: SCORM 1.2 RTE, 3.3 and 3.4. */

export interface ScormApi {
  LMSInitialize(parameter: ""): string;
  LMSFinish(parameter: ""): string;
  LMSGetValue(element: string): string;
  LMSSetValue(element: string, value: string): string;
  LMSCommit(parameter: ""): string;
  LMSGetLastError(): string;
}

/** The part of a window that the search looks at; frames of other origins throw on any of it. */
export interface Frame {
  readonly API?: unknown;
  readonly parent: Frame;
  readonly opener?: Frame | null;
}

/** No LMS nests deeper; a limit keeps the search from circling. */
const DEEPEST_FRAME = 10;

/** Give the LMS's API: in this window or one above it, else in the window that opened one of them; null if there is none. */
export function findApi(start: Frame): ScormApi | null {
  const above = searchParents(start);
  if (above) return above;
  for (const frame of frameChain(start)) {
    const opener = guarded(() => frame.opener);
    const beyond = opener ? searchParents(opener) : null;
    if (beyond) return beyond;
  }
  return null;
}

function searchParents(start: Frame): ScormApi | null {
  for (const frame of frameChain(start)) {
    const api = guarded(() => frame.API);
    if (isApi(api)) return api;
  }
  return null;
}

function frameChain(start: Frame): Frame[] {
  const frames = [start];
  for (let depth = 0; depth < DEEPEST_FRAME; depth += 1) {
    const last = frames[frames.length - 1];
    const parent = last ? guarded(() => last.parent) : undefined;
    if (!parent || parent === last) break;
    frames.push(parent);
  }
  return frames;
}

function isApi(value: unknown): value is ScormApi {
  return typeof value === "object" && value !== null && typeof (value as Partial<ScormApi>).LMSInitialize === "function";
}

/** A frame of another origin (or of a file) answers every question with an exception. */
function guarded<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
