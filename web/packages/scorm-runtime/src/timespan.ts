/** Write seconds as a CMITimespan, HHHH:MM:SS.SS. Source: SCORM 1.2 RTE, data type CMITimespan. */
export function formatTimespan(seconds: number): string {
  // Rounded first: 59.999 s is a minute, never "60.00".
  const hundredths = Math.min(Math.round(Math.max(0, seconds) * 100), 9999 * 360_000 + 359_999);
  const pad = (value: number, digits: number): string => String(value).padStart(digits, "0");
  const whole = Math.floor(hundredths / 100);
  const clock = [pad(Math.floor(whole / 3600), 4), pad(Math.floor(whole / 60) % 60, 2), pad(whole % 60, 2)];
  return `${clock.join(":")}.${pad(hundredths % 100, 2)}`;
}

/** Write a moment as a CMITime, HH:MM:SS, in the learner's own time zone. */
export function formatTimeOfDay(moment: Date): string {
  return [moment.getHours(), moment.getMinutes(), moment.getSeconds()].map((n) => String(n).padStart(2, "0")).join(":");
}
