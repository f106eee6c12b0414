/** Series that were asked for already: going back to a view draws it at once. */

import { get } from "../../api/client";
import type { SeriesAnswer } from "../../api/types";
import { type Interval, lengthOf, type Range } from "../../time/spans";

export interface Wanted {
  who: string;
  quantities: readonly string[];
  interval: Interval;
  range: Range;
}

interface Kept {
  wanted: Wanted;
  answer: SeriesAnswer;
  askedAt: number;
}

const MOST = 60;
const FRESH_MS = 55_000;
const kept: Kept[] = [];
const pending = new Map<Wanted, { signal: AbortSignal; answer: Promise<SeriesAnswer> }>();

/** An answer that covers what is wanted, if there is one that is fresh enough. */
export function find(wanted: Wanted, now = Date.now()): SeriesAnswer | null {
  const found = kept.find(
    (each) => covers(each.wanted, wanted) && isFresh(each, wanted.range.end, now),
  );
  return found?.answer ?? null;
}

/** What is past does not change; what goes on does. */
function isFresh({ askedAt, answer }: Kept, end: number, now: number): boolean {
  return end < Date.parse(answer.now) / 1000 - 3600 || now - askedAt < FRESH_MS;
}

export function covers(have: Wanted, wanted: Wanted): boolean {
  return (
    have.who === wanted.who &&
    have.interval === wanted.interval &&
    have.range.start <= wanted.range.start &&
    have.range.end >= wanted.range.end &&
    wanted.quantities.every((name) => have.quantities.includes(name))
  );
}

/** As much again on both sides. */
export function widened({ start, end }: Range, interval: Interval): Range {
  const length = end - start;
  const most = Math.min(length, lengthOf(interval) * 1500);
  return { start: Math.floor(start - most), end: Math.ceil(end + most) };
}

/** What several charts want at the same time is asked once. */
export function ask(wanted: Wanted, signal: AbortSignal): Promise<SeriesAnswer> {
  for (const [other, asked] of pending) {
    if (!asked.signal.aborted && covers(other, wanted)) return asked.answer;
  }
  const answer = request(wanted, signal).finally(() => pending.delete(wanted));
  pending.set(wanted, { signal, answer });
  return answer;
}

/** The same, wider: so that the next movement finds it. */
export function askAround(wanted: Wanted, signal: AbortSignal): Promise<SeriesAnswer> {
  return ask({ ...wanted, range: widened(wanted.range, wanted.interval) }, signal);
}

async function request(wanted: Wanted, signal: AbortSignal): Promise<SeriesAnswer> {
  const answer = await get<SeriesAnswer>(
    "series",
    {
      who: wanted.who,
      quantity: wanted.quantities,
      start: Math.floor(wanted.range.start),
      end: Math.ceil(wanted.range.end),
      step: wanted.interval,
    },
    signal,
  );
  kept.unshift({ wanted, answer, askedAt: Date.now() });
  kept.length = Math.min(kept.length, MOST);
  return answer;
}
