const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const secondClock = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const preciseClock = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
});
const dayAndMonth = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const wholeDate = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });
const whole = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

/** Today `14:02`, this year `5 Nov 14:02`, before `5 Nov 2025`: in the reader's time zone. */
export function formatMoment(ms: number, nowMs: number): string {
  const then = new Date(ms);
  const now = new Date(nowMs);
  if (isSameDay(then, now)) return clock.format(then);
  if (then.getFullYear() === now.getFullYear()) {
    return `${dayAndMonth.format(then)} ${clock.format(then)}`;
  }
  return wholeDate.format(then);
}

/** `14:02:07`. */
export function formatClock(ms: number): string {
  return secondClock.format(ms);
}

/** `14:02:07.123`, for events. */
export function formatPreciseClock(ms: number): string {
  return preciseClock.format(ms);
}

/** `5 Nov`, where a table goes on to another day. */
export function formatDay(ms: number): string {
  return dayAndMonth.format(ms);
}

/** Date and time with seconds, for titles and tables. */
export function formatWholeTime(ms: number): string {
  return whole.format(ms);
}

/** RFC 3339 as the engine writes it; null stays null. */
export function parseTime(text: string): number;
export function parseTime(text: string | null): number | null;
export function parseTime(text: string | null): number | null {
  return text === null ? null : Date.parse(text);
}

/** In the reader's time zone. */
export function isSameDay(first: Date | number, second: Date | number): boolean {
  const a = new Date(first);
  const b = new Date(second);
  return (
    a.getDate() === b.getDate() &&
    a.getMonth() === b.getMonth() &&
    a.getFullYear() === b.getFullYear()
  );
}
