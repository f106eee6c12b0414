/** What the page "History" shows: it stands in the address, so that reload and back work. */

import { fromIsoDay, isoDay } from "../../time/paris";
import { moved, type Range, rangeAt, SPANS, type Span, spanOf } from "../../time/spans";

export const PANELS = ["energy", "power", "voltage"] as const;
export type Panel = (typeof PANELS)[number];

/** Another period of the same meter, from this instant on; or the same period of another meter. */
export type Other = { start: number } | { who: string };

export interface View {
  who: string;
  span: Span;
  range: Range;
  panels: readonly Panel[];
  other: Other | null;
}

const DAY_S = 86_400;

export function readView(query: URLSearchParams, names: readonly string[], now: number): View {
  const asked = query.get("who");
  const who = asked && names.includes(asked) ? asked : (names[0] ?? "");
  const span = SPANS.find((name) => name === query.get("span")) ?? "day";
  const start = readInstant(query.get("start"));
  const end = readInstant(query.get("end"));
  const range =
    start !== null && end !== null && end - start >= 60
      ? { start, end }
      : rangeAt(span === "all" ? "year" : span, start ?? now);
  const shown = PANELS.filter((name) => query.get("show")?.split(".").includes(name));
  return {
    who,
    span,
    range,
    panels: shown.length ? shown : ["energy", "power"],
    other: readOther(query, names, who),
  };
}

function readOther(query: URLSearchParams, names: readonly string[], who: string): Other | null {
  const against = query.get("against");
  if (against && against !== who && names.includes(against)) return { who: against };
  const start = readInstant(query.get("with"));
  return start === null ? null : { start };
}

export function writeView(view: View): URLSearchParams {
  const query = new URLSearchParams({ who: view.who, span: view.span });
  query.set("start", writeInstant(view.range.start));
  if (spanOf(view.range) !== view.span) query.set("end", writeInstant(view.range.end));
  query.set("show", view.panels.join("."));
  if (view.other) {
    if ("who" in view.other) query.set("against", view.other.who);
    else query.set("with", writeInstant(view.other.start));
  }
  return query;
}

/** An ISO day is its midnight; all else is epoch seconds. */
function readInstant(text: string | null): number | null {
  if (!text) return null;
  const day = fromIsoDay(text);
  if (day !== null) return day;
  return /^\d{1,11}$/.test(text) ? Number(text) : null;
}

function writeInstant(at: number): string {
  const whole = Math.round(at);
  const day = isoDay(whole);
  return fromIsoDay(day) === whole ? day : String(whole);
}

/** How far away another period is: in calendar units, so that clocks and months fit. */
export interface Shift {
  months: number;
  days: number;
  seconds: number;
}

/**
 * From a range to the other period of the same length: whole months where both begin a month or a
 * year, whole days where both begin at the same time of day, else seconds.
 */
export function shiftTo(range: Range, other: number): Shift {
  const span = spanOf(range);
  if (span === "month" || span === "year") {
    const months = monthsBetween(range.start, other);
    if (moved("month", range.start, months) === other) return { months, days: 0, seconds: 0 };
  }
  const days = Math.round((other - range.start) / DAY_S);
  if (moved("day", range.start, days) === other) return { months: 0, days, seconds: 0 };
  return { months: 0, days: 0, seconds: other - range.start };
}

function monthsBetween(from: number, to: number): number {
  const [a, b] = [isoDay(from), isoDay(to)].map((day) => day.split("-").map(Number)) as [
    number[],
    number[],
  ];
  return ((b[0] ?? 0) - (a[0] ?? 0)) * 12 + (b[1] ?? 0) - (a[1] ?? 0);
}

export function shifted(at: number, { months, days, seconds }: Shift): number {
  let moving = at;
  if (months) moving = moved("month", moving, months);
  if (days) moving = moved("day", moving, days);
  return moving + seconds;
}

export function backwards({ months, days, seconds }: Shift): Shift {
  return { months: -months, days: -days, seconds: -seconds };
}

/** The period to compare with, of the same length in the calendar. */
export function otherRange(range: Range, shift: Shift): Range {
  return { start: shifted(range.start, shift), end: shifted(range.end, shift) };
}

/** The part of both periods that may be compared: until now in this one, until then in the other. */
export function comparable(range: Range, shift: Shift, now: number): { here: Range; there: Range } {
  const end = Math.max(range.start, Math.min(range.end, now));
  return {
    here: { start: range.start, end },
    there: { start: shifted(range.start, shift), end: shifted(end, shift) },
  };
}
