/** Ranges of time that people look at, and what is drawn in them. */

import type { Step } from "../api/types";
import { toCivil, toInstant, weekday } from "./paris";

export type Span = "hour" | "day" | "week" | "month" | "year" | "all";
export const SPANS: readonly Span[] = ["hour", "day", "week", "month", "year", "all"];

/** From `start` to before `end`, epoch seconds. */
export interface Range {
  start: number;
  end: number;
}

type Calendar = Exclude<Span, "all">;

/** The hour, day, week (from Monday), month or year that holds this instant. */
export function rangeAt(span: Calendar, at: number): Range {
  const start = floor(span, at);
  return { start, end: moved(span, start, 1) };
}

function floor(span: Calendar, at: number): number {
  const { year, month, day } = toCivil(at);
  switch (span) {
    case "hour":
      return at - (at % 3600);
    case "day":
      return toInstant({ year, month, day });
    case "week":
      return toInstant({ year, month, day: day - weekday(at) });
    case "month":
      return toInstant({ year, month });
    case "year":
      return toInstant({ year });
  }
}

/** The instant so many hours, days, weeks, months or years later, at the same time of day. */
export function moved(span: Calendar, at: number, count: number): number {
  if (span === "hour") return at + 3600 * count;
  const civil = toCivil(at);
  if (span === "month" || span === "year") {
    const month = civil.month + count * (span === "year" ? 12 : 1);
    const day = Math.min(civil.day, daysIn(civil.year, month));
    return toInstant({ ...civil, month, day });
  }
  return toInstant({ ...civil, day: civil.day + count * (span === "week" ? 7 : 1) });
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** The range before or after this one: of the calendar if it is one, else of the same length. */
export function neighbour(range: Range, span: Span, direction: 1 | -1): Range {
  if (span !== "all" && sameRange(range, rangeAt(span, range.start))) {
    const start = moved(span, range.start, direction);
    return { start, end: moved(span, start, 1) };
  }
  const length = range.end - range.start;
  return { start: range.start + direction * length, end: range.end + direction * length };
}

function sameRange(one: Range, other: Range): boolean {
  return one.start === other.start && one.end === other.end;
}

/** The calendar span that this range is, if it is one. */
export function spanOf(range: Range): Calendar | null {
  const spans: Calendar[] = ["hour", "day", "week", "month", "year"];
  return spans.find((span) => sameRange(range, rangeAt(span, range.start))) ?? null;
}

/** Zoom by a factor around an instant; at least `LEAST_S`, at most `MOST_S` long. */
export function zoomed(range: Range, factor: number, around: number): Range {
  const length = range.end - range.start;
  const wanted = Math.min(MOST_S, Math.max(LEAST_S, length * factor));
  const left = (around - range.start) / length;
  const start = around - left * wanted;
  return { start, end: start + wanted };
}

const LEAST_S = 600;
const MOST_S = 40 * 366 * 86_400;

/** The length of an interval: a step of the calendar, or a number of minutes. */
export type Interval = Step | number;

const ENERGY: readonly [number, Interval][] = [
  [3 * 3600, "minute"],
  [9 * 3600, 5],
  [18 * 3600, "quarter"],
  [4 * 86_400, "hour"],
  [16 * 86_400, 180],
  [420 * 86_400, "day"],
  [15 * 366 * 86_400, "month"],
];
const POWER: readonly [number, Interval][] = [
  [8 * 3600, "minute"],
  [40 * 3600, 5],
  [5 * 86_400, "quarter"],
  [35 * 86_400, "hour"],
  [120 * 86_400, 360],
  [1500 * 86_400, "day"],
];

/** The interval of the bars of energy in a range so long. */
export function energyInterval(length: number): Interval {
  return ENERGY.find(([most]) => length <= most)?.[1] ?? "year";
}

/** The interval of the points of a curve in a range so long. */
export function powerInterval(length: number): Interval {
  return POWER.find(([most]) => length <= most)?.[1] ?? "month";
}

const MEAN_S: Record<Step, number> = {
  minute: 60,
  quarter: 900,
  hour: 3600,
  day: 86_400,
  week: 7 * 86_400,
  month: 30.44 * 86_400,
  year: 365.25 * 86_400,
};

/** How long an interval is in the mean, in seconds. */
export function lengthOf(interval: Interval): number {
  return typeof interval === "number" ? interval * 60 : MEAN_S[interval];
}
