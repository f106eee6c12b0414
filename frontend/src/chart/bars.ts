/** Stacked bars of energy, drawn on the canvas of a chart. */

import uPlot from "uplot";
import { type Bars, touching } from "../pages/history/energy";
import { color, toneName } from "../theme";
import type { Range } from "../time/spans";

const OTHER_SHARE = 0.38;

export function drawBars(plot: uPlot, bars: Bars, other: Bars | null, range: Range, until: number) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  drawGaps(plot, bars, range, until);
  if (other) drawOther(plot, other, range);
  const paints = bars.parts.map(({ tone }) => color(toneName(tone)));
  const injected = color("injected");
  eachBar(plot, bars.at, range, other ? OTHER_SHARE : 0, 1, (place, left, width) => {
    ctx.globalAlpha = bars.quality[place] ? 0.6 : 1;
    let below = 0;
    bars.parts.forEach(({ values }, number) => {
      const value = values[place];
      if (!value) return;
      fill(plot, left, width, below, below + value, paints[number] ?? "");
      below += value;
    });
    const out = bars.injected?.[place];
    if (out) fill(plot, left, width, 0, -out, injected);
  });
  ctx.restore();
}

function drawOther(plot: uPlot, other: Bars, range: Range): void {
  const paint = color("other");
  eachBar(plot, other.at, range, 0, OTHER_SHARE, (place, left, width) => {
    const value = other.whole[place];
    if (value) outline(plot, left, width, value, paint);
    const out = other.injected?.[place];
    if (out) outline(plot, left, width, -out, paint);
  });
}

/** Calls with the pixels of each bar: from one share of its interval to another. */
function eachBar(
  plot: uPlot,
  at: readonly number[],
  range: Range,
  from: number,
  to: number,
  draw: (place: number, left: number, width: number) => void,
): void {
  const [first, last] = touching(at, range);
  for (let place = first; place <= last; place++) {
    const begin = plot.valToPos(at[place] ?? 0, "x", true);
    const end = plot.valToPos(at[place + 1] ?? 0, "x", true);
    const whole = end - begin;
    const air = Math.min(whole * 0.24, 14 * uPlot.pxRatio);
    const [left, width] = [begin + air / 2, whole - air];
    draw(place, left + width * from, width * (to - from));
  }
}

function fill(
  plot: uPlot,
  left: number,
  width: number,
  low: number,
  high: number,
  paint: string,
): void {
  const { ctx } = plot;
  const bottom = plot.valToPos(low, "y", true);
  const top = plot.valToPos(high, "y", true);
  ctx.fillStyle = paint;
  ctx.fillRect(left, Math.min(top, bottom), Math.max(1, width), Math.abs(bottom - top));
}

/** The other period is hollow: its colour is none of the tariff's. */
function outline(plot: uPlot, left: number, width: number, value: number, paint: string): void {
  const { ctx } = plot;
  const [top, bottom] = [plot.valToPos(value, "y", true), plot.valToPos(0, "y", true)];
  ctx.globalAlpha = 0.3;
  fill(plot, left, width, 0, value, paint);
  ctx.globalAlpha = 1;
  ctx.strokeStyle = paint;
  ctx.lineWidth = uPlot.pxRatio;
  const half = ctx.lineWidth / 2;
  if (width > 3 * ctx.lineWidth) {
    ctx.strokeRect(left + half, Math.min(top, bottom), width - 2 * half, Math.abs(bottom - top));
  }
}

/** Where nothing is known it is hatched: a gap is no zero. */
function drawGaps(plot: uPlot, bars: Bars, range: Range, until: number): void {
  const { ctx, bbox } = plot;
  const [first, last] = touching(bars.at, range);
  const known = bars.whole.findIndex((value) => value !== null);
  if (known < 0) return;
  const step = 6 * uPlot.pxRatio;
  ctx.strokeStyle = color("line");
  ctx.lineWidth = uPlot.pxRatio;
  for (let place = Math.max(first, known); place <= last; place++) {
    if (bars.whole[place] !== null || (bars.at[place + 1] ?? 0) > until) continue;
    const left = plot.valToPos(bars.at[place] ?? 0, "x", true);
    const right = plot.valToPos(bars.at[place + 1] ?? 0, "x", true);
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, bbox.top, right - left, bbox.height);
    ctx.clip();
    ctx.beginPath();
    const begin = Math.floor((left - bbox.height) / step) * step;
    for (let x = begin; x < right; x += step) {
      ctx.moveTo(x, bbox.top + bbox.height);
      ctx.lineTo(x + bbox.height, bbox.top);
    }
    ctx.stroke();
    ctx.restore();
  }
}
