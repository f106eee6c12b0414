/** Energy by interval and tariff period: what the bars are made of. */

import type { CounterSeries, Meter, SeriesAnswer, Text } from "../../api/types";
import type { Range } from "../../time/spans";
import { type Shift, shifted } from "./view";

type Value = number | null;

interface Stack {
  quantity: string;
  name: Text;
  tone: string | null;
  values: Value[];
}

/** Intervals `[at[i], at[i + 1])`; Wh. */
export interface Bars {
  at: number[];
  parts: Stack[];
  whole: Value[];
  injected: Value[] | null;
  /** 0 measured, 1 bracketed, 2 missing. */
  quality: number[];
}

/** The registers of the meter, if it has several; and the whole. */
export function energyQuantities(meter: Meter): string[] {
  const known = new Set(meter.quantities.map(({ name }) => name));
  const registers = meter.registers.map(({ quantity }) => quantity);
  const wanted = ["import_wh", ...(registers.length > 1 ? registers : []), "export_wh"];
  return wanted.filter((name) => known.has(name));
}

/** The registers are called as the meter has them now: a series may be older than the contract. */
export function barsOf(answer: SeriesAnswer, { who, registers: named }: Meter): Bars {
  const counters = answer.series.filter(
    (each): each is CounterSeries => each.kind === "counter" && each.who === who,
  );
  const whole = counters.find(({ quantity }) => quantity === "import_wh");
  const injected = counters.find(({ quantity }) => quantity === "export_wh");
  const registers = counters
    .filter((each) => each !== whole && each !== injected)
    .map((each) => ({ ...each, ...named?.find(({ quantity }) => quantity === each.quantity) }));
  const used = registers.filter(({ values }) => values.some(Boolean));
  const main = whole ?? counters.find((each) => each !== injected) ?? injected;
  return {
    at: answer.at,
    parts: used.length ? used : whole ? [{ ...whole, tone: "base" }] : [],
    whole: whole?.values ?? (main ? main.values.map(() => null) : []),
    injected: injected?.values.some(Boolean) ? injected.values : null,
    quality: main?.quality ?? [],
  };
}

/** The bars of another period, moved to where they are compared. */
export function movedBars(bars: Bars, shift: Shift): Bars {
  return { ...bars, at: bars.at.map((at) => shifted(at, shift)) };
}

/** The place of the interval that holds this instant; -1 if there is none. */
export function placeOf(at: readonly number[], instant: number): number {
  let [low, high] = [0, at.length - 1];
  if (high < 1 || instant < (at[0] ?? 0) || instant >= (at[high] ?? 0)) return -1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((at[middle] ?? 0) <= instant) low = middle;
    else high = middle;
  }
  return low;
}

/** The first and the last place of the intervals that touch this range. */
export function touching(at: readonly number[], { start, end }: Range): [number, number] {
  const last = at.length - 2;
  if (last < 0 || end <= (at[0] ?? 0) || start >= (at[last + 1] ?? 0)) return [0, -1];
  const from = start <= (at[0] ?? 0) ? 0 : placeOf(at, start);
  const to = placeOf(at, end - 1e-6);
  return [from, to < 0 ? last : to];
}

/** The sum of what is known; `null` if nothing is. */
export function sum(values: readonly (number | null | undefined)[]): number | null {
  let total: number | null = null;
  for (const value of values)
    if (value !== null && value !== undefined) total = (total ?? 0) + value;
  return total;
}

/** How high and how deep the bars of this range are, in Wh. */
export function extent(bars: Bars, range: Range): [number, number] {
  const [from, to] = touching(bars.at, range);
  let [most, least] = [0, 0];
  for (let place = from; place <= to; place++) {
    const parts = sum(bars.parts.map(({ values }) => values[place])) ?? 0;
    most = Math.max(most, parts, bars.whole[place] ?? 0);
    least = Math.max(least, bars.injected?.[place] ?? 0);
  }
  return [most, least];
}
