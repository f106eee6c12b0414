/** The curve of the last minutes of one meter. */

import type { Reading, Recent } from "./types";

export const KEPT_S = 900;
const GAP_S = 10;

type Value = number | null;

/** Columns of equal length: times (epoch seconds), power drawn and injected. */
export interface Curve {
  at: number[];
  drawn: Value[];
  injected: Value[];
}

export function emptyCurve(): Curve {
  return { at: [], drawn: [], injected: [] };
}

export function curveOf(recent: Recent): Curve {
  const curve = emptyCurve();
  recent.at.forEach((at, row) => {
    push(curve, at, recent.apparent_va[row] ?? null, recent.apparent_export_va[row] ?? null);
  });
  return curve;
}

/** Add a reading at the end of the curve; what is older than it is left out. */
export function addReading(curve: Curve, reading: Reading): Curve {
  const at = Date.parse(reading.received_at) / 1000;
  const drawn = reading.gauges.apparent_va;
  if (drawn === undefined || at <= (curve.at.at(-1) ?? 0)) return curve;
  push(curve, at, drawn, reading.gauges.apparent_export_va ?? null);
  const old = curve.at.findIndex((time) => time >= at - KEPT_S);
  if (old > 60) {
    for (const column of [curve.at, curve.drawn, curve.injected]) column.splice(0, old);
  }
  return { ...curve };
}

/** Both curves, where the second one begins; nothing stands twice. */
export function joinCurves(before: Curve, after: Curve): Curve {
  const joined = { at: [...before.at], drawn: [...before.drawn], injected: [...before.injected] };
  const end = before.at.at(-1) ?? 0;
  after.at.forEach((at, row) => {
    if (at > end + 0.5) push(joined, at, after.drawn[row] ?? null, after.injected[row] ?? null);
  });
  return joined;
}

function push(curve: Curve, at: number, drawn: Value, injected: Value): void {
  const last = curve.at.at(-1);
  if (last !== undefined && at - last > GAP_S) {
    curve.at.push(last + 1);
    curve.drawn.push(null); // a gap is a gap
    curve.injected.push(null);
  }
  curve.at.push(at);
  curve.drawn.push(drawn);
  curve.injected.push(injected);
}
