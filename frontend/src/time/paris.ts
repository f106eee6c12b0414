/** The calendar of Europe/Paris. Instants are epoch seconds; days have 23, 24 or 25 hours. */

interface Civil {
  year: number;
  month: number; // 1 to 12
  day: number;
  hour: number;
  minute: number;
  second: number;
}

const FORMAT = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Europe/Paris",
  hourCycle: "h23",
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
});
const HOUR_S = 3600;
const offsets = new Map<number, number>();

/** How far the clocks of Paris are ahead of UTC at this instant, in seconds. */
export function offsetS(at: number): number {
  const hour = Math.floor(at / HOUR_S);
  let offset = offsets.get(hour);
  if (offset === undefined) {
    const parts: Record<string, number> = {};
    for (const { type, value } of FORMAT.formatToParts(new Date(hour * HOUR_S * 1000))) {
      parts[type] = Number(value);
    }
    const { year = 0, month = 0, day = 0, hour: clock = 0 } = parts;
    offset = Date.UTC(year, month - 1, day, clock) / 1000 - hour * HOUR_S;
    if (offsets.size > 20_000) offsets.clear();
    offsets.set(hour, offset);
  }
  return offset;
}

/** What the clocks of Paris show at this instant. */
export function toCivil(at: number): Civil {
  const date = new Date((at + offsetS(at)) * 1000);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  };
}

/**
 * The instant when the clocks of Paris show this; fields out of range carry over (month 13 is
 * January). What they never show is an hour later, what they show twice is the first time.
 */
export function toInstant(civil: Partial<Civil> & { year: number }): number {
  const { year, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = civil;
  const local = Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
  return local - offsetS(local - 2 * HOUR_S);
}

/** Monday 0 to Sunday 6. */
export function weekday(at: number): number {
  return (new Date((at + offsetS(at)) * 1000).getUTCDay() + 6) % 7;
}

/** `2026-11-30`, as the calendar of Paris has it. */
export function isoDay(at: number): string {
  const { year, month, day } = toCivil(at);
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
}

/** The beginning of an ISO day; `null` if it is none. */
export function fromIsoDay(text: string): number | null {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!found) return null;
  const [year = 0, month = 0, day = 0] = found.slice(1).map(Number);
  const at = toInstant({ year, month, day });
  return isoDay(at) === text ? at : null;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}
