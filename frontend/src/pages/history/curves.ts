/** Curves of power and voltage: least, mean and greatest value of each interval. */

import type { GaugeSeries, Meter, SeriesAnswer } from "../../api/types";
import type { Range } from "../../time/spans";
import { touching } from "./energy";
import type { Panel, Shift } from "./view";
import { shifted } from "./view";

type Value = number | null;

/** One curve; `at` are the middles of the intervals. */
interface Envelope {
  quantity: string;
  min: Value[];
  mean: Value[];
  max: Value[];
}

export interface Envelopes {
  edges: number[];
  at: number[];
  curves: Envelope[];
}

export function curveQuantities(panel: Exclude<Panel, "energy">, meter: Meter): string[] {
  const known = meter.quantities.map(({ name }) => name);
  return panel === "power"
    ? known.filter((name) => name === "apparent_va" || name === "apparent_export_va")
    : known.filter((name) => /^voltage_\d_v$/.test(name));
}

export function envelopesOf(answer: SeriesAnswer, who: string): Envelopes {
  const gauges = answer.series.filter(
    (each): each is GaugeSeries => each.kind === "gauge" && each.who === who,
  );
  const edges = answer.at;
  return {
    edges,
    at: edges.slice(0, -1).map((start, place) => (start + (edges[place + 1] ?? start)) / 2),
    curves: gauges.filter(({ mean }) => mean.some((value) => value !== null)),
  };
}

export function movedCurves(envelopes: Envelopes, shift: Shift): Envelopes {
  const move = (at: number) => shifted(at, shift);
  return { ...envelopes, edges: envelopes.edges.map(move), at: envelopes.at.map(move) };
}

/** The means of another curve at these instants: of the interval that holds each. */
export function resampled(at: readonly number[], other: Envelopes, quantity: string): Value[] {
  const curve = other.curves.find((each) => each.quantity === quantity);
  let place = 0;
  return at.map((instant) => {
    while (place < other.at.length && (other.edges[place + 1] ?? 0) <= instant) place += 1;
    const begun = (other.edges[place] ?? Number.POSITIVE_INFINITY) <= instant;
    return begun ? (curve?.mean[place] ?? null) : null;
  });
}

/** The interval of this range that has the greatest value; the first of equals. */
export function highest(edges: readonly number[], curve: Envelope | undefined, range: Range) {
  const [from, to] = touching(edges, range);
  let found: { value: number; start: number; end: number } | null = null;
  for (let place = from; place <= to; place++) {
    const value = curve?.max[place] ?? curve?.mean[place] ?? null;
    if (value === null || (found && value <= found.value)) continue;
    found = { value, start: edges[place] ?? 0, end: edges[place + 1] ?? 0 };
  }
  return found;
}
