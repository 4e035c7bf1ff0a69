/** Write seconds as a listener reads them: 0:07, 12:30. */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  return `${String(Math.floor(whole / 60))}:${String(whole % 60).padStart(2, "0")}`;
}

/** The last entry that has begun at a time; null before the first. Entries are in order of their start. */
export function lastBegun<T extends { readonly start_s: number }>(entries: readonly T[], at_s: number): T | null {
  // Browsers round the position after a seek; without the tolerance the previous picture would flash.
  return [...entries].reverse().find((entry) => entry.start_s <= at_s + 0.01) ?? null;
}
