/** Numbers and times for people, in the language of the page and the time of Paris. */

import { language } from "./language";

const formats = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();
export const NONE = "–";

function cached<T extends Intl.NumberFormat | Intl.DateTimeFormat>(key: string, make: () => T): T {
  const name = `${language.value} ${key}`;
  let found = formats.get(name);
  if (!found) {
    found = make();
    formats.set(name, found);
  }
  return found as T;
}

function locale(): string {
  return language.value === "fr" ? "fr-FR" : "en-GB";
}

export function number(value: number | null | undefined, digits = 0): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  const format = cached(
    `n${digits}`,
    () =>
      new Intl.NumberFormat(locale(), {
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      }),
  );
  return format
    .formatToParts(value)
    .map((part) =>
      part.type === "group" ? "\u00a0" : part.type === "minusSign" ? "−" : part.value,
    )
    .join("");
}

/** A value and its unit, both to be set in type. */
export interface Amount {
  value: string;
  unit: string;
}

/** Energy: Wh below 1 kWh, else kWh with as many digits as are worth reading. */
export function energy(wh: number | null | undefined): Amount {
  if (wh === null || wh === undefined) return { value: NONE, unit: "kWh" };
  const size = Math.abs(wh);
  if (size !== 0 && size < 1000) return { value: number(wh), unit: "Wh" };
  return { value: number(wh / 1000, size < 100_000 ? 2 : size < 1_000_000 ? 1 : 0), unit: "kWh" };
}

export function amount({ value, unit }: Amount): string {
  return `${value}\u00a0${unit}`;
}

export function withUnit(value: number | null | undefined, unit: string, digits = 0): string {
  return amount({ value: number(value, digits), unit });
}

/** A signed change in percent; the dash where it means nothing. */
export function percent(ratio: number | null): string {
  if (ratio === null || !Number.isFinite(ratio)) return NONE;
  const value = Math.round(ratio * 100);
  const sign = value > 0 ? "+" : value < 0 ? "−" : "±";
  return `${sign}${number(Math.abs(value))}\u00a0%`;
}

export function bytes(size: number | null | undefined): string {
  if (size === null || size === undefined) return NONE;
  const units =
    language.value === "fr" ? ["o", "Ko", "Mo", "Go", "To"] : ["B", "kB", "MB", "GB", "TB"];
  let at = 0;
  let value = size;
  while (value >= 1000 && at < units.length - 1) {
    value /= 1000;
    at += 1;
  }
  return amount({ value: number(value, value < 10 && at ? 1 : 0), unit: units[at] ?? "" });
}

/** A span of time, roughly: `42 s`, `5 min`, `3 h 20 min`, `12 d`. */
export function duration(seconds: number): string {
  const day = language.value === "fr" ? "j" : "d";
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole}\u00a0s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}\u00a0min`;
  if (whole < 86_400) {
    const minutes = Math.floor((whole % 3600) / 60);
    return `${Math.floor(whole / 3600)}\u00a0h${minutes ? ` ${minutes}\u00a0min` : ""}`;
  }
  return `${Math.floor(whole / 86_400)}\u00a0${day}`;
}

const SHAPES = {
  time: { hour: "2-digit", minute: "2-digit" },
  seconds: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
  day: { weekday: "short", day: "numeric", month: "short" },
  date: { day: "numeric", month: "short", year: "numeric" },
  weekday: { weekday: "long" },
  longDay: { weekday: "long", day: "numeric", month: "long", year: "numeric" },
  longDate: { day: "numeric", month: "long", year: "numeric" },
  fullDay: { weekday: "short", day: "numeric", month: "short", year: "numeric" },
  dayOfMonth: { day: "numeric" },
  dayMonth: { day: "numeric", month: "short" },
  weekdayTime: { weekday: "short", hour: "2-digit", minute: "2-digit" },
  month: { month: "short" },
  longMonth: { month: "long", year: "numeric" },
  monthYear: { month: "short", year: "numeric" },
  year: { year: "numeric" },
  moment: { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" },
  exact: {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

export type Shape = keyof typeof SHAPES;

/** An instant (epoch seconds, or ISO 8601) as it is called in France. */
export function moment(at: number | string | null | undefined, shape: Shape): string {
  if (at === null || at === undefined) return NONE;
  const format = cached(
    `t${shape}`,
    () =>
      new Intl.DateTimeFormat(locale(), {
        ...SHAPES[shape],
        hourCycle: "h23",
        timeZone: "Europe/Paris",
      }),
  );
  return format.format(typeof at === "string" ? new Date(at) : new Date(at * 1000));
}
