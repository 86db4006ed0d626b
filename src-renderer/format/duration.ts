const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** The two largest units that matter: `340 ms`, `4.2 s`, `3 min 20 s`, `1 h 12 min`, `2 d 3 h`. */
export function formatDuration(durationMs: number): string {
  const ms = Math.max(0, durationMs);
  if (ms < second) return unit("millisecond", Math.round(ms));
  if (ms < 10 * second) return unit("second", Math.floor(ms / 100) / 10);
  if (ms < minute) return unit("second", Math.floor(ms / second));
  if (ms < hour) return pair(["minute", ms / minute], ["second", (ms % minute) / second]);
  if (ms < day) return pair(["hour", ms / hour], ["minute", (ms % hour) / minute]);
  return pair(["day", ms / day], ["hour", (ms % day) / hour]);
}

/** As `formatDuration`, in whole seconds: for labels that count up once a second. */
export function formatElapsed(durationMs: number): string {
  const ms = Math.max(0, durationMs);
  return ms < minute ? unit("second", Math.floor(ms / second)) : formatDuration(ms);
}

/** For a screen reader: `3 minutes, 20 seconds`. */
export function speakDuration(durationMs: number): string {
  const ms = Math.max(0, durationMs);
  if (ms < minute) return unit("second", Math.floor(ms / second), "long");
  if (ms < hour) return unit("minute", Math.floor(ms / minute), "long");
  if (ms < day) return unit("hour", Math.floor(ms / hour), "long");
  return unit("day", Math.floor(ms / day), "long");
}

type Unit = "millisecond" | "second" | "minute" | "hour" | "day";

function pair(large: readonly [Unit, number], small: readonly [Unit, number]): string {
  const first = unit(large[0], Math.floor(large[1]));
  const rest = Math.floor(small[1]);
  return rest === 0 ? first : `${first} ${unit(small[0], rest)}`;
}

const formats = new Map<string, Intl.NumberFormat>();

function unit(name: Unit, value: number, display: "short" | "long" = "short"): string {
  const key = `${name} ${display}`;
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.NumberFormat("en", {
      style: "unit",
      unit: name,
      // "narrow" days read as "2d"; "short" ones as "2 days".
      unitDisplay: display,
      maximumFractionDigits: 1,
    });
    formats.set(key, format);
  }
  return shorten(format.format(value));
}

/** English short units are `sec`, `hr`: the signs of the SI are shorter and known everywhere. */
function shorten(text: string): string {
  return text.replace(/ (sec|hr|days?)$/, (_, name: string) => ` ${shortUnits[name] ?? name}`);
}

const shortUnits: Readonly<Record<string, string>> = { sec: "s", hr: "h", day: "d", days: "d" };
