/** What ranges and intervals are called. */

import { moment, number } from "../../text/format";
import { fill, say } from "../../text/language";
import { W } from "../../text/words";
import { toCivil } from "../../time/paris";
import { type Interval, lengthOf, type Range, spanOf } from "../../time/spans";

/** `Monday 30 November 2026`, `November 2026`, `28 Nov, 10:00 – 29 Nov, 12:00`. */
export function rangeName(range: Range): string {
  const { start, end } = range;
  switch (spanOf(range)) {
    case "hour":
      return `${moment(start, "longDay")}, ${moment(start, "time")}\u2009–\u2009${moment(end, "time")}`;
    case "day":
      return moment(start, "longDay");
    case "week":
      return fill(W.history.weekOf, { day: moment(start, "longDate") });
    case "month":
      return moment(start, "longMonth");
    case "year":
      return moment(start, "year");
    default:
      return freeName(range);
  }
}

function freeName({ start, end }: Range): string {
  const last = end - 1;
  if (isMidnight(start) && isMidnight(end)) {
    return `${moment(start, "date")} – ${moment(last, "date")}`;
  }
  if (end - start > 20 * 86_400) return `${moment(start, "date")} – ${moment(end, "date")}`;
  const sameDay = moment(start, "date") === moment(last, "date");
  return `${moment(start, "moment")} – ${moment(end, sameDay ? "time" : "moment")}`;
}

function isMidnight(at: number): boolean {
  const { hour, minute, second } = toCivil(at);
  return !hour && !minute && !second;
}

export function intervalName(interval: Interval): string {
  const words = W.history.intervals;
  if (typeof interval !== "number") return say(words[interval]);
  if (interval % 60) return fill(words.minutes, { n: number(interval) });
  return fill(words.hours, { n: number(interval / 60) });
}

/** One interval of a chart, where the pointer is. */
export function momentName(start: number, end: number, interval: Interval): string {
  const length = lengthOf(interval);
  if (interval === "year") return moment(start, "year");
  if (interval === "month") return moment(start, "longMonth");
  if (length >= 6 * 86_400) return `${moment(start, "dayMonth")} – ${moment(end - 1, "dayMonth")}`;
  if (length >= 86_400) return moment(start, "fullDay");
  return `${moment(start, "day")}, ${moment(start, "time")}\u2009–\u2009${moment(end, "time")}`;
}
