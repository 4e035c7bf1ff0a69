import { useEffect, useState } from "preact/hooks";

const REVOKED_AFTER_MS = 10_000;

/**
 * Load a sound whole, so that a learner can move in it; null until it is there.
 *
 * Many LMS servers answer without byte ranges, and browsers then play a sound but do not seek in it. A sound of a page is
 * a few hundred kilobytes. Pages opened from disk may not fetch, and need not: there browsers seek.
 */
export function useSoundFile(file: string | null): string | null {
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    if (file === null || !window.location.protocol.startsWith("http")) {
      setAddress(file);
      return undefined;
    }
    let made: string | null = null;
    let isWanted = true;
    const load = async (): Promise<void> => {
      const answer = await fetch(file);
      if (!answer.ok) throw new Error(answer.statusText);
      const content = await answer.blob();
      if (!isWanted) return;
      made = URL.createObjectURL(new Blob([content], { type: "audio/mp4" }));
      setAddress(made);
    };
    // Whatever is wrong with fetching, the browser's own way may still work.
    load().catch(() => {
      if (isWanted) setAddress(file);
    });
    return () => {
      isWanted = false;
      const left = made;
      // Not at once: when pages are turned quickly, the sound's element may still be opening it.
      if (left === null) return;
      window.setTimeout(() => {
        URL.revokeObjectURL(left);
      }, REVOKED_AFTER_MS);
    };
  }, [file]);
  return address;
}
