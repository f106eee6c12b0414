/** Where the axis of time has its marks, and what they are called. */

import { moment, type Shape } from "../text/format";
import { toCivil, toInstant, weekday } from "./paris";

type Unit = "second" | "hour" | "day" | "week" | "month" | "year";
interface Pace {
  unit: Unit;
  count: number;
  length: number;
  shape: Shape;
}

const pace = (unit: Unit, count: number, length: number, shape: Shape): Pace => ({
  unit,
  count,
  length: length * count,
  shape,
});
const PACES: readonly Pace[] = [
  ...[10, 30].map((count) => pace("second", count, 1, "seconds")),
  ...[1, 2, 5, 10, 15, 30].map((count) => pace("second", count * 60, 1, "time")),
  ...[1, 2, 3, 6, 12].map((count) => pace("hour", count, 3600, "time")),
  ...[1, 2].map((count) => pace("day", count, 86_400, "dayMonth")),
  pace("week", 1, 7 * 86_400, "dayMonth"),
  pace("week", 2, 7 * 86_400, "dayMonth"),
  ...[1, 2, 3, 6].map((count) => pace("month", count, 30.44 * 86_400, "month")),
  ...[1, 2, 5, 10].map((count) => pace("year", count, 365.25 * 86_400, "year")),
];

interface Ticks {
  at: number[];
  shape: Shape;
}

/** At most `most` marks in `[start, end]`, where the calendar of Paris has its beginnings. */
export function ticks(start: number, end: number, most: number): Ticks {
  const chosen =
    PACES.find((each) => (end - start) / each.length <= most) ?? (PACES.at(-1) as Pace);
  const at: number[] = [];
  for (let mark = first(chosen, start); mark <= end; mark = after(chosen, mark)) {
    if (mark >= start) at.push(mark);
    if (at.length > 400) break;
  }
  return { at, shape: chosen.shape };
}

function first({ unit, count, length }: Pace, start: number): number {
  const { year, month, day, hour } = toCivil(start);
  switch (unit) {
    case "second":
      return Math.ceil(start / length) * length;
    case "hour":
      return toInstant({ year, month, day, hour: hour - (hour % count) });
    case "day":
      return toInstant({ year, month, day: day - ((day - 1) % count) });
    case "week":
      return toInstant({ year, month, day: day - weekday(start) });
    case "month":
      return toInstant({ year, month: month - ((month - 1) % count) });
    case "year":
      return toInstant({ year: year - (year % count) });
  }
}

function after({ unit, count, length }: Pace, mark: number): number {
  const { year, month, day, hour } = toCivil(mark);
  switch (unit) {
    case "second":
      return mark + length;
    case "hour": {
      const next = toInstant({ year, month, day, hour: hour - (hour % count) + count });
      return next > mark ? next : mark + length;
    }
    case "day": {
      const next = toInstant({ year, month, day: day + count });
      const begun = toCivil(next);
      return begun.month === month ? next : toInstant({ year: begun.year, month: begun.month });
    }
    case "week":
      return toInstant({ year, month, day: day + 7 * count });
    case "month":
      return toInstant({ year, month: month + count });
    case "year":
      return toInstant({ year: year + count });
  }
}

/** The name of a mark; where a day, a month or a year begins, that is said. */
export function nameOf(mark: number, shape: Shape): string {
  const { month, day, hour, minute, second } = toCivil(mark);
  if ((shape === "time" || shape === "seconds") && !hour && !minute && !second) {
    return moment(mark, "day");
  }
  if (shape === "month" && month === 1 && day === 1) return moment(mark, "year");
  return moment(mark, shape);
}
